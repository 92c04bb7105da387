//! What a file is, from its head.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::job::file::load_bytes;
use crate::job::saved::is_plan;
use crate::platform::{self, ImportOptions};

/// The largest file of which everything is read.
const WHOLE: u64 = 1 << 20;

/// How much of a larger file is read.
const HEAD: u64 = 64 << 10;

/// The maximum number of files that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its content.
    pub content: Content,
    /// Its size.
    pub bytes: u64,
    /// When it was last changed.
    pub modified: Option<DateTime<Utc>>,
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An export that can be imported.
    Export {
        /// The name of its product.
        platform: &'static str,
        /// Its items by the title of their kind; none if the file is too large to read it only to
        /// count them.
        counts: Option<Vec<(&'static str, usize)>>,
    },
    /// A file of a known product that cannot be imported as it is.
    Invalid {
        /// The name of its product.
        platform: &'static str,
        /// Why.
        why: String,
    },
    /// A saved plan.
    Plan,
    /// Anything else.
    Other,
    /// It cannot be read, for this reason.
    Unreadable(String),
}

/// Looks at files, and remembers what it saw while a file stays as it is.
#[derive(Debug, Default)]
pub struct Looks(Mutex<HashMap<PathBuf, (Version, Look)>>);

/// What changes with the content of a file.
type Version = (u64, Option<SystemTime>);

impl Looks {
    /// Returns what a file is. Reads 1 MiB of it at most. Blocks.
    pub fn look(&self, path: &Path) -> Look {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) => return Look::unreadable(&error),
        };
        let version = (about.len(), about.modified().ok());
        let known = self.0.lock().ok().and_then(|known| {
            let (seen, look) = known.get(path)?;
            (*seen == version).then(|| look.clone())
        });
        if let Some(look) = known {
            return look;
        }
        let (bytes, modified) = version;
        let content = if about.is_file() {
            content(path, bytes)
        } else {
            // A pipe or a device: reading it could wait, or change something.
            Ok(Content::Other)
        };
        let look = Look {
            content: content.unwrap_or_else(|error| Content::Unreadable(error.to_string())),
            bytes,
            modified: modified.map(DateTime::from),
        };
        if let Ok(mut known) = self.0.lock() {
            if known.len() >= MAX_REMEMBERED {
                known.clear();
            }
            known.insert(path.to_owned(), (version, look.clone()));
        }
        look
    }
}

impl Look {
    fn unreadable(error: &io::Error) -> Self {
        Self {
            content: Content::Unreadable(error.to_string()),
            bytes: 0,
            modified: None,
        }
    }
}

fn content(path: &Path, size: u64) -> io::Result<Content> {
    let limit = if size <= WHOLE { WHOLE } else { HEAD };
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if is_plan(&bytes) {
        return Ok(Content::Plan);
    }
    let Ok(platform) = platform::detect(&bytes) else {
        return Ok(Content::Other);
    };
    let (name, kinds) = (platform.name(), platform.kinds());
    if size > WHOLE {
        return Ok(Content::Export {
            platform: name,
            counts: None,
        });
    }
    let path = path.to_string_lossy();
    Ok(
        match load_bytes(&path, &bytes, None, &ImportOptions::default()) {
            Ok(loaded) => {
                let counts = loaded.bundle.counts().into_iter();
                let titled = counts.filter_map(|(kind, count)| {
                    let info = kinds.iter().find(|info| info.kind == kind)?;
                    (count > 0).then_some((info.title, count))
                });
                Content::Export {
                    platform: name,
                    counts: Some(titled.collect()),
                }
            }
            Err(failure) => Content::Invalid {
                platform: name,
                why: failure.what,
            },
        },
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ORGANISATION: &str = r#"{"id":"64b000000000000000000009","owner_name":"Harbour"}"#;

    fn written(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(name);
        fs::write(&path, text).unwrap();
        (home, path)
    }

    fn seen(text: &str) -> Content {
        let (_home, path) = written("a.json", text);
        Looks::default().look(&path).content
    }

    #[test]
    fn exports_are_told_from_plans_and_other_files() {
        let Content::Export { platform, counts } = seen(ORGANISATION) else {
            panic!()
        };
        assert_eq!(platform, platform::named("tyk").unwrap().name());
        assert_eq!(counts.unwrap().iter().map(|(_, n)| n).sum::<usize>(), 1);
        assert_eq!(seen(r#"{"format":"gatediff-plan","x":1}"#), Content::Plan);
        for other in ["", "{}", "PK\u{3}\u{4}", "[1]", "{\"name\":"] {
            assert_eq!(seen(other), Content::Other, "{other}");
        }
    }

    #[test]
    fn a_known_file_that_cannot_be_imported_says_why() {
        let cut = ORGANISATION.get(..ORGANISATION.len() - 3).unwrap();
        let Content::Invalid { why, .. } = seen(cut) else {
            panic!("{:?}", seen(cut))
        };
        assert_eq!(why, "the file ends too early");
    }

    #[test]
    fn of_a_large_file_only_the_head_is_read() {
        let long = "x".repeat(2 << 20);
        let text = format!(r#"{{"owner_name":"{long}","id":"64b000000000000000000009"}}"#);
        let Content::Export { counts, .. } = seen(&text) else {
            panic!()
        };
        assert_eq!(counts, None);
    }

    #[test]
    fn a_file_is_read_again_when_it_has_changed() {
        let looks = Looks::default();
        let (_home, path) = written("a.json", "{}");
        assert_eq!(looks.look(&path).content, Content::Other);
        fs::write(&path, ORGANISATION).unwrap();
        let later = SystemTime::now() + Duration::from_secs(9);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(later).unwrap();
        assert!(matches!(looks.look(&path).content, Content::Export { .. }));
        fs::remove_file(&path).unwrap();
        let gone = looks.look(&path).content;
        assert!(matches!(gone, Content::Unreadable(_)), "{gone:?}");
    }

    #[test]
    fn a_pipe_is_not_opened() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR;
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        assert_eq!(Looks::default().look(&pipe).content, Content::Other);
    }
}
