//! Rehearsing, the history, undoing.

use super::*;
use crate::tui::effect::Save;
use crate::tui::screen::job::JobKind;

fn plain() -> App {
    open(
        reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
        80,
        24,
    )
}

fn describe(app: &App) -> String {
    let lines = app.modals.last().unwrap().lines().iter().map(Line::plain);
    lines.collect::<Vec<_>>().join("\n")
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

/// The failure of a job that got ids which rows of the target have.
fn counters_behind() -> Failure {
    let mut failure = Failure::new(FailureKind::Refused, "a counter gives ids that are used")
        .hint("correct it with: SELECT setval('seq_tsmp_group_pk', 7);");
    failure.can_fix_counters = true;
    failure
}

mod counters {
    use super::*;
    use crate::scopes::Edit;
    use crate::tui::effect::ApplyHow;

    fn fixes(effects: &[Effect]) -> Option<bool> {
        match effects {
            [Effect::Apply(_, _, ApplyHow { fix_counters, .. })]
            | [Effect::Edit(_, _, fix_counters)] => Some(*fix_counters),
            _ => None,
        }
    }

    #[test]
    fn an_import_that_fails_as_they_are_behind_can_be_tried_again_moving_them() {
        let mut app = plain();
        keys(&mut app, "P");
        update(&mut app, Msg::Drawn);
        let effects = keys(&mut app, "tab enter");
        assert_eq!(fixes(&effects), Some(false));
        update(
            &mut app,
            Msg::Applied(effect_id(&effects), Err(counters_behind())),
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::Counters(None)));
        assert!(describe(&app).contains("setval"), "{}", describe(&app));
        update(&mut app, Msg::Drawn);
        assert_eq!(fixes(&keys(&mut app, "tab enter")), Some(true));
        assert!(app.is_applying() && app.modals.is_empty());
    }

    #[test]
    fn closing_the_dialog_writes_nothing() {
        let mut app = plain();
        keys(&mut app, "P");
        update(&mut app, Msg::Drawn);
        let id = effect_id(&keys(&mut app, "tab enter"));
        update(&mut app, Msg::Applied(id, Err(counters_behind())));
        update(&mut app, Msg::Drawn);
        assert!(keys(&mut app, "enter").is_empty());
        assert!(app.modals.is_empty() && !app.is_applying());
    }

    #[test]
    fn a_rehearsal_only_says_so() {
        let mut app = plain();
        let id = effect_id(&keys(&mut app, "X"));
        update(&mut app, Msg::Rehearsed(id, Err(counters_behind())));
        assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
    }

    #[test]
    fn an_edit_of_scopes_too() {
        let mut app = sampled(80, 24);
        let id = effect_id(&keys(&mut app, "S"));
        answer_scopes(&mut app, id, scoped());
        let effects = keys(&mut app, "D");
        assert_eq!(fixes(&effects), Some(false));
        let [Effect::Edit(id, edit, _)] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        let edit: Edit = (**edit).clone();
        update(&mut app, Msg::Edited(*id, Err(counters_behind())));
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::Counters(Some(Box::new(edit.clone()))))
        );
        update(&mut app, Msg::Drawn);
        let effects = keys(&mut app, "tab enter");
        assert_eq!(fixes(&effects), Some(true));
        assert!(matches!(effects.as_slice(), [Effect::Edit(_, again, _)] if **again == edit));
    }
}

mod rehearsing {
    use super::*;

