//! `--include`, `--id`, `--mapping` and the like: from options to the selection
//! of a file or a target.

use std::path::Path;

use serde::Deserialize;

use super::args::{ImportArgs, SelectionArgs};
use super::rules::values as rules_of;
use super::session::explain;
use crate::config;
use crate::job::{
    self, DefaultReference, Failure, FailureKind, ImportOptions, Mapping, ObjectFilter, Selection,
    ValueRule, organisations,
};

/// The largest file of mappings or values.
const LARGEST: u64 = 16 << 20;

impl SelectionArgs {
    /// Returns the selection.
    ///
    /// # Errors
    ///
    /// Fails on an id or a name without its kind.
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        let mut selection = Selection {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            ..Selection::default()
        };
        let mut add = |flag: &str,
                       given: &[String],
                       list: fn(&mut ObjectFilter) -> &mut Vec<String>| {
            for word in given {
                let (kind, value) = split(flag, word)?;
                list(selection.objects.entry(kind.to_owned()).or_default()).push(value.to_owned());
            }
            Ok::<_, Failure>(())
        };
        add("--id", &self.id, |filter| &mut filter.ids)?;
        add("--name", &self.name, |filter| &mut filter.names)?;
        Ok(selection)
    }
}

impl ImportArgs {
    /// Returns whether any of the options was given.
    pub(super) const fn is_given(&self) -> bool {
        let SelectionArgs {
            include,
            exclude,
            id,
            name,
        } = &self.selection;
        let selects =
            !include.is_empty() || !exclude.is_empty() || !id.is_empty() || !name.is_empty();
        let maps = !self.mapping.is_empty() || !self.organisation.is_empty();
        let maps = maps || !self.values.is_empty();
        selects || maps || !self.default_reference.is_empty()
    }

    /// Returns how the file is to be imported; reads the mappings. Blocks.
    ///
    /// # Errors
    ///
    /// Fails on invalid options, and on mappings that cannot be read.
    pub(super) fn options(&self) -> Result<ImportOptions, Failure> {
        let mut mappings = Vec::new();
        let mut values = Vec::new();
        for path in &self.values {
            values.extend(read_values(path)?);
        }
        for path in &self.mapping {
            mappings.extend(read_mappings(path)?);
        }
        Ok(ImportOptions {
            selection: self.selection.selection()?,
            default_references: self
                .default_reference
                .iter()
                .map(|word| default_reference(word))
                .collect(),
            mappings,
            values,
            ignore: Vec::new(),
            organisations: organisations(self.organisation.iter().map(String::as_str)).map_err(
                |error| Failure::new(FailureKind::Usage, error.to_string()).at("--organisation"),
            )?,
        })
    }
}

/// Splits `KIND:VALUE`.
pub(super) fn split<'w>(flag: &str, word: &'w str) -> Result<(&'w str, &'w str), Failure> {
    let parts = word
        .split_once(':')
        .filter(|(kind, value)| !kind.is_empty() && !value.is_empty());
    parts.ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            format!("{flag} requires a kind and a value, as in KIND:VALUE"),
        )
        .because(format!("got '{word}'"))
        .hint("`gatediff plan` shows the kinds")
    })
}

/// Reads `KIND`, `KIND:ID` or `KIND:ID:NAME`; the ID may be empty.
fn default_reference(word: &str) -> DefaultReference {
    let mut parts = word.splitn(3, ':');
    let mut next = || {
        parts
            .next()
            .filter(|part| !part.is_empty())
            .map(ToOwned::to_owned)
    };
    DefaultReference {
        kind: next().unwrap_or_default(),
        id: next(),
        name: next(),
    }
}

/// A mapping of the file, with the product's field names or ours.
#[derive(Deserialize)]
struct Line {
    #[serde(alias = "objectType", alias = "type")]
    kind: String,
    #[serde(alias = "jsonPath")]
    path: String,
    #[serde(alias = "sourceValue")]
    from: String,
    #[serde(alias = "targetValue")]
    to: String,
    #[serde(default = "enabled")]
    enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// Reads a file of values.
fn read_values(path: &Path) -> Result<Vec<ValueRule>, Failure> {
    let described = path.display().to_string();
    let bytes = job::read_file(&described, LARGEST)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        Failure::new(FailureKind::Parse, "the file of values is not UTF-8 text")
            .at(&*described)
            .because(error)
            .hint("convert it from its encoding")
    })?;
    let rules = config::parse_values(text, path).map_err(|error| {
        let hint = "expected [[values]] with kind, key, path, and value or from and to";
        Failure {
            hints: vec![hint.to_owned()],
            ..explain(error)
        }
    })?;
    Ok(rules_of(&rules))
}

