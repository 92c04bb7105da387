//! The loop itself.

use std::future::ready;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossterm::event::Event;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::interface::{Extent, Outside, Screen, Source};
use super::reload::Files;
use super::signals::{Arrived, Signal};
use super::terminal::{Suspension, is_gone};
use crate::job::{
    Cancel, Failure, FailureKind, Looks, Opener, Output, Progress, Reporter, complete, expand, list,
};
use crate::tui::app::App;
use crate::tui::effect::{ApplyHow, Backend, Effect, EffectId, Save};
use crate::tui::exit::{Exit, Leave};
use crate::tui::keys::Key;
use crate::tui::msg::Msg;
use crate::tui::update::{start, update};

/// A frame of the spinner.
const TICK: Duration = Duration::from_millis(250);

/// The shortest time between two reports of one phase.
const REPORT: Duration = Duration::from_millis(50);

/// How long the cursor rests before the panes beside it follow.
pub(super) const REST: Duration = Duration::from_millis(60);

/// The maximum number of messages handled before the next frame.
const BATCH: usize = 256;

/// The model with its surroundings: terminal, effects, timers.
pub(super) struct EventLoop<S> {
    screen: S,
    pub(super) app: App,
    /// The session, once there is one.
    backend: Option<Arc<dyn Backend>>,
    opener: Arc<dyn Opener>,
    looks: Arc<Looks>,
    files: Files,
    sender: UnboundedSender<Msg>,
    pub(super) answers: UnboundedReceiver<Msg>,
    cancel: Cancel,
    begun: Instant,
    /// When the next frame may be drawn.
    due: Instant,
    frame: Duration,
    is_dirty: bool,
    /// Whether more changed since the last frame than where the cursor is.
    is_whole: bool,
    /// When the panes beside the cursor follow, if they have to.
    rest: Option<Instant>,
    /// Whether the terminal is gone.
    is_dark: bool,
    /// When the modal on top was first on the screen.
    asked: Instant,
    /// The failure of the screen while an import ran.
    broken: Option<io::Error>,
    exit: Option<Exit>,
}

impl<S: Screen> EventLoop<S> {
    pub(super) fn new(
        screen: S,
        app: App,
        (backend, opener): (Option<Arc<dyn Backend>>, Arc<dyn Opener>),
        frame: Duration,
    ) -> Self {
        let (sender, answers) = unbounded_channel();
        let now = Instant::now();
        Self {
            screen,
            app,
            backend,
            opener,
            looks: Arc::default(),
            files: Files::default(),
            sender,
            answers,
            cancel: Cancel::new(),
            begun: now,
            due: now,
            frame,
            is_dirty: true,
            is_whole: true,
            rest: None,
            is_dark: false,
            asked: now,
            broken: None,
            exit: None,
        }
    }

