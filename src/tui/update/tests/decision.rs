//! The operator decides: input is input, what is left out stays left out, and
//! the numbers in the dialog are those that are written.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::cases::config;
use crate::engine::Verb;
use crate::tui::subject::Reviewed;

/// Opens the dialog of an import that overwrites something.
fn asked(database: &str) -> App {
    let subject = reviewed(plan(sample_drafts(10), Vec::new(), Vec::new()));
    let mut app = open(
        Reviewed {
            database: database.to_owned(),
            ..subject
        },
        100,
        40,
    );
    keys(&mut app, "C tab enter P");
    assert!(matches!(open_dialog(&app), Some(Dialog::Import(Some(_)))));
    app
}

fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    let keys = text
        .chars()
        .map(|c| Key::plain(crossterm::event::KeyCode::Char(c)));
    keys.flat_map(|key| update(app, Msg::Key(key))).collect()
}

fn describe(app: &App) -> String {
    app.modals
        .last()
        .unwrap()
        .lines()
        .iter()
        .map(|line| line.plain() + "\n")
        .collect()
}

/// Returns what an effect applies: how many are added, and how many covered.
fn applied(effects: &[Effect]) -> Option<(usize, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Apply(_, approved, _) => {
            Some((approved.count(Verb::Add), approved.count(Verb::Cover)))
        }
        _ => None,
    })
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn every_name_can_be_typed(name in "[\\PC&&[^ ]][\\PC]{0,20}[\\PC&&[^ ]]") {
        let mut app = asked(&name);
        let choices = app.review.as_ref().unwrap().choices.clone();
        prop_assert!(type_in(&mut app, &name).is_empty());
        let modal = app.modals.last().unwrap();
        prop_assert_eq!((modal.input.value(), modal.focus), (&*name, Focus::Input));
        prop_assert_eq!(&app.review.as_ref().unwrap().choices, &choices);
        prop_assert!(applied(&keys(&mut app, "enter")).is_some());
    }

    #[test]
    fn a_name_can_be_typed_to_undo(name in "[a-zA-Z0-9_$.-]{1,20}") {
        let mut app = open(Reviewed { database: name.clone(), ..reviewed(sample()) }, 100, 40);
        list_jobs(&mut app, records());
        keys(&mut app, "j U");
        type_in(&mut app, &name);
        let effects = keys(&mut app, "enter");
        prop_assert!(effects.iter().any(|effect| matches!(effect, Effect::Undo(..))), "{:?}", effects);
    }

    #[test]
    fn the_figures_of_the_dialog_are_what_is_written(
        pressed in vec(prop::sample::select(&[
            "space", "c", "C", "j", "k", "tab", "1", "2", "enter", "l", "h", "f", "q", "G", "g g", "]", "!",
        ][..]), 0..40)
    ) {
        let mut app = open(reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())), 100, 40);
        for key in pressed {
            keys(&mut app, key);
            // The review stays, and no dialog remains open.
            if matches!(open_dialog(&app), Some(Dialog::Quit)) {
                keys(&mut app, "esc");
            }
        }
        while !app.modals.is_empty() {
            keys(&mut app, "esc");
        }
        keys(&mut app, "P");
        let Some(Dialog::Import(_)) = open_dialog(&app) else { return Ok(()) };
        let headline = describe(&app);
        let headline = headline.lines().next().unwrap();
        type_in(&mut app, "gateway");
        let mut effects = keys(&mut app, "enter");
        if applied(&effects).is_none() {
            // Nothing is overwritten: no name is asked for.
            keys(&mut app, "P");
            effects = keys(&mut app, "tab enter");
        }
        let (added, covered) = applied(&effects).unwrap();
        prop_assert!(headline.starts_with(&format!("{added} to add, {covered} to overwrite")), "{}", headline);
    }
}

#[test]
fn a_wrong_name_writes_nothing_and_says_so() {
    let mut app = asked("uat_qc");
    type_in(&mut app, "uat_q");
    assert_eq!(applied(&keys(&mut app, "enter")), None);
    assert_eq!(notice(&app), "type the database name to import: uat_qc");
    type_in(&mut app, "c");
    assert!(applied(&keys(&mut app, "enter")).is_some());
}

