//! The screen of scopes.

use std::sync::Arc;

use super::*;
use crate::engine::Violation;
use crate::scopes::screen::{Half, Scopes};
use crate::scopes::{Catalogue, Edit};
use crate::tui::screen::job::JobKind;

fn screen(app: &App) -> &Scopes {
    app.scopes.as_ref().unwrap()
}

fn listed(app: &App) -> Vec<String> {
    let catalogue = screen(app).catalogue().unwrap();
    screen(app)
        .list
        .rows()
        .iter()
        .map(|index| {
            catalogue.scopes()[*index]
                .id
                .trim_start_matches("20000000")
                .to_owned()
        })
        .collect()
}

fn describe(app: &App) -> String {
    let lines = app.modals.last().unwrap().lines().iter().map(Line::plain);
    lines.collect::<Vec<_>>().join("\n")
}

fn edit(effects: &[Effect]) -> &Edit {
    match effects {
        [Effect::Edit(_, edit, _)] => edit,
        _ => panic!("{effects:?}"),
    }
}

fn quits(effects: &[Effect]) -> Option<Exit> {
    effects.iter().find_map(|effect| {
        if let Effect::Quit(exit) = effect {
            Some(*exit)
        } else {
            None
        }
    })
}

/// A screen whose target is marked as production.
fn in_production() -> App {
    let mut app = sampled(80, 24);
    let id = effect_id(&keys(&mut app, "S"));
    let mut scoped = scoped();
    scoped.place.production = true;
    answer_scopes(&mut app, id, scoped);
    app
}

fn violated(code: u16, about: Vec<crate::engine::ItemId>) -> Failure {
    crate::scopes::violation::violated(vec![Violation {
        code,
        field: None,
        message: "Failed to remove. This virtual group is being used.".to_owned(),
        hint: "take it away from them first".to_owned(),
        about,
    }])
}

mod reading {
    use super::*;

    #[test]
    fn it_opens_over_the_review_and_goes_back_to_it() {
        let mut app = sampled(80, 24);
        let before = here(&app);
        let effects = keys(&mut app, "S");
        assert!(matches!(effects.as_slice(), [Effect::Scopes(_)]));
        assert_eq!(app.context(), Context::Scopes);
        keys(&mut app, "D a K c o j");
        assert_eq!(notice(&app), "");
        assert!(keys(&mut app, "D").is_empty());
        assert_eq!(notice(&app), "the scopes are being read");
        answer_scopes(&mut app, effect_id(&effects), scoped());
        assert_eq!(scope_here(&app), "accounts");
        assert!(
            keys(&mut app, "q").is_empty(),
            "nothing was written: the plan still holds"
        );
        assert_eq!((app.context(), here(&app)), (Context::Review, before));
    }

    #[test]
    fn a_stale_answer_is_dropped_and_nobody_waits_behind_a_closed_screen() {
        let mut app = sampled(80, 24);
        let first = effect_id(&keys(&mut app, "S"));
        keys(&mut app, "q");
        assert!(app.scopes.is_none() && app.job.is_none());
        update(&mut app, Msg::Scopes(first, Ok(scoped())));
        assert!(app.scopes.is_none());
        let second = effect_id(&keys(&mut app, "S"));
        update(&mut app, Msg::Scopes(first, Ok(scoped())));
        assert!(screen(&app).catalogue().is_none());
        answer_scopes(&mut app, second, scoped());
        assert!(screen(&app).catalogue().is_some());
    }

