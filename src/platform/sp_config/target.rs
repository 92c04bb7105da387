//! What stands in a target: the documents, found by id and by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::{name_of, plain_id};
use super::types;
use crate::engine::ItemId;
use crate::platform::document::{Document, Json, Source};

/// A target as it was read.
#[derive(Debug, Default)]
pub(super) struct Target {
    documents: Vec<Stored>,
    by_id: HashMap<(String, String), usize>,
    by_name: HashMap<(String, String), Vec<usize>>,
    /// By id alone, whatever the type.
    by_any_id: HashMap<String, Vec<usize>>,
    /// What no file holds and the target's objects refer to.
    outside: Outside,
}

/// Objects that are only referred to, by type and id and by type and name.
#[derive(Debug, Default)]
struct Outside {
    /// By type and id without dashes: its id as it is written, and its name.
    by_id: HashMap<(String, String), (String, String)>,
    /// By type and name: the ids that go by it.
    by_name: HashMap<(String, String), Vec<String>>,
}

impl Outside {
    fn learn(&mut self, json: &Json) {
        match json {
            Json::Object(object) => {
                let [word, id, name] = ["type", "id", "name"].map(|name| json.text_of(name));
                if !word.is_empty() && !id.is_empty() && !name.is_empty() && types::is_outside(word) {
                    self.note(word, id, name);
                }
                object.members().for_each(|(_, json)| self.learn(json));
            }
            Json::List(elements) => elements.iter().for_each(|json| self.learn(json)),
            _ => {}
        }
    }

    fn note(&mut self, word: &str, id: &str, name: &str) {
        let known = self.by_id.entry((word.to_owned(), plain_id(id)));
        known.or_insert_with(|| (id.to_owned(), name.to_owned()));
        let ids = self.by_name.entry((word.to_owned(), name.to_owned())).or_default();
        if !ids.iter().any(|known| plain_id(known) == plain_id(id)) {
            ids.push(id.to_owned());
        }
    }
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
            target.by_any_id.entry(plain_id(&document.id)).or_default().push(at);
            if let Some(object) = entry.get("object") {
                target.outside.learn(object);
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

    /// Finds the objects of any type with an id.
    pub(super) fn with_any_id(&self, id: &str) -> impl Iterator<Item = &Stored> {
        let found = self.by_any_id.get(&plain_id(id)).into_iter().flatten();
        found.filter_map(|at| self.documents.get(*at))
    }

    /// Returns the id and the name of something that no file holds, by its id.
    pub(super) fn outside_with_id(&self, word: &str, id: &str) -> Option<(&str, &str)> {
        let found = self.outside.by_id.get(&(word.to_owned(), plain_id(id)));
        found.map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// Returns the id of something that no file holds, by its name, where only
    /// one goes by it.
    pub(super) fn outside_called(&self, word: &str, name: &str) -> Option<&str> {
        match self.outside.by_name.get(&(word.to_owned(), name.to_owned()))?.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Finds the objects of a type.
    pub(super) fn of(&self, word: &str) -> impl Iterator<Item = usize> {
        let of = move |(at, stored): (usize, &Stored)| (stored.word() == word).then_some(at);
        self.documents.iter().enumerate().filter_map(of)
    }
}
