//! The terminal is taken, drawn on and given back, whatever happens.
//!
//! The program under test is this test binary itself, started again with
//! [`MODE`] set: a small loop of the real `Terminal`, `Signals` and `Input`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use gatediff::tui::runtime::signals::{Arrived, Input, Signal, Signals};
use gatediff::tui::runtime::terminal::{
    COPY_LIMIT, Suspension, Terminal, TerminalError, install_panic_hook, is_gone,
};
use ratatui::Frame;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use rustix::process::{Pid, kill_process};

use crate::support::gatediff::log_below;
use crate::support::pty::{Pty, PtyCommand};

/// Says what the program does when its terminal goes: `quit`, or `finish` for
/// staying a while, as a transaction does.
const MODE: &str = "GATEDIFF_TEST_TERMINAL";

/// Where the program leaves the processor time it used.
const REPORT: &str = "GATEDIFF_TEST_REPORT";

/// The arguments that make this binary that program.
const ARGS: [&str; 5] = [
    "--ignored",
    "--exact",
    "terminal::the_program_under_test",
    "--nocapture",
    "--test-threads=1",
];

// ---- the program

#[test]
#[ignore = "started by the other tests as a program of its own"]
#[expect(clippy::exit, reason = "its exit code is what the tests look at")]
fn the_program_under_test() {
    let Ok(mode) = std::env::var(MODE) else {
        return;
    };
    // Only where the test gave it a directory: else it would be the tester's own.
    let log = std::env::var_os("XDG_STATE_HOME")
        .and_then(|_| gatediff::logging::begin(gatediff::store::NOTICES));
    install_panic_hook(Some(
        log.unwrap_or_else(|| PathBuf::from("/var/log/gatediff.log")),
    ));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let code = match runtime.block_on(run(&mode)) {
        Ok(code) => code,
        Err(error) if is_gone(&error) => 129,
        Err(error) => {
            // In one write: another program may be writing too.
            let _ = io::stderr().write_all(format!("error: {error}\n").as_bytes());
            TerminalError::of(&error).map_or(1, |_| 2)
        }
    };
    if let Some(path) = std::env::var_os(REPORT) {
        std::fs::write(path, format!("{}", processor_ticks())).unwrap();
    }
    std::process::exit(code);
}

#[derive(Default)]
struct Model {
    keys: usize,
    note: String,
    cursor: Option<Position>,
}

impl Model {
    fn view(&self, frame: &mut Frame) {
        let size = frame.area();
        let lines = [
            format!(
                "ready pid={} {}x{}",
                std::process::id(),
                size.width,
                size.height
            ),
            format!("keys={}", self.keys),
            format!("note={}", self.note),
        ];
        for (y, line) in (0..).zip(lines) {
            frame.render_widget(Line::raw(line), row(size, y));
        }
        // With a colour: that is where crossterm would undo the modifiers.
        let chosen = Style::new()
            .fg(Color::Yellow)
            .add_modifier(Modifier::REVERSED | Modifier::BOLD);
        frame.render_widget(Span::styled("chosen", chosen), row(size, 3));
        if let Some(cursor) = self.cursor {
            frame.set_cursor_position(cursor);
        }
    }
}

fn row(area: Rect, y: u16) -> Rect {
    Rect {
        x: 0,
        y,
        width: area.width,
        height: 1,
    }
    .intersection(area)
}

async fn run(mode: &str) -> io::Result<i32> {
    let mut terminal = Terminal::enter()?;
    let mut signals = Signals::new()?;
    let mut input = Input::new()?;
    let mut model = Model::default();
    loop {
        terminal.draw(|frame| model.view(frame))?;
        let arrived = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Interrupt => return Ok(130),
                Signal::Terminate => return Ok(143),
                Signal::Hangup | Signal::TerminalGone => {
                    if mode == "finish" {
                        finish(&mut signals).await;
                    }
                    return Ok(129);
                }
                Signal::Continue => {
                    let _ = terminal.resume()?;
                    continue;
                }
                Signal::User1 => {
                    model.note = "user1".into();
                    continue;
                }
            },
            arrived = input.next() => arrived?,
        };
        if let Some(code) = update(arrived, &mut model, &mut terminal).await? {
            return Ok(code);
        }
    }
}

