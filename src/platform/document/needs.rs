//! What a comparison asks of a target: the documents that decide its verdicts,
//! so that the others need not be read.
//!
//! An object of a file meets a document of the target by an id, by a name that
//! must be unique, by a reference, or by content that a product declares
//! ([`Search`]). Which of them is found by what is read from the schemas, as
//! [`Sides`](super::Sides) does when it matches and resolves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::search::{INDEXED, Search, SearchIndex};
use super::{Object, Product};
use crate::engine::object::{Link, links};
use crate::engine::schema::{Column, Form, IfMissing, Key, KindSchema, Role, Stands};
use crate::platform::ImportOptions;

/// Up to this many objects of a file never justify reading the whole target.
const FEW: usize = 100;

/// Reading everything costs a document less than finding it does.
const SHARE: usize = 8;

/// The documents of a target that a file is compared with.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Those that have one of these as an id or a second id.
    pub(super) ids: BTreeSet<Arc<str>>,
    /// Those of a kind that have one of these names.
    pub(super) names: BTreeMap<&'static str, BTreeSet<Arc<str>>>,
    /// Those that are found by their content.
    pub(super) found: Vec<(&'static SearchIndex, BTreeSet<Arc<str>>)>,
}

/// Returns whether so many objects of a file justify a look for what decides
/// about them in a target of so many rows.
pub(super) const fn are_few(objects: usize, rows: usize) -> bool {
    objects <= FEW || objects.saturating_mul(SHARE) <= rows
}

impl Needs {
    /// Returns what decides the verdicts of a file's objects; `None` if that may
    /// be any document.
    pub(super) fn new(
        product: &dyn Product,
        objects: &[Object],
        options: &ImportOptions,
    ) -> Option<Self> {
        let is_known = options.default_references.is_empty();
        let mut needs = Self::default();
        let mut objects = objects.iter();
        let all = objects.try_for_each(|object| needs.add(product, object));
        all.filter(|()| is_known).map(|()| needs)
    }

    /// Adds the documents that an object is compared with; `None` if that may be
    /// any.
    fn add(&mut self, product: &dyn Product, object: &Object) -> Option<()> {
        self.id(&object.item.key);
        self.id(&object.owner);
        for (index, value) in object.keys() {
            self.key(
                product,
                object.schema,
                object.schema.keys.get(index)?,
                value,
            )?;
        }
        if object.is_only() {
            return None;
        }
        for Search { index, texts } in product.searches(object)? {
            self.search(index, texts.iter().map(|text| &**text));
        }
        let is_kind = |word: &str| product.schema(word).is_some() || product.is_referred_to(word);
        links(object, &is_kind)
            .iter()
            .try_for_each(|link| self.link(product, link))
    }

    fn id(&mut self, id: &Arc<str>) {
        if is_storable(id) && !self.ids.contains(id) {
            self.ids.insert(Arc::clone(id));
        }
    }

    /// Adds the documents that an index finds by texts.
    fn search<'t>(
        &mut self,
        index: &'static SearchIndex,
        texts: impl IntoIterator<Item = &'t str>,
    ) {
        let texts = texts.into_iter().filter_map(indexed);
        match self.found.iter_mut().find(|(other, _)| *other == index) {
            Some((_, found)) => found.extend(texts),
            None => self.found.push((index, texts.collect())),
        }
    }

    /// Adds the documents that indexes find by the value of a key; `None` if SQL may take another
    /// text for the same, or one that is the same for another.
    fn indexed(&mut self, indexes: &'static [SearchIndex], key: &Key, value: &str) -> Option<()> {
        let value = key.form.of(value);
        // Of all others, only the sign of a unit becomes an ASCII letter in lower case: a k.
        let is_certain = match key.form {
            Form::Exact => true,
            Form::Plain => value.is_ascii() && !value.contains('k'),
            Form::Address => false,
        };
        for index in indexes {
            self.search(index, [&*value]);
        }
        is_certain.then_some(())
    }

    /// Adds the documents that have the value of a key.
    fn key(
        &mut self,
        product: &dyn Product,
        schema: &'static KindSchema,
        key: &Key,
        value: &Arc<str>,
    ) -> Option<()> {
        let indexes = product.indexes(key);
        if !indexes.is_empty() {
            return self.indexed(indexes, key, value);
        }
        if key.column != Column::None {
            return is_exact(key).then(|| self.id(value));
        }
        // Only references find objects by such a key.
        if key.role == Role::Alias && key.unique.is_none() {
            return Some(());
        }
        match key.at {
            Stands::First(places) if places == schema.name && is_exact(key) => {
                let names = self.names.entry(schema.info.kind.as_str()).or_default();
                names.extend(indexed(value));
                Some(())
            }
            // The product searches for what it derives.
            Stands::Of(_) if key.role == Role::Alias => Some(()),
            _ => None,
        }
    }

    /// Adds the documents that a reference may point to.
    fn link(&mut self, product: &dyn Product, link: &Link<'_>) -> Option<()> {
        if link.rule.if_missing == IfMissing::External {
            return Some(());
        }
        // Any document may say what those are called.
        if product.outside().kinds.contains(&link.kind) {
            return None;
        }
        let Some(schema) = product.schema(link.kind) else {
            return Some(());
        };
        let may_name = |key: &&Key| {
            key.role != Role::Name
                && (key.role == Role::Id || link.rule.aliases.contains(&key.name))
        };
        let by_id = schema.keys.iter().filter(may_name);
        for key in by_id.filter(|_| !link.id.is_empty()) {
            match product.indexes(key) {
                [] if key.column != Column::None && is_exact(key) => self.id(&link.id.into()),
                [] => return None,
                indexes => self.indexed(indexes, key, link.id)?,
            }
        }
        let by_name = schema.keys.iter().filter(|key| key.role == Role::Name);
        for key in by_name.filter(|_| !link.name.is_empty()) {
            match product.indexes(key) {
                [] => return None,
                indexes => self.indexed(indexes, key, link.name)?,
            }
        }
        Some(())
    }
}

/// Returns whether a column has the values of a key as they are compared.
fn is_exact(key: &Key) -> bool {
    key.form == Form::Exact
}

/// Returns the part of a text that an index holds; `None` for a text that no
/// document contains.
fn indexed(text: &str) -> Option<Arc<str>> {
    let cut = text.char_indices().nth(INDEXED);
    let cut = cut.map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
    is_storable(text).then(|| cut.into())
}

/// Returns whether PostgreSQL can store a text that is not empty.
fn is_storable(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}
