//! The lists to choose a file and a target from.

use insta::assert_snapshot;

use super::*;
use crate::tui::tests::chooser::*;
use crate::tui::theme::Glyphs;

/// The model with the targets listed.
fn targets(width: u16, height: u16) -> App {
    let mut app = choosing(width, height);
    let effects = keys(&mut app, "G enter");
    answer(&mut app, &effects);
    app
}

fn plain(mut app: App, level: Level, glyphs: &'static Glyphs) -> App {
    app.theme = theme("dark", level, glyphs);
    app
}

#[test]
fn files_at_80x24() {
    let mut app = choosing(80, 24);
    keys(&mut app, "j j j");
    assert_snapshot!(shot(&app));
}

#[test]
fn files_at_40x12() {
    assert_snapshot!(shot(&choosing(40, 12)));
}

#[test]
fn files_at_200x60_in_ascii() {
    let app = plain(choosing(200, 30), Level::None, &ASCII);
    assert_snapshot!(shot(&app));
}

#[test]
fn targets_at_80x24() {
    assert_snapshot!(shot(&targets(80, 24)));
}

#[test]
fn targets_at_80x24_without_colours() {
    let mut app = plain(targets(80, 24), Level::None, &UNICODE);
    keys(&mut app, "j");
    assert_snapshot!(roles(&app));
}

#[test]
fn targets_at_40x12() {
    assert_snapshot!(shot(&targets(40, 12)));
}

#[test]
fn recent_files_at_80x24() {
    let mut app = choosing(80, 24);
    keys(&mut app, "tab");
    assert_snapshot!(shot(&app));
}

#[test]
fn a_filter_that_matches_nothing_at_40x12() {
    let mut app = choosing(40, 12);
    keys(&mut app, "/ \"xyz\"");
    assert_snapshot!(shot(&app));
}

#[test]
fn a_path_that_is_typed_at_40x12() {
    let mut app = targets(40, 12);
    keys(&mut app, "p");
    assert_snapshot!(shot(&app));
}

#[test]
fn losing_choices_at_80x24() {
    let mut app = sampled(80, 24);
    keys(&mut app, "j c");
    let effects = keys(&mut app, "ctrl-t");
    answer(&mut app, &effects);
    keys(&mut app, "j enter");
    assert_snapshot!(shot(&app));
}

#[test]
fn help_at_80x24() {
    let mut app = choosing(80, 24);
    keys(&mut app, "?");
    assert_snapshot!(shot(&app));
}

#[test]
fn for_screen_readers_at_80x24() {
    let mut app = targets(80, 24);
    app.theme.accessible = true;
    keys(&mut app, "j");
    assert_snapshot!(shot(&app));
    let terminal = terminal(&app, app.size);
    assert_eq!(terminal.backend().cursor_position(), (0, 4).into());
}

proptest! {
    #[test]
    fn no_size_breaks_the_lists(width in 1_u16..130, height in 1_u16..40, moves in "[jkGhl./\t]{0,6}") {
        for mut app in [choosing(80, 24), targets(80, 24)] {
            update(&mut app, Msg::Resize(width, height));
            for c in moves.chars() {
                let key = if c == '\t' { "tab".to_owned() } else { c.to_string() };
                keys(&mut app, &key);
            }
            terminal(&app, (width, height));
        }
    }
}
