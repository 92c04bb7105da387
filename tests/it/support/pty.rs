//! A program in a terminal of its own: keys in, the screen out, no sleeping.
//!
//! Everything waits for something to be seen, up to a deadline of
//! `GATEDIFF_TEST_TIMEOUT` seconds (60 unless set).

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

use super::{deadline, pg};

/// How long anything may take before a test fails.
pub(crate) fn timeout() -> Duration {
    let seconds = std::env::var("GATEDIFF_TEST_TIMEOUT")
        .ok()
        .and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
}

/// What to run, in an environment of nothing but what is said here.
pub(crate) struct PtyCommand {
    command: CommandBuilder,
    columns: u16,
    rows: u16,
}

impl PtyCommand {
    /// A program at 80×24 with `PATH`, a UTF-8 locale and an xterm.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        if let Some(mark) = deadline::begin() {
            command.env(deadline::MARK, mark);
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Ok(programs) = pg::programs() {
            command.env("GATEDIFF_PG_BIN", programs.bin());
        }
        command.env("HOME", "/");
        command.env("LANG", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        command.cwd("/");
        Self {
            command,
            columns: 80,
            rows: 24,
        }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        self.columns = columns;
        self.rows = rows;
        self
    }

    /// Starts it as the leader of a new session on a new terminal.
    pub(crate) fn spawn(self) -> Pty {
        let pair = native_pty_system()
            .openpty(pty_size(self.columns, self.rows))
            .unwrap();
        keep_output(pair.master.as_ref());
        let found = modes(pair.master.as_ref());
        let reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let mut child = pair.slave.spawn_command(self.command).unwrap();
        // Ours must be the only other end, or the terminal never hangs up.
        drop(pair.slave);

        let seen = Arc::new(Seen::new(self.columns, self.rows));
        let reading = thread::spawn({
            let seen = Arc::clone(&seen);
            move || seen.read(reader)
        });
        let pid = child
            .process_id()
            .and_then(|pid| Pid::from_raw(pid.try_into().unwrap()))
            .unwrap();
        let (sender, exit) = mpsc::channel();
        thread::spawn(move || {
            let _ = sender.send(child.wait().unwrap());
        });
        Pty {
            master: Some(pair.master),
            writer: Some(writer),
            reading: Some(reading),
            seen,
            exit,
            has_exited: false,
            pid,
            found,
        }
    }
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Has the terminal keep its output when Ctrl-C is typed: it would drop what a quick program has
/// answered by then.
fn keep_output(master: &dyn MasterPty) {
    let terminal = open_terminal(&master.tty_name().unwrap()).unwrap();
    let mut modes = tcgetattr(&terminal).unwrap();
    modes.local_modes |= LocalModes::NOFLSH;
    tcsetattr(&terminal, OptionalActions::Now, &modes).unwrap();
}

/// The line discipline's flags: cooked or raw, echo or none.
pub(crate) type Modes = [u32; 4];

fn modes(master: &dyn MasterPty) -> Modes {
    let modes = master.get_termios().unwrap();
    [
        modes.input_flags.bits(),
        modes.output_flags.bits(),
        modes.control_flags.bits(),
        modes.local_flags.bits(),
    ]
}

/// A running program and the terminal around it. Killed when dropped.
pub(crate) struct Pty {
    master: Option<Box<dyn MasterPty>>,
    writer: Option<Box<dyn Write + Send>>,
    reading: Option<JoinHandle<()>>,
    seen: Arc<Seen>,
    exit: Receiver<ExitStatus>,
    has_exited: bool,
    pid: Pid,
    found: Modes,
}

impl Pty {
    /// Types `keys`, raw bytes of a keyboard.
    pub(crate) fn send(&mut self, keys: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_ref()).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the screen is as told; `what` names it where it never is.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        self.seen
            .wait_until(what, |output| is_so(output.parser.screen()));
    }

    /// Waits until everything written so far is as told.
    #[track_caller]
    pub(crate) fn wait_until_written(&self, what: &str, is_so: impl Fn(&[u8]) -> bool) {
        self.seen.wait_until(what, |output| is_so(&output.bytes));
    }

