//! The check before the commit: the shown items and the columns' roles against the written rows.
//!
//! Pure. Items are read from the journal's rows by the same code that reads the target, and must
//! match the promise; every column that is part of no item must match its role.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::compared::{Compared, stored};
use super::foreseen::foresee;
use super::index::{Index, is_hidden};
use super::kinds::{CLIENT, SCOPE};
use super::promises::moved;
use super::row_policy::{Policy, main_row};
use super::schema::{TableId, group};
use super::tables::{Row, Tables};
use super::written::after;
use super::{compare, references};
use crate::engine::promise::{Deviation, ItemDifference, differences};
use crate::engine::{Approved, Entry, ItemId, RowPromise, Step, Unpromised, Value, Verb};
use crate::store::{Queued, Touched};

/// Returns every difference between the shown and the written state.
pub(super) fn verify(
    compared: &Compared,
    approved: &Approved,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let (target, sides) = (&compared.target, compared.sides());
    let after = after(target, touched);
    let after = Index::new(&after);
    let verbs = verbs(approved);
    let policy = Policy::new([&sides.file, &sides.target, &after], &verbs);
    let mut rows: Vec<RowPromise> = touched
        .rows()
        .filter_map(|row| policy.promise(row))
        .collect();
    rows.extend(policy.links_of_new_groups());
    touched.with(&rows, &references::tables(), |promise| {
        let mut found = moved(target, promise, touched);
        found.extend(promise.unpromised(touched.rows()));
        for (id, difference) in differing(&after, compared, approved, &verbs) {
            let Some(difference) = difference else {
                found.push(main_row(promise, &id, Deviation::MissingRow));
                continue;
            };
            let one = policy.place(promise, touched, &id, &difference);
            let is_known = |other: &Unpromised| {
                (&other.table, &other.key, &other.column) == (&one.table, &one.key, &one.column)
            };
            if !found.iter().any(is_known) {
                found.push(one);
            }
        }
        found
    })
}

/// Says whether queued writes do exactly what was shown. Where they do not, [`verify`] says what
/// differs once they are done.
pub(super) fn is_shown(compared: &Compared, approved: &Approved, writes: &[Queued]) -> bool {
    let Some(foreseen) = foresee(&compared.target, writes) else {
        return false;
    };
    let (sides, after) = (compared.sides(), Index::new(&foreseen.after));
    let verbs = verbs(approved);
    let policy = Policy::new([&sides.file, &sides.target, &after], &verbs);
    foreseen.rows().all(|row| policy.allows(row))
        && policy.links_of_new_groups().is_empty()
        && differing(&after, compared, approved, &verbs).is_empty()
}

fn verbs(approved: &Approved) -> HashMap<&ItemId, Verb> {
    let steps = approved.steps().iter();
    let verb = |step: &Step| Some((&approved.plan().entry(step.index)?.item.id, step.verb));
    steps.filter_map(verb).collect()
}

/// Returns where written items differ from what was shown; none for an item that does not exist.
fn differing(
    after: &Index<'_>,
    compared: &Compared,
    approved: &Approved,
    verbs: &HashMap<&ItemId, Verb>,
) -> Vec<(ItemId, Option<ItemDifference>)> {
    let before = compared.sides();
    let shown = match named(&before.target, after) {
        Some(named) => &Arc::new(compare::plan(&compared.with_target(named))),
        None => approved.plan(),
    };
    let sides = before.with_target(after.clone());
    let written = shown.entries().par_iter().with_min_len(compare::CHUNK);
    let written = written.filter(|entry| verbs.contains_key(&entry.item.id));
    let of = |entry: &Entry| {
        let id = &entry.item.id;
        match stored(&sides, id) {
            Some(found) => item(entry, &found, verbs)
                .into_iter()
                .map(|difference| (id.clone(), Some(difference)))
                .collect(),
            None => vec![(id.clone(), None)],
        }
    };
    written.flat_map_iter(of).collect()
}

/// Returns where a written item differs from what was shown.
fn item(shown: &Entry, found: &Value, verbs: &HashMap<&ItemId, Verb>) -> Vec<ItemDifference> {
    let mut promised = shown.clone();
    if promised.item.id.kind == CLIENT {
        promised.item.value.edit(without_missing_groups);
    }
    differences(&promised.promised(&|on| verbs.contains_key(on)), found)
}

/// Returns the target with the new names of its hidden groups, if any are new or renamed: the maps
/// of X-API keys find them by name.
fn named(then: &Index<'_>, now: &Index<'_>) -> Option<Tables> {
    let (before, after) = (then.tables, now.tables);
    let hidden = |row: &&Row| is_hidden(row);
    let mut any = false;
    let mut rows: Vec<Row> = before.rows(TableId::Group).to_vec();
    for row in rows.iter_mut().filter(|row| is_hidden(row)) {
        let Some(new) = now.group(row.text(group::GROUP_ID)) else {
            continue;
        };
        any |= new.text(group::GROUP_NAME) != row.text(group::GROUP_NAME);
        let follows = group::TABLE.columns().filter(|(_, field)| field.follows);
        let mut draft = row.draft();
        draft.copy(new, &follows.map(|(index, _)| index).collect::<Vec<_>>());
        let new = draft.row();
        *row = new;
    }
    let is_new = |row: &&Row| then.group(row.text(group::GROUP_ID)).is_none();
    rows.extend(
        after
            .rows(TableId::Group)
            .iter()
            .filter(hidden)
            .filter(is_new)
            .cloned(),
    );
    any |= rows.len() > before.rows(TableId::Group).len();
    let mut named = before.clone();
    named.set_rows(TableId::Group, rows);
    any.then_some(named)
}

/// Removes the maps to hidden groups that depend on a scope: its own groups exist by then, and the
/// product skips maps to others.
fn without_missing_groups(client: &mut Value) {
    let Value::Record(fields) = client else {
        return;
    };
    for field in fields.iter_mut().filter(|field| field.name == "xApiKeys") {
        let Value::Set(keys) = &mut field.value else {
            continue;
        };
        for key in keys {
            let Value::Record(fields) = &mut key.value else {
                continue;
            };
            for field in fields.iter_mut().filter(|field| field.name == "groups") {
                let Value::Set(groups) = &mut field.value else {
                    continue;
                };
                groups.retain(|group| group.needs.as_ref().is_none_or(|on| on.kind != SCOPE));
            }
        }
    }
}
