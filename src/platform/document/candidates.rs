//! Every object of the file as a candidate: its identity, its counterpart in
//! the target, what blocks it, and its references and requirements.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::build::{Built, CHUNK};
use super::{File, Json, Object, Product, Sides, quoted};
use crate::engine::align::{Aligned, Unaligned, align};
use crate::engine::content::{Content, Origin};
use crate::engine::diff::effective;
use crate::engine::display::safe;
use crate::engine::finding::Findings;
use crate::engine::json::MAX_DEPTH;
use crate::engine::lookalike::{Called, warn_of_look_alikes};
use crate::engine::object::resolve;
use crate::engine::rule::Matcher;
use crate::engine::{Candidate, Finding, Item, ItemId, Kind, Marks, Missing, Plan, Reason, Value};
use crate::platform::ImportOptions;
use crate::platform::unique::unique;

/// The wanted document of each object, if it is not the object's own body.
pub(crate) type Wanted = Vec<Option<Json>>;

/// Compares a file with a target; also returns the wanted document of each
/// object. `sides` are of the file's objects, and of those of the target that
/// decide about them; `called` is what all of the target's are called, if those
/// are not all. Differences that the rules name are ignored. Contents are made when they are read if they can keep the file.
pub(crate) fn plan(
    product: &dyn Product,
    sides: &Sides<'_>,
    findings: &[Finding],
    keeps: Option<&Arc<File>>,
    called: Option<&[Called]>,
    ignore: &[Matcher],
) -> (Plan, Wanted) {
    let Candidates {
        mut candidates,
        missing,
        wanted,
    } = candidates(product, sides, keeps, ignore);
    let here = names(sides.file.objects);
    let there = called.map_or_else(|| names(sides.target.objects).into(), Cow::Borrowed);
    warn_of_look_alikes(&mut candidates, &here, &there);
    let mut findings = findings.to_vec();
    findings.extend(sides.unmet_defaults());
    let plan = Plan::new(product.kinds(), candidates, missing, findings);
    let plan = match product.access(&plan) {
        Some(model) => plan.with_access(model),
        None => plan,
    };
    (plan, wanted)
}

/// Returns the keys and names of objects.
fn names(objects: &[Object]) -> Vec<Called> {
    let called = |object: &Object| Called {
        id: object.item.clone(),
        names: vec![("name", Arc::clone(&object.name))],
    };
    objects.iter().map(called).collect()
}

/// Returns what blocks the file's objects regardless of the target, and what
/// the target must have.
pub fn blocking_findings(
    product: &'static dyn Product,
    file: &File,
    options: &ImportOptions,
) -> Vec<Finding> {
    let sides = Sides::new(product, &file.objects, &[], &options.default_references);
    let Candidates {
        candidates,
        missing,
        ..
    } = candidates(product, &sides, None, &[]);
    let in_file: HashSet<&ItemId> = candidates
        .iter()
        .map(|candidate| &candidate.item.id)
        .collect();
    let mut findings = Findings::default();
    for Candidate {
        item,
        blocks,
        requires,
        ..
    } in &candidates
    {
        let path = &*item.path;
        findings.extend(blocks.iter().map(|reason| {
            Finding::error(reason.code.clone(), &*reason.message)
                .at(path)
                .about(&item.id)
        }));
        findings.extend(
            requires
                .iter()
                .filter(|need| !in_file.contains(&need.on))
                .map(|need| {
                    let message = format!(
                        "requires {} '{}', which the file does not contain; the target must have it",
                        need.on.kind, need.on.key
                    );
                    Finding::warning("not-in-file", message)
                        .at(path)
                        .about(&item.id)
                }),
        );
    }
    findings.extend(missing.iter().flat_map(|missing| {
        let Missing { kind, key, .. } = missing;
        let message = format!(
            "refers to {kind} '{key}', which the file does not contain; the target should have it"
        );
        missing
            .used_by
            .iter()
            .map(move |user| Finding::warning("not-in-file", message.clone()).about(user))
    }));
    let mut findings = Vec::from(findings);
    for finding in &mut findings {
        // The only object of its file has an empty path.
        let path = finding.path.as_deref().filter(|path| !path.is_empty());
        if let Some(path) = path.filter(|_| finding.times == 1) {
            finding.message = format!("{} ({path})", finding.message);
        }
    }
    findings
}

