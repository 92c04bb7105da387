//! What a directory contains.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::job::failure::{Failure, FailureKind};

/// The maximum number of entries that are listed.
const MAX_ENTRIES: usize = 100_000;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; what is not UTF-8 is replaced.
    pub name: String,
    /// Whether it is a directory, or a link to one.
    pub is_directory: bool,
    /// Whether its name is UTF-8 text: only such files can be named.
    pub is_text: bool,
}

/// The entries of a directory: directories first, each in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The directory, as an absolute path without links.
    pub directory: PathBuf,
    /// Its entries, hidden ones too.
    pub entries: Vec<Entry>,
    /// How many more there are.
    pub more: usize,
}

/// Lists a directory; no file in it is opened. Blocks.
///
/// # Errors
///
/// Fails if it is not a directory that can be read.
pub fn list(directory: &Path) -> Result<Listing, Failure> {
    read(directory).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "check the path",
            _ => "check that you may read it",
        };
        Failure::new(FailureKind::File, "cannot read the directory")
            .at(directory.display().to_string())
            .because(error)
            .hint(hint)
    })
}

fn read(directory: &Path) -> io::Result<Listing> {
    let directory = fs::canonicalize(directory)?;
    let mut entries = Vec::new();
    let mut more = 0;
    for entry in fs::read_dir(&directory)? {
        let entry = entry?;
        if entries.len() == MAX_ENTRIES {
            more += 1;
        } else {
            entries.push(describe(&entry));
        }
    }
    entries.sort_by_cached_key(|entry| {
        let name = entry.name.to_lowercase();
        (!entry.is_directory, name, entry.name.clone())
    });
    Ok(Listing {
        directory,
        entries,
        more,
    })
}

fn describe(entry: &fs::DirEntry) -> Entry {
    // The type comes with the name; only a link has to be followed.
    let is_directory = entry
        .file_type()
        .is_ok_and(|kind| kind.is_dir() || (kind.is_symlink() && entry.path().is_dir()));
    let name = entry.file_name();
    Entry {
        is_text: name.to_str().is_some(),
        name: name.to_string_lossy().into_owned(),
        is_directory,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn directories_come_first_and_links_count_as_what_they_lead_to() {
        let home = tempfile::tempdir().unwrap();
        let within = |name: &str| home.path().join(name);
        for name in ["b", "Z"] {
            fs::create_dir(within(name)).unwrap();
        }
        for name in ["c.json", "A.json", "匯出.json", ".hidden.json"] {
            fs::write(within(name), "{}").unwrap();
        }
        fs::write(home.path().join(OsStr::from_bytes(b"\xff.json")), "{}").unwrap();
        std::os::unix::fs::symlink("b", within("link")).unwrap();
        std::os::unix::fs::symlink("gone", within("broken")).unwrap();
        let listing = list(home.path()).unwrap();
        let shown: Vec<_> = listing
            .entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.is_directory, entry.is_text))
            .collect();
        assert_eq!(
            shown,
            [
                ("b", true, true),
                ("link", true, true),
                ("Z", true, true),
                (".hidden.json", false, true),
                ("A.json", false, true),
                ("broken", false, true),
                ("c.json", false, true),
                ("匯出.json", false, true),
                ("\u{fffd}.json", false, false),
            ]
        );
        assert_eq!(listing.directory, fs::canonicalize(home.path()).unwrap());
    }

    #[test]
    fn what_is_no_directory_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.json");
        fs::write(&file, "{}").unwrap();
        for path in [file, home.path().join("gone")] {
            let failure = list(&path).unwrap_err();
            assert_eq!(failure.place.as_deref(), path.to_str());
            assert_eq!(failure.hints, ["check the path"]);
        }
    }
}
