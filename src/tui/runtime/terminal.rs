//! The real terminal: entered, drawn on in whole frames, and always restored.
//!
//! What this module refuses to do, because it breaks over ssh:
//!
//! - ask the terminal anything (a late answer is typed into the shell), so
//!   [`ratatui::Terminal::clear`] is out of reach and cursor queries fail;
//! - write a frame in pieces: one frame is one `write(2)` inside DEC 2026
//!   brackets, and a frame that changes nothing writes nothing;
//! - obey `NO_COLOR` at the escape level, where crossterm would reset reverse
//!   and bold with it. Colour is the theme's decision.
//!
//! One process has one terminal, so what must be given back is a global:
//! [`restore`] is what `Drop`, the panic hook and the signal paths share.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, disable_raw_mode, enable_raw_mode,
};
use ratatui::Frame;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, isatty, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};

use super::encode::{bleach, encode};
use crate::engine::display::safe;

/// The longest text sent to the clipboard: some terminals drop an OSC 52 of more
/// than 100,000 bytes, which base64 makes of this.
pub const COPY_LIMIT: usize = 74_994;

/// Capacity for a whole frame, so that the buffer does not grow while drawing.
const FRAME_BYTES: usize = 64 * 1024;

/// The largest accepted side; a broken `stty` must not make us allocate gigabytes.
const MAX_SIDE: u16 = 1_000;

/// The size assumed for a terminal that reports none (a serial line, a bare pty).
const FALLBACK: Size = Size::new(80, 24);

/// How long giving back waits for a terminal whose link is stuck.
const RESTORE_TIMEOUT: Duration = Duration::from_millis(250);

/// How long `suspend` gives the kernel to stop this thread after the signal
/// was taken by another one. Nothing waits for it: the process is stopped.
const SETTLE: Duration = Duration::from_millis(20);

/// Alternate screen, bracketed paste, no cursor. A paste must arrive as one
/// event: its letters are not keys.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l";

/// Undoes a frame that was cut short, then [`ENTER`] in reverse order. A
/// constant, since giving back must not allocate.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?2004l\x1b[?1049l";

const OFF: u8 = 0;
const ON: u8 = 1;
const SUSPENDED: u8 = 2;

/// Whether this process holds the terminal. An atomic and not a lock, since the
/// panic hook reads it.
static HELD: AtomicU8 = AtomicU8::new(OFF);

/// Held while the line discipline changes, so that [`nudge`] cannot put raw mode
/// back after it was left.
static MODES: Mutex<()> = Mutex::new(());

/// Why there is no terminal to draw on, or a text not to be copied.
///
/// Carried by the [`io::Error`] of this module's functions; see [`TerminalError::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    /// Keys cannot be read from standard input.
    #[error("standard input is not a terminal")]
    StdinNotATerminal,
    /// Frames cannot be written to standard output.
    #[error("standard output is not a terminal")]
    StdoutNotATerminal,
    /// `TERM=dumb`: no cursor to move.
    #[error("the terminal cannot move its cursor (TERM=dumb)")]
    Dumb,
    /// Another process group has the terminal; touching it would stop us.
    #[error("running in the background")]
    Background,
    /// A second [`Terminal`] in one process.
    #[error("the terminal is already in use")]
    Taken,
    /// [`restore`] was called, by a signal path or by a panic in another thread.
    #[error("the terminal was already restored")]
    GivenBack,
    /// More than [`COPY_LIMIT`].
    #[error("{bytes} bytes exceed the clipboard limit of terminals, {COPY_LIMIT}")]
    TooLongToCopy {
        /// The length of the text.
        bytes: usize,
    },
}

