//! Tyk: organisations, APIs and policies, in the formats of the Dashboard's
//! Admin API.
//!
//! The Dashboard's own tables are not public: objects are kept as documents in
//! our schema, which is the system of record on this side. `bytes → file →
//! (with what is kept) compare → plan`, `approved → write`, and `kept → export
//! → bytes`. All of it is pure; SQL is in `platform/document` alone.
//!
//! What an object points to stands in `links`, and is looked up in `resolve`;
//! `rules` says what blocks it, `schema` how it is compared and written.

mod compare;
mod export;
mod file;
mod links;
mod looks;
mod object;
mod organisations;
mod resolve;
mod rules;
mod schema;
mod shape;
mod side;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};

use self::file::File;
use self::object::Object;
use super::document::rows;
use super::{
    Bundle, DemoData, DemoTarget, Export, ExportOptions, FileError, Ground, ImportOptions, MissingRoots,
    ParseError, Platform, Snapshot, SourceFile,
};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, Unpromised};
use crate::store::restore::{Reference, TableInfo};
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

/// The word for `--format`, and what its documents are kept under.
const NAME: &str = "tyk";

/// A bank's production Dashboard, and an export of its test Dashboard.
pub static DEMO: DemoData = DemoData {
    database: "tyk",
    target: DemoTarget::Import {
        file_name: "fixtures/tyk/target.json",
        file: include_str!("../../../fixtures/tyk/target.json"),
    },
    file_name: "fixtures/tyk/export.json",
    file: include_str!("../../../fixtures/tyk/export.json"),
};

/// Tyk API management, with its Dashboard.
#[derive(Clone, Copy, Debug)]
pub struct Tyk;

impl Platform for Tyk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindInfo] {
        &object::KINDS
    }

    fn recognises(&self, root_key: &str) -> bool {
        file::LISTS.iter().any(|(name, _)| *name == root_key) || looks::is_telling(root_key)
    }

    fn after_apply(&self) -> &'static [&'static str] {
        &[
            "the objects are kept in the schema gatediff, as the system of record: no Tyk Dashboard was told",
            "export them, and import the file there: organisations, APIs, policies, in this order",
        ]
    }

    fn tables(&self) -> Vec<TableInfo> {
        // An organisation that others belong to by now is not taken back.
        let owner = Reference { column: "owner", table: rows::TABLE, to: "id" };
        vec![TableInfo { references: vec![owner], ..rows::table() }]
    }

    fn demo(&self) -> &'static DemoData {
        &DEMO
    }

    fn takes_directories(&self) -> bool {
        true
    }

    fn takes_organisations(&self) -> bool {
        true
    }

    fn keeps_documents(&self) -> bool {
        true
    }

    fn stands_in<'a>(&'a self, connection: &'a mut Connection) -> BoxFuture<'a, Result<bool, StoreError>> {
        rows::stand_in(connection, NAME).boxed()
    }

    fn parse(&self, bytes: &[u8], options: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError> {
        let mut file = file::read(bytes)?;
        organisations::map(&mut file, &options.organisations);
        Ok(Arc::new(Import { file }))
    }

    fn parse_directory(
        &self,
        files: &[SourceFile<'_>],
        unread: Vec<Finding>,
        options: &ImportOptions,
    ) -> Result<Arc<dyn Bundle>, FileError> {
        let mut file = file::read_all(files)?;
        file.findings.extend(unread);
        organisations::map(&mut file, &options.organisations);
        Ok(Arc::new(Import { file }))
    }

    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>> {
        async move { Ok(Box::new(Kept::read(connection, reading).await?) as Box<dyn Snapshot>) }.boxed()
    }

    fn export_root(&self) -> Kind {
        object::API
    }

    fn has_scopes(&self) -> bool {
        false
    }

    fn export_name(&self, now: NaiveDateTime) -> String {
        format!("tyk-export-{}.json", now.format("%Y%m%d%H%M%S"))
    }
}

/// What is kept in a target.
struct Kept {
    objects: Vec<Object>,
}

impl Kept {
    async fn read(connection: &mut Connection, reading: Reading<'_>) -> Result<Self, StoreError> {
        let documents = rows::read(connection, NAME, reading).await?;
        Ok(Self { objects: documents.iter().filter_map(Object::kept).collect() })
    }
}

impl Snapshot for Kept {
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots> {
        export::export(&self.objects, options)
    }
}

/// A file that was read, to be imported.
struct Import {
    file: File,
}

impl Bundle for Import {
    fn findings(&self) -> &[Finding] {
        &self.file.findings
    }

    fn obstacles(&self) -> Vec<Finding> {
        compare::obstacles(&self.file)
    }

    fn counts(&self) -> Vec<(Kind, usize)> {
        export::counts(self.file.objects.iter())
    }

    fn ground<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Ground>, StoreError>> {
        async move {
            let kept = Kept::read(connection, reading).await?;
            Ok(Box::new(Comparison { import: self, kept }) as Box<dyn Ground>)
        }
        .boxed()
    }
}

/// A file, and what is kept in the target that it is compared with.
struct Comparison {
    import: Arc<Import>,
    kept: Kept,
}

impl Ground for Comparison {
    fn plan(&self) -> Plan {
        compare::plan(&self.import.file, &self.kept.objects)
    }

    fn snapshot(&self) -> &dyn Snapshot {
        &self.kept
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let saves = write::saves(&self.import.file.objects, &self.kept.objects, approved);
        async move { rows::write(writer, NAME, &saves.covers, &saves.adds).await }.boxed()
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        let saves = write::saves(&self.import.file.objects, &self.kept.objects, approved);
        rows::verify(NAME, &saves.covers, &saves.adds, touched)
    }
}
