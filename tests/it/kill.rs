//! The program is killed or told to stop at random moments: the database is as
//! before or as after, and the ledger agrees.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

use crate::digirunner_statements::{clients, shared};
use crate::support::gatediff::command;
use crate::support::jobs::{cases, chance, done, rows, wait_until_left_alone};
use crate::support::site::Site;
use crate::support::world::World;

/// Tries in every run of the tests.
const TRIES: usize = 20;

/// How many clients the files bring; each brings a row of every table, and half of them are there.
const SIZES: [i64; 3] = [20, 60, 200];

type Rows = BTreeMap<String, Vec<Value>>;

/// An import that is going to be disturbed.
struct Import {
    target: World,
    file: NamedTempFile,
    before: Rows,
    after: Rows,
    /// How long it takes when nobody disturbs it.
    takes: Duration,
    home: TempDir,
}

impl Import {
    /// Does it once.
    async fn new(size: i64) -> Self {
        let target = clients(shared(), 0, size / 2, "old");
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(clients(shared(), 0, size, "new").export().as_bytes()).unwrap();
        let site = Site::new(&target).await;
        let mut import = Self {
            before: rows(&site).await,
            after: Rows::new(),
            takes: Duration::ZERO,
            home: tempfile::tempdir().unwrap(),
            target,
            file,
        };
        let begun = Instant::now();
        let ended = import.start(&site).wait_with_output().unwrap();
        import.takes = begun.elapsed();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        import.after = rows(&site).await;
        assert_ne!(import.before, import.after);
        import
    }

    fn start(&self, site: &Site) -> Child {
        let mut command: Command = command(self.home.path());
        command
            .args(["apply", self.file.path().to_str().unwrap(), "--cover", "all", "--yes"])
            .args(["--output", "json", "--database-url", &site.db.url()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts it again on a database as before, and lets something happen to
    /// it; says whether it came through, which the ledger has to confirm.
    async fn disturb(&self, happen: impl FnOnce(&mut Child)) -> (bool, ExitStatus, Vec<u8>) {
        let site = Site::new(&self.target).await;
        let mut child = self.start(&site);
        happen(&mut child);
        let ended = child.wait_with_output().unwrap();
        tokio::task::block_in_place(|| wait_until_left_alone(&site.db));
        let left = rows(&site).await;
        let came_through = left == self.after;
        assert!(came_through || left == self.before, "neither before nor after: {}", different(&left, self));
        let jobs = done(&site.db).await;
        assert_eq!(jobs.len(), usize::from(came_through), "the ledger does not agree");
        (came_through, ended.status, ended.stdout)
    }
}

/// Names the tables that are as neither.
fn different(left: &Rows, import: &Import) -> String {
    let differs = |(table, rows): &(&String, &Vec<Value>)| {
        import.before.get(*table) != Some(*rows) && import.after.get(*table) != Some(*rows)
    };
    left.iter().filter(differs).map(|(table, rows)| format!("{table}: {} rows\n", rows.len())).collect()
}

async fn imports() -> Vec<Import> {
    let mut imports = Vec::new();
    for size in SIZES {
        imports.push(Import::new(size).await);
    }
    imports
}

/// A moment of an import, or soon after it: all are as likely.
fn moment(chance: &mut fastrand::Rng, import: &Import) -> Duration {
    import.takes.mul_f64(chance.f64() * 1.4)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_the_database_is_as_before_or_as_after_and_the_ledger_agrees() {
    let mut chance = chance("kill -9");
    let imports = imports().await;
    let mut after = 0;
    for number in 0..cases(TRIES) {
        let import = &imports[number % imports.len()];
        let moment = moment(&mut chance, import);
        let (came_through, _, _) = import
            .disturb(|child| {
                sleep(moment);
                child.kill().unwrap();
            })
            .await;
        after += usize::from(came_through);
    }
    let before = cases(TRIES) - after;
    println!("kill -9 at {} moments: {before} ended before, {after} after", before + after);
    assert!(cases(TRIES) < 100 || (before > 0 && after > 0), "the moments are not random");
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_at_any_moment_it_ends_with_130_and_nothing_written_or_is_done() {
    let mut chance = chance("signals");
    let imports = imports().await;
    let (mut after, mut early) = (0, 0);
    for number in 0..cases(TRIES) {
        let import = &imports[number % imports.len()];
        let signal = [Signal::TERM, Signal::INT, Signal::HUP][number % 3];
        let moment = moment(&mut chance, import);
        let (came_through, status, stdout) = import
            .disturb(|child| {
                sleep(moment);
                kill_process(Pid::from_child(child), signal).unwrap();
            })
            .await;
        after += usize::from(came_through);
        if status.code().is_none() && !came_through {
            // Before the program could say what it wants to do about signals.
            early += 1;
            continue;
        }
        let document: Value = serde_json::from_slice(&stdout).unwrap();
        let told = if came_through { (Some(0), json!("ok")) } else { (Some(130), json!("error")) };
        assert_eq!((status.code(), document["status"].clone()), told, "{document}");
    }
    let before = cases(TRIES) - after;
    println!(
        "signals at {} moments: {before} ended before ({early} of them early), {after} after",
        before + after
    );
    assert!(cases(TRIES) < 100 || (before > 0 && after > 0), "the moments are not random");
}
