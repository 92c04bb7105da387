//! A private PostgreSQL, its databases, and `psql` on them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub(crate) use crate::server::server;

/// A database, dropped at its end. The name is the one that the tests' proxy knows it by.
#[derive(Debug)]
pub(crate) struct TestDb {
    name: String,
}

impl TestDb {
    /// Makes an empty database.
    pub(crate) fn new() -> Self {
        Self::made("template0")
    }

    /// Makes a copy of this one, which nobody may be connected to.
    pub(crate) fn copy(&self) -> Self {
        Self::made(&self.name)
    }

    fn made(source: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("bench_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // Copying by way of the log, as newer servers do, takes longer than the files.
        let strategy = match server().programs().major() {
            15.. => "STRATEGY file_copy",
            _ => "",
        };
        psql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE {source} {strategy};"),
        );
        Self { name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        server().url(&self.name)
    }

    /// Runs a script of psql's and returns what it prints, unaligned.
    pub(crate) fn psql(&self, script: &str) -> String {
        psql(&self.name, script)
    }

    /// Runs a script of psql's whose output goes nowhere; returns the time that the process took.
    pub(crate) fn time(&self, script: &str) -> Duration {
        let file = script_file(script);
        let begun = Instant::now();
        let status = command(&self.name, file.path())
            .stdout(Stdio::null())
            .status();
        let took = begun.elapsed();
        assert!(
            status.is_ok_and(|status| status.success()),
            "psql failed in {script}"
        );
        took
    }

    /// Lets the server write what is due, and count its rows, as the autovacuum of a running one
    /// does, so that it does not while something is measured.
    pub(crate) fn settle(&self) {
        self.psql("ANALYZE; CHECKPOINT;");
    }

    /// Returns the number of the job that came last.
    pub(crate) fn last_job(&self) -> String {
        self.psql("SELECT max(job_id) FROM gatediff.jobs;")
            .trim()
            .to_owned()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE);", self.name);
        let file = script_file(&sql);
        command("postgres", file.path())
            .stdout(Stdio::null())
            .status()
            .ok();
    }
}

fn script_file(script: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(script.as_bytes())
        .expect("a script is written");
    file
}

fn psql(database: &str, script: &str) -> String {
    let file = script_file(script);
    let output = command(database, file.path()).output().expect("psql runs");
    assert!(output.status.success(), "psql failed in {script}");
    String::from_utf8(output.stdout).expect("psql prints text")
}

fn command(database: &str, script: &Path) -> Command {
    let own = server().programs().bin().join("psql");
    let mut command = Command::new(if own.exists() {
        own.as_path()
    } else {
        Path::new("psql")
    });
    command
        .args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
        ])
        .arg("--dbname")
        .arg(server().url(database))
        .arg("--file")
        .arg(script)
        .stdin(Stdio::null());
    command
}
