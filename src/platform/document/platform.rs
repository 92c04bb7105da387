//! A product of documents as a platform.

use std::any::Any;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};
use rayon::prelude::*;

use super::build::{Built, CHUNK};
use super::emitted::emitted;
use super::export::{counts, export, sorted};
use super::matched::Matched;
use super::needs::{Needs, are_few};
use super::only_in_target::Rest;
use super::product::{File, Printed, Product};
use super::referring::referring;
use super::rows::{self, Save};
use super::values::set_values;
use super::{Document, Object, Sides, verify};
use crate::engine::lookalike::Called;
use crate::engine::rule::{Matcher, RuleError, Scope, matchers};
use crate::engine::schema::KindSchema;
use crate::engine::{
    Approved, Finding, ItemId, Kind, KindInfo, OnlyInTarget, Plan, Step, TargetItem, Unpromised,
    Verb,
};
use crate::platform::document::candidates::{Wanted, blocking_findings, plan};
use crate::platform::{
    Bundle, Comparison, DemoData, Emit, Emitted, Export, ExportOptions, FileError, ImportOptions,
    MissingRoots, Platform, Referring, Snapshot, SourceFile,
};
use crate::source::ParseError;
use crate::store::ledger::BackupWriter;
use crate::store::restore::{Reference, TableInfo};
use crate::store::{Connection, Queued, Reading, Stamp, StoreError, Touched, Writer};