/// Half a minute's transaction, shortened: the signals are still listened to.
async fn finish(signals: &mut Signals) {
    let until = tokio::time::sleep(Duration::from_secs(3));
    tokio::pin!(until);
    loop {
        tokio::select! {
            () = &mut until => return,
            _ = signals.next() => {}
        }
    }
}

async fn update(
    arrived: Arrived,
    model: &mut Model,
    terminal: &mut Terminal,
) -> io::Result<Option<i32>> {
    let key = match arrived.event {
        Event::Key(key) => key,
        Event::Paste(text) => {
            model.note = format!("paste of {}", text.len());
            return Ok(None);
        }
        _ => return Ok(None),
    };
    match key.code {
        KeyCode::Char('q') => return Ok(Some(0)),
        KeyCode::Char('e') => return Err(io::Error::other("the file is torn")),
        KeyCode::Char('p') => panic!("no more \u{1b}[31mroom"),
        KeyCode::Char('t') => {
            let task = tokio::spawn(async { panic!("in a task") });
            assert!(task.await.is_err());
        }
        KeyCode::Char('z') if key.modifiers == KeyModifiers::CONTROL => {
            model.note = match terminal.suspend()? {
                Suspension::Resumed => "resumed".into(),
                Suspension::Background => "background".into(),
                Suspension::SessionLeader => "no shell to return to".into(),
            };
        }
        KeyCode::Char('i') => {
            for _ in 0..10 {
                terminal.draw(|frame| model.view(frame))?;
            }
        }
        KeyCode::Char('r') => {
            terminal.redraw_all();
            model.note = "redrawn".into();
        }
        KeyCode::Char('c') => {
            terminal.copy("host,port")?;
            model.note = "sent".into();
        }
        KeyCode::Char('a') => model.cursor = Some(Position::new(3, 3)),
        _ => model.keys += 1,
    }
    Ok(None)
}

/// User and system time of this process so far, in ticks of 10 ms.
fn processor_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

// ---- starting it

fn program() -> PtyCommand {
    PtyCommand::new(std::env::current_exe().unwrap())
        .args(ARGS)
        .env(MODE, "quit")
}

