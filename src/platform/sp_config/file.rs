//! Reading a file: an envelope with objects, or a bare list of them. Everything
//! of an entry is kept, and its text byte for byte.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::mapping::Mapper;
use super::path;
use super::types::{self, OTHER, Type};
use crate::engine::{Finding, ItemId, Kind};
use crate::platform::document::{Json, Object, Source};
use crate::platform::{ImportOptions, ParseError, Selection};

/// The property that holds the entries.
pub(super) const OBJECTS: &str = "objects";

/// A file that was read.
#[derive(Debug)]
pub(super) struct File {
    /// The entries that were selected, in their order.
    pub(super) entries: Vec<Entry>,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
    /// How it is to be taken.
    pub(super) options: ImportOptions,
}

/// An object with what the file says of it.
#[derive(Debug)]
pub(super) struct Entry {
    /// JSON pointer to it in the file.
    pub(super) place: Arc<str>,
    /// The type's word, as it is written; empty for none.
    pub(super) word: Arc<str>,
    /// What it is known by in the plan.
    pub(super) item: ItemId,
    /// Its id, as it is written; empty for none.
    pub(super) id: Arc<str>,
    /// Its name; empty for none.
    pub(super) name: Arc<str>,
    /// Its text, byte for byte.
    pub(super) text: Arc<str>,
    /// The whole of it, with the operator's mappings done.
    pub(super) json: Json,
    /// JSON pointers into its object to what was mapped.
    pub(super) mapped: Vec<String>,
    /// What was noticed about it.
    pub(super) findings: Vec<Finding>,
}

impl Entry {
    /// Returns what its type is known for, if it is known.
    pub(super) fn known(&self) -> Option<&'static Type> {
        types::named(&self.word)
    }

    /// Returns the object itself.
    pub(super) fn object(&self) -> &Json {
        self.json.get("object").unwrap_or(&Json::Null)
    }

    /// Says whether its text may not be changed.
    pub(super) fn is_signed(&self) -> bool {
        has_signature(&self.json)
    }
}

/// Says whether an entry has both parts of a signature.
pub(super) fn has_signature(entry: &Json) -> bool {
    ["jwsHeader", "jwsSignature"].iter().all(|name| !entry.text_of(name).is_empty())
}

/// Returns an id in the form in which ids are compared: files write the same
/// one with dashes and without.
pub(super) fn plain_id(id: &str) -> String {
    id.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect()
}

/// Returns the name of an entry; of its object where it has none itself.
pub(super) fn name_of(entry: &Json) -> &str {
    let own = entry.get("self").map_or("", |own| own.text_of("name"));
    if own.is_empty() { entry.get("object").map_or("", |object| object.text_of("name")) } else { own }
}

/// Reads a file.
pub(super) fn read(bytes: &[u8], options: &ImportOptions) -> Result<File, ParseError> {
    let source = Source::read(bytes)?;
    let mut findings = Vec::new();
    let (prefix, objects) = objects(&source, &mut findings)?;
    let mut mapper = Mapper::new(&options.mappings, &mut findings);
    let selection = Selected::new(&options.selection);
    let mut entries = Vec::new();
    let mut heads = Vec::new();
    for (at, json) in objects.iter().enumerate() {
        let place = format!("{prefix}/{at}");
        match json {
            Json::Null => {
                findings.push(Finding::note("null-entry", "an entry is null and is left out").at(place));
            }
            Json::Object(object) => {
                let head = Head::read(json);
                if selection.takes(&head) {
                    entries.push(entry(&source, object, place, &head, &mut mapper));
                }
                heads.push(head);
            }
            other => return Err(source.wrong(span(&source.root), &place, "an object", other.type_word())),
        }
    }
    findings.extend(selection.unmet(&heads));
    findings.extend(mapper.unmet());
    if heads.is_empty() {
        findings.push(Finding::note("no-objects", "the file holds no objects"));
    }
    Ok(File { entries, findings, options: options.clone() })
}

/// Finds the list of entries, and the JSON pointer to it.
fn objects<'s>(source: &'s Source, findings: &mut Vec<Finding>) -> Result<(String, &'s [Json]), ParseError> {
    let wrong = |path: &str, found: &Json| {
        source.wrong(span(&source.root), path, "a list of objects", found.type_word())
    };
    match &source.root {
        Json::List(entries) => Ok((String::new(), entries)),
        Json::Object(envelope) => {
            let place = path::below("", OBJECTS);
            if let Some(Json::Number(version)) =
                envelope.get("version").filter(|_| envelope.get(OBJECTS).is_some())
                && &**version != "1"
            {
                let message = "the file's version is not 1: it may hold what is not understood here";
                findings.push(Finding::warning("unknown-version", message).at("/version"));
            }
            match envelope.get(OBJECTS) {
                Some(Json::List(entries)) => Ok((place, entries)),
                Some(Json::Null) => Ok((place, &[])),
                Some(other) => Err(wrong(&place, other)),
                None => Err(source.wrong(envelope.span(), "", "an object with 'objects'", "one without it")),
            }
        }
        other => Err(wrong("", other)),
    }
}

