//! The progress of a job on stderr: one line, if stderr is a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::print::{column, width};
use crate::engine::display::safe;
use crate::job::{Latest, Phase, Progress, Reporter};

/// Jobs that end sooner show no progress.
const DELAY: Duration = Duration::from_millis(250);

/// The shortest time between two writes.
const PACE: Duration = Duration::from_millis(100);

/// Goes to the start of the line and erases it.
const ERASE: &str = "\r\u{1b}[K";

/// A line that is rewritten while a job runs, and gone when it has ended.
pub(crate) struct ProgressLine {
    latest: Arc<Mutex<Option<Latest>>>,
    drawing: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl ProgressLine {
    /// Starts, if stderr is a terminal that can erase a line.
    pub(crate) fn begin() -> Self {
        let latest: Arc<Mutex<Option<Latest>>> = Arc::default();
        let can_erase = std::env::var("TERM").is_ok_and(|term| term != "dumb");
        let drawing = (can_erase && io::stderr().is_terminal()).then(|| {
            let (finish, finished) = oneshot::channel();
            (finish, tokio::spawn(draw(Arc::clone(&latest), finished)))
        });
        Self { latest, drawing }
    }

    /// Returns the reporter for the job's progress.
    pub(crate) fn reporter(&self) -> Reporter {
        let latest = Arc::clone(&self.latest);
        let is_drawn = self.drawing.is_some();
        Reporter::new(move |progress| {
            if let Ok(mut latest) = latest.lock() {
                let before = latest.as_ref();
                if !is_drawn && is_announced(&progress, before.map(|step| &step.progress)) {
                    write(&format!("{}\n", safe(&describe(&progress))));
                }
                *latest = Some(Latest::after(before, progress));
            }
        })
    }

    /// Erases the line. Await it before anything else is printed.
    pub(crate) async fn end(self) {
        if let Some((finish, drawing)) = self.drawing {
            // It ends by itself if the message is lost.
            let _ = finish.send(());
            let _ = drawing.await;
        }
    }
}

/// Returns whether a step is worth a line where none can be rewritten: a download may take
/// minutes, and is said once.
fn is_announced(progress: &Progress, before: Option<&Progress>) -> bool {
    progress.phase == Phase::Fetch
        && progress.done == 0
        && !progress.subject.is_empty()
        && before != Some(progress)
}

/// Rewrites the line until it is asked to stop.
async fn draw(latest: Arc<Mutex<Option<Latest>>>, mut finished: oneshot::Receiver<()>) {
    tokio::select! {
        () = sleep(DELAY) => {}
        _ = &mut finished => return,
    }
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = String::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut finished => break,
            _ = pace.tick() => {}
        }
        let line = latest
            .lock()
            .ok()
            .and_then(|latest| latest.as_ref().map(line))
            .unwrap_or_default();
        if line != shown {
            write(&format!("{ERASE}{}", fit(&line)));
            shown = line;
        }
    }
    if !shown.is_empty() {
        write(ERASE);
    }
}

/// In one write, so that another program's output does not split it.
fn write(text: &str) {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes())
        .and_then(|()| err.flush())
        .ok();
}

/// Cuts a line to the terminal: a line that wraps cannot be erased.
fn fit(line: &str) -> String {
    let columns = width(rustix::stdio::stderr()).unwrap_or(80);
    column(line, columns.saturating_sub(1))
        .trim_end()
        .to_owned()
}

/// Formats a step, and how its phase gets on.
fn line(step: &Latest) -> String {
    let mut text = describe(&step.progress);
    let pace = step.pace();
    if !pace.is_empty() {
        text.push_str(&format!(", {pace}"));
    }
    text
}

/// Formats the progress of a job.
fn describe(progress: &Progress) -> String {
    let mut text = progress.phase.label().to_owned();
    if progress.phase == Phase::Fetch {
        text.push_str(&bytes(progress.done, progress.total));
    } else if progress.total > 0 {
        text.push_str(&format!(" {}/{}", progress.done, progress.total));
    } else if progress.done > 0 {
        text.push_str(&format!(" {}", progress.done));
    }
    if !progress.subject.is_empty() {
        text.push_str(&format!(" {}", progress.subject));
    }
    text
}

/// Formats how much of a download is done.
fn bytes(done: usize, total: usize) -> String {
    let megabytes = |bytes: usize| format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10);
    match (done, total) {
        (0, _) => String::new(),
        (done, 0) => format!(" {} MB", megabytes(done)),
        (done, total) => format!(
            " {} of {} MB, {}%",
            megabytes(done),
            megabytes(total),
            done.saturating_mul(100) / total
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_is_shown_in_bytes_and_announced_once() {
        let step = |subject: &str, done, total| Progress {
            phase: Phase::Fetch,
            subject: subject.to_owned(),
            done,
            total,
        };
        let text = "fetching PostgreSQL from https://mirror";
        let begin = step("from https://mirror", 0, 0);
        assert_eq!(describe(&begin), text);
        assert_eq!(
            describe(&step("", 12_340_000, 31_000_000)),
            "fetching PostgreSQL 12.3 of 31.0 MB, 39%"
        );
        assert_eq!(
            describe(&step("unpacked", 900_000, 0)),
            "fetching PostgreSQL 0.9 MB unpacked"
        );
        assert!(is_announced(&begin, None));
        assert!(!is_announced(&begin, Some(&begin)));
        assert!(!is_announced(&step("unpacked", 900_000, 0), Some(&begin)));
    }

    #[test]
    fn a_step_is_reported_on_one_line() {
        let step = |done, total, subject: &str| Progress {
            phase: Phase::Snapshot,
            subject: subject.to_owned(),
            done,
            total,
        };
        assert_eq!(describe(&step(0, 0, "")), "reading the target");
        assert_eq!(
            describe(&step(3, 24, "tsmp_client")),
            "reading the target 3/24 tsmp_client"
        );
        assert_eq!(
            fit(&describe(&step(3, 0, "a\nb"))),
            "reading the target 3 a⏎b"
        );
    }
}
