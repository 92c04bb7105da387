//! How a job reports its progress, and how it is cancelled.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Fetching PostgreSQL's server programs; counted in bytes.
    Fetch,
    /// Starting a private server.
    Server,
    /// Filling it with sample data.
    Seed,
    /// Reading the file.
    File,
    /// Connecting to the target.
    Connect,
    /// Reading the target's tables.
    Snapshot,
    /// Comparing.
    Compare,
    /// Writing what was read as a file of the product.
    Export,
    /// Taking the lock.
    Lock,
    /// Checking that the target has not changed since the plan.
    Check,
    /// Writing the target's tables.
    Write,
    /// Taking a backup.
    Backup,
    /// Saving journal, backup and the job's own record.
    Record,
    /// Committing; it can no longer be cancelled.
    Commit,
}

impl Phase {
    /// Returns its label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fetch => "fetching PostgreSQL",
            Self::Server => "starting a private PostgreSQL",
            Self::Seed => "filling it with sample data",
            Self::File => "reading the file",
            Self::Connect => "connecting",
            Self::Snapshot => "reading the target",
            Self::Compare => "comparing",
            Self::Export => "exporting",
            Self::Lock => "taking the lock",
            Self::Check => "checking for changes",
            Self::Write => "writing",
            Self::Backup => "taking a backup",
            Self::Record => "recording the job",
            Self::Commit => "committing",
        }
    }
}

/// One step of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// The object, usually a table; may be empty.
    pub subject: String,
    /// How many of `total` are done.
    pub done: usize,
    /// The total; 0 if unknown.
    pub total: usize,
}

/// The latest progress of a job, and when its phase was first heard of.
#[derive(Clone, Debug)]
pub struct Latest {
    /// The progress.
    pub progress: Progress,
    since: Instant,
}

impl Latest {
    /// Returns the progress that comes after another one.
    pub fn after(before: Option<&Self>, progress: Progress) -> Self {
        let same = before.filter(|before| before.progress.phase == progress.phase);
        Self {
            since: same.map_or_else(Instant::now, |before| before.since),
            progress,
        }
    }

    /// Describes how its phase gets on, as [`Progress::pace`] does.
    pub fn pace(&self) -> String {
        self.progress.pace(self.since.elapsed())
    }
}

/// From when on the rest of a phase is estimated: sooner, the rate says little.
const ESTIMATED: Duration = Duration::from_secs(2);

impl Progress {
    /// Describes how a phase gets on that has run for some time: `8 s, 1200/s,
    /// about 30 s left`. Empty in its first second.
    pub fn pace(&self, elapsed: Duration) -> String {
        let milliseconds = elapsed.as_millis();
        if milliseconds < 1_000 {
            return String::new();
        }
        let mut parts = vec![seconds(milliseconds / 1_000)];
        let done = self.done as u128;
        if done > 0 {
            let rate = done * 1_000 / milliseconds;
            parts.push(match self.phase {
                Phase::Fetch => format!("{}.{} MB/s", rate / 1_000_000, rate / 100_000 % 10),
                _ => format!("{rate}/s"),
            });
            let rest = (self.total as u128).saturating_sub(done);
            if rest > 0 && elapsed >= ESTIMATED {
                let left = (milliseconds * rest / done).div_ceil(1_000);
                parts.push(format!("about {} left", seconds(left)));
            }
        }
        parts.join(", ")
    }
}

fn seconds(seconds: u128) -> String {
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds / 60)
    }
}

/// Receives a job's progress. Called from the job's task; must not block.
#[derive(Clone)]
pub struct Reporter(Arc<dyn Fn(Progress) + Send + Sync>);

impl Reporter {
    /// Returns a reporter that calls a function.
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    /// Returns a reporter that discards everything.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    /// Reports the start of a phase.
    pub fn phase(&self, phase: Phase) {
        self.step(phase, "", 0, 0);
    }

    /// Returns what reports the progress of a phase, as the store does: the subject, what is done
    /// and of how much.
    pub fn steps(&self, phase: Phase) -> impl Fn(&str, usize, usize) + Send + Sync + use<> {
        let reporter = self.clone();
        move |subject, done, total| reporter.step(phase, subject, done, total)
    }

    /// Reports the progress of a phase.
    pub fn step(&self, phase: Phase, subject: &str, done: usize, total: usize) {
        (self.0)(Progress {
            phase,
            subject: subject.to_owned(),
            done,
            total,
        });
    }
}

/// A handle to cancel a running job. Clones cancel the same job.
///
/// Stopping sets a flag, and asks the server to cancel the statement that runs,
/// over a second connection: a store future is never dropped halfway.
#[derive(Clone, Default)]
pub struct Cancel {
    token: CancellationToken,
    /// The reason given by a front end, such as "SIGTERM"; the first one counts.
    why: Arc<OnceLock<String>>,
}

impl Cancel {
    /// Returns a handle that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the job to stop; the transaction is rolled back unless it is
    /// already being committed.
    pub fn cancel(&self, why: &str) {
        self.why.get_or_init(|| why.to_owned());
        self.token.cancel();
    }

    /// Says whether the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns why, if it was.
    pub fn why(&self) -> Option<String> {
        self.why.get().cloned()
    }

    /// Waits until the job is asked to stop. Cancel-safe.
    pub async fn asked(&self) {
        self.token.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_described_by_its_time_its_rate_and_what_is_left() {
        let of = |phase, done, total, seconds| {
            let progress = Progress {
                phase,
                subject: String::new(),
                done,
                total,
            };
            progress.pace(Duration::from_millis(seconds))
        };
        assert_eq!(of(Phase::Write, 500, 1_000, 999), "");
        assert_eq!(of(Phase::Compare, 0, 0, 3_500), "3 s");
        assert_eq!(of(Phase::Write, 500, 1_000, 1_000), "1 s, 500/s");
        assert_eq!(
            of(Phase::Write, 500, 1_750, 2_000),
            "2 s, 250/s, about 5 s left"
        );
        assert_eq!(of(Phase::Write, 500, 500, 2_000), "2 s, 250/s");
        assert_eq!(
            of(Phase::Fetch, 3_000_000, 900_000_000, 2_000),
            "2 s, 1.5 MB/s, about 9 min left"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everyone_who_waits_is_notified_that_a_job_is_to_stop() {
        for _ in 0..100 {
            let cancel = Cancel::new();
            let wait = |cancel: Cancel| tokio::spawn(async move { cancel.asked().await });
            let waiting: Vec<_> = (0..4).map(|_| wait(cancel.clone())).collect();
            cancel.cancel("test");
            for waiter in waiting {
                waiter.await.unwrap();
            }
            cancel.asked().await;
            assert_eq!(cancel.why().as_deref(), Some("test"));
        }
    }
}
