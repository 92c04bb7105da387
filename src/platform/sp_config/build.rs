//! An entry of the file with its references pointing to what the target has,
//! beside the object that stands there. What is signed stays as it is.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::{Entry, plain_id};
use super::pair::{Base, Pair, Resolution, told};
use super::references::{Link, links};
use super::schema;
use super::target::Stored;
use super::types::{CONNECTOR_SCHEMA, SOURCE};
use crate::engine::align::{Aligned, align};
use crate::engine::diff::{Show, compare};
use crate::engine::{Finding, ItemId, Kind, Reference, Requirement, Resolved};
use crate::platform::document::{Document, Json, splice};

/// An entry with its references, and what was found on the way.
pub(super) struct Built<'w> {
    /// The object of the target that it is.
    pub(super) base: Option<(Base, &'w Stored)>,
    /// The entry.
    json: Json,
    /// Whether it is no longer what the file holds.
    is_changed: bool,
    is_signed: bool,
    /// What it refers to.
    pub(super) references: Vec<Reference>,
    /// What has to be in the target before it.
    pub(super) requires: Vec<Requirement>,
    /// What the operator should know.
    pub(super) warnings: Vec<Finding>,
}

/// Builds the entry of that place.
pub(super) fn build<'w>(pair: &Pair<'w>, at: usize, entry: &'w Entry) -> Built<'w> {
    let base = pair.base(at).and_then(|base| Some((base, pair.target.document(base.at)?)));
    let mut built = Built {
        base,
        json: entry.json.clone(),
        is_changed: !entry.mapped.is_empty(),
        is_signed: entry.is_signed(),
        references: Vec::new(),
        requires: Vec::new(),
        warnings: entry.findings.clone(),
    };
    built.note_id(entry);
    let links = links(&entry.word, entry.object());
    built.resolve(pair, entry, &links);
    if !built.is_signed {
        built.point_to_schemas(entry);
        built.write_ids_alike(&links);
    }
    built
}

