//! SailPoint sp-config: files of configuration objects, kept in our own schema.
//!
//! `bytes → file → (with the target's documents) pair → build → compare → plan`,
//! and on the way back `approved → build → write`; `target → export → bytes`.
//! All of it is pure; SQL is in the documents' rows.
//!
//! What the service does not say is decided here. An entry is the object with its
//! type and id, else the only one with its type and name, which then keeps its
//! own id. What an entry refers to and the file holds goes together with it; what
//! is nowhere is a warning, unless the object is of no use without it.

mod build;
mod compare;
mod export;
mod file;
mod mapping;
mod pair;
mod path;
mod references;
mod schema;
mod target;
mod types;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};

use self::file::File;
use self::target::Target;
pub use self::types::{
    ConfigObject, ConfigObjectRule, ConfigObjectRules, config_objects, is_exportable, is_importable,
};
use super::document::rows;
use super::{Bundle, DemoData, DemoTarget, Export, ExportOptions, Ground, ImportOptions, MissingRoots};
use super::{ParseError, Platform, Snapshot};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, Unpromised};
use crate::store::restore::TableInfo;
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

/// The word for it in the documents, as everywhere.
const NAME: &str = "sp-config";

/// A bank's production tenant, and an export of its sandbox.
pub static DEMO: DemoData = DemoData {
    database: "haiyan",
    target: DemoTarget::Import {
        file_name: "fixtures/sp-config/target.json",
        file: include_str!("../../../fixtures/sp-config/target.json"),
    },
    file_name: "fixtures/sp-config/export.json",
    file: include_str!("../../../fixtures/sp-config/export.json"),
};

/// SailPoint's configuration objects, version 1 of their files.
#[derive(Clone, Copy, Debug)]
pub struct SpConfig;

impl Platform for SpConfig {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindInfo] {
        types::kinds()
    }

    fn recognises(&self, root_key: &str) -> bool {
        root_key == file::OBJECTS || root_key == "self"
    }

    fn after_apply(&self) -> &'static [&'static str] {
        &[
            "secrets are in no export: set those of new sources and subscriptions",
            "test the connection of every source that was added or covered, and aggregate it",
        ]
    }

    fn tables(&self) -> Vec<TableInfo> {
        vec![rows::table()]
    }

    fn demo(&self) -> &'static DemoData {
        &DEMO
    }

    fn takes_options(&self) -> bool {
        true
    }

    fn keeps_documents(&self) -> bool {
        true
    }

    fn stands_in<'a>(&'a self, connection: &'a mut Connection) -> BoxFuture<'a, Result<bool, StoreError>> {
        rows::stand_in(connection, NAME).boxed()
    }

    fn parse(&self, bytes: &[u8], options: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError> {
        Ok(Arc::new(Import { file: file::read(bytes, options)? }))
    }

    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>> {
        async move { Ok(Box::new(read(connection, reading).await?) as Box<dyn Snapshot>) }.boxed()
    }

    fn export_root(&self) -> Kind {
        Kind::of(types::SOURCE)
    }

    fn has_scopes(&self) -> bool {
        false
    }

    fn export_name(&self, now: NaiveDateTime) -> String {
        format!("sp-config-export-{}.json", now.format("%Y%m%d%H%M%S"))
    }
}

async fn read(connection: &mut Connection, reading: Reading<'_>) -> Result<Target, StoreError> {
    Ok(Target::new(rows::read(connection, NAME, reading).await?))
}

impl Snapshot for Target {
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots> {
        export::export(self, options)
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
        file::counts(self.file.entries.iter().map(|entry| &entry.item.kind))
    }

    fn ground<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Ground>, StoreError>> {
        async move {
            let target = read(connection, reading).await?;
            Ok(Box::new(Comparison { import: self, target }) as Box<dyn Ground>)
        }
        .boxed()
    }
}

/// A file and the target it is compared with.
struct Comparison {
    import: Arc<Import>,
    target: Target,
}

impl Ground for Comparison {
    fn plan(&self) -> Plan {
        compare::plan(&self.import.file, &self.target)
    }

    fn snapshot(&self) -> &dyn Snapshot {
        &self.target
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let (covers, adds) = write::saves(&self.import.file, &self.target, approved);
            rows::write(writer, NAME, &covers, &adds).await
        }
        .boxed()
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        let (covers, adds) = write::saves(&self.import.file, &self.target, approved);
        rows::verify(NAME, &covers, &adds, touched)
    }
}
