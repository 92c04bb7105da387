//! The rules, one test each, without a database.

mod access;
mod any;
mod demo;
mod equal;
mod exporting;
mod keeping;
mod law;
mod merging;
mod reading;
mod references;
mod secrets;
mod verdicts;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Tyk, file};
use crate::engine::diff::Show;
use crate::engine::{Choices, Entry, Finding, ItemId, Outcome, Plan};
use crate::platform::document::tests::{Target, Written};
use crate::platform::document::{Document, File, Object, Product as _, export};
use crate::platform::{Export, ExportOptions, ImportOptions, MissingRoots};

/// Two organisations.
pub(super) const BANK: &str = "5e9d9544a1dcd60001d0ed20";
pub(super) const SECURITIES: &str = "5e9d9544a1dcd60001d0ed21";

/// Reads a file.
fn read(file: &Json) -> File {
    file::read(file.to_string().as_bytes()).unwrap()
}

/// Returns an organisation.
fn organisation(id: &str) -> Json {
    json!({"id": id, "owner_name": format!("Organisation {id}"), "apis": []})
}

/// Returns an API of the bank in its wrapper; `n` makes it unique.
fn api(n: u32) -> Json {
    json!({
        "api_model": {},
        "api_definition": {
            "id": object_id(n),
            "api_id": api_id(n),
            "org_id": BANK,
            "name": format!("API {n}"),
            "active": true,
            "proxy": {"listen_path": format!("/{n}/"), "target_url": "http://upstream/"},
        },
        "hook_references": [],
    })
}

/// Returns an API of the bank with more in its definition.
fn api_with(n: u32, more: Json) -> Json {
    let mut api = api(n);
    merge(&mut api["api_definition"], more);
    api
}

/// Returns a policy of the bank that grants APIs.
fn policy(n: u32, grants: &[u32]) -> Json {
    let rights = grants.iter().map(|api| {
        (
            api_id(*api),
            json!({"api_id": api_id(*api), "api_name": format!("API {api}")}),
        )
    });
    json!({
        "_id": policy_id(n),
        "id": "",
        "name": format!("Policy {n}"),
        "org_id": BANK,
        "access_rights": rights.collect::<serde_json::Map<_, _>>(),
    })
}

/// Returns a policy of the bank with more in it.
fn policy_with(n: u32, grants: &[u32], more: Json) -> Json {
    let mut policy = policy(n, grants);
    merge(&mut policy, more);
    policy
}

fn merge(into: &mut Json, more: Json) {
    let Json::Object(more) = more else {
        panic!("more is an object")
    };
    for (name, value) in more {
        into[name] = value;
    }
}

fn object_id(n: u32) -> String {
    format!("{n:024x}")
}

fn api_id(n: u32) -> String {
    format!("{n:032x}")
}

fn policy_id(n: u32) -> String {
    format!("{:024x}", n + 0xf000)
}

/// Returns a file of the bank with these APIs and policies.
fn bundle(apis: &[Json], policies: &[Json]) -> Json {
    json!({"organisations": [organisation(BANK)], "apis": apis, "Data": policies})
}

/// Returns the target's documents after a file was added, whatever blocks it.
fn target(file: &Json) -> Target {
    let documents = documents(file);
    Target {
        product: &Tyk,
        objects: documents
            .iter()
            .filter_map(|document| Tyk.kept(document))
            .collect(),
    }
}

fn exports(there: &[Object], options: &ExportOptions) -> Result<Export, MissingRoots> {
    export(&Tyk, there, options)
}

fn documents(file: &Json) -> Vec<Document> {
    read(file)
        .objects
        .iter()
        .map(|object| object.document(None))
        .collect()
}

/// Compares a file with a target that another file was added to.
fn plan(file: &Json, there: &Json) -> Arc<Plan> {
    target(there).plan(&read(file), &ImportOptions::default())
}

/// Compares a file with an empty target.
fn plan_alone(file: &Json) -> Arc<Plan> {
    Target::empty(&Tyk).plan(&read(file), &ImportOptions::default())
}

/// Returns the entry of an item such as `api:1`.
fn entry<'p>(plan: &'p Plan, kind: &str, key: &str) -> &'p Entry {
    let found = plan
        .entries()
        .iter()
        .find(|entry| entry.item.id.kind.as_str() == kind && &*entry.item.id.key == key);
    found.unwrap_or_else(|| panic!("{kind}:{key} is in the plan"))
}

/// Returns the codes of an item's reasons.
fn codes(entry: &Entry) -> Vec<&str> {
    entry
        .verdict
        .reasons
        .iter()
        .map(|reason| &*reason.code)
        .collect()
}

/// Returns the codes of an item's warnings.
fn warnings(entry: &Entry) -> Vec<&str> {
    entry
        .warnings
        .iter()
        .map(|finding| &*finding.code)
        .collect()
}

/// Returns the message of the finding of an item that has a code.
fn warning<'p>(entry: &'p Entry, code: &str) -> &'p Finding {
    entry
        .warnings
        .iter()
        .find(|finding| finding.code == code)
        .unwrap_or_else(|| panic!("{code}: {:?}", entry.warnings))
}

/// Returns the differences of an item, as JSON.
fn changes(plan: &Plan, kind: &str, key: &str) -> Vec<String> {
    let id = entry(plan, kind, key).item.id.clone();
    let index = plan.position(&id).unwrap();
    plan.changes(index, Show::Differences)
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect()
}

/// Returns the outcome of an item if everything but `left_out` is chosen.
fn outcome_without(plan: &Arc<Plan>, left_out: &ItemId, of: &ItemId) -> Outcome {
    let choices = Choices::of(plan, |id| id != left_out, true);
    let index = plan.position(of).unwrap();
    plan.resolve(&choices).state(index).unwrap().outcome
}

/// Returns the documents that are written if all of a file is chosen:
/// replacements and additions.
fn saves(file: &Json, mut there: Target) -> (Vec<Document>, Vec<Document>) {
    let (_, written) = there.apply(&read(file), &ImportOptions::default());
    let (covers, adds): (Vec<_>, Vec<_>) = written
        .into_iter()
        .partition(|(_, before, _)| before.is_some());
    let after = |all: Vec<Written>| all.into_iter().map(|(.., after)| after);
    (after(covers).collect(), after(adds).collect())
}
