//! An import by the real binary that something is going to happen to.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use gatediff::job;
use gatediff::store::Timeouts;
use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

use super::gatediff::command;
use super::jobs::{done, rows, wait_until_left_alone};
use super::pg::TestDb;
use super::sample::Sample;
use super::site::Site;
use crate::digirunner_statements::{clients, shared};

type Rows = BTreeMap<String, Vec<Value>>;

/// An import that is going to be disturbed.
pub(crate) struct Import {
    target: Sample,
    file: NamedTempFile,
    before: Rows,
    after: Rows,
    /// How long it takes when nobody disturbs it.
    pub(crate) takes: Duration,
    /// Whether our schema is there before.
    pub(crate) is_initialised: bool,
    home: TempDir,
}

/// How a disturbed import ended.
pub(crate) struct End {
    /// Whether the database is as after it, and else as before it.
    pub(crate) came_through: bool,
    pub(crate) status: ExitStatus,
    stdout: Vec<u8>,
}

impl End {
    /// Returns what was printed, which has to be one document.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.status))
    }
}

impl Import {
    /// Does it once, for so many clients; half of them are there already. Each
    /// brings a row of every table.
    pub(crate) async fn new(size: i64) -> Self {
        let target = clients(shared(), 0, size / 2, "old");
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(clients(shared(), 0, size, "new").export().as_bytes())
            .unwrap();
        let site = Site::new(&target).await;
        let mut import = Self {
            before: rows(&site).await,
            after: Rows::new(),
            takes: Duration::ZERO,
            is_initialised: false,
            home: tempfile::tempdir().unwrap(),
            target,
            file,
        };
        let begun = Instant::now();
        let ended = import.start(&site.db.url()).wait_with_output().unwrap();
        import.takes = begun.elapsed();
        assert!(
            ended.status.success(),
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
        import.after = rows(&site).await;
        assert_ne!(import.before, import.after);
        import
    }

    fn start(&self, url: &str) -> Child {
        command(self.home.path())
            .args([
                "apply",
                self.file.path().to_str().unwrap(),
                "--cover",
                "all",
                "--yes",
            ])
            .args(["--output", "json", "--database-url", url])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts it again on a database as before, at an address, and lets something
    /// happen to it. The database has to be as before or as after, and the ledger to agree.
    pub(crate) async fn disturb(
        &self,
        address: impl FnOnce(&TestDb) -> String,
        happen: impl FnOnce(&mut Child),
    ) -> End {
        let site = Site::new(&self.target).await;
        if self.is_initialised {
            job::init(&site.target(), Timeouts::default())
                .await
                .unwrap();
        }
        let mut child = self.start(&address(&site.db));
        happen(&mut child);
        let ended = child.wait_with_output().unwrap();
        tokio::task::block_in_place(|| wait_until_left_alone(&site.db));
        let came_through = self.came_through(&site).await;
        End {
            came_through,
            status: ended.status,
            stdout: ended.stdout,
        }
    }

    /// Says whether a database is as after it. Else it has to be as before it,
    /// and the ledger has to agree.
    async fn came_through(&self, site: &Site) -> bool {
        let left = rows(site).await;
        let came_through = left == self.after;
        assert!(
            came_through || left == self.before,
            "neither before nor after: {}",
            different(&left, self)
        );
        assert_eq!(
            done(&site.db).await.len(),
            usize::from(came_through),
            "the ledger does not agree"
        );
        came_through
    }
}

/// Names the tables that are as neither.
fn different(left: &Rows, import: &Import) -> String {
    let differs = |(table, rows): &(&String, &Vec<Value>)| {
        import.before.get(*table) != Some(*rows) && import.after.get(*table) != Some(*rows)
    };
    left.iter()
        .filter(differs)
        .map(|(table, rows)| format!("{table}: {} rows\n", rows.len()))
        .collect()
}
