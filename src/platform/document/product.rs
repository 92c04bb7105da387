//! What a product of documents declares, and how its files are read and printed.

use std::collections::BTreeMap;

use super::prepared::Prepared;
use super::search::{Search, SearchIndex};
use super::{Document, Json, Kinds, Object, ResolvedReference, Sides};
use crate::engine::access::Model;
use crate::engine::display::some_of;
use crate::engine::finding::Findings;
use crate::engine::schema::{Key, KindSchema};
use crate::engine::{Finding, KindInfo, Plan, Reason};
use crate::platform::contract::read_only_file;
use crate::platform::{DemoData, ExportOptions, FileError, ImportOptions, SourceFile};
use crate::source::{ParseError, Source};

/// A product's descriptive texts.
#[derive(Debug)]
pub struct About {
    /// The word for `--format` and JSON, also the platform under which its documents are stored.
    pub name: &'static str,
    /// Follow-up steps after an import.
    pub after_apply: &'static [&'static str],
    /// Its sample data.
    pub demo: &'static DemoData,
    /// The kind whose objects can be exported singly.
    pub root: &'static str,
    /// Whether objects can be selected, mapped, and given defaults.
    pub takes_options: bool,
    /// Whether its objects belong to organisations, which can be mapped.
    pub takes_organisations: bool,
    /// Whether several files form one bundle.
    pub takes_directories: bool,
}

/// The content of a file.
#[derive(Debug, Default)]
pub struct File {
    /// The objects, kind by kind, each in the order of the file; those that can
    /// only be exported come last.
    pub objects: Vec<Object>,
    /// The findings about the file by itself.
    pub findings: Findings,
}

impl File {
    /// Moves the objects that can only be exported to the end, so that indices
    /// of the others match the plan, and adds a note that they are skipped.
    /// Products with such objects call it.
    #[must_use]
    pub fn sorted(mut self, product: &dyn Product) -> Self {
        let only_exported = |object: &Object| product.only_exported(object);
        self.objects
            .sort_by_cached_key(|object| only_exported(object).is_some());
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        for word in self.objects.iter().filter_map(only_exported) {
            *words.entry(word).or_default() += 1;
        }
        let total: usize = words.values().sum();
        if total > 0 {
            let words = some_of(
                words.iter().map(|(word, n)| format!("{n} {word}")),
                MAX_WORDS,
            );
            let (objects, are) = if total == 1 {
                ("object", "is")
            } else {
                ("objects", "are")
            };
            let message = format!(
                "{total} {objects} cannot be imported, only exported, and {are} skipped: {words}"
            );
            self.findings.push(Finding::note("not-importable", message));
        }
        self
    }
}

/// Prints a file object by object, in the order of their kinds.
pub trait Printer: Send {
    /// Appends an object.
    fn print(&mut self, object: Printed<'_>, file: &mut Vec<u8>);

    /// Appends what follows the last one.
    fn end(&mut self, file: &mut Vec<u8>);
}

/// An object as it is printed.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'o> {
    /// The word of its kind.
    pub kind: &'o str,
    /// Its text.
    pub text: &'o str,
    /// The path of the text in the form that the schema describes, if it is only a part of it.
    pub wrapper: Option<&'static str>,
}

impl<'o> From<&'o Object> for Printed<'o> {
    fn from(object: &'o Object) -> Self {
        Self {
            kind: object.kind().as_str(),
            text: &object.text,
            wrapper: object.wrapper,
        }
    }
}

/// Prints objects, sorted by kind, as a file.
pub fn printed(printer: &mut dyn Printer, objects: &[&Object]) -> Vec<u8> {
    let mut file = Vec::new();
    for object in objects {
        printer.print(Printed::from(*object), &mut file);
    }
    printer.end(&mut file);
    file
}

/// Returns the meaning of a stored text; null if somebody else made it unreadable.
pub fn meaning(text: &str) -> Json {
    Source::read(text.as_bytes()).map_or(Json::Null, |source| source.root)
}

/// The maximum number of named types.
const MAX_WORDS: usize = 12;