impl TerminalError {
    /// Finds the reason inside an error of this module.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<TerminalError> for io::Error {
    fn from(error: TerminalError) -> Self {
        let kind = match error {
            TerminalError::StdinNotATerminal
            | TerminalError::StdoutNotATerminal
            | TerminalError::Dumb
            | TerminalError::Background => io::ErrorKind::Unsupported,
            TerminalError::Taken => io::ErrorKind::ResourceBusy,
            TerminalError::GivenBack => io::ErrorKind::NotConnected,
            TerminalError::TooLongToCopy { .. } => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}

/// Returns whether an error means that the terminal itself went away: a closed
/// window, a dropped ssh session. Treat it as a hang-up and write nothing more.
pub fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
        || matches!(
            Errno::from_io_error(error),
            Some(Errno::IO | Errno::PIPE | Errno::NXIO)
        )
}

/// The result of [`Terminal::suspend`] or [`Terminal::resume`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Suspension {
    /// Stopped and continued, or never stopped because nobody could continue
    /// us. The terminal is ours again and the next draw paints everything.
    Resumed,
    /// Continued in the background. Nothing is drawn until [`Terminal::resume`]
    /// succeeds; call it on every [`Continue`](super::signals::Signal::Continue).
    Background,
    /// Not tried: we lead the session (`ssh -t host gatediff`), so there is no
    /// shell to come back from. Say so to the user.
    SessionLeader,
}

/// Standard output as a terminal, without a buffer: one `write` is one `write(2)`.
///
/// [`std::io::Stdout`] would cut frames at its 1 KiB line buffer.
#[derive(Debug)]
pub struct Tty(());

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(stdout(), bytes) {
                // Another program on this terminal left it non-blocking.
                Err(Errno::AGAIN) => wait_writable(stdout(), None)?,
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal this process draws on, given back when dropped.
///
/// Generic over its writer so that recordings and tests draw the same bytes;
/// [`Terminal::enter`] takes the real one.
#[derive(Debug)]
pub struct Terminal<W: Write = Tty> {
    inner: ratatui::Terminal<Screen<W>>,
    /// The last frame.
    shown: Buffer,
    /// A write failed or the screen is not ours as we left it: the next frame
    /// cannot be a difference.
    is_stale: bool,
}

impl Terminal<Tty> {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, no cursor.
    ///
    /// # Errors
    ///
    /// A [`TerminalError`] if there is no terminal, else the system's error;
    /// nothing stays half done.
    pub fn enter() -> io::Result<Self> {
        if !isatty(stdin()) {
            return Err(TerminalError::StdinNotATerminal.into());
        }
        if !isatty(stdout()) {
            return Err(TerminalError::StdoutNotATerminal.into());
        }
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Err(TerminalError::Dumb.into());
        }
        if !is_foreground() {
            return Err(TerminalError::Background.into());
        }
        // crossterm answers NO_COLOR with an empty `CSI m`, which resets the
        // reverse and bold just set: the selection would vanish.
        crossterm::style::force_color_output(true);
        if HELD
            .compare_exchange(OFF, ON, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            return Err(TerminalError::Taken.into());
        }
        take()
            .and_then(|()| Self::over(Tty(()), SizeSource::Tty))
            .inspect_err(|_| restore())
    }

    /// Stops the process group for the shell's job control, as Ctrl-Z does
    /// where it is not a key, and takes the terminal again when continued.
    ///
    /// The whole group stops, so that a script around us stops too. Blocks
    /// while stopped.
    ///
    /// # Errors
    ///
    /// Where the signal could not be sent or the terminal not be taken again;
    /// that may be [gone](is_gone), since shells continue what they hang up.
    pub fn suspend(&mut self) -> io::Result<Suspension> {
        if getsid(None).is_ok_and(|session| session == getpid()) {
            return Ok(Suspension::SessionLeader);
        }
        if HELD
            .compare_exchange(ON, SUSPENDED, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            return self.resume();
        }
        give_back();
        let sent = kill_current_process_group(Signal::TSTP);
        thread::sleep(SETTLE);
        let resumed = self.resume()?;
        sent?;
        Ok(resumed)
    }

    /// Takes the terminal again after a stop, ours or another's (`kill -STOP`).
    ///
    /// Harmless where nothing was lost, but for one full repaint.
    ///
    /// # Errors
    ///
    /// [`TerminalError::GivenBack`] after [`restore`], else what the system said.
    /// A hang-up comes with a SIGCONT, so look for [`is_gone`] here too.
    pub fn resume(&mut self) -> io::Result<Suspension> {
        if HELD.load(Ordering::SeqCst) == OFF {
            return Err(TerminalError::GivenBack.into());
        }
        self.is_stale = true;
        if !is_foreground() {
            HELD.store(SUSPENDED, Ordering::SeqCst);
            return Ok(Suspension::Background);
        }
        HELD.store(ON, Ordering::SeqCst);
        take()?;
        Ok(Suspension::Resumed)
    }
}

