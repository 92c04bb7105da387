//! A product of documents as a platform.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};
use rayon::prelude::*;

use super::build::{Built, CHUNK};
use super::export::{counts, export};
use super::product::{File, Product};
use super::rows::{self, Save};
use super::{Object, Sides, verify};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, Step, Unpromised, Verb};
use crate::platform::document::candidates::{Wanted, blocking_findings, plan};
use crate::platform::{
    Bundle, Comparison, DemoData, Export, ExportOptions, FileError, ImportOptions, MissingRoots,
    Platform, Snapshot, SourceFile,
};
use crate::source::ParseError;
use crate::store::restore::{Reference, TableInfo};
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

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