/// What neither side has, by kind, module and key.
type AllMissing = BTreeMap<(Kind, Arc<str>, Arc<str>), Missing>;

struct Candidates {
    candidates: Vec<Candidate>,
    missing: Vec<Missing>,
    wanted: Wanted,
}

fn candidates(
    product: &dyn Product,
    sides: &Sides<'_>,
    owner: Option<&Arc<File>>,
    ignore: &[Matcher],
) -> Candidates {
    // Objects that can only be exported come last.
    let items = sides
        .file
        .objects
        .partition_point(|object| product.only_exported(object).is_none());
    let items = sides.file.objects.get(..items).unwrap_or_default();
    let objects = items.par_iter().enumerate().with_min_len(CHUNK);
    let found: Vec<(Candidate, Vec<Missing>, Option<Json>)> = objects
        .map(|(index, object)| candidate(product, sides, (index, object), owner, ignore))
        .collect();
    let mut all = AllMissing::new();
    let (mut candidates, mut wanted) = (
        Vec::with_capacity(found.len()),
        Vec::with_capacity(found.len()),
    );
    for (candidate, missing_objects, body) in found {
        for missing in missing_objects {
            let identity = (
                missing.kind.clone(),
                Arc::clone(&missing.module),
                Arc::clone(&missing.key),
            );
            let known = all.entry(identity).or_insert_with(|| Missing {
                used_by: Vec::new(),
                ..missing
            });
            // Objects are processed in order.
            if known.used_by.last() != Some(&candidate.item.id) {
                known.used_by.push(candidate.item.id.clone());
            }
        }
        candidates.push(candidate);
        wanted.push(body);
    }
    Candidates {
        candidates,
        missing: all.into_values().collect(),
        wanted,
    }
}

/// What the comparison of an object with its counterpart gives.
struct Found {
    /// The content of either side.
    sides: [Content<Value>; 2],
    /// Whether writing it would change something.
    is_new: bool,
    blocks: Vec<Reason>,
    noticed: Vec<Finding>,
}

/// Compares an object with its counterpart. Its content is made later where the
/// file alone gives it: of most objects nobody reads it.
fn found(
    product: &dyn Product,
    built: &Built<'_>,
    (index, object): (usize, &Object),
    base: Option<&Object>,
    owner: Option<&Arc<File>>,
) -> Found {
    let deep = too_deep(&object.body);
    let keeps = owner.filter(|_| deep.is_none() && built.is_of_file());
    if let (Some(keeps), Some(base)) = (keeps.filter(|_| built.is_same()), base) {
        let result = || Json::clone(&base.body);
        let content = content(built, index, keeps, true);
        return Found {
            sides: [content.clone(), content],
            is_new: false,
            blocks: Vec::new(),
            noticed: noticed(product, object, &result, &[], &[]),
        };
    }
    let aligned = built.aligned();
    let sides = match (keeps, base) {
        _ if deep.is_some() => {
            [Value::Record(Vec::new()), Value::Record(Vec::new())].map(Content::from)
        }
        (Some(keeps), None) => [Value::Null.into(), content(built, index, keeps, false)],
        _ => <[Value; 2]>::from(aligned.sides()).map(Content::from),
    };
    let [before, after] = &sides;
    let is_new = base.is_none() || !effective(Some(before), after).is_empty();
    let missing = aligned.missing_secrets();
    Found {
        is_new,
        blocks: deep
            .into_iter()
            .chain(refused(&aligned, object.is_signed()))
            .collect(),
        noticed: noticed(
            product,
            object,
            &|| aligned.result(),
            missing,
            aligned.unaligned(),
        ),
        sides,
    }
}

