//! From what was approved to the documents that are to stand in the target.

use std::sync::Arc;

use super::compare::Pair;
use super::object::Object;
use super::schema::prepare;
use crate::engine::{Approved, Verb};
use crate::platform::document::Document;
use crate::platform::document::rows::Save;

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Saves {
    /// In the place of what is there.
    pub(super) covers: Vec<Save>,
    /// Beside it.
    pub(super) adds: Vec<Save>,
}

/// Returns what to write of the file's objects, which stand in the plan's order.
pub(super) fn saves(file: &[Object], target: &[Object], approved: &Approved) -> Saves {
    let pair = Pair::new(file, target);
    let mut saves = Saves::default();
    for step in approved.steps() {
        let Some(object) = file.get(step.at) else { continue };
        let save = |document| Save { item: object.id(), document };
        match (step.verb, pair.base(object)) {
            (Verb::Cover, Some(base)) => saves.covers.push(save(covered(object, base, &pair))),
            _ => saves.adds.push(save(added(object))),
        }
    }
    saves
}

/// An object as it was received.
fn added(object: &Object) -> Document {
    Document {
        kind: object.sort.kind(),
        id: Arc::clone(&object.key),
        pair_id: object.pair_id(),
        owner: Arc::clone(&object.owner),
        name: Arc::clone(&object.name),
        body: Arc::clone(&object.text),
    }
}

/// What is going to stand in the place of another object: what it is kept under
/// stays, and what the target has of its own.
fn covered(object: &Object, base: &Object, pair: &Pair<'_>) -> Document {
    let prepared = prepare(object, Some(base), &|api: &str| pair.is_versioned(api));
    let (body, text) = prepared.written(base);
    let mut document = match Object::read(object.sort, body, Arc::clone(&text), String::new()) {
        Ok(result) => added(&result),
        // It reads as the file's object does, which was read.
        Err(_) => Document { body: text, ..added(object) },
    };
    if let Some(row) = &base.row {
        document.id = Arc::clone(row);
    }
    if document.pair_id.is_none() {
        document.pair_id = base.pair_id();
    }
    document
}
