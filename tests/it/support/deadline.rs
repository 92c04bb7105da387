//! A deadline for every test: a run of the tests always comes to its end.
//!
//! Whatever a test can wait for begins here ([`begin`]): a database, the real
//! binary, a terminal. A test that takes longer than its deadline is named, and
//! the programs that it has started are killed, which ends most waiting. If it
//! does not end even then, the whole run does.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long one test may take, unless `GATEDIFF_TEST_DEADLINE` says otherwise.
const DEADLINE: Duration = Duration::from_secs(600);

/// How long a test is given to fail when its programs were killed.
const GRACE: Duration = Duration::from_secs(20);

/// The variable by which a program knows, and is known by, the test that started it.
pub(crate) const MARK: &str = "GATEDIFF_TEST_MARK";

static RUNNING: Mutex<BTreeMap<u64, Running>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// The test that runs on this thread; over when the thread is.
    static TEST: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

struct Running {
    name: String,
    since: Instant,
    is_killed: bool,
}

struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {
        running().remove(&self.0);
    }
}

fn running() -> MutexGuard<'static, BTreeMap<u64, Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn deadline() -> Duration {
    let seconds = std::env::var("GATEDIFF_TEST_DEADLINE")
        .ok()
        .and_then(|text| text.parse().ok());
    seconds.map_or(DEADLINE, Duration::from_secs)
}

/// Gives the test that runs on this thread its deadline, from its first call
/// on; returns the mark of its programs. On threads of its own it does nothing.
pub(crate) fn begin() -> Option<String> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static MONITORING: Once = Once::new();
    // The tests' threads have the tests' names. With --test-threads=1 there is
    // only the main one, on which each test begins anew.
    let name = thread::current().name()?.to_owned();
    let is_main = name == "main";
    if !is_main && !name.contains("::") {
        return None;
    }
    MONITORING.call_once(|| {
        thread::spawn(monitor);
    });
    TEST.with_borrow_mut(|test| {
        if is_main {
            *test = None;
        }
        let guard = test.get_or_insert_with(|| {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            running().insert(
                id,
                Running {
                    name,
                    since: Instant::now(),
                    is_killed: false,
                },
            );
            Guard(id)
        });
        Some(format!("{}-{}", std::process::id(), guard.0))
    })
}

/// Looks after the tests that run.
fn monitor() {
    let deadline = deadline();
    let grace = GRACE.min(deadline * 5);
    loop {
        thread::sleep(Duration::from_millis(200));
        let mut late = Vec::new();
        for (id, test) in running().iter_mut() {
            let over = test.since.elapsed();
            if over > deadline + grace {
                say(&format!("test {} does not end, so the run does", test.name));
                end();
            }
            if over > deadline && !test.is_killed {
                test.is_killed = true;
                let seconds = deadline.as_secs();
                say(&format!(
                    "test {} has passed its deadline of {seconds} s: killing its programs",
                    test.name
                ));
                late.push(*id);
            }
        }
        late.into_iter().for_each(kill);
    }
}

/// Past the capture of the tests' output.
fn say(text: &str) {
    std::io::stderr()
        .write_all(format!("\n{text}\n").as_bytes())
        .ok();
}

#[expect(clippy::exit, reason = "a thread that hangs cannot be ended otherwise")]
fn end() -> ! {
    std::process::exit(101)
}

/// Kills the programs that a test has started.
fn kill(id: u64) {
    let mark = format!("{MARK}={}-{id}", std::process::id());
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return;
    };
    for process in processes.flatten() {
        let Some(pid) = process
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        if environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
            && let Some(pid) = Pid::from_raw(pid)
        {
            kill_process(pid, Signal::KILL).ok();
        }
    }
}
