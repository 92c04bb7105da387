//! The files of `fixtures/broken`: what the real binary says of each, word for word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::gatediff::command;
use crate::support::sample::sample;
use crate::support::site::Site;

/// What every secret of the files holds.
const CANARY: &str = "canary";

/// Writes the expectations instead of comparing them.
const UPDATE: &str = "GATEDIFF_UPDATE";

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken")
}

/// Returns the names of the files with an extension, without it.
fn names(extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|found| found == extension));
    files
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// The target of the plans: it has a client, and the APIs of the files.
async fn site() -> Site {
    let target = sample()
        .apis(&[("orders", "getOrder"), ("accounts", "getAccount")])
        .client("old", json!({"clientName": "Old", "owner": "sales"}));
    Site::new(&target).await
}

/// Runs the binary on a file and returns all that it says, and how it ends.
fn describe(name: &str, verb: &str, more: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let file = format!("{name}.json");
    let output = command(home.path())
        .current_dir(directory())
        .args([verb, &file])
        .args(more)
        .output()
        .unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let code = output
        .status
        .code()
        .map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    format!("$ gatediff {verb} {file}\n{stdout}{stderr}exit {code}\n")
}

/// Compares with what is expected, or writes that down; returns what is wrong.
fn complaint(name: &str, described: &str) -> Option<String> {
    let path = directory().join(name).with_extension("txt");
    if described.to_lowercase().contains(CANARY) {
        return Some(format!("{name} tells a secret:\n{described}"));
    }
    if is_updating() {
        fs::write(path, described).unwrap();
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    (expected != described)
        .then(|| format!("{name}\n--- expected\n{expected}--- told\n{described}"))
}

/// Whether expectations are being written: then they cannot be judged yet.
fn is_updating() -> bool {
    std::env::var_os(UPDATE).is_some()
}

fn is_for_plan(name: &str) -> bool {
    name.starts_with("plan-")
}

#[test]
fn a_file_alone_is_reported_what_is_wrong_with_it() {
    let names = names("json").into_iter().filter(|name| !is_for_plan(name));
    let complaints: Vec<String> = names
        .filter_map(|name| complaint(&name, &describe(&name, "validate", &[])))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test]
async fn a_file_and_a_target_are_reported_what_is_wrong_between_them() {
    let site = site().await;
    let (url, shown) = (site.db.url(), site.target().display());
    let names = names("json").into_iter().filter(|name| is_for_plan(name));
    let complaints: Vec<String> = names
        .filter_map(|name| {
            let described = describe(&name, "plan", &["--database-url", &url]);
            complaint(&name, &described.replace(&shown, "TARGET"))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn as_json_each_is_one_document_without_a_secret() {
    let home = tempfile::tempdir().unwrap();
    for name in names("json") {
        let args = ["validate", &format!("{name}.json"), "--output", "json"];
        let output = command(home.path())
            .current_dir(directory())
            .args(args)
            .output()
            .unwrap();
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", output.stdout.escape_ascii()));
        let is_done = output.status.success();
        assert_eq!(document["status"] == "ok", is_done, "{name}: {document}");
        assert!(
            output.stderr.is_empty() && !document.to_string().contains(CANARY),
            "{name}: {document}"
        );
    }
}

#[test]
fn every_file_has_its_message_and_every_message_its_file() {
    if is_updating() {
        return;
    }
    let (files, messages) = (names("json"), names("txt"));
    assert_eq!(files, messages);
    assert!(files.len() >= 40, "{} files", files.len());
}

#[test]
fn the_readme_names_every_file_once() {
    let readme = fs::read_to_string(directory().join("README.md")).unwrap();
    let cells = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named: Vec<&str> = cells.collect();
    assert_eq!(
        named
            .iter()
            .copied()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>(),
        names("json")
    );
    assert_eq!(named.len(), names("json").len());
}

#[test]
fn a_message_says_where_why_and_what_to_do_unless_the_file_is_fine() {
    if is_updating() {
        return;
    }
    for name in names("txt") {
        let text = fs::read_to_string(directory().join(&name).with_extension("txt")).unwrap();
        let (described, exit) = text.trim_end().rsplit_once("\nexit ").unwrap();
        assert_eq!(
            name.starts_with("ok-"),
            exit == "0" && !described.contains("not-in-file"),
            "{name}: {exit}"
        );
        if described.contains("\nerror: ") {
            for part in ["  where:     ", "  why:       ", "  next step: "] {
                assert!(
                    described.contains(part),
                    "{name} lacks '{part}':\n{described}"
                );
            }
            assert!(
                described.contains(&format!("  where:     {name}.json")),
                "{name}:\n{described}"
            );
        }
    }
}
