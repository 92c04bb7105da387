//! From the bytes of a file to its objects.

use std::sync::Arc;

use super::object::{ORGANISATION_KEYS, Object, Sort};
use super::shape;
use crate::engine::Finding;
use crate::engine::diff::push_segment;
use crate::platform::document::{Json, Object as Members, Source};
use crate::platform::parse::{ParseError, ParseErrorKind, brief};
use crate::platform::{FileError, SourceFile};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct File {
    /// The objects, sort by sort, each in the order of the file.
    pub(super) objects: Vec<Object>,
    /// What was noticed about the file by itself.
    pub(super) findings: Vec<Finding>,
}

/// The lists of an envelope, and what they hold.
pub(super) const LISTS: [(&str, Sort); 3] =
    [("organisations", Sort::Organisation), ("apis", Sort::Api), ("Data", Sort::Policy)];

/// What else an envelope has: how many pages there were.
const PAGES: [&str; 2] = ["pages", "Pages"];

/// The index that tyk-sync keeps beside its files.
const INDEX: &str = ".tyk.json";

/// How the files of the developer portal begin that tyk-sync writes.
const ASSET: &str = "asset-";

/// Reads a file.
///
/// # Errors
///
/// Syntax and shape errors, with their place.
pub(super) fn read(bytes: &[u8]) -> Result<File, ParseError> {
    let mut file = File::default();
    read_into(&mut file, "", bytes)?;
    file.objects.sort_by_key(|object| object.sort);
    Ok(file)
}

/// Reads the files of a directory as one.
///
/// # Errors
///
/// As [`read`], and which file it is.
pub(super) fn read_all(files: &[SourceFile<'_>]) -> Result<File, FileError> {
    let mut all = File::default();
    for (at, SourceFile { name, bytes }) in files.iter().enumerate() {
        let base = name.rsplit('/').next().unwrap_or(name);
        if base == INDEX {
            let message = "holds no objects but names files; all files of the directory are read";
            all.findings.push(Finding::note("index-skipped", message).at(*name));
        } else if base.starts_with(ASSET) {
            let message = "belongs to the developer portal, and was skipped";
            all.findings.push(Finding::warning("asset-skipped", message).at(*name));
        } else {
            let read = read_into(&mut all, &format!("{name}#"), bytes);
            read.map_err(|error| FileError { file: at, error })?;
        }
    }
    all.objects.sort_by_key(|object| object.sort);
    Ok(all)
}

fn read_into(file: &mut File, called: &str, bytes: &[u8]) -> Result<(), ParseError> {
    let source = Source::read(bytes)?;
    let mut reader = Reader { source: &source, called, file };
    match &source.root {
        Json::List(elements) => reader.list(elements, "", None),
        Json::Object(root) => match alone(&source.root) {
            Some(sort) => reader.object(&source.root, "", Some(sort)),
            None => reader.envelope(root),
        },
        other => Err(reader.wrong(other, "", "an object or a list at the root")),
    }
}

/// Tells what a root is that is one object.
fn alone(root: &Json) -> Option<Sort> {
    let has = |names: &[&str]| names.iter().any(|name| root.get(name).is_some());
    let is_envelope = has(&["organisations", "Data"]) || has(&PAGES);
    // An organisation has a list of APIs, too.
    let is_organisation = has(&ORGANISATION_KEYS) || (has(&["id", "_id"]) && !is_envelope);
    match Sort::of(root) {
        Some(sort @ (Sort::Api | Sort::Policy)) => Some(sort),
        _ => is_organisation.then_some(Sort::Organisation),
    }
}

struct Reader<'r> {
    source: &'r Source,
    /// What the file is called in front of paths; nothing for the only one.
    called: &'r str,
    file: &'r mut File,
}

impl Reader<'_> {
    /// Reads lists side by side, as imports take them and exports give them.
    fn envelope(&mut self, root: &Members) -> Result<(), ParseError> {
        if !LISTS.iter().any(|(name, _)| root.get(name).is_some()) {
            let names: Vec<String> = root.names().take(5).map(|name| format!("'{}'", brief(name))).collect();
            let found = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            let message =
                format!("expected 'organisations', 'apis' or 'Data', or one object of these, found {found}");
            return Err(self.error("", message));
        }
        for (name, value) in root.members() {
            let mut at = "/".to_owned();
            push_segment(&mut at, name);
            match (LISTS.iter().find(|(list, _)| *list == name), value) {
                (Some(_), Json::Null) => {}
                (Some((_, sort)), Json::List(elements)) => self.list(elements, &at, Some(*sort))?,
                (Some(_), other) => return Err(self.wrong(other, &at, "a list")),
                (None, Json::Number(_) | Json::Null) if PAGES.contains(&name) => {}
                (None, other) if PAGES.contains(&name) => return Err(self.wrong(other, &at, "a number")),
                (None, _) => {
                    let message = format!("the property '{}' is unknown, and was ignored", brief(name));
                    let path = format!("{}{at}", self.called);
                    self.file.findings.push(Finding::warning("unknown-property", message).at(path));
                }
            }
        }
        Ok(())
    }

    fn list(&mut self, elements: &[Json], at: &str, sort: Option<Sort>) -> Result<(), ParseError> {
        elements
            .iter()
            .enumerate()
            .try_for_each(|(place, element)| self.object(element, &format!("{at}/{place}"), sort))
    }

    /// Reads one object; without a `sort` it has to tell it by itself.
    fn object(&mut self, json: &Json, at: &str, sort: Option<Sort>) -> Result<(), ParseError> {
        let Json::Object(members) = json else {
            return Err(self.wrong(json, at, "an object"));
        };
        let sort = self.sort(json, at, sort)?;
        let text: Arc<str> = self.source.slice(members.span()).into();
        let path = format!("{}{at}", self.called);
        let object = shape::check(sort, json).and_then(|()| Object::read(sort, json.clone(), text, path));
        let object = object.map_err(|misshape| misshape.into_error(self.source, at))?;
        self.file.objects.push(object);
        Ok(())
    }

    fn sort(&self, json: &Json, at: &str, wanted: Option<Sort>) -> Result<Sort, ParseError> {
        let is_listed = json.get("api_human_name").is_some();
        match (wanted, Sort::of(json)) {
            (Some(wanted), Some(found)) if wanted != found => {
                Err(self
                    .error(at, format!("expected {}, found what looks like {}", word(wanted), word(found))))
            }
            (_, Some(found)) => Ok(found),
            (Some(wanted), None) if !is_listed => Ok(wanted),
            _ if is_listed => {
                let message = "expected an API with its definition, found an entry of an organisation's list";
                Err(self.error(at, message.to_owned()))
            }
            _ => Err(self.error(at, "it is neither an organisation nor an API nor a policy".to_owned())),
        }
    }

    fn wrong(&self, json: &Json, at: &str, expected: &str) -> ParseError {
        self.error(at, format!("expected {expected}, found {}", json.type_word()))
    }

    fn error(&self, at: &str, message: String) -> ParseError {
        let place = self.source.position(shape::around(&self.source.root, at));
        ParseError { kind: ParseErrorKind::Shape, position: Some(place), path: at.to_owned(), message }
    }
}

const fn word(sort: Sort) -> &'static str {
    match sort {
        Sort::Organisation => "an organisation",
        Sort::Api => "an API",
        Sort::Policy => "a policy",
    }
}
