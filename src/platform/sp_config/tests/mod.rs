//! The rules, one test each, without a database.

mod demo;
mod exporting;
mod hostile;
mod keeping;
mod law;
mod matching;
mod options;
mod reading;
mod references;
mod secrets;

use std::sync::Arc;

use serde_json::{Value as Any, json};

use super::{SpConfig, file};
use crate::engine::diff::Show;
use crate::engine::{Entry, Kind, Plan};
use crate::platform::document::tests::Target;
use crate::platform::document::{Built, File, Sides, export};
use crate::platform::{Export, ExportOptions, ImportOptions, MissingRoots};
use crate::source::ParseError;

/// Returns an entry.
fn entry(word: &str, id: &str, name: &str, mut object: Any) -> Any {
    for (field, value) in [("id", id), ("name", name)] {
        if object.get(field).is_none() {
            object[field] = json!(value);
        }
    }
    json!({"version": 1, "self": {"type": word, "id": id, "name": name}, "object": object})
}

/// Returns a signed rule.
fn rule(id: &str, name: &str, script: &str) -> Any {
    let mut rule = entry(
        "RULE",
        id,
        name,
        json!({"sourceCode": {"version": "1.0", "script": script}}),
    );
    rule["jwsHeader"] = json!("eyJhbGciOiJFUzI1NiJ9");
    rule["jwsSignature"] = json!("c2lnbmF0dXJl");
    rule
}

fn source(id: &str, name: &str) -> Any {
    entry("SOURCE", id, name, json!({"type": "Delimited"}))
}

fn triple(word: &str, id: &str, name: &str) -> Any {
    json!({"type": word, "id": id, "name": name})
}

fn try_read(text: &str, options: &ImportOptions) -> Result<File, ParseError> {
    file::read(&SpConfig, text.as_bytes(), options)
}

fn read(objects: &[Any], options: &ImportOptions) -> File {
    try_read(&json!({"objects": objects}).to_string(), options).unwrap()
}

fn nothing() -> Target {
    Target::empty(&SpConfig)
}

/// Returns a target that stores entries as an import leaves them.
fn target(objects: &[Any]) -> Target {
    written(&read(objects, &ImportOptions::default()), &nothing())
}

/// Returns the target's documents once every possible entry of a file is written.
fn written(file: &File, before: &Target) -> Target {
    let mut after = before.clone();
    after.apply(file, &ImportOptions::default());
    after
}

fn exports(target: &Target, options: &ExportOptions) -> Result<Export, MissingRoots> {
    export(&SpConfig, &target.objects, options)
}

fn plan(file: &[Any], target_objects: &[Any]) -> Arc<Plan> {
    plan_with(file, target_objects, &ImportOptions::default())
}

fn plan_with(file: &[Any], target_objects: &[Any], options: &ImportOptions) -> Arc<Plan> {
    target(target_objects).plan(&read(file, options), options)
}

/// Compares a file that was read without options.
fn compared(file: &File, there: &Target) -> Arc<Plan> {
    there.plan(file, &ImportOptions::default())
}

fn at(plan: &Plan, item: &str) -> usize {
    let found = plan
        .entries()
        .iter()
        .position(|entry| entry.item.id.to_string() == item);
    found.unwrap_or_else(|| panic!("no {item} in the plan"))
}

fn of<'p>(plan: &'p Plan, item: &str) -> &'p Entry {
    &plan.entries()[at(plan, item)]
}

/// Returns an item's status with the codes of its reasons, as `Cannot add: missing-id`.
fn status(plan: &Plan, item: &str) -> String {
    describe(of(plan, item))
}

fn describe(entry: &Entry) -> String {
    let codes: Vec<&str> = entry
        .verdict
        .reasons
        .iter()
        .map(|reason| &*reason.code)
        .collect();
    let unchanged = if entry.is_unchanged() {
        " unchanged"
    } else {
        ""
    };
    let colon = if codes.is_empty() { "" } else { ": " };
    format!(
        "{}{unchanged}{colon}{}",
        entry.verdict.status,
        codes.join(" ")
    )
}

fn message(plan: &Plan, item: &str) -> String {
    let reasons = &of(plan, item).verdict.reasons;
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons[0].message.clone()
}

/// Returns an item's differences as JSON.
fn changes(plan: &Plan, item: &str) -> Vec<String> {
    let changes = plan.changes(at(plan, item), Show::Differences);
    changes
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect()
}

/// Returns the codes of an item's warnings.
fn warnings(plan: &Plan, item: &str) -> Vec<String> {
    of(plan, item)
        .warnings
        .iter()
        .map(|warning| warning.code.to_string())
        .collect()
}

/// Returns the codes of the warnings about the file as a whole.
fn about_file(plan: &Plan) -> Vec<String> {
    plan.warnings()
        .iter()
        .map(|warning| warning.code.to_string())
        .collect()
}

/// Returns an item's references, as `/owner by id SOURCE:1 (HR)`.
fn references(plan: &Plan, item: &str) -> Vec<String> {
    let references = of(plan, item).references.iter();
    references
        .map(|reference| {
            format!(
                "{} {} {} ({})",
                reference.path,
                reference.how.words(),
                reference.to(),
                reference.name
            )
        })
        .collect()
}

/// Returns the entry that an item would write, as JSON.
fn body(file: &[Any], target_objects: &[Any], options: &ImportOptions, item: &str) -> Any {
    let (file, target) = (read(file, options), target(target_objects));
    let sides = Sides::new(
        &SpConfig,
        &file.objects,
        &target.objects,
        &options.default_references,
    );
    let index = file
        .objects
        .iter()
        .position(|object| object.item.to_string() == item)
        .unwrap();
    serde_json::from_str(
        &Built::new(&SpConfig, &sides, (index, &file.objects[index]), &[])
            .document()
            .body,
    )
    .unwrap()
}

/// Returns every output of a plan, as the front ends print it.
fn everything(plan: &Arc<Plan>) -> String {
    let mut described = String::new();
    for (index, entry) in plan.entries().iter().enumerate() {
        let changes = plan.changes(index, Show::Everything);
        described.push_str(&serde_json::to_string(&changes).unwrap());
        described.push_str(&serde_json::to_string(&entry.references).unwrap());
        described.push_str(&serde_json::to_string(&entry.item.value).unwrap());
        described.push_str(&format!("{entry:?}"));
    }
    described.push_str(&serde_json::to_string(&plan.all_warnings().collect::<Vec<_>>()).unwrap());
    described
}

fn kind(word: &'static str) -> Kind {
    Kind::of(word)
}
