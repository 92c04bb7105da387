//! Parses the bytes of a file into its objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::api::wrapper;
use super::kinds;
use super::object_kind::Sort;
use super::shape;
use crate::engine::Finding;
use crate::engine::diff::push_segment;
use crate::engine::display::some_of;
use crate::platform::document::{File, Json, Members, Object};
use crate::platform::tyk::recognise::{Is, OTHER_LISTS, look};
use crate::platform::{FileError, SourceFile};
use crate::source::{ParseError, ParseErrorKind, Source, brief};

/// The lists of an envelope, and the sort of their objects.
pub(super) const LISTS: [(&str, Sort); 3] = [
    ("organisations", Sort::Organisation),
    ("apis", Sort::Api),
    ("Data", Sort::Policy),
];

/// Another member of an envelope: the number of pages.
const PAGES: [&str; 2] = ["pages", "Pages"];

/// The index that tyk-sync stores with its files.
const INDEX: &str = ".tyk.json";

/// The number of skipped paths that are named.
const MAX_LISTED: usize = 3;

/// Skipped objects, and their paths.
type Skipped = BTreeMap<(&'static str, &'static str), Vec<String>>;

/// Reads a file.
///
/// # Errors
///
/// Syntax and shape errors, with their path; a file that contains only objects
/// that are not imported is one.
pub(super) fn read(bytes: &[u8]) -> Result<File, ParseError> {
    let mut file = File::default();
    let mut skipped = Skipped::new();
    let mut source = Source::read(bytes)?;
    let root = std::mem::replace(&mut source.root, Json::Null);
    let mut reader = Reader {
        source: &source,
        called: "",
        file: &mut file,
        skipped: &mut skipped,
    };
    reader.root(root).map_err(|error| placed(error, bytes))?;
    let refused = if reader.file.objects.is_empty() {
        reader.skipped.first_key_value()
    } else {
        None
    };
    if let Some(((what, unlike), places)) = refused {
        let pointer = places.first().map(String::as_str).unwrap_or_default();
        let error = error(pointer, format!("{what}, not {unlike}"));
        return Err(placed(error, bytes));
    }
    file.findings.extend(describe(skipped));
    file.objects.sort_by_key(Sort::of);
    Ok(file)
}

/// Reads the files of a directory as one.
///
/// # Errors
///
/// As [`read`], with the name of the file. Files with other content are
/// skipped, unless all are.
pub(super) fn read_all(files: &[SourceFile<'_>]) -> Result<File, FileError> {
    let mut all = File::default();
    let mut skipped = Skipped::new();
    for (index, SourceFile { name, bytes }) in files.iter().enumerate() {
        let base = name.rsplit('/').next().unwrap_or(name);
        if base == INDEX {
            let message =
                "contains no objects, only file names; all files of the directory are read";
            all.findings
                .push(Finding::note("index-skipped", message).at(*name));
            continue;
        }
        let read = Source::read(bytes).and_then(|mut source| {
            let called = format!("{name}#");
            let root = std::mem::replace(&mut source.root, Json::Null);
            let mut reader = Reader {
                source: &source,
                called: &called,
                file: &mut all,
                skipped: &mut skipped,
            };
            if is_unknown(&root) {
                skipped.entry(UNKNOWN).or_default().push((*name).to_owned());
                return Ok(());
            }
            reader.root(root).map_err(|error| placed(error, bytes))
        });
        read.map_err(|error| FileError { file: index, error })?;
    }
    if let Some(((what, unlike), _)) = skipped.first_key_value().filter(|_| all.objects.is_empty())
    {
        let message = format!("{what}, not {unlike}");
        let error = ParseError {
            kind: ParseErrorKind::Shape,
            position: None,
            path: String::new(),
            message,
        };
        return Err(FileError { file: 0, error });
    }
    all.findings.extend(describe(skipped));
    all.objects.sort_by_key(Sort::of);
    Ok(all)
}

/// The imported sorts.
const ANY: &str = "an organisation, an API or a policy";

/// The words for objects that cannot be identified.
const UNKNOWN: (&str, &str) = ("an unknown object", ANY);

/// Reports skipped objects: one finding for each sort.
fn describe(skipped: Skipped) -> impl Iterator<Item = Finding> {
    skipped.into_iter().map(|((what, unlike), places)| {
        let first = places.first().cloned().unwrap_or_default();
        let message = match places.len() {
            1 => format!("skipped: {what}, not {unlike}"),
            count => format!(
                "skipped {count} objects: each is {what}, not {unlike}: {}",
                some_of(
                    places
                        .iter()
                        .map(|place| place.trim_end_matches('#').to_owned()),
                    MAX_LISTED
                )
            ),
        };
        Finding::warning("object-skipped", message).at(first.trim_end_matches('#'))
    })
}

/// Returns an error of a value with its position. The values were moved out of
/// the tree by then, so the text is read again.
fn placed(error: ParseError, bytes: &[u8]) -> ParseError {
    let position = Source::read(bytes)
        .ok()
        .map(|source| source.position(shape::around(&source.root, &error.path)));
    ParseError { position, ..error }
}

/// Returns whether a root cannot be identified.
fn is_unknown(root: &Json) -> bool {
    match root {
        Json::List(elements) => elements.iter().all(|element| look(element).is_none()),
        Json::Object(_) => {
            let mut lists = LISTS
                .iter()
                .map(|(name, _)| name)
                .chain(OTHER_LISTS.iter().map(|(name, _)| name));
            look(root).is_none() && !lists.any(|name| root.get(name).is_some())
        }
        _ => true,
    }
}

/// Moves objects from a text's tree into a file. Its errors have no position
/// yet.
struct Reader<'r> {
    source: &'r Source<'r>,
    /// The name of the file as a prefix of paths; empty for a single file.
    called: &'r str,
    file: &'r mut File,
    skipped: &'r mut Skipped,
}