    /// Sets the files from which themes and keys are reloaded.
    pub(super) fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// Runs until the screen ends.
    pub(super) async fn run(
        &mut self,
        mut input: impl Source,
        mut signals: impl Outside,
    ) -> io::Result<Exit> {
        // The first frame, before any file or socket is touched.
        self.draw()?;
        let effects = start(&mut self.app);
        self.perform(effects)?;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if let Some(exit) = self.exit {
                return self.broken.take().map_or(Ok(exit), Err);
            }
            let ticking = self.app.job.is_some() && !self.is_dark && !self.app.theme.accessible;
            tokio::select! {
                biased;
                event = input.next() => self.take(event, &mut input)?,
                signal = signals.next() => self.on_signal(signal)?,
                () = sleep_until(self.next_frame()), if (self.is_dirty || self.rest.is_some()) && !self.is_dark => self.draw()?,
                Some(msg) = self.answers.recv() => self.answer(msg)?,
                () = ready(()), if self.app.search.looking.is_some() => self.on_message(Msg::Search)?,
                _ = ticks.tick(), if ticking => self.on_message(Msg::Tick(self.begun.elapsed()))?,
            }
        }
    }

    /// Handles an event and all that are queued after it.
    fn take(&mut self, first: io::Result<Arrived>, input: &mut impl Source) -> io::Result<()> {
        let mut next = Some(first);
        while let Some(event) = next {
            match event {
                Ok(arrived) => self.press(arrived)?,
                // Keys can no longer be read: as if the terminal were gone.
                Err(_) => return self.on_message(Msg::Leave(Leave::Hangup)),
            }
            next = if self.exit.is_none() {
                input.try_next()
            } else {
                None
            };
        }
        Ok(())
    }

    fn press(&mut self, arrived: Arrived) -> io::Result<()> {
        match arrived.event {
            // Read before the dialog was on the screen: no answer to it.
            Event::Key(_) | Event::Paste(_)
                if !self.app.modals.is_empty() && arrived.read < self.asked =>
            {
                Ok(())
            }
            Event::Key(event) => match Key::of(&event) {
                Some(key) => self.on_message(Msg::Key(key)),
                None => Ok(()),
            },
            Event::Paste(text) => self.on_message(Msg::Paste(text)),
            Event::Resize(width, height) => self.on_message(Msg::Resize(width, height)),
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost => Ok(()),
        }
    }

    fn on_signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Interrupt => self.on_message(Msg::Leave(Leave::Interrupt)),
            Signal::Terminate => self.on_message(Msg::Leave(Leave::Terminate)),
            Signal::Hangup | Signal::TerminalGone => {
                self.is_dark = true;
                self.on_message(Msg::Leave(Leave::Hangup))
            }
            Signal::Continue => {
                let resumed = self.screen.resume().map(|_| ());
                self.on_io_error(resumed)?;
                self.fit()
            }
            Signal::User1 => {
                let reloaded = self.files.read();
                self.on_message(Msg::Reloaded(reloaded))
            }
        }
    }

    /// Handles an answer and those queued after it.
    fn answer(&mut self, first: Msg) -> io::Result<()> {
        self.on_message(first)?;
        for _ in 1..BATCH {
            match self.answers.try_recv() {
                Ok(msg) => self.on_message(msg)?,
                Err(_) => break,
            }
        }
        Ok(())
    }

    pub(super) fn on_message(&mut self, msg: Msg) -> io::Result<()> {
        let effects = update(&mut self.app, msg);
        self.is_dirty = true;
        if self.app.only_moved {
            self.rest = Some(Instant::now() + REST);
        } else {
            self.is_whole = true;
        }
        self.perform(effects)
    }

    /// Returns when the next frame is drawn.
    fn next_frame(&self) -> Instant {
        match self.rest {
            Some(rest) if !self.is_dirty => self.due.max(rest),
            _ => self.due,
        }
    }

    pub(super) fn draw(&mut self) -> io::Result<()> {
        let is_resting = self.rest.is_none_or(|rest| rest <= Instant::now());
        let extent = if self.is_whole || is_resting {
            Extent::All
        } else {
            Extent::Cursor
        };
        self.is_dirty = false;
        if extent == Extent::All {
            self.is_whole = false;
            self.rest = None;
        }
        let is_asking = self.app.modals.last().is_some_and(|modal| !modal.drawn);
        // Before the frame is sent: an answer may be read meanwhile.
        if is_asking {
            self.asked = Instant::now();
        }
        let drawn = self.screen.draw(&self.app, extent);
        self.on_io_error(drawn)?;
        self.due = Instant::now() + self.frame;
        update(&mut self.app, Msg::Drawn);
        Ok(())
    }

    /// A terminal that went away is a hang-up. Other failures end the loop, but
    /// not in the middle of an import.
    fn on_io_error(&mut self, outcome: io::Result<()>) -> io::Result<()> {
        let Err(error) = outcome else { return Ok(()) };
        let gone = is_gone(&error);
        if !gone && !self.app.is_applying() {
            return Err(error);
        }
        if !gone {
            self.broken = Some(error);
        }
        if self.is_dark {
            return Ok(());
        }
        self.is_dark = true;
        self.on_message(Msg::Leave(Leave::Hangup))
    }

    /// Updates the size of the screen.
    fn fit(&mut self) -> io::Result<()> {
        match self.screen.size() {
            Ok((width, height)) => self.on_message(Msg::Resize(width, height)),
            Err(_) => Ok(()),
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Cancel(why) => self.cancel.cancel(why),
                Effect::Copy(text) => {
                    let sent = self.screen.copy(&text).map_err(|error| error.to_string());
                    self.on_message(Msg::Copied(sent))?;
                }
                Effect::Redraw => {
                    self.screen.redraw_all();
                    self.fit()?;
                }
                Effect::Suspend => self.suspend()?,
                Effect::Quit(exit) => self.exit = Some(exit),
                Effect::Use(session) => self.backend = Some(Arc::new(*session)),
                effect => self.find(effect),
            }
        }
        Ok(())
    }

    /// Performs what needs no session: finding files and targets, and opening them.
    fn find(&mut self, effect: Effect) {
        let opener = Arc::clone(&self.opener);
        match effect {
            Effect::Known(id) => self.spawn(opener.known(), move |known| Msg::Known(id, known)),
            Effect::LastJob(target) => {
                let work = opener.last_job(target.clone());
                self.spawn(work, move |job| Msg::LastJob(target, job));
            }
            Effect::Open(id, sides) => {
                self.spawn(opener.open(sides), move |opened| Msg::Opened(id, opened));
            }
            Effect::Browse(id, directory) => {
                let work = on_a_thread(move || list(&expand(&directory.to_string_lossy())));
                self.spawn(work, move |listing| Msg::Browsed(id, listing.flatten()));
            }
            Effect::Look(id, paths) => {
                let looks = Arc::clone(&self.looks);
                let look = move |path: PathBuf| {
                    let look = looks.look(&path);
                    (path, look)
                };
                let work = on_a_thread(move || paths.into_iter().map(look).collect());
                let answer = move |looks: Result<_, _>| Msg::Looked(id, looks.unwrap_or_default());
                self.spawn(work, answer);
            }
            Effect::Complete(typed) => {
                let text = typed.clone();
                let work = on_a_thread(move || complete(&text));
                let answer = move |completion: Result<_, _>| {
                    Msg::Completed(typed, completion.unwrap_or_default())
                };
                self.spawn(work, answer);
            }
            effect => {
                if let Some(backend) = self.backend.clone() {
                    self.work(&*backend, effect);
                }
            }
        }
    }

    /// Performs the work of the session.
    fn work(&mut self, backend: &dyn Backend, effect: Effect) {
        match effect {
            Effect::Compare(id) => {
                let work = backend.compare(self.reporter(id));
                self.spawn(work, move |outcome| Msg::Compared(id, outcome));
            }
            Effect::Ignore(rules) => backend.ignore(rules),
            Effect::CompareAll(id) => {
                let work = backend.compare_all(self.reporter(id));
                self.spawn(work, move |outcome| Msg::ComparedAll(id, outcome));
            }
            Effect::ReviewTarget(id, target) => {
                let work = backend.review_target(target, self.reporter(id));
                self.spawn(work, move |outcome| Msg::ReviewedTarget(id, outcome));
            }
            Effect::OnlyInTarget(id) => {
                let work = backend.only_in_target(self.reporter(id));
                self.spawn(work, move |outcome| Msg::OnlyInTarget(id, outcome));
            }
            Effect::Apply(id, approved, how) => {
                let how = ApplyHow {
                    output: how.output.map(expanded),
                    ..how
                };
                let cancel = self.cancel_anew();
                let work = backend.apply(*approved, how, self.reporter(id), cancel);
                self.spawn(work, move |outcome| Msg::Applied(id, outcome));
            }
            Effect::Rehearse(id, approved) => {
                let cancel = self.cancel_anew();
                let work = backend.rehearse(*approved, self.reporter(id), cancel);
                self.spawn(work, move |outcome| Msg::Rehearsed(id, outcome));
            }
            Effect::Undo(id, job, output) => {
                let output = output.map(expanded);
                let cancel = self.cancel_anew();
                let work = backend.undo(job, output, self.reporter(id), cancel);
                self.spawn(work, move |outcome| Msg::Undone(id, outcome));
            }
            Effect::Save(id, save) => self.save(backend, id, *save),
            Effect::History(id) => {
                self.spawn(backend.history(), move |outcome| Msg::Listed(id, outcome));
            }
            Effect::Scopes(id) => {
                let work = backend.scopes(self.reporter(id));
                self.spawn(work, move |outcome| Msg::Scopes(id, outcome));
            }
            Effect::Edit(id, edit, fix_counters) => {
                let cancel = self.cancel_anew();
                let work = backend.edit(*edit, fix_counters, self.reporter(id), cancel);
                self.spawn(work, move |outcome| Msg::Edited(id, outcome));
            }
            Effect::CheckScopes(id) => {
                let work = backend.check_scopes(self.reporter(id));
                self.spawn(work, move |outcome| Msg::Checked(id, outcome));
            }
            _ => {}
        }
    }

    /// Returns the handle that cancels the job that starts now.
    fn cancel_anew(&mut self) -> Cancel {
        self.cancel = Cancel::new();
        self.cancel.clone()
    }

    fn save(&self, backend: &dyn Backend, id: EffectId, save: Save) {
        let at = |path: &str| expand(path).to_string_lossy().into_owned();
        let work = match save {
            Save::Plan(choices, path) => backend.save_plan(choices, at(&path)),
            Save::Backup(job, path) => backend.save_backup(job, at(&path)),
            Save::Export(roots, path) => backend.export(roots, at(&path), self.reporter(id)),
        };
        self.spawn(work, move |outcome| Msg::Saved(id, outcome));
    }

    /// Runs an effect to its end. A separate task watches it, so that a panic
    /// becomes an answer, too, and not an endless wait.
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
        answer: impl FnOnce(Result<T, Failure>) -> Msg + Send + 'static,
    ) {
        let sender = self.sender.clone();
        let task = tokio::spawn(work);
        tokio::spawn(async move {
            let outcome = match task.await {
                Ok(outcome) => outcome,
                Err(error) => Err(Failure::new(
                    FailureKind::Internal,
                    "the job ended unexpectedly",
                )
                .because(error)),
            };
            // The loop may have ended; then nobody waits for the answer.
            let _ = sender.send(answer(outcome));
        });
    }

    /// Returns a reporter that forwards the start of each phase, and later
    /// progress no more often than the screen can show.
    pub(super) fn reporter(&self, id: EffectId) -> Reporter {
        let sender = self.sender.clone();
        let last: Mutex<Option<(Progress, Instant)>> = Mutex::new(None);
        Reporter::new(move |progress| {
            let Ok(mut last) = last.lock() else { return };
            let soon = last.as_ref().is_some_and(|(before, time)| {
                before.phase == progress.phase
                    && progress.done != progress.total
                    && time.elapsed() < REPORT
            });
            if !soon {
                *last = Some((progress.clone(), Instant::now()));
                let _ = sender.send(Msg::Progress(id, progress));
            }
        })
    }

    fn suspend(&mut self) -> io::Result<()> {
        match self.screen.suspend() {
            Ok(Suspension::SessionLeader) => {
                self.app.refuse("no shell to return to");
                (self.is_dirty, self.is_whole) = (true, true);
                Ok(())
            }
            Ok(Suspension::Resumed | Suspension::Background) => self.fit(),
            Err(error) => self.on_io_error(Err(error)),
        }
    }
}

async fn sleep_until(due: Instant) {
    if due > Instant::now() {
        tokio::time::sleep_until(due.into()).await;
    }
}

/// Returns the output at the path that was typed for it.
fn expanded(mut output: Output) -> Output {
    output.path = expand(&output.path.to_string_lossy());
    output
}

/// Runs what blocks, such as reading a directory.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::internal("reading files", error))
}
