//! Choosing a file and a target, completing paths, and switching.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::job::{Completion, Launcher, Opened, Session, Sides};
use crate::tui::effect::EffectId;
use crate::tui::tests::chooser::*;

fn opens(effects: &[Effect]) -> Option<(EffectId, Sides)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Open(id, sides) => Some((*id, sides.clone())),
        _ => None,
    })
}

fn sides(source: Option<&str>, target: Option<&str>) -> Sides {
    Sides {
        source: source.map(ToOwned::to_owned),
        target: target.map(ToOwned::to_owned),
    }
}

fn opened(file: &str, sides: Sides, theme: Option<&str>) -> Opened {
    let launcher: Arc<dyn Launcher> = Arc::new(Nowhere);
    Opened {
        session: Session::new(launcher, Default::default(), PathBuf::new(), String::new()),
        file: file.to_owned(),
        theme: theme.map(ToOwned::to_owned),
        sides,
    }
}

fn selected(app: &App) -> String {
    let chooser = app.chooser.as_ref().unwrap();
    let row = chooser.list.current().copied();
    row.map(|row| match chooser.target(row) {
        Some(target) => target.name.clone(),
        None => chooser.path(row).unwrap().display().to_string(),
    })
    .unwrap_or_default()
}

#[test]
fn a_file_and_then_a_target_are_chosen_and_opened() {
    let mut app = choosing(80, 24);
    keys(&mut app, "G enter");
    assert_eq!(selected(&app), "default");
    let effects = keys(&mut app, "j enter");
    let (id, chosen) = opens(&effects).unwrap();
    assert_eq!(
        chosen,
        sides(Some("/exports/匯出.json"), Some("profile:prod"))
    );
    let effects = update(
        &mut app,
        Msg::Opened(id, Ok(opened("匯出.json", chosen, None))),
    );
    assert!(app.has_session && app.chooser.is_none());
    assert!(matches!(effects.first(), Some(Effect::Use(_))));
    update(
        &mut app,
        Msg::Compared(compare_id(&effects), Ok(reviewed(sample()))),
    );
    assert!(app.review.is_some());
}

#[test]
fn the_last_jobs_are_read_when_targets_are_listed_and_once() {
    let mut app = choosing(80, 24);
    let asked = |effects: &[Effect]| {
        let jobs = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::LastJob(_)));
        jobs.count()
    };
    assert_eq!(asked(&keys(&mut app, "j")), 0);
    // One of the four cannot be used.
    assert_eq!(asked(&keys(&mut app, "G enter")), 3);
    assert_eq!(asked(&keys(&mut app, "tab tab tab")), 0);
    assert_eq!(asked(&keys(&mut app, "R")), 0, "the list is read first");
}

#[test]
fn directories_are_entered_and_left_where_one_was() {
    let mut app = choosing(80, 24);
    let effects = keys(&mut app, "j enter");
    let Some(Effect::Browse(id, directory)) = effects.first() else {
        panic!("{effects:?}")
    };
    assert_eq!(directory, &PathBuf::from("/exports/2026"));
    // An answer for another directory is too late.
    update(
        &mut app,
        Msg::Browsed(EffectId(0), Ok(listing("/elsewhere", &["x.json"]))),
    );
    update(
        &mut app,
        Msg::Browsed(*id, Ok(listing("/exports/2026", &["a.json"]))),
    );
    assert_eq!(selected(&app), "/exports");
    let effects = keys(&mut app, "h");
    let Some(Effect::Browse(id, _)) = effects.first() else {
        panic!("{effects:?}")
    };
    update(&mut app, Msg::Browsed(*id, Ok(exports())));
    assert_eq!(selected(&app), "/exports/2026");
}

#[test]
fn typing_filters_and_enter_opens_what_is_left() {
    let mut app = choosing(80, 24);
    keys(&mut app, "/ \"PLAN\"");
    assert_eq!(selected(&app), "/exports/plan.json");
    keys(&mut app, "backspace backspace backspace backspace \"q:\"");
    assert!(keys(&mut app, "enter").is_empty());
    assert_eq!(notice(&app), "no match for 'q:'");
    keys(&mut app, "esc / \"匯\" enter");
    assert_eq!(selected(&app), "default", "the target is asked for");
    keys(&mut app, "q");
    assert_eq!(app.chooser.as_ref().unwrap().list.rows().len(), 7);
}

#[test]
fn hidden_files_are_listed_when_asked_for() {
    let mut app = choosing(80, 24);
    let listed = |app: &App| app.chooser.as_ref().unwrap().list.rows().len();
    let before = listed(&app);
    keys(&mut app, ".");
    assert_eq!(listed(&app), before + 1);
    keys(&mut app, ".");
    assert_eq!(listed(&app), before);
}

