//! digiRunner: client export files, and the product's own PostgreSQL tables.
//!
//! `bytes → file → (with the target's snapshot) compare → plan`, and on the way
//! back `approved → build → changes → write`. Reading, comparing and building
//! are pure; SQL is in `snapshot`, `allocate` and `write` alone.

mod allocate;
mod build;
mod changes;
mod compare;
mod file;
mod integrity;
mod item;
mod rules;
mod side;
mod snapshot;
mod tables;
mod values;
mod world;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use self::file::{ANALYSIS, File, ROOT};
use self::side::Side;
use self::tables::T;
use self::world::World;
use super::{Bundle, DemoData, Ground, ParseError, Platform};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan};
use crate::store::{Connection, Reading, StoreError, TableRows, Writing};

/// A bank's production gateway, and an export of its test gateway.
pub static DEMO: DemoData = DemoData {
    database: "digirunner",
    schema: include_str!("../../../fixtures/digirunner/schema.sql"),
    seed: include_str!("../../../fixtures/digirunner/seed.sql"),
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

    fn parse(&self, bytes: &[u8]) -> Result<Arc<dyn Bundle>, ParseError> {
        let mut file = file::read(bytes)?;
        let broken = integrity::check(&Side::new(&file.world)).findings;
        file.findings.extend(broken);
        Ok(Arc::new(Export { file }))
    }
}

/// An export file that was read.
struct Export {
    file: File,
}

impl Bundle for Export {
    fn findings(&self) -> &[Finding] {
        &self.file.findings
    }

    fn obstacles(&self) -> Vec<Finding> {
        compare::obstacles(&self.file)
    }

    fn counts(&self) -> Vec<(Kind, usize)> {
        let world = &self.file.world;
        let plain = world.rows(T::Group).iter().filter(|row| !side::is_hidden(row)).count();
        let counts = [
            world.rows(T::Client).len(),
            plain,
            world.rows(T::Vgroup).len(),
            world.rows(T::Authority).len(),
            world.rows(T::Level).len(),
            world.rows(T::Rdb).len(),
        ];
        rules::KINDS.iter().map(|info| info.kind.clone()).zip(counts).collect()
    }

    fn ground<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Ground>, StoreError>> {
        async move {
            let target = snapshot::read(connection, reading).await?;
            Ok(Box::new(Comparison { export: self, target }) as Box<dyn Ground>)
        }
        .boxed()
    }
}

/// A file and the target it is compared with.
struct Comparison {
    export: Arc<Export>,
    target: World,
}

impl Ground for Comparison {
    fn plan(&self) -> Plan {
        compare::plan(&self.export.file, &self.target)
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut Connection,
        approved: &'a Approved,
        writing: Writing<'a>,
    ) -> BoxFuture<'a, Result<Vec<TableRows>, StoreError>> {
        write::write(connection, &self.export.file.world, &self.target, approved, writing).boxed()
    }
}
