use std::collections::VecDeque;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::future::BoxFuture;
use ratatui::layout::Size;
use tokio::sync::Notify;

use super::*;
use crate::engine::rule::Scope;
use crate::engine::{Approved, Choices, ItemId, TargetItem};
use crate::job::{
    self, Against, Cancel, Compared, Failure, FailureKind, FileTarget, ImportOptions, JobRecord,
    Known, Launcher, Loaded, Opened, Output, Phase, Receipt, Rehearsal, Reporter, Session, Sides,
    Undone,
};
use crate::scopes::{Edit, Edited, ScopeFinding};
use crate::store::{LedgerPlace, Timeouts};
use crate::tui::effect::{ApplyHow, EffectId};
use crate::tui::exit::Exit;
use crate::tui::keys::Key;
use crate::tui::msg::Msg;
use crate::tui::runtime::event_loop::REST;
use crate::tui::runtime::interface::{Extent, Outside, Screen, Source, draw};
use crate::tui::runtime::signals::{Arrived, Signal};
use crate::tui::runtime::terminal::Suspension;
use crate::tui::subject::{Reviewed, Scoped};
use crate::tui::tests::support::*;
use crate::tui::view::view;

/// Counts bytes and writes.
#[derive(Clone, Default)]
struct Counter {
    bytes: Arc<AtomicUsize>,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Counter {
    fn taken(&self) -> usize {
        self.bytes.swap(0, Ordering::SeqCst)
    }
}

mod budget {
    use super::*;

    /// Draws after a script and returns how many bytes went out.
    fn bytes(
        app: &mut App,
        terminal: &mut Terminal<Counter>,
        counter: &Counter,
        script: &str,
    ) -> usize {
        counter.taken();
        keys(app, script);
        terminal.draw(|frame| view(app, frame)).unwrap();
        counter.taken()
    }

    #[test]
    fn a_move_costs_less_than_what_follows_it() {
        let mut app = sampled(120, 40);
        let counter = Counter::default();
        let mut terminal = Terminal::on(counter.clone(), Size::new(120, 40)).unwrap();
        let mut sent = |app: &App, extent| {
            counter.taken();
            draw(&mut terminal, app, extent).unwrap();
            counter.taken()
        };
        sent(&app, Extent::All);
        for script in ["j", "1", "j", "G", "k"] {
            keys(&mut app, script);
            if script == "1" {
                sent(&app, Extent::All);
                continue;
            }
            let moved = sent(&app, Extent::Cursor);
            assert!((1..800).contains(&moved), "{script}: {moved}");
            assert!(sent(&app, Extent::All) > 0, "{script}: the panes follow");
            assert_eq!(sent(&app, Extent::All), 0, "{script}");
        }
    }

    #[test]
    fn frames_stay_within_their_bytes() {
        for (width, height, first, item) in [
            (80, 24, 6_000, 2_000),
            (120, 40, 10_000, 3_000),
            (200, 60, 20_000, 4_000),
        ] {
            let mut app = sampled(width, height);
            let counter = Counter::default();
            let mut terminal = Terminal::on(counter.clone(), Size::new(width, height)).unwrap();
            let mut sent = |script: &str| bytes(&mut app, &mut terminal, &counter, script);
            let whole = sent("");
            assert!(whole <= first, "first frame: {whole}");
            assert_eq!(sent(""), 0, "an idle frame writes nothing");
            let moved = sent("3 j").min(sent("j"));
            assert!(moved <= 400, "cursor in the detail: {moved}");
            let pane = sent("2");
            assert!(pane <= 1_500, "another pane: {pane}");
            let other = sent("j");
            assert!(other <= item, "another item: {other}");
        }
    }
}

/// What the loop did with the screen.
#[derive(Default)]
struct Log {
    frames: Vec<String>,
    extents: Vec<Extent>,
    copied: Vec<String>,
    suspended: usize,
}

/// A screen that records what is drawn on it.
struct Pretended {
    log: Arc<Mutex<Log>>,
    is_gone: bool,
}

impl Screen for Pretended {
    fn draw(&mut self, app: &App, extent: Extent) -> io::Result<()> {
        if self.is_gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let state = match (&app.review, &app.job, app.modals.last()) {
            (_, _, Some(modal)) => match modal.lines().first().map(crate::tui::widget::Line::plain)
            {
                Some(first) if first == TAKEN => first,
                _ => modal.title.clone(),
            },
            (_, Some(job), _) => format!("{:?}", job.work),
            (_, None, None) if app.chooser.is_some() => "choosing".to_owned(),
            (Some(review), None, None) if review.subject.platform != "sample" => {
                format!("review of {}", review.subject.file)
            }
            (Some(_), None, None) => "review".to_owned(),
            (None, None, None) => "empty".to_owned(),
        };
        let mut log = self.log.lock().unwrap();
        log.frames.push(state);
        log.extents.push(extent);
        Ok(())
    }

