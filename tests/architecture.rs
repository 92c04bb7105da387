//! The walls of the house: who may import whom, and which words belong to one
//! room. Reads the sources; needs nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "a test outside of a test module: a failure is a panic here"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may import from.
const DOORS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("platform", &["engine", "store"]),
    ("store", &["engine"]),
    ("job", &["engine", "platform", "store"]),
    ("config", &[]),
    ("logging", &["config"]),
    ("http", &["job", "engine", "config", "store"]),
    ("cli", &["http", "job", "engine", "config", "store"]),
    ("tui", &["job", "engine", "config"]),
];

struct Source {
    path: String,
    room: String,
    /// The text without its test modules and comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                let room = relative.split(['/', '.']).next().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source {
                    path: relative,
                    room,
                    code: code(&text),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the sources were found");
    found
}

/// Cuts off the inline test module and every comment.
fn code(text: &str) -> String {
    let body = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    body.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a file is nothing but tests.
fn is_test_file(path: &str) -> bool {
    path.ends_with("tests.rs")
        || path.contains("/tests/")
        || path.ends_with("support.rs")
        || path.contains("/support/")
}

fn rooms_used(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in code.split("crate::").skip(1) {
        let name: String = part
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if !name.is_empty() {
            rooms.push(name);
        } else if part.starts_with('{') {
            let inner = part.split('}').next().unwrap_or_default();
            rooms.extend(inner.trim_start_matches('{').split(',').map(|word| {
                word.trim()
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect::<String>()
            }));
        }
    }
    rooms
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn imports_go_through_the_doors_only() {
    let mut complaints = Vec::new();
    for source in sources() {
        if source.room == "main" || source.room == "lib" {
            continue;
        }
        let doors = DOORS.iter().find(|(room, _)| *room == source.room);
        let Some((room, doors)) = doors else {
            complaints.push(format!(
                "{}: the room '{}' has no doors here",
                source.path, source.room
            ));
            continue;
        };
        for used in rooms_used(&source.code) {
            if used != *room && !doors.contains(&used.as_str()) {
                complaints.push(format!(
                    "{} imports from '{used}'; {room} may import from {doors:?}",
                    source.path
                ));
            }
        }
    }
    complain(&complaints);
}

/// A word, and the paths that may use it.
const WORDS: &[(&str, &[&str])] = &[
    (
        "sqlx",
        &[
            "store/",
            "platform/digirunner/snapshot.rs",
            "platform/digirunner/allocate.rs",
            "platform/digirunner/write.rs",
            "platform/digirunner/scope/rows.rs",
            "platform/digirunner/scope/read.rs",
            "platform/document/rows.rs",
        ],
    ),
    ("ratatui", &["tui/", "main.rs"]),
    ("crossterm", &["tui/"]),
    ("axum", &["http/"]),
    ("hyper", &["http/"]),
    ("println!", &[]),
    ("eprintln!", &["tui/terminal.rs"]),
    ("io::stdout", &["cli/print.rs", "tui/terminal.rs"]),
    ("Local::now", &["job/"]),
    ("Utc::now", &["job/"]),
    ("SystemTime::now", &[]),
    (
        "Instant::now",
        &[
            "http/oauth.rs",
            "job/",
            "store/local",
            "tui/run",
            "tui/signals.rs",
        ],
    ),
    (
        "std::env::var",
        &[
            "cli/",
            "main.rs",
            "store/local",
            "store/fetch.rs",
            "tui/theme/",
            "tui/run",
            "tui/terminal.rs",
        ],
    ),
    ("Color::Rgb", &["tui/theme/"]),
    ("Color::Indexed", &["tui/theme/"]),
];

#[test]
fn words_stay_in_their_rooms() {
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !is_test_file(&source.path))
    {
        for (word, places) in WORDS {
            if source.code.contains(word)
                && !places.iter().any(|place| source.path.starts_with(place))
            {
                complaints.push(format!(
                    "{} uses {word}, which belongs to {places:?}",
                    source.path
                ));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn only_platforms_name_a_platform() {
    let names = [
        "digirunner",
        "Digirunner",
        "tsmp_",
        "tyk",
        "Tyk",
        "sp_config",
        "sp-config",
        "SpConfig",
        "SailPoint",
    ];
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !is_test_file(&source.path))
    {
        let is_free = ["engine", "store", "tui", "config"].contains(&source.room.as_str())
            || source.path.starts_with("job/apply")
            || source.path.starts_with("job/plan");
        for name in names {
            if is_free && source.code.contains(name) {
                complaints.push(format!("{} names a platform: {name}", source.path));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn the_engine_is_pure() {
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.room == "engine" && !is_test_file(&source.path))
    {
        for word in [
            "tokio",
            "std::fs",
            "std::env",
            "std::net",
            "chrono",
            "std::time",
            "async fn",
        ] {
            if source.code.contains(word) {
                complaints.push(format!("{} uses {word}", source.path));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn nothing_is_left_for_later() {
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !is_test_file(&source.path))
    {
        for word in ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore"] {
            if source.code.contains(word) {
                complaints.push(format!("{} says {word}", source.path));
            }
        }
    }
    complain(&complaints);
}
