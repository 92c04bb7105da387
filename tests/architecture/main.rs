//! The rules of the architecture: which module may import from which, no
//! circles of files, and which words belong to one module. Reads the sources;
//! needs nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test outside of a test module: a failure is a panic here"
)]

mod graph;

use std::collections::BTreeMap;

use graph::Graph;

/// Each module, and the modules that it may import from: the table in `lib.rs`.
fn allowed() -> BTreeMap<String, Vec<String>> {
    let docs = include_str!("../../src/lib.rs");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("//! | "));
    let names = |cell: &str| {
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let mut table = BTreeMap::new();
    for row in rows {
        let row: Vec<&str> = row.split('|').collect();
        if let [module, imports, ..] = row.as_slice() {
            for module in names(module) {
                table.insert(module, names(imports));
            }
        }
    }
    assert!(table.len() > 5, "the table in lib.rs was found");
    table
}

/// The module at the top that a file is part of.
fn top(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_two_files_import_each_other() {
    let graph = Graph::read();
    let edges = graph.edges();
    let mut complaints = Vec::new();
    for circle in graph.circles() {
        complaints.push(format!("a circle of {} files:", circle.len()));
        for from in &circle {
            for (to, names) in edges.get(from).into_iter().flatten() {
                if circle.contains(to) {
                    complaints.push(format!("  {from} imports from {to}: {names:?}"));
                }
            }
        }
    }
    complain(&complaints);
}

#[test]
fn modules_import_only_from_those_that_they_may() {
    let allowed = allowed();
    let mut complaints = Vec::new();
    for (from, imports) in Graph::read().edges() {
        let module = top(&from);
        let Some(may) = allowed.get(module) else {
            if module != "lib" {
                complaints.push(format!("{from}: '{module}' is not in the table of lib.rs"));
            }
            continue;
        };
        for (to, names) in imports {
            let used = top(&to);
            if used != module && !may.iter().any(|name| name == used) {
                complaints.push(format!(
                    "{from} imports {names:?} from {to}; {module} may import from {may:?}"
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
    ("ratatui", &["tui/", "scopes/screen/", "main.rs"]),
    ("crossterm", &["tui/"]),
    ("axum", &["http/"]),
    ("hyper", &["http/"]),
    ("println!", &[]),
    ("eprintln!", &["tui/runtime/terminal.rs"]),
    ("io::stdout", &["cli/print.rs", "tui/runtime/terminal.rs"]),
    ("Local::now", &["job/"]),
    ("Utc::now", &["job/"]),
    ("SystemTime::now", &[]),
    (
        "Instant::now",
        &["http/oauth.rs", "job/", "private_server/", "tui/runtime/"],
    ),
    (
        "std::env::var",
        &[
            "cli/",
            "main.rs",
            "private_server/",
            "tui/theme/",
            "tui/runtime/",
        ],
    ),
    ("Color::Rgb", &["tui/theme/"]),
    ("Color::Indexed", &["tui/theme/"]),
];

#[test]
fn words_stay_in_their_modules() {
    let mut complaints = Vec::new();
    for source in Graph::read().sources {
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
    for source in Graph::read().sources {
        let is_free = ["engine", "store", "tui", "config"].contains(&top(&source.path))
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
    let graph = Graph::read();
    let sources = graph.sources.iter();
    for source in sources.filter(|source| top(&source.path) == "engine") {
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
    for source in Graph::read().sources {
        for word in ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore"] {
            if source.code.contains(word) {
                complaints.push(format!("{} says {word}", source.path));
            }
        }
    }
    complain(&complaints);
}