    fn redraw_all(&mut self) {}

    fn suspend(&mut self) -> io::Result<Suspension> {
        self.log.lock().unwrap().suspended += 1;
        Ok(Suspension::Resumed)
    }

    fn resume(&mut self) -> io::Result<Suspension> {
        Ok(Suspension::Resumed)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.log.lock().unwrap().copied.push(text.to_owned());
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((80, 24))
    }
}

/// Keys that are sent once the screen shows what they are meant for; after a `"`
/// letters, and Enter.
struct Script {
    steps: VecDeque<(&'static str, &'static str)>,
    log: Arc<Mutex<Log>>,
    queued: VecDeque<KeyEvent>,
}

impl Script {
    fn fill(&mut self) {
        let seen = self.log.lock().unwrap().frames.last().cloned();
        if self
            .steps
            .front()
            .is_some_and(|(frame, _)| seen.as_deref() == Some(*frame))
        {
            let (_, keys) = self.steps.pop_front().unwrap();
            if let Some(text) = keys.strip_prefix('"') {
                let typed = text.chars().map(KeyCode::Char).chain([KeyCode::Enter]);
                self.queued
                    .extend(typed.map(|code| KeyEvent::new(code, KeyModifiers::NONE)));
                return;
            }
            for key in Key::parse_all(keys).unwrap() {
                let modifiers = if key.ctrl {
                    KeyModifiers::CONTROL
                } else {
                    KeyModifiers::NONE
                };
                self.queued.push_back(KeyEvent::new(key.code, modifiers));
            }
        }
    }

