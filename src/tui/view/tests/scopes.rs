//! The screen of scopes.

use insta::assert_snapshot;

use super::*;
use crate::cases::config;
use crate::scopes::Catalogue;

/// Screens by the keys that lead to them.
const SCREENS: &[&str] = &[
    "",
    "j l G",
    "f j space",
    "c",
    "/ \"card\"",
    "? G",
    ": \"s\"",
    "o O",
    "D",
];

fn checked(width: u16, height: u16) -> App {
    let mut app = scopes_at(width, height);
    let id = effect_id(&keys(&mut app, "K"));
    update(&mut app, Msg::Checked(id, Ok(findings())));
    update(&mut app, Msg::Drawn);
    app
}

/// Scopes with long names and many APIs.
fn large(width: u16, height: u16) -> App {
    let mut app = sampled(width, height);
    let id = effect_id(&keys(&mut app, "S"));
    answer_scopes(&mut app, id, scoped_of(Catalogue::of_size(10_000, 10)));
    app
}

#[test]
fn scopes_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "j");
    assert_snapshot!(shot(&app));
}

#[test]
fn scopes_at_80x24_in_roles() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "/ \"ac\" enter");
    assert_snapshot!(roles(&app));
}

#[test]
fn scopes_at_120x40() {
    assert_snapshot!(shot(&scopes_at(120, 40)));
}

#[test]
fn scopes_at_200x60() {
    let mut app = scopes_at(200, 60);
    keys(&mut app, "j l j j");
    assert_snapshot!(shot(&app));
}

#[test]
fn scopes_at_60x20() {
    assert_snapshot!(shot(&scopes_at(60, 20)));
}

#[test]
fn scopes_at_40x12() {
    assert_snapshot!(shot(&scopes_at(40, 12)));
}

#[test]
fn a_scope_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "l j j");
    assert_snapshot!(shot(&app));
}

#[test]
fn a_scope_at_60x20() {
    let mut app = scopes_at(60, 20);
    keys(&mut app, "j l G");
    assert_snapshot!(shot(&app));
}

#[test]
fn searched_and_filtered_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "f j space j j space q o O / \"bal\"");
    assert_snapshot!(shot(&app));
    keys(&mut app, "enter");
    assert_snapshot!("searched_and_filtered_at_80x24_kept", shot(&app));
}

#[test]
fn nothing_found_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "/ \"nowhere\" enter k");
    assert_snapshot!(shot(&app));
}

#[test]
fn the_filter_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "f j space j j");
    assert_snapshot!(shot(&app));
}

#[test]
fn clients_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "c j");
    assert_snapshot!(shot(&app));
}

#[test]
fn findings_at_80x24() {
    let mut app = checked(80, 24);
    keys(&mut app, "j");
    assert_snapshot!(shot(&app));
}

#[test]
fn findings_at_200x60() {
    assert_snapshot!(shot(&checked(200, 60)));
}

#[test]
fn a_finding_at_60x20() {
    let mut app = checked(60, 20);
    keys(&mut app, "j enter");
    assert_snapshot!(shot(&app));
}

#[test]
fn repairing_is_asked_about() {
    let mut app = checked(80, 24);
    keys(&mut app, "F");
    assert_snapshot!(shot(&app));
}

#[test]
fn an_edit_runs() {
    let mut app = scopes_at(80, 24);
    let id = effect_id(&keys(&mut app, "D"));
    update(
        &mut app,
        Msg::Progress(
            id,
            Progress {
                phase: Phase::Lock,
                subject: String::new(),
                done: 0,
                total: 0,
            },
        ),
    );
    assert_snapshot!(shot(&app));
}

#[test]
fn an_edit_is_done() {
    let mut app = scopes_at(80, 24);
    let id = effect_id(&keys(&mut app, "D"));
    let items = vec![crate::tui::tests::support::id("scope", "accounts")];
    update(&mut app, Msg::Edited(id, Ok(edited("deleted", items))));
    assert_snapshot!(shot(&app));
}

#[test]
fn in_production_the_name_is_typed() {
    let mut app = app_at(80, 24);
    app.begin_with_scopes();
    let id = effect_id(&start(&mut app));
    let mut scoped = scoped();
    scoped.place.production = true;
    answer_scopes(&mut app, id, scoped);
    keys(&mut app, "D tab");
    assert_snapshot!(shot(&app));
}

#[test]
fn reading_them_first() {
    let mut app = app_at(80, 24);
    app.begin_with_scopes();
    let id = effect_id(&start(&mut app));
    let progress = Progress {
        phase: Phase::Snapshot,
        subject: "a_table".to_owned(),
        done: 3,
        total: 9,
    };
    update(&mut app, Msg::Progress(id, progress));
    assert_snapshot!(shot(&app));
    update(
        &mut app,
        Msg::Scopes(
            id,
            Err(Failure::new(FailureKind::Unreachable, "cannot connect")),
        ),
    );
    assert_snapshot!("reading_them_first_failed", shot(&app));
}

#[test]
fn help_at_80x24() {
    let mut app = scopes_at(80, 24);
    keys(&mut app, "?");
    assert_snapshot!(shot(&app));
}

#[test]
fn many_at_120x40() {
    let mut app = large(120, 40);
    keys(&mut app, "G");
    assert_snapshot!(shot(&app));
}

#[test]
fn accessible_at_80x24() {
    let mut app = scopes_at(80, 24);
    app.theme.accessible = true;
    keys(&mut app, "j");
    assert_snapshot!(shot(&app));
    let mut terminal = terminal(&app, app.size);
    assert_eq!(terminal.get_cursor_position().unwrap(), Position::new(0, 4));
}

#[test]
fn ascii_at_120x40() {
    let mut app = app_at(120, 40);
    app.theme = theme("dark", Level::None, &ASCII);
    app.begin_with_scopes();
    let id = effect_id(&start(&mut app));
    answer_scopes(&mut app, id, scoped_of(Catalogue::of_size(3, 2)));
    for script in SCREENS {
        keys(&mut app, script);
        assert!(shot(&app).is_ascii(), "{script}: {}", shot(&app));
        keys(&mut app, "ctrl-c");
    }
}

#[test]
fn no_data_moves_the_cursor() {
    for size in [(40, 12), (80, 24), (200, 60)] {
        for script in SCREENS {
            let mut app = scopes_at(size.0, size.1);
            keys(&mut app, script);
            for cell in terminal(&app, size).backend().buffer().content() {
                assert!(
                    !cell
                        .symbol()
                        .chars()
                        .any(|c| c.is_control() || c == '\u{202e}'),
                    "{script}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn no_size_panics_or_loses_the_scope(
        width in 0_u16..=130, height in 0_u16..=50, other in (0_u16..=130, 0_u16..=50),
        screen in 0..SCREENS.len(), accessible: bool,
    ) {
        let mut app = scopes_at(80, 24);
        app.theme.accessible = accessible;
        update(&mut app, Msg::Resize(width, height));
        keys(&mut app, SCREENS[screen]);
        let before = scope_here(&app);
        terminal(&app, (width, height));
        // A frame of a size that the model does not know of yet.
        terminal(&app, other);
        update(&mut app, Msg::Resize(other.0, other.1));
        terminal(&app, other);
        prop_assert_eq!(scope_here(&app), before);
    }
}
