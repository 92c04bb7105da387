//! Completing a path that is being typed.

use std::path::{Path, PathBuf};

use super::listing::{Entry, list};

/// The maximum number of candidates that are returned.
const MAX_CANDIDATES: usize = 200;

/// The sign of the home directory.
const HOME: &str = "~";

/// How a typed path can be completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The text, with what all candidates have in common.
    pub text: String,
    /// The names that it can go on with; those of directories end in `/`.
    pub candidates: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// Completes a path as shells do: hidden names only after a `.`. Blocks.
pub fn complete(text: &str) -> Completion {
    if text == HOME {
        return Completion {
            text: "~/".to_owned(),
            ..Completion::default()
        };
    }
    let cut = text.rfind('/').map_or(0, |slash| slash + 1);
    let (directory, typed) = text.split_at(cut);
    let place = match directory {
        "" => PathBuf::from("."),
        directory => expand(directory),
    };
    let listing = list(&place).unwrap_or_default();
    let is_meant = |entry: &&Entry| {
        let is_hidden = entry.name.starts_with('.') && !typed.starts_with('.');
        entry.is_text && entry.name.starts_with(typed) && !is_hidden
    };
    let mut names: Vec<String> = listing.entries.iter().filter(is_meant).map(name).collect();
    let common = names.iter().skip(1).fold(
        names.first().cloned().unwrap_or_else(|| typed.to_owned()),
        |common, name| shared(&common, name),
    );
    let more = names.len().saturating_sub(MAX_CANDIDATES);
    names.truncate(MAX_CANDIDATES);
    Completion {
        text: format!("{directory}{common}"),
        candidates: names,
        more,
    }
}

fn name(entry: &Entry) -> String {
    let slash = if entry.is_directory { "/" } else { "" };
    format!("{}{slash}", entry.name)
}

/// Returns what two names start with.
fn shared(one: &str, other: &str) -> String {
    let pairs = one.chars().zip(other.chars());
    pairs
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c)
        .collect()
}

/// Returns the path that a typed text means: `~/` is the home directory.
pub fn expand(text: &str) -> PathBuf {
    let rest = match text.strip_prefix(HOME) {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix('/'),
        None => None,
    };
    match (rest, etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => Path::new(text).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn home(files: &[&str]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for name in files {
            let path = home.path().join(name);
            match name.strip_suffix('/') {
                Some(_) => std::fs::create_dir_all(path).unwrap(),
                None => std::fs::write(path, "").unwrap(),
            }
        }
        home
    }

    fn completed(home: &tempfile::TempDir, typed: &str) -> (String, Vec<String>) {
        let before = format!("{}/", home.path().display());
        let completion = complete(&format!("{before}{typed}"));
        let text = completion.text.strip_prefix(&before).unwrap().to_owned();
        (text, completion.candidates)
    }

    #[test]
    fn a_path_goes_on_as_far_as_all_candidates_agree() {
        let home = home(&[
            "exports/",
            "export-1.json",
            "export-2.json",
            "匯出甲.json",
            "匯出乙.json",
            ".env",
        ]);
        for (typed, text, candidates) in [
            (
                "e",
                "export",
                vec!["exports/", "export-1.json", "export-2.json"],
            ),
            ("export-", "export-", vec!["export-1.json", "export-2.json"]),
            ("exports", "exports/", vec!["exports/"]),
            ("匯", "匯出", vec!["匯出乙.json", "匯出甲.json"]),
            ("匯出甲", "匯出甲.json", vec!["匯出甲.json"]),
            (".", ".env", vec![".env"]),
            ("x", "x", vec![]),
            ("no/such", "no/such", vec![]),
        ] {
            let (found, listed) = completed(&home, typed);
            assert_eq!(
                (found.as_str(), listed),
                (text, candidates.iter().map(ToString::to_string).collect())
            );
        }
        assert_eq!(completed(&home, "").1.len(), 5, "nothing hidden");
    }

    #[test]
    fn the_home_directory_is_a_tilde() {
        let home = etcetera::home_dir().unwrap();
        assert_eq!(expand("~/a.json"), home.join("a.json"));
        assert_eq!(expand("~"), home);
        for other in ["~other/a", "a~", "/x", ""] {
            assert_eq!(expand(other), Path::new(other));
        }
        assert_eq!(complete("~").text, "~/");
    }

    proptest! {
        #[test]
        fn what_was_typed_is_kept_and_every_candidate_starts_with_the_rest(
            names in proptest::collection::hash_set("[ab銀]{1,4}", 0..6), typed in "[ab銀]{0,3}",
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let home = home(&names);
            let (text, candidates) = completed(&home, &typed);
            prop_assert!(text.starts_with(&typed));
            let expected = names.iter().filter(|name| name.starts_with(&typed)).count();
            prop_assert_eq!(candidates.len(), expected);
            for candidate in candidates {
                prop_assert!(candidate.starts_with(&text) , "{} {}", candidate, text);
            }
        }
    }
}