/// Returns the content of an object as the file has it, which is made when it is
/// read.
fn content(built: &Built<'_>, index: usize, owner: &Arc<File>, is_cover: bool) -> Content<Value> {
    let schema = built.schema();
    let origin = Origin {
        owner: Arc::as_ptr(owner).addr(),
        index,
        rules: std::ptr::from_ref(schema).addr(),
        is_cover,
    };
    let owner = Arc::clone(owner);
    Content::of(origin, move || {
        let made = |object: &Object| {
            let target = is_cover.then_some(&*object.body);
            align(target, &object.body, schema).sides().1
        };
        owner.objects.get(index).map_or(Value::Null, made)
    })
}

fn candidate<'o>(
    product: &dyn Product,
    sides: &Sides<'o>,
    (index, object): (usize, &'o Object),
    owner: Option<&Arc<File>>,
    ignore: &[Matcher],
) -> (Candidate, Vec<Missing>, Option<Json>) {
    let base = sides.base(index);
    let mut built = Built::new(product, sides, (index, object), ignore);
    let Found {
        sides: [before, after],
        is_new,
        blocks: own,
        noticed,
    } = found(product, &built, (index, object), base, owner);
    let mut blocks = sides.blocks(index).to_vec();
    blocks.extend(base.and_then(|base| other_owner(object, base)));
    blocks.extend(own);
    if is_new {
        blocks.extend(object.body.unstorable().map(|part| {
            let message = format!("{} holds {}", object.place(&part.path), part.what);
            Reason::new("not-storable", message)
        }));
    }
    let mut warnings = std::mem::take(&mut built.warnings);
    warnings.extend(noticed);
    let item = Item {
        id: object.item.clone(),
        name: Arc::clone(&object.name),
        value: after,
        path: Arc::clone(&object.path),
    };
    // An object that was found by another key than its id keeps the target's id.
    let there = base.map(|base| Item {
        id: base.item.clone(),
        name: Arc::clone(&base.name),
        value: before,
        path: "".into(),
    });
    let mut candidate = Candidate {
        matched: sides.matched(index),
        blocks,
        warnings,
        // An object that was found by its name is another object under another id.
        context: base
            .and_then(|base| base.row.clone())
            .map_or(Value::Null, Value::Text),
        marks: Marks::new(
            object.set_by_values.clone(),
            std::mem::take(&mut built.ignored),
        ),
        ..Candidate::new(item, there)
    };
    candidate.warnings.extend(other_kinds(sides, index, object));
    candidate
        .warnings
        .extend(product.findings(index, object, sides));
    if is_new {
        candidate.blocks.extend(product.blocks(object));
    }
    let mut missing_objects = Vec::new();
    let mut required: HashSet<ItemId> = HashSet::new();
    for mut found in built.found {
        product.notice(&mut found, object, sides);
        candidate.references.push(found.reference);
        let place = object.place(&found.link.path);
        candidate.warnings.extend(
            found
                .findings
                .into_iter()
                .map(|finding| finding.at(&*place)),
        );
        // An unchanged object is not written: what it is missing, it was missing before.
        if !is_new {
            continue;
        }
        candidate.blocks.extend(found.reasons);
        let needs = found
            .requires
            .filter(|need| required.insert(need.on.clone()));
        candidate.requires.extend(needs);
        missing_objects.extend(found.missing);
    }
    for finding in &mut candidate.warnings {
        if finding.item.is_none() {
            let described = std::mem::replace(finding, Finding::note("", ""));
            let described = if described.path.is_none() {
                described.at(&*object.path)
            } else {
                described
            };
            *finding = described.about(&object.item);
        }
    }
    candidate.blocks = unique(candidate.blocks);
    (candidate, missing_objects, built.wanted)
}

