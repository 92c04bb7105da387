//! A directory of files that are imported as one.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

use super::loaded::{FileInfo, Loaded};
use super::read::{FileBytes, LARGEST, read, too_large};
use super::recognise::{check_options, explain, recognise};
use super::values::{check_rules, resolved};
use crate::engine::display::some_of;
use crate::engine::{Finding, Severity};
use crate::job::failure::{Failure, FailureKind};
use crate::job::saved::is_plan;
use crate::platform::{ImportOptions, Platform, SourceFile};

/// A file of the directory.
struct Part {
    name: String,
    /// Its path, as shown.
    path: String,
    bytes: FileBytes,
}

/// The maximum depth of directories.
const MAX_DEPTH: usize = 32;

/// How many of the skipped names are listed.
const NAMED: usize = 3;

/// Reads the files of a directory, and of those in it, as one.
pub(super) fn load(
    path: &str,
    format: Option<&str>,
    options: &ImportOptions,
) -> Result<Loaded, Failure> {
    let listing = Listing::read(path)?;
    let mut parts = Vec::new();
    let mut bytes: u64 = 0;
    for name in &listing.names {
        let place = join(path, name);
        let content = read(&place)?;
        bytes += content.len() as u64;
        if bytes > LARGEST {
            return Err(too_large(path));
        }
        parts.push(Part {
            name: name.clone(),
            path: place,
            bytes: content,
        });
    }
    let platform = recognise_all(path, &parts, format)?;
    check_options(path, platform, options)?;
    let files: Vec<SourceFile<'_>> = parts
        .iter()
        .map(|part| SourceFile {
            name: &part.name,
            bytes: &part.bytes,
        })
        .collect();
    let bundle = platform
        .parse_directory(&files, listing.unread(), &*resolved(options)?)
        .map_err(|error| {
            let place = parts.get(error.file).map_or(path, |part| &part.path);
            explain(place, &error.error)
        })?;
    check_rules(&bundle.rule_errors())?;
    let file = FileInfo {
        path: path.to_owned(),
        sha256: checksum(&parts),
        bytes,
        platform: platform.name(),
        options: options.clone(),
    };
    Ok(Loaded {
        file,
        platform,
        bundle,
    })
}

/// The content of a directory, recursively, by relative name.
#[derive(Default)]
struct Listing {
    /// The files that are read, sorted.
    names: Vec<String>,
    /// Hidden files and directories.
    hidden: Vec<String>,
    /// Files of other kinds.
    others: Vec<String>,
    /// Directories that were already read, or are too deep.
    again: Vec<String>,
}

impl Listing {
    fn read(path: &str) -> Result<Self, Failure> {
        let mut listing = Self::default();
        let mut seen = HashSet::new();
        listing.enter(path, "", 0, &mut seen)?;
        if listing.names.is_empty() {
            return Err(
                Failure::new(FailureKind::File, "the directory contains no import file")
                    .at(path)
                    .because(format!(
                        "no file name in it ends in {EXTENSION}; hidden files are not read"
                    ))
                    .hint("check the path"),
            );
        }
        for names in [
            &mut listing.names,
            &mut listing.hidden,
            &mut listing.others,
            &mut listing.again,
        ] {
            names.sort_unstable();
        }
        Ok(listing)
    }

    /// Lists one directory; `below` is its name with a trailing slash.
    fn enter(
        &mut self,
        path: &str,
        below: &str,
        depth: usize,
        seen: &mut HashSet<PathBuf>,
    ) -> Result<(), Failure> {
        let place = join(path, below);
        let failed = |error: io::Error| {
            Failure::new(FailureKind::File, "cannot read the directory")
                .at(&*place)
                .because(error)
                .hint("check that you may read it")
        };
        // A link may lead to a directory above: each is read once.
        let is_new = seen.insert(fs::canonicalize(&place).map_err(failed)?);
        if !is_new || depth > MAX_DEPTH {
            self.again.push(below.trim_end_matches('/').to_owned());
            return Ok(());
        }
        let entries: Result<Vec<_>, _> = fs::read_dir(&place).map_err(failed)?.collect();
        let mut entries = entries.map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let shown = format!("{below}{}", name.to_string_lossy());
            let is_json = shown.ends_with(EXTENSION);
            if name.to_string_lossy().starts_with('.') {
                self.hidden.push(shown);
            } else if entry.path().is_dir() {
                self.enter(path, &format!("{shown}/"), depth + 1, seen)?;
            } else if !is_json {
                self.others.push(shown);
            } else if name.to_str().is_none() {
                return Err(
                    Failure::new(FailureKind::File, "the file name is not UTF-8 text")
                        .at(join(path, &shown))
                        .hint("rename it"),
                );
            } else {
                self.names.push(shown);
            }
        }
        Ok(())
    }

    /// Reports what is not read: one finding for each reason.
    fn unread(&self) -> Vec<Finding> {
        let groups = [
            (
                &self.hidden,
                Severity::Note,
                "hidden files and directories are not read",
            ),
            (
                &self.others,
                Severity::Warning,
                "only files whose names end in .json are read",
            ),
            (
                &self.again,
                Severity::Warning,
                "directories are read once, at most 32 levels deep",
            ),
        ];
        let findings = groups
            .into_iter()
            .filter(|(names, ..)| !names.is_empty())
            .map(|(names, severity, why)| {
                let message = format!("{why}: skipped {}", some_of(names.iter().cloned(), NAMED));
                Finding {
                    severity,
                    ..Finding::note("not-read", message)
                }
            });
        findings.collect()
    }
}

