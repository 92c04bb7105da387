//! Where arguments are read from: standard input, once; pipes, as long as nobody stops it; and the
//! log, of which the latest days are kept.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::gatediff::{Ran, command};
use crate::support::sample::{Sample, sample};
use crate::support::site::Site;
use crate::support::wait;

/// A file of sp-config with a source whose owner is to be mapped.
fn sources() -> String {
    let owner = json!({"type": "IDENTITY", "id": "1".repeat(32), "name": "Ann"});
    let object = json!({"id": "2".repeat(32), "name": "s", "type": "Delimited", "owner": owner});
    let source = json!({"version": 1, "self": {"id": "2".repeat(32), "type": "SOURCE", "name": "s"}, "object": object});
    json!({"version": 1, "timestamp": "2026-01-01T00:00:00Z", "tenant": "t", "options": {}, "objects": [source]})
        .to_string()
}

fn world() -> Sample {
    sample().client("a", json!({}))
}

/// Runs the binary in a directory with a file as standard input.
fn run(home: &Path, input: &str, args: &[&str]) -> Ran {
    let mut command = command(home);
    let input = File::open(home.join(input)).unwrap();
    Ran::of(
        command
            .current_dir(home)
            .args(args)
            .stdin(Stdio::from(input)),
    )
}

#[test]
fn standard_input_is_read_for_one_argument_only() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file.json"), sources()).unwrap();
    std::fs::write(home.path().join("mapping.json"), "[]").unwrap();
    let args = ["validate", "-", "--mapping", "-"];
    let ran = run(home.path(), "mapping.json", &args);
    assert_eq!(ran.code, Some(64), "{}{}", ran.stdout, ran.stderr);
    for part in [
        "standard input can be read only once",
        "name a file for one of them",
    ] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    let args = ["validate", "file.json", "--mapping", "-"];
    let mapped = run(home.path(), "mapping.json", &args);
    assert_eq!(mapped.code, Some(0), "{}{}", mapped.stdout, mapped.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_and_applied_from_standard_input() {
    let site = Site::new(&sample()).await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file.json"), world().export()).unwrap();
    let url = site.db.url();
    let saved = [
        "plan",
        "file.json",
        "--out",
        "saved",
        "--database-url",
        &url,
    ];
    let saved = run(home.path(), "file.json", &saved);
    assert_eq!(saved.code, Some(2), "{}{}", saved.stdout, saved.stderr);
    let named = run(
        home.path(),
        "file.json",
        &["show", "saved", "--database-url", &url],
    );
    let given = run(home.path(), "saved", &["show", "-", "--database-url", &url]);
    assert_eq!(
        (given.code, &given.stdout),
        (named.code, &named.stdout),
        "{}",
        given.stderr
    );
    let args = ["apply", "-", "--yes", "--database-url", &url];
    let applied = run(home.path(), "saved", &args);
    assert_eq!(
        applied.code,
        Some(0),
        "{}{}",
        applied.stdout,
        applied.stderr
    );
    assert_eq!(site.column("tsmp_client", "client_id", "true").await, ["a"]);
}

#[test]
fn waiting_for_a_pipe_that_nobody_writes_can_be_interrupted() {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    for args in [
        &["validate", "pipe"] as &[&str],
        &[
            "plan",
            "pipe",
            "--database-url",
            "postgresql://u@127.0.0.1:1/d",
        ],
        &[
            "apply",
            "pipe",
            "--yes",
            "--database-url",
            "postgresql://u@127.0.0.1:1/d",
        ],
        &["diff", "pipe", "pipe"],
        &["show", "pipe"],
    ] {
        let mut command = command(home.path());
        let command = command.current_dir(home.path()).args(args);
        let quiet = command.stderr(Stdio::null()).stdout(Stdio::null());
        let mut child = quiet.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "{args:?} waits");
        // Ctrl-C is ignored where the tests run in the background.
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        wait::until("it ends", || child.try_wait().unwrap().is_some());
        let status = child.wait().unwrap();
        let is_killed = status.signal() == Some(Signal::TERM.as_raw());
        assert!(
            is_killed || status.code() == Some(143),
            "{args:?}: {status}"
        );
    }
}

#[test]
fn the_log_of_fourteen_days_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join(".local/state/gatediff/log");
    std::fs::create_dir_all(&log).unwrap();
    for day in 1..=20 {
        std::fs::write(log.join(format!("gatediff.2025-01-{day:02}.log")), "old").unwrap();
        // The age counts, not the name.
        std::thread::sleep(Duration::from_millis(5));
    }
    std::fs::write(log.join("notes.txt"), "not a log").unwrap();
    std::fs::write(home.path().join("file.json"), sources()).unwrap();
    let ran = run(home.path(), "file.json", &["validate", "-"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&log).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let kept = names();
    assert!(kept.contains(&"notes.txt".to_owned()), "{kept:?}");
    let logs: Vec<&String> = kept
        .iter()
        .filter(|name| name.starts_with("gatediff."))
        .collect();
    assert_eq!(logs.len(), 14, "{logs:?}");
    assert!(
        !logs.contains(&&"gatediff.2025-01-01.log".to_owned()),
        "{logs:?}"
    );
}
