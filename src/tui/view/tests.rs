use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Modifier, Style};

use super::*;
use crate::tui::msg::Msg;
use crate::tui::skin::{ASCII, Level, UNICODE};
use crate::tui::support::{app_at, keys, open_in, reviewed, sample, sampled, skin};
use crate::tui::update::update;

fn terminal(app: &App) -> Terminal<TestBackend> {
    let (width, height) = app.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(app, frame)).unwrap();
    terminal
}

/// The screen as text, without the quotes and trailing spaces of `TestBackend`.
fn shot(app: &App) -> String {
    let shown = terminal(app).backend().to_string();
    let lines = shown.lines().map(|line| line.trim_matches('"').trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn look() {
    let mut app = sampled(80, 24);
    println!("{}", shot(&app));
    keys(&mut app, "j");
    println!("{}", shot(&app));
    let mut app = sampled(120, 40);
    keys(&mut app, "j C tab enter P");
    println!("{}", shot(&app));
    keys(&mut app, "q 1 l j l j l");
    println!("{}", shot(&app));
}
