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

use std::collections::{BTreeMap, BTreeSet};

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
    complain(&circles(&Graph::read()));
}

fn circles(graph: &Graph) -> Vec<String> {
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
    complaints
}

#[test]
fn modules_import_only_from_those_that_they_may() {
    complain(&undeclared(&Graph::read(), &allowed()));
}

fn undeclared(graph: &Graph, allowed: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut complaints = BTreeSet::new();
    for (file, module, written) in graph.written() {
        let (from, to) = (row(allowed, &module), row(allowed, &written));
        let (Some(from), Some(to)) = (from, to) else {
            if !module.is_empty() {
                complaints.insert(format!("{file}: no row in the table of lib.rs"));
            }
            continue;
        };
        if !may_import(allowed, &from, &to) {
            let path = written.join("::");
            complaints.insert(format!(
                "{file} imports {path}; {from} may import from {:?}",
                allowed[&from]
            ));
        }
    }
    complaints.into_iter().collect()
}

/// A crate of a few files.
fn planted(files: &[(&str, &str)]) -> Graph {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Graph::read_from(root.path())
}

#[test]
fn a_circle_around_a_corner_is_found_and_a_table_of_contents_is_none() {
    let lib = (
        "lib.rs",
        "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::B;",
    );
    let a = ("a.rs", "use crate::B;\npub struct A(B);");
    let b = ("b.rs", "use super::c;\npub struct B(c::C);");
    let c = (
        "c.rs",
        "pub struct C;\n#[cfg(test)]\nmod tests {\n    use crate::A;\n}",
    );
    assert_eq!(
        planted(&[lib, a, b, c]).circles(),
        Vec::<Vec<String>>::new()
    );
    let back = (
        "c.rs",
        "pub struct C;\nfn back() { vec![crate::A::default()]; }",
    );
    assert_eq!(
        planted(&[lib, a, b, back]).circles(),
        [["a.rs", "b.rs", "c.rs"]]
    );
}

#[test]
fn a_dependency_that_is_not_in_the_table_is_found() {
    let lib = ("lib.rs", "mod a;\nmod b;");
    let b = ("b/mod.rs", "mod inner;\npub struct B;");
    let inner = ("b/inner.rs", "use crate::a::A;");
    let a = ("a.rs", "pub struct A;");
    let table = |inner: &[&str]| {
        let row = |imports: &[&str]| imports.iter().map(ToString::to_string).collect();
        let rows = [("a", row(&[])), ("b", row(&[])), ("b::inner", row(inner))];
        BTreeMap::from(rows.map(|(name, row)| (name.to_owned(), row)))
    };
    let graph = planted(&[lib, a, b, inner]);
    assert_eq!(
        undeclared(&graph, &table(&[])),
        ["b/inner.rs imports a::A; b::inner may import from []"]
    );
    assert_eq!(undeclared(&graph, &table(&["a"])), Vec::<String>::new());
}

/// The row of the table for a path: the one of the innermost module.
fn row(allowed: &BTreeMap<String, Vec<String>>, path: &[String]) -> Option<String> {
    let inner_first = (1..=path.len())
        .rev()
        .map(|length| path[..length].join("::"));
    inner_first
        .into_iter()
        .find(|name| allowed.contains_key(name))
}

/// A module may import from itself, from those around it and from those that
/// its row, or the row of one around it, names.
fn may_import(allowed: &BTreeMap<String, Vec<String>>, from: &str, to: &str) -> bool {
    let is_within = |outer: &str| from == outer || from.starts_with(&format!("{outer}::"));
    let mut rows = allowed.iter().filter(|(outer, _)| is_within(outer));
    is_within(to) || rows.any(|(_, may)| may.iter().any(|name| name == to))
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
            "scopes/rows.rs",
            "scopes/read.rs",
            "platform/document/rows.rs",
        ],
    ),
    ("ratatui", &["tui/", "scopes/screen/"]),
    ("crossterm", &["tui/"]),
    ("axum", &["http/"]),
    ("hyper", &["http/"]),
    ("println!", &[]),
    ("eprintln!", &["tui/runtime/terminal.rs"]),
    ("io::stdout", &["cli/print.rs", "tui/runtime/terminal.rs"]),
    ("Local::now", &["job/", "scopes/jobs.rs"]),
    // When a token was issued.
    ("Utc::now", &["http/oauth/", "job/"]),
    ("SystemTime::now", &[]),
    (
        "Instant::now",
        &[
            // How long a request takes, and how long it may.
            "http/",
            "job/",
            "private_server/",
            "scopes/jobs.rs",
            "tui/runtime/",
        ],
    ),
    (
        "std::env::var",
        &[
            "cli/",
            "private_server/",
            "tui/theme/",
            "tui/runtime/",
            // Rules for values name variables.
            "job/file/values.rs",
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

/// A product's words. They occur in its folder, in the registry, and where it
/// says why.
struct Product {
    folder: &'static str,
    words: &'static [&'static str],
    also: &'static [(&'static str, &'static str)],
}

const PRODUCTS: [Product; 3] = [
    Product {
        folder: "platform/digirunner/",
        words: &["digirunner", "Digirunner", "tsmp_"],
        also: &[
            ("scopes/", "scopes are of this product only"),
            ("cli/args/jobs.rs", "the demo that is shown without a name"),
        ],
    },
    Product {
        folder: "platform/tyk/",
        words: &["tyk", "Tyk", "TYK"],
        also: &[
            ("http/tyk/", "its own import endpoints"),
            ("http/server.rs", "mounts the endpoints"),
            ("http/dialect.rs", "answers in the form of the endpoint"),
            ("http/mod.rs", "declares the endpoints"),
            ("cli/args/", "the help says whose file an option is for"),
        ],
    },
    Product {
        folder: "platform/sp_config/",
        words: &[
            "sp_config",
            "sp-config",
            "SpConfig",
            "SP_CONFIG",
            "SailPoint",
        ],
        also: &[
            ("http/sp_config/", "its own import endpoints"),
            ("http/server.rs", "mounts the endpoints"),
            ("http/dialect.rs", "answers in the form of the endpoint"),
            ("http/mod.rs", "declares the endpoints"),
            (
                "job/sp_config.rs",
                "the object types that its endpoints list",
            ),
            ("job/mod.rs", "declares that file"),
            ("cli/args/", "the help says whose file an option is for"),
        ],
    },
];

#[test]
fn only_platforms_name_a_platform() {
    let mut complaints = Vec::new();
    for source in Graph::read().sources {
        let is_in = |place: &&str| source.path.starts_with(*place);
        let is_product = source.path.ends_with("/product.rs") && !is_in(&"platform/document/");
        if is_product && !PRODUCTS.iter().any(|product| is_in(&product.folder)) {
            complaints.push(format!("{} is of a product without words", source.path));
        }
        for Product {
            folder,
            words,
            also,
        } in PRODUCTS
        {
            let also = also.iter().map(|(place, _)| *place);
            let mut places = [folder, "platform/mod.rs", "platform/registry.rs"]
                .into_iter()
                .chain(also);
            if places.any(|place| is_in(&place)) {
                continue;
            }
            for word in words.iter().filter(|word| source.code.contains(**word)) {
                complaints.push(format!("{} names a product: {word}", source.path));
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
