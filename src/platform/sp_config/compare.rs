//! Every entry of the file as a candidate: what it is, what stands in the
//! target, what blocks it, what it refers to and needs.

use std::collections::HashSet;
use std::sync::Arc;

use super::build::{Built, build};
use super::file::{Entry, File, plain_id};
use super::pair::{Base, Pair, own_blocks};
use super::target::{Stored, Target};
use super::types;
use crate::engine::align::Aligned;
use crate::engine::display::safe;
use crate::engine::{Candidate, Finding, Item, Matched, Plan, Reason, Value};

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
    let aligned = built.aligned(&entry.word);
    let (before, after) = aligned.sides();
    let base = built.base.map(|(_, stored)| Item {
        // Its own: what is found by its name keeps the id that it has.
        id: stored.item(),
        name: stored.document.name.clone(),
        value: before,
        path: "".into(),
    });
    let mut blocks = pair.blocks(at).to_vec();
    blocks.extend(refused(&aligned));
    let mut warnings = noticed(entry, &aligned);
    let Built { base: found, references, requires, warnings: others, .. } = built;
    warnings.splice(0..0, others);
    Candidate {
        item: Item {
            id: entry.item.clone(),
            name: entry.name.clone(),
            value: after,
            path: entry.place.clone(),
        },
        base,
        matched: found.and_then(|(base, stored)| matched(entry, base, stored)),
        blocks,
        requires,
        references,
        quota: None,
        warnings,
        // What was found by its name is another object under another id.
        facts: found.map_or(Value::Null, |(_, stored)| Value::Text(stored.document.id.clone())),
    }
}

/// Returns why the differences of an entry cannot be written.
fn refused(aligned: &Aligned<'_>) -> Vec<Reason> {
    let immutable = aligned.immutable().iter().map(|refused| {
        let shown = |value: &Value| match value {
            Value::Null => "none".to_owned(),
            Value::Text(text) => format!("'{}'", safe(text)),
            value => safe(&serde_json::to_string(value).unwrap_or_default()).into_owned(),
        };
        let message = format!(
            "{} cannot change: it is {} in the target and {} in the file",
            refused.path,
            shown(&refused.before),
            shown(&refused.after)
        );
        let code = if refused.path == "/type" { "type-immutable" } else { "immutable" };
        Reason::new(code, message)
    });
    let lost = aligned.unaligned().iter().filter(|list| list.loses_secrets).map(|list| {
        let message = format!(
            "the list {} is too long to be aligned, and replacing it would lose the target's secrets in it",
            list.path
        );
        Reason::new("list-too-long", message)
    });
    immutable.chain(lost).collect()
}

/// Returns what the operator should know of the comparison itself.
fn noticed(entry: &Entry, aligned: &Aligned<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !entry.is_signed() {
        let mut missing: Vec<String> =
            aligned.missing_secrets().iter().map(|place| place.trim_start_matches('/').to_owned()).collect();
        missing.extend(nowhere(aligned));
        if !missing.is_empty() {
            let message = format!(
                "neither the file nor the target has these secrets: {}; set them after the import",
                missing.join(", ")
            );
            findings.push(Finding::note("secret-missing", message).at(&*entry.place).about(&entry.item));
        }
    }
    findings.extend(aligned.unaligned().iter().map(|list| {
        let message =
            format!("the list {} is too long to be aligned: it is compared as one value", list.path);
        Finding::note("list-too-long", message).at(&*entry.place).about(&entry.item)
    }));
    findings
}

/// Returns the names of what the connector encrypts and nobody has.
fn nowhere(aligned: &Aligned<'_>) -> Vec<String> {
    let result = aligned.result();
    let Some(attributes) = result.get("object").and_then(|object| object.get("connectorAttributes")) else {
        return Vec::new();
    };
    let has = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        let mut found = false;
        attributes
            .walk(&mut |_, json| found |= [name, last].into_iter().any(|name| json.get(name).is_some()));
        found
    };
    let names = attributes.text_of("encrypted").split(',').map(str::trim).filter(|name| !name.is_empty());
    names.filter(|name| !has(name)).map(str::to_owned).collect()
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