    #[test]
    fn it_runs_like_an_import_and_writes_nothing() {
        let mut app = plain();
        let effects = keys(&mut app, "X");
        assert!(
            matches!(effects.as_slice(), [Effect::Rehearse(_, approved)] if approved.steps().len() == 4)
        );
        assert!(app.is_applying());
        assert!(keys(&mut app, "q P w H ctrl-z").is_empty());
        assert_eq!(notice(&app), "not while the rehearsal is running");
        update(
            &mut app,
            Msg::Rehearsed(effect_id(&effects), Ok(rehearsal(&[]))),
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::Rehearsed));
        assert!(
            describe(&app).starts_with("Rolled back: nothing was written."),
            "{}",
            describe(&app)
        );
        update(&mut app, Msg::Drawn);
        assert!(
            keys(&mut app, "enter").is_empty(),
            "there is nothing to compare again"
        );
        assert_eq!(farewell(&app, Exit::Done).summary, "nothing was written");
    }

    #[test]
    fn what_the_database_refused_comes_first() {
        let mut app = plain();
        let id = effect_id(&keys(&mut app, "X"));
        let found = rehearsal(&[
            ("client", "duplicate key \u{1b}[2J"),
            ("client_host", "not null"),
        ]);
        update(&mut app, Msg::Rehearsed(id, Ok(found)));
        let lines: Vec<String> = describe(&app).lines().take(3).map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "The import would fail: the database refused 2 problems.",
                "client: duplicate key \\x1b[2J",
                "client_host: not null"
            ]
        );
        assert_eq!(app.modals.last().unwrap().title, "Rehearsed: 2 problems");
    }

    #[test]
    fn it_requires_something_chosen_and_missing_apis_confirmed() {
        let mut app = sampled(80, 24);
        assert!(keys(&mut app, "X").is_empty());
        assert_eq!(notice(&app), "confirm missing APIs first (m)");
        effect_id(&keys(&mut app, "m tab enter X"));
        let mut app = plain();
        assert!(
            keys(
                &mut app,
                "1 space tab enter space j space tab enter space j j space X"
            )
            .is_empty()
        );
        assert!(
            notice(&app).starts_with("nothing to import"),
            "{}",
            notice(&app)
        );
    }

    #[test]
    fn it_can_be_cancelled_and_nobody_waits_for_it_without_a_terminal() {
        let mut app = plain();
        let id = effect_id(&keys(&mut app, "X"));
        assert!(matches!(
            keys(&mut app, "ctrl-c").as_slice(),
            [Effect::Cancel("Ctrl-C")]
        ));
        update(
            &mut app,
            Msg::Rehearsed(id, Err(Failure::new(FailureKind::Cancelled, "cancelled"))),
        );
        assert_eq!(app.modals.last().unwrap().title, "Cancelled");
        let mut app = plain();
        let id = effect_id(&keys(&mut app, "X"));
        let effects = update(&mut app, Msg::Leave(Leave::Hangup));
        assert!(
            matches!(effects.as_slice(), [Effect::Cancel(_)]),
            "{effects:?}"
        );
        let cancelled = Failure::new(FailureKind::Cancelled, "cancelled");
        assert_eq!(
            quits(&update(&mut app, Msg::Rehearsed(id, Err(cancelled)))),
            Some(Exit::HungUp)
        );
    }

    #[test]
    fn a_stale_plan_is_reported_as_by_an_import() {
        let mut app = plain();
        let id = effect_id(&keys(&mut app, "X"));
        update(&mut app, Msg::Rehearsed(id, Err(stale_failure())));
        assert_eq!(open_dialog(&app), Some(&Dialog::Stale));
        assert!(
            describe(&app).contains("when compared") && !describe(&app).contains("canary"),
            "{}",
            describe(&app)
        );
    }
}

mod history {
    use super::*;

    #[test]
    fn it_is_read_when_it_is_opened_and_again_the_next_time() {
        let mut app = sampled(80, 24);
        let first = keys(&mut app, "H");
        assert!(matches!(first.as_slice(), [Effect::History(_)]));
        assert_eq!(describe(&app), "Reading the ledger.");
        keys(&mut app, "enter U b");
        assert_eq!(notice(&app), "the ledger is being read");
        keys(&mut app, "q");
        assert!(
            app.modals.is_empty() && app.job.is_none(),
            "nobody waits for it"
        );
        update(&mut app, Msg::Listed(effect_id(&first), Ok(records())));
        assert!(app.history.is_empty());
        list_jobs(&mut app, records());
        assert_eq!(app.record().map(|record| record.job), Some(15));
        assert_eq!(app.modals.last().unwrap().title, "History: 7 jobs");
    }

    #[test]
    fn an_empty_or_unreadable_ledger_says_so() {
        let mut app = sampled(80, 24);
        list_jobs(&mut app, Vec::new());
        assert_eq!(describe(&app), "No jobs in this target yet.");
        keys(&mut app, "enter");
        assert_eq!(notice(&app), "no job is selected");
        let id = effect_id(&keys(&mut app, "q H"));
        let failure = Failure::new(FailureKind::Denied, "cannot read the ledger");
        update(&mut app, Msg::Listed(id, Err(failure)));
        assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
        assert_eq!(app.modals.len(), 1);
    }

