//! The file that stands for a target, after an import into it.

use std::collections::HashMap;
use std::sync::Arc;

use super::export::sorted;
use super::rows::{Documents, Save, TABLE, key};
use super::{Document, Object, Product};
use crate::engine::Kind;
use crate::platform::{Emit, Emitted, ExportOptions};
use crate::store::ledger::JournalRow;
use crate::store::{Queued, TableRows};

/// Writes documents to be covered and added into those of the file that stands for a target.
///
/// An import of documents needs nothing beside them: what they refer to is in the target.
pub(super) fn emitted(
    (product, before): (&'static dyn Product, &Documents),
    (covers, adds): (Vec<Save>, Vec<Save>),
    writes: &[Queued],
    emit: Emit,
) -> Emitted {
    let saves: Vec<Save> = covers.into_iter().chain(adds).collect();
    let journal = journal(product, before, &saves);
    let saved = saves.into_iter().map(|save| save.document);
    let documents: Vec<Document> = match emit {
        Emit::Import => saved.collect(),
        Emit::State => after(before, saved),
    };
    let objects: Vec<Object> = documents
        .iter()
        .filter_map(|document| product.kept(document))
        .collect();
    let objects = sorted(product, objects.iter().collect());
    Emitted {
        bytes: product.print(&objects, &ExportOptions::default()),
        findings: Vec::new(),
        tables: TableRows::of_writes(writes),
        journal,
    }
}

type Place<'d> = (&'d Kind, &'d str);

fn place(document: &Document) -> Place<'_> {
    (&document.kind, &document.id)
}

/// Returns the documents with those that are saved.
fn after(before: &Documents, saved: impl Iterator<Item = Document>) -> Vec<Document> {
    let mut after = before.documents.clone();
    let places = before.documents.iter().enumerate();
    let places: HashMap<Place<'_>, usize> = places
        .map(|(index, document)| (place(document), index))
        .collect();
    for document in saved {
        let slot = places.get(&place(&document)).copied();
        match slot.and_then(|index| after.get_mut(index)) {
            Some(slot) => *slot = document,
            None => after.push(document),
        }
    }
    after
}

/// Returns the written documents before and after, as a database would journal them.
fn journal(product: &dyn Product, before: &Documents, saves: &[Save]) -> Vec<JournalRow> {
    let places = before.documents.iter();
    let places: HashMap<Place<'_>, &Document> =
        places.map(|document| (place(document), document)).collect();
    let platform = product.about().name;
    let row = |Save { item, document }: &Save| JournalRow {
        table: TABLE.into(),
        item: item.to_string().into(),
        key: key(platform, document.kind.as_str(), &document.id),
        before: places
            .get(&place(document))
            .map(|before| json(platform, before)),
        after: Some(json(platform, document)),
    };
    saves.iter().map(row).collect()
}

/// Returns a document as the row of a journal.
fn json(platform: &str, document: &Document) -> String {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    serde_json::json!({
        "platform": platform,
        "kind": document.kind.as_str(),
        "id": &*document.id,
        "pair_id": text(&document.pair_id),
        "owner": &*document.owner,
        "name": &*document.name,
        "body": &*document.body,
    })
    .to_string()
}
