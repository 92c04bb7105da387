//! What reaches us from outside the program: signals, a lost terminal, keys.
//!
//! A closed ssh session does not always say so. The hang-up signal goes to the
//! session's leader only, and a terminal without its other end reads as "zero
//! bytes" for ever: crossterm's reader (its `EventStream` too) loops on that
//! without end, at a whole core, inside `poll_next` if it must. Hence:
//!
//! - [`Signals`] asks the kernel four times a second whether the terminal hung up;
//! - [`Input`] reads keys in a thread of its own, never once the terminal hung
//!   up, so the event loop cannot be caught in crossterm. Use it, not `EventStream`.

use std::io::{self, PipeReader, PipeWriter};
use std::time::{Duration, Instant};
use std::{future, mem, thread};

use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::{dup2_stdin, stdin, stdout};
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::terminal::{is_foreground, is_handed_back, nudge};

/// How often the terminal is asked whether it hung up, or is ours again.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// How long to leave bytes alone that crossterm does not know of.
const STALL: Duration = Duration::from_millis(20);

/// What `poll` says of a terminal whose other end is closed.
const GONE: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);

/// Something that ends, pauses or changes the program from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT from outside; in raw mode Ctrl-C is a key.
    Interrupt,
    /// SIGTERM or SIGQUIT.
    Terminate,
    /// SIGHUP: the session ended. The terminal may be dead already.
    Hangup,
    /// The terminal hung up without a signal. Reported once; may follow a [`Signal::Hangup`].
    TerminalGone,
    /// SIGCONT, or a suspended terminal handed back without one: answer with
    /// [`Terminal::resume`](super::terminal::Terminal::resume).
    Continue,
    /// SIGUSR1: read theme and keys again.
    User1,
}

/// The signals of this process and the watch over its terminal.
#[derive(Debug)]
pub struct Signals {
    hangup: unix::Signal,
    terminate: unix::Signal,
    quit: unix::Signal,
    interrupt: unix::Signal,
    resume: unix::Signal,
    user1: unix::Signal,
    ticks: Interval,
    is_gone: bool,
}

impl Signals {
    /// Starts listening. From here on these signals no longer end the process,
    /// even after this value is dropped.
    ///
    /// # Errors
    ///
    /// Where the system refuses a handler.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with signals and time, as tokio itself does.
    pub fn new() -> io::Result<Self> {
        let mut ticks = interval(CHECK_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            interrupt: signal(SignalKind::interrupt())?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            user1: signal(SignalKind::user_defined1())?,
            ticks,
            is_gone: false,
        })
    }

    /// Waits for the next signal; what ends the program comes first.
    ///
    /// Cancel-safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Signal {
        loop {
            tokio::select! {
                biased;
                () = arrival(&mut self.hangup) => return Signal::Hangup,
                () = arrival(&mut self.terminate) => return Signal::Terminate,
                () = arrival(&mut self.quit) => return Signal::Terminate,
                () = arrival(&mut self.interrupt) => return Signal::Interrupt,
                () = arrival(&mut self.resume) => return Signal::Continue,
                () = arrival(&mut self.user1) => return Signal::User1,
                _ = self.ticks.tick(), if !self.is_gone => {
                    if is_hung_up() {
                        self.is_gone = true;
                        park_stdin();
                        return Signal::TerminalGone;
                    }
                    if is_handed_back() {
                        return Signal::Continue;
                    }
                }
            }
        }
    }
}

/// One arrival of a signal; never, where its source ended.
async fn arrival(signal: &mut unix::Signal) {
    if signal.recv().await.is_none() {
        future::pending::<()>().await;
    }
}

/// Asks the kernel whether the terminal on standard input lost its other end.
/// Reads nothing and waits for nothing.
fn is_hung_up() -> bool {
    let stdin = stdin();
    let mut fds = [PollFd::from_borrowed_fd(stdin, PollFlags::empty())];
    let asked = poll(
        &mut fds,
        Some(&Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        }),
    );
    let [fd] = &fds;
    asked.is_ok() && fd.revents().intersects(GONE)
}

/// Puts a pipe that never says anything in place of a dead standard input.
///
/// A reader already inside crossterm (half an escape sequence, half a paste)
/// would spin on the dead terminal until the process ends, which may be long
/// after, while a transaction finishes. On the pipe it sleeps.
fn park_stdin() {
    if let Ok((silence, writer)) = io::pipe()
        && dup2_stdin(&silence).is_ok()
    {
        // Closed, it would read as an end of input, again and again.
        mem::forget(writer);
    }
}

