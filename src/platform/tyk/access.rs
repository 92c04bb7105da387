//! What each policy grants: APIs with their versions, paths and limits, and the
//! limits that apply to all of them.
//!
//! Read from the two sides of the comparison, so it matches what is shown and
//! what is written. A partitioned policy without its access rights (no `acl`,
//! not per API) grants none of them: keys get theirs from another policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::object_kind::Sort;
use crate::engine::access::{Model, Node, Party, Right, Subject, Terms, When, Words};
use crate::engine::{Element, Entry, Field, ItemId, Plan, Value};

const WORDS: Words = Words::of(["policy", "policies"], ["API", "APIs"]);

/// The settings of a policy that apply to everything it grants.
const LIMITS: [&str; 11] = [
    "rate",
    "per",
    "quota_max",
    "quota_renewal_rate",
    "throttle_interval",
    "throttle_retry_limit",
    "max_query_depth",
    "smoothing",
    "partitions",
    "is_inactive",
    "key_expires_in",
];

/// The members of an access right that identify its API.
const NAMES: [&str; 4] = ["api_id", "apiid", "api_name", "apiname"];

/// Returns what the policies that may be written grant, before and after.
pub(super) fn model(plan: &Plan) -> Model {
    let mut model = Model {
        words: WORDS,
        ..Model::default()
    };
    let mut objects: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let policies = plan.entries().iter().enumerate();
    let policies = policies
        .filter(|(_, entry)| entry.item.id.kind.as_str() == Sort::Policy.word() && entry.is_open());
    for (index, entry) in policies {
        let mut node = Node::new(None);
        for (id, (name, before, after)) in rights(entry) {
            if before == after {
                continue;
            }
            let object = *objects.entry(Arc::clone(&id)).or_insert_with(|| {
                model.objects.push(Arc::new(api(plan, id, name)));
                model.objects.len() - 1
            });
            node.rights.push(Right {
                object,
                item: Some(index),
                before,
                after,
            });
        }
        let is_there = if entry.base.is_some() {
            When::ALWAYS
        } else {
            When::written(index)
        };
        let party = Party::new(entry.item.id.clone(), Arc::clone(&entry.item.name));
        let mut subject = Subject::new(Arc::new(party), is_there);
        let before = entry
            .base
            .as_ref()
            .map_or(Value::Null, |base| limits(&base.value));
        subject.terms = Some((
            index,
            [Arc::new(before), Arc::new(limits(&entry.item.value))],
        ));
        subject.nodes.push((model.add_node(node), When::ALWAYS));
        model.subjects.push(subject);
    }
    model
}

/// Returns an API as in the plan, or by its name in the right.
fn api(plan: &Plan, id: Arc<str>, name: Arc<str>) -> Party {
    let id = ItemId::new(super::object_kind::KINDS[1].kind.clone(), id);
    let known = plan.position(&id).and_then(|index| plan.entry(index));
    let name = known.map_or(name, |entry| Arc::clone(&entry.item.name));
    Party::new(id, name)
}

/// The rights of a policy by API: its name there, and the terms before and
/// after.
type Rights = BTreeMap<Arc<str>, (Arc<str>, Option<Terms>, Option<Terms>)>;

fn rights(entry: &Entry) -> Rights {
    let mut rights = Rights::new();
    for (id, name, terms) in entry.base.iter().flat_map(|base| granted(&base.value)) {
        rights.insert(id, (name, Some(terms), None));
    }
    for (id, name, terms) in granted(&entry.item.value) {
        let right = rights
            .entry(id)
            .or_insert_with(|| (Arc::clone(&name), None, None));
        right.0 = name;
        right.2 = Some(terms);
    }
    rights
}

/// Returns what a policy grants: the API's id, its name, the terms.
fn granted(policy: &Value) -> Vec<(Arc<str>, Arc<str>, Terms)> {
    if !grants(policy) {
        return Vec::new();
    }
    let elements = |name| policy.field(name).map(Value::elements).unwrap_or_default();
    let text = |right: &Value, names: [&str; 2]| {
        let texts = names.iter().filter_map(|name| match right.field(name) {
            Some(Value::Text(text)) => Some(Arc::clone(text)),
            _ => None,
        });
        texts.into_iter().next()
    };
    let right = |id: Arc<str>, element: &Element| {
        let name = text(&element.value, ["api_name", "apiname"]).unwrap_or_default();
        (id, name, Arc::new(terms(&element.value)))
    };
    match elements("access_rights") {
        // Without other grants, the array applies.
        [] => elements("access_rights_array")
            .iter()
            .filter_map(|element| Some(right(text(&element.value, ["api_id", "apiid"])?, element)))
            .collect(),
        rights => rights
            .iter()
            .map(|element| right(Arc::clone(&element.label), element))
            .collect(),
    }
}

/// Returns whether a policy's access rights apply to its keys.
fn grants(policy: &Value) -> bool {
    let Some(partitions) = policy.field("partitions") else {
        return true;
    };
    let is_set = |name: &&str| partitions.field(name) == Some(&Value::Bool(true));
    let others = ["quota", "rate_limit", "complexity"];
    ["acl", "per_api"].iter().any(&is_set) || !others.iter().any(is_set)
}

/// Returns the terms of a right: versions, paths, limits, and the rest.
fn terms(right: &Value) -> Value {
    picked(right, |name| !NAMES.contains(&name))
}

/// Returns the limits of everything that a policy grants.
fn limits(policy: &Value) -> Value {
    picked(policy, |name| LIMITS.contains(&name))
}

fn picked(record: &Value, is_picked: impl Fn(&str) -> bool) -> Value {
    let fields = record
        .fields()
        .iter()
        .filter(|field| is_picked(&field.name) && !field.kept);
    let fields: Vec<Field> = fields.cloned().collect();
    if fields.is_empty() {
        Value::Null
    } else {
        Value::Record(fields)
    }
}
