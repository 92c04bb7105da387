//! API scopes: reading them, and doing to them what the product's own page
//! does, as jobs like any other.

mod file;

use std::sync::Arc;

pub use self::file::load;
use super::failure::{Failure, FailureKind};
use super::progress::{Cancel, Phase, Reporter};
use super::watch::Watch;
use crate::engine::{Change, ItemId};
use crate::platform::digirunner::scope as scopes;
pub use crate::platform::digirunner::scope::*;
use crate::store::{LedgerPlace, Reading, TableRows, Target, Timeouts, transaction};

/// How to edit.
#[derive(Clone, Debug)]
pub struct EditOptions {
    /// Who does it: goes into audit columns and the ledger.
    pub operator: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Where the job is recorded.
    pub ledger: LedgerPlace,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The job's number in the ledger; none where there was nothing to do and
    /// nothing was written.
    pub job: Option<i64>,
    /// What was done, in one word: `created`, `updated`, `deleted`, `given`,
    /// `taken`, `repaired`.
    pub verb: &'static str,
    /// The items that it was done to.
    pub items: Vec<ItemId>,
    /// The scope's id, where it is about one.
    pub id: Option<Arc<str>>,
    /// What differs in the scope.
    pub changes: Vec<Change>,
    /// What was done to each table.
    pub tables: Vec<TableRows>,
    /// How long it took.
    pub seconds: f64,
    /// What the operator should know now.
    pub notes: Vec<String>,
}

/// Reads every scope of a target, and everything that a scope can be made of.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn catalogue(
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Catalogue, Failure> {
    reporter.phase(Phase::Connect);
    let (mut connection, watch) = Watch::connect(target, timeouts, &Cancel::new()).await?;
    let report = |table: &str, done: usize, total: usize| reporter.step(Phase::Snapshot, table, done, total);
    let reading = async {
        transaction::begin_reading(&mut connection).await?;
        let catalogue = scopes::catalogue(&mut connection, Reading { report: &report }).await?;
        transaction::commit(&mut connection).await.map(|()| catalogue)
    };
    let catalogue = watch.over(reading).await.flatten()?;
    transaction::close(connection).await;
    Ok(catalogue)
}

/// Does something to scopes: under the lock, in one transaction, recorded with
/// every row that it touched. Until the commit, `cancel` rolls it back.
///
/// # Errors
///
/// Nothing was written, whatever the failure. Rules of the product that it
/// breaks are [`Failure::violations`]: of kind `Blocked`, or `Stale` (1286)
/// where the scope is no longer what the operator saw, or `Refused` (1298,
/// 1344) where there is no such scope or client.
pub async fn edit(
    edit: Edit,
    target: &Target,
    options: &EditOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> Result<Edited, Failure> {
    let _ = (edit, target, options, reporter, cancel);
    Err(Failure::new(FailureKind::Internal, "scopes cannot be edited yet"))
}

/// Looks for states of scopes that the product itself leaves behind.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn check(
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Vec<Ailment>, Failure> {
    let _ = (target, timeouts, reporter);
    Err(Failure::new(FailureKind::Internal, "scopes cannot be checked yet"))
}
