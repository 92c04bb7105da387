//! Reads a file: an envelope with objects, or a bare list of them. Everything
//! of an entry is kept, and its text byte for byte.

use std::sync::Arc;

use super::kinds;
use super::mapping::Mapper;
use super::path;
use super::types::OTHER;
use crate::engine::finding::Findings;
use crate::engine::schema::Form;
use crate::engine::{Finding, ItemId};
use crate::platform::ImportOptions;
use crate::platform::document::{File, Json, Members, Object, Product, Selected, change};
use crate::source::{ParseError, Source};

/// The property that contains the entries.
pub(super) const OBJECTS: &str = "objects";

/// Reads a file.
pub(super) fn read(
    product: &'static dyn Product,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<File, ParseError> {
    let mut source = Source::read(bytes)?;
    let mut findings = Findings::default();
    let whole = span(&source.root);
    let (prefix, entries) = entries(&mut source, &mut findings)?;
    let mut all = Vec::with_capacity(entries.len());
    for (index, json) in entries.into_iter().enumerate() {
        let place = format!("{prefix}/{index}");
        match json {
            Json::Null => {
                findings.push(Finding::note("null-entry", "a null entry is skipped").at(place));
            }
            Json::Object(entry) => all.push(object(&source, entry, place)),
            other => {
                return Err(source.wrong(whole, &place, "an object", other.type_word()));
            }
        }
    }
    if all.is_empty() {
        findings.push(Finding::note("no-objects", "the file contains no objects"));
    }
    let selected = Selected::new(product, &options.selection);
    let unmet = selected.unmet(all.iter(), "the file");
    let mut objects: Vec<Object> = all
        .into_iter()
        .filter(|object| selected.takes(object))
        .collect();
    let mut mapper = Mapper::new(&options.mappings, &mut findings);
    objects
        .iter_mut()
        .for_each(|object| map(object, &mut mapper));
    findings.extend(unmet);
    findings.extend(mapper.unmet());
    objects.sort_by_key(|object| kinds::rank(object.kind()));
    Ok(File { objects, findings }.sorted(product))
}

/// Takes the list of entries out of a text's tree, and returns the JSON pointer
/// to it.
fn entries(
    source: &mut Source<'_>,
    findings: &mut Findings,
) -> Result<(String, Vec<Json>), ParseError> {
    let root = std::mem::replace(&mut source.root, Json::Null);
    let whole = span(&root);
    let wrong = |path: &str, found: &Json| {
        source.wrong(whole, path, "a list of objects", found.type_word())
    };
    let mut envelope = match root {
        Json::List(entries) => return Ok((String::new(), entries)),
        Json::Object(envelope) => envelope,
        other => return Err(wrong("", &other)),
    };
    let place = path::below("", OBJECTS);
    if let Some(Json::Number(version)) = envelope
        .get("version")
        .filter(|_| envelope.get(OBJECTS).is_some())
        && &**version != "1"
    {
        let message = "the file's version is not 1: some of its content may not be recognised";
        findings.push(Finding::warning("unknown-version", message).at("/version"));
    }
    match envelope.remove(OBJECTS) {
        Some(Json::List(entries)) => Ok((place, entries)),
        Some(Json::Null) => Ok((place, Vec::new())),
        Some(other) => Err(wrong(&place, &other)),
        None => Err(source.wrong(whole, "", "an object with 'objects'", "one without it")),
    }
}

fn span(json: &Json) -> crate::platform::document::Span {
    json.as_object().map(Members::span).unwrap_or_default()
}

/// Reads an entry.
fn object(source: &Source<'_>, entry: Members, place: String) -> Object {
    let text = source.slice(entry.span());
    let json = Json::Object(entry);
    let word = word(&json).to_owned();
    let mut object = Object::new(kinds::schema(&word), json, None, text, place);
    object.item = item(&object, &word);
    let (inner, outer) = (
        object
            .body
            .get("object")
            .map_or("", |object| object.text_of("id")),
        object.id(),
    );
    if !inner.is_empty() && !outer.is_empty() && Form::Plain.of(inner) != Form::Plain.of(outer) {
        let message = format!(
            "its object has the id '{inner}', and its entry '{outer}': the entry's id is used"
        );
        object
            .findings
            .push(Finding::warning("id-mismatch", message));
    }
    object
}

/// Returns the key of an entry in a plan: its position if it has no id.
fn item(object: &Object, word: &str) -> ItemId {
    let kind = object.kind().clone();
    let key = match &**object.id() {
        "" => format!("({})", object.path).into(),
        _ => Arc::clone(object.id()),
    };
    let is_other = kind == OTHER && !word.is_empty();
    ItemId {
        kind,
        key: if is_other {
            format!("{word}:{key}").into()
        } else {
            key
        },
    }
}

/// Maps an entry as the operator requested.
fn map(object: &mut Object, mapper: &mut Mapper<'_>) {
    let word = word(&object.body).to_owned();
    if object.is_signed() {
        let refused = mapper.refused(&word, &object.body);
        return object.findings.extend(refused);
    }
    let mut body = Json::clone(&object.body);
    let mapped = mapper.apply(&word, &mut body);
    if !mapped.is_empty() {
        let mapped = mapped
            .into_iter()
            .map(|place| format!("/object{place}"))
            .collect();
        let item = object.item.clone();
        change(object, &body, mapped);
        object.item = item;
    }
}

/// Returns the type of an entry, as it is written; '' for none.
pub(super) fn word(entry: &Json) -> &str {
    entry.get("self").map_or("", |own| own.text_of("type"))
}
