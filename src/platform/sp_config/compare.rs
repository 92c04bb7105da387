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
use crate::engine::display::{safe, some_of};
use crate::engine::json::Json;
use crate::engine::{Candidate, Finding, Item, Matched, Plan, Reason, Value};
use crate::platform::document::too_deep;

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
    let deep = too_deep(entry.object());
    let (before, after) = match deep {
        Some(_) => (Value::Record(Vec::new()), Value::Record(Vec::new())),
        None => aligned.sides(),
    };
    let base = built.base.map(|(_, stored)| Item {
        // Its own: what is found by its name keeps the id that it has.
        id: stored.item(),
        name: stored.document.name.clone(),
        value: before,
        path: "".into(),
    });
    let mut blocks = pair.blocks(at).to_vec();
    blocks.extend(deep);
    blocks.extend(refused(&aligned));
    let mut warnings = noticed(entry, &aligned);
    warnings.extend(other_types(pair, at, entry));
    warnings.extend(unknown_attributes(pair, entry));
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

/// Tells that the target has an object with the id of an entry under another
/// type: the service split a type in two once.
fn other_types(pair: &Pair<'_>, at: usize, entry: &Entry) -> Option<Finding> {
    if entry.id.is_empty() || pair.base(at).is_some() {
        return None;
    }
    let mut others = pair.target.with_any_id(&entry.id);
    let other = others.find(|stored| stored.word() != &*entry.word)?;
    let message = format!(
        "the target has {} '{}' with the same id, under another type",
        other.word(),
        other.document.name
    );
    Some(Finding::warning("other-type", message).at(&*entry.place).about(&entry.item))
}

/// Tells which identity attributes a profile fills that neither the file nor the
/// target declares.
fn unknown_attributes(pair: &Pair<'_>, entry: &Entry) -> Option<Finding> {
    if &*entry.word != types::IDENTITY_PROFILE {
        return None;
    }
    let of_file = pair.file.entries.iter().filter(|entry| &*entry.word == types::IDENTITY_OBJECT_CONFIG);
    let of_target = pair.target.of(types::IDENTITY_OBJECT_CONFIG).filter_map(|at| pair.target.document(at));
    let configs: Vec<&Json> = of_file.map(Entry::object).chain(of_target.map(Stored::object)).collect();
    let details = configs.iter().filter_map(|config| config.get("objectAttributeDetails"));
    let known: HashSet<&str> =
        details.flat_map(Json::elements).map(|attribute| attribute.text_of("name")).collect();
    // Nobody says which there are.
    if known.is_empty() {
        return None;
    }
    let transforms = entry.object().pointer("/identityAttributeConfig/attributeTransforms")?.elements();
    let names = transforms.iter().map(|transform| transform.text_of("identityAttributeName"));
    let unknown: Vec<String> = names
        .filter(|name| !name.is_empty() && !known.contains(name))
        .map(|name| format!("'{name}'"))
        .collect();
    (!unknown.is_empty()).then(|| {
        let message =
            format!("fills identity attributes that the target does not have: {}", some_of(unknown, 5));
        Finding::warning("identity-attribute-missing", message).at(&*entry.place).about(&entry.item)
    })
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