/// A product of documents. Its schemas drive the shared code; the rest covers
/// what no schema can express.
pub trait Product: Kinds {
    /// Returns its descriptive texts.
    fn about(&self) -> &'static About;

    /// Returns its kinds in the order of display and writing.
    fn kinds(&self) -> &'static [KindInfo];

    /// Returns whether a file whose root object has this key is one of its files.
    fn recognises(&self, root_key: &str) -> bool;

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Syntax and shape errors, with their path.
    fn read(&self, bytes: &[u8], options: &ImportOptions) -> Result<File, ParseError>;

    /// Reads the files of a directory as one.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), with the name of the file.
    fn read_all(
        &self,
        files: &[SourceFile<'_>],
        options: &ImportOptions,
    ) -> Result<File, FileError> {
        read_only_file(files, |bytes| self.read(bytes, options))
    }

    /// Returns what prints a file.
    fn printer(&self, options: &ExportOptions) -> Box<dyn Printer>;

    /// Prints objects, sorted by kind, as a file.
    fn print(&self, objects: &[&Object], options: &ExportOptions) -> Vec<u8> {
        printed(&mut *self.printer(options), objects)
    }

    /// Returns the path of a body in the form that the schema describes; `None`
    /// if it has that form itself.
    fn wrapper(&self, schema: &KindSchema, body: &Json) -> Option<&'static str> {
        let _ = (schema, body);
        None
    }

    /// Returns the same of a stored text.
    fn wrapper_of(&self, schema: &KindSchema, text: &str) -> Option<&'static str> {
        self.wrapper(schema, &meaning(text))
    }

    /// Returns the word for objects like this one, if they can be exported but
    /// not imported: such objects are not items of a plan.
    fn only_exported(&self, object: &Object) -> Option<String> {
        (!object.schema.importable).then(|| object.kind().to_string())
    }

    /// Returns the names of members that are derived from the rest of an object.
    fn derived(&self) -> &'static [&'static str] {
        &[]
    }

    /// Converts an object into the form of the target's, where the two forms
    /// mean the same.
    fn prepare<'o>(&self, prepared: &mut Prepared<'o>, object: &'o Object, sides: &Sides<'o>) {
        let _ = (prepared, object, sides);
    }

    /// Returns the indexes that together hold the values of a key as they are compared, for keys
    /// that are not found by the columns of a row.
    fn indexes(&self, key: &Key) -> &'static [SearchIndex] {
        let _ = key;
        &[]
    }

    /// Returns how a target finds the documents that an object is compared with
    /// beyond those that its schema names; `None` if they may be any, and the
    /// whole target is read.
    fn searches(&self, object: &Object) -> Option<Vec<Search>> {
        let _ = object;
        None
    }

    /// Returns what blocks an object that would be written.
    fn blocks(&self, object: &Object) -> Vec<Reason> {
        let _ = object;
        Vec::new()
    }

    /// Returns the findings about an object, at an index of the file, together
    /// with the others.
    fn findings(&self, index: usize, object: &Object, sides: &Sides<'_>) -> Vec<Finding> {
        let _ = (index, object, sides);
        Vec::new()
    }

    /// Adds findings about a resolved reference.
    fn notice(&self, found: &mut ResolvedReference<'_>, object: &Object, sides: &Sides<'_>) {
        let _ = (found, object, sides);
    }

    /// Returns what the target grants, and how writing the items of a plan
    /// changes it; `None` if objects grant no access.
    fn access(&self, plan: &Plan) -> Option<Model> {
        let _ = plan;
        None
    }

    /// Returns the names of further secrets that neither side has; `result`
    /// returns the resulting value.
    fn missing_secrets(&self, object: &Object, result: &dyn Fn() -> Json) -> Vec<String> {
        let _ = (object, result);
        Vec::new()
    }

    /// Returns an object as the target stores it; `None` for an unknown kind.
    fn kept(&self, document: &Document) -> Option<Object> {
        let schema = self.schema(document.kind.as_str())?;
        let body = meaning(&document.body);
        let wrapper = self.wrapper(schema, &body);
        Some(Object::kept(document, schema, body, wrapper))
    }
}
