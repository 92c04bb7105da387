//! The product as a platform.

use std::any::Any;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};

use super::compared::Compared;
use super::emitted::emitted;
use super::file::{self, ANALYSIS, File, ROOT};
use super::index::{Index, Places, counts};
use super::kinds::{CLIENT, KINDS};
use super::schema::{TABLES, TableId, open_map};
use super::tables::{Cell, Tables};
use super::{
    compare, export, holds, ignore, integrity, only_in_target, references, set_values, snapshot,
    verify, write,
};
use crate::engine::rule::{Matcher, RuleError, Scope, matchers};
use crate::engine::{Approved, Finding, Kind, KindInfo, Plan, TargetItem, Unpromised};
use crate::platform::{
    Bundle, Comparison, DemoData, DemoTarget, Emit, Emitted, Export, ExportOptions, ImportOptions,
    MissingRoots, Platform, Snapshot,
};
use crate::source::ParseError;
use crate::store::ledger::BackupWriter;
use crate::store::restore::TableInfo;
use crate::store::{Connection, Holds, Queued, Reading, Stamp, StoreError, Touched, Writer, Zone};

/// A bank's production gateway, and an export of its test gateway.
pub static DEMO: DemoData = DemoData {
    database: "digirunner",
    target: DemoTarget::Sql {
        schema: include_str!("../../../fixtures/digirunner/schema.sql"),
        seed: include_str!("../../../fixtures/digirunner/seed.sql"),
        file_name: "fixtures/digirunner/target.json",
        file: include_str!("../../../fixtures/digirunner/target.json"),
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
        &KINDS
    }

    fn recognises(&self, root_key: &str) -> bool {
        root_key == ROOT || root_key == ANALYSIS
    }

    fn after_apply(&self) -> &'static [&'static str] {
        &[
            "running gateways pick up the changes within two minutes",
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

    fn parse(&self, bytes: &[u8], options: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError> {
        let mut file = file::read(bytes)?;
        let places = Arc::new(Places::new(&file.tables));
        let (set, rule_errors) = set_values::set_values(&mut file.tables, &places, &options.values);
        file.set = set;
        let index = Index::of(&file.tables, Arc::clone(&places));
        let broken = integrity::check(&index).findings;
        file.findings.extend(broken);
        let file = Arc::new(file);
        Ok(Arc::new(Import {
            file,
            places,
            ignore: options.ignore.clone(),
            rule_errors,
            zoned: OnceLock::new(),
        }))
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
        CLIENT
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
    file: Arc<File>,
    /// Where its rows are.
    places: Arc<Places>,
    /// The differences to ignore.
    ignore: Vec<Scope>,
    /// The values to set that could not be.
    rule_errors: Vec<RuleError>,
    /// The file with the dates of the time zone in which it was first compared.
    zoned: OnceLock<Arc<File>>,
}

impl Import {
    /// Returns the file with the dates of a time zone; the very same for the same zone, so that what
    /// was compared is known again.
    fn in_zone(&self, zone: Zone) -> Arc<File> {
        let zoned = || {
            let mut file = File::clone(&self.file);
            file.tables.set_zone(zone);
            Arc::new(file)
        };
        let first = self.zoned.get_or_init(zoned);
        match first.tables.zone == zone {
            true => Arc::clone(first),
            false => zoned(),
        }
    }
}

impl Import {
    /// Compares a file with a target, for which a file may stand.
    fn compared(
        &self,
        file: &Arc<File>,
        target: Tables,
        stands_for_target: Option<&Arc<File>>,
    ) -> Box<dyn Comparison> {
        let mut compared = Compared::new(file, &self.places, target);
        let (rules, mut rule_errors) = matchers(&self.ignore, &KINDS);
        if !rules.is_empty() {
            let (tables, ignored) = ignore::ignore(&compared.sides(), &rules);
            rule_errors.extend(rules.iter().filter_map(Matcher::unmet));
            compared = Arc::new(compared.ignoring(tables, ignored));
        }
        Box::new(DigirunnerComparison {
            source: Arc::clone(file),
            ignore: self.ignore.clone(),
            compared,
            rule_errors,
            stands_for_target: stands_for_target.map(Arc::clone),
        })
    }
}

impl Bundle for Import {
    fn findings(&self) -> &[Finding] {
        &self.file.findings
    }

    fn blocking_findings(&self) -> Vec<Finding> {
        compare::file_findings(&self.file, &self.places)
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

    fn against(self: Arc<Self>, target: &dyn Bundle) -> Option<Box<dyn Comparison>> {
        let other = target.as_any().downcast_ref::<Self>()?;
        let target = as_target(&other.file.tables, &self.file.tables);
        Some(self.compared(&self.file, target, Some(&other.file)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn rule_errors(&self) -> Vec<RuleError> {
        self.rule_errors.clone()
    }

    fn ignoring(self: Arc<Self>, rules: &[Scope]) -> Arc<dyn Bundle> {
        Arc::new(Self {
            file: Arc::clone(&self.file),
            places: Arc::clone(&self.places),
            ignore: rules.to_vec(),
            rule_errors: self.rule_errors.clone(),
            zoned: self.zoned.clone(),
        })
    }

    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>> {
        async move {
            let target = snapshot::read(connection, reading).await?;
            let file = self.in_zone(reading.zone);
            Ok(self.compared(&file, target, None))
        }
        .boxed()
    }
}

/// The tables of a target that has exactly what a file has, and each API that either of the two
/// files refers to: a file does not list those of its target.
fn as_target(of: &Tables, file: &Tables) -> Tables {
    let mut target = of.clone();
    for table in TABLES {
        let others: Vec<usize> = table
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.is_empty())
            .map(|(index, _)| index)
            .collect();
        if others.is_empty() {
            continue;
        }
        let stored = of.rows(table.id).iter().map(|row| {
            let mut draft = row.draft();
            others
                .iter()
                .for_each(|index| draft.set(*index, Cell::Null));
            draft.row()
        });
        target.set_rows(table.id, stored.collect());
    }
    // A key of an API that is not there is a dangling one, which no import takes.
    let named: HashSet<&str> = of.api_use.iter().map(|api| &*api.uid).collect();
    let maps = target.rows(TableId::OpenMap).iter();
    let maps = maps.filter(|row| named.contains(row.text(open_map::REF_API_UID)));
    let maps = maps.cloned().collect();
    target.set_rows(TableId::OpenMap, maps);
    target.apis = compare::named_apis(of, file);
    target.api_use.clear();
    target
}

/// A file and the target it is compared with.
struct DigirunnerComparison {
    /// The file as it was read, whatever is ignored of it.
    source: Arc<File>,
    /// The differences to ignore.
    ignore: Vec<Scope>,
    compared: Arc<Compared>,
    rule_errors: Vec<RuleError>,
    /// The file that stands for the target.
    stands_for_target: Option<Arc<File>>,
}

impl Comparison for DigirunnerComparison {
    fn plan(&self) -> Plan {
        let zone = self.compared.file.tables.zone_finding();
        compare::plan_with_access(&self.compared).with_warnings(zone)
    }

    fn only_in_target(&self) -> Option<Vec<TargetItem>> {
        Some(only_in_target::items(&self.compared.sides()))
    }

    fn back_up<'a>(
        &'a self,
        _: &'a mut Connection,
        _: Reading<'a>,
        _: &'a ExportOptions,
        backup: &'a mut BackupWriter,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        backup.write(&export::everything(&self.compared.target));
        std::future::ready(Ok(())).boxed()
    }

    fn holds(&self, approved: &Approved) -> Holds {
        holds::holds(&self.compared, approved)
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        write::write(writer, &self.compared, approved).boxed()
    }

    fn emit(&self, approved: &Approved, stamp: &Stamp, emit: Emit) -> Option<Emitted> {
        let whole = &self.stands_for_target.as_ref()?.tables;
        emitted(&self.compared, whole, approved, stamp, emit)
    }

    fn is_same(&self, other: &dyn Comparison) -> bool {
        let other = other
            .as_any()
            .and_then(|other| other.downcast_ref::<Self>());
        other.is_some_and(|other| {
            Arc::ptr_eq(&self.source, &other.source)
                && self.ignore == other.ignore
                && self.compared.target == other.compared.target
        })
    }

    fn rule_errors(&self) -> Vec<RuleError> {
        self.rule_errors.clone()
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn checks_queued(&self) -> bool {
        true
    }

    fn is_shown(&self, approved: &Approved, writes: &[Queued]) -> bool {
        verify::is_shown(&self.compared, approved, writes)
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        verify::verify(&self.compared, approved, touched)
    }
}