impl<W: Write> Terminal<W> {
    /// Draws into any writer at a fixed size: recordings and tests.
    ///
    /// # Errors
    ///
    /// None today; the signature is ratatui's.
    pub fn on(writer: W, size: Size) -> io::Result<Self> {
        crossterm::style::force_color_output(true);
        Self::over(writer, SizeSource::Fixed(size))
    }

    fn over(writer: W, place: SizeSource) -> io::Result<Self> {
        let inner = ratatui::Terminal::new(Screen::new(writer, place))?;
        Ok(Self {
            inner,
            shown: Buffer::default(),
            is_stale: true,
        })
    }

    /// Draws one frame and sends the difference in one write, or nothing where
    /// nothing changed.
    ///
    /// The cursor is shown where the frame sets it, else hidden. Draws nothing
    /// while suspended in the background.
    ///
    /// # Errors
    ///
    /// [`TerminalError::GivenBack`] after [`restore`]; else a failed write, see
    /// [`is_gone`]. The frame after a failed one is painted whole.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.draw_but(|_| false, render)
    }

    /// Draws one frame as [`draw`](Self::draw) does, but for the positions that
    /// are kept: these stay as they are.
    ///
    /// # Errors
    ///
    /// As of [`draw`](Self::draw).
    pub fn draw_but(
        &mut self,
        is_kept: impl Fn(Position) -> bool,
        render: impl FnOnce(&mut Frame),
    ) -> io::Result<()> {
        if self.inner.backend().place == SizeSource::Tty {
            match HELD.load(Ordering::SeqCst) {
                ON => {}
                SUSPENDED => return Ok(()),
                _ => return Err(TerminalError::GivenBack.into()),
            }
        }
        if self.is_stale {
            self.wipe()?;
        }
        self.is_stale = true;
        let shown = &self.shown;
        let drawn = self.inner.draw(|frame| {
            render(frame);
            let buffer = frame.buffer_mut();
            bleach(buffer);
            if shown.area == buffer.area {
                keep(buffer, shown, is_kept);
            }
        })?;
        self.shown.clone_from(drawn.buffer);
        self.inner.backend_mut().send()?;
        self.is_stale = false;
        Ok(())
    }

    /// Makes the next [`draw`](Self::draw) clear the screen and paint all of it
    /// (Ctrl-L, and after anything else wrote to the terminal).
    ///
    /// Writes nothing by itself: the clearing and the new picture leave together.
    pub fn redraw_all(&mut self) {
        self.is_stale = true;
    }

    /// The size in columns and rows.
    ///
    /// # Errors
    ///
    /// Where the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Sends a text to the terminal's clipboard (OSC 52). Terminals and
    /// multiplexers may refuse without a word: say "sent", never "copied".
    ///
    /// # Errors
    ///
    /// [`TerminalError::TooLongToCopy`] above [`COPY_LIMIT`]; else a failed write.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        if text.len() > COPY_LIMIT {
            return Err(TerminalError::TooLongToCopy { bytes: text.len() }.into());
        }
        let screen = self.inner.backend_mut();
        if screen.place == SizeSource::Tty && HELD.load(Ordering::SeqCst) != ON {
            return Err(TerminalError::GivenBack.into());
        }
        let mut bytes = Vec::with_capacity(text.len() / 3 * 4 + 16);
        queue!(bytes, CopyToClipboard::to_clipboard_from(text))?;
        screen.out.write_all(&bytes)?;
        screen.out.flush()
    }

    /// Clears the frame in the making, by `resize` and not by `clear`, which
    /// asks the terminal for its cursor and races our own reading of keys.
    fn wipe(&mut self) -> io::Result<()> {
        self.inner.backend_mut().forget()?;
        let size = self.inner.size()?;
        self.inner.resize(Rect::from((Position::ORIGIN, size)))
    }
}

