//! What only the target has: documents that correspond to no object of the file. Of a file whose
//! objects are selected, the target's are those that the selection takes.

use std::collections::{HashMap, HashSet};

use super::export::{Selected, sorted};
use super::{Object, Product, Sides};
use crate::engine::lookalike::Called;
use crate::engine::{ItemId, Kind, OnlyInTarget, TargetItem};
use crate::platform::ImportOptions;

/// The documents of a target beside those of a file.
pub(super) struct Rest<'o> {
    product: &'static dyn Product,
    sides: &'o Sides<'o>,
    options: &'o ImportOptions,
    /// Those that correspond to an object of the file.
    matched: HashSet<usize>,
}

impl<'o> Rest<'o> {
    pub(super) fn new(
        product: &'static dyn Product,
        sides: &'o Sides<'o>,
        options: &'o ImportOptions,
    ) -> Self {
        let file = 0..sides.file.objects.len();
        let found = file.filter_map(|index| sides.found(index));
        Self {
            product,
            sides,
            options,
            matched: found.map(|base| base.index).collect(),
        }
    }

    /// Counts them, where all documents were read.
    pub(super) fn counts(&self) -> OnlyInTarget {
        let mut counts: HashMap<&Kind, usize> = HashMap::new();
        for object in self.objects() {
            *counts.entry(object.kind()).or_default() += 1;
        }
        let count = |kind: &Kind| counts.get(kind).copied().unwrap_or_default();
        OnlyInTarget::new(self.product.kinds(), count)
    }

    /// Counts them, where so many are stored of each kind; `None` if it is not known which of
    /// these the selection takes.
    pub(super) fn counts_of(&self, stored: &HashMap<Kind, usize>) -> Option<OnlyInTarget> {
        let mut matched: HashMap<&Kind, usize> = HashMap::new();
        for object in self.matched() {
            *matched.entry(object.kind()).or_default() += 1;
        }
        let count = |kind: &Kind| {
            let of = |counts: Option<&usize>| counts.copied().unwrap_or_default();
            of(stored.get(kind)).saturating_sub(of(matched.get(kind)))
        };
        let is_all = self.options.selection.is_all();
        is_all.then(|| OnlyInTarget::new(self.product.kinds(), count))
    }

    /// Returns them, where all documents were read.
    pub(super) fn items(&self) -> Vec<TargetItem> {
        let objects = sorted(self.product, self.objects().collect());
        let item = |object: &Object| TargetItem {
            id: object.item.clone(),
            name: object.name.clone(),
        };
        objects.into_iter().map(item).collect()
    }

    /// Returns those of all documents, of which only the names were read.
    pub(super) fn items_of(&self, stored: Vec<Called>) -> Vec<TargetItem> {
        let matched: HashSet<&ItemId> = self.matched().map(|object| &object.item).collect();
        let selected = Selected::new(self.product, &self.options.selection);
        let item = |called: Called| {
            let name = called.names.into_iter().next().map(|(_, name)| name);
            TargetItem {
                id: called.id,
                name: name.unwrap_or_default(),
            }
        };
        let rest = stored.into_iter().map(item).filter(|item| {
            let kind = item.id.kind.as_str();
            !matched.contains(&item.id) && selected.takes_named(kind, &item.id.key, &item.name)
        });
        let mut items: Vec<TargetItem> = rest.collect();
        let kinds = self.product.kinds();
        items.sort_by_cached_key(|item| {
            let rank = kinds.iter().position(|info| info.kind == item.id.kind);
            (rank, item.id.key.clone())
        });
        items
    }

    fn objects(&self) -> impl Iterator<Item = &'o Object> {
        let selected = Selected::new(self.product, &self.options.selection);
        let objects = self.sides.target.objects.iter().enumerate();
        let rest = objects.filter(|(index, _)| !self.matched.contains(index));
        let rest = rest.map(|(_, object)| object);
        rest.filter(move |object| selected.takes(object))
    }

    fn matched(&self) -> impl Iterator<Item = &'o Object> {
        let matched = self.matched.iter();
        matched.filter_map(|index| self.sides.target.objects.get(*index))
    }
}
