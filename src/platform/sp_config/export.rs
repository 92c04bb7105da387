//! The file that the service would export: an envelope around the entries as
//! they are kept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;
use serde::Serialize;

use super::file::{Selected, counts, plain_id};
use super::references::links;
use super::target::{Stored, Target};
use super::types::{self, SOURCE};
use crate::engine::ItemId;
use crate::platform::{Export, ExportOptions, MissingRoots, Selection};

/// The envelope, but for its objects.
#[derive(Serialize)]
struct Envelope<'o> {
    version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tenant: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    options: Options<'o>,
}

/// The options of an export, in the words of the service.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'o> {
    exclude_types: &'o [String],
    include_types: &'o [String],
    object_options: BTreeMap<&'o str, Filter<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'o> {
    included_ids: &'o [String],
    included_names: &'o [String],
}

/// Returns the file of everything, or of what the options say.
pub(super) fn export(target: &Target, options: &ExportOptions) -> Result<Export, MissingRoots> {
    let closure = needed(target, &options.roots)?;
    let selected = Selected::new(&options.selection);
    let is_meant = |at: usize, stored: &Stored| {
        let is_selected = selected.takes_object(stored.word(), &stored.document.id, &stored.document.name);
        is_selected && closure.as_ref().is_none_or(|closure| closure.contains(&at))
    };
    let mut meant: Vec<&Stored> = target
        .documents()
        .iter()
        .enumerate()
        .filter(|(at, stored)| is_meant(*at, stored))
        .map(|(_, stored)| stored)
        .collect();
    meant.sort_by_key(|stored| rank(stored));
    let there: Vec<(&str, &str, &str)> = target
        .documents()
        .iter()
        .map(|stored| (stored.word(), &*stored.document.id, &*stored.document.name))
        .collect();
    let kinds: Vec<_> = meant.iter().map(|stored| types::kind(stored.word())).collect();
    Ok(Export {
        bytes: print(&envelope(options), &meant),
        counts: counts(kinds.iter()),
        findings: selected.unmet_by(&there, "the target"),
    })
}

fn rank(stored: &Stored) -> usize {
    let kind = types::kind(stored.word());
    types::kinds().iter().position(|info| info.kind == kind).unwrap_or(usize::MAX)
}

fn envelope(options: &ExportOptions) -> Envelope<'_> {
    let Selection { include, exclude, objects } = &options.selection;
    Envelope {
        version: 1,
        timestamp: options.now.map(|now| now.to_rfc3339_opts(SecondsFormat::Millis, true)),
        tenant: &options.origin,
        description: &options.description,
        options: Options {
            exclude_types: exclude,
            include_types: include,
            object_options: objects
                .iter()
                .map(|(word, filter)| {
                    let filter = Filter { included_ids: &filter.ids, included_names: &filter.names };
                    (word.as_str(), filter)
                })
                .collect(),
        },
    }
}

/// Prints an envelope with entries in it, byte for byte as they are kept.
fn print(envelope: &Envelope<'_>, entries: &[&Stored]) -> Vec<u8> {
    let head = serde_json::to_string(envelope).unwrap_or_default();
    let head = head.strip_suffix('}').unwrap_or(&head);
    let size: usize = entries.iter().map(|stored| stored.document.body.len() + 2).sum();
    let mut bytes = Vec::with_capacity(head.len() + size + 20);
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(b",\"objects\":[");
    for (at, stored) in entries.iter().enumerate() {
        bytes.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        bytes.extend_from_slice(stored.document.body.as_bytes());
    }
    bytes.extend_from_slice(b"\n]}\n");
    bytes
}

/// Returns the roots with everything that they refer to, directly and not; none
/// where there are no roots.
fn needed(target: &Target, roots: &[ItemId]) -> Result<Option<BTreeSet<usize>>, MissingRoots> {
    if roots.is_empty() {
        return Ok(None);
    }
    let is_root = |root: &ItemId| root.kind.as_str() == SOURCE;
    let find = |root: &ItemId| {
        let word = root.kind.as_str();
        let by_id = target.with_id(word, &root.key);
        by_id.or_else(|| only(target.called(word, &root.key))).filter(|_| is_root(root))
    };
    let missing: Vec<ItemId> = roots.iter().filter(|root| find(root).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Err(MissingRoots(missing));
    }
    let mut open: Vec<usize> = roots.iter().filter_map(find).collect();
    let mut needed = BTreeSet::new();
    while let Some(at) = open.pop() {
        let Some(stored) = target.document(at).filter(|_| needed.insert(at)) else { continue };
        for link in links(stored.word(), stored.object()) {
            let by_id = Some(plain_id(&link.id)).filter(|id| !id.is_empty());
            let by_id = by_id.and_then(|id| target.with_id(&link.word, &id));
            open.extend(by_id.or_else(|| only(target.called(&link.word, &link.name))));
        }
    }
    Ok(Some(needed))
}

fn only(found: &[usize]) -> Option<usize> {
    match found {
        [only] => Some(*only),
        _ => None,
    }
}