    fn pop(&mut self) -> Option<io::Result<Arrived>> {
        let event = self.queued.pop_front()?;
        Some(Ok(Arrived {
            read: Instant::now(),
            event: Event::Key(event),
        }))
    }
}

impl Source for Script {
    async fn next(&mut self) -> io::Result<Arrived> {
        loop {
            self.fill();
            if let Some(event) = self.pop() {
                return event;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn try_next(&mut self) -> Option<io::Result<Arrived>> {
        self.pop()
    }
}

/// A signal that comes once the screen shows something.
struct Later {
    when: Option<(&'static str, Signal)>,
    log: Arc<Mutex<Log>>,
}

impl Outside for Later {
    async fn next(&mut self) -> Signal {
        loop {
            let seen = self.log.lock().unwrap().frames.last().cloned();
            if let Some((frame, signal)) = self
                .when
                .filter(|(frame, _)| seen.as_deref() == Some(*frame))
            {
                self.when = None;
                let _ = frame;
                return signal;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Why the first path cannot be written.
const TAKEN: &str = "a file is there already";

/// A backend that answers at once, or waits until it is let go or cancelled.
#[derive(Default)]
struct Pretending {
    waits: bool,
    let_go: Arc<Notify>,
    finished: Arc<AtomicUsize>,
    calls: AtomicUsize,
    saved: Mutex<Vec<String>>,
    /// What the target's database is called, if not `gateway`.
    database: Option<String>,
}

impl Backend for Pretending {
    fn compare(&self, report: Reporter) -> BoxFuture<'static, Result<Reviewed, Failure>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut subject = reviewed(plan(sample_drafts(10), Vec::new(), Vec::new()));
        subject.database = self.database.clone().unwrap_or(subject.database);
        Box::pin(async move {
            report.phase(Phase::File);
            Ok(subject)
        })
    }

    fn ignore(&self, rules: Vec<Scope>) {
        self.saved
            .lock()
            .unwrap()
            .extend(rules.into_iter().map(|rule| rule.to_string()));
    }

    fn compare_all(&self, _: Reporter) -> BoxFuture<'static, Result<Compared, Failure>> {
        Box::pin(async { Ok(compared_with(&[("uat", false), ("prod", true)])) })
    }

    fn review_target(
        &self,
        _: usize,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Reviewed, Failure>> {
        self.compare(report)
    }

    fn only_in_target(&self, _: Reporter) -> BoxFuture<'static, Result<Vec<TargetItem>, Failure>> {
        Box::pin(async { Ok(target_items()) })
    }

    fn apply(
        &self,
        approved: Approved,
        _: ApplyHow,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>> {
        let (waits, let_go, finished) = (self.waits, self.let_go.clone(), self.finished.clone());
        Box::pin(async move {
            for done in 0..10_000 {
                report.step(Phase::Write, "rows", done, 10_000);
            }
            while waits && !cancel.is_cancelled() {
                let woken = tokio::time::timeout(Duration::from_millis(2), let_go.notified()).await;
                if woken.is_ok() {
                    break;
                }
            }
            finished.fetch_add(1, Ordering::SeqCst);
            if cancel.is_cancelled() {
                return Err(Failure::new(FailureKind::Cancelled, "cancelled"));
            }
            Ok(receipt(approved.outcomes().to_vec()))
        })
    }

    fn rehearse(
        &self,
        _: Approved,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Rehearsal, Failure>> {
        let (waits, finished) = (self.waits, self.finished.clone());
        Box::pin(async move {
            report.phase(Phase::Write);
            until_cancelled(waits, &cancel).await;
            finished.fetch_add(1, Ordering::SeqCst);
            if cancel.is_cancelled() {
                return Err(Failure::new(
                    FailureKind::Cancelled,
                    cancel.why().unwrap_or_default(),
                ));
            }
            Ok(rehearsal(&[]))
        })
    }

    fn save_plan(&self, _: Choices, path: String) -> BoxFuture<'static, Result<String, Failure>> {
        self.saved(path)
    }

    fn history(&self) -> BoxFuture<'static, Result<Vec<JobRecord>, Failure>> {
        Box::pin(async { Ok(records()) })
    }

    fn undo(
        &self,
        job: i64,
        _: Option<Output>,
        report: Reporter,
        _: Cancel,
    ) -> BoxFuture<'static, Result<Undone, Failure>> {
        Box::pin(async move {
            report.phase(Phase::Write);
            Ok(Undone {
                undoes: job,
                ..undone()
            })
        })
    }

    fn save_backup(&self, _: i64, path: String) -> BoxFuture<'static, Result<String, Failure>> {
        self.saved(path)
    }

    fn export(
        &self,
        _: Vec<ItemId>,
        path: String,
        _: Reporter,
    ) -> BoxFuture<'static, Result<String, Failure>> {
        self.saved(path)
    }

    fn scopes(&self, _: Reporter) -> BoxFuture<'static, Result<Scoped, Failure>> {
        Box::pin(async { Ok(scoped()) })
    }

    fn edit(
        &self,
        _: Edit,
        _: bool,
        _: Reporter,
        _: Cancel,
    ) -> BoxFuture<'static, Result<Edited, Failure>> {
        Box::pin(async { Err(Failure::new(FailureKind::Internal, "nobody edits here")) })
    }

    fn check_scopes(&self, _: Reporter) -> BoxFuture<'static, Result<Vec<ScopeFinding>, Failure>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Pretending {
    /// Records the path; the first one already exists.
    fn saved(&self, path: String) -> BoxFuture<'static, Result<String, Failure>> {
        let mut saved = self.saved.lock().unwrap();
        let taken = saved.is_empty();
        saved.push(path.clone());
        Box::pin(async move {
            if taken {
                return Err(Failure::new(FailureKind::File, TAKEN).at(path));
            }
            Ok(path)
        })
    }
}

/// The file that is compared if none is chosen, and one that it is compared with.
const EXPORT: &str = "fixtures/digirunner/export.json";
const TARGET: &str = "\"fixtures/digirunner/target.json";

/// Opens files against files; their sides are paths.
struct Files;

impl Opener for Files {
    fn known(self: Arc<Self>) -> BoxFuture<'static, Result<Known, Failure>> {
        Box::pin(async { Ok(Known::default()) })
    }

