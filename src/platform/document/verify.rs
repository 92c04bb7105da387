//! The check before the commit: what was shown of each document, against the
//! rows that were written.
//!
//! Pure, and knows nothing of how they were written: the text that stands there
//! now is compared with the one that stood there, as a file is with a target.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::build::{Prepared, changes};
use super::rows::{self, TABLE, table};
use super::{Document, Json, Object, Pair, Product, Source};
use crate::engine::diff::{Show, compare};
use crate::engine::law::unexplained;
use crate::engine::promise::Deviation;
use crate::engine::{
    Approved, Change, ItemId, Kind, Promise, Promised, RowPromise, TouchedRow, Unpromised, Verb,
};
use crate::store::Touched;

/// A row, as the journal has it.
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
    pair: &Pair<'_>,
    approved: &Approved,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let plan = approved.plan();
    // Of a row that is touched several times the first state and the last count.
    let mut states: HashMap<String, (Option<&str>, Option<&str>)> = HashMap::new();
    for TouchedRow { key, before, after, .. } in touched.rows().filter(|row| row.table == TABLE) {
        states.entry(rows::key_of(key)).or_insert((before, after)).1 = after;
    }
    let mut promises = Vec::new();
    let mut differing = Vec::new();
    for step in approved.steps() {
        let Some(entry) = plan.entry(step.at) else { continue };
        let id = entry.base.as_ref().map_or(&entry.item.id, |base| &base.id);
        let Some(schema) = product.schema(id.kind.as_str()) else { continue };
        let key = rows::key(product.about().name, id.kind.as_str(), &id.key);
        let (before, after) = states.get(&rows::key_of(&key)).copied().unwrap_or_default();
        let before = before.and_then(|row| read(&id.kind, row)).and_then(|row| product.kept(&row));
        let after = after.and_then(|row| read(&id.kind, row)).map(|row| {
            let body = Source::read(row.body.as_bytes()).map_or(Json::Null, |source| source.root);
            let wrapper = product.wrapper(schema, &body);
            Object::new(schema, body, wrapper, row.body, "")
        });
        let shown = plan.changes(step.at, Show::Differences);
        if let Some(after) = &after {
            let difference = difference(product, pair, entry.base.is_some(), before.as_ref(), after, shown);
            differing.extend(difference.map(|path| (key.clone(), path)));
        }
        promises.push(promise(key, step.verb, id, before.as_ref(), after.as_ref()));
    }
    touched.with(&promises, &[table()], |promise: &Promise<'_>| {
        let mut found = promise.unpromised(touched.rows());
        found.extend(differing.iter().map(|(key, path)| Unpromised {
            column: Some(path.clone()),
            ..promise.deviation(TABLE, key, Deviation::Value)
        }));
        found
    })
}

/// Reads a row of the journal.
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

/// Returns where a document differs from what was shown of it: `body` alone
/// where something changed that is not compared.
fn difference(
    product: &dyn Product,
    pair: &Pair<'_>,
    is_cover: bool,
    before: Option<&Object>,
    after: &Object,
    mut shown: Vec<Change>,
) -> Option<String> {
    if is_cover != before.is_some() {
        return Some("body".to_owned());
    }
    shown.retain(|change| change.op.is_effective());
    let prepared = Prepared::new(product, pair, after, before, Cow::Borrowed(&after.body));
    let aligned = prepared.aligned();
    let written = match before {
        Some(_) => changes(&aligned),
        None => compare(None, &aligned.sides().1, Show::Differences),
    };
    // What is not compared is as it was: taking the text over leaves it as it is.
    let is_kept = before.is_none() || after.is_signed() || aligned.result() == after.body;
    if is_kept && written == shown {
        return None;
    }
    // Elements that nothing tells apart may be matched in another way: then
    // every value that came or went still has to be in what was shown.
    let raw = |object: &Object| serde_json::from_str(&object.text).unwrap_or_default();
    let before = before.map_or(serde_json::Value::Null, raw);
    let left = unexplained(&before, &raw(after), &shown, product.derived());
    let same = written.iter().zip(&shown).take_while(|(one, other)| one == other).count();
    let path = written.get(same).or_else(|| shown.get(same)).map_or("", |change| &change.path);
    (!left.is_empty()).then(|| format!("body{path}"))
}

/// Returns what is promised of the columns beside the text: they say what the
/// text says.
fn promise(
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
        let pair_id = document.pair_id.as_deref().map_or_else(|| Promised::Value("null".to_owned()), text);
        columns.extend([
            ("pair_id", pair_id),
            ("owner", text(&document.owner)),
            ("name", text(&document.name)),
        ]);
    }
    if verb == Verb::Add {
        columns.extend([("created_at", Promised::Stamped), ("created_by", Promised::Stamped)]);
    }
    let columns = columns.into_iter().map(|(column, promised)| (column.to_owned(), promised));
    RowPromise { table: TABLE.into(), key, remains: true, required: true, columns: columns.collect() }
}
