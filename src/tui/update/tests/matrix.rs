//! The items by several targets, and the review of one of them.

use super::*;
use crate::tui::exit::Exit;
use crate::tui::screen::matrix::model::MatrixLine;

const FIVE: [(&str, bool); 5] = [
    ("dev", false),
    ("uat", false),
    ("gone", false),
    ("prod-a", true),
    ("prod-b", true),
];

fn line(app: &App) -> Option<MatrixLine> {
    app.matrix.as_ref().unwrap().lines.current().copied()
}

/// Answers the comparison with a target.
fn answer(app: &mut App, effects: &[Effect]) {
    let id = effect_id(effects);
    update(app, Msg::ReviewedTarget(id, Ok(reviewed(sample()))));
    update(app, Msg::Drawn);
}

#[test]
fn a_session_of_several_targets_starts_with_the_matrix() {
    let mut app = app_at(80, 24);
    app.begin_with_matrix();
    let effects = start(&mut app);
    assert!(
        matches!(effects[..], [Effect::CompareAll(_)]),
        "{effects:?}"
    );
    assert_eq!(app.context(), Context::Loading);
    let app = matrix_at(80, 24, &FIVE);
    assert_eq!(app.context(), Context::Matrix);
    assert_eq!(line(&app), Some(MatrixLine::Kind(0)));
}

#[test]
fn enter_reviews_the_target_of_the_cell_at_its_item_and_q_goes_back() {
    let mut app = matrix_at(80, 24, &FIVE);
    let effects = keys(&mut app, "j j l Enter");
    assert!(
        matches!(effects[..], [Effect::ReviewTarget(_, 1)]),
        "{effects:?}"
    );
    answer(&mut app, &effects);
    assert_eq!(app.context(), Context::Review);
    assert_eq!(here(&app), "client:billing");
    assert!(keys(&mut app, "q").is_empty());
    assert_eq!(app.context(), Context::Matrix);
    // The same target is reviewed already.
    assert!(keys(&mut app, "j Enter").is_empty());
    assert_eq!(
        (app.context(), here(&app)),
        (Context::Review, "client:risk".to_owned())
    );
    keys(&mut app, "M");
    assert_eq!(app.context(), Context::Matrix);
    assert!(matches!(
        keys(&mut app, "q")[..],
        [Effect::Quit(Exit::Done)]
    ));
}

#[test]
fn choices_for_one_target_are_kept_while_another_is_reviewed() {
    let mut app = matrix_at(80, 24, &FIVE);
    let effects = keys(&mut app, "j j Enter");
    answer(&mut app, &effects);
    keys(&mut app, "c");
    assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
    let effects = keys(&mut app, "M l Enter");
    answer(&mut app, &effects);
    assert_eq!(status(&app, "client:billing"), ItemStatus::Differs);
    // Leaving would lose those for the first target.
    keys(&mut app, "q q");
    assert_eq!(open_dialog(&app), Some(&Dialog::Quit));
    let effects = keys(&mut app, "q h Enter");
    answer(&mut app, &effects);
    assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
}

#[test]
fn a_target_that_was_not_compared_says_why() {
    let mut app = matrix_at(80, 24, &FIVE);
    assert!(keys(&mut app, "l l Enter").is_empty());
    assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
}

#[test]
fn the_filter_lists_all_items_and_the_cursor_stays() {
    let mut app = matrix_at(80, 24, &[("dev", false), ("uat", false)]);
    let lines = |app: &App| app.matrix.as_ref().unwrap().lines.rows().len();
    keys(&mut app, "G");
    let (differing, last) = (lines(&app), line(&app));
    keys(&mut app, "f");
    assert!(lines(&app) > differing);
    assert_eq!(line(&app), last);
    assert_eq!(notice(&app), "no filter");
}

#[test]
fn after_an_import_the_matrix_is_compared_again() {
    let mut app = matrix_at(80, 24, &FIVE);
    let effects = keys(&mut app, "j j Enter");
    answer(&mut app, &effects);
    app.written.push("job 12".to_owned());
    let effects = keys(&mut app, "M");
    assert!(
        matches!(effects[..], [Effect::CompareAll(_)]),
        "{effects:?}"
    );
    update(
        &mut app,
        Msg::ComparedAll(effect_id(&effects), Ok(compared_with(&FIVE))),
    );
    assert_eq!(line(&app), Some(MatrixLine::Item(1)));
    assert!(
        keys(&mut app, "q")
            .iter()
            .all(|effect| !matches!(effect, Effect::CompareAll(_)))
    );
}

#[test]
fn with_one_target_there_is_no_matrix() {
    let mut app = sampled(80, 24);
    keys(&mut app, "M");
    assert_eq!(notice(&app), "there is one target: --target names several");
}

#[test]
fn columns_scroll_with_the_cursor() {
    let many: Vec<String> = (0..30).map(|n| format!("t{n}")).collect();
    let many: Vec<(&str, bool)> = many.iter().map(|name| (&**name, false)).collect();
    let mut app = matrix_at(80, 24, &many);
    for _ in 0..40 {
        keys(&mut app, "l");
    }
    let matrix = app.matrix.as_ref().unwrap();
    assert_eq!(matrix.column, 29);
    assert!(matrix.first > 20 && matrix.first < 29, "{}", matrix.first);
    for _ in 0..40 {
        keys(&mut app, "h");
    }
    let matrix = app.matrix.as_ref().unwrap();
    assert_eq!((matrix.column, matrix.first), (0, 0));
}