    fn last_job(
        self: Arc<Self>,
        _: Option<String>,
    ) -> BoxFuture<'static, Result<Option<JobRecord>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    fn open(self: Arc<Self>, sides: Sides) -> BoxFuture<'static, Result<Opened, Failure>> {
        Box::pin(async move {
            let launcher = Arc::new(Paths(sides.clone()));
            let how = (Timeouts::default(), LedgerPlace::Target);
            Ok(Opened {
                session: Session::new(launcher, how, std::env::temp_dir(), "anna".to_owned()),
                file: sides.source.clone().unwrap_or_else(|| EXPORT.to_owned()),
                theme: None,
                sides,
            })
        })
    }
}

struct Paths(Sides);

impl Launcher for Paths {
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        Box::pin(async move {
            let source = self.0.source.as_deref().unwrap_or(EXPORT);
            let loaded = job::load(source, None, &ImportOptions::default())?;
            Ok((loaded, self.target(reporter).await?))
        })
    }

    fn target(self: Arc<Self>, _: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        let path = self.0.target.clone().unwrap_or_default();
        Box::pin(async move { FileTarget::load(&path, None).map(Against::from) })
    }
}

async fn until_cancelled(waits: bool, cancel: &Cancel) {
    while waits && !cancel.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// How long a script may take.
const DEADLINE: Duration = Duration::from_secs(60);

struct Run {
    exit: Exit,
    frames: Vec<String>,
    farewell: Farewell,
    log: Arc<Mutex<Log>>,
}

async fn run_script(
    backend: Arc<Pretending>,
    steps: &[(&'static str, &'static str)],
    when: Option<(&'static str, Signal)>,
) -> Run {
    let log: Arc<Mutex<Log>> = Arc::default();
    let screen = Pretended {
        log: log.clone(),
        is_gone: false,
    };
    let input = Script {
        steps: steps.iter().copied().collect(),
        log: log.clone(),
        queued: VecDeque::new(),
    };
    let signals = Later {
        when,
        log: log.clone(),
    };
    let mut event_loop = EventLoop::new(
        screen,
        app_at(80, 24),
        (Some(backend), Arc::new(Files)),
        Duration::from_millis(1),
    );
    let ended = tokio::time::timeout(DEADLINE, event_loop.run(input, signals)).await;
    let seen = log.lock().unwrap().frames.clone();
    let exit = ended
        .unwrap_or_else(|_| panic!("nothing came after {seen:?}"))
        .unwrap();
    let frames = log.lock().unwrap().frames.clone();
    Run {
        exit,
        frames,
        farewell: farewell(&event_loop.app, exit),
        log,
    }
}

#[tokio::test]
async fn another_target_is_opened_and_compared_in_a_session_of_its_own() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "ctrl-t"),
        ("choosing", "p"),
        ("Compare with", "ctrl-u"),
        ("Compare with", TARGET),
        ("review of fixtures/digirunner/export.json", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(
        backend.calls.load(Ordering::SeqCst),
        1,
        "the former session is not used any more"
    );
}

#[tokio::test]
async fn the_first_frame_comes_before_anything_is_read() {
    let backend = Arc::new(Pretending::default());
    let run = run_script(backend, &[("review", "q")], None).await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(run.frames[0], "empty");
    assert_eq!(run.farewell.summary, "nothing was written");
}

#[tokio::test]
async fn an_import_goes_from_dialog_to_result() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "P"),
        ("Confirm import", "tab enter"),
        ("Imported: job 12", "q"),
        ("review", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.exit, Exit::Done);
    assert!(
        run.farewell.summary.starts_with("job 12: 4 added"),
        "{}",
        run.farewell.summary
    );
    assert_eq!(
        backend.calls.load(Ordering::SeqCst),
        2,
        "compared again after the import"
    );
}