impl<W: Write> Drop for Terminal<W> {
    fn drop(&mut self) {
        if self.inner.backend().place == SizeSource::Tty {
            restore();
        }
    }
}

/// Gives the terminal back as it was found; does nothing the second time.
///
/// Never panics, never waits long on a stuck link, and writes nothing to a
/// terminal that is gone or belongs to another process group.
pub fn restore() {
    if HELD.swap(OFF, Ordering::SeqCst) == ON {
        give_back();
    }
}

/// Makes a panic give the terminal back, then write a line to the log and one short report to
/// standard error, in whatever thread it happens; the exit code stays the usual 101.
///
/// `log` is named in the report. A panic that a task swallows ends the drawing
/// too: the next [`Terminal::draw`] fails with [`TerminalError::GivenBack`].
pub fn install_panic_hook(log: Option<PathBuf>) {
    panic::set_hook(Box::new(move |info| {
        restore();
        note(info);
        let report = report(info, log.as_deref());
        if wait_writable(stderr(), Some(RESTORE_TIMEOUT)).is_ok() {
            // A failure cannot be reported here.
            let _ = io::stderr().write_all(report.as_bytes());
        }
    }));
}

/// Writes the panic to the log, on one line: reports on a terminal are lost.
fn note(info: &PanicHookInfo) {
    let message = safe(info.payload_as_str().unwrap_or("without a message"));
    match info.location() {
        Some(place) => {
            let file = safe(place.file());
            tracing::error!(
                "panic at {file}:{}:{}: {message}",
                place.line(),
                place.column()
            );
        }
        None => tracing::error!("panic: {message}"),
    }
}

/// The panic in three lines; the message is data, since it may quote a file.
fn report(info: &PanicHookInfo, log: Option<&Path>) -> String {
    let mut text = String::from("gatediff: internal error, this is a bug\n");
    if let Some(place) = info.location() {
        let _ = writeln!(
            text,
            "  at {}:{}:{}",
            safe(place.file()),
            place.line(),
            place.column()
        );
    }
    if let Some(message) = info.payload_as_str() {
        let _ = writeln!(text, "  {}", safe(message));
    }
    if let Some(log) = log {
        let _ = writeln!(text, "  log: {}", safe(&log.to_string_lossy()));
    }
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        let _ = writeln!(text, "{backtrace}");
    }
    text
}

/// Raw mode and the screen, in that order: the screen must not echo.
fn take() -> io::Result<()> {
    {
        let _modes = modes();
        // Shells set their own modes when a job stops. crossterm believes it is
        // still in raw mode after a stop it did not see, so both ways.
        disable_raw_mode()?;
        enable_raw_mode()?;
    }
    Tty(()).write_all(ENTER)
}

/// [`take`] backwards, past every error.
fn give_back() {
    if !is_foreground() {
        // The shell has its own modes up; changing them would stop us for good.
        return;
    }
    if wait_writable(stdout(), Some(RESTORE_TIMEOUT)).is_ok() {
        let _ = Tty(()).write_all(LEAVE);
    }
    let _modes = modes();
    let _ = disable_raw_mode();
}

/// Returns whether a suspended terminal was handed to us again. Shells send no
/// SIGCONT where `fg` follows `bg`: for them the job was running.
pub(crate) fn is_handed_back() -> bool {
    HELD.load(Ordering::SeqCst) == SUSPENDED && is_foreground()
}

/// The lock over the line discipline; its holders do not panic.
fn modes() -> MutexGuard<'static, ()> {
    MODES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the kernel announce unread keys once more, by setting the modes that are set.
///
/// crossterm waits for edges and reads 1,024 bytes at one; what lies beyond is
/// not announced again and would wait for the next key.
pub(crate) fn nudge() {
    let _modes = modes();
    if HELD.load(Ordering::SeqCst) == ON
        && let Ok(modes) = tcgetattr(stdin())
    {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
    }
}