/// The program as a child of `script`, which finds it in `"$@"`.
fn under_shell(script: &str) -> PtyCommand {
    PtyCommand::new("sh")
        .args(["-c", script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(ARGS)
        .env(MODE, "quit")
}

/// A shell that shows the exit code and stays, so that the terminal does.
fn staying() -> Pty {
    let pty = under_shell(r#""$@"; echo "code=$?"; read -r _"#).spawn();
    wait_ready(&pty);
    pty
}

/// An interactive shell with job control, in which `run` starts the program.
fn job_control() -> Pty {
    let run = format!(
        "{} {}",
        std::env::current_exe().unwrap().display(),
        ARGS.join(" ")
    );
    PtyCommand::new("bash")
        // -b: tells of jobs as they end, not at the next prompt.
        .args(["--norc", "--noprofile", "-b", "-i"])
        .env("PS1", "$ ")
        .env("HISTFILE", "")
        .env("RUN", run)
        .env(MODE, "quit")
        .spawn()
}

/// What is typed before the shell has its terminal back may go with the input
/// that the program's end throws away.
#[track_caller]
fn wait_prompt(pty: &Pty) {
    pty.wait_until("the shell's prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("\n$")
    });
}

#[track_caller]
fn wait_stopped(pty: &Pty) {
    wait_prompt(pty);
    pty.wait_for("Stopped");
}

#[track_caller]
fn wait_ready(pty: &Pty) {
    pty.wait_until("the program", |screen| {
        screen.alternate_screen() && screen.contents().contains("chosen")
    });
}

/// The program's own pid, where a shell is in between.
fn pid(pty: &Pty) -> Pid {
    let text = pty.text();
    let (_, after) = text.split_once("pid=").unwrap();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    Pid::from_raw(digits.parse().unwrap()).unwrap()
}

#[track_caller]
fn assert_given_back(pty: &Pty, code: &str) {
    pty.wait_for(code);
    pty.screen(|screen| {
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "no cursor");
        assert!(!screen.bracketed_paste(), "pastes still bracketed");
        assert!(!screen.inverse() && !screen.bold(), "attributes left on");
    });
    assert_eq!(
        pty.modes(),
        pty.found(),
        "the line discipline is not as it was"
    );
}

// ---- given back

#[test]
fn takes_the_terminal_and_gives_it_back_on_quit() {
    let mut pty = staying();
    assert_ne!(pty.modes(), pty.found(), "not in raw mode");
    assert!(pty.screen(vt100::Screen::hide_cursor));
    assert!(pty.screen(vt100::Screen::bracketed_paste));
    pty.send("q");
    assert_given_back(&pty, "code=0");
}

#[test]
fn gives_the_terminal_back_before_an_error_is_reported() {
    let mut pty = staying();
    pty.send("e");
    assert_given_back(&pty, "code=1");
    assert!(
        pty.text().contains("error: the file is torn"),
        "{}",
        pty.text()
    );
}

#[test]
fn gives_the_terminal_back_before_a_panic_is_reported() {
    let mut pty = staying();
    pty.send("p");
    assert_given_back(&pty, "code=101");
    let text = pty.text();
    assert!(
        text.contains("gatediff: internal error, this is a bug"),
        "{text}"
    );
    assert!(text.contains("tests/it/terminal.rs:"), "{text}");
    assert!(text.contains(r"no more \x1b[31mroom"), "{text}");
    assert!(text.contains("log: /var/log/gatediff.log"), "{text}");
}

#[test]
fn a_panic_leaves_one_safe_line_in_the_log() {
    let state = tempfile::tempdir().unwrap();
    let mut pty = program().env("XDG_STATE_HOME", state.path()).spawn();
    wait_ready(&pty);
    pty.send("p");
    assert_eq!(pty.wait_exit(), Ok(101));
    let log = log_below(&state.path().join("gatediff/log"));
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("panic at tests/it/terminal.rs:"))
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(
        lines[0].contains(r"no more \x1b[31mroom") && lines[0].contains("ERROR"),
        "{log}"
    );
    assert!(!log.contains('\u{1b}'));
}

#[test]
fn a_panic_in_a_task_ends_the_drawing_too() {
    let mut pty = staying();
    pty.send("t");
    assert_given_back(&pty, "code=2");
    assert!(pty.text().contains("in a task"), "{}", pty.text());
    assert!(
        pty.text()
            .contains("error: the terminal was already restored"),
        "{}",
        pty.text()
    );
}

#[test]
fn gives_the_terminal_back_on_signals() {
    use rustix::process::Signal;
    let signals = [
        (Signal::TERM, 143),
        (Signal::QUIT, 143),
        (Signal::INT, 130),
        (Signal::HUP, 129),
    ];
    for (signal, code) in signals {
        let pty = staying();
        kill_process(pid(&pty), signal).unwrap();
        assert_given_back(&pty, &format!("code={code}"));
    }
}

#[test]
fn a_user_signal_is_reported_and_ends_nothing() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    pty.signal(rustix::process::Signal::USR1);
    pty.wait_for("note=user1");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

// ---- a lost terminal

#[test]
fn a_closed_terminal_ends_the_session_leader() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    let closed = Instant::now();
    pty.close();
    assert_eq!(pty.wait_exit(), Ok(129));
    assert!(
        closed.elapsed() < Duration::from_secs(3),
        "took {:?}",
        closed.elapsed()
    );
}

#[test]
fn a_closed_terminal_ends_us_where_no_hangup_signal_comes() {
    let (mut pty, report) = deaf_to_hangup("quit");
    let closed = Instant::now();
    pty.close();
    assert_eq!(pty.wait_exit(), Ok(129));
    assert!(
        closed.elapsed() < Duration::from_secs(3),
        "took {:?}",
        closed.elapsed()
    );
    assert_idle(&report);
}

#[test]
fn a_closed_terminal_does_not_spin_while_work_is_finished() {
    let (mut pty, report) = deaf_to_hangup("finish");
    pty.close();
    assert_eq!(pty.wait_exit(), Ok(129));
    assert_idle(&report);
}