#[test]
fn the_buttons_are_reached_by_tab_and_letters_act_there() {
    let mut app = asked("gateway");
    type_in(&mut app, "B");
    assert!(app.review.as_ref().unwrap().subject.backup, "it was typed");
    keys(&mut app, "tab B");
    assert!(!app.review.as_ref().unwrap().subject.backup);
    assert_eq!(app.modals.last().unwrap().focus, Focus::Go);
}

#[test]
fn covering_all_leaves_out_what_was_left_out_by_hand() {
    let mut app = sampled(100, 40);
    keys(&mut app, "space C tab enter");
    assert_eq!(status(&app, "client:crm"), ItemStatus::LeftOut);
    assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
    assert_eq!(notice(&app), "3 more items to be overwritten");
    // An item that was covered and then left out stays so, too.
    keys(&mut app, "j c C");
    assert_eq!(notice(&app), "no item is undecided; 2 items are left out");
    assert_eq!(status(&app, "client:billing"), ItemStatus::LeftOut);
}

#[test]
fn covering_a_branch_asks_as_covering_all_does() {
    let mut app = sampled(100, 40);
    keys(&mut app, "1 c");
    let Some(Dialog::Cover(Some(_))) = open_dialog(&app) else {
        panic!("{:?}", open_dialog(&app))
    };
    assert!(
        describe(&app).starts_with("2 items in the target will be overwritten"),
        "{}",
        describe(&app)
    );
    assert_eq!(
        status(&app, "client:billing"),
        ItemStatus::Differs,
        "nobody confirmed yet"
    );
    keys(&mut app, "tab enter");
    assert_eq!(
        (status(&app, "client:billing"), status(&app, "client:risk")),
        (ItemStatus::Cover, ItemStatus::Cover)
    );
    assert_eq!(
        status(&app, "group:ops"),
        ItemStatus::Differs,
        "it is in another branch"
    );
}

#[test]
fn what_is_deleted_comes_first_each_by_itself() {
    let mut app = asked("gateway");
    let described = describe(&app);
    let lines: Vec<&str> = described.lines().collect();
    assert_eq!(lines[1], "1 existing entry will be deleted:");
    assert_eq!(lines[2], "  - client billing  idpO/GOOGLE");
    keys(&mut app, "esc");
    let mut app = sampled(100, 40);
    keys(&mut app, "m tab enter P");
    assert!(
        describe(&app).contains("Nothing will be deleted."),
        "{}",
        describe(&app)
    );
}

#[test]
fn what_deserves_a_word_is_reported_of_what_is_written_and_of_nothing_else() {
    let mut app = asked("gateway");
    assert!(
        describe(&app).contains("client:billing: the OAuth scope is recomputed"),
        "{}",
        describe(&app)
    );
    keys(&mut app, "esc");
    let mut app = open(
        reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
        100,
        40,
    );
    keys(&mut app, "P");
    assert!(
        !describe(&app).contains("OAuth scope"),
        "billing is not covered: {}",
        describe(&app)
    );
}

#[test]
fn undecided_left_out_and_blocked_are_counted_apart() {
    let mut app = open(
        reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
        100,
        40,
    );
    keys(&mut app, "space P");
    let described = describe(&app);
    let headline = described.lines().next().unwrap();
    assert_eq!(
        headline,
        "3 to add, 0 to overwrite, 3 undecided, 1 left out, 3 blocked."
    );
}

#[test]
fn esc_leaves_a_search_a_filter_and_a_zoom_and_never_the_program() {
    let mut app = sampled(100, 40);
    keys(&mut app, "/ \"risk\" enter f z");
    for said in ["search cleared", "filter cleared"] {
        assert!(keys(&mut app, "esc").is_empty());
        assert_eq!(notice(&app), said);
    }
    keys(&mut app, "esc");
    assert!(!app.zoom);
    for _ in 0..3 {
        assert!(keys(&mut app, "esc").is_empty());
        assert_eq!(notice(&app), "q quits");
    }
    let mut app = app_at(80, 24);
    start(&mut app);
    assert!(
        keys(&mut app, "esc").is_empty(),
        "not while it is read, either"
    );
}