impl Built<'_> {
    /// Tells of a signed entry that its text has another id than the target.
    fn note_id(&mut self, entry: &Entry) {
        let Some((_, stored)) = self.base else { return };
        let id = &stored.document.id;
        if self.is_signed && plain_id(id) != plain_id(&entry.id) {
            let message = format!(
                "the target has it as '{id}', and keeps that id; its text is signed, and is kept as it is, \
                 with the id '{}'",
                entry.id
            );
            self.warn(entry, "signed-other-id", message);
        }
    }

    fn warn(&mut self, entry: &Entry, code: &'static str, message: String) {
        self.warnings.push(Finding::warning(code, message).at(&*entry.place).about(&entry.item));
    }

    fn resolve(&mut self, pair: &Pair<'_>, entry: &Entry, links: &[Link]) {
        let is_importable = super::types::is_importable(&entry.word);
        for link in links {
            let resolution = pair.resolve(link, &entry.mapped);
            self.references.push(reference(pair, link, &resolution));
            // What is not going to be written needs nothing.
            if !is_importable {
                continue;
            }
            self.rewrite(entry, link, &resolution);
            self.note_half(entry, link, &resolution);
            self.require(pair, entry, link, &resolution);
            if resolution.how == Resolved::Unresolved {
                let what = told(&link.word, &link.id, &link.name);
                let message = format!("{} refers to {what}, {}", link.path, resolution.why);
                let place = format!("{}/object{}", entry.place, link.path);
                let finding = Finding::warning("unresolved-reference", message);
                self.warnings.push(finding.at(place).about(&entry.item));
            }
        }
    }

    /// Points a reference to what the target has.
    fn rewrite(&mut self, entry: &Entry, link: &Link, resolution: &Resolution<'_>) {
        if resolution.id.is_none() && resolution.name.is_none() {
            return;
        }
        if self.is_signed {
            let message =
                format!("{} would point to another object here; it is signed, and stays as it is", link.path);
            self.warn(entry, "signed-reference", message);
            return;
        }
        let object = self.json.as_object_mut().and_then(|json| json.get_mut("object"));
        self.is_changed |= object.is_some_and(|object| link.write(object, resolution.id, resolution.name));
    }

    /// Tells that half of a reference was dropped: the operator gave the other
    /// half, and nobody knows which belongs to it.
    fn note_half(&mut self, entry: &Entry, link: &Link, resolution: &Resolution<'_>) {
        let (half, dropped) = match (resolution.id, resolution.name) {
            (Some(""), _) => ("name", &link.id),
            (_, Some("")) => ("id", &link.name),
            _ => return,
        };
        if !dropped.is_empty() {
            let message = format!(
                "{} has a mapped {half} that the target does not know: '{dropped}', which stood beside it, was dropped",
                link.path
            );
            self.warn(entry, "reference-half-dropped", message);
        }
    }

    /// Says what has to be in the target: what the file holds goes together with
    /// it, what is nowhere is needed only where it is of no use without.
    fn require(&mut self, pair: &Pair<'_>, entry: &Entry, link: &Link, resolution: &Resolution<'_>) {
        let needed = match resolution.hit.and_then(|hit| pair.item(hit)) {
            Some((on, present)) => Requirement { on, present },
            None if link.is_needed && resolution.how == Resolved::Unresolved => {
                let key = if link.id.is_empty() { &link.name } else { &link.id };
                Requirement { on: ItemId::new(super::types::kind(&link.word), key.as_str()), present: false }
            }
            None => return,
        };
        if needed.on != entry.item && !self.requires.iter().any(|other| other.on == needed.on) {
            self.requires.push(needed);
        }
    }

    /// Points attributes of a source's schemas to the target's schema of that name.
    fn point_to_schemas(&mut self, entry: &Entry) {
        let Some((_, stored)) = self.base.filter(|_| &*entry.word == SOURCE) else { return };
        let schemas = stored.object().get("schemas").map(Json::elements).unwrap_or_default();
        let ids: HashMap<&str, &str> =
            schemas.iter().map(|schema| (schema.text_of("name"), schema.text_of("id"))).collect();
        let mut places = Vec::new();
        entry.object().walk(&mut |path, value| {
            if value.text_of("type") == CONNECTOR_SCHEMA
                && let Some(id) = ids.get(value.text_of("name")).filter(|id| !id.is_empty())
            {
                places.push((format!("{path}/id"), *id));
            }
        });
        let Some(object) = self.json.as_object_mut().and_then(|json| json.get_mut("object")) else { return };
        for (place, id) in places {
            if let Some(slot) = object.pointer_mut(&place).filter(|slot| slot.as_text() != Some(id)) {
                *slot = Json::text(id);
                self.is_changed = true;
            }
        }
    }

    /// Writes the ids of references as the target writes them, where they mean
    /// the same: with dashes or without is no difference.
    fn write_ids_alike(&mut self, links: &[Link]) {
        let (Some((_, stored)), Some(object)) =
            (self.base, self.json.as_object_mut().and_then(|json| json.get_mut("object")))
        else {
            return;
        };
        for at in links.iter().filter_map(|link| link.id_at.as_deref()) {
            let there = stored.object().pointer(at).and_then(Json::as_text);
            if let (Some(there), Some(here)) = (there, object.pointer_mut(at))
                && here.as_text().is_some_and(|here| here != there && plain_id(here) == plain_id(there))
            {
                *here = Json::text(there);
                self.is_changed = true;
            }
        }
    }

    /// Aligns the entry with what stands in the target.
    pub(super) fn aligned(&self, word: &str) -> Aligned<'_> {
        let target = self.base.map(|(_, stored)| &stored.entry);
        let aligned = align(target, &self.json, schema::of(word));
        if self.is_signed && target.is_some() {
            let (before, after) = aligned.sides();
            let changes = compare(Some(&before), &after, Show::Differences);
            // What is signed is taken whole, or not at all.
            if changes.iter().any(|change| change.op.is_effective()) {
                return align(target, &self.json, schema::whole());
            }
        }
        aligned
    }

    /// Returns what is to stand in the target.
    pub(super) fn document(&self, entry: &Entry) -> Document {
        let id = self.base.map_or(&entry.id, |(_, stored)| &stored.document.id);
        let body = match self.base {
            None if !self.is_changed => Arc::clone(&entry.text),
            // What is signed stays as it was read.
            Some(_) if self.is_signed => Arc::clone(&entry.text),
            None => self.json.print().into(),
            Some((_, stored)) => {
                let result = self.aligned(&entry.word).result();
                splice(&stored.document.body, &stored.entry, &result).into()
            }
        };
        Document {
            kind: Kind::named(entry.word.to_string()),
            id: Arc::clone(id),
            // Its signed text has another id, by which others may refer to it.
            pair_id: (self.is_signed && plain_id(id) != plain_id(&entry.id)).then(|| Arc::clone(&entry.id)),
            owner: "".into(),
            name: Arc::clone(&entry.name),
            body,
        }
    }
}

fn reference(pair: &Pair<'_>, link: &Link, resolution: &Resolution<'_>) -> Reference {
    let (id, name) = match resolution.hit {
        Some(hit) => pair.identity(hit),
        None => (resolution.id.unwrap_or(&link.id), resolution.name.unwrap_or(&link.name)),
    };
    let (key, name) = if id.is_empty() { (name, "") } else { (id, name) };
    Reference {
        path: link.path.clone(),
        kind: Kind::named(link.word.clone()),
        key: key.into(),
        name: if name.is_empty() { link.name.as_str().into() } else { name.into() },
        how: resolution.how,
    }
}