#[test]
fn a_terminal_closed_inside_an_escape_sequence_does_not_spin() {
    let (mut pty, report) = deaf_to_hangup("finish");
    // crossterm waits for the rest in a read of its own.
    pty.send("\x1b[200~half a paste");
    kill_process(pid(&pty), rustix::process::Signal::USR1).unwrap();
    pty.wait_for("note=user1");
    pty.close();
    assert_eq!(pty.wait_exit(), Ok(129));
    assert_idle(&report);
}

/// The program under a leader that ignores the hang-up and passes that on.
fn deaf_to_hangup(mode: &str) -> (Pty, tempfile::NamedTempFile) {
    let report = tempfile::NamedTempFile::new().unwrap();
    let pty = under_shell(r#"trap "" HUP; "$@"; exit $?"#)
        .env(MODE, mode)
        .env(REPORT, report.path())
        .spawn();
    wait_ready(&pty);
    (pty, report)
}

/// A spinning reader uses hundreds of ticks in three seconds. Starting, drawing
/// and ending a debug build uses a few, and the watch takes a quarter of a second
/// to end a spin inside crossterm.
#[track_caller]
fn assert_idle(report: &tempfile::NamedTempFile) {
    let ticks: u64 = std::fs::read_to_string(report.path())
        .unwrap()
        .parse()
        .unwrap();
    assert!(ticks < 100, "{ticks} ticks of processor time");
}

// ---- job control

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back() {
    let mut pty = job_control();
    pty.wait_for("$ ");
    pty.send("$RUN\n");
    wait_ready(&pty);
    pty.send("k");
    pty.wait_for("keys=1");

    pty.send("\x1a");
    wait_stopped(&pty);
    assert!(!pty.screen(vt100::Screen::hide_cursor));
    pty.send("echo $((40+2))nd\n");
    pty.wait_for("42nd");

    pty.send("fg\n");
    wait_ready(&pty);
    pty.wait_for("note=resumed");
    pty.wait_for("keys=1");
    assert!(pty.screen(vt100::Screen::hide_cursor));
    pty.send("kk");
    pty.wait_for("keys=3");
    pty.send("q");
    wait_prompt(&pty);
    pty.send("echo code=$?\n");
    pty.wait_for("code=0");
}

#[test]
fn a_job_in_the_background_draws_nothing_until_fg() {
    let mut pty = job_control();
    pty.wait_for("$ ");
    pty.send("$RUN\n");
    wait_ready(&pty);
    pty.send("\x1a");
    wait_stopped(&pty);
    pty.send("bg\n");
    pty.send("echo $((40+2))nd\n");
    pty.wait_for("42nd");
    assert!(!pty.screen(vt100::Screen::alternate_screen));
    pty.send("fg\n");
    wait_ready(&pty);
    pty.send("k");
    pty.wait_for("keys=1");
    pty.send("q");
    pty.wait_until("the shell", |screen| !screen.alternate_screen());
}

#[test]
fn a_stopped_job_can_be_killed_from_its_shell() {
    let mut pty = job_control();
    pty.wait_for("$ ");
    pty.send("$RUN\n");
    wait_ready(&pty);
    pty.send("\x1a");
    wait_stopped(&pty);
    pty.send("kill %1\n");
    pty.wait_for("Exit 143");
    assert!(!pty.screen(vt100::Screen::alternate_screen));
}

#[test]
fn a_stop_from_outside_is_repaired() {
    let mut pty = job_control();
    pty.wait_for("$ ");
    pty.send("$RUN\n");
    wait_ready(&pty);
    kill_process(pid(&pty), rustix::process::Signal::STOP).unwrap();
    pty.wait_for("Stopped");
    pty.send("fg\n");
    pty.wait_until("a clean picture", |screen| {
        let text = screen.contents();
        text.contains("chosen") && !text.contains("Stopped")
    });
    pty.send("k");
    pty.wait_for("keys=1");
    pty.send("q");
    pty.wait_until("the shell", |screen| !screen.alternate_screen());
}

#[test]
fn a_session_leader_is_not_stopped() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    pty.send("\x1a");
    pty.wait_for("note=no shell to return to");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn a_start_in_the_background_is_refused() {
    let mut pty = job_control();
    pty.wait_for("$ ");
    pty.send("$RUN & wait; echo code=$?\n");
    pty.wait_for("error: running in the background");
    assert!(!pty.screen(vt100::Screen::alternate_screen));
}

// ---- refused

#[test]
fn needs_a_terminal_to_read_from() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(ARGS)
        .env(MODE, "quit")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let described = String::from_utf8_lossy(&output.stderr);
    assert!(
        described.contains("error: standard input is not a terminal"),
        "{described}"
    );
    assert!(!output.stdout.contains(&0x1b), "escapes went into the pipe");
}

