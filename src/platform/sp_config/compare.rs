//! Every entry of the file as a candidate: what it is, what stands in the
//! target, what blocks it, what it refers to and needs.

use std::collections::HashSet;
use std::sync::Arc;

use super::build::{Built, build};
use super::file::{Entry, File, plain_id};
use super::pair::{Base, Pair, own_blocks};
use super::rules::canonical;
use super::target::{Stored, Target};
use super::types;
use crate::engine::{Candidate, Finding, Item, Matched, Plan, Value};
use crate::platform::document::canonical::Side;

/// Compares a file with a target.
pub(super) fn plan(file: &File, target: &Target) -> Plan {
    let pair = Pair::new(file, target);
    let mut candidates: Vec<Candidate> =
        file.entries.iter().enumerate().map(|(at, entry)| candidate(&pair, at, entry)).collect();
    candidates.sort_by_key(|candidate| rank(&candidate.item));
    let mut findings = file.findings.clone();
    findings.extend(pair.unmet_defaults().map(|default| {
        let [id, name] = [&default.id, &default.name].map(|text| text.as_deref().unwrap_or_default());
        let what = match (id, name) {
            ("", "") => format!("the only {}", default.kind),
            _ => super::pair::told(&default.kind, id, name).to_string(),
        };
        let message =
            format!("the default reference names {what}, which is neither in the file nor in the target");
        Finding::warning("default-unmet", message)
    }));
    Plan::new(types::kinds(), candidates, Vec::new(), findings)
}

fn rank(item: &Item) -> usize {
    types::kinds().iter().position(|info| info.kind == item.id.kind).unwrap_or(usize::MAX)
}

fn candidate(pair: &Pair<'_>, at: usize, entry: &Entry) -> Candidate {
    let built = build(pair, at, entry);
    let base = built.base.map(|(_, stored)| Item {
        // Its own: what is found by its name keeps the id that it has.
        id: stored.item(),
        name: stored.document.name.clone(),
        value: canonical(stored.word(), &stored.entry, &built.secrets, Side::Replaced),
        path: "".into(),
    });
    let Built { base: found, comparable, secrets, references, requires, warnings, .. } = built;
    Candidate {
        item: Item {
            id: entry.item.clone(),
            name: entry.name.clone(),
            value: canonical(&entry.word, &comparable, &secrets, Side::File),
            path: entry.place.clone(),
        },
        base,
        matched: found.and_then(|(base, stored)| matched(entry, base, stored)),
        blocks: pair.blocks(at).to_vec(),
        requires,
        references,
        quota: None,
        warnings,
        // What was found by its name is another object under another id.
        facts: found.map_or(Value::Null, |(_, stored)| Value::Text(stored.document.id.clone())),
    }
}

/// Says how an entry was matched, where its object has another id in the target.
fn matched(entry: &Entry, base: Base, stored: &Stored) -> Option<Matched> {
    let target = &stored.document.id;
    let by = match base.by_id {
        true if plain_id(target) == plain_id(&entry.id) => return None,
        true => "id",
        false if stored.document.name == entry.name => "name",
        // A tenant has one of it.
        false => "type",
    };
    Some(Matched { by: by.into(), target: Arc::clone(target) })
}

/// Returns what stands in the way of the file's entries whatever the target holds.
pub(super) fn obstacles(file: &File) -> Vec<Finding> {
    let target = Target::default();
    let pair = Pair::new(file, &target);
    let told = |(at, entry): (usize, &Entry)| {
        let blocks = pair.blocks(at).iter().map(|reason| {
            let finding = match own_blocks(entry) {
                // What is only exported is no mistake of the file.
                Some(own) if own == *reason && own.code == "not-importable" => Finding::note,
                _ => Finding::error,
            };
            finding(reason.code.clone(), format!("{} ({})", reason.message, entry.place))
        });
        let findings: Vec<Finding> =
            blocks.map(|finding| finding.at(&*entry.place).about(&entry.item)).collect();
        findings
    };
    let blocks: Vec<Finding> = file.entries.iter().enumerate().flat_map(told).collect();
    let mut seen = HashSet::new();
    blocks
        .into_iter()
        .filter(|finding| seen.insert((finding.message.clone(), finding.path.clone())))
        .collect()
}