/// How many bytes of a backup are compressed at once.
const PART: usize = 1 << 16;

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
        Ok(Arc::new(Import::new(self.0, file, options.clone())))
    }

    fn parse_directory(
        &self,
        files: &[SourceFile<'_>],
        unread: Vec<Finding>,
        options: &ImportOptions,
    ) -> Result<Arc<dyn Bundle>, FileError> {
        let mut file = self.0.read_all(files, options)?;
        file.findings.extend(unread);
        Ok(Arc::new(Import::new(self.0, file, options.clone())))
    }

    fn referring<'a>(
        &'a self,
        connection: &'a mut Connection,
        removed: Vec<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<Referring>, StoreError>> {
        let removed = removed.into_iter().filter_map(rows::from_json).collect();
        referring(connection, self.0, removed).boxed()
    }

    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>> {
        let product = self.0;
        async move {
            let (read, _) = rows::read(connection, product, |_| None, false, reading).await?;
            Ok(Box::new(Kept::new(product, read, &[])) as Box<dyn Snapshot>)
        }
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

/// The stored documents of a target, or those that a file is compared with.
struct Kept {
    product: &'static dyn Product,
    read: rows::Documents,
    /// What they mean.
    objects: Vec<Object>,
}

impl Kept {
    /// Reads documents; those that are as a file has them share its objects' texts and meaning.
    fn new(product: &'static dyn Product, mut read: rows::Documents, file: &[Object]) -> Self {
        let file = file.iter().map(|object| (&object.item, object));
        let file: HashMap<&ItemId, &Object> = file.collect();
        let kept = |document: &mut Document| {
            let id = ItemId::new(document.kind.clone(), Arc::clone(&document.id));
            let is_same =
                |object: &&Object| object.text == document.body && *object.kind() == document.kind;
            match file.get(&id).copied().filter(is_same) {
                Some(object) => {
                    document.body = Arc::clone(&object.text);
                    Some(Object::kept_as(document, object))
                }
                None => product.kept(document),
            }
        };
        let documents = read.documents.par_iter_mut().with_min_len(CHUNK);
        let objects = documents.filter_map(kept).collect();
        Self {
            product,
            read,
            objects,
        }
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
    file: Arc<File>,
    options: ImportOptions,
    /// The values to set that could not be.
    rule_errors: Vec<RuleError>,
    /// What decides about it; `None` if that may be anything.
    needs: OnceLock<Option<Needs>>,
}

impl Import {
    fn new(product: &'static dyn Product, mut file: File, mut options: ImportOptions) -> Self {
        // They may hold secrets, and are not needed any more.
        let values = std::mem::take(&mut options.values);
        Self {
            product,
            rule_errors: set_values(product, &mut file.objects, &values),
            file: Arc::new(file),
            options,
            needs: OnceLock::new(),
        }
    }

    /// Returns what to read of a target with so many documents; `None` for all.
    fn needs(&self, rows: usize) -> Option<&Needs> {
        let needs = || Needs::new(self.product, &self.file.objects, &self.options);
        are_few(self.file.objects.len(), rows)
            .then(|| self.needs.get_or_init(needs).as_ref())
            .flatten()
    }

    fn sides<'o>(&'o self, target: &'o [Object]) -> Sides<'o> {
        let defaults = &self.options.default_references;
        Sides::new(self.product, &self.file.objects, target, defaults)
    }

    /// Reads the documents that it is compared with; if these are not all, it counts all where
    /// asked to.
    async fn documents(
        &self,
        connection: &mut Connection,
        is_counted: bool,
        reading: Reading<'_>,
    ) -> Result<(rows::Documents, Option<rows::Counts>), StoreError> {
        let needs = |rows| self.needs(rows);
        rows::read(connection, self.product, needs, is_counted, reading).await
    }

    /// Returns the kinds of the objects that the target does not have.
    fn added_kinds(&self, target: &[Object]) -> Vec<&'static str> {
        let sides = self.sides(target);
        let objects = self.file.objects.iter().enumerate();
        let added = objects.filter(|(index, _)| sides.base(*index).is_none());
        let kinds: BTreeSet<&'static str> = added
            .map(|(_, object)| object.schema.info.kind.as_str())
            .collect();
        kinds.into_iter().collect()
    }

    /// Reads what the documents are called that look like others: those of the kinds of a file
    /// that adds some, if not all of them were read.
    async fn called(
        &self,
        connection: &mut Connection,
        kept: &Kept,
    ) -> Result<Option<Arc<[Called]>>, StoreError> {
        if kept.read.is_whole {
            return Ok(None);
        }
        let kinds = self.added_kinds(&kept.objects);
        let names = match kinds.as_slice() {
            [] => Vec::new(),
            kinds => rows::read_names(connection, self.product.about().name, kinds).await?,
        };
        Ok(Some(names.into()))
    }
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

    fn against(self: Arc<Self>, target: &dyn Bundle) -> Option<Box<dyn Comparison>> {
        let other = target.as_any().downcast_ref::<Self>()?;
        let is_same_product = other.product.about().name == self.product.about().name;
        let objects = other.file.objects.iter().filter(|_| is_same_product);
        let mut documents: Vec<Document> = objects.map(|object| object.document(None)).collect();
        documents.sort_by(|one, other| (&one.kind, &one.id).cmp(&(&other.kind, &other.id)));
        let read = rows::Documents {
            documents,
            is_whole: true,
        };
        let kept = Kept::new(self.product, read, &self.file.objects);
        is_same_product.then(|| {
            Box::new(DocumentComparison {
                import: self,
                kept,
                called: None,
                stored: None,
                compared: OnceLock::new(),
            }) as Box<dyn Comparison>
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn rule_errors(&self) -> Vec<RuleError> {
        self.rule_errors.clone()
    }

    fn ignoring(self: Arc<Self>, rules: &[Scope]) -> Arc<dyn Bundle> {
        let mut options = self.options.clone();
        options.ignore = rules.to_vec();
        Arc::new(Self {
            product: self.product,
            file: Arc::clone(&self.file),
            options,
            rule_errors: self.rule_errors.clone(),
            needs: OnceLock::new(),
        })
    }

    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>> {
        async move {
            let (read, stored) = self.documents(connection, true, reading).await?;
            let kept = Kept::new(self.product, read, &self.file.objects);
            let called = self.called(connection, &kept).await?;
            Ok(Box::new(DocumentComparison {
                import: self,
                kept,
                called,
                stored,
                compared: OnceLock::new(),
            }) as Box<dyn Comparison>)
        }
        .boxed()
    }

    fn read_again<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
        planned: &'a dyn Comparison,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Comparison>>, StoreError>> {
        async move {
            let planned = planned
                .as_any()
                .and_then(|planned| planned.downcast_ref::<DocumentComparison>());
            let planned = planned.filter(|planned| Arc::ptr_eq(&planned.import, &self));
            // What only the target has is not asked about again.
            let (read, stored) = self.documents(connection, false, reading).await?;
            // Which documents decide depends on the file, and on whether all were read.
            if planned.is_some_and(|planned| planned.kept.read == read) {
                return Ok(None);
            }
            let kept = Kept::new(self.product, read, &self.file.objects);
            // Names that look alike only warn, and the plan was shown with its warnings.
            let called = match planned.and_then(|planned| planned.called.clone()) {
                Some(called) if !kept.read.is_whole => Some(called),
                _ => self.called(connection, &kept).await?,
            };
            Ok(Some(Box::new(DocumentComparison {
                import: self,
                kept,
                called,
                stored,
                compared: OnceLock::new(),
            }) as Box<dyn Comparison>))
        }
        .boxed()
    }
}

/// A file, and the target's documents that it is compared with.
struct DocumentComparison {
    import: Arc<Import>,
    kept: Kept,
    /// What all documents are called that may look like the file's; `None` if all were read.
    called: Option<Arc<[Called]>>,
    /// How many documents of each kind there are, if they were counted instead of read.
    stored: Option<rows::Counts>,
    /// What the comparison gave at planning time, besides the plan.
    compared: OnceLock<Compared>,
}

/// What a comparison gives besides the plan.
struct Compared {
    /// The wanted document of each object.
    wanted: Wanted,
    /// The rules that match nothing or cannot be followed.
    rule_errors: Vec<RuleError>,
}

impl DocumentComparison {
    fn sides(&self) -> Sides<'_> {
        self.import.sides(&self.kept.objects)
    }

    fn matched(&self) -> Matched<'_> {
        Matched::new(&self.import.file.objects, || self.sides())
    }

    fn compare(&self) -> (Plan, Compared) {
        let Import {
            product,
            file,
            options,
            ..
        } = &*self.import;
        let called = self.called.as_deref();
        let (ignore, mut rule_errors) = matchers(&options.ignore, product.kinds());
        let sides = self.sides();
        let (plan, wanted) = plan(
            *product,
            &sides,
            &file.findings,
            Some(file),
            called,
            &ignore,
        );
        rule_errors.extend(ignore.iter().filter_map(Matcher::unmet));
        let compared = Compared {
            wanted,
            rule_errors,
        };
        let counted = self.count_rest(&self.rest(&sides));
        (plan.with_only_in_target(counted), compared)
    }

    fn compared(&self) -> &Compared {
        self.compared.get_or_init(|| self.compare().1)
    }

    fn rest<'o>(&'o self, sides: &'o Sides<'o>) -> Rest<'o> {
        Rest::new(self.import.product, sides, &self.import.options)
    }

    fn count_rest(&self, rest: &Rest<'_>) -> Option<OnlyInTarget> {
        if self.is_whole() {
            return Some(rest.counts());
        }
        rest.counts_of(self.stored.as_ref()?)
    }

    fn wanted(&self) -> &Wanted {
        &self.compared().wanted
    }
}

