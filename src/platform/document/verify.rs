//! The check before the commit: compares the changes shown of each document
//! with the rows that were written.
//!
//! Pure, and independent of how the rows were written: the current text is
//! compared with the previous one, as a file is with a target.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;

use super::build::{CHUNK, prepared};
use super::rows::{self, TABLE, table};
use super::{Document, Json, Object, Product, Sides};
use crate::engine::diff::{Show, effective};
use crate::engine::law::unexplained;
use crate::engine::promise::{self, Deviation, RowKey, net};
use crate::engine::{
    Approved, Change, Entry, ItemId, Kind, Promise, Promised, RowPromise, Step, TouchedRow,
    Unpromised, Verb,
};
use crate::platform::document::candidates::Wanted;
use crate::source::Source;
use crate::store::Touched;

/// A row of the journal.
#[derive(Deserialize)]
struct Row<'r> {
    #[serde(borrow)]
    id: Cow<'r, str>,
    pair_id: Option<Cow<'r, str>>,
    owner: Cow<'r, str>,
    name: Cow<'r, str>,
    body: Cow<'r, str>,
}

/// Returns every difference between what was shown and what was written.
pub(super) fn verify(
    product: &dyn Product,
    sides: &Sides<'_>,
    approved: &Approved,
    wanted: &Wanted,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let plan = approved.plan();
    let rows = net(touched.rows().filter(|row| row.table == TABLE)).into_iter();
    let states: HashMap<RowKey, TouchedRow<'_>> =
        rows.map(|row| (promise::key(row.key), row)).collect();
    let held = |step: &Step| {
        let entry = plan.entry(step.index)?;
        let id = entry.base.as_ref().map_or(&entry.item.id, |base| &base.id);
        let schema = product.schema(id.kind.as_str())?;
        let key = rows::key(product.about().name, id.kind.as_str(), &id.key);
        let state = states.get(&promise::key(&key));
        let [before, after] = [
            state.and_then(|row| row.before),
            state.and_then(|row| row.after),
        ]
        .map(|row| row.and_then(|row| read(&id.kind, row)));
        // The previous text was usually parsed already.
        let base = sides
            .base(step.index)
            .filter(|base| before.as_ref().is_some_and(|row| row.body == base.text));
        let other = if base.is_some() {
            None
        } else {
            before.as_ref().and_then(|row| product.kept(row))
        };
        let before = base.or(other.as_ref());
        // The changes shown for an addition were read from this very text.
        let is_wanted = wanted.get(step.index).is_some_and(Option::is_none);
        if let (None, None, Some(file), Some(after)) =
            (before, &entry.base, sides.file.get(step.index), &after)
            && is_wanted
            && after.body == file.text
        {
            return Some((promised(key, step.verb, id, None, Some(file)), None));
        }
        let after = after.map(|row| {
            let body = Source::read(row.body.as_bytes()).map_or(Json::Null, |source| source.root);
            let wrapper = product.wrapper(schema, &body);
            Object::new(schema, body, wrapper, row.body, "")
        });
        let shown = || plan.changes(step.index, Show::Differences);
        let difference = after
            .as_ref()
            .and_then(|after| difference(product, sides, entry, before, after, shown));
        let difference = difference.map(|path| (key.clone(), path));
        Some((
            promised(key, step.verb, id, before, after.as_ref()),
            difference,
        ))
    };
    let steps = approved.steps().par_iter().with_min_len(CHUNK);
    let (promises, differing): (Vec<_>, Vec<_>) = steps.filter_map(held).unzip();
    touched.with(&promises, &[table()], |promise: &Promise<'_>| {
        let mut found = promise.unpromised(touched.rows());
        found.extend(differing.iter().flatten().map(|(key, path)| Unpromised {
            column: Some(path.clone()),
            ..promise.deviation(TABLE, key, Deviation::Value)
        }));
        found
    })
}

/// Parses a row of the journal.
fn read(kind: &Kind, row: &str) -> Option<Document> {
    let row: Row<'_> = serde_json::from_str(row).ok()?;
    let shared = |text: Cow<'_, str>| Arc::<str>::from(text);
    Some(Document {
        kind: kind.clone(),
        id: shared(row.id),
        pair_id: row.pair_id.map(shared),
        owner: shared(row.owner),
        name: shared(row.name),
        body: shared(row.body),
    })
}

/// Returns where a document differs from what was shown of it: only `body` if
/// something changed that is not compared.
fn difference<'o>(
    product: &dyn Product,
    sides: &Sides<'o>,
    entry: &Entry,
    before: Option<&'o Object>,
    after: &'o Object,
    shown: impl FnOnce() -> Vec<Change>,
) -> Option<String> {
    if entry.base.is_some() != before.is_some() {
        return Some("body".to_owned());
    }
    let prepared = prepared(product, sides, after, before, Cow::Borrowed(&after.body));
    let aligned = prepared.aligned();
    // Parts that are not compared are unchanged: taking the text over leaves them as they are.
    let is_kept = before.is_none() || after.is_signed() || aligned.result() == after.body;
    let (there, here) = aligned.sides();
    let is_same =
        *entry.item.value == here && entry.base.as_ref().is_none_or(|base| *base.value == there);
    if is_kept && is_same {
        return None;
    }
    let mut shown = shown();
    shown.retain(|change| change.op.is_effective());
    let written = effective(before.map(|_| &there), &here);
    if is_kept && written == shown {
        return None;
    }
    // Elements without an identity may be matched differently: then every value
    // that was added or removed must still be among the changes shown.
    let raw = |object: &Object| serde_json::from_str(&object.text).unwrap_or_default();
    let before = before.map_or(serde_json::Value::Null, raw);
    let left = unexplained(&before, &raw(after), &shown, product.derived());
    let same = written
        .iter()
        .zip(&shown)
        .take_while(|(one, other)| one == other)
        .count();
    let path = written
        .get(same)
        .or_else(|| shown.get(same))
        .map_or("", |change| &change.path);
    (!left.is_empty()).then(|| format!("body{path}"))
}

/// Returns the promises for the other columns: they repeat what the text
/// contains.
fn promised(
    key: String,
    verb: Verb,
    id: &ItemId,
    before: Option<&Object>,
    after: Option<&Object>,
) -> RowPromise {
    let text = |text: &str| Promised::Value(serde_json::Value::from(text).to_string());
    let mut columns = vec![
        ("platform", Promised::Derived),
        ("kind", text(id.kind.as_str())),
        ("id", text(&id.key)),
        ("body", Promised::Compared),
        ("content", Promised::Derived),
        ("updated_at", Promised::Stamped),
        ("updated_by", Promised::Stamped),
    ];
    if let Some(after) = after {
        let document = after.document(before);
        let pair_id = document
            .pair_id
            .as_deref()
            .map_or_else(|| Promised::Value("null".to_owned()), text);
        columns.extend([
            ("pair_id", pair_id),
            ("owner", text(&document.owner)),
            ("name", text(&document.name)),
        ]);
    }
    if verb == Verb::Add {
        columns.extend([
            ("created_at", Promised::Stamped),
            ("created_by", Promised::Stamped),
        ]);
    }
    let columns = columns
        .into_iter()
        .map(|(column, promised)| (column.to_owned(), promised));
    RowPromise {
        table: TABLE.into(),
        key,
        remains: true,
        required: true,
        columns: columns.collect(),
    }
}
