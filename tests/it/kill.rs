//! The program is killed or told to stop at random moments: the database is as
//! before or as after, and the ledger agrees.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::cases::cases;
use crate::support::import::Import;
use crate::support::jobs::chance;
use crate::support::pg::TestDb;

/// Tries in every run of the tests.
const TRIES: usize = 10;

/// How many clients the files bring.
const SIZES: [i64; 3] = [10, 30, 80];

async fn imports() -> Vec<Import> {
    let mut imports = Vec::new();
    for size in SIZES {
        imports.push(Import::new(size).await);
    }
    imports
}

/// A moment of an import, or soon after it: all are as likely, but for one in
/// four, which is late, since a busy machine takes longer than it took at first.
fn moment(chance: &mut fastrand::Rng, import: &Import) -> Duration {
    let part = if chance.u32(0..4) == 0 {
        0.8 + chance.f64() * 1.2
    } else {
        chance.f64() * 1.2
    };
    import.takes.mul_f64(part)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_the_database_is_as_before_or_as_after_and_the_ledger_agrees() {
    let mut chance = chance("kill -9");
    let imports = imports().await;
    let mut after = 0;
    for number in 0..cases(TRIES) {
        let import = &imports[number % imports.len()];
        let moment = moment(&mut chance, import);
        let end = import
            .disturb(TestDb::url, |child| {
                sleep(moment);
                child.kill().unwrap();
            })
            .await;
        after += usize::from(end.came_through);
    }
    let before = cases(TRIES) - after;
    println!(
        "kill -9 at {} moments: {before} ended before, {after} after",
        before + after
    );
    assert!(
        cases(TRIES) < 100 || (before > 0 && after > 0),
        "the moments are not random"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reported_to_stop_at_any_moment_it_ends_with_130_and_nothing_written_or_is_done() {
    let mut chance = chance("signals");
    let imports = imports().await;
    let (mut after, mut early) = (0, 0);
    for number in 0..cases(TRIES) {
        let import = &imports[number % imports.len()];
        let signal = [Signal::TERM, Signal::INT, Signal::HUP][number % 3];
        let moment = moment(&mut chance, import);
        let end = import
            .disturb(TestDb::url, |child| {
                sleep(moment);
                kill_process(Pid::from_child(child), signal).unwrap();
            })
            .await;
        after += usize::from(end.came_through);
        if end.status.code().is_none() && !end.came_through {
            // Before the program could say what it wants to do about signals.
            early += 1;
            continue;
        }
        let document = end.document();
        let described = if end.came_through {
            (Some(0), json!("ok"))
        } else {
            (Some(130), json!("error"))
        };
        assert_eq!(
            (end.status.code(), document["status"].clone()),
            described,
            "{document}"
        );
    }
    let before = cases(TRIES) - after;
    println!(
        "signals at {} moments: {before} ended before ({early} of them early), {after} after",
        before + after
    );
    assert!(
        cases(TRIES) < 100 || (before > 0 && after > 0),
        "the moments are not random"
    );
}
