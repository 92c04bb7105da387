//! The program in a terminal of 120×40: a key in, and what comes back, with its time.

use std::io::{Read as _, Write};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const ROWS: u16 = 40;
const COLUMNS: u16 = 120;

/// The end of a frame: of a synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// How long nothing comes until all has come.
const QUIET: Duration = Duration::from_millis(200);

/// How long the answer to a key is waited for; some have none.
const UNANSWERED: Duration = Duration::from_secs(2);

/// How long is taken in what is drawn anew all the time.
const KEY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the program may take to show something.
const LOADING: Duration = Duration::from_secs(600);

/// What a key brought.
pub(crate) struct Answer {
    frame: Duration,
    last: Duration,
    bytes: usize,
}

impl Answer {
    /// Until the first frame was there.
    pub(crate) fn milliseconds(&self) -> f64 {
        self.frame.as_secs_f64() * 1e3
    }

    /// Until the last byte was there, of all frames.
    pub(crate) fn until_quiet(&self) -> f64 {
        self.last.as_secs_f64() * 1e3
    }

    /// The bytes of all frames; none if the program had nothing to draw.
    pub(crate) fn bytes(&self) -> f64 {
        self.bytes as f64
    }
}

/// A running program. Killed when dropped.
pub(crate) struct Terminal {
    /// The terminal hangs up when this goes.
    _master: Box<dyn MasterPty>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    child: Box<dyn Child + Send + Sync>,
}

impl Terminal {
    /// Starts a command with arguments.
    pub(crate) fn start(command: &Command, args: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut builder = CommandBuilder::new(command.get_program());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap_or_default());
        }
        builder.env("TERM", "xterm-256color");
        builder.args(command.get_args());
        builder.args(args);
        let child = pair
            .slave
            .spawn_command(builder)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair
            .master
            .try_clone_reader()
            .expect("what the terminal shows");
        let keyboard = pair
            .master
            .take_writer()
            .expect("the keyboard of the terminal");
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender
                    .send((Instant::now(), buffer[..length].to_vec()))
                    .is_err()
                {
                    break;
                }
            }
        });
        Self {
            _master: pair.master,
            keyboard,
            output,
            screen: vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0),
            child,
        }
    }

    /// Waits until the screen shows a text, and nothing more comes.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + LOADING;
        while !self.screen.screen().contents().contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok((_, bytes)) = self.output.recv_timeout(left) else {
                panic!(
                    "never saw {text:?}, but:\n{}",
                    self.screen.screen().contents()
                )
            };
            self.screen.process(&bytes);
        }
        while let Ok((_, bytes)) = self.output.recv_timeout(QUIET) {
            self.screen.process(&bytes);
        }
    }

    /// Types keys at once, and waits until all that they bring has come.
    pub(crate) fn press(&mut self, keys: &str) -> Answer {
        while let Ok((_, bytes)) = self.output.try_recv() {
            self.screen.process(&bytes);
        }
        let begun = Instant::now();
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("keys are typed");
        let mut answer = Answer {
            frame: Duration::ZERO,
            last: Duration::ZERO,
            bytes: 0,
        };
        let mut seen = Vec::new();
        while begun.elapsed() < KEY_TIMEOUT {
            let wait = if answer.bytes == 0 { UNANSWERED } else { QUIET };
            let Ok((at, bytes)) = self.output.recv_timeout(wait) else {
                break;
            };
            answer.last = at - begun;
            answer.bytes += bytes.len();
            if answer.frame.is_zero() {
                seen.extend_from_slice(&bytes);
                if seen.windows(FRAME_END.len()).any(|part| part == FRAME_END) {
                    answer.frame = answer.last;
                }
            }
            self.screen.process(&bytes);
        }
        if answer.frame.is_zero() {
            answer.frame = answer.last;
        }
        answer
    }

    /// Waits until the program is gone.
    pub(crate) fn wait_for_end(&mut self) {
        while let Ok((_, bytes)) = self.output.recv_timeout(LOADING) {
            self.screen.process(&bytes);
        }
        self.child.wait().ok();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