#[test]
fn only_visible_files_are_looked_at_and_one_screen_at_a_time() {
    let mut app = unread(80, 12);
    let names: Vec<String> = (0..1_000).map(|n| format!("{n:04}.json")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let id = app.chooser.as_ref().unwrap().reading.unwrap();
    let effects = update(&mut app, Msg::Browsed(id, Ok(listing("/many", &names))));
    let Some(Effect::Look(id, paths)) = effects.first() else {
        panic!("{effects:?}")
    };
    assert_eq!(paths.len(), 5);
    assert!(keys(&mut app, "G").is_empty(), "the answer is awaited");
    let looks = paths.iter().map(|path| (path.clone(), other())).collect();
    let effects = update(&mut app, Msg::Looked(*id, looks));
    let Some(Effect::Look(_, paths)) = effects.first() else {
        panic!("{effects:?}")
    };
    assert_eq!(paths.last(), Some(&PathBuf::from("/many/0999.json")));
}

#[test]
fn quitting_needs_q_where_nothing_is_open_and_goes_back_by_one_side() {
    let mut app = choosing(80, 24);
    assert!(keys(&mut app, "esc").is_empty());
    assert_eq!(notice(&app), "q quits");
    keys(&mut app, "G enter");
    assert!(keys(&mut app, "esc").is_empty(), "back to the file");
    let effects = keys(&mut app, "q");
    assert!(matches!(effects.as_slice(), [Effect::Quit(Exit::Done)]));
    let effects = keys(&mut choosing(80, 24), "ctrl-c");
    assert!(matches!(
        effects.as_slice(),
        [Effect::Quit(Exit::Interrupted)]
    ));
}

#[test]
fn another_file_keeps_the_target_and_another_target_the_file() {
    let mut app = sampled(80, 24);
    app.sides = sides(Some("/a.json"), Some("profile:uat"));
    let effects = keys(&mut app, "ctrl-o");
    answer(&mut app, &effects);
    let (_, chosen) = opens(&keys(&mut app, "G enter")).unwrap();
    assert_eq!(
        chosen,
        sides(Some("/exports/匯出.json"), Some("profile:uat"))
    );
    let mut app = sampled(80, 24);
    app.sides = sides(Some("/a.json"), None);
    let effects = keys(&mut app, "ctrl-t");
    answer(&mut app, &effects);
    let (_, chosen) = opens(&keys(&mut app, "j enter")).unwrap();
    assert_eq!(chosen, sides(Some("/a.json"), Some("profile:prod")));
}

#[test]
fn the_palette_opens_both() {
    for (typed, side) in [("open", "File to import"), ("target", "Compare with")] {
        for mut app in [sampled(80, 24), scopes_at(80, 24), choosing(80, 24)] {
            if app.chooser.is_some() {
                continue;
            }
            keys(&mut app, &format!(": \"{typed}\" enter"));
            let shown = app.chooser.as_ref().map(|chooser| chooser.side);
            assert!(shown.is_some(), "{typed} {side}");
        }
    }
}

#[test]
fn choices_that_would_be_lost_are_asked_for() {
    let mut app = sampled(80, 24);
    keys(&mut app, "j c");
    let effects = keys(&mut app, "ctrl-t");
    answer(&mut app, &effects);
    assert!(opens(&keys(&mut app, "j enter")).is_none());
    assert!(matches!(open_dialog(&app), Some(Dialog::Switch(_))));
    // The focus is on the harmless button.
    assert!(keys(&mut app, "enter").is_empty());
    assert!(app.review.as_ref().unwrap().has_choices());
    keys(&mut app, "enter");
    let (id, chosen) = opens(&keys(&mut app, "tab enter")).unwrap();
    let effects = update(&mut app, Msg::Opened(id, Ok(opened("x", chosen, None))));
    assert!(app.review.is_none() && !effects.is_empty());
}

#[test]
fn what_belongs_to_a_former_session_is_dropped() {
    let mut app = app_at(80, 24);
    let late = compare_id(&start(&mut app));
    let effects = keys(&mut app, "ctrl-t");
    answer(&mut app, &effects);
    let (id, chosen) = opens(&keys(&mut app, "j enter")).unwrap();
    let effects = update(&mut app, Msg::Opened(id, Ok(opened("x", chosen, None))));
    update(&mut app, Msg::Compared(late, Ok(reviewed(sample()))));
    assert!(app.review.is_none());
    update(
        &mut app,
        Msg::Compared(compare_id(&effects), Ok(reviewed(sample()))),
    );
    assert!(app.review.is_some());
    // Opening that was given up is dropped, too.
    let effects = keys(&mut app, "ctrl-t");
    answer(&mut app, &effects);
    let (id, chosen) = opens(&keys(&mut app, "j enter")).unwrap();
    keys(&mut app, "q q");
    assert!(update(&mut app, Msg::Opened(id, Ok(opened("y", chosen, None)))).is_empty());
    assert!(app.review.is_some());
}

#[test]
fn sides_that_cannot_be_opened_leave_everything_as_it_is() {
    let mut app = sampled(80, 24);
    keys(&mut app, "j c");
    let before = statuses(&app);
    let effects = keys(&mut app, "ctrl-o");
    answer(&mut app, &effects);
    let (id, _) = opens(&keys(&mut app, "G enter tab enter")).unwrap();
    let failure = Failure::new(FailureKind::Usage, "'uat' is a file and a profile");
    update(&mut app, Msg::Opened(id, Err(failure)));
    assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
    keys(&mut app, "q q");
    assert_eq!(statuses(&app), before);
}

#[test]
fn sides_that_cannot_be_compared_are_chosen_again() {
    let mut app = choosing(80, 24);
    keys(&mut app, "G enter");
    let (id, chosen) = opens(&keys(&mut app, "enter")).unwrap();
    let effects = update(&mut app, Msg::Opened(id, Ok(opened("x", chosen, None))));
    let failure = Failure::new(FailureKind::Unreachable, "cannot reach the database server");
    update(&mut app, Msg::Compared(compare_id(&effects), Err(failure)));
    assert!(app.chooser.is_none() && app.failure.is_some());
    assert!(!keys(&mut app, "q").is_empty());
    assert!(app.chooser.is_some() && app.failure.is_none());
}

#[test]
fn the_theme_follows_the_target() {
    let mut app = sampled(80, 24);
    app.themes.usual = "dark".to_owned();
    let mut switch = |theme: Option<&str>| {
        let effects = keys(&mut app, "ctrl-t");
        answer(&mut app, &effects);
        let (id, chosen) = opens(&keys(&mut app, "j enter")).unwrap();
        let effects = update(&mut app, Msg::Opened(id, Ok(opened("x", chosen, theme))));
        update(
            &mut app,
            Msg::Compared(compare_id(&effects), Ok(reviewed(sample()))),
        );
        app.theme.name().to_owned()
    };
    assert_eq!(switch(Some("light")), "light");
    assert_eq!(switch(None), "dark");
}

#[test]
fn nothing_else_is_opened_while_something_is_written() {
    let mut app = sampled(80, 24);
    keys(&mut app, "w enter q ctrl-o");
    assert_eq!(notice(&app), "a file is being written");
    assert!(app.chooser.is_none());
}

#[test]
fn a_path_is_completed_where_one_is_typed() {
    let mut app = choosing(80, 24);
    let effects = keys(&mut app, "p ctrl-u \"/ex\" tab");
    assert!(matches!(effects.last(), Some(Effect::Complete(typed)) if typed == "/ex"));
    let completion = Completion {
        text: "/exports/".to_owned(),
        candidates: vec!["exports/".to_owned(), "exports-old/".to_owned()],
        more: 3,
    };
    // What was typed since makes the answer too late.
    keys(&mut app, "\"p\"");
    update(
        &mut app,
        Msg::Completed("/ex".to_owned(), completion.clone()),
    );
    let input = |app: &App| app.modals.last().unwrap().input.value().to_owned();
    assert_eq!(input(&app), "/exp");
    update(&mut app, Msg::Completed("/exp".to_owned(), completion));
    assert_eq!(input(&app), "/exports/");
    let shown = app.modals.last().unwrap().lines().first().unwrap().plain();
    assert_eq!(shown, "exports/  exports-old/  and 3 more");
    // With nothing to complete, Tab goes on.
    let done = Completion {
        text: "/exports/".to_owned(),
        ..Completion::default()
    };
    update(&mut app, Msg::Completed("/exports/".to_owned(), done));
    assert_eq!(app.modals.last().unwrap().focus, Focus::Go);
    let effects = keys(&mut app, "enter");
    let is_listed =
        |effect: &Effect| matches!(effect, Effect::Browse(_, path) if path.ends_with("exports"));
    assert!(effects.iter().any(is_listed), "{effects:?}");
}

#[test]
fn a_typed_side_is_taken_as_it_is() {
    let mut app = choosing(80, 24);
    keys(&mut app, "p ctrl-u enter");
    assert_eq!(notice(&app), "type a path");
    keys(
        &mut app,
        "\"~/a.json\" enter p ctrl-u \"postgres://ops@db/dgr\"",
    );
    let (_, chosen) = opens(&keys(&mut app, "enter")).unwrap();
    assert_eq!(
        chosen,
        sides(Some("~/a.json"), Some("postgres://ops@db/dgr"))
    );
}

#[test]
fn a_directory_is_chosen_as_a_whole() {
    let mut app = choosing(80, 24);
    keys(&mut app, "d");
    let (_, chosen) = opens(&keys(&mut app, "enter")).unwrap();
    assert_eq!(chosen, sides(Some("/exports"), None));
}

#[test]
fn a_target_that_cannot_be_used_says_why() {
    let mut app = choosing(80, 24);
    assert!(opens(&keys(&mut app, "G enter G enter")).is_none());
    assert_eq!(notice(&app), "profile 'broken': unknown parameter 'x'");
}
