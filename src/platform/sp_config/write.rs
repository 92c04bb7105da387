//! Writing what was approved.

use std::collections::HashMap;

use super::build::build;
use super::file::{Entry, File};
use super::pair::Pair;
use super::target::Target;
use crate::engine::{Approved, Verb};
use crate::platform::document::Save;

/// Returns what is to be covered, and what is to be added.
pub(super) fn saves(file: &File, target: &Target, approved: &Approved) -> (Vec<Save>, Vec<Save>) {
    let pair = Pair::new(file, target);
    let plan = approved.plan();
    let places: HashMap<&str, (usize, &Entry)> =
        file.entries.iter().enumerate().map(|(at, entry)| (&*entry.place, (at, entry))).collect();
    let (mut covers, mut adds) = (Vec::new(), Vec::new());
    for step in approved.steps() {
        let Some(item) = plan.entry(step.at).map(|entry| &entry.item) else { continue };
        let Some((at, entry)) = places.get(&*item.path).copied() else { continue };
        let save = Save { item: item.id.clone(), document: build(&pair, at, entry).document(entry) };
        match step.verb {
            Verb::Cover => covers.push(save),
            Verb::Add => adds.push(save),
        }
    }
    (covers, adds)
}
