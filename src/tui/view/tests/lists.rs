//! How lists of documents look: additions with their content, removals, moves,
//! changes inside, and what the target keeps.

use insta::assert_snapshot;

use super::*;
use crate::engine::DocumentSchema;
use crate::engine::align::align;
use crate::engine::json::Json;
use crate::engine::schema::{Cover, Empty, Rule, Rules};

const THERE: &str = r#"{"id": "prod-1", "created": "2021-04-01", "domains": [
    {"dn": "DC=台北", "user": "svc-01", "password": "canary-1"},
    {"dn": "DC=old", "user": "svc-02", "password": "canary-2"}],
    "steps": [{"name": "核准 approve", "wait": 1}, {"name": "log", "to": "disk"}, {"name": "通知 notify", "to": "mail"}],
    "tags": ["高", "24h"]}"#;

const FILE: &str = r#"{"id": "test-9", "created": "2026-11-01", "domains": [
    {"dn": "DC=台北", "user": "svc-09"}, {"dn": "DC=新竹", "user": "svc-03", "password": "canary-3"}],
    "steps": [{"name": "通知 notify", "to": "mail"}, {"name": "核准 approve", "wait": 5}, {"name": "archive", "days": 30}],
    "tags": ["24h", "低"]}"#;

fn json(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.as_str().into(), json(value)))
                .collect(),
        ),
        serde_json::Value::Array(elements) => Json::List(elements.iter().map(json).collect()),
        serde_json::Value::String(text) => Json::text(text.as_str()),
        plain => Json::Number(plain.to_string().into()),
    }
}

/// The detail of an item whose lists differ in every way.
fn lists(size: (u16, u16), glyphs: &'static crate::tui::theme::Glyphs, level: Level) -> App {
    let schema = DocumentSchema {
        cover: Cover::Replace,
        empty: Empty::Nothing,
        inner: "",
        list_keys: &[],
        rules: Rules::new([&[
            ("id", Rule::Local),
            ("created", Rule::Volatile),
            ("domains", Rule::Map(&["dn"])),
            ("steps", Rule::Sequence(&["name"])),
            ("tags", Rule::Set),
        ][..]]),
    };
    let (there, file) = (
        json(&serde_json::from_str(THERE).unwrap()),
        json(&serde_json::from_str(FILE).unwrap()),
    );
    let (before, after) = align(Some(&there), &file, &schema).sides();
    let mut app = app_at(size.0, size.1);
    app.theme = theme("dark", level, glyphs);
    let draft = item("client", "source", "人事 HR").sides(before, after);
    open_in(
        &mut app,
        reviewed(plan(vec![draft], Vec::new(), Vec::new())),
    );
    keys(&mut app, "3 u");
    app
}

#[test]
fn lists_at_80x24() {
    let mut app = lists((80, 24), &UNICODE, Level::True);
    keys(&mut app, "z");
    let first = shot(&app);
    keys(&mut app, "G");
    assert_snapshot!(format!("{first}\n{}", shot(&app)));
}

#[test]
fn lists_at_120x40_without_colours() {
    let app = lists((120, 40), &UNICODE, Level::None);
    assert_snapshot!(shot(&app));
}

#[test]
fn lists_at_200x60_side_by_side() {
    let mut app = lists((200, 60), &UNICODE, Level::True);
    keys(&mut app, "s");
    assert_snapshot!(shot(&app));
}

#[test]
fn lists_in_ascii_at_120x40() {
    let app = lists((120, 40), &ASCII, Level::None);
    let shown = shot(&app);
    for described in ["moved", "kept", "removed"] {
        assert!(shown.contains(described), "{described}: {shown}");
    }
    assert!(!shown.contains("canary"), "{shown}");
    assert_snapshot!(shown);
}