    #[test]
    fn without_a_target_it_says_why_not() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        update(
            &mut app,
            Msg::Compared(id, Err(Failure::new(FailureKind::Parse, "no"))),
        );
        assert!(keys(&mut app, "H").is_empty());
        assert!(
            notice(&app).starts_with("the jobs are stored in the target"),
            "{}",
            notice(&app)
        );
    }

    #[test]
    fn jobs_are_reached_by_the_keys_of_lists() {
        let mut app = sampled(80, 24);
        list_jobs(&mut app, records());
        let here = |app: &App| app.record().map(|record| record.job);
        keys(&mut app, "j j down");
        assert_eq!(here(&app), Some(12));
        keys(&mut app, "G k");
        assert_eq!(here(&app), Some(10));
        keys(&mut app, "g g");
        assert_eq!(here(&app), Some(15));
    }

    #[test]
    fn a_job_reports_everything_and_what_can_be_done_with_it() {
        let mut app = sampled(80, 24);
        list_jobs(&mut app, records());
        keys(&mut app, "j j enter");
        assert_eq!(open_dialog(&app), Some(&Dialog::Job(13)));
        for part in [
            "- undone",
            "undone by  job 15",
            "anna on bastion, gatediff/0.1.0",
            "4 added, 2 covered, 1 unchanged, 3 blocked",
            "b save it to a file",
            "not possible: job 13 was already undone by job 15",
            "client_host",
            "after 2.0 s",
        ] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
        keys(&mut app, "enter j j enter");
        assert!(
            describe(&app).contains("the connection broke: \\x1b[2J"),
            "{}",
            describe(&app)
        );
        keys(&mut app, "q q");
        assert!(app.modals.is_empty());
    }

    #[test]
    fn what_cannot_be_done_with_a_job_says_why() {
        let mut app = sampled(80, 24);
        list_jobs(&mut app, records());
        for (script, why) in [
            ("b", "job 15 kept no backup"),
            ("j j U", "job 13 was already undone by job 15"),
            ("j j U", "job 11 failed and wrote nothing"),
            ("b", "job 11 failed and kept no backup"),
            ("enter U", "job 11 failed and wrote nothing"),
        ] {
            assert!(keys(&mut app, script).is_empty());
            assert_eq!(notice(&app), why);
        }
    }

    #[test]
    fn a_backup_goes_where_it_is_wanted() {
        let mut app = sampled(80, 24);
        list_jobs(&mut app, records());
        let effects = keys(&mut app, "j b enter");
        let [Effect::Save(id, save)] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        let Save::Backup(14, path) = &**save else {
            panic!("{save:?}")
        };
        assert_eq!(
            path,
            "/home/operator/.local/state/gatediff/backups/job-14.json"
        );
        assert!(
            describe(&app).contains("The file contains secrets."),
            "{}",
            describe(&app)
        );
        update(&mut app, Msg::Saved(*id, Ok("/there.json".to_owned())));
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::History),
            "back in the list"
        );
        assert_eq!(notice(&app), "saved: /there.json");
    }

    #[test]
    fn keys_pressed_before_the_jobs_were_on_the_screen_do_not_count() {
        let mut app = sampled(80, 24);
        let id = effect_id(&keys(&mut app, "H"));
        update(&mut app, Msg::Listed(id, Ok(records())));
        assert!(keys_ahead(&mut app, "j enter U").is_empty());
        assert_eq!(open_dialog(&app), Some(&Dialog::History));
        assert_eq!(app.record().map(|record| record.job), Some(15));
    }

    #[test]
    fn ten_thousand_jobs_are_moved_through_without_laying_them_out() {
        let mut app = sampled(120, 40);
        list_jobs(&mut app, (1..=10_000).rev().map(record).collect());
        keys(&mut app, "G k");
        assert_eq!(app.record().map(|record| record.job), Some(2));
        let modal = app.modals.last().unwrap();
        assert_eq!((modal.lines().len(), modal.more), (0, 10_000));
        assert_eq!(modal.top, 10_000 - modal.height(app.size));
    }

    #[test]
    fn resizing_keeps_the_job() {
        let mut app = sampled(120, 40);
        list_jobs(&mut app, (1..=500).rev().map(record).collect());
        keys(&mut app, "G k k");
        for size in [(80, 24), (40, 12), (10, 3), (0, 0), (200, 60)] {
            update(&mut app, Msg::Resize(size.0, size.1));
            assert_eq!(app.record().map(|record| record.job), Some(3));
        }
    }
}