/// Letters that are keys elsewhere, symbols, and typical database names.
#[tokio::test]
async fn every_name_is_typed_through_the_loop() {
    let names = [
        "uat_qc",
        "digirunner",
        "qQ?:/!",
        "CPXBm",
        "j k",
        "資料庫_1",
        "a\u{301}é",
        "[]{}|~`'$;",
    ];
    for name in names {
        let typed: &'static str = Box::leak(format!("\"{name}").into_boxed_str());
        let backend = Arc::new(Pretending {
            database: Some(name.to_owned()),
            ..Pretending::default()
        });
        let steps = [
            ("review", "C"),
            ("Confirm cover all", "tab enter"),
            ("review", "P"),
            ("Confirm import", typed),
            ("Imported: job 12", "q"),
            ("review", "q"),
            ("Quit without importing?", "tab enter"),
        ];
        let run = run_script(backend, &steps, None).await;
        assert!(
            run.farewell.summary.contains("3 covered"),
            "{name}: {}",
            run.farewell.summary
        );
    }
}

#[tokio::test]
async fn what_is_typed_ahead_confirms_nothing() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "P tab enter"),
        ("Confirm import", "q"),
        ("review", "q"),
    ];
    let run = run_script(backend, &steps, None).await;
    assert_eq!(run.farewell.summary, "nothing was written");
}

#[tokio::test]
async fn sigterm_cancels_an_import_and_waits_for_its_end() {
    let backend = Arc::new(Pretending {
        waits: true,
        ..Pretending::default()
    });
    let steps = [("review", "P"), ("Confirm import", "tab enter")];
    let run = run_script(backend.clone(), &steps, Some(("Apply", Signal::Terminate))).await;
    assert_eq!(run.exit, Exit::Terminated);
    assert_eq!(backend.finished.load(Ordering::SeqCst), 1);
    assert_eq!(run.farewell.summary, "nothing was written");
}

#[tokio::test]
async fn a_lost_terminal_waits_for_the_import_and_draws_no_more() {
    let backend = Arc::new(Pretending {
        waits: true,
        ..Pretending::default()
    });
    let let_go = backend.let_go.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let_go.notify_one();
    });
    let steps = [("review", "P"), ("Confirm import", "tab enter")];
    let run = run_script(
        backend.clone(),
        &steps,
        Some(("Apply", Signal::TerminalGone)),
    )
    .await;
    assert_eq!(run.exit, Exit::HungUp);
    assert_eq!(backend.finished.load(Ordering::SeqCst), 1);
    assert_eq!(run.frames.last().map(String::as_str), Some("Apply"));
    assert!(run.farewell.summary.starts_with("job 12"));
}

#[tokio::test]
async fn a_job_is_undone_from_the_list_to_the_result() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "H"),
        ("History: 7 jobs", "j U"),
        ("Undo job 14", "\"gateway"),
        ("Undone: job 14", "q"),
        ("review", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.exit, Exit::Done);
    assert!(
        run.farewell.summary.contains("undid job 14"),
        "{}",
        run.farewell.summary
    );
    assert_eq!(
        backend.calls.load(Ordering::SeqCst),
        2,
        "compared again after the undo"
    );
}

#[tokio::test]
async fn what_is_typed_ahead_undoes_and_saves_nothing() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "H"),
        ("History: 7 jobs", "j U tab g a t e w a y enter"),
        ("Undo job 14", "esc"),
        ("History: 7 jobs", "b enter"),
        ("Save the backup of job 14", "ctrl-c"),
        ("History: 7 jobs", "q w enter"),
        ("Save the plan", "esc"),
        ("review", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.farewell.summary, "nothing was written");
    assert!(backend.saved.lock().unwrap().is_empty());
}

