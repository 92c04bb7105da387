//! What is shown is what is written: over the demo, and over files like it.

use super::super::DEMO;
use super::demo::demo_target;
use super::*;
use crate::platform::document::law::{mutated, unexplained};

/// Covers all that can be, and returns what was not explained, and how many
/// documents were written.
fn check(file: &File, there: &Target) -> (Vec<String>, usize) {
    let plan = compare::plan(file, there);
    let pair = Pair::new(file, there);
    let (mut told, mut written) = (Vec::new(), 0);
    for (at, entry) in file.entries.iter().enumerate() {
        let Some(base) = pair.base(at).and_then(|base| there.document(base.at)) else { continue };
        let Some(place) = plan.entries().iter().position(|other| other.item.path == entry.place) else {
            continue;
        };
        let of = &plan.entries()[place];
        if of.verdict.status.is_blocked() || !of.changed {
            continue;
        }
        let document = build(&pair, at, entry).document(entry);
        let before = serde_json::from_str(&base.document.body).unwrap();
        let after = serde_json::from_str(&document.body).unwrap();
        let left = unexplained(&before, &after, &plan.changes(place, Show::Differences), &[]);
        told.extend(left.into_iter().map(|line| format!("{}: {line}", entry.item)));
        written += 1;
    }
    (told, written)
}

#[test]
fn what_is_shown_of_the_demo_is_what_is_written() {
    let file = try_read(DEMO.file, &ImportOptions::default()).unwrap();
    let (told, written) = check(&file, &demo_target());
    assert!(told.is_empty(), "{told:#?}");
    assert!(written > 5, "{written}");
}

#[test]
fn what_is_shown_of_files_like_the_demo_is_what_is_written() {
    let known_by = ["id", "name", "type", "self", "jwsHeader", "jwsSignature", "connector", "triggerId"];
    let there = demo_target();
    let demo: Any = serde_json::from_str(DEMO.file).unwrap();
    let mut written = 0;
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let text = mutated(&demo, &known_by, &mut random).to_string();
        let Ok(file) = try_read(&text, &ImportOptions::default()) else { continue };
        let (told, count) = check(&file, &there);
        assert!(told.is_empty(), "seed {seed}: {told:#?}");
        written += count;
    }
    assert!(written > 300, "{written}");
}