/// Reports that the target has an object of another kind with the same id:
/// systems split a kind in two.
fn other_kinds(sides: &Sides<'_>, index: usize, object: &Object) -> Option<Finding> {
    if object.id().is_empty() || sides.base(index).is_some() {
        return None;
    }
    let mut others = sides
        .target
        .with_id(object.schema.id_form(), object.id())
        .iter()
        .filter_map(|index| sides.target.get(*index));
    let other = others.find(|other| other.item.kind != object.item.kind)?;
    let message = format!(
        "the target has {} '{}' with the same id, under another type",
        other.item.kind, other.name
    );
    Some(Finding::warning("other-type", message))
}

/// An object cannot move to another owner: references to it do not.
fn other_owner(object: &Object, base: &Object) -> Option<Reason> {
    let owner = object.schema.owner?;
    (object.owner != base.owner && !object.owner.is_empty()).then(|| {
        let message = format!(
            "belongs to {} {} in the target and to {} in the file",
            owner.word,
            quoted(&base.owner),
            quoted(&object.owner)
        );
        Reason::new(format!("other-{}", owner.word), message)
    })
}

/// Returns why an object cannot be planned whatever it contains: it is nested too deep.
fn too_deep(json: &Json) -> Option<Reason> {
    let depth = json.depth();
    (depth > MAX_DEPTH).then(|| {
        let message = format!("it is nested {depth} levels deep; the limit is {MAX_DEPTH}");
        Reason::new("nested-too-deep", message)
    })
}

/// Returns why the differences of an object cannot be written. What is signed is as it was made:
/// asterisks are its own.
fn refused(aligned: &Aligned<'_>, is_signed: bool) -> Vec<Reason> {
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
        let code = if refused.path == "/type" {
            "type-immutable"
        } else {
            "immutable"
        };
        Reason::new(code, message)
    });
    let lost = aligned.unaligned().iter().filter(|list| list.loses_secrets).map(|list| {
        let message = format!(
            "the list {} is too long to align, and replacing it would lose the target's secrets in it",
            list.path
        );
        Reason::new("list-too-long", message)
    });
    let masked = aligned.masked().iter().filter(|_| !is_signed);
    let masked = masked.map(|place| Reason::masked(place.trim_start_matches('/')));
    immutable.chain(lost).chain(masked).collect()
}

/// Returns the findings about the comparison itself: the secrets that neither
/// side has, and the lists that are too long to align.
fn noticed(
    product: &dyn Product,
    object: &Object,
    result: &dyn Fn() -> Json,
    missing: &[String],
    unaligned: &[Unaligned],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !object.is_signed() {
        let mut missing: Vec<String> = missing
            .iter()
            .map(|place| place.trim_start_matches('/').to_owned())
            .collect();
        missing.extend(product.missing_secrets(object, result));
        if !missing.is_empty() {
            let message = format!(
                "neither the file nor the target has these secrets: {}; set them after the import",
                missing.join(", ")
            );
            findings.push(Finding::note("secret-missing", message));
        }
    }
    findings.extend(unaligned.iter().map(|list| {
        let message = format!(
            "the list {} is too long to align: it is compared as one value",
            list.path
        );
        Finding::note("list-too-long", message)
    }));
    findings
}

/// Returns what the target's own objects refer to and neither side has. Lists
/// that are copies do not count.
pub(crate) fn dangling(sides: &Sides<'_>, meant: &HashSet<usize>) -> Vec<Finding> {
    let objects = sides
        .target
        .objects
        .iter()
        .enumerate()
        .filter(|(index, _)| meant.contains(index));
    let found = objects.flat_map(|(_, object)| {
        resolve(sides, object)
            .into_iter()
            .map(move |found| (object, found))
    });
    found
        .filter(|(_, found)| found.is_unresolved() && found.link.rule.along)
        .map(|(object, found)| {
            let reference = &found.reference;
            let message = format!(
                "points to {} '{}', which the target does not have",
                reference.kind, reference.key
            );
            Finding::warning("dangling-reference", message)
                .at(object.shown(&found.link.path))
                .about(&object.item)
        })
        .collect()
}
