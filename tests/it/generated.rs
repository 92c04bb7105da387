//! What is generated is current: the README's help and keys, the completions,
//! the manual page. `GATEDIFF_UPDATE=1 cargo test generated` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::digirunner::demo;
use crate::support::gatediff::gatediff;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_update() -> bool {
    std::env::var_os("GATEDIFF_UPDATE").is_some()
}

/// Compares a file with what it should hold, or writes it.
fn compare_or_write(path: &Path, wanted: &str) {
    if is_update() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, wanted).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == wanted,
        "{} is not current: run GATEDIFF_UPDATE=1 cargo test generated",
        path.strip_prefix(root()).unwrap().display()
    );
}

fn printed(args: &[&str]) -> String {
    let ran = gatediff(args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn the_completions_are_current() {
    for (shell, name) in [
        ("bash", "gatediff.bash"),
        ("zsh", "_gatediff"),
        ("fish", "gatediff.fish"),
    ] {
        compare_or_write(
            &root().join("completions").join(name),
            &printed(&["completions", shell]),
        );
    }
}

#[test]
fn the_manual_page_is_current() {
    compare_or_write(&root().join("man").join("gatediff.1"), &printed(&["man"]));
}

#[tokio::test]
async fn the_file_in_place_of_the_demos_target_is_current() {
    let db = demo().await;
    let export = printed(&["export", "--out", "-", "--database-url", &db.url()]);
    compare_or_write(&root().join("fixtures/digirunner/target.json"), &export);
}

/// Returns a text with what stands between the two marks replaced.
fn with_section(readme: &str, marker: &str, text: &str) -> String {
    let (open, close) = (format!("<!-- {marker} -->"), format!("<!-- /{marker} -->"));
    let (before, rest) = readme
        .split_once(&open)
        .unwrap_or_else(|| panic!("the text has no {open}"));
    let (_, after) = rest
        .split_once(&close)
        .unwrap_or_else(|| panic!("the text has no {close}"));
    format!("{before}{open}\n{}\n{close}{after}", text.trim_end())
}

#[test]
fn the_readmes_help_and_keys_are_current() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let help = format!("```text\n{}\n```", printed(&["--help"]).trim_end());
    let wanted = with_section(&readme, "help", &help);
    let wanted = with_section(&wanted, "keys", &gatediff::tui::keys_markdown());
    compare_or_write(&path, &wanted);
}

#[test]
fn the_table_of_connection_parameters_is_current() {
    let path = root().join("docs").join("connections.md");
    let text = fs::read_to_string(&path).unwrap();
    let table = gatediff::store::parameters_markdown();
    compare_or_write(&path, &with_section(&text, "parameters", &table));
}
