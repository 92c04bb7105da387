//! How differing texts look: lines with their words, documents in strings, and
//! look-alikes.

use insta::assert_snapshot;

use super::*;
use crate::engine::Field;

/// The detail of an item with multi-line texts.
fn texts(size: (u16, u16), glyphs: &'static crate::tui::theme::Glyphs, level: Level) -> App {
    let script: String = (1..40)
        .map(|n| format!("  第 {n} 步: audit('客戶', {n});\n"))
        .collect();
    let changed = script
        .replace("audit('客戶', 7)", "audit('客戶', 700)")
        .replace("  第 30 步", "  第 30 步 ");
    let record = |script: &str, rules: &str, owner: &str, note: &str| {
        Value::Record(vec![
            Field::new("script", Value::Text(script.into())),
            Field::new("rules", Value::Text(rules.into())),
            Field::new("owner", Value::Text(owner.into())),
            Field::new("note", Value::Text(note.into())),
        ])
    };
    let mut app = app_at(size.0, size.1);
    app.theme = theme("dark", level, glyphs);
    let draft = item("client", "rule", "規則 Rule").sides(
        record(
            &script,
            r#"{"limit":10,"hosts":["a.example","b.example"]}"#,
            "x@y.example",
            "one\r\ntwo\r\n",
        ),
        record(
            &changed,
            r#"{"limit":50,"hosts":["a.example","b.example"]}"#,
            "\u{445}@y.example",
            "one\ntwo\n",
        ),
    );
    open_in(
        &mut app,
        reviewed(plan(vec![draft], Vec::new(), Vec::new())),
    );
    keys(&mut app, "3");
    app
}

#[test]
fn texts_at_80x24_in_ascii() {
    let mut app = texts((80, 24), &ASCII, Level::None);
    keys(&mut app, "z");
    let first = shot(&app);
    keys(&mut app, "G");
    assert_snapshot!(format!("{first}\n{}", shot(&app)));
}

#[test]
fn texts_at_120x40_in_roles() {
    let mut app = texts((120, 40), &UNICODE, Level::True);
    keys(&mut app, "z");
    assert_snapshot!(format!("{}\n{}", shot(&app), roles(&app)));
}

#[test]
fn texts_at_200x60_side_by_side() {
    let mut app = texts((200, 60), &UNICODE, Level::True);
    keys(&mut app, "s z");
    assert_snapshot!(shot(&app));
}

#[test]
fn a_text_of_megabytes_is_laid_out_once_and_the_cursor_moves_over_what_is_shown() {
    let text = |first: &str| {
        let lines: String = (0..60_000)
            .map(|n| format!("line {n} of a long script, {first} in it\n"))
            .collect();
        Value::Record(vec![Field::new("script", Value::Text(lines.into()))])
    };
    let mut app = app_at(120, 40);
    let draft = item("client", "big", "big").sides(text("one"), text("two"));
    open_in(
        &mut app,
        reviewed(plan(vec![draft], Vec::new(), Vec::new())),
    );
    keys(&mut app, "3 z");
    assert!(
        app.detail.rows().len() < 1_000,
        "{}",
        app.detail.rows().len()
    );
    for _ in 0..200 {
        keys(&mut app, "j k");
    }
    keys(&mut app, "G");
    assert!(
        shot(&app).contains("more lines of this text"),
        "{}",
        shot(&app)
    );
}