impl Reader<'_> {
    /// Reads the root: an object, a list of them, or several lists.
    fn root(&mut self, root: Json) -> Result<(), ParseError> {
        match root {
            Json::List(elements) => self.list(elements, "", None),
            Json::Object(_) if look(&root).is_some() => self.object(root, "", None),
            Json::Object(root) => self.envelope(root),
            other => Err(wrong(&other, "", "an object or a list at the root")),
        }
    }

    /// Reads several lists, as imports accept and exports produce them.
    fn envelope(&mut self, root: Members) -> Result<(), ParseError> {
        if !LISTS.iter().any(|(name, _)| root.get(name).is_some()) {
            if let Some((list, what)) = OTHER_LISTS
                .iter()
                .find(|(name, _)| root.get(name).is_some())
            {
                self.skip(&format!("/{list}"), what, ANY);
                return Ok(());
            }
            let names: Vec<String> = root
                .names()
                .take(5)
                .map(|name| format!("'{}'", brief(name)))
                .collect();
            let found = if names.is_empty() {
                "nothing".to_owned()
            } else {
                names.join(", ")
            };
            let message = format!(
                "expected 'organisations', 'apis' or 'Data', or one object of these, found {found}"
            );
            return Err(error("", message));
        }
        for (name, value) in root.into_members() {
            let name = &*name;
            let mut pointer = "/".to_owned();
            push_segment(&mut pointer, name);
            match (LISTS.iter().find(|(list, _)| *list == name), value) {
                (Some(_), Json::Null) => {}
                (Some((_, sort)), Json::List(elements)) => {
                    self.list(elements, &pointer, Some(*sort))?;
                }
                (Some(_), other) => return Err(wrong(&other, &pointer, "a list")),
                (None, Json::Number(_) | Json::Null) if PAGES.contains(&name) => {}
                (None, other) if PAGES.contains(&name) => {
                    return Err(wrong(&other, &pointer, "a number"));
                }
                (None, _) => {
                    let message = format!("unknown property '{}' is ignored", brief(name));
                    let path = format!("{}{pointer}", self.called);
                    self.file
                        .findings
                        .push(Finding::warning("unknown-property", message).at(path));
                }
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        elements: Vec<Json>,
        pointer: &str,
        sort: Option<Sort>,
    ) -> Result<(), ParseError> {
        elements
            .into_iter()
            .enumerate()
            .try_for_each(|(place, element)| {
                self.object(element, &format!("{pointer}/{place}"), sort)
            })
    }

    /// Reads one object; without a `sort` its content must identify it.
    fn object(&mut self, json: Json, pointer: &str, sort: Option<Sort>) -> Result<(), ParseError> {
        let Json::Object(members) = &json else {
            return Err(wrong(&json, pointer, "an object"));
        };
        let Some(sort) = self.sort(&json, pointer, sort)? else {
            return Ok(());
        };
        let text: Arc<str> = self.source.slice(members.span()).into();
        let path = format!("{}{pointer}", self.called);
        let object = shape::check(sort, &json).and_then(|()| {
            let wrapper = wrapper(sort, &json);
            let object = Object::new(kinds::schema(sort), json, wrapper, text, path);
            if object.id().is_empty() {
                Err(shape::without_id(sort, &object))
            } else {
                Ok(object)
            }
        });
        self.file
            .objects
            .push(object.map_err(|shape_error| shape_error.into_error(pointer))?);
        Ok(())
    }

    /// Determines the sort of an object; `None` if it is skipped.
    fn sort(
        &mut self,
        json: &Json,
        pointer: &str,
        wanted: Option<Sort>,
    ) -> Result<Option<Sort>, ParseError> {
        match (wanted, look(json)) {
            (Some(wanted), Some(Is::Ours(found))) if wanted != found => Err(error(
                pointer,
                format!(
                    "expected {}, found what looks like {}",
                    word(wanted),
                    word(found)
                ),
            )),
            (_, Some(Is::Ours(found))) => Ok(Some(found)),
            (_, Some(Is::Other(what, unlike))) => {
                self.skip(pointer, what, wanted.map_or(unlike, word));
                Ok(None)
            }
            _ if json.get("api_human_name").is_some() => {
                let message =
                    "expected an API with its definition, found an entry of an organisation's list";
                Err(error(pointer, message.to_owned()))
            }
            (Some(wanted), None) => {
                let needed = match wanted {
                    Sort::Organisation => "such as owner_name",
                    Sort::Api => "such as api_definition or proxy",
                    Sort::Policy => "such as access_rights or quota_max",
                };
                let word = word(wanted);
                Err(error(
                    pointer,
                    format!("expected {word}, found an object without its properties, {needed}"),
                ))
            }
            (None, None) => Err(error(
                pointer,
                "it is not an organisation, an API or a policy".to_owned(),
            )),
        }
    }

    fn skip(&mut self, pointer: &str, what: &'static str, unlike: &'static str) {
        self.skipped
            .entry((what, unlike))
            .or_default()
            .push(format!("{}{pointer}", self.called));
    }
}

fn wrong(json: &Json, pointer: &str, expected: &str) -> ParseError {
    error(
        pointer,
        format!("expected {expected}, found {}", json.type_word()),
    )
}

fn error(pointer: &str, message: String) -> ParseError {
    ParseError {
        kind: ParseErrorKind::Shape,
        position: None,
        path: pointer.to_owned(),
        message,
    }
}

const fn word(sort: Sort) -> &'static str {
    match sort {
        Sort::Organisation => "an organisation",
        Sort::Api => "an API",
        Sort::Policy => "a policy",
    }
}