    #[test]
    fn reading_again_keeps_selection_search_filter_and_order() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "o o O / \"a\" enter j");
        let (before, here) = (listed(&app), scope_here(&app));
        let id = effect_id(&keys(&mut app, "R"));
        assert_eq!(app.job.as_ref().map(|job| job.work), Some(JobKind::Scopes));
        keys(&mut app, "k j");
        answer_scopes(&mut app, id, scoped());
        assert_eq!((listed(&app), scope_here(&app)), (before, here));
    }

    #[test]
    fn a_failure_is_reported_in_place_and_can_be_tried_again() {
        let mut app = sampled(80, 24);
        let id = effect_id(&keys(&mut app, "S"));
        let failure = Failure::new(FailureKind::Unreachable, "cannot connect");
        update(&mut app, Msg::Scopes(id, Err(failure.clone())));
        assert!(app.modals.is_empty() && screen(&app).failure.is_some());
        keys(&mut app, "D");
        assert_eq!(notice(&app), "the scopes have not been read");
        let id = effect_id(&keys(&mut app, "R"));
        answer_scopes(&mut app, id, scoped());
        assert!(screen(&app).failure.is_none());
        let id = effect_id(&keys(&mut app, "R"));
        update(&mut app, Msg::Scopes(id, Err(failure)));
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::Failure),
            "what was read before stays"
        );
        assert_eq!(listed(&app).len(), 5);
    }

    #[test]
    fn where_the_platform_has_no_scopes_the_key_says_so() {
        let mut subject = reviewed(sample());
        subject.has_scopes = false;
        let mut app = open(subject, 80, 24);
        assert!(keys(&mut app, "S").is_empty());
        assert_eq!(notice(&app), "sample has no scopes");
    }

    #[test]
    fn without_a_review_it_is_the_first_screen_and_the_last() {
        let mut app = scopes_alone(80, 24);
        assert_eq!(app.context(), Context::Scopes);
        assert_eq!(app.location().unwrap().database, "gateway");
        assert_eq!(quits(&keys(&mut app, "enter q q")), Some(Exit::Done));
        assert_eq!(farewell(&app, Exit::Done).summary, "nothing was written");
    }

    #[test]
    fn without_a_review_a_target_that_cannot_be_read_is_the_last_word() {
        let mut app = app_at(80, 24);
        app.begin_with_scopes();
        let id = effect_id(&start(&mut app));
        let failure = Failure::new(FailureKind::Unreachable, "cannot connect");
        update(&mut app, Msg::Scopes(id, Err(failure)));
        let exit = quits(&keys(&mut app, "q")).unwrap();
        assert_eq!(
            farewell(&app, exit).exit,
            Exit::Failed(FailureKind::Unreachable)
        );
        let mut app = app_at(80, 24);
        app.begin_with_scopes();
        start(&mut app);
        assert_eq!(quits(&keys(&mut app, "ctrl-c")), Some(Exit::Interrupted));
    }
}

mod listing {
    use super::*;