fn read_mappings(path: &Path) -> Result<Vec<Mapping>, Failure> {
    let described = path.display().to_string();
    parse_mappings(&described, &job::read_file(&described, LARGEST)?)
}

fn parse_mappings(path: &str, bytes: &[u8]) -> Result<Vec<Mapping>, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines: Vec<Line> = serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Failure::new(FailureKind::Parse, "not a mapping file")
            .at(format!("{path}:{}:{}", error.line(), error.column()))
            .because(text.strip_suffix(&place).unwrap_or(&text))
            .hint(
                "expected a JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}",
            )
    })?;
    let mapping = |line: Line| Mapping {
        kind: line.kind,
        path: line.path,
        from: line.from,
        to: line.to,
        enabled: line.enabled,
    };
    Ok(lines.into_iter().map(mapping).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn args(id: &[&str], name: &[&str]) -> SelectionArgs {
        SelectionArgs {
            include: words(&["SOURCE"]),
            exclude: words(&["RULE"]),
            id: words(id),
            name: words(name),
        }
    }

    #[test]
    fn ids_and_names_are_those_of_a_kind_and_may_hold_colons() {
        let selection = args(&["SOURCE:1", "SOURCE:2"], &["SOURCE:HR: 人事", "RULE:r"])
            .selection()
            .unwrap();
        assert_eq!(selection.include, ["SOURCE"]);
        assert_eq!(selection.exclude, ["RULE"]);
        assert_eq!(selection.objects["SOURCE"].ids, ["1", "2"]);
        assert_eq!(selection.objects["SOURCE"].names, ["HR: 人事"]);
        assert_eq!(selection.objects["RULE"].names, ["r"]);
    }

    #[test]
    fn an_id_without_a_kind_is_wrong_usage() {
        for word in ["1", ":1", "SOURCE:", ""] {
            let failure = args(&[word], &[]).selection().unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(
                failure.to_string().contains("--id requires a kind"),
                "{failure}"
            );
        }
    }

    #[test]
    fn a_default_reference_is_a_kind_and_perhaps_an_id_and_a_name() {
        let describe = |word| {
            let DefaultReference { kind, id, name } = default_reference(word);
            (kind, id, name)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(describe("IDENTITY"), ("IDENTITY".to_owned(), None, None));
        assert_eq!(
            describe("IDENTITY:1"),
            ("IDENTITY".to_owned(), some("1"), None)
        );
        assert_eq!(
            describe("IDENTITY:1:a:b"),
            ("IDENTITY".to_owned(), some("1"), some("a:b"))
        );
        assert_eq!(
            describe("IDENTITY::Ada"),
            ("IDENTITY".to_owned(), None, some("Ada"))
        );
    }

    #[test]
    fn mappings_are_read_in_the_products_words_and_in_ours() {
        let text = br#"[
            {"objectType": "SOURCE", "jsonPath": "$.owner.name", "sourceValue": "a", "targetValue": "b",
             "enabled": false, "objectMappingId": "x", "created": "2024-01-01"},
            {"type": "RULE", "path": "$.name", "from": "", "to": "c"}
        ]"#;
        let mapping = |kind: &str, path: &str, from: &str, to: &str, enabled| Mapping {
            kind: kind.to_owned(),
            path: path.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            enabled,
        };
        assert_eq!(
            parse_mappings("m.json", text).unwrap(),
            [
                mapping("SOURCE", "$.owner.name", "a", "b", false),
                mapping("RULE", "$.name", "", "c", true)
            ]
        );
    }

    #[test]
    fn what_are_no_mappings_is_reported_with_its_place() {
        for (text, place) in [
            ("{}", "m.json:1:"),
            ("[{\"type\": \"A\"}]", "m.json:1:14"),
            ("[\n{\"type\": 1}]", "m.json:2:"),
            ("", "m.json:1:0"),
        ] {
            let failure = parse_mappings("m.json", text.as_bytes()).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Parse);
            assert!(failure.to_string().contains(place), "{text}: {failure}");
        }
    }
}
