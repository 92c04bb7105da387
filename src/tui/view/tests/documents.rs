//! How items of whole documents look: lists, booleans, fractions, removed fields,
//! references, and products with dozens of kinds.

use insta::assert_snapshot;

use super::*;

/// The screen on the first source, in its detail.
fn source(width: u16, height: u16, level: Level) -> App {
    let mut app = app_at(width, height);
    app.theme = theme("dark", level, &UNICODE);
    open_in(&mut app, reviewed(documents()));
    keys(&mut app, "1 G k 2 3");
    app
}

#[test]
fn the_detail_at_80x24() {
    assert_snapshot!(shot(&source(80, 24, Level::True)));
}

#[test]
fn the_whole_detail_at_80x24_zoomed() {
    let mut app = source(80, 24, Level::True);
    keys(&mut app, "z");
    let first = shot(&app);
    keys(&mut app, "G");
    assert_snapshot!(format!("{first}\n{}", shot(&app)));
}

#[test]
fn the_detail_at_200x60_side_by_side() {
    let mut app = source(200, 60, Level::True);
    keys(&mut app, "s");
    assert_snapshot!(shot(&app));
}

#[test]
fn without_colours_an_unresolved_reference_has_a_sign_and_a_word() {
    let app = source(120, 48, Level::None);
    let shown = shot(&app);
    assert!(
        shown.contains("! owner/id") && shown.contains("unresolved: IDENTITY 2c9180ff"),
        "{shown}"
    );
    assert_snapshot!(roles(&app));
}

#[test]
fn ascii_reports_the_same() {
    let mut app = app_at(120, 48);
    app.theme = theme("dark", Level::None, &ASCII);
    open_in(&mut app, reviewed(documents()));
    keys(&mut app, "1 G k 2 3");
    let shown = shot(&app);
    for described in [
        "! owner/id",
        "2c9180ff",
        "unresolved",
        "external",
        "by default",
        "removed",
    ] {
        assert!(shown.contains(described), "{described}: {shown}");
    }
}

#[test]
fn kinds_without_items_take_no_room_and_what_cannot_be_imported_says_so() {
    let mut app = open(reviewed(documents()), 120, 24);
    let shown = shot(&app);
    for (title, is_there) in [
        ("Access profiles", true),
        ("Roles", true),
        ("Sources", true),
        ("Transforms", true),
        ("Rules", false),
        ("Workflows", false),
        ("Organisation", false),
    ] {
        assert_eq!(shown.contains(title), is_there, "{title}: {shown}");
    }
    keys(&mut app, "!");
    let shown = shot(&app);
    assert!(
        shown.contains("why: objects of this kind can be") && shown.contains("not importable"),
        "{shown}"
    );
}

#[test]
fn a_kind_and_a_single_item_are_chosen_with_the_same_keys_among_many_kinds() {
    let mut app = open(reviewed(documents()), 120, 24);
    // The kind: all of its items that can be written.
    keys(&mut app, "1 j j c tab enter");
    assert!(
        shot(&app).contains("1 more item to be overwritten"),
        "{}",
        shot(&app)
    );
    keys(&mut app, "space");
    assert_eq!(
        app.review
            .as_ref()
            .unwrap()
            .choices
            .chosen(&documents())
            .count(),
        0
    );
    keys(&mut app, "2 j space");
    let chosen: Vec<String> = app
        .review
        .as_ref()
        .unwrap()
        .choices
        .chosen(&documents())
        .map(ToString::to_string)
        .collect();
    assert_eq!(chosen, ["SOURCE:new"]);
    // What cannot be imported says why.
    keys(&mut app, "1 g g space");
    assert!(
        shot(&app).contains("no item below can be chosen"),
        "{}",
        shot(&app)
    );
    keys(&mut app, "2 space");
    assert!(
        shot(&app).contains("objects of this kind can be exported and not imported"),
        "{}",
        shot(&app)
    );
}

#[test]
fn what_a_cover_removes_is_listed_before_it_is_done() {
    let mut app = open(reviewed(documents()), 120, 40);
    keys(&mut app, "1 j j 2 c P");
    let shown = shot(&app);
    assert!(
        shown.contains("3 existing entries will be deleted:"),
        "{shown}"
    );
    let listed = shown
        .lines()
        .filter(|line| line.contains("  - SOURCE "))
        .count();
    assert_eq!(listed, 3, "{shown}");
}

#[test]
fn no_secret_and_no_control_of_a_document_is_on_the_screen() {
    for size in [(80, 24), (200, 60)] {
        for script in ["", "z", "s u", "e", "G", "pgdn"] {
            let mut app = source(size.0, size.1, Level::True);
            keys(&mut app, script);
            let shown = shot(&app);
            assert!(!shown.contains("canary"), "{shown}");
            assert!(
                !shown.chars().any(|c| c.is_control() && c != '\n'),
                "{shown}"
            );
        }
    }
}
