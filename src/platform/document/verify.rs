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
use super::matched::Matched;
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
use crate::store::{Queued, Touched};

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
    matched: &Matched<'_>,
    approved: &Approved,
    wanted: &Wanted,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let rows = net(touched.rows().filter(|row| row.table == TABLE)).into_iter();
    let states: HashMap<RowKey, TouchedRow<'_>> =
        rows.map(|row| (promise::key(row.key), row)).collect();
    let held = |step: &Step| {
        let id = id_of(approved, step)?;
        let key = rows::key(product.about().name, id.kind.as_str(), &id.key);
        let state = states.get(&promise::key(&key));
        let both = [
            state.and_then(|row| row.before),
            state.and_then(|row| row.after),
        ]
        .map(|row| row.and_then(|row| read(&id.kind, row)));
        let (columns, difference) = held(product, matched, (approved, wanted), step, both)?;
        let difference = difference.map(|path| (key.clone(), path));
        Some((promised(key, columns), difference))
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

/// Returns the id of a step's document in the target.
fn id_of<'p>(approved: &'p Approved, step: &Step) -> Option<&'p ItemId> {
    let entry = approved.plan().entry(step.index)?;
    Some(entry.base.as_ref().map_or(&entry.item.id, |base| &base.id))
}

/// The promises of a row's columns, and where its document differs from what was shown.
type Held = (Vec<(&'static str, Promised)>, Option<String>);

/// Compares a document before and after with what was shown of it.
fn held(
    product: &dyn Product,
    matched: &Matched<'_>,
    (approved, wanted): (&Approved, &Wanted),
    step: &Step,
    [before, after]: [Option<Document>; 2],
) -> Option<Held> {
    let plan = approved.plan();
    let entry = plan.entry(step.index)?;
    let id = id_of(approved, step)?;
    let schema = product.schema(id.kind.as_str())?;
    // The previous text was usually parsed already.
    let base = before.as_ref().and_then(|row| {
        let base = matched.sides().base(step.index);
        base.filter(|base| row.body == base.text)
    });
    let other = if base.is_some() {
        None
    } else {
        before.as_ref().and_then(|row| product.kept(row))
    };
    let before = base.or(other.as_ref());
    // The changes shown for an addition were read from this very text.
    let is_wanted = wanted.get(step.index).is_some_and(Option::is_none);
    if let (None, None, Some(file), Some(after)) =
        (before, &entry.base, matched.file.get(step.index), &after)
        && is_wanted
        && after.body == file.text
    {
        return Some((columns(step.verb, id, None, Some(file)), None));
    }
    let after = after.map(|row| {
        let body = Source::read(row.body.as_bytes()).map_or(Json::Null, |source| source.root);
        let wrapper = product.wrapper(schema, &body);
        Object::new(schema, body, wrapper, row.body, "")
    });
    let shown = || plan.changes(step.index, Show::Differences);
    let difference = after
        .as_ref()
        .and_then(|after| difference(product, matched.sides(), entry, before, after, shown));
    Some((columns(step.verb, id, before, after.as_ref()), difference))
}

/// Says whether queued writes do exactly what was shown. Where they do not, [`verify`] says what
/// differs once they are done.
pub(super) fn is_shown(
    product: &dyn Product,
    matched: &Matched<'_>,
    approved: &Approved,
    wanted: &Wanted,
    writes: &[Queued],
) -> bool {
    let queued: Option<Vec<_>> = writes
        .iter()
        .map(|write| rows::queued(product.about().name, write))
        .collect();
    let Some(queued) = queued else { return false };
    let documents: HashMap<(&str, &str), (Verb, &Document)> = queued
        .iter()
        .flat_map(|(verb, documents)| documents.iter().map(|document| (*verb, document)))
        .map(|(verb, document)| ((document.kind.as_str(), &*document.id), (verb, document)))
        .collect();
    let count: usize = queued.iter().map(|(_, documents)| documents.len()).sum();
    if count != approved.steps().len() || count != documents.len() {
        return false;
    }
    let is_held = |step: &Step| {
        let id = id_of(approved, step)?;
        let (verb, after) = documents.get(&(id.kind.as_str(), &*id.key))?;
        // Nothing is where something is added: the server refuses a second row of a key.
        let before = match step.verb {
            Verb::Add => None,
            Verb::Cover => Some(matched.sides().base(step.index)?.document(None)),
        };
        let both = [before, Some((*after).clone())];
        let (columns, difference) = held(product, matched, (approved, wanted), step, both)?;
        let is_promised = |(column, promised): &(&str, Promised)| match promised {
            Promised::Value(wanted) => json_of(after, column).as_ref() == Some(wanted),
            Promised::Stamped | Promised::Derived | Promised::Compared => true,
        };
        let is_one = *verb == step.verb;
        Some(is_one && difference.is_none() && columns.iter().all(is_promised))
    };
    let steps = approved.steps().par_iter().with_min_len(CHUNK);
    steps.map(is_held).all(|is_held| is_held == Some(true))
}

/// Returns a column of a document as JSON.
fn json_of(document: &Document, column: &str) -> Option<String> {
    let text = match column {
        "kind" => document.kind.as_str(),
        "id" => &document.id,
        "owner" => &document.owner,
        "name" => &document.name,
        "pair_id" => match &document.pair_id {
            Some(id) => id,
            None => return Some("null".to_owned()),
        },
        _ => return None,
    };
    Some(serde_json::Value::from(text).to_string())
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
    let is_kept = before.is_none() || after.is_signed() || aligned.result() == *after.body;
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
fn columns(
    verb: Verb,
    id: &ItemId,
    before: Option<&Object>,
    after: Option<&Object>,
) -> Vec<(&'static str, Promised)> {
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
    columns
}

/// Returns the promise for a document's row.
fn promised(key: String, columns: Vec<(&'static str, Promised)>) -> RowPromise {
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
