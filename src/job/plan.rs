//! Comparing a file with a target. Nothing is written.

use std::sync::Arc;

use super::failure::Failure;
use super::file::{FileInfo, Loaded, check_rules};
use super::monitor::ConnectionMonitor;
use super::progress::{Phase, Reporter};
use crate::engine::{Access, Choices, Finding, Plan};
use crate::platform::{Bundle, Comparison, Platform};
use crate::store::catalog::describe;
use crate::store::{Connection, Reading, Target, TargetPolicy, Timeouts, Zone};

/// A file that was compared with a target.
#[derive(Clone)]
pub struct Review {
    /// Which file.
    pub file: FileInfo,
    /// The target, as `user@host:port/database`.
    pub target: String,
    /// The target's database, or the name of the file that stands for it.
    pub database: String,
    /// Whether a file stands for the target.
    pub is_against_file: bool,
    /// The profiles' marks of the target.
    pub policy: TargetPolicy,
    /// Every item with its verdict.
    pub plan: Arc<Plan>,
    pub(super) platform: &'static dyn Platform,
    pub(super) bundle: Arc<dyn Bundle>,
    /// What the plan was made from.
    pub(super) comparison: Arc<dyn Comparison>,
}

impl Review {
    /// Returns the access changes of the choices; none for products that grant
    /// no access.
    pub fn access(&self, choices: &Choices) -> Option<Access> {
        let resolution = self.plan.resolve(choices);
        self.plan.access(|index| resolution.is_written(index))
    }
}

/// Compares a file with the target, in one read-only transaction that ends
/// before this returns.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn plan(
    loaded: &Loaded,
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Review, Failure> {
    let reading = async |connection: &mut Connection, zone: Zone| {
        let report = reporter.steps(Phase::Snapshot);
        let reading = Reading {
            report: &report,
            zone,
        };
        let comparison = Arc::clone(&loaded.bundle)
            .read_target(connection, reading)
            .await?;
        let tables = loaded.platform.tables();
        let written = tables.iter().filter(|table| !table.is_external);
        let tables: Vec<&str> = written.map(|table| table.name).collect();
        Ok((comparison, describe(connection, &tables).await?))
    };
    let (comparison, catalog) =
        ConnectionMonitor::read(target, timeouts, reporter, reading).await?;
    reporter.phase(Phase::Compare);
    let tables = loaded.platform.tables();
    let deletes = |table: &str| {
        let mut tables = tables.iter();
        tables.any(|info| info.name == table && info.is_replaced)
    };
    let hazards = catalog.hazards.iter();
    let hazards = hazards.filter(|hazard| !hazard.needs_deletion() || deletes(&hazard.table));
    let warnings = hazards.map(|hazard| Finding::warning("target-trigger", hazard.warning()));
    let comparison: Arc<dyn Comparison> = Arc::from(comparison);
    let plan = compare(&comparison).await?.with_warnings(warnings);
    Ok(Review {
        file: loaded.file.clone(),
        target: target.display(),
        database: target.database().to_owned(),
        is_against_file: false,
        policy: target.policy(),
        plan: Arc::new(plan),
        platform: loaded.platform,
        bundle: Arc::clone(&loaded.bundle),
        comparison,
    })
}

/// Compares on its own thread: large files take a while, and the screen must
/// not block. Fails if a rule for differences to ignore cannot be used.
pub(super) async fn compare(comparison: &Arc<dyn Comparison>) -> Result<Plan, Failure> {
    let comparison = Arc::clone(comparison);
    let (plan, rule_errors) =
        tokio::task::spawn_blocking(move || (comparison.plan(), comparison.rule_errors()))
            .await
            .map_err(|error| Failure::internal("comparing", error))?;
    check_rules(&rule_errors)?;
    Ok(plan)
}
