//! Every object of the file as a candidate: what it is, what stands in the
//! target, what blocks it, what it points to and needs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::file::File;
use super::object::{KINDS, Object, Sort};
use super::resolve::{Found, resolve};
use super::rules;
use super::schema::{prefix, prepare};
use super::side::{self, Side};
use crate::engine::diff::{Show, compare};
use crate::engine::{
    Candidate, Finding, Item, ItemId, Kind, Matched, Missing, Plan, Reason, Reference, Resolved, Value,
};
use crate::platform::document::too_deep;

/// A file and a target, by what their objects are known by.
pub(super) struct Pair<'o> {
    pub(super) file: Side<'o>,
    pub(super) target: Side<'o>,
    /// The objects of the file that are one of the target, by its key.
    sharing: HashMap<(Sort, &'o str), Vec<&'o Object>>,
}

impl<'o> Pair<'o> {
    /// Indexes both sides.
    pub(super) fn new(file: &'o [Object], target: &'o [Object]) -> Self {
        let mut pair = Self { file: Side::new(file), target: Side::new(target), sharing: HashMap::new() };
        for object in file {
            if let Some(base) = pair.base(object) {
                pair.sharing.entry((base.sort, &base.key)).or_default().push(object);
            }
        }
        pair
    }

    /// Returns what stands in the target of an object of the file.
    pub(super) fn base(&self, object: &Object) -> Option<&'o Object> {
        match object.sort {
            Sort::Organisation | Sort::Api => self.target.get(object.sort, &object.key),
            Sort::Policy => self.target.policy_like(object),
        }
    }

    /// Returns the objects of the file that are an object of the target.
    pub(super) fn sharing<'s>(&'s self, base: &'s Object) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.sharing.get(&(base.sort, &*base.key)).into_iter().flatten().copied()
    }

    /// Returns an object of the file or, where it has none, of the target.
    pub(super) fn get(&self, sort: Sort, key: &str) -> Option<&'o Object> {
        self.file.get(sort, key).or_else(|| self.target.get(sort, key))
    }

    pub(super) fn is_versioned(&self, api: &str) -> bool {
        self.get(Sort::Api, api).is_some_and(side::is_versioned)
    }
}

/// Compares a file with a target.
pub(super) fn plan(file: &File, target: &[Object]) -> Plan {
    let pair = Pair::new(&file.objects, target);
    let (candidates, missing) = candidates(file, &pair);
    Plan::new(&KINDS, candidates, missing, file.findings.clone())
}

/// Returns what stands in the way of the file's objects whatever the target
/// holds, and what the target has to have.
pub(super) fn obstacles(file: &File) -> Vec<Finding> {
    let pair = Pair::new(&file.objects, &[]);
    let (candidates, missing) = candidates(file, &pair);
    let mut findings = Vec::new();
    for Candidate { item, blocks, requires, .. } in &candidates {
        let path = &*item.path;
        // What is alone in its file stands at no path.
        let told = |message: &str| match path {
            "" => message.to_owned(),
            path => format!("{message} ({path})"),
        };
        findings.extend(blocks.iter().map(|reason| {
            Finding::error(reason.code.clone(), told(&reason.message)).at(path).about(&item.id)
        }));
        let is_there = |id: &ItemId| {
            Sort::of_kind(id.kind.as_str()).is_some_and(|sort| pair.file.get(sort, &id.key).is_some())
        };
        findings.extend(requires.iter().filter(|need| !is_there(&need.on)).map(|need| {
            let message = format!(
                "needs {} '{}', which the file does not hold; the target must",
                need.on.kind, need.on.key
            );
            Finding::warning("not-in-file", told(&message)).at(path).about(&item.id)
        }));
    }
    findings.extend(missing.iter().flat_map(|missing| {
        let (verb, kind) = (if missing.is_api() { "grants" } else { "uses" }, &missing.kind);
        let message =
            format!("{verb} {kind} '{}', which the file does not hold; the target should", missing.key);
        missing.used_by.iter().map(move |user| Finding::warning("not-in-file", message.clone()).about(user))
    }));
    findings
}

/// What neither side has, by kind, module and key.
type AllMissing = BTreeMap<(Kind, Arc<str>, Arc<str>), Missing>;

