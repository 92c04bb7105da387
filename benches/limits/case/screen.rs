//! The screen, at 120×40, on ten times as many clients as elsewhere: from a key to the end of the
//! frame that answers it, and the bytes that follow until all is quiet.

use super::digirunner::{empty, export};
use crate::dataset::{Dataset, Edition, Shares};
use crate::program::Program;
use crate::report::{Report, Row, Unit, Values, quantile};
use crate::settings::Settings;
use crate::terminal::{Answer, Terminal};

/// How often each key is pressed.
const PRESSES: usize = 30;

const SPACE: Row = Row::new("screen: Space", Unit::Milliseconds, 16.0);
const TYPING: Row = Row::new("screen: search keystroke", Unit::Milliseconds, 16.0);
const NEXT: Row = Row::new("screen: n", Unit::Milliseconds, 16.0);
const ENTER: Row = Row::new("screen: Enter after search", Unit::Milliseconds, 16.0);
const TREE: Row = Row::new("screen: cursor move in the tree", Unit::Milliseconds, 2.0);
const ITEMS: Row = Row::new("screen: cursor move in the items", Unit::Milliseconds, 2.0);
const TREE_BYTES: Row = Row::new(
    "screen: bytes of a cursor move in the tree",
    Unit::Count,
    800.0,
);
const ITEMS_BYTES: Row = Row::new(
    "screen: bytes of a cursor move in the items",
    Unit::Count,
    800.0,
);
const ROWS: [Row; 8] = [
    SPACE,
    TYPING,
    NEXT,
    ENTER,
    TREE,
    ITEMS,
    TREE_BYTES,
    ITEMS_BYTES,
];

pub(crate) fn many_clients(settings: &Settings, report: &mut Report) {
    if !report.wants(&ROWS) {
        return;
    }
    let program = Program::new();
    let clients = settings.size * 10;
    let dataset = Dataset::new(clients, Shares::NEW);
    let file = export(&program, &dataset, Edition::After);
    let db = empty(&program);
    let command = program.command(&db.url());
    let mut terminal = Terminal::start(&command, &["review", file.to_str().unwrap()]);
    terminal.wait_for(&format!("Clients · {clients}"));

    let tree = walk(&mut terminal, "1");
    show(report, &TREE, &tree, Answer::milliseconds);
    show(report, &TREE_BYTES, &tree, Answer::bytes);
    let items = walk(&mut terminal, "2");
    show(report, &ITEMS, &items, Answer::milliseconds);
    show(report, &ITEMS_BYTES, &items, Answer::bytes);

    let answers: Vec<Answer> = (0..PRESSES).map(|_| terminal.press(" ")).collect();
    show(report, &SPACE, &answers, Answer::milliseconds);

    let mut typed = Vec::new();
    let mut entered = Vec::new();
    for number in 0..PRESSES {
        terminal.press("/");
        // Many clients match at first, and in the end some hundreds.
        let word = (100 + number).to_string();
        typed.extend(
            word.chars()
                .map(|letter| terminal.press(&letter.to_string())),
        );
        entered.push(terminal.press("\r"));
    }
    show(report, &TYPING, &typed, Answer::milliseconds);
    show(report, &ENTER, &entered, Answer::milliseconds);
    let answers: Vec<Answer> = (0..PRESSES).map(|_| terminal.press("n")).collect();
    show(report, &NEXT, &answers, Answer::milliseconds);
}

/// Moves the cursor down and up again in a pane.
fn walk(terminal: &mut Terminal, pane: &str) -> Vec<Answer> {
    terminal.press(pane);
    terminal.press("gg");
    (0..PRESSES)
        .map(|number| terminal.press(if number % 6 < 3 { "j" } else { "k" }))
        .collect()
}

fn show(report: &mut Report, row: &Row, answers: &[Answer], value: fn(&Answer) -> f64) {
    // Where nothing changes, nothing is drawn.
    let drawn = || answers.iter().filter(|answer| answer.bytes() > 0.0);
    let mut values = Values::default();
    let all: Vec<f64> = drawn().map(value).collect();
    all.iter().for_each(|value| values.push(*value));
    let last: Vec<f64> = drawn().map(Answer::until_quiet).collect();
    let note = match row.unit {
        Unit::Milliseconds => format!(
            "p99 {:.1} ms; last byte {:.1} ms",
            quantile(&all, 0.99).unwrap_or_default(),
            quantile(&last, 0.5).unwrap_or_default()
        ),
        _ => String::new(),
    };
    report.add_with(row, &values, &note);
}