#[tokio::test]
async fn files_are_written_once_their_path_is_right() {
    let backend = Arc::new(Pretending::default());
    let steps = [
        ("review", "w"),
        ("Save the plan", "enter"),
        (TAKEN, "x enter"),
        ("review", "E"),
        ("Export", "enter"),
        ("review", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.exit, Exit::Done);
    let saved = backend.saved.lock().unwrap();
    assert_eq!(saved[1], format!("{}x", saved[0]));
    assert!(
        saved[2].ends_with("/exports/gateway-export.json"),
        "{saved:?}"
    );
}

#[tokio::test]
async fn a_rehearsal_ends_with_the_terminal_and_with_ctrl_c() {
    let backend = Arc::new(Pretending {
        waits: true,
        ..Pretending::default()
    });
    let gone = Some(("Rehearse", Signal::TerminalGone));
    let run = run_script(backend.clone(), &[("review", "X")], gone).await;
    assert_eq!(run.exit, Exit::HungUp);
    let steps = [
        ("review", "X"),
        ("Rehearse", "ctrl-c"),
        ("Cancelled", "q"),
        ("review", "q"),
    ];
    let run = run_script(backend.clone(), &steps, None).await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(backend.finished.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn ctrl_z_suspends_and_y_copies() {
    let backend = Arc::new(Pretending::default());
    let run = run_script(backend, &[("review", "y ctrl-z q")], None).await;
    let log = run.log.lock().unwrap();
    assert_eq!(log.suspended, 1);
    assert!(log.copied[0].starts_with("crm"));
}

#[tokio::test]
async fn a_screen_that_breaks_ends_the_loop() {
    let log: Arc<Mutex<Log>> = Arc::default();
    let screen = Pretended {
        log: log.clone(),
        is_gone: true,
    };
    let input = Script {
        steps: VecDeque::new(),
        log: log.clone(),
        queued: VecDeque::new(),
    };
    let signals = Later { when: None, log };
    let backend = Arc::new(Pretending::default());
    let mut event_loop = EventLoop::new(
        screen,
        app_at(80, 24),
        (Some(backend), Arc::new(Files)),
        FRAME,
    );
    assert_eq!(event_loop.run(input, signals).await.unwrap(), Exit::HungUp);
}

#[test]
fn the_panes_beside_follow_once_the_cursor_rests() {
    let backend: Arc<dyn Backend> = Arc::new(Pretending::default());
    let log = Arc::new(Mutex::new(Log::default()));
    let screen = Pretended {
        log: log.clone(),
        is_gone: false,
    };
    let mut event_loop = EventLoop::new(
        screen,
        sampled(80, 24),
        (Some(backend), Arc::new(Files)),
        FRAME,
    );
    let mut drawn = |script: &str| {
        for key in Key::parse_all(script).unwrap() {
            event_loop.on_message(Msg::Key(key)).unwrap();
        }
        event_loop.draw().unwrap();
        log.lock().unwrap().extents.last().copied().unwrap()
    };
    assert_eq!(drawn("j"), Extent::All, "the first frame");
    assert_eq!(drawn("j"), Extent::Cursor);
    assert_eq!(drawn("space j"), Extent::All, "a choice is seen at once");
    assert_eq!(drawn("k j"), Extent::Cursor);
    std::thread::sleep(REST);
    assert_eq!(drawn(""), Extent::All);
}

#[test]
fn a_flood_of_progress_is_thinned() {
    let backend: Arc<dyn Backend> = Arc::new(Pretending::default());
    let screen = Pretended {
        log: Arc::default(),
        is_gone: false,
    };
    let mut event_loop = EventLoop::new(
        screen,
        app_at(80, 24),
        (Some(backend), Arc::new(Files)),
        FRAME,
    );
    let reporter = event_loop.reporter(EffectId(1));
    for done in 0..=100_000 {
        reporter.step(Phase::Write, "rows", done, 100_000);
    }
    let mut messages = Vec::new();
    while let Ok(msg) = event_loop.answers.try_recv() {
        messages.push(msg);
    }
    assert!(messages.len() < 1_000, "{}", messages.len());
    assert!(
        matches!(messages.last(), Some(Msg::Progress(_, progress)) if progress.done == 100_000)
    );
}

#[test]
fn a_wish_that_cannot_be_met_is_reported() {
    let options = Options {
        theme: Some("sea".to_owned()),
        ..Options::default()
    };
    let (theme, complaint) = theme_for(&options, &Environment::default());
    assert_eq!(complaint.as_deref(), Some("unknown theme 'sea'"));
    assert_eq!(theme.name(), "dark");
}

#[test]
fn enter_is_a_key_code_like_others() {
    assert_eq!(
        Key::of(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)),
        Some(Key::plain(KeyCode::Enter))
    );
}