fn join(path: &str, name: &str) -> String {
    Path::new(path).join(name).to_string_lossy().into_owned()
}

/// Returns the platform of the files: they must all be of one platform that
/// accepts directories. Unrecognised files are reported by the platform of the
/// others.
fn recognise_all(
    path: &str,
    parts: &[Part],
    format: Option<&str>,
) -> Result<&'static dyn Platform, Failure> {
    let mut all: Option<(&'static dyn Platform, &Part)> = None;
    let mut unknown = None;
    for part in parts {
        let platform = match recognise(&part.path, &part.bytes, format) {
            Ok(platform) => platform,
            Err(failure) if failure.kind == FailureKind::Format && is_json(&part.bytes) => {
                unknown = unknown.or(Some(failure));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        match all {
            Some((first, of)) if first.name() != platform.name() => {
                return Err(Failure::new(
                    FailureKind::Format,
                    "the directory contains files of several formats",
                )
                .at(&part.path)
                .because(format!(
                    "its format is {}, that of '{}' is {}",
                    platform.name(),
                    of.name,
                    first.name()
                ))
                .hint("import one format at a time: move the others elsewhere"));
            }
            _ => all = all.or(Some((platform, part))),
        }
    }
    let Some((platform, first)) = all else {
        // Without a platform, a failure was already recorded.
        return Err(unknown.unwrap_or_else(|| {
            Failure::new(FailureKind::File, "the directory contains no import file").at(path)
        }));
    };
    if platform.takes_directories() {
        return Ok(platform);
    }
    Err(Failure::new(
        FailureKind::Usage,
        format!(
            "an import of {} is one file, not a directory",
            platform.name()
        ),
    )
    .at(path)
    .hint(format!("name the file in it, such as {}", first.path)))
}

/// Says whether a file is JSON of an unknown format; a plan has a known one.
fn is_json(bytes: &[u8]) -> bool {
    !is_plan(bytes) && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Returns the checksum of names and contents, each with its length before it.
fn checksum(parts: &[Part]) -> String {
    let describe = |sum: Sha256, bytes: &[u8]| {
        sum.chain_update((bytes.len() as u64).to_be_bytes())
            .chain_update(bytes)
    };
    let sum = parts.iter().fold(Sha256::new(), |sum, part| {
        describe(describe(sum, part.name.as_bytes()), &part.bytes)
    });
    hex::encode(sum.finalize())
}

/// The extension of the files of a directory that are read.
const EXTENSION: &str = ".json";

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANISATION: &str = r#"{"id":"64b000000000000000000009","owner_name":"Harbour"}"#;

    fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        home
    }

    fn loaded(home: &tempfile::TempDir) -> Result<Loaded, Failure> {
        load(
            home.path().to_str().unwrap(),
            None,
            &ImportOptions::default(),
        )
    }

    #[test]
    fn directories_are_read_with_those_in_them_and_what_is_not_read_is_named() {
        let home = written(&[
            (
                "b/x/api.json",
                r#"{"api_id":"a","org_id":"64b000000000000000000009","name":"A","proxy":{"listen_path":"/a/"}}"#,
            ),
            ("a.json", ORGANISATION),
            ("README.md", "# x"),
            ("b/notes.yaml", "a: 1"),
            (".git/config.json", "{}"),
            ("b/.hidden.json", "{"),
            ("b/tool.json", r#"{"compilerOptions":{}}"#),
        ]);
        std::os::unix::fs::symlink(home.path(), home.path().join("b/loop")).unwrap();
        let loaded = loaded(&home).unwrap_or_else(|failure| panic!("{failure}"));
        let counts: usize = loaded.bundle.counts().iter().map(|(_, count)| count).sum();
        assert_eq!((counts, loaded.platform.name()), (2, "tyk"));
        let described: Vec<String> = loaded
            .bundle
            .findings()
            .iter()
            .map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect();
        let has = |words: &[&str]| {
            described
                .iter()
                .any(|line| words.iter().all(|word| line.contains(word)))
        };
        assert!(
            has(&["not-read", ".git", "b/.hidden.json"]),
            "{described:#?}"
        );
        assert!(
            has(&["not-read", "README.md", "b/notes.yaml"]),
            "{described:#?}"
        );
        assert!(has(&["not-read", "b/loop"]), "{described:#?}");
        assert!(has(&["object-skipped", "unknown"]), "{described:#?}");
        assert_eq!(described.len(), 4, "{described:#?}");
    }

    #[test]
    fn a_directory_of_nothing_known_is_refused() {
        let unknown = written(&[("b/tool.json", r#"{"compilerOptions":{}}"#)]);
        assert_eq!(
            loaded(&unknown).err().map(|failure| failure.kind),
            Some(FailureKind::Format)
        );
        let none = written(&[("b/c/README.md", "x")]);
        assert_eq!(
            loaded(&none).err().map(|failure| failure.kind),
            Some(FailureKind::File)
        );
        let broken = written(&[("a.json", ORGANISATION), ("b/c.json", "{")]);
        assert_eq!(
            loaded(&broken).err().map(|failure| failure.kind),
            Some(FailureKind::Parse)
        );
    }
}
