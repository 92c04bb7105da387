//! An entry as it is going to stand in the target: with the target's id where it
//! was found by its name, its references pointing to what the target has, and
//! the target's secrets where the file has none. What is signed stays as it is.

use std::sync::Arc;

use super::file::{Entry, plain_id};
use super::pair::{Base, Pair, Resolution, told};
use super::references::{Link, links};
use super::rules::Secrets;
use super::target::Stored;
use super::types::SOURCE;
use crate::engine::{Finding, ItemId, Kind, Reference, Requirement, Resolved};
use crate::platform::document::{Document, Json};

/// An entry as it is going to be written, and what was found on the way.
pub(super) struct Built<'w> {
    /// The object of the target that it is.
    pub(super) base: Option<(Base, &'w Stored)>,
    /// The entry.
    pub(super) json: Json,
    /// The same in the form in which the target writes ids: for comparing.
    pub(super) comparable: Json,
    /// Whether it is no longer what the file holds.
    is_changed: bool,
    /// Which of its values are secret.
    pub(super) secrets: Secrets,
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
    let stored = base.map(|(_, stored)| &stored.entry);
    let mut built = Built {
        base,
        json: entry.json.clone(),
        comparable: Json::Null,
        is_changed: !entry.mapped.is_empty(),
        secrets: Secrets::of([Some(&entry.json), stored].into_iter().flatten()),
        references: Vec::new(),
        requires: Vec::new(),
        warnings: entry.findings.clone(),
    };
    built.take_id(entry);
    let links = links(&entry.word, entry.object());
    built.resolve(pair, entry, &links);
    built.keep_secrets(entry);
    built.comparable = built.aligned(&links);
    built
}

impl Built<'_> {
    /// Takes the id of the target's object, which it was found by its name.
    fn take_id(&mut self, entry: &Entry) {
        let Some((_, stored)) = self.base else { return };
        let id = &stored.document.id;
        if plain_id(id) == plain_id(&entry.id) {
            return;
        }
        if entry.is_signed() {
            let message = format!(
                "the target has it as '{id}', and keeps that id; its text is signed, and is kept as it is, \
                 with the id '{}'",
                entry.id
            );
            self.warn(entry, "signed-other-id", message);
            return;
        }
        for holder in ["self", "object"] {
            let found = self.json.as_object_mut().and_then(|json| json.get_mut(holder)?.as_object_mut());
            if let Some(place) = found.and_then(|holder| holder.get_mut("id")).filter(|id| !id.is_empty()) {
                *place = Json::text(Arc::clone(id));
                self.is_changed = true;
            }
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
        if entry.is_signed() {
            let message =
                format!("{} would point to another object here; it is signed, and stays as it is", link.path);
            self.warn(entry, "signed-reference", message);
            return;
        }
        let object = self.json.as_object_mut().and_then(|json| json.get_mut("object"));
        self.is_changed |= object.is_some_and(|object| link.write(object, resolution.id, resolution.name));
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

    fn keep_secrets(&mut self, entry: &Entry) {
        if entry.is_signed() {
            return;
        }
        if let Some((_, stored)) = self.base {
            self.is_changed |= self.secrets.keep(&mut self.json, &stored.entry);
            self.is_changed |= &*entry.word == SOURCE && keep_cluster(&mut self.json, stored);
        }
        let missing = self.secrets.missing(&self.json);
        if !missing.is_empty() {
            let message = format!(
                "neither the file nor the target has these secrets: {}; set them after the import",
                missing.join(", ")
            );
            let finding = Finding::note("secret-missing", message);
            self.warnings.push(finding.at(&*entry.place).about(&entry.item));
        }
    }

    /// Returns the entry with the ids of references written as the target writes
    /// them, where they mean the same: with dashes or without is no difference.
    fn aligned(&self, links: &[Link]) -> Json {
        let mut json = self.json.clone();
        let (Some((_, stored)), Some(object)) =
            (self.base, json.as_object_mut().and_then(|json| json.get_mut("object")))
        else {
            return json;
        };
        for at in links.iter().filter_map(|link| link.id_at.as_deref()) {
            let there = stored.object().pointer(at).and_then(Json::as_text);
            if let (Some(there), Some(here)) = (there, object.pointer_mut(at))
                && here.as_text().is_some_and(|here| here != there && plain_id(here) == plain_id(there))
            {
                *here = Json::text(there);
            }
        }
        json
    }

    /// Returns what is to stand in the target.
    pub(super) fn document(&self, entry: &Entry) -> Document {
        let id = self.base.map_or(&entry.id, |(_, stored)| &stored.document.id);
        let body = if self.is_changed { self.json.print().into() } else { Arc::clone(&entry.text) };
        Document {
            kind: Kind::named(entry.word.to_string()),
            id: Arc::clone(id),
            // Its signed text has another id, by which others may refer to it.
            pair_id: (entry.is_signed() && plain_id(id) != plain_id(&entry.id))
                .then(|| Arc::clone(&entry.id)),
            owner: "".into(),
            name: Arc::clone(&entry.name),
            body,
        }
    }
}

/// The cluster that a source runs on is the tenant's own: exports do not have it.
fn keep_cluster(entry: &mut Json, stored: &Stored) -> bool {
    let Some(cluster) = stored.object().get("cluster").filter(|cluster| !cluster.is_empty()) else {
        return false;
    };
    let Some(object) = entry.as_object_mut().and_then(|entry| entry.get_mut("object")?.as_object_mut())
    else {
        return false;
    };
    let is_missing = object.get("cluster").is_none_or(Json::is_empty);
    if is_missing {
        object.set("cluster", cluster.clone());
    }
    is_missing
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