    #[test]
    fn the_keys_of_lists_move_and_letters_and_arrows_do_the_same() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "j down");
        assert_eq!(scope_here(&app), "empty");
        keys(&mut app, "G up");
        assert_eq!(scope_here(&app), "twice");
        keys(&mut app, "g g");
        assert_eq!(scope_here(&app), "accounts");
        keys(&mut app, "ctrl-d pgdn");
        assert_eq!(screen(&app).at(), Some(4));
    }

    #[test]
    fn searching_lists_as_one_types_over_names_and_apis() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "/ \"loo\"");
        assert_eq!(
            (listed(&app), app.context()),
            (vec!["01".to_owned()], Context::Search)
        );
        keys(&mut app, "backspace backspace backspace \"EMPTY\" enter");
        assert_eq!(
            (listed(&app), scope_here(&app)),
            (vec!["03".to_owned()], "empty".to_owned())
        );
        assert_eq!(app.context(), Context::Scopes);
        keys(&mut app, "/ enter");
        assert_eq!(listed(&app).len(), 5, "nothing typed lists all");
        assert_eq!(scope_here(&app), "empty", "the selection stays");
    }

    #[test]
    fn esc_lists_all_again() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "/ \"cards\" enter / \"x\" esc");
        assert_eq!((listed(&app).len(), screen(&app).keyword()), (5, ""));
        keys(&mut app, "/ \"nowhere\" enter");
        assert_eq!(listed(&app).len(), 0);
        assert!(notice(&app).contains("nowhere"), "{}", notice(&app));
        keys(&mut app, "D");
        assert_eq!(notice(&app), "no scope is selected");
        keys(&mut app, "/ esc");
        assert_eq!(listed(&app).len(), 5);
    }

    #[test]
    fn pasted_text_is_searched_for() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "/");
        update(&mut app, Msg::Paste("帳戶\n".to_owned()));
        assert_eq!(
            (listed(&app), screen(&app).keyword()),
            (vec!["01".to_owned()], "帳戶")
        );
    }

    #[test]
    fn the_order_goes_through_all_columns_and_turns_round() {
        let mut app = scopes_at(80, 24);
        let mut seen = Vec::new();
        for _ in 0..8 {
            keys(&mut app, "o");
            seen.push(notice(&app).replace("sorted by ", ""));
        }
        assert_eq!(
            seen,
            [
                "alias", "level", "duration", "times", "apis", "holders", "created", "name"
            ]
        );
        keys(&mut app, "O");
        assert_eq!(notice(&app), "sorted by name, descending");
        assert_eq!(listed(&app), ["05", "04", "03", "02", "01"]);
        assert_eq!(scope_here(&app), "accounts", "the selection stays");
    }

    #[test]
    fn the_filter_lets_through_some_types_and_one_level() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "f");
        assert_eq!(app.context(), Context::ScopeFilter);
        keys(&mut app, "j space");
        assert_eq!(listed(&app), ["01", "02"], "PIN");
        keys(&mut app, "j j space");
        assert_eq!(listed(&app), ["01"], "and of level A");
        keys(&mut app, "G space");
        assert_eq!(listed(&app), ["02"], "and of level SYSTEM instead");
        keys(&mut app, "space g g j space enter");
        assert_eq!((listed(&app).len(), app.context()), (5, Context::Scopes));
    }

    #[test]
    fn a_type_that_is_gone_filters_nothing_any_more() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "f space q R"));
        answer_scopes(&mut app, id, scoped_of(Catalogue::of_size(3, 0)));
        assert_eq!(listed(&app).len(), 3);
    }

    #[test]
    fn ten_thousand_scopes_are_moved_through_by_the_visible_ones() {
        let mut app = sampled(120, 40);
        let id = effect_id(&keys(&mut app, "S"));
        answer_scopes(&mut app, id, scoped_of(Catalogue::of_size(10_000, 10)));
        keys(&mut app, "G k");
        assert_eq!(scope_here(&app), "scope-09998");
        let height = app.halves().rows();
        assert_eq!(screen(&app).list.window(height).len(), height);
        keys(&mut app, "/ \"scope-00042\" enter");
        assert_eq!(scope_here(&app), "scope-00042");
        assert_eq!(screen(&app).detail.rows().len(), 10 + 2 + 1 + 10 + 2);
    }

    #[test]
    fn resizing_keeps_the_scope() {
        let mut app = scopes_at(120, 40);
        keys(&mut app, "j j enter");
        for size in [(80, 24), (40, 12), (10, 3), (0, 0), (200, 60)] {
            update(&mut app, Msg::Resize(size.0, size.1));
            assert_eq!(scope_here(&app), "empty");
        }
    }
}

mod looking {
    use super::*;

    #[test]
    fn the_detail_is_gone_into_and_out_of() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "l j j j");
        assert_eq!(
            (screen(&app).half, screen(&app).detail.at()),
            (Half::Detail, 3)
        );
        assert_eq!(scope_here(&app), "accounts");
        keys(&mut app, "q j");
        assert_eq!(
            (screen(&app).half, scope_here(&app).as_str()),
            (Half::List, "cards")
        );
        keys(&mut app, "tab tab enter h");
        assert_eq!(screen(&app).half, Half::List);
    }

    #[test]
    fn the_scope_or_the_line_is_copied() {
        let mut app = scopes_at(80, 24);
        let effects = keys(&mut app, "y");
        let [Effect::Copy(text)] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert!(
            text.starts_with("accounts\nid              2000000001\n"),
            "{text}"
        );
        let effects = keys(&mut app, "l j j y");
        let [Effect::Copy(text)] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!(text, "alias           帳戶查詢");
    }

    #[test]
    fn zooming_needs_two_halves() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "z");
        assert_eq!(notice(&app), "already full screen");
        let mut app = scopes_at(120, 40);
        keys(&mut app, "z");
        assert!(app.halves().detail.is_empty());
        keys(&mut app, "q");
        assert!(!app.halves().detail.is_empty());
    }

    #[test]
    fn the_palette_lists_what_works_here_and_does_it_here() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, ": \"read\" enter"));
        assert_eq!(
            app.job.as_ref().map(|job| (job.id, job.work)),
            Some((id, JobKind::Scopes))
        );
        answer_scopes(&mut app, id, scoped());
        assert!(keys(&mut app, ": \"import\" enter").is_empty());
        assert_eq!(notice(&app), "no matching action");
    }

    #[test]
    fn the_keys_of_the_review_do_nothing_here() {
        let mut app = scopes_at(80, 24);
        let before = statuses(&app);
        assert!(keys(&mut app, "space C P X w E m ] [ ! 1 2 3 u s").is_empty());
        assert_eq!((statuses(&app), app.modals.len()), (before, 0));
    }
}

