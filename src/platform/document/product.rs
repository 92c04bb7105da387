//! A product whose configuration consists of whole JSON documents, stored in
//! our own schema: its own declarations, and the behaviour that all such
//! products share.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};
use rayon::prelude::*;

use super::build::{Built, CHUNK, Prepared};
use super::export::{counts, export};
use super::plan::{Wanted, blocking_findings, plan};
use super::rows::{self, Save};
use super::{Document, Json, Kinds, Object, ResolvedReference, Sides, verify};
use crate::engine::access::Model;
use crate::engine::align::Aligned;
use crate::engine::display::some_of;
use crate::engine::schema::KindSchema;
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, Reason, Step, Unpromised, Verb};
use crate::platform::{
    Bundle, Comparison, DemoData, Export, ExportOptions, FileError, ImportOptions, MissingRoots,
    Platform, Snapshot, SourceFile,
};
use crate::source::{ParseError, Source};
use crate::store::restore::{Reference, TableInfo};
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

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
    pub findings: Vec<Finding>,
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
        match files {
            [file] => self
                .read(file.bytes, options)
                .map_err(|error| FileError { file: 0, error }),
            _ => Err(FileError {
                file: 0,
                error: ParseError::several_files(),
            }),
        }
    }

    /// Prints objects, sorted by kind, as a file.
    fn print(&self, objects: &[&Object], options: &ExportOptions) -> Vec<u8>;

    /// Returns the path of a body in the form that the schema describes; `None`
    /// if it has that form itself.
    fn wrapper(&self, schema: &KindSchema, body: &Json) -> Option<&'static str> {
        let _ = (schema, body);
        None
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

    /// Returns the names of further secrets that neither side has.
    fn missing_secrets(&self, object: &Object, aligned: &Aligned<'_>) -> Vec<String> {
        let _ = (object, aligned);
        Vec::new()
    }

    /// Returns an object as the target stores it; `None` for an unknown kind.
    fn kept(&self, document: &Document) -> Option<Object> {
        let schema = self.schema(document.kind.as_str())?;
        let body = Source::read(document.body.as_bytes()).map_or(Json::Null, |source| source.root);
        let wrapper = self.wrapper(schema, &body);
        Some(Object::kept(document, schema, body, wrapper))
    }
}

