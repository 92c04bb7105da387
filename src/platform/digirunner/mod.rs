//! digiRunner: client export files, and the product's own PostgreSQL tables.
//!
//! `bytes → file → (with the target's snapshot) compare → plan`, and on the way
//! back `approved → build → changes → write`; `snapshot → export → bytes` makes
//! a file. Reading, comparing, building and exporting are pure; SQL is in
//! `snapshot`, `allocate` and `write` alone.

mod access;
pub(crate) mod allocate;
mod build;
pub(crate) mod changes;
mod compare;
mod export;
pub(crate) mod file;
pub(crate) mod index;
mod integrity;
mod item;
pub(crate) mod references;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod snapshot;
pub(crate) mod tables;
mod values;
pub(crate) mod verify;
pub(crate) mod write;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};

use self::file::{ANALYSIS, File, ROOT};
use self::index::Index;
use self::schema::TableId;
use self::tables::{Row, Tables};
use super::{
    Bundle, Comparison, DemoData, DemoTarget, Export, ExportOptions, ImportOptions, MissingRoots,
    Platform, Snapshot,
};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, Unpromised};
use crate::source::ParseError;
use crate::store::restore::TableInfo;
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

/// A bank's production gateway, and an export of its test gateway.
pub static DEMO: DemoData = DemoData {
    database: "digirunner",
    target: DemoTarget::Sql {
        schema: include_str!("../../../fixtures/digirunner/schema.sql"),
        seed: include_str!("../../../fixtures/digirunner/seed.sql"),
    },
    file_name: "fixtures/digirunner/export.json",
    file: include_str!("../../../fixtures/digirunner/export.json"),
};

/// digiRunner API management, version 4.7.
#[derive(Clone, Copy, Debug)]
pub struct Digirunner;

impl Platform for Digirunner {
    fn name(&self) -> &'static str {
        "digirunner"
    }

    fn kinds(&self) -> &'static [KindInfo] {
        &rules::KINDS
    }

    fn recognises(&self, root_key: &str) -> bool {
        root_key == ROOT || root_key == ANALYSIS
    }

    fn after_apply(&self) -> &'static [&'static str] {
        &[
            "running gateways notice within two minutes",
            "a Landing/Memory deployment does not: save something in its admin console, or restart Landing",
        ]
    }

    fn tables(&self) -> Vec<TableInfo> {
        references::tables()
    }

    fn demo(&self) -> &'static DemoData {
        &DEMO
    }

    fn stands_in<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        snapshot::stands_in(connection).boxed()
    }

    fn parse(&self, bytes: &[u8], _: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError> {
        let mut file = file::read(bytes)?;
        let broken = integrity::check(&Index::new(&file.tables)).findings;
        file.findings.extend(broken);
        Ok(Arc::new(Import { file }))
    }

    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>> {
        async move { Ok(Box::new(snapshot::read(connection, reading).await?) as Box<dyn Snapshot>) }
            .boxed()
    }

    fn export_root(&self) -> Kind {
        rules::CLIENT
    }

    fn has_scopes(&self) -> bool {
        true
    }

    fn export_name(&self, now: NaiveDateTime) -> String {
        format!("exportClientRelated_{}.json", now.format("%Y%m%d%H%M%S"))
    }
}

impl Snapshot for Tables {
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots> {
        export::export(self, &options.roots)
    }
}

/// An export file that was read, to be imported.
struct Import {
    file: File,
}

impl Bundle for Import {
    fn findings(&self) -> &[Finding] {
        &self.file.findings
    }

    fn blocking_findings(&self) -> Vec<Finding> {
        compare::file_findings(&self.file)
    }

    fn counts(&self) -> Vec<(Kind, usize)> {
        counts(|table, count| {
            self.file
                .tables
                .rows(table)
                .iter()
                .filter(|row| count(row))
                .count()
        })
    }

    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>> {
        async move {
            let target = snapshot::read(connection, reading).await?;
            Ok(Box::new(DigirunnerComparison {
                import: self,
                target,
            }) as Box<dyn Comparison>)
        }
        .boxed()
    }
}

/// Counts the items of each kind: the rows of a table that satisfy a condition.
fn counts(count: impl Fn(TableId, &dyn Fn(&Row) -> bool) -> usize) -> Vec<(Kind, usize)> {
    let all = |table| count(table, &|_| true);
    let counts = [
        all(TableId::Client),
        count(TableId::Group, &|row| !index::is_hidden(row)),
        all(TableId::Vgroup),
        all(TableId::Authority),
        all(TableId::Level),
        all(TableId::Rdb),
    ];
    rules::KINDS
        .iter()
        .map(|info| info.kind.clone())
        .zip(counts)
        .collect()
}

/// A file and the target it is compared with.
struct DigirunnerComparison {
    import: Arc<Import>,
    target: Tables,
}

impl Comparison for DigirunnerComparison {
    fn plan(&self) -> Plan {
        compare::plan_with_access(&self.import.file, &self.target)
    }

    fn snapshot(&self) -> &dyn Snapshot {
        &self.target
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        write::write(writer, &self.import.file.tables, &self.target, approved).boxed()
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        verify::verify(&self.import.file, &self.target, approved, touched)
    }
}