mod editing {
    use super::*;

    /// A screen on which a scope is being deleted.
    fn begun() -> (App, crate::tui::effect::EffectId) {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "j j D"));
        (app, id)
    }

    #[test]
    fn deleting_asks_nothing_and_has_the_screen_to_itself() {
        let mut app = scopes_at(80, 24);
        let effects = keys(&mut app, "j j D");
        let wanted = Edit::Delete {
            id: "2000000003".into(),
            name: "empty".into(),
        };
        assert_eq!(edit(&effects), &wanted);
        assert_eq!(app.context(), Context::Applying);
        assert!(keys(&mut app, "q D j ctrl-z").is_empty());
        assert_eq!(notice(&app), "not while the edit is running");
    }

    #[test]
    fn what_was_done_is_reported_and_the_scopes_are_read_again() {
        let (mut app, id) = begun();
        let done = edited(
            "deleted",
            vec![crate::tui::tests::support::id("scope", "empty")],
        );
        let effects = update(&mut app, Msg::Edited(id, Ok(done)));
        assert!(
            matches!(effects.as_slice(), [Effect::Scopes(_)]),
            "{effects:?}"
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::Edited));
        for part in [
            "job 16: scope empty deleted (7 rows in 0.1 s)",
            "client_host",
            "notices",
            "`gatediff undo 16`",
        ] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
        assert!(
            keys_ahead(&mut app, "enter D").is_empty(),
            "it was not on the screen yet"
        );
        answer_scopes(&mut app, effect_id(&effects), scoped());
        keys(&mut app, "enter");
        assert_eq!(app.context(), Context::Scopes);
        let summary = farewell(&app, Exit::Done).summary;
        assert_eq!(summary, "job 16: scope empty deleted (7 rows in 0.1 s)");
        compare_id(&keys(&mut app, "q"));
    }

    #[test]
    fn where_nothing_differed_nothing_is_reported_of_a_job() {
        let (mut app, id) = begun();
        let mut done = edited(
            "updated",
            vec![crate::tui::tests::support::id("scope", "empty")],
        );
        done.job = None;
        update(&mut app, Msg::Edited(id, Ok(done)));
        assert!(
            app.modals.is_empty() && notice(&app).contains("nothing was written"),
            "{}",
            notice(&app)
        );
        assert!(app.written.is_empty() && !screen(&app).wrote);
    }

    #[test]
    fn a_new_scope_is_selected_once_it_is_listed() {
        let (mut app, id) = begun();
        let mut done = edited(
            "created",
            vec![crate::tui::tests::support::id("scope", "cards")],
        );
        done.id = Some("2000000002".into());
        let id = effect_id(&update(&mut app, Msg::Edited(id, Ok(done))));
        answer_scopes(&mut app, id, scoped());
        assert_eq!(scope_here(&app), "cards");
    }

    #[test]
    fn a_scope_that_is_held_stays_and_its_clients_are_named() {
        let (mut app, id) = begun();
        let about = vec![
            crate::tui::tests::support::id("client", "crm"),
            crate::tui::tests::support::id("client", "王\u{1b}[2J"),
        ];
        let effects = update(&mut app, Msg::Edited(id, Err(violated(1403, about))));
        assert!(
            matches!(effects.as_slice(), [Effect::Scopes(_)]),
            "what is there is not what was seen"
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
        for part in [
            "1403 Failed to remove. This virtual group is being used.",
            "client crm",
            "client 王\\x1b[2J",
            "next step  take it away from them first",
        ] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
    }

    #[test]
    fn a_scope_that_changed_in_the_meantime_is_read_again() {
        let (mut app, id) = begun();
        let effects = update(&mut app, Msg::Edited(id, Err(violated(1286, Vec::new()))));
        assert!(matches!(effects.as_slice(), [Effect::Scopes(_)]));
        assert_eq!(app.modals.last().unwrap().title, "Changed in the meantime");
        assert!(
            describe(&app).contains("1286") && describe(&app).contains("reloaded"),
            "{}",
            describe(&app)
        );
    }

    #[test]
    fn it_is_cancelled_until_the_commit_and_finished_without_a_terminal() {
        let (mut app, id) = begun();
        assert!(matches!(
            keys(&mut app, "ctrl-c").as_slice(),
            [Effect::Cancel("Ctrl-C")]
        ));
        let cancelled = Failure::new(FailureKind::Cancelled, "cancelled");
        assert!(update(&mut app, Msg::Edited(id, Err(cancelled))).is_empty());
        assert_eq!(app.modals.last().unwrap().title, "Cancelled");
        let (mut app, id) = begun();
        let progress = Progress {
            phase: Phase::Commit,
            subject: String::new(),
            done: 0,
            total: 0,
        };
        update(&mut app, Msg::Progress(id, progress));
        assert!(keys(&mut app, "ctrl-c").is_empty());
        assert!(update(&mut app, Msg::Leave(Leave::Hangup)).is_empty());
        let done = edited("deleted", Vec::new());
        assert_eq!(
            quits(&update(&mut app, Msg::Edited(id, Ok(done)))),
            Some(Exit::HungUp)
        );
    }

    #[test]
    fn no_scope_of_a_read_only_target_is_edited() {
        let mut app = in_production();
        app.scopes.as_mut().unwrap().place.read_only = Some("profile 'audit' is used".to_owned());
        for key in ["a", "e", "D"] {
            assert!(
                keys(&mut app, key).is_empty() && app.form.is_none() && app.modals.is_empty(),
                "{key}"
            );
            assert_eq!(
                notice(&app),
                "the target is read-only: profile 'audit' is used"
            );
        }
    }

    #[test]
    fn in_production_the_databases_name_has_to_be_typed() {
        let mut app = in_production();
        assert!(keys(&mut app, "j j D").is_empty());
        assert!(
            describe(&app).contains("Scope empty will be deleted."),
            "{}",
            describe(&app)
        );
        assert!(keys(&mut app, "\"gate\" enter").is_empty());
        assert_eq!(notice(&app), "type the database name to delete: gateway");
        let effects = keys(&mut app, "\"way\" enter");
        assert!(matches!(edit(&effects), Edit::Delete { .. }));
        assert!(app.is_applying());
        let mut app = in_production();
        assert!(
            keys_ahead(&mut app, "D \"gateway\" enter").is_empty(),
            "typed ahead"
        );
    }

    #[test]
    fn a_job_is_undone_from_here_and_the_scopes_are_read_again() {
        let mut app = scopes_alone(80, 24);
        list_jobs(&mut app, records());
        let effects = keys(&mut app, "j U \"gateway\" enter");
        assert!(
            matches!(effects.as_slice(), [Effect::Undo(_, 14, None)]),
            "{effects:?}"
        );
        update(&mut app, Msg::Undone(effect_id(&effects), Ok(undone())));
        update(&mut app, Msg::Drawn);
        let effects = keys(&mut app, "q");
        assert!(
            matches!(effects.as_slice(), [Effect::Scopes(_)]),
            "{effects:?}"
        );
        assert!(app.modals.is_empty() && screen(&app).wrote);
    }
}

