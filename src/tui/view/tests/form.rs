//! How the form of a scope and its pickers look.

use std::sync::Arc;

use insta::assert_snapshot;
use ratatui::backend::Backend as _;

use super::*;
use crate::cases::config;
use crate::scopes::Catalogue;
use crate::scopes::screen::form::Form;

fn catalogue() -> Arc<Catalogue> {
    Arc::new(Catalogue::sample())
}

fn opened(form: Option<Form>, (width, height): (u16, u16)) -> App {
    let mut app = sampled(width, height);
    app.form = form;
    update(&mut app, Msg::Drawn);
    app
}

fn creating(size: (u16, u16)) -> App {
    opened(Some(Form::create(catalogue())), size)
}

fn updating(index: usize, size: (u16, u16)) -> App {
    opened(Form::update(catalogue(), index), size)
}

fn cursor(app: &App) -> (u16, u16) {
    let position = terminal(app, app.size)
        .backend_mut()
        .get_cursor_position()
        .unwrap();
    (position.x, position.y)
}

/// Every field filled in, one wrongly, and two modules.
const FILLED: &str = "\"cards\" tab \"信用卡與帳戶\" tab backspace \"36\" tab right right tab tab enter space \
    enter tab tab \"Balances\" space \"and\" space \"cards\" S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab \
    S-Tab S-Tab S-Tab enter space space enter enter space enter";

#[test]
fn a_new_scope_at_80x24() {
    assert_snapshot!(shot(&creating((80, 24))));
}

#[test]
fn a_new_scope_filled_in_at_80x24() {
    let mut app = creating((80, 24));
    keys(&mut app, FILLED);
    assert_snapshot!(shot(&app));
}

#[test]
fn a_new_scope_filled_in_at_60x20() {
    let mut app = creating((60, 20));
    keys(&mut app, FILLED);
    assert_snapshot!(shot(&app));
}

#[test]
fn a_new_scope_filled_in_at_200x60() {
    let mut app = creating((200, 60));
    keys(&mut app, FILLED);
    assert_snapshot!(shot(&app));
}

#[test]
fn a_new_scope_filled_in_at_40x12() {
    let mut app = creating((40, 12));
    keys(&mut app, FILLED);
    assert_snapshot!(shot(&app));
}

#[test]
fn a_scope_with_hostile_text_at_80x24_in_roles() {
    let mut app = updating(2, (80, 24));
    keys(&mut app, "tab tab tab tab tab tab tab");
    assert_snapshot!(format!("{}{}", shot(&app), roles(&app)));
}

#[test]
fn the_apis_of_a_module_at_80x24() {
    let mut app = updating(0, (80, 24));
    keys(&mut app, "S-Tab S-Tab S-Tab up up enter j");
    assert_snapshot!(shot(&app));
}

#[test]
fn modules_with_a_filter_at_60x20() {
    let mut app = updating(1, (60, 20));
    keys(&mut app, "S-Tab S-Tab S-Tab enter / \"n\"");
    assert_snapshot!(shot(&app));
}

#[test]
fn a_hundred_thousand_apis_at_80x24() {
    let mut app = opened(
        Some(Form::create(Arc::new(Catalogue::vast(100_000)))),
        (80, 24),
    );
    keys(
        &mut app,
        "S-Tab S-Tab S-Tab enter space enter enter space space G",
    );
    assert_snapshot!(shot(&app));
}

#[test]
fn clients_at_80x24() {
    let mut app = opened(Form::give(catalogue(), 1), (80, 24));
    keys(&mut app, "space");
    assert_snapshot!(shot(&app));
}

#[test]
fn what_differs_at_80x24() {
    let mut app = updating(0, (80, 24));
    keys(
        &mut app,
        "tab ctrl-u tab backspace \"2\" tab left tab ctrl-u \"7\" tab tab right",
    );
    keys(
        &mut app,
        "S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab S-Tab up D ctrl-o",
    );
    assert_snapshot!(shot(&app));
}

#[test]
fn what_is_wrong_with_a_field_stands_below_it_at_80x24() {
    let mut app = creating((80, 24));
    keys(
        &mut app,
        "\"a\" backspace tab tab \"x\" tab tab ctrl-u ctrl-o",
    );
    assert_snapshot!(shot(&app));
}

#[test]
fn a_refused_save_at_60x20() {
    let mut app = creating((60, 20));
    let failure = Failure::new(FailureKind::Locked, "another job is using the target")
        .because("anna imports since 10:00 from bastion")
        .hint("wait until it has ended, then save again");
    app.form
        .as_mut()
        .unwrap()
        .refused(&failure, crate::tui::screen::job::explain(&failure));
    update(&mut app, Msg::Drawn);
    assert_snapshot!(shot(&app));
}

#[test]
fn accessible_without_boxes_at_80x24() {
    let mut app = creating((80, 24));
    app.theme.accessible = true;
    keys(&mut app, FILLED);
    assert_snapshot!(shot(&app));
    assert_eq!(cursor(&app).0, 1, "the cursor stands on the focused row");
}

#[test]
fn ascii_without_colours_at_80x24() {
    let mut app = creating((80, 24));
    app.theme = theme("dark", Level::None, &ASCII);
    keys(&mut app, FILLED);
    let shown = shot(&app);
    assert!(
        shown
            .chars()
            .filter(|c| !c.is_ascii())
            .all(|c| "信用卡與帳戶密碼".contains(c)),
        "{shown}"
    );
}

#[test]
fn the_cursor_stands_behind_what_is_typed_in_columns() {
    let mut app = creating((80, 24));
    let (x, y) = cursor(&app);
    keys(&mut app, "\"ab\"");
    assert_eq!(cursor(&app), (x + 2, y));
    keys(&mut app, "tab \"信用卡\"");
    assert_eq!(cursor(&app), (x + 6, y + 1));
    keys(&mut app, "left");
    assert_eq!(cursor(&app), (x + 4, y + 1));
    update(&mut app, Msg::Paste("\u{1b}".to_owned()));
    assert_eq!(
        cursor(&app),
        (x + 8, y + 1),
        "an escape is shown as four signs"
    );
}

#[test]
fn the_end_of_a_long_text_is_seen_while_it_is_typed() {
    for size in [(80, 24), (60, 20), (40, 12)] {
        let mut app = creating(size);
        keys(&mut app, "tab");
        update(&mut app, Msg::Paste("描述".repeat(40)));
        keys(&mut app, "\"end\"");
        assert!(shot(&app).contains("描述end"), "{}", shot(&app));
    }
}

#[test]
fn the_focused_field_is_visible_at_every_size() {
    for size in [(80, 24), (60, 20), (40, 12), (200, 60)] {
        let mut app = updating(0, size);
        for _ in 0..14 {
            keys(&mut app, "tab");
            let focus = shot(&app)
                .lines()
                .any(|line| line.contains('▸') || line.contains("[ "));
            assert!(focus, "{}", shot(&app));
        }
    }
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn no_size_and_no_key_breaks_it(
        width in 1_u16..120,
        height in 1_u16..40,
        script in proptest::collection::vec(0_usize..16, 0..40),
    ) {
        const KEYS: [&str; 16] = [
            "tab", "S-Tab", "enter", "space", "a", "/", "\"信\"", "esc", "left", "right", "D", "down", "up",
            "ctrl-o", "backspace", "G",
        ];
        let mut app = updating(1, (80, 24));
        for key in script {
            keys(&mut app, KEYS[key]);
            if app.form.is_none() || app.is_applying() {
                break;
            }
        }
        update(&mut app, Msg::Resize(width, height));
        shot(&app);
    }
}