#[test]
fn needs_a_terminal_to_draw_on() {
    let mut pty = under_shell(r#""$@" | cat"#).spawn();
    pty.wait_for("error: standard output is not a terminal");
    assert!(pty.wait_exit().is_ok());
}

#[test]
fn a_dumb_terminal_is_refused_kindly() {
    let mut pty = program().env("TERM", "dumb").spawn();
    pty.wait_for("error: the terminal cannot move its cursor (TERM=dumb)");
    assert_eq!(pty.wait_exit(), Ok(2));
}

// ---- what is drawn

#[test]
fn no_color_keeps_reverse_and_bold() {
    let mut pty = program().env("NO_COLOR", "1").spawn();
    wait_ready(&pty);
    pty.screen(|screen| {
        let cell = screen.cell(3, 0).unwrap();
        assert_eq!(cell.contents(), "c");
        assert!(cell.inverse() && cell.bold());
    });
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn an_idle_terminal_is_left_alone_and_never_asked() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    let cost_of = |pty: &mut Pty, keys: &str, shown: &str| {
        let before = pty.bytes().len();
        pty.send(keys);
        pty.wait_for(shown);
        pty.wait_until_written("a whole frame", |bytes| bytes.ends_with(b"\x1b[?2026l"));
        pty.bytes().len() - before
    };
    let one = cost_of(&mut pty, "k", "keys=1");
    let idle_first = cost_of(&mut pty, "ik", "keys=2");
    assert_eq!(one, idle_first, "ten idle draws wrote something");
    pty.send("r");
    pty.wait_for("note=redrawn");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    assert!(
        !contains(&pty.bytes(), b"\x1b[6n"),
        "the terminal was asked for its cursor"
    );
}

#[test]
fn the_picture_follows_the_size() {
    let mut pty = program().size(100, 30).spawn();
    wait_ready(&pty);
    pty.wait_for("100x30");
    pty.resize(40, 12);
    pty.wait_for("40x12");
    pty.resize(120, 40);
    pty.wait_for("120x40");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn a_paste_is_one_event_and_many_keys_are_all_read() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    let long = "qep".repeat(2_000);
    pty.send(format!("\x1b[200~{long}\x1b[201~"));
    pty.wait_for("note=paste of 6000");
    pty.send("k".repeat(3_000));
    pty.wait_for("keys=3000");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn a_copy_goes_through_the_terminal() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    pty.send("c");
    pty.wait_for("note=sent");
    assert!(contains(&pty.bytes(), b"\x1b]52;c;aG9zdCxwb3J0\x1b\\"));
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn the_cursor_is_where_the_frame_sets_it() {
    let mut pty = program().spawn();
    wait_ready(&pty);
    pty.send("a");
    pty.wait_until("the cursor", |screen| {
        !screen.hide_cursor() && screen.cursor_position() == (3, 3)
    });
    pty.send("k");
    pty.wait_until("the cursor after a change", |screen| {
        screen.contents().contains("keys=1")
            && !screen.hide_cursor()
            && screen.cursor_position() == (3, 3)
    });
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

// ---- writes, counted

/// Keeps each write apart; fails while told to.
#[derive(Clone, Default)]
struct Writes(Rc<RefCell<Vec<Vec<u8>>>>, Rc<RefCell<bool>>);

impl Writes {
    fn taken(&self) -> Vec<Vec<u8>> {
        self.0.take()
    }
}

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if *self.1.borrow() {
            return Err(io::Error::from_raw_os_error(
                rustix::io::Errno::IO.raw_os_error(),
            ));
        }
        self.0.borrow_mut().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn counted() -> (Terminal<Writes>, Writes) {
    let writes = Writes::default();
    (
        Terminal::on(writes.clone(), Size::new(200, 60)).unwrap(),
        writes,
    )
}

/// A frame in which every cell differs from its neighbour, the costliest there is.
fn busy(frame: &mut Frame) {
    let area = frame.area();
    for y in 0..area.height {
        for x in 0..area.width {
            let style = if x % 2 == 0 {
                Style::new().bold()
            } else {
                Style::new().reversed()
            };
            frame.buffer_mut()[(x, y)].set_symbol("客").set_style(style);
        }
    }
}

#[test]
fn a_frame_is_one_write_inside_brackets() {
    let (mut terminal, writes) = counted();
    terminal.draw(busy).unwrap();
    let sent = writes.taken();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].len() > 64 * 1024,
        "not big enough to prove anything: {}",
        sent[0].len()
    );
    assert!(sent[0].starts_with(b"\x1b[?2026h") && sent[0].ends_with(b"\x1b[?2026l"));
}

#[test]
fn an_idle_draw_writes_nothing() {
    let (mut terminal, writes) = counted();
    for cursor in [None, Some(Position::new(2, 3))] {
        let model = Model {
            cursor,
            ..Model::default()
        };
        terminal.draw(|frame| model.view(frame)).unwrap();
        assert_eq!(writes.taken().len(), 1);
        for _ in 0..3 {
            terminal.draw(|frame| model.view(frame)).unwrap();
        }
        assert_eq!(writes.taken(), Vec::<Vec<u8>>::new());
    }
}

#[test]
fn a_full_repaint_leaves_with_its_clearing() {
    let (mut terminal, writes) = counted();
    let model = Model::default();
    terminal.draw(|frame| model.view(frame)).unwrap();
    let first = writes.taken();
    terminal.redraw_all();
    assert!(writes.taken().is_empty());
    terminal.draw(|frame| model.view(frame)).unwrap();
    assert_eq!(writes.taken(), first);
    assert!(contains(&first[0], b"\x1b[2J"));
}

#[test]
fn a_frame_after_a_failed_one_is_whole() {
    let (mut terminal, writes) = counted();
    let mut model = Model::default();
    terminal.draw(|frame| model.view(frame)).unwrap();
    writes.taken();
    model.keys = 7;
    *writes.1.borrow_mut() = true;
    let error = terminal.draw(|frame| model.view(frame)).unwrap_err();
    assert!(is_gone(&error));
    *writes.1.borrow_mut() = false;
    terminal.draw(|frame| model.view(frame)).unwrap();
    let sent = writes.taken();
    assert!(contains(&sent[0], b"ready") && contains(&sent[0], b"keys=7"));
}

#[test]
fn a_copy_is_one_write_up_to_its_limit() {
    let (mut terminal, writes) = counted();
    terminal.copy(&"x".repeat(COPY_LIMIT)).unwrap();
    let sent = writes.taken();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].len() <= 100_000 + "\x1b]52;c;\x1b\\".len());
    let error = terminal.copy(&"x".repeat(COPY_LIMIT + 1)).unwrap_err();
    assert_eq!(
        TerminalError::of(&error),
        Some(TerminalError::TooLongToCopy {
            bytes: COPY_LIMIT + 1
        })
    );
    assert!(writes.taken().is_empty());
}

#[test]
fn distinguishes_a_gone_terminal_from_other_failures() {
    use rustix::io::Errno;
    for (errno, gone) in [
        (Errno::IO, true),
        (Errno::PIPE, true),
        (Errno::NXIO, true),
        (Errno::NOSPC, false),
    ] {
        assert_eq!(
            is_gone(&io::Error::from_raw_os_error(errno.raw_os_error())),
            gone,
            "{errno}"
        );
    }
    assert!(!is_gone(&TerminalError::Background.into()));
}