mod holding {
    use super::*;

    #[test]
    fn the_scope_is_taken_away_from_the_client_at_hand() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "c");
        assert_eq!(
            app.modals.last().unwrap().title,
            "accounts: assigned to 2 clients"
        );
        let effects = keys(&mut app, "j D");
        let wanted = Edit::Take {
            id: "2000000001".into(),
            name: "accounts".into(),
            clients: vec![Arc::from("portal")],
        };
        assert_eq!(edit(&effects), &wanted);
        let done = edited("taken", vec![id("client", "portal")]);
        let id = effect_id(&update(
            &mut app,
            Msg::Edited(effect_id(&effects), Ok(done)),
        ));
        assert!(
            describe(&app).contains("scope accounts taken away from client portal"),
            "{}",
            describe(&app)
        );
        answer_scopes(&mut app, id, scoped());
        keys(&mut app, "enter");
        assert_eq!(app.context(), Context::Holders, "back in the list");
    }

    #[test]
    fn where_nobody_holds_it_there_is_nothing_to_take() {
        let mut app = scopes_at(80, 24);
        keys(&mut app, "j j c");
        assert_eq!(describe(&app), "Not assigned to any client.");
        assert!(keys(&mut app, "D").is_empty());
        assert_eq!(notice(&app), "the scope is not assigned to any client");
    }

    #[test]
    fn the_list_of_a_scope_that_is_gone_closes() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "R"));
        keys(&mut app, "c");
        answer_scopes(&mut app, id, scoped_of(Catalogue::default()));
        assert!(app.modals.is_empty());
        assert_eq!(scope_here(&app), "");
    }

    #[test]
    fn keys_pressed_before_the_clients_were_on_the_screen_take_nothing() {
        let mut app = scopes_at(80, 24);
        assert!(keys_ahead(&mut app, "c D").is_empty());
        assert!(app.job.is_none());
    }
}