fn candidates(file: &File, pair: &Pair<'_>) -> (Vec<Candidate>, Vec<Missing>) {
    let mut all = AllMissing::new();
    let candidates = file.objects.iter().map(|object| candidate(object, pair, &mut all)).collect();
    (candidates, all.into_values().collect())
}

fn candidate(object: &Object, pair: &Pair<'_>, all: &mut AllMissing) -> Candidate {
    let id = object.id();
    let base = pair.base(object);
    let prepared = prepare(object, base, &|api: &str| pair.is_versioned(api));
    let aligned = prepared.aligned();
    let deep = too_deep(&object.body);
    let (before, after) = match deep {
        Some(_) => (Value::Record(Vec::new()), Value::Record(Vec::new())),
        None => aligned.sides(),
    };
    let item = |of: &Object, value: Value, path: &str| Item {
        id: id.clone(),
        name: Arc::clone(&of.name),
        value,
        path: path.into(),
    };
    let mut candidate = Candidate {
        item: item(object, after, &object.path),
        base: base.map(|base| item(base, before, "")),
        matched: base.and_then(|base| matched(object, base)),
        blocks: rules::identity(object, base, pair),
        requires: Vec::new(),
        quota: None,
        references: Vec::new(),
        warnings: Vec::new(),
        facts: Value::Null,
    };
    candidate.blocks.extend(deep);
    let is_new = is_changed(&candidate);
    if is_new {
        candidate.blocks.extend(rules::content(object, base, pair));
    }
    candidate.warnings.extend(rules::warnings(object, pair));
    for Found { link, reference, requires, reasons, findings, missing } in resolve(object, pair) {
        let at = format!("{}{}", object.path, link.path);
        candidate.references.push(Reference { path: shown(object, &link.path), ..reference });
        candidate.warnings.extend(findings.into_iter().map(|finding| finding.at(&*at).about(&id)));
        // Of what does not differ nothing is written: what it lacks, it lacks already.
        if is_new {
            candidate.blocks.extend(reasons);
            candidate.requires.extend(requires);
            if let Some(missing) = missing {
                let identity = (missing.kind.clone(), Arc::clone(&missing.module), Arc::clone(&missing.key));
                let known = all.entry(identity).or_insert_with(|| Missing { used_by: Vec::new(), ..missing });
                // Objects come one after the other.
                if known.used_by.last() != Some(&id) {
                    known.used_by.push(id.clone());
                }
            }
        }
    }
    candidate.blocks = unique(candidate.blocks);
    candidate
}

/// Says how an object was matched, where the target's has another database id,
/// which stays.
fn matched(object: &Object, base: &Object) -> Option<Matched> {
    let by = match object.sort {
        Sort::Organisation => return None,
        Sort::Api => "api_id",
        Sort::Policy => "id",
    };
    let (there, here) = (base.database_id.as_ref()?, object.database_id.as_ref()?);
    (there != here).then(|| Matched { by: by.into(), target: Arc::clone(there) })
}

/// Returns a path into an object as it is shown: a bare definition in its wrapper.
fn shown(object: &Object, path: &str) -> String {
    prefix(object).map_or_else(|| path.to_owned(), |name| format!("/{name}{path}"))
}

/// Says whether adding or covering would change anything.
fn is_changed(candidate: &Candidate) -> bool {
    let Some(base) = &candidate.base else { return true };
    let changes = compare(Some(&base.value), &candidate.item.value, Show::Differences);
    changes.iter().any(|change| change.op.is_effective())
}

/// Keeps the first of equal reasons, in order. For short lists.
fn unique(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::with_capacity(reasons.len());
    for reason in reasons {
        if !kept.contains(&reason) {
            kept.push(reason);
        }
    }
    kept
}

/// Returns what the target's own objects point to and nobody has. What the list
/// of an organisation names is but a copy.
pub(super) fn dangling(target: &[Object]) -> Vec<Finding> {
    let pair = Pair::new(&[], target);
    let objects = target.iter().filter(|object| object.sort != Sort::Organisation);
    let found =
        objects.flat_map(|object| resolve(object, &pair).into_iter().map(move |found| (object, found)));
    found
        .filter(|(_, found)| found.reference.how == Resolved::Unresolved)
        .map(|(object, Found { link, reference, .. })| {
            let message =
                format!("points to {} '{}', which the target does not have", reference.kind, reference.key);
            Finding::warning("dangling-reference", message).at(link.path).about(&object.id())
        })
        .collect()
}
