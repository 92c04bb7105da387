//! The objects of one side, indexed by all of their identifiers.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Known, Object};
use crate::engine::json::Json;
use crate::engine::schema::{Form, KindSchema};

/// A lookup key: the kind, the index of a key, the owner where that counts, and
/// the value in its form.
type LookupKey<'o> = (&'o str, usize, &'o str, Cow<'o, str>);

/// The objects of a file, or of a target.
#[derive(Default)]
pub struct Index<'o> {
    /// The objects.
    pub objects: &'o [Object],
    places: HashMap<LookupKey<'o>, Vec<usize>>,
    by_kind: HashMap<&'o str, Vec<usize>>,
    by_id: HashMap<Cow<'o, str>, Vec<usize>>,
}

impl<'o> Index<'o> {
    /// Indexes objects.
    pub fn new(objects: &'o [Object]) -> Self {
        let mut side = Self {
            objects,
            ..Self::default()
        };
        for (index, object) in objects.iter().enumerate() {
            side.by_kind
                .entry(object.kind().as_str())
                .or_default()
                .push(index);
            let id = object.schema.id_form().of(&object.item.key);
            side.by_id.entry(id).or_default().push(index);
            for (key, value) in object.keys() {
                let found = side
                    .places
                    .entry(place(object.schema, key, &object.owner, value))
                    .or_default();
                if found.last() != Some(&index) {
                    found.push(index);
                }
            }
        }
        side
    }

    /// Returns an object.
    pub fn get(&self, index: usize) -> Option<&'o Object> {
        self.objects.get(index)
    }

    /// Returns the objects of a kind that have a value of one of its keys.
    pub fn with<'s>(
        &'s self,
        schema: &'s KindSchema,
        key: usize,
        owner: &'s str,
        value: &'s str,
    ) -> &'s [usize] {
        // A lookup borrows its key.
        let found: Option<&Vec<usize>> = self.places.get(&place(schema, key, owner, value));
        found.map_or(&[], Vec::as_slice)
    }

    /// Returns every group of objects that share a value of one key: the key's
    /// index, and the objects.
    pub(super) fn groups(&self) -> impl Iterator<Item = (usize, &[usize])> {
        self.places
            .iter()
            .map(|((_, key, ..), holders)| (*key, holders.as_slice()))
    }

    /// Returns the objects of a kind.
    pub fn of(&self, kind: &str) -> &[usize] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Returns the objects of any kind with this id in plans.
    pub fn with_id(&self, form: Form, id: &str) -> &[usize] {
        self.by_id
            .get(form.of(id).as_ref())
            .map_or(&[], Vec::as_slice)
    }
}

fn place<'k>(schema: &'k KindSchema, key: usize, owner: &'k str, value: &'k str) -> LookupKey<'k> {
    let said = schema.keys.get(key);
    let owner = if said.is_some_and(|key| key.per_owner) {
        owner
    } else {
        ""
    };
    (
        schema.info.kind.as_str(),
        key,
        owner,
        said.map_or(Form::Exact, |key| key.form).of(value),
    )
}

/// Objects that no file contains, known from references to them.
#[derive(Default)]
pub(super) struct Outside<'o> {
    /// By kind and id in its form: its id as it is written, and its name.
    by_id: HashMap<(&'o str, Cow<'o, str>), (&'o str, &'o str)>,
    /// By kind and name: the only id with that name; `None` if there are several.
    by_name: HashMap<(&'o str, &'o str), Option<&'o str>>,
}

impl<'o> Outside<'o> {
    /// Collects them from all references, at any path.
    pub(super) fn new(objects: &'o [Object], known: &Known) -> Self {
        let mut outside = Self::default();
        if !known.kinds.is_empty() {
            objects
                .iter()
                .for_each(|object| outside.learn(&object.body, known));
        }
        outside
    }

    fn learn(&mut self, json: &'o Json, known: &Known) {
        match json {
            Json::Object(object) => {
                let [kind, id, name] =
                    [known.kind, known.id, known.name].map(|name| json.text_of(name));
                if !id.is_empty() && !name.is_empty() && known.kinds.contains(&kind) {
                    self.by_id
                        .entry((kind, Form::Plain.of(id)))
                        .or_insert((id, name));
                    let only = self.by_name.entry((kind, name)).or_insert(Some(id));
                    *only = only.filter(|only| Form::Plain.of(only) == Form::Plain.of(id));
                }
                object
                    .members()
                    .for_each(|(_, json)| self.learn(json, known));
            }
            Json::List(elements) => elements.iter().for_each(|json| self.learn(json, known)),
            _ => {}
        }
    }

    /// Returns the id and the name of one, by its id.
    pub(super) fn with_id(&self, kind: &str, id: &str) -> Option<(&'o str, &'o str)> {
        self.by_id.get(&(kind, Form::Plain.of(id))).copied()
    }

    /// Returns the id of one, by its name, if it is unique.
    pub(super) fn named(&self, kind: &str, name: &str) -> Option<&'o str> {
        self.by_name.get(&(kind, name)).copied().flatten()
    }
}
