//! What is shown is what is written: over the demo, and over files like it.

use super::super::DEMO;
use super::*;
use crate::engine::Choices;
use crate::platform::DemoTarget;
use crate::platform::document::law::{mutated, unexplained};

/// What follows from the rest of a policy.
const DERIVED: [&str; 5] = ["access_rights_array", "auth_type", "auth_types", "state", "graphql_enabled"];

fn seeds() -> Vec<Object> {
    let DemoTarget::Import { file: text, .. } = DEMO.target else { panic!("it is imported") };
    target(&serde_json::from_str(text).unwrap())
}

/// Covers all that can be, and returns what was not explained, and how many
/// documents were written.
fn check(file: &Json, there: &[Object]) -> (Vec<String>, usize) {
    let read = read(file);
    let plan = Arc::new(compare::plan(&read, there));
    let Ok(approved) = plan.approve(&Choices::everything(&plan)) else { return (Vec::new(), 0) };
    let covers = write::saves(&read.objects, there, &approved).covers;
    let mut told = Vec::new();
    for save in &covers {
        let at = plan.position(&save.item).unwrap();
        let base = there.iter().find(|base| {
            base.sort.kind() == save.document.kind && base.row.as_deref() == Some(&*save.document.id)
        });
        let before = serde_json::from_str(&base.unwrap().text).unwrap();
        let after = serde_json::from_str(&save.document.body).unwrap();
        let changes = plan.changes(at, Show::Differences);
        assert!(!changes.is_empty(), "{}: written without a change", save.item);
        let left = unexplained(&before, &after, &changes, &DERIVED);
        told.extend(left.into_iter().map(|line| format!("{}: {line}", save.item)));
    }
    (told, covers.len())
}

#[test]
fn what_is_shown_of_the_demo_is_what_is_written() {
    let (told, written) = check(&serde_json::from_str(DEMO.file).unwrap(), &seeds());
    assert!(told.is_empty(), "{told:#?}");
    assert!(written > 10, "{written}");
}

#[test]
fn what_is_shown_of_files_like_the_demo_is_what_is_written() {
    let known_by =
        ["id", "_id", "api_id", "org_id", "dbId", "orgId", "name", "path", "method", "url", "event_name"];
    let there = seeds();
    let DemoTarget::Import { file: text, .. } = DEMO.target else { panic!("it is imported") };
    let mut written = 0;
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let base: Json = serde_json::from_str(if seed % 2 == 0 { text } else { DEMO.file }).unwrap();
        let file = mutated(&base, &known_by, &mut random);
        if file::read(file.to_string().as_bytes()).is_err() {
            continue;
        }
        let (told, count) = check(&file, &there);
        assert!(told.is_empty(), "seed {seed}: {told:#?}");
        written += count;
    }
    assert!(written > 300, "{written}");
}

#[test]
fn a_second_import_of_the_same_file_changes_nothing() {
    let mut there = seeds();
    let file: Json = serde_json::from_str(DEMO.file).unwrap();
    let read = read(&file);
    let plan = Arc::new(compare::plan(&read, &there));
    let approved = plan.approve(&Choices::everything(&plan)).unwrap();
    let saves = write::saves(&read.objects, &there, &approved);
    for save in saves.covers.iter().chain(&saves.adds) {
        there.retain(|other| {
            other.sort.kind() != save.document.kind || other.row.as_deref() != Some(&*save.document.id)
        });
        there.extend(Object::kept(&save.document));
    }
    let again = compare::plan(&read, &there);
    for step in approved.steps() {
        let entry = again.entry(step.at).unwrap();
        let changes = again.changes(step.at, Show::Differences);
        assert!(!entry.changed, "{}: {changes:?}", entry.item.id);
    }
}
