//! The rules, one test each, without a database.

mod access;
mod contents;
mod deletions;
mod dependencies;
mod environment;
mod exporting;
mod fields;
mod items;
mod missing;
mod reader;
mod reading;
mod secrets;
mod statuses;
mod values;
// One builder for these tests and for those on a database.
#[path = "../../../../tests/it/support/draw.rs"]
#[allow(dead_code, reason = "the tests on a database draw sources, too")]
mod draw;
#[path = "../../../../tests/it/support/sample.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
pub(crate) mod sample;

use std::sync::Arc;

use chrono::NaiveDateTime;
use serde_json::Value as Json;

use self::sample::Sample as Lists;
use super::compare;
use super::compared::Compared;
use super::field::Type;
use super::file::{self, File};
use super::index::{Index, Places};
use super::integrity;
use super::schema::TABLES;
use super::tables::{Api, Cell, Row, Tables};
use crate::engine::diff::Show;
use crate::engine::{Choices, Entry, ItemId, Outcome, Plan};

/// Reads the environment as an export.
fn file(lists: &Lists) -> File {
    let mut file = file::read(lists.export().as_bytes()).unwrap();
    let broken = integrity::check(&Index::new(&file.tables)).findings;
    file.findings.extend(broken);
    file
}

/// Returns the environment as a target.
pub(crate) fn target(lists: &Lists) -> Tables {
    let mut sample = Tables::default();
    for table in TABLES {
        let rows = lists.rows(table.list).iter().map(|json| {
            let cells = table
                .fields
                .iter()
                .map(|field| match (&json[field.json], field.ty) {
                    (Json::Null, _) => Cell::Null,
                    (Json::Number(number), _) => Cell::Int(number.as_i64().unwrap()),
                    (Json::String(text), Type::Time) => Cell::Time(time(text)),
                    (Json::String(text), _) => Cell::Text(text.as_str()),
                    (other, _) => panic!("{} cannot be {other}", field.json),
                });
            Row::new(&cells.collect::<Vec<_>>())
        });
        sample.set_rows(table.id, rows.collect());
    }
    sample.apis = lists
        .apis
        .iter()
        .map(|[module, api, uid]| Api {
            module: Arc::from(module.as_str()),
            api: Arc::from(api.as_str()),
            uid: (!uid.is_empty()).then(|| Arc::from(uid.as_str())),
            is_assumed: false,
        })
        .collect();
    sample
}

fn time(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&text.replace('T', " "), "%Y-%m-%d %H:%M:%S").unwrap()
}

/// Compares one environment's export with another one.
fn plan(from: &Lists, to: &Lists) -> Arc<Plan> {
    Arc::new(compare::plan(&compared(file(from), target(to))))
}

/// Pairs a file with a target.
fn compared(file: File, target: Tables) -> Arc<Compared> {
    let places = Arc::new(Places::new(&file.tables));
    Compared::new(&Arc::new(file), &places, target)
}

/// Finds an item by `kind:key`.
fn at(plan: &Plan, item: &str) -> usize {
    plan.entries()
        .iter()
        .position(|entry| entry.item.id.to_string() == item)
        .unwrap_or_else(|| panic!("no {item} in the plan"))
}

fn entry<'p>(plan: &'p Plan, item: &str) -> &'p Entry {
    &plan.entries()[at(plan, item)]
}

/// Returns an item's status with the codes of its reasons, as `Cannot add: alias-taken`.
fn status(plan: &Plan, item: &str) -> String {
    let entry = entry(plan, item);
    let codes: Vec<&str> = entry
        .verdict
        .reasons
        .iter()
        .map(|reason| &*reason.code)
        .collect();
    let unchanged = if entry.is_unchanged() {
        " unchanged"
    } else {
        ""
    };
    let colon = if codes.is_empty() { "" } else { ": " };
    format!(
        "{}{unchanged}{colon}{}",
        entry.verdict.status,
        codes.join(" ")
    )
}

/// Returns the message of an item's only reason.
fn message(plan: &Plan, item: &str) -> String {
    let reasons = &entry(plan, item).verdict.reasons;
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons[0].message.clone()
}

/// Returns an item's differences as JSON.
fn changes(plan: &Plan, item: &str) -> Vec<String> {
    let changes = plan.changes(at(plan, item), Show::Differences);
    changes
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect()
}

/// Returns the codes of an item's warnings.
fn warnings(plan: &Plan, item: &str) -> Vec<String> {
    entry(plan, item)
        .warnings
        .iter()
        .map(|warning| warning.code.to_string())
        .collect()
}

/// Returns the statuses and outcomes after choosing items and leaving others out.
fn outcome(plan: &Plan, choose: &[&str], leave_out: &[&str], item: &str) -> (String, Outcome) {
    let mut choices = Choices::new(plan);
    for item in choose {
        assert!(
            choices.set(plan, at(plan, item), true),
            "{item} could not be chosen"
        );
    }
    for item in leave_out {
        assert!(
            choices.set(plan, at(plan, item), false),
            "{item} could not be left out"
        );
    }
    let resolution = plan.resolve(&choices);
    let state = resolution.state(at(plan, item)).unwrap();
    let code = state.blocked_by.as_ref().map_or("", |reason| &*reason.code);
    (
        format!("{} {code}", state.status).trim_end().to_owned(),
        state.outcome,
    )
}

fn id(item: &str) -> ItemId {
    let (kind, key) = item.split_once(':').unwrap();
    let kind = super::kinds::KINDS
        .iter()
        .find(|info| info.kind.as_str() == kind)
        .unwrap();
    ItemId::new(kind.kind.clone(), key)
}