/// Returns whether the terminal listens to our process group. A terminal that is
/// not our controlling one (containers, `setsid`) stops nobody and counts.
pub(crate) fn is_foreground() -> bool {
    tcgetpgrp(stdin()).map_or(true, |group| group == getpgrp())
}

/// Waits until a write would not block; fails where it never will.
fn wait_writable(fd: BorrowedFd<'_>, limit: Option<Duration>) -> io::Result<()> {
    let timeout = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
    loop {
        match poll(&mut fds, timeout.as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => break,
        }
    }
    let [fd] = &fds;
    if fd
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
    {
        return Err(Errno::IO.into());
    }
    Ok(())
}

/// Takes the positions that are kept from the last frame.
fn keep(buffer: &mut Buffer, last: &Buffer, is_kept: impl Fn(Position) -> bool) {
    let area = buffer.area;
    let cells = buffer.content.iter_mut().zip(&last.content);
    for (position, (cell, last)) in area.positions().zip(cells) {
        if is_kept(position) {
            cell.clone_from(last);
        }
    }
}

/// Where the size comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SizeSource {
    /// The terminal on standard output, which may change under us.
    Tty,
    /// A recording or a test.
    Fixed(Size),
}

/// The cursor as the terminal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    At(Position),
}

/// ratatui's backend with four differences: bytes gather until [`send`](Self::send),
/// they are [few](super::encode), a repeated cursor command is dropped, and nothing
/// is ever asked.
#[derive(Debug)]
struct Screen<W> {
    out: W,
    place: SizeSource,
    frame: Vec<u8>,
    cursor: Cursor,
}

impl<W: Write> Screen<W> {
    fn new(out: W, place: SizeSource) -> Self {
        Self {
            out,
            place,
            frame: Vec::with_capacity(FRAME_BYTES),
            cursor: Cursor::Unknown,
        }
    }

    /// The frame in the making, opened by the first thing that goes in.
    fn frame(&mut self) -> io::Result<&mut Vec<u8>> {
        if self.frame.is_empty() {
            queue!(self.frame, BeginSynchronizedUpdate)?;
        }
        Ok(&mut self.frame)
    }

    /// Drops the frame in the making and every belief about the terminal.
    fn forget(&mut self) -> io::Result<()> {
        self.frame.clear();
        self.cursor = Cursor::Unknown;
        queue!(self.frame()?, SetAttribute(Attribute::Reset))
    }

    /// Sends the frame in one write, if there is one.
    fn send(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        queue!(self.frame, EndSynchronizedUpdate)?;
        let sent = self
            .out
            .write_all(&self.frame)
            .and_then(|()| self.out.flush());
        self.frame.clear();
        sent
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        if let Cursor::At(_) = self.cursor {
            // Printing moves it; unseen cursors may wander.
            queue!(self.frame()?, Hide)?;
            self.cursor = Cursor::Hidden;
        }
        encode(self.frame()?, content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Cursor::Hidden {
            queue!(self.frame()?, Hide)?;
            self.cursor = Cursor::Hidden;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // ratatui says where right after, and that shows it.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the terminal is never asked for its cursor",
        ))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor != Cursor::At(position) {
            let is_shown = matches!(self.cursor, Cursor::At(_));
            queue!(self.frame()?, MoveTo(position.x, position.y))?;
            if !is_shown {
                queue!(self.frame()?, Show)?;
            }
            self.cursor = Cursor::At(position);
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        CrosstermBackend::new(self.frame()?).clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        match self.place {
            SizeSource::Fixed(size) => Ok(size),
            // crossterm would open /dev/tty, or run `tput`, at every frame.
            SizeSource::Tty => {
                let size = tcgetwinsize(stdout())?;
                Ok(believable(Size::new(size.ws_col, size.ws_row)))
            }
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        // Frames leave by `send`, whole.
        Ok(())
    }
}

/// A size that can be drawn on.
fn believable(size: Size) -> Size {
    if size.width == 0 || size.height == 0 {
        return FALLBACK;
    }
    Size::new(size.width.min(MAX_SIDE), size.height.min(MAX_SIDE))
}
