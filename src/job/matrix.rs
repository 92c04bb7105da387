//! Comparing one file with several targets at once. Nothing is written.

use std::num::NonZero;
use std::thread::available_parallelism;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::task::AbortOnDropHandle;

use super::failure::Failure;
use super::file::{FileInfo, Loaded, load};
use super::plan::{Review, plan};
use super::progress::{Phase, Reporter};
use crate::engine::{Matrix, MissingCount, OnlyInTarget, Summary};
use crate::platform::ImportOptions;
use crate::store::{LedgerPlace, Target, TargetPolicy, Timeouts};

/// One of several targets, and how to treat it.
#[derive(Clone)]
pub struct NamedTarget {
    /// The profile's name; the location of a target that has none.
    pub name: String,
    /// The target.
    pub target: Target,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Where its jobs are recorded.
    pub ledger: LedgerPlace,
    /// How the file is read for it, if its profile has rules of its own.
    pub options: Option<ImportOptions>,
}

impl NamedTarget {
    /// Returns the file as it is read for this target: read again, on a thread of its own, if the
    /// target's profile has rules.
    ///
    /// # Errors
    ///
    /// As [`load`]; standard input cannot be read again.
    pub(super) async fn file(&self, loaded: &Loaded) -> Result<Loaded, Failure> {
        let Some(options) = self.options.clone() else {
            return Ok(loaded.clone());
        };
        let (path, format) = (loaded.file.path.clone(), loaded.platform.name());
        let reading = tokio::task::spawn_blocking(move || load(&path, Some(format), &options));
        let read = reading.await;
        read.map_err(|error| Failure::internal("reading the file", error))
            .flatten()
    }
}

/// A file that was compared with several targets.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Which file.
    pub file: FileInfo,
    /// Every item with its verdict in each target.
    pub matrix: Matrix,
    /// The targets, in their order.
    pub targets: Vec<ComparedTarget>,
}

/// One of several targets that a file was compared with.
#[derive(Clone, Debug)]
pub struct ComparedTarget {
    /// The profile's name, or the location.
    pub name: String,
    /// The location, as `user@host:port/database`.
    pub target: String,
    /// The profiles' marks of the target.
    pub policy: TargetPolicy,
    /// What was found, or why it was not compared.
    pub outcome: Result<TargetSummary, Failure>,
}

/// The counts of a target.
#[derive(Clone, Debug)]
pub struct TargetSummary {
    /// How many items there are of each status.
    pub summary: Summary,
    /// How many items only the target has, if they were counted.
    pub only_in_target: Option<OnlyInTarget>,
    /// What the file refers to and the target does not have.
    pub missing: MissingCount,
}

/// Compares a file with several targets, twice as many at once as there are processors: as long as
/// one is computed, another one is waited for. Each is read in
/// a read-only transaction of its own; of its plan the verdicts are kept, so that as much is in
/// memory as so many single plans take. A target that cannot be compared does not stop the others.
pub async fn compare_all(
    loaded: &Loaded,
    targets: &[NamedTarget],
    reporter: &Reporter,
) -> Compared {
    let mut matrix = Matrix::new(loaded.platform.kinds(), targets.len());
    let mut outcomes: Vec<Option<ComparedTarget>> = targets.iter().map(|_| None).collect();
    let report = reporter.steps(Phase::Compare);
    report("", 0, targets.len());
    let comparing = targets.iter().cloned().enumerate();
    let comparing = comparing.map(|(index, named)| {
        let comparing = compare_one(loaded.clone(), named.clone());
        // Rows are decoded on a thread of their own.
        let task = AbortOnDropHandle::new(tokio::spawn(comparing));
        async move {
            let done = task.await;
            let done = done.map_err(|error| Failure::internal("comparing", error));
            (index, named, done.flatten())
        }
    });
    let bound = 2 * available_parallelism().map_or(1, NonZero::get);
    let mut comparing = stream::iter(comparing).buffer_unordered(bound);
    let mut count = 0;
    while let Some((index, named, done)) = comparing.next().await {
        count += 1;
        report(&named.name, count, targets.len());
        let outcome = done.map(|review| {
            matrix.add(index, &review.plan);
            TargetSummary {
                summary: review.plan.summary(),
                only_in_target: review.plan.only_in_target().cloned(),
                missing: review.plan.missing_count(),
            }
        });
        if let Some(slot) = outcomes.get_mut(index) {
            *slot = Some(ComparedTarget {
                target: named.target.display(),
                policy: named.target.policy(),
                name: named.name,
                outcome,
            });
        }
    }
    Compared {
        file: loaded.file.clone(),
        matrix,
        targets: outcomes.into_iter().flatten().collect(),
    }
}

async fn compare_one(loaded: Loaded, named: NamedTarget) -> Result<Review, Failure> {
    let loaded = named.file(&loaded).await?;
    plan(&loaded, &named.target, named.timeouts, &Reporter::silent()).await
}