mod checking {
    use super::*;

    /// A screen with findings on it.
    fn found() -> App {
        let mut app = scopes_at(80, 24);
        let effects = keys(&mut app, "K");
        assert!(matches!(effects.as_slice(), [Effect::CheckScopes(_)]));
        keys(&mut app, "j k");
        update(&mut app, Msg::Checked(effect_id(&effects), Ok(findings())));
        update(&mut app, Msg::Drawn);
        app
    }

    #[test]
    fn findings_are_listed_and_each_is_reported_in_full() {
        let mut app = found();
        assert_eq!(
            app.modals.last().unwrap().title,
            "2 findings, 1 can be repaired"
        );
        keys(&mut app, "j enter");
        for part in [
            "name-twice",
            "scope 信用卡\\u{202e}",
            "not automatic: your decision",
            "rename one of them",
        ] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
        keys(&mut app, "q q");
        assert_eq!(app.context(), Context::Scopes);
    }

    #[test]
    fn all_is_repaired_after_a_dialog() {
        let mut app = found();
        assert!(keys(&mut app, "F").is_empty());
        assert!(
            describe(&app).contains("1 finding will be repaired. 1 other requires manual repair."),
            "{}",
            describe(&app)
        );
        assert!(keys(&mut app, "enter").is_empty(), "Cancel has the focus");
        let effects = keys(&mut app, "F tab enter");
        assert_eq!(edit(&effects), &Edit::Repair { codes: Vec::new() });
        let done = edited("repaired", vec![id("client", "crm"); 2]);
        update(&mut app, Msg::Edited(effect_id(&effects), Ok(done)));
        assert_eq!(app.modals.len(), 1, "what was found is history");
        assert!(
            describe(&app).contains("2 items repaired"),
            "{}",
            describe(&app)
        );
    }

    #[test]
    fn where_nothing_is_wrong_it_says_so() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "K"));
        update(&mut app, Msg::Checked(id, Ok(Vec::new())));
        assert_eq!(notice(&app), "no problems found");
        assert!(app.modals.is_empty() && app.job.is_none());
    }

    #[test]
    fn an_answer_that_nobody_waits_for_is_dropped() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "K"));
        keys(&mut app, "q S");
        update(&mut app, Msg::Checked(id, Ok(findings())));
        assert!(app.modals.is_empty());
    }

    #[test]
    fn what_cannot_be_repaired_says_why_not() {
        let mut app = scopes_at(80, 24);
        let id = effect_id(&keys(&mut app, "K"));
        update(&mut app, Msg::Checked(id, Ok(findings().split_off(1))));
        update(&mut app, Msg::Drawn);
        assert!(keys(&mut app, "F").is_empty());
        assert_eq!(notice(&app), "no finding can be repaired safely");
    }
}