/// A product of documents as a platform.
#[derive(Clone, Copy)]
pub struct Documents(pub &'static dyn Product);

impl Platform for Documents {
    fn name(&self) -> &'static str {
        self.0.about().name
    }

    fn kinds(&self) -> &'static [KindInfo] {
        self.0.kinds()
    }

    fn recognises(&self, root_key: &str) -> bool {
        self.0.recognises(root_key)
    }

    fn after_apply(&self) -> &'static [&'static str] {
        self.0.about().after_apply
    }

    fn tables(&self) -> Vec<TableInfo> {
        let mut kinds = self
            .0
            .kinds()
            .iter()
            .filter_map(|info| self.0.schema(info.kind.as_str()));
        // A mapped owner that others now belong to is not reverted.
        let owner = Reference {
            column: "owner",
            table: rows::TABLE,
            to: "id",
            is_list: false,
        };
        let has_owners = kinds.any(|kind| kind.owner.is_some());
        vec![TableInfo {
            references: has_owners.then_some(owner).into_iter().collect(),
            ..rows::table()
        }]
    }

    fn demo(&self) -> &'static DemoData {
        self.0.about().demo
    }

    fn takes_organisations(&self) -> bool {
        self.0.about().takes_organisations
    }

    fn takes_options(&self) -> bool {
        self.0.about().takes_options
    }

    fn takes_directories(&self) -> bool {
        self.0.about().takes_directories
    }

    fn keeps_documents(&self) -> bool {
        true
    }

    fn stands_in<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        rows::stand_in(connection, self.name()).boxed()
    }

    fn parse(&self, bytes: &[u8], options: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError> {
        let file = self.0.read(bytes, options)?;
        Ok(Arc::new(Import {
            product: self.0,
            file,
            options: options.clone(),
        }))
    }

    fn parse_directory(
        &self,
        files: &[SourceFile<'_>],
        unread: Vec<Finding>,
        options: &ImportOptions,
    ) -> Result<Arc<dyn Bundle>, FileError> {
        let mut file = self.0.read_all(files, options)?;
        file.findings.extend(unread);
        Ok(Arc::new(Import {
            product: self.0,
            file,
            options: options.clone(),
        }))
    }

    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>> {
        let product = self.0;
        async move { Ok(Box::new(Kept::read(product, connection, reading).await?) as Box<dyn Snapshot>) }
            .boxed()
    }

    fn export_root(&self) -> Kind {
        Kind::of(self.0.about().root)
    }

    fn has_scopes(&self) -> bool {
        false
    }

    fn export_name(&self, now: NaiveDateTime) -> String {
        format!("{}-export-{}.json", self.name(), now.format("%Y%m%d%H%M%S"))
    }
}

/// The stored documents of a target.
struct Kept {
    product: &'static dyn Product,
    objects: Vec<Object>,
}

impl Kept {
    async fn read(
        product: &'static dyn Product,
        connection: &mut Connection,
        reading: Reading<'_>,
    ) -> Result<Self, StoreError> {
        let documents = rows::read(connection, product.about().name, reading).await?;
        let documents = documents.par_iter().with_min_len(CHUNK);
        let objects = documents
            .filter_map(|document| product.kept(document))
            .collect();
        Ok(Self { product, objects })
    }
}

impl Snapshot for Kept {
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots> {
        export(self.product, &self.objects, options)
    }
}

/// A file to be imported.
struct Import {
    product: &'static dyn Product,
    file: File,
    options: ImportOptions,
}

impl Bundle for Import {
    fn findings(&self) -> &[Finding] {
        &self.file.findings
    }

    fn blocking_findings(&self) -> Vec<Finding> {
        blocking_findings(self.product, &self.file, &self.options)
    }

    fn counts(&self) -> Vec<(Kind, usize)> {
        counts(self.product, self.file.objects.iter())
    }

    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>> {
        async move {
            let kept = Kept::read(self.product, connection, reading).await?;
            Ok(Box::new(DocumentComparison {
                import: self,
                kept,
                wanted: OnceLock::new(),
            }) as Box<dyn Comparison>)
        }
        .boxed()
    }
}

/// A file, and the target's documents that it is compared with.
struct DocumentComparison {
    import: Arc<Import>,
    kept: Kept,
    /// The wanted document of each object at planning time.
    wanted: OnceLock<Wanted>,
}

impl DocumentComparison {
    fn sides(&self) -> Sides<'_> {
        let Import {
            product,
            file,
            options,
        } = &*self.import;
        Sides::new(
            *product,
            &file.objects,
            &self.kept.objects,
            &options.default_references,
        )
    }

    fn wanted(&self) -> &Wanted {
        self.wanted
            .get_or_init(|| plan(self.import.product, &self.sides(), &self.import.file).1)
    }
}

impl Comparison for DocumentComparison {
    fn plan(&self) -> Plan {
        let Import { product, file, .. } = &*self.import;
        let (plan, wanted) = plan(*product, &self.sides(), file);
        self.wanted.get_or_init(|| wanted);
        plan
    }

    fn snapshot(&self) -> &dyn Snapshot {
        &self.kept
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let (covers, adds) = saves(self.kept.product, &self.sides(), approved, self.wanted());
            rows::write(writer, self.kept.product.about().name, &covers, &adds).await
        }
        .boxed()
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        verify::verify(
            self.kept.product,
            &self.sides(),
            approved,
            self.wanted(),
            touched,
        )
    }
}

/// Returns the documents to cover and to add; the file's objects are in the
/// plan's order.
pub(super) fn saves(
    product: &dyn Product,
    sides: &Sides<'_>,
    approved: &Approved,
    wanted: &Wanted,
) -> (Vec<Save>, Vec<Save>) {
    let save = |step: &Step| {
        let object = sides.file.get(step.index)?;
        let wanted = wanted.get(step.index).and_then(Option::as_ref);
        let document = Built::again(product, sides, (step.index, object), wanted).document();
        Some((
            step.verb,
            Save {
                item: object.item.clone(),
                document,
            },
        ))
    };
    let saves: Vec<(Verb, Save)> = approved
        .steps()
        .par_iter()
        .with_min_len(CHUNK)
        .filter_map(save)
        .collect();
    let (covers, adds): (Vec<_>, Vec<_>) = saves
        .into_iter()
        .partition(|(verb, _)| *verb == Verb::Cover);
    let only = |saves: Vec<(Verb, Save)>| saves.into_iter().map(|(_, save)| save).collect();
    (only(covers), only(adds))
}