/// A terminal event and when it was read, so that a key typed before a dialog
/// was on the screen can be distinguished from an answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// When the bytes were read from the terminal.
    pub read: Instant,
    /// The key, paste or new size.
    pub event: Event,
}

/// Keys, pastes and sizes from the terminal.
///
/// Read in a thread of its own as they arrive, also while nobody asks. Have one
/// at a time, and make it after [`Terminal::enter`](super::terminal::Terminal::enter).
#[derive(Debug)]
pub struct Input {
    events: UnboundedReceiver<io::Result<Arrived>>,
    resize: unix::Signal,
    /// Closed by dropping, which ends the thread.
    _cancel: PipeWriter,
}

impl Input {
    /// Starts reading.
    ///
    /// # Errors
    ///
    /// Where the thread, its pipe or the handler of SIGWINCH cannot be had.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with signals, as tokio itself does.
    pub fn new() -> io::Result<Self> {
        let resize = signal(SignalKind::window_change())?;
        let (cancel, writer) = io::pipe()?;
        let (sender, events) = unbounded_channel();
        thread::Builder::new()
            .name("input".into())
            .spawn(move || read(&sender, &cancel))?;
        Ok(Self {
            events,
            resize,
            _cancel: writer,
        })
    }

    /// Waits for the next event. Cancel-safe.
    ///
    /// Waits for ever once the terminal is gone; [`Signals::next`] says when it is.
    ///
    /// # Errors
    ///
    /// What crossterm could not read, once; then as if the terminal were gone.
    pub async fn next(&mut self) -> io::Result<Arrived> {
        loop {
            tokio::select! {
                biased;
                () = arrival(&mut self.resize) => {
                    if let Some(resized) = resized() {
                        return Ok(resized);
                    }
                }
                event = self.events.recv() => match event {
                    Some(event) => return event,
                    None => future::pending().await,
                },
            }
        }
    }

    /// Takes the next key or paste that already arrived, without waiting: draw
    /// once after a held-down key, not once for each repeat.
    pub fn try_next(&mut self) -> Option<io::Result<Arrived>> {
        self.events.try_recv().ok()
    }
}

/// The new size as an event; none where the terminal is gone.
fn resized() -> Option<Arrived> {
    let size = tcgetwinsize(stdout()).ok()?;
    Some(Arrived {
        read: Instant::now(),
        event: Event::Resize(size.ws_col, size.ws_row),
    })
}

/// The thread: forwards events until it is asked to stop or the terminal is gone.
fn read(events: &UnboundedSender<io::Result<Arrived>>, cancel: &PipeReader) {
    loop {
        let stdin = stdin();
        let mut fds = [
            PollFd::from_borrowed_fd(stdin, PollFlags::IN),
            PollFd::new(cancel, PollFlags::empty()),
        ];
        match poll(&mut fds, None) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) => {}
        }
        let [input, stopped] = &fds;
        if !stopped.revents().is_empty() || input.revents().intersects(GONE) {
            return;
        }
        if !is_foreground() {
            // Another program's keys. Reading would stop us, and in an orphaned
            // group fail for ever inside crossterm.
            thread::sleep(CHECK_INTERVAL);
            continue;
        }
        match forward(events) {
            Ok(true) => {}
            Ok(false) => {
                // Never at full speed.
                thread::sleep(STALL);
                nudge();
            }
            Err(error) => {
                // The loop may be gone already; then nobody misses it.
                let _ = events.send(Err(error));
                return;
            }
        }
    }
}

/// Forwards what crossterm can read without waiting; returns whether that was anything.
fn forward(events: &UnboundedSender<io::Result<Arrived>>) -> io::Result<bool> {
    let mut is_any = false;
    // Asked each time: inside crossterm a hang-up is an endless loop.
    while !is_hung_up() && event::poll(Duration::ZERO)? {
        let event = event::read()?;
        is_any = true;
        // Sizes come from our own SIGWINCH: crossterm reports them only when
        // a key follows.
        if !matches!(event, Event::Resize(..)) {
            let _ = events.send(Ok(Arrived {
                read: Instant::now(),
                event,
            }));
        }
    }
    Ok(is_any)
}
