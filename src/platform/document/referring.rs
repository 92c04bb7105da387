//! Stored documents that refer to removed ones.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::build::CHUNK;
use super::product::Product;
use super::{Document, Hit, Object, Sides, rows};
use crate::engine::object::resolve;
use crate::platform::Referring;
use crate::store::{Connection, StoreError};

/// Up to so many texts are searched for on the server; for more, all documents are read.
const MAX_SEARCHED: usize = 200;

/// Finds the stored documents whose references point to removed ones; `removed` is no longer
/// stored.
///
/// # Errors
///
/// As reading does.
pub(super) async fn referring(
    connection: &mut Connection,
    product: &'static dyn Product,
    removed: Vec<Document>,
) -> Result<Vec<Referring>, StoreError> {
    // By any of these a document may refer to another one.
    let texts = removed.iter().flat_map(|document| {
        let pair = document.pair_id.as_ref();
        [Some(&document.id), pair, Some(&document.name)]
    });
    let texts = texts.flatten().filter(|text| !text.is_empty());
    let texts: BTreeSet<&Arc<str>> = texts.collect();
    let searched = (texts.len() <= MAX_SEARCHED).then(|| texts.iter().map(|text| &***text));
    let searched = searched.map(Iterator::collect);
    let remaining = rows::read_mentioning(connection, product.about().name, searched).await?;
    if remaining.is_empty() {
        return Ok(Vec::new());
    }
    let kept = |documents: Vec<Document>| -> Vec<Object> {
        let documents = documents.into_par_iter().with_min_len(CHUNK);
        documents
            .filter_map(|document| product.kept(&document))
            .collect()
    };
    let (mut objects, removed) = (kept(remaining), kept(removed));
    let remaining = objects.len();
    objects.extend(removed);
    let sides = Sides::new(product, &[], &objects, &[]);
    let referring = |object: &Object| -> Vec<Referring> {
        let found = resolve(&sides, object).into_iter();
        let found = found
            .filter(|found| matches!(found.hit, Some(Hit::Target(index)) if index >= remaining));
        let referring = found.filter_map(|found| {
            Some(Referring {
                to: found.to?.item.clone(),
                by: object.item.clone(),
                path: found.reference.path,
            })
        });
        referring.collect()
    };
    let stored = objects.get(..remaining).unwrap_or_default();
    Ok(stored.par_iter().flat_map_iter(referring).collect())
}
