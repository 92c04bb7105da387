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
        let is_known = options.default_references.is_empty() && product.outside().kinds.is_empty();
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
            self.key(object.schema, object.schema.keys.get(index)?, value)?;
        }
        if object.is_only() {
            return None;
        }
        for Search { index, texts } in product.searches(object)? {
            let known = self.found.iter().position(|(other, _)| *other == index);
            let place = known.unwrap_or(self.found.len());
            if known.is_none() {
                self.found.push((index, BTreeSet::new()));
            }
            let (_, found) = self.found.get_mut(place)?;
            found.extend(texts.iter().filter_map(indexed));
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

    /// Adds the documents that have the value of a key.
    fn key(&mut self, schema: &'static KindSchema, key: &Key, value: &Arc<str>) -> Option<()> {
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
        let Some(schema) = product
            .schema(link.kind)
            .filter(|_| link.rule.if_missing != IfMissing::External)
        else {
            return Some(());
        };
        let mut keys = schema.keys.iter();
        let may_name = |key: &&Key| {
            key.role != Role::Name
                && (key.role == Role::Id || link.rule.aliases.contains(&key.name))
        };
        let is_found = |key: &Key| key.column != Column::None && is_exact(key);
        if !link.id.is_empty() {
            if !schema.keys.iter().filter(may_name).all(is_found) {
                return None;
            }
            self.id(&link.id.into());
        }
        let has_name = keys.any(|key| key.role == Role::Name) && !link.name.is_empty();
        (!has_name).then_some(())
    }
}

/// Returns whether a column has the values of a key as they are compared.
fn is_exact(key: &Key) -> bool {
    key.form == Form::Exact
}

/// Returns the part of a text that an index holds; `None` for a text that no
/// document contains.
fn indexed(text: &Arc<str>) -> Option<Arc<str>> {
    let cut = text.char_indices().nth(INDEXED);
    let cut = cut.map_or(&**text, |(end, _)| text.get(..end).unwrap_or_default());
    is_storable(text).then(|| cut.into())
}

/// Returns whether PostgreSQL can store a text that is not empty.
fn is_storable(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}