impl Comparison for DocumentComparison {
    fn plan(&self) -> Plan {
        let (plan, compared) = self.compare();
        self.compared.get_or_init(|| compared);
        plan
    }

    fn rule_errors(&self) -> Vec<RuleError> {
        self.compared().rule_errors.clone()
    }

    fn is_whole(&self) -> bool {
        self.kept.read.is_whole
    }

    fn only_in_target(&self) -> Option<Vec<TargetItem>> {
        let items = || self.rest(&self.sides()).items();
        self.is_whole().then(items)
    }

    fn read_only_in_target<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<Vec<TargetItem>, StoreError>> {
        async move {
            if let Some(items) = self.only_in_target() {
                return Ok(items);
            }
            let product = self.import.product;
            let kinds = product.kinds().iter().map(|info| info.kind.as_str());
            let kinds: Vec<&str> = kinds.collect();
            let stored = rows::read_names(connection, product.about().name, &kinds).await?;
            Ok(self.rest(&self.sides()).items_of(stored))
        }
        .boxed()
    }

    fn back_up<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
        options: &'a ExportOptions,
        backup: &'a mut BackupWriter,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let Kept {
            product,
            read,
            objects,
        } = &self.kept;
        async move {
            let mut printer = product.printer(options);
            let mut part = Vec::new();
            let mut print = |printed: Printed<'_>| {
                printer.print(printed, &mut part);
                if part.len() >= PART {
                    backup.write(&part);
                    part.clear();
                }
            };
            if read.is_whole {
                let objects = sorted(*product, objects.iter().collect());
                objects
                    .into_iter()
                    .for_each(|object| print(Printed::from(object)));
            } else {
                let each = |schema: &'static KindSchema, text: &str| {
                    print(Printed {
                        kind: schema.info.kind.as_str(),
                        text,
                        wrapper: product.wrapper_of(schema, text),
                    });
                };
                rows::read_texts(connection, *product, reading, each).await?;
            }
            printer.end(&mut part);
            backup.write(&part);
            Ok(())
        }
        .boxed()
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let (covers, adds) = saves(self.kept.product, &self.matched(), approved, self.wanted());
            rows::write(writer, self.kept.product.about().name, &covers, &adds).await
        }
        .boxed()
    }

    fn emit(&self, approved: &Approved, stamp: &Stamp, emit: Emit) -> Option<Emitted> {
        let (product, before) = (self.kept.product, &self.kept.read);
        let saves = saves(product, &self.matched(), approved, self.wanted());
        let writes = rows::writes(product.about().name, stamp, &saves.0, &saves.1);
        self.is_shown(approved, &writes)
            .then(|| emitted((product, before), saves, &writes, emit))
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn checks_queued(&self) -> bool {
        true
    }

    fn is_shown(&self, approved: &Approved, writes: &[Queued]) -> bool {
        let product = self.kept.product;
        verify::is_shown(product, &self.matched(), approved, self.wanted(), writes)
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        verify::verify(
            self.kept.product,
            &self.matched(),
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
    matched: &Matched<'_>,
    approved: &Approved,
    wanted: &Wanted,
) -> (Vec<Save>, Vec<Save>) {
    let save = |step: &Step| {
        let object = matched.file.get(step.index)?;
        let document = match wanted.get(step.index).and_then(Option::as_ref) {
            None if step.verb == Verb::Add => object.document(None),
            wanted => {
                let sides = matched.sides();
                Built::again(product, sides, (step.index, object), wanted).document()
            }
        };
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