    /// The text on the screen now.
    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Looks at the screen as it is now: cells, attributes, cursor.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().parser.screen())
    }

    /// Everything the program wrote, byte for byte.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().bytes.clone()
    }

    /// The line discipline now.
    pub(crate) fn modes(&self) -> Modes {
        modes(self.master.as_deref().unwrap())
    }

    /// The line discipline before the program started.
    pub(crate) fn found(&self) -> Modes {
        self.found
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .lock()
            .parser
            .screen_mut()
            .set_size(non_zero(rows), non_zero(columns));
        self.master
            .as_ref()
            .unwrap()
            .resize(pty_size(columns, rows))
            .unwrap();
    }

    /// Signals the program itself, not its group.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Closes our end, as a closed window or a dropped ssh session does.
    pub(crate) fn close(&mut self) {
        let (Some(reading), Some(master)) = (self.reading.take(), self.master.take()) else {
            return;
        };
        self.seen.lock().is_closing = true;
        if let Some(mut other) = master.tty_name().and_then(|name| open_terminal(&name).ok()) {
            // portable-pty would type an end of file on the way out; sessions
            // that drop do not.
            if let Ok(mut modes) = tcgetattr(&other) {
                modes.special_codes[SpecialCodeIndex::VEOF] = 0;
                let _ = tcsetattr(&other, OptionalActions::Now, &modes);
            }
            // The reader keeps the terminal open while it waits; a byte wakes it.
            let _ = other.write_all(b"\0");
        }
        let _ = reading.join();
        self.writer = None;
    }

    /// Waits for the end and tells the exit code; a signal's name where that killed it.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> Result<u32, String> {
        let Ok(exit) = self.exit.recv_timeout(timeout()) else {
            panic!("still running:\n{}", self.text())
        };
        self.has_exited = true;
        exit.signal()
            .map_or(Ok(exit.exit_code()), |signal| Err(signal.to_owned()))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Only what is still ours: a pid that was waited for may be another's.
        if !self.has_exited && self.exit.try_recv().is_err() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
        self.close();
    }
}

/// Opens a terminal without making it the tests' own.
fn open_terminal(name: &Path) -> io::Result<File> {
    let no_control = rustix::fs::OFlags::NOCTTY.bits();
    OpenOptions::new()
        .write(true)
        .custom_flags(no_control.cast_signed())
        .open(name)
}

/// What came out of the program, kept by the reading thread.
struct Seen {
    output: Mutex<Output>,
    changed: Condvar,
}

struct Output {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    is_closing: bool,
    is_closed: bool,
}

impl Seen {
    fn new(columns: u16, rows: u16) -> Self {
        let parser = vt100::Parser::new(non_zero(rows), non_zero(columns), 0);
        let output = Output {
            parser,
            bytes: Vec::new(),
            is_closing: false,
            is_closed: false,
        };
        Self {
            output: Mutex::new(output),
            changed: Condvar::new(),
        }
    }

    /// Locks past a failed assertion: the screen is still what it is.
    fn lock(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn(&Output) -> bool) {
        let deadline = Instant::now() + timeout();
        let mut output = self.lock();
        while !is_so(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_over = output.is_closed || left.is_zero();
            assert!(
                !is_over,
                "never saw {what}, but:\n{}",
                output.parser.screen().contents()
            );
            output = self
                .changed
                .wait_timeout(output, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut buffer = [0; 8192];
        loop {
            let read = reader.read(&mut buffer).unwrap_or(0);
            let mut output = self.lock();
            if read == 0 || output.is_closing {
                output.is_closed = true;
                self.changed.notify_all();
                return;
            }
            output.parser.process(&buffer[..read]);
            output.bytes.extend_from_slice(&buffer[..read]);
            self.changed.notify_all();
        }
    }
}

fn non_zero(side: u16) -> NonZeroU16 {
    NonZeroU16::new(side).unwrap()
}