fn span(json: &Json) -> crate::platform::document::Span {
    json.as_object().map(Object::span).unwrap_or_default()
}

/// What an entry is known by.
struct Head {
    word: Arc<str>,
    id: Arc<str>,
    name: Arc<str>,
}

impl Head {
    fn read(entry: &Json) -> Self {
        let own = |field| entry.get("self").map_or("", |own| own.text_of(field)).into();
        Self { word: own("type"), id: own("id"), name: name_of(entry).into() }
    }

    /// Returns what it is known by in a plan: its place where it has no id.
    fn item(&self, place: &str) -> ItemId {
        let kind = types::kind(&self.word);
        let key = if self.id.is_empty() { format!("({place})").into() } else { Arc::clone(&self.id) };
        let key =
            if kind == OTHER && !self.word.is_empty() { format!("{}:{key}", self.word).into() } else { key };
        ItemId { kind, key }
    }
}

fn entry(source: &Source, object: &Object, place: String, head: &Head, mapper: &mut Mapper<'_>) -> Entry {
    let mut json = Json::Object(object.clone());
    let item = head.item(&place);
    let mut findings = Vec::new();
    let inner = json.get("object").map_or("", |object| object.text_of("id"));
    if !inner.is_empty() && !head.id.is_empty() && plain_id(inner) != plain_id(&head.id) {
        let message =
            format!("its object has the id '{inner}', and its entry '{}': the entry's counts", head.id);
        findings.push(Finding::warning("id-mismatch", message));
    }
    let mapped = if has_signature(&json) {
        findings.extend(mapper.refused(&head.word, &json));
        Vec::new()
    } else {
        mapper.apply(&head.word, &mut json)
    };
    let findings = findings.into_iter().map(|finding| finding.at(&*place).about(&item)).collect();
    Entry {
        word: Arc::clone(&head.word),
        id: Arc::clone(&head.id),
        name: name_of(&json).into(),
        text: source.slice(object.span()).into(),
        place: place.into(),
        item,
        json,
        mapped,
        findings,
    }
}

/// A selection, with ids in the form in which they are compared.
pub(super) struct Selected<'o> {
    given: &'o Selection,
    plain: Selection,
}

impl<'o> Selected<'o> {
    pub(super) fn new(given: &'o Selection) -> Self {
        let mut plain = given.clone();
        for filter in plain.objects.values_mut() {
            filter.ids.iter_mut().for_each(|id| *id = plain_id(id));
        }
        Self { given, plain }
    }

    fn takes(&self, head: &Head) -> bool {
        self.takes_object(&head.word, &head.id, &head.name)
    }

    /// Says whether an object is meant.
    pub(super) fn takes_object(&self, word: &str, id: &str, name: &str) -> bool {
        self.plain.takes(types::kind(word).as_str(), &plain_id(id), name)
    }

    fn unmet(&self, heads: &[Head]) -> Vec<Finding> {
        let objects = heads.iter().map(|head| (&*head.word, &*head.id, &*head.name));
        self.unmet_by(&objects.collect::<Vec<_>>(), "the file")
    }

    /// Tells what of the selection means nothing among objects (word, id, name).
    pub(super) fn unmet_by(&self, objects: &[(&str, &str, &str)], place: &str) -> Vec<Finding> {
        let mut words: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
        for (word, id, name) in objects {
            words.entry(types::kind(word).as_str().to_owned()).or_default().push((id, name));
        }
        let told = |message: String| Finding::warning("selection-unmet", message);
        let mut findings = Vec::new();
        for word in self.given.include.iter().filter(|word| !words.contains_key(word.as_str())) {
            findings.push(told(format!("{place} holds nothing of type {word}, which was asked for")));
        }
        for (word, filter) in &self.given.objects {
            if !self.given.takes_kind(word) {
                findings.push(told(format!("objects of type {word} were named, and the type was left out")));
                continue;
            }
            let there = words.get(word.as_str()).map_or(&[][..], Vec::as_slice);
            let ids: HashSet<String> = there.iter().map(|(id, _)| plain_id(id)).collect();
            for id in filter.ids.iter().filter(|id| !ids.contains(&plain_id(id))) {
                findings.push(told(format!("{place} holds no {word} with the id '{id}'")));
            }
            let names: HashSet<&str> = there.iter().map(|(_, name)| *name).collect();
            for name in filter.names.iter().filter(|name| !names.contains(name.as_str())) {
                findings.push(told(format!("{place} holds no {word} with the name '{name}' (case counts)")));
            }
        }
        findings
    }
}

/// Counts entries by kind, for every kind there is.
pub(super) fn counts<'k>(kinds: impl Iterator<Item = &'k Kind>) -> Vec<(Kind, usize)> {
    let mut counts: HashMap<&Kind, usize> = HashMap::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    let of = |kind: &Kind| counts.get(kind).copied().unwrap_or_default();
    types::kinds().iter().map(|info| (info.kind.clone(), of(&info.kind))).collect()
}
