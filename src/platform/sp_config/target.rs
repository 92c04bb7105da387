//! What stands in a target: the documents, found by id and by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::{name_of, plain_id};
use crate::engine::ItemId;
use crate::platform::document::{Document, Json, Source};

/// A target as it was read.
#[derive(Debug, Default)]
pub(super) struct Target {
    documents: Vec<Stored>,
    by_id: HashMap<(String, String), usize>,
    by_name: HashMap<(String, String), Vec<usize>>,
}

/// An object of the target.
#[derive(Debug)]
pub(super) struct Stored {
    /// Its row.
    pub(super) document: Document,
    /// Its entry; null where somebody made its text unreadable.
    pub(super) entry: Json,
}

impl Stored {
    /// Returns its type's word.
    pub(super) fn word(&self) -> &str {
        self.document.kind.as_str()
    }

    /// Returns the object itself.
    pub(super) fn object(&self) -> &Json {
        self.entry.get("object").unwrap_or(&Json::Null)
    }

    /// Returns which item it is where no file has another id for it.
    pub(super) fn item(&self) -> ItemId {
        ItemId::new(self.document.kind.clone(), Arc::clone(&self.document.id))
    }

    /// Returns what it is called where others refer to it.
    pub(super) fn reference_name(&self) -> &str {
        inner_name(&self.entry).unwrap_or(&self.document.name)
    }
}

/// Returns the name of an entry's object.
pub(super) fn inner_name(entry: &Json) -> Option<&str> {
    entry.get("object").map(|object| object.text_of("name")).filter(|name| !name.is_empty())
}

/// Returns the names that references may call an entry by.
pub(super) fn names(entry: &Json) -> impl Iterator<Item = &str> {
    let outer = Some(name_of(entry)).filter(|name| !name.is_empty());
    outer.into_iter().chain(inner_name(entry).filter(move |inner| Some(*inner) != outer))
}

impl Target {
    /// Sorts documents so that they are found.
    pub(super) fn new(documents: Vec<Document>) -> Self {
        let mut target = Self::default();
        for document in documents {
            let at = target.documents.len();
            let entry = Source::read(document.body.as_bytes()).map_or(Json::Null, |source| source.root);
            let word = document.kind.as_str().to_owned();
            // A signed one that was matched by name goes by both ids.
            for id in [Some(&document.id), document.pair_id.as_ref()].into_iter().flatten() {
                target.by_id.entry((word.clone(), plain_id(id))).or_insert(at);
            }
            for name in names(&entry) {
                target.by_name.entry((word.clone(), name.to_owned())).or_default().push(at);
            }
            target.documents.push(Stored { document, entry });
        }
        target
    }

    /// Returns the objects, ordered by kind and id.
    pub(super) fn documents(&self) -> &[Stored] {
        &self.documents
    }

    /// Returns an object.
    pub(super) fn document(&self, at: usize) -> Option<&Stored> {
        self.documents.get(at)
    }

    /// Finds an object by its id, with or without dashes, in either case.
    pub(super) fn with_id(&self, word: &str, id: &str) -> Option<usize> {
        self.by_id.get(&(word.to_owned(), plain_id(id))).copied()
    }

    /// Finds the objects that references may call so.
    pub(super) fn called(&self, word: &str, name: &str) -> &[usize] {
        self.by_name.get(&(word.to_owned(), name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Finds the objects of a type.
    pub(super) fn of(&self, word: &str) -> impl Iterator<Item = usize> {
        let of = move |(at, stored): (usize, &Stored)| (stored.word() == word).then_some(at);
        self.documents.iter().enumerate().filter_map(of)
    }
}
