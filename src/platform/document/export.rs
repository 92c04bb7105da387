//! The file that the product itself would export: everything, or some objects
//! with what they require.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Hit, Object, Product, Sides};
use crate::engine::closure::closure;
use crate::engine::object::resolve;
use crate::engine::schema::{Form, KindSchema, Role};
use crate::engine::{Finding, ItemId, Kind};
use crate::platform::document::candidates::dangling;
use crate::platform::{Export, ExportOptions, MissingRoots, Selection};

/// Exports everything, or some roots with what they require, or a selection.
///
/// # Errors
///
/// Fails if a root is not in the target, or its kind cannot be exported.
pub fn export(
    product: &'static dyn Product,
    target: &[Object],
    options: &ExportOptions,
) -> Result<Export, MissingRoots> {
    let sides = Sides::new(product, &[], target, &[]);
    let closure = needed(product, &sides, &options.roots)?;
    let selected = Selected::new(product, &options.selection);
    let is_meant = |index: &usize, object: &Object| {
        closure
            .as_ref()
            .is_none_or(|closure| closure.contains(index))
            && selected.takes(object)
    };
    let meant: HashSet<usize> = target
        .iter()
        .enumerate()
        .filter(|(index, object)| is_meant(index, object))
        .map(|(index, _)| index)
        .collect();
    let objects = target.iter().enumerate();
    let objects = objects.filter(|(index, _)| meant.contains(index));
    let mut findings = dangling(&sides, &meant);
    findings.extend(selected.unmet(target.iter(), "the target"));
    let objects = sorted(product, objects.map(|(_, object)| object).collect());
    Ok(Export {
        bytes: product.print(&objects, options),
        counts: counts(product, objects.into_iter()),
        findings,
    })
}

/// Sorts objects by their kinds and ids.
pub(super) fn sorted<'o>(product: &dyn Product, mut objects: Vec<&'o Object>) -> Vec<&'o Object> {
    let rank: HashMap<&Kind, usize> = product
        .kinds()
        .iter()
        .enumerate()
        .map(|(rank, info)| (&info.kind, rank))
        .collect();
    objects.sort_by_key(|object| (rank.get(object.kind()).copied(), &object.item.key));
    objects
}

/// Returns the number of objects of each kind.
pub(super) fn counts<'o>(
    product: &dyn Product,
    objects: impl Iterator<Item = &'o Object>,
) -> Vec<(Kind, usize)> {
    let mut counts: HashMap<&Kind, usize> = HashMap::new();
    for object in objects {
        *counts.entry(object.kind()).or_default() += 1;
    }
    let of = |kind: &Kind| counts.get(kind).copied().unwrap_or_default();
    product
        .kinds()
        .iter()
        .map(|info| (info.kind.clone(), of(&info.kind)))
        .collect()
}

/// Returns the roots with everything that they require, directly and
/// indirectly; `None` without roots.
fn needed(
    product: &dyn Product,
    sides: &Sides<'_>,
    roots: &[ItemId],
) -> Result<Option<HashSet<usize>>, MissingRoots> {
    if roots.is_empty() {
        return Ok(None);
    }
    let root = Kind::of(product.about().root);
    let schema = product.schema(root.as_str());
    let find = |item: &ItemId| {
        let schema = schema.filter(|_| item.kind == root)?;
        let keys = schema
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| [Role::Id, Role::Name].contains(&key.role));
        keys.map(|(key, _)| sides.target.with(schema, key, "", &item.key))
            .find_map(|found| match found {
                [only] => Some(*only),
                _ => None,
            })
    };
    let missing: Vec<ItemId> = roots
        .iter()
        .filter(|root| find(root).is_none())
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(MissingRoots(missing));
    }
    Ok(Some(closure(roots.iter().filter_map(find), |index| {
        let found = sides
            .target
            .get(*index)
            .map(|object| resolve(sides, object))
            .unwrap_or_default();
        let along = found
            .into_iter()
            .filter(|found| found.link.rule.along)
            .filter_map(|found| found.hit);
        along
            .filter_map(|hit| {
                if let Hit::Target(index) = hit {
                    Some(index)
                } else {
                    None
                }
            })
            .collect()
    })))
}

/// A selection, with ids in the form in which they are compared.
pub struct Selected<'o> {
    product: &'static dyn Product,
    given: &'o Selection,
    plain: Selection,
}

impl<'o> Selected<'o> {
    /// Returns a selection of a product's objects.
    pub fn new(product: &'static dyn Product, given: &'o Selection) -> Self {
        let mut plain = given.clone();
        for (kind, filter) in &mut plain.objects {
            let form = form(product, kind);
            filter
                .ids
                .iter_mut()
                .for_each(|id| *id = form.of(id).into_owned());
        }
        Self {
            product,
            given,
            plain,
        }
    }

    /// Returns whether an object is selected.
    pub fn takes(&self, object: &Object) -> bool {
        self.takes_named(object.kind().as_str(), object.id(), &object.name)
    }

    /// Returns whether an object of a kind is selected that has this id and this name.
    pub(super) fn takes_named(&self, kind: &str, id: &str, name: &str) -> bool {
        let id = form(self.product, kind).of(id);
        self.plain.takes(kind, &id, name)
    }

    /// Reports the parts of the selection that match no object.
    pub fn unmet<'t>(
        &self,
        objects: impl Iterator<Item = &'t Object>,
        place: &str,
    ) -> Vec<Finding> {
        if self.given.is_all() {
            return Vec::new();
        }
        let mut kinds: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        for object in objects {
            kinds
                .entry(object.kind().as_str())
                .or_default()
                .push(object);
        }
        let describe = |message: String| Finding::warning("selection-unmet", message);
        let mut findings = Vec::new();
        for word in self
            .given
            .include
            .iter()
            .filter(|word| !kinds.contains_key(word.as_str()))
        {
            findings.push(describe(format!(
                "{place} contains no objects of the requested type {word}"
            )));
        }
        for (word, filter) in &self.given.objects {
            if !self.given.takes_kind(word) {
                findings.push(describe(format!(
                    "objects of type {word} are selected, but the type is excluded"
                )));
                continue;
            }
            let (there, form) = (
                kinds.get(word.as_str()).map_or(&[][..], Vec::as_slice),
                form(self.product, word),
            );
            let ids: HashSet<_> = there.iter().map(|object| form.of(object.id())).collect();
            for id in filter.ids.iter().filter(|id| !ids.contains(&form.of(id))) {
                findings.push(describe(format!(
                    "{place} contains no {word} with the id '{id}'"
                )));
            }
            let names: HashSet<&str> = there.iter().map(|object| &*object.name).collect();
            for name in filter
                .names
                .iter()
                .filter(|name| !names.contains(name.as_str()))
            {
                findings.push(describe(format!(
                    "{place} contains no {word} with the name '{name}' (case-sensitive)"
                )));
            }
        }
        findings
    }
}

fn form(product: &dyn Product, kind: &str) -> Form {
    product
        .schema(kind)
        .map_or(Form::Exact, KindSchema::id_form)
}
