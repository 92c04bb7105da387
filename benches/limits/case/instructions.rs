//! Instructions, which noise cannot move: what 100 clients more cost, and one cursor move more.

use std::process::Command;

use super::digirunner::{empty, export};
use crate::dataset::{Dataset, Edition, Shares};
use crate::program::Program;
use crate::report::{Report, Row, Unit, Values};
use crate::settings::Settings;
use crate::terminal::Terminal;

const PARSE: Row = Row::beside("instructions: parsing 100 clients more", Unit::Count);
const COMPARE: Row = Row::beside(
    "instructions: comparing 100 equal clients more",
    Unit::Count,
);
const FRAME: Row = Row::beside("instructions: one cursor move", Unit::Count);
const ROWS: [Row; 3] = [PARSE, COMPARE, FRAME];

const FEW: usize = 100;
const MANY: usize = 200;
const MOVES: [usize; 2] = [10, 30];

pub(crate) fn counted(_: &Settings, report: &mut Report) {
    if !report.wants(&ROWS) {
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        return report.skip(&ROWS, "no valgrind on this machine");
    }
    let program = Program::new();
    let mut parsing = [0.0; 2];
    let mut planning = [0.0; 2];
    let mut last = None;
    for (index, clients) in [FEW, MANY].into_iter().enumerate() {
        let dataset = Dataset::new(clients, Shares::NEW);
        let path = export(&program, &dataset, Edition::After);
        let file = path.to_str().unwrap();
        let db = empty(&program);
        program.run(&db.url(), ["apply", file, "--yes"]);
        parsing[index] = count(&program, &db.url(), &["validate", file]);
        planning[index] = count(&program, &db.url(), &["plan", file]);
        last = Some((db, path));
    }
    let parsed = parsing[1] - parsing[0];
    show(report, &PARSE, parsed);
    show(report, &COMPARE, planning[1] - planning[0] - parsed);
    if let Some((db, path)) = last.filter(|_| report.wants(&[FRAME])) {
        let moved = MOVES.map(|moves| {
            collected(&program, |wrapper| {
                let command = program.under(wrapper, &db.url());
                let mut terminal = Terminal::start(&command, &["review", path.to_str().unwrap()]);
                terminal.wait_for(&format!("Clients · {MANY}"));
                terminal.press("2");
                for _ in 0..moves {
                    terminal.press("j");
                }
                terminal.press("q");
                terminal.wait_for_end();
            })
        });
        show(
            report,
            &FRAME,
            (moved[1] - moved[0]) / (MOVES[1] - MOVES[0]) as f64,
        );
    }
}

fn show(report: &mut Report, row: &Row, value: f64) {
    let mut values = Values::default();
    values.push(value);
    report.add(row, &values);
}

/// Counts the instructions of the program until it ends.
fn count(program: &Program, url: &str, args: &[&str]) -> f64 {
    collected(program, |wrapper| {
        let status = program.under(wrapper, url).args(args).status();
        assert!(
            status.is_ok_and(|status| matches!(status.code(), Some(0 | 2))),
            "{args:?} failed under valgrind"
        );
    })
}

/// Has something run behind valgrind's command line, and reads what it counted.
fn collected(program: &Program, run: impl FnOnce(&[&str])) -> f64 {
    let log = program.file("callgrind.log", "");
    let to = format!("--log-file={}", log.display());
    run(&[
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        &to,
    ]);
    let text = std::fs::read_to_string(&log).expect("the log of valgrind");
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let number = line.and_then(|(_, number)| number.trim().parse().ok());
    number.unwrap_or_else(|| panic!("valgrind counted nothing:\n{text}"))
}