mod undoing {
    use super::*;

    /// An app in which job 14 is being undone.
    fn begun() -> (App, crate::tui::effect::EffectId) {
        let mut app = plain();
        list_jobs(&mut app, records());
        let effects = keys(&mut app, "j U \"gateway\" enter");
        assert!(
            matches!(effects.as_slice(), [Effect::Undo(_, 14, None)]),
            "{effects:?}"
        );
        (app, effect_id(&effects))
    }

    #[test]
    fn the_databases_name_has_to_be_typed() {
        let mut app = plain();
        list_jobs(&mut app, records());
        assert!(
            keys(&mut app, "j U S-Tab enter").is_empty(),
            "Cancel stands before the name"
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::History));
        assert!(keys(&mut app, "U tab enter").is_empty());
        assert_eq!(notice(&app), "type the database name to undo: gateway");
        assert!(keys(&mut app, "\"gate\" enter").is_empty());
        let effects = keys(&mut app, "\"way\" enter");
        assert!(
            matches!(effects.as_slice(), [Effect::Undo(_, 14, None)]),
            "{effects:?}"
        );
    }

    #[test]
    fn nothing_is_undone_in_a_read_only_target() {
        let mut app = plain();
        app.review.as_mut().unwrap().subject.read_only = Some("profile 'audit' is used".to_owned());
        list_jobs(&mut app, records());
        assert!(keys(&mut app, "j enter U").is_empty() && app.job.is_none());
        assert_eq!(
            notice(&app),
            "the target is read-only: profile 'audit' is used"
        );
    }

    #[test]
    fn the_dialog_says_what_it_does_and_where() {
        let mut app = plain();
        app.review.as_mut().unwrap().subject.production = true;
        list_jobs(&mut app, records());
        keys(&mut app, "j enter U");
        assert_eq!(
            app.modals.last().unwrap().title,
            "Undo job 14 in PRODUCTION"
        );
        for part in [
            "Job 14, apply by anna",
            "4 added, 2",
            "Restores every row",
            "Refused, with nothing written",
            "operator@db.acme:5432/gateway",
        ] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
    }

    #[test]
    fn what_is_typed_ahead_undoes_nothing() {
        let mut app = plain();
        list_jobs(&mut app, records());
        assert!(keys_ahead(&mut app, "j U \"gateway\" enter").is_empty());
        assert!(app.job.is_none());
        assert_eq!(app.modals.last().unwrap().input.value(), "");
    }

    #[test]
    fn its_result_shows_and_then_it_compares_again() {
        let (mut app, id) = begun();
        assert_eq!(
            app.job.as_ref().map(|job| job.work),
            Some(JobKind::Undo(14))
        );
        assert!(keys(&mut app, "q U b j enter ctrl-z").is_empty());
        assert_eq!(notice(&app), "not while the undo is running");
        update(&mut app, Msg::Undone(id, Ok(undone())));
        assert_eq!(open_dialog(&app), Some(&Dialog::Undone));
        update(&mut app, Msg::Drawn);
        compare_id(&keys(&mut app, "q"));
        assert!(app.modals.is_empty());
        let summary = farewell(&app, Exit::Done).summary;
        assert_eq!(
            summary,
            "job 15 undid job 13: 2 items restored (7 rows in 0.2 s)"
        );
    }

    #[test]
    fn what_was_written_in_a_session_is_all_reported_in_the_end() {
        let (mut app, id) = begun();
        update(&mut app, Msg::Undone(id, Ok(undone())));
        update(&mut app, Msg::Drawn);
        let id = compare_id(&keys(&mut app, "q"));
        let subject = reviewed(plan(sample_drafts(10), Vec::new(), Vec::new()));
        update(&mut app, Msg::Compared(id, Ok(subject)));
        let id = apply_id(&keys(&mut app, "P tab enter"));
        update(
            &mut app,
            Msg::Applied(id, Ok(receipt(vec![Outcome::Added]))),
        );
        let summary = farewell(&app, Exit::Done).summary;
        assert!(
            summary.contains("undid job 13") && summary.contains("; job 12: 1 added"),
            "{summary}"
        );
    }

    #[test]
    fn a_row_that_changed_since_is_reported_in_three_states() {
        let (mut app, id) = begun();
        let mut failure = stale_failure();
        failure.what =
            "job 14 cannot be undone: rows have since changed; nothing was written".to_owned();
        update(&mut app, Msg::Undone(id, Err(failure)));
        assert_eq!(open_dialog(&app), Some(&Dialog::UndoStale));
        for part in ["as the job left it", "now", "to restore", "secret, differs"] {
            assert!(
                describe(&app).contains(part),
                "{part} in {}",
                describe(&app)
            );
        }
        assert!(
            !describe(&app).contains("canary") && !describe(&app).contains("choices"),
            "{}",
            describe(&app)
        );
        update(&mut app, Msg::Drawn);
        assert!(keys(&mut app, "enter").is_empty());
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::History),
            "back in the list"
        );
    }

    #[test]
    fn what_depends_on_an_added_row_is_named() {
        let (mut app, id) = begun();
        let mut failure = Failure::new(
            FailureKind::Blocked,
            "something depends on what job 14 added",
        );
        let item = crate::tui::tests::support::id("group", "new");
        failure.stale.push(Stale::new(
            item,
            "tsmp_group is required by tsmp_client_group",
        ));
        update(&mut app, Msg::Undone(id, Err(failure)));
        assert_eq!(open_dialog(&app), Some(&Dialog::UndoStale));
        assert!(
            describe(&app).contains("is required by tsmp_client_group"),
            "{}",
            describe(&app)
        );
    }

    #[test]
    fn other_failures_lead_back_to_the_list() {
        let (mut app, id) = begun();
        let failure = Failure::new(
            FailureKind::Locked,
            "another gatediff job is using the target",
        );
        update(&mut app, Msg::Undone(id, Err(failure)));
        update(&mut app, Msg::Drawn);
        assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
        keys(&mut app, "enter");
        assert_eq!(open_dialog(&app), Some(&Dialog::History));
    }

    #[test]
    fn it_is_cancelled_by_ctrl_c_and_sigterm_and_finished_without_a_terminal() {
        let (mut app, _) = begun();
        assert!(matches!(
            keys(&mut app, "ctrl-c").as_slice(),
            [Effect::Cancel("Ctrl-C")]
        ));
        let (mut app, id) = begun();
        let effects = update(&mut app, Msg::Leave(Leave::Terminate));
        assert!(matches!(effects.as_slice(), [Effect::Cancel("SIGTERM")]));
        let cancelled = Failure::new(FailureKind::Cancelled, "cancelled");
        assert_eq!(
            quits(&update(&mut app, Msg::Undone(id, Err(cancelled)))),
            Some(Exit::Terminated)
        );
        let (mut app, id) = begun();
        assert!(update(&mut app, Msg::Leave(Leave::Hangup)).is_empty());
        assert_eq!(
            quits(&update(&mut app, Msg::Undone(id, Ok(undone())))),
            Some(Exit::HungUp)
        );
    }

    #[test]
    fn nothing_is_undone_on_a_screen_that_shows_nothing() {
        let mut app = plain();
        list_jobs(&mut app, records());
        keys(&mut app, "j U \"gateway\"");
        update(&mut app, Msg::Resize(20, 5));
        assert!(keys(&mut app, "enter U X w E H").is_empty());
        assert!(!app.is_applying());
    }

    #[test]
    fn the_keys_can_be_others() {
        let binding = |action: &str, key: &str| crate::config::Binding {
            action: action.to_owned(),
            keys: vec![key.to_owned()],
            place: String::new(),
        };
        let mut app = plain();
        let own = [
            binding("undo", "ctrl-x"),
            binding("history", "v"),
            binding("save-backup", "B"),
        ];
        app.keymap = crate::tui::app::KeyMap::with(crate::tui::catalogue::CATALOGUE, &own).unwrap();
        let id = effect_id(&keys(&mut app, "v"));
        update(&mut app, Msg::Listed(id, Ok(records())));
        update(&mut app, Msg::Drawn);
        keys(&mut app, "j enter");
        assert!(
            describe(&app).contains("undo the job") && describe(&app).contains("save it to a file"),
            "{}",
            describe(&app)
        );
        keys(&mut app, "ctrl-x");
        assert!(matches!(open_dialog(&app), Some(Dialog::Undo(14, _))));
    }
}
