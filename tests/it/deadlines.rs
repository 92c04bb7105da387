//! Tests that hang: they are named, and the run comes to its end.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::deadline;

/// Whether this is a run of [`run`], and not somebody who runs all that is ignored.
fn is_wanted() -> bool {
    deadline::deadline() <= Duration::from_secs(1)
}

#[test]
#[ignore = "hangs; the tests below run it"]
fn hangs() {
    while is_wanted() {
        deadline::begin();
        std::thread::park();
    }
}

#[test]
#[ignore = "hangs until its program is killed; the tests below run it"]
fn waits_for_a_program() {
    if is_wanted() {
        let mark = deadline::begin().unwrap();
        let mut child = Command::new("sleep")
            .arg("600")
            .env(deadline::MARK, mark)
            .spawn()
            .unwrap();
        assert!(child.wait().unwrap().success(), "it was killed");
    }
}

/// Runs one test by this very program, with a deadline of a second.
fn run(name: &str) -> String {
    deadline::begin();
    let begun = Instant::now();
    // Two threads, so that the test has one of its name.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", name, "--test-threads", "2"])
        .env("GATEDIFF_TEST_DEADLINE", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(120));
    assert_eq!(output.status.code(), Some(101));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_test_that_hangs_is_named_and_the_run_ends() {
    let text = run("deadlines::hangs");
    assert!(
        text.contains("test deadlines::hangs has passed its deadline of 1 s"),
        "{text}"
    );
    assert!(
        text.contains("test deadlines::hangs does not end"),
        "{text}"
    );
}

#[test]
fn a_test_whose_program_hangs_fails_alone() {
    let text = run("deadlines::waits_for_a_program");
    assert!(
        text.contains("test deadlines::waits_for_a_program has passed its deadline of 1 s"),
        "{text}"
    );
    assert!(
        text.contains("it was killed") && text.contains("1 failed"),
        "{text}"
    );
}
