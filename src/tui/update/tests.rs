//! Key scripts against the model: no terminal, no runtime.

mod access;
mod decision;
mod files;
mod form;
mod ignore;
mod jobs;
mod matrix;
mod only_in_target;
mod open;
mod scopes;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::engine::{Finding, Outcome, Plan};
use crate::job::{Failure, FailureKind, Phase, Progress, Stale};
use crate::tui::item_status::ItemStatus;
use crate::tui::layout::Pane;
use crate::tui::runtime::farewell;
use crate::tui::screen::dialog::{Dialog, Focus};
use crate::tui::screen::review::Filter;
use crate::tui::screen::review::node::Node;
use crate::tui::tests::support::*;
use crate::tui::widget::Line;

fn statuses(app: &App) -> Vec<ItemStatus> {
    let review = app.review.as_ref().unwrap();
    (0..review.plan().entries().len())
        .map(|index| review.status(index))
        .collect()
}

fn status(app: &App, id: &str) -> ItemStatus {
    let review = app.review.as_ref().unwrap();
    let index = review
        .plan()
        .entries()
        .iter()
        .position(|entry| entry.item.id.to_string() == id)
        .unwrap();
    review.status(index)
}

fn open_dialog(app: &App) -> Option<&Dialog> {
    app.modals.last().map(|modal| &modal.dialog)
}

fn tree_node(app: &App) -> Node {
    app.review.as_ref().unwrap().tree_node()
}

mod first_frame {
    use super::*;

    #[test]
    fn comparing_is_an_effect_and_a_stale_answer_is_dropped() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        let stale = crate::tui::effect::EffectId(id.0 + 1);
        update(&mut app, Msg::Compared(stale, Ok(reviewed(sample()))));
        assert!(app.review.is_none());
        update(&mut app, Msg::Compared(id, Ok(reviewed(sample()))));
        assert!(app.review.is_some() && app.job.is_none());
    }

    #[test]
    fn a_failure_to_compare_can_be_tried_again() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        let failure =
            Failure::new(FailureKind::Unreachable, "cannot connect").hint("start the server");
        update(&mut app, Msg::Compared(id, Err(failure)));
        assert_eq!(
            farewell(&app, Exit::Done).exit,
            Exit::Failed(FailureKind::Unreachable)
        );
        let again = keys(&mut app, "R");
        assert_ne!(compare_id(&again), id);
        assert!(app.failure.is_none());
    }

    #[test]
    fn progress_of_another_job_is_dropped() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        let step = |done| Progress {
            phase: Phase::File,
            subject: String::new(),
            done,
            total: 9,
        };
        update(&mut app, Msg::Progress(id, step(1)));
        update(&mut app, Msg::Progress(id, step(5)));
        update(
            &mut app,
            Msg::Progress(crate::tui::effect::EffectId(99), step(9)),
        );
        let phases = app.job.as_ref().unwrap().phases.iter();
        let progress: Vec<_> = phases.map(|phase| phase.progress.clone()).collect();
        assert_eq!(progress, [step(5)]);
    }
}

mod moving {
    use super::*;

    #[test]
    fn vim_letters_and_arrows_do_the_same() {
        let mut letters = sampled(80, 24);
        let mut arrows = sampled(80, 24);
        keys(&mut letters, "j j k l h 1 G g g l j");
        keys(&mut arrows, "down down up right left 1 end home right down");
        assert_eq!(tree_node(&letters), tree_node(&arrows));
        assert_eq!(here(&letters), here(&arrows));
    }

    #[test]
    fn the_list_follows_the_tree() {
        let mut app = sampled(80, 24);
        assert_eq!(here(&app), "client:crm");
        keys(&mut app, "1 j 2");
        assert_eq!(here(&app), "group:crm-read");
    }

    #[test]
    fn unfolding_goes_from_kind_to_item_to_set_to_element() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 l l l l l l");
        assert_eq!(tree_node(&app), Node::Element(0, 0, 0));
        keys(&mut app, "h h h");
        assert_eq!(tree_node(&app), Node::Item(0));
        keys(&mut app, "h h h");
        assert_eq!(tree_node(&app), Node::Kind(0));
        assert!(!app.review.as_ref().unwrap().is_open(Node::Kind(0)));
    }

    #[test]
    fn the_list_goes_in_and_out_like_the_tree() {
        let mut app = sampled(80, 24);
        keys(&mut app, "l");
        let review = app.review.as_ref().unwrap();
        assert_eq!(review.listed, Node::Item(0));
        assert_eq!(review.items_node(), Some(Node::Branch(0, 0)));
        keys(&mut app, "h");
        assert_eq!(here(&app), "client:crm");
        assert_eq!(tree_node(&app), Node::Kind(0));
        keys(&mut app, "h");
        assert_eq!(app.focus, Pane::Tree);
    }

    #[test]
    fn an_unfinished_sequence_waits_and_then_counts() {
        let mut app = sampled(80, 24);
        keys(&mut app, "G g");
        assert_eq!(app.pending.len(), 1);
        keys(&mut app, "g");
        assert_eq!(here(&app), "client:crm");
        keys(&mut app, "g j");
        assert_eq!(
            here(&app),
            "client:billing",
            "the second key counts by itself"
        );
    }

    #[test]
    fn changes_and_blocked_items_are_found_across_kinds() {
        let mut app = sampled(80, 24);
        keys(&mut app, "] ] ] ]");
        assert_eq!(here(&app), "group:crm-read");
        keys(&mut app, "[");
        assert_eq!(here(&app), "client:evil\u{1b}[2J\u{202e}");
        keys(&mut app, "! !");
        assert_eq!(here(&app), "scope:card-user");
        keys(&mut app, "!");
        assert_eq!(here(&app), "client:ops-ui");
        assert_eq!(notice(&app), "search wrapped to the top");
    }

    #[test]
    fn panes_are_reached_by_number_and_in_turn() {
        let mut app = sampled(80, 24);
        keys(&mut app, "tab");
        assert_eq!(app.focus, Pane::Detail);
        keys(&mut app, "tab");
        assert_eq!(app.focus, Pane::Tree);
        keys(&mut app, "S-Tab");
        assert_eq!(app.focus, Pane::Detail);
        keys(&mut app, "2");
        assert_eq!(app.focus, Pane::Items);
    }

    #[test]
    fn the_detail_stays_with_what_was_selected() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 j j 3");
        assert_eq!(app.node(), Some(Node::Kind(2)));
        keys(&mut app, "h");
        assert_eq!(app.focus, Pane::Tree);
    }
}

mod choosing {
    use super::*;

    #[test]
    fn space_leaves_out_and_chooses_again() {
        let mut app = sampled(80, 24);
        keys(&mut app, "space");
        assert_eq!(status(&app, "client:crm"), ItemStatus::LeftOut);
        assert_eq!(notice(&app), "client:crm: left out");
        keys(&mut app, "space");
        assert_eq!(status(&app, "client:crm"), ItemStatus::Add);
    }

    #[test]
    fn leaving_out_says_what_it_blocks() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 j 2 space");
        assert_eq!(
            notice(&app),
            "group:crm-read: left out; 1 item that requires it is now blocked"
        );
        assert_eq!(status(&app, "client:crm"), ItemStatus::CannotAdd);
    }

    #[test]
    fn choosing_chooses_what_is_needed_and_says_so() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 j 2 space 1 k 2 space");
        assert_eq!(status(&app, "group:crm-read"), ItemStatus::Add);
        assert_eq!(
            notice(&app),
            "client:crm: will be added, with group:crm-read that it requires"
        );
    }

    #[test]
    fn c_covers_and_leaves_again() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j c");
        assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
        keys(&mut app, "c");
        assert_eq!(status(&app, "client:billing"), ItemStatus::LeftOut);
        keys(&mut app, "k c");
        assert_eq!(notice(&app), "not in the target: nothing to cover");
    }

    #[test]
    fn what_cannot_be_chosen_says_why() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j j space");
        assert_eq!(notice(&app), "portal is unchanged: nothing to write");
        keys(&mut app, "j j space");
        assert!(notice(&app).starts_with("Cannot cover: security level 'SYSTEM'"));
        keys(&mut app, "k k k k l space");
        assert_eq!(notice(&app), "part of client crm: select the client");
    }

    #[test]
    fn a_branch_chooses_all_below_and_leaves_all_out() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 space tab enter");
        assert_eq!(notice(&app), "2 more items to be overwritten");
        assert_eq!(status(&app, "client:risk"), ItemStatus::Cover);
        keys(&mut app, "space");
        assert_eq!(notice(&app), "4 items left out");
        assert_eq!(status(&app, "client:crm"), ItemStatus::LeftOut);
        keys(&mut app, "space tab enter");
        assert_eq!(
            [status(&app, "client:crm"), status(&app, "client:risk")],
            [ItemStatus::Add, ItemStatus::Cover]
        );
    }

    #[test]
    fn c_on_a_kind_leaves_its_adds_alone() {
        let mut app = sampled(80, 24);
        keys(&mut app, "space 1 c tab enter");
        assert_eq!(status(&app, "client:crm"), ItemStatus::LeftOut);
        assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
    }

    #[test]
    fn cover_all_asks_first() {
        let mut app = sampled(80, 24);
        keys(&mut app, "C enter");
        assert!(app.modals.is_empty());
        assert!(
            !statuses(&app).contains(&ItemStatus::Cover),
            "Cancel has the focus"
        );
        keys(&mut app, "C tab enter");
        assert_eq!(
            statuses(&app)
                .iter()
                .filter(|status| **status == ItemStatus::Cover)
                .count(),
            3
        );
        assert_eq!(status(&app, "client:portal"), ItemStatus::Unchanged);
        keys(&mut app, "C");
        assert_eq!(notice(&app), "every item that differs is already covered");
    }

    #[test]
    fn missing_apis_are_confirmed_in_a_list() {
        let mut app = sampled(80, 24);
        keys(&mut app, "m");
        assert_eq!(open_dialog(&app), Some(&Dialog::Missing));
        keys(&mut app, "tab enter");
        assert!(app.review.as_ref().unwrap().choices.missing_confirmed);
        assert_eq!(
            notice(&app),
            "confirmed: APIs that are missing will be ignored."
        );
    }
}

mod listing {
    use super::*;

    #[test]
    fn the_filter_turns_and_the_selection_comes_back() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j j f");
        assert_eq!(app.review.as_ref().unwrap().filter, Filter::Changes);
        assert_eq!(here(&app), "client:risk", "the next one that is listed");
        keys(&mut app, "f");
        assert_eq!(here(&app), "client:ops-ui");
        keys(&mut app, "f f");
        assert_eq!(here(&app), "client:portal");
    }

    #[test]
    fn an_item_that_the_filter_no_longer_lists_goes_at_once() {
        let mut app = sampled(80, 24);
        keys(&mut app, "f f f space");
        assert_eq!(status(&app, "client:crm"), ItemStatus::LeftOut);
        assert_eq!(here(&app), "client:evil\u{1b}[2J\u{202e}");
    }

    #[test]
    fn folding_keeps_the_selection_near() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 l j j j");
        assert_eq!(tree_node(&app), Node::Item(2));
        let review = app.review.as_mut().unwrap();
        review.set_open(Node::Kind(0), false);
        assert_eq!(review.tree_node(), Node::Kind(0));
        review.set_open(Node::Kind(0), true);
        assert_eq!(review.tree_node(), Node::Item(2));
    }

    #[test]
    fn resizing_loses_nothing() {
        let mut app = sampled(120, 40);
        keys(&mut app, "j j j");
        for size in [(80, 24), (50, 20), (10, 3), (0, 0), (200, 60)] {
            update(&mut app, Msg::Resize(size.0, size.1));
            assert_eq!(here(&app), "client:risk");
        }
    }
}

mod searching {
    use super::*;

    #[test]
    fn it_jumps_while_typing_and_enter_keeps() {
        let mut app = sampled(80, 24);
        keys(&mut app, "/ \"ops\"");
        assert_eq!(here(&app), "client:ops-ui");
        keys(&mut app, "enter");
        assert_eq!(notice(&app), "match 1 of 2 for 'ops'");
        keys(&mut app, "n");
        assert_eq!(here(&app), "group:ops");
        keys(&mut app, "n");
        assert_eq!(here(&app), "client:ops-ui", "and round again");
        keys(&mut app, "N");
        assert_eq!(here(&app), "group:ops");
    }

    #[test]
    fn esc_goes_back_to_where_it_began() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j / \"audit\"");
        assert_eq!(here(&app), "group:audit");
        keys(&mut app, "esc");
        assert_eq!(here(&app), "client:billing");
        assert_eq!(app.search.query, "");
    }

    #[test]
    fn names_and_chinese_are_found_in_any_case() {
        let mut app = sampled(80, 24);
        keys(&mut app, "/ \"入口\" enter");
        assert_eq!(here(&app), "client:portal");
        keys(&mut app, "/ \"CARD-U\" enter");
        assert_eq!(here(&app), "scope:card-user");
    }

    #[test]
    fn nothing_found_stays_and_says_so() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j / \"zzz\" enter");
        assert_eq!(here(&app), "client:billing");
        assert_eq!(notice(&app), "no match for 'zzz'");
        keys(&mut app, "n");
        assert_eq!(notice(&app), "no active search: / starts one");
    }

    #[test]
    fn letters_are_typed_and_no_commands() {
        let mut app = sampled(80, 24);
        keys(&mut app, "/ \"qPC\"");
        assert!(app.modals.is_empty());
        assert_eq!(app.search.prompt.as_ref().unwrap().input.value(), "qPC");
    }
}

mod importing {
    use super::*;

    /// A plan without missing APIs.
    fn plain() -> App {
        open(
            reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
            80,
            24,
        )
    }

    #[test]
    fn adds_alone_take_tab_and_enter() {
        let mut app = plain();
        keys(&mut app, "P enter");
        assert!(
            app.modals.is_empty() && app.job.is_none(),
            "Cancel has the focus"
        );
        let effects = keys(&mut app, "P tab enter");
        apply_id(&effects);
        assert!(app.is_applying());
    }

    #[test]
    fn a_cover_takes_the_databases_name() {
        let mut app = plain();
        keys(&mut app, "j c P");
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::Import(Some("gateway".to_owned())))
        );
        assert_eq!(app.modals.last().unwrap().focus, Focus::Input);
        keys(&mut app, "tab enter");
        assert!(app.job.is_none());
        assert_eq!(app.modals.last().unwrap().focus, Focus::Input);
        keys(&mut app, "\"gate\" enter");
        assert!(app.job.is_none());
        let effects = keys(&mut app, "\"way\" enter");
        apply_id(&effects);
    }

    #[test]
    fn production_takes_the_name_even_for_adds() {
        let mut subject = reviewed(plan(sample_drafts(10), Vec::new(), Vec::new()));
        subject.production = true;
        let mut app = open(subject, 80, 24);
        keys(&mut app, "P tab tab enter");
        assert!(app.job.is_none());
    }

    #[test]
    fn nothing_is_written_to_a_read_only_target_and_the_reason_is_reported() {
        let mut subject = reviewed(plan(sample_drafts(10), Vec::new(), Vec::new()));
        subject.read_only = Some("profile 'audit' names this database".to_owned());
        let mut app = open(subject, 80, 24);
        for key in ["P", "X"] {
            assert!(keys(&mut app, key).is_empty() && app.modals.is_empty() && app.job.is_none());
            assert_eq!(
                notice(&app),
                "the target is read-only: profile 'audit' names this database"
            );
        }
        assert!(
            matches!(keys(&mut app, "H").as_slice(), [Effect::History(_)]),
            "the jobs can be read"
        );
    }

    #[test]
    fn keys_pressed_before_the_dialog_was_drawn_do_not_count() {
        let mut app = plain();
        let effects = keys_ahead(&mut app, "P tab enter");
        assert!(effects.is_empty() && app.job.is_none());
        assert_eq!(app.modals.last().unwrap().focus, Focus::Cancel);
    }

    #[test]
    fn missing_apis_bar_the_import_until_confirmed() {
        let mut app = sampled(80, 24);
        keys(&mut app, "P tab enter");
        assert!(app.job.is_none());
        assert_eq!(notice(&app), "confirm missing APIs first (m)");
        let effects = keys(&mut app, "m tab enter enter");
        apply_id(&effects);
    }

    #[test]
    fn missing_objects_bar_the_import_until_all_are_confirmed_at_once() {
        let mut app = open(reviewed(sample_missing()), 80, 24);
        keys(&mut app, "P tab enter");
        assert!(app.job.is_none());
        assert_eq!(notice(&app), "confirm missing objects first (m)");
        keys(&mut app, "esc X");
        assert_eq!(notice(&app), "confirm missing objects first (m)");
        // On either list the key for choosing asks, as `m` does.
        keys(&mut app, "1 G k space");
        assert_eq!(open_dialog(&app), Some(&Dialog::Missing));
        keys(&mut app, "tab enter");
        assert_eq!(
            notice(&app),
            "confirmed: Objects that are missing will be ignored."
        );
        keys(&mut app, "m");
        assert_eq!(
            notice(&app),
            "already confirmed: missing objects will be ignored"
        );
        let effects = keys(&mut app, "P tab enter");
        apply_id(&effects);
    }

    #[test]
    fn a_confirmation_does_not_reach_what_is_missing_since() {
        let again = |from: Arc<Plan>, to: Arc<Plan>| {
            let mut app = open(reviewed(from), 80, 24);
            keys(&mut app, "m tab enter");
            let review = app.review.as_ref().unwrap();
            assert!(review.choices.missing_confirmed);
            review.again(reviewed(to)).choices.missing_confirmed
        };
        assert!(again(sample_missing(), sample()));
        assert!(again(sample_missing(), sample_missing()));
        assert!(
            !again(sample(), sample_missing()),
            "a policy is missing since"
        );
    }

    #[test]
    fn nothing_chosen_is_nothing_to_import() {
        let mut app = plain();
        keys(
            &mut app,
            "1 space tab enter space j space tab enter space j j space",
        );
        assert!(
            statuses(&app).iter().all(|status| !status.is_written()),
            "{:?}",
            statuses(&app)
        );
        keys(&mut app, "P");
        assert!(app.modals.is_empty());
        assert_eq!(
            notice(&app),
            "nothing to import: 3 items are blocked; Space chooses what is left out"
        );
    }

    #[test]
    fn deletions_are_reported_and_never_denied() {
        let describe = |app: &App| {
            let lines = app.modals.last().unwrap().lines().iter().map(Line::plain);
            lines.collect::<Vec<_>>().join("\n")
        };
        let mut app = plain();
        keys(&mut app, "P");
        assert!(describe(&app).contains("One transaction. Nothing will be deleted."));
        keys(&mut app, "q j c P");
        assert!(describe(&app).contains("1 existing entry will be deleted:"));
    }

    #[test]
    fn the_result_shows_and_then_it_compares_again() {
        let mut app = plain();
        let id = apply_id(&keys(&mut app, "P tab enter"));
        let outcomes = vec![Outcome::Added; 12];
        update(&mut app, Msg::Applied(id, Ok(receipt(outcomes))));
        assert_eq!(open_dialog(&app), Some(&Dialog::Result));
        update(&mut app, Msg::Drawn);
        let effects = keys(&mut app, "j j q");
        compare_id(&effects);
        assert_eq!(
            farewell(&app, Exit::Done).summary,
            "job 12: 12 added, 0 covered, 0 unchanged (7 rows in 0.4 s)"
        );
    }

    #[test]
    fn ctrl_c_cancels_once_and_not_while_committing() {
        let mut app = plain();
        let id = apply_id(&keys(&mut app, "P tab enter"));
        let effects = keys(&mut app, "ctrl-c ctrl-c");
        assert!(matches!(effects.as_slice(), [Effect::Cancel("Ctrl-C")]));
        assert_eq!(notice(&app), "rolling back, please wait");
        let commit = Progress {
            phase: Phase::Commit,
            subject: String::new(),
            done: 0,
            total: 0,
        };
        update(&mut app, Msg::Progress(id, commit));
        assert!(keys(&mut app, "ctrl-c").is_empty());
        assert_eq!(notice(&app), "committing: it can no longer be cancelled");
    }

    #[test]
    fn a_commit_that_is_not_answered_can_be_left_and_the_farewell_says_that_the_outcome_is_unknown()
    {
        let mut app = plain();
        let id = apply_id(&keys(&mut app, "P tab enter"));
        let commit = |done| Progress {
            phase: Phase::Commit,
            subject: "seconds".to_owned(),
            done,
            total: 25,
        };
        update(&mut app, Msg::Progress(id, commit(0)));
        assert!(keys(&mut app, "ctrl-c").is_empty());
        update(&mut app, Msg::Progress(id, commit(3)));
        assert!(matches!(
            keys(&mut app, "ctrl-c").as_slice(),
            [Effect::Cancel("Ctrl-C")]
        ));
        assert_eq!(notice(&app), "waiting one more second for the outcome");
        let mut failure =
            Failure::new(FailureKind::Unreachable, "the outcome of job 7 is unknown").hint("look");
        failure.unknown_job = Some(7);
        update(&mut app, Msg::Applied(id, Err(failure)));
        assert_eq!(
            farewell(&app, Exit::Done).summary,
            "the outcome of job 7 is unknown; look"
        );
    }

    #[test]
    fn sigterm_ends_a_commit_that_is_not_answered() {
        let mut app = plain();
        let id = apply_id(&keys(&mut app, "P tab enter"));
        let commit = Progress {
            phase: Phase::Commit,
            subject: String::new(),
            done: 0,
            total: 0,
        };
        update(&mut app, Msg::Progress(id, commit));
        let effects = update(&mut app, Msg::Leave(Leave::Terminate));
        assert!(matches!(effects.as_slice(), [Effect::Cancel("SIGTERM")]));
    }

    #[test]
    fn it_cannot_be_left_or_suspended_while_it_runs() {
        let mut app = plain();
        keys(&mut app, "P tab enter");
        assert!(keys(&mut app, "q esc P R ctrl-z").is_empty());
        assert_eq!(notice(&app), "not while the import is running");
    }

    #[test]
    fn a_stale_plan_names_what_changed_and_compares_again_with_the_choices() {
        let mut app = plain();
        let id = apply_id(&keys(&mut app, "j j j c P \"gateway\" enter"));
        let mut failure = Failure::new(
            FailureKind::Stale,
            "the target changed since it was compared",
        );
        let item = crate::tui::tests::support::id("client", "billing");
        failure
            .stale
            .push(Stale::new(item, "has since changed in the target: /tps"));
        update(&mut app, Msg::Applied(id, Err(failure)));
        update(&mut app, Msg::Drawn);
        assert_eq!(open_dialog(&app), Some(&Dialog::Stale));
        let id = compare_id(&keys(&mut app, "R"));
        update(
            &mut app,
            Msg::Compared(
                id,
                Ok(reviewed(plan(sample_drafts(20), Vec::new(), Vec::new()))),
            ),
        );
        assert_eq!(status(&app, "client:risk"), ItemStatus::Cover);
        assert_eq!(here(&app), "client:risk");
    }

    #[test]
    fn the_detail_is_of_the_newest_comparison_however_often_there_was_one() {
        let mut app = plain();
        keys(&mut app, "j");
        for tps in [20, 30, 40] {
            let id = compare_id(&keys(&mut app, "R"));
            let subject = reviewed(plan(sample_drafts(tps), Vec::new(), Vec::new()));
            update(&mut app, Msg::Compared(id, Ok(subject)));
            let described: Vec<String> = app
                .detail
                .rows()
                .iter()
                .map(|row| row.line.plain())
                .collect();
            assert!(
                described.iter().any(|line| line.contains(&tps.to_string())),
                "{tps} in {described:#?}"
            );
        }
    }

    #[test]
    fn a_choice_that_no_longer_applies_is_dropped() {
        let mut app = plain();
        keys(&mut app, "space 1 l j j l 2 j c");
        let mut drafts = sample_drafts(10);
        drafts.remove(2);
        // What was to be added is in the target now.
        drafts[0] = item("client", "crm", "CRM").both("tps", Value::Int(1), Value::Int(50));
        let id = compare_id(&keys(&mut app, "R"));
        update(
            &mut app,
            Msg::Compared(id, Ok(reviewed(plan(drafts, Vec::new(), Vec::new())))),
        );
        assert_eq!(status(&app, "client:crm"), ItemStatus::Differs);
    }
    use crate::engine::Value;
}

mod leaving {
    use super::*;

    fn quits(effects: &[Effect]) -> Option<Exit> {
        effects.iter().find_map(|effect| {
            if let Effect::Quit(exit) = effect {
                Some(*exit)
            } else {
                None
            }
        })
    }

    #[test]
    fn q_asks_only_if_choices_would_be_lost() {
        let mut app = sampled(80, 24);
        assert_eq!(quits(&keys(&mut app, "q")), Some(Exit::Done));
        assert_eq!(quits(&keys(&mut app, "space q")), None);
        assert_eq!(open_dialog(&app), Some(&Dialog::Quit));
        assert_eq!(quits(&keys(&mut app, "q")), None);
        assert_eq!(quits(&keys(&mut app, "q tab enter")), Some(Exit::Done));
    }

    #[test]
    fn ctrl_c_twice_leaves() {
        let mut app = sampled(80, 24);
        keys(&mut app, "space");
        assert_eq!(
            quits(&keys(&mut app, "ctrl-c ctrl-c")),
            Some(Exit::Interrupted)
        );
    }

    #[test]
    fn q_goes_back_by_layers() {
        let mut app = sampled(80, 24);
        keys(&mut app, "z ?");
        assert!(keys(&mut app, "q q").is_empty());
        assert!(!app.zoom);
        assert_eq!(quits(&keys(&mut app, "q")), Some(Exit::Done));
        assert_eq!(farewell(&app, Exit::Done).summary, "nothing was written");
    }

    #[test]
    fn sigterm_rolls_an_import_back_before_it_leaves() {
        let mut app = open(
            reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
            80,
            24,
        );
        let id = apply_id(&keys(&mut app, "P tab enter"));
        let effects = update(&mut app, Msg::Leave(Leave::Terminate));
        assert!(matches!(effects.as_slice(), [Effect::Cancel("SIGTERM")]));
        let cancelled = Failure::new(FailureKind::Cancelled, "cancelled, nothing was written");
        let effects = update(&mut app, Msg::Applied(id, Err(cancelled)));
        assert_eq!(quits(&effects), Some(Exit::Terminated));
    }

    #[test]
    fn a_lost_terminal_lets_an_import_finish() {
        let mut app = open(
            reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
            80,
            24,
        );
        let id = apply_id(&keys(&mut app, "P tab enter"));
        assert!(update(&mut app, Msg::Leave(Leave::Hangup)).is_empty());
        let effects = update(
            &mut app,
            Msg::Applied(id, Ok(receipt(vec![Outcome::Added]))),
        );
        assert_eq!(quits(&effects), Some(Exit::HungUp));
    }

    #[test]
    fn signals_leave_at_once_when_nothing_runs() {
        let mut app = sampled(80, 24);
        assert_eq!(
            quits(&update(&mut app, Msg::Leave(Leave::Terminate))),
            Some(Exit::Terminated)
        );
        assert_eq!(
            quits(&update(&mut app, Msg::Leave(Leave::Hangup))),
            Some(Exit::HungUp)
        );
    }

    #[test]
    fn keys_still_work_where_the_screen_is_too_small() {
        let mut app = sampled(20, 5);
        assert_eq!(quits(&keys(&mut app, "q")), Some(Exit::Done));
        let mut app = sampled(80, 24);
        keys(&mut app, "space");
        update(&mut app, Msg::Resize(20, 5));
        assert_eq!(quits(&keys(&mut app, "q")), None, "choices would be lost");
        assert_eq!(quits(&keys(&mut app, "q")), Some(Exit::Done));
    }

    #[test]
    fn nothing_is_confirmed_on_a_screen_that_shows_nothing() {
        let mut app = open(
            reviewed(plan(sample_drafts(10), Vec::new(), Vec::new())),
            80,
            24,
        );
        keys(&mut app, "P");
        update(&mut app, Msg::Resize(20, 5));
        assert!(keys(&mut app, "tab enter space c C").is_empty());
        assert!(!app.is_applying());
    }
}

mod reading {
    use super::*;

    #[test]
    fn the_palette_finds_and_does_actions() {
        let mut app = sampled(80, 24);
        keys(&mut app, ": \"zo\" enter");
        assert!(app.zoom && app.modals.is_empty());
        keys(&mut app, ": \"cover\" down enter");
        assert_eq!(open_dialog(&app), Some(&Dialog::Cover(None)));
    }

    #[test]
    fn the_palette_opens_no_dialog_of_its_own() {
        let mut app = sampled(80, 24);
        keys(&mut app, ": \"confirm-lack\" enter");
        assert_eq!(open_dialog(&app), Some(&Dialog::Missing));
        compare_id(&keys(&mut app, "q : \"compare\" enter"));
    }

    #[test]
    fn the_palette_says_why_an_action_is_disabled() {
        let mut app = sampled(80, 24);
        keys(&mut app, ": \"next-match\" enter");
        assert_eq!(notice(&app), "no active search: / starts one");
    }

    #[test]
    fn an_explanation_names_path_identity_and_codes() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j j j j e");
        let described: String = app
            .modals
            .last()
            .unwrap()
            .lines()
            .iter()
            .map(|line| line.plain() + "\n")
            .collect();
        for part in [
            "client:ops-ui",
            "/importClientRelated/client/0",
            "by kind and key",
            "security-level-differs",
        ] {
            assert!(described.contains(part), "{part} in {described}");
        }
    }

    #[test]
    fn what_is_copied_holds_no_secret_and_no_control() {
        let mut app = sampled(80, 24);
        for script in ["y", "j y", "j j j j y"] {
            for effect in keys(&mut app, script) {
                let Effect::Copy(text) = effect else {
                    panic!("{effect:?}")
                };
                assert!(!text.contains("canary"), "{text}");
                assert!(
                    !text.chars().any(|c| c.is_control() && c != '\n'),
                    "{text:?}"
                );
            }
        }
        update(&mut app, Msg::Copied(Ok(())));
        assert_eq!(notice(&app), "sent to the terminal's clipboard");
    }

    #[test]
    fn a_line_of_the_detail_is_copied_whole() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j 3 G");
        let texts: Vec<String> = (0..30)
            .flat_map(|_| keys(&mut app, "y k"))
            .map(|effect| {
                if let Effect::Copy(text) = effect {
                    text
                } else {
                    String::new()
                }
            })
            .collect();
        assert!(
            texts.contains(&"emails: old@example.com → billing@example.com".to_owned()),
            "{texts:?}"
        );
    }

    #[test]
    fn time_comes_in_messages() {
        let mut app = sampled(80, 24);
        update(&mut app, Msg::Tick(Duration::from_secs(3)));
        assert_eq!(app.now, Duration::from_secs(3));
    }

    #[test]
    fn without_colours_there_is_one_theme() {
        let mut app = app_at(80, 24);
        app.theme = theme(
            "dark",
            crate::tui::theme::Level::None,
            &crate::tui::theme::UNICODE,
        );
        open_in(&mut app, reviewed(sample()));
        assert_eq!(app.theme.name(), "mono");
        keys(&mut app, "T");
        assert_eq!(app.theme.name(), "mono");
        assert!(notice(&app).starts_with("no colours here"));
    }

    #[test]
    fn a_warning_of_the_file_is_listed_with_its_place() {
        let finding = Finding::warning("unknown-property", "one unknown property").at("/x/0/y");
        let mut app = open(
            reviewed(plan(Vec::new(), Vec::new(), vec![finding])),
            120,
            40,
        );
        keys(&mut app, "1 G 2");
        assert_eq!(app.node(), Some(Node::Warning(0)));
        let described: String = app
            .detail
            .rows()
            .iter()
            .map(|row| row.line.plain() + "\n")
            .collect();
        assert!(described.contains("/x/0/y"), "{described}");
    }
}

mod large {
    use super::*;
    use crate::engine::Value;

    fn many(n: usize) -> App {
        let drafts = (0..n)
            .map(|index| {
                item("client", &format!("client-{index:06}"), "").both(
                    "tps",
                    Value::Int(1),
                    Value::Int(2),
                )
            })
            .collect();
        open(reviewed(plan(drafts, Vec::new(), Vec::new())), 120, 40)
    }

    #[test]
    fn moving_among_a_hundred_thousand_items_rebuilds_nothing() {
        let mut app = many(100_000);
        keys(&mut app, "1 l 2");
        let before = {
            let review = app.review.as_ref().unwrap();
            (review.rebuilt, review.resolved)
        };
        keys(&mut app, "j j G k ctrl-u pgup 1 j j G");
        let review = app.review.as_ref().unwrap();
        assert_eq!(review.tree.rows().len(), 100_001);
        assert_eq!(review.resolved, before.1);
        // The list is filled once more: the tree's cursor left its first node.
        assert!(
            review.rebuilt - before.0 <= 3,
            "{}",
            review.rebuilt - before.0
        );
        assert!(app.detail.rows().len() < 100);
    }

    #[test]
    fn only_visible_items_are_compared() {
        let mut app = many(10_000);
        keys(&mut app, "j G");
        let review = app.review.as_ref().unwrap();
        let compared = (0..10_000)
            .filter(|index| review.fields(*index).is_some())
            .count();
        let height = usize::from(app.panes().inside(Pane::Items).height);
        assert_eq!(compared, 2 * height, "the first window and the last");
    }

    #[test]
    fn one_choice_resolves_once() {
        let mut app = many(1_000);
        let before = app.review.as_ref().unwrap().resolved;
        keys(&mut app, "space");
        assert_eq!(app.review.as_ref().unwrap().resolved, before + 1);
    }
}

mod own_keys {
    use super::*;
    use crate::config::Binding;
    use crate::tui::app::KeyMap;
    use crate::tui::catalogue::CATALOGUE;
    use crate::tui::msg::Reloaded;
    use crate::tui::theme::all;

    fn keymap(action: &str, key: &str) -> KeyMap {
        let binding = Binding {
            action: action.to_owned(),
            keys: vec![key.to_owned()],
            place: "config.toml:1".to_owned(),
        };
        KeyMap::with(CATALOGUE, &[binding]).unwrap()
    }

    #[test]
    fn an_action_follows_its_new_key_and_leaves_the_old_one() {
        let mut app = sampled(80, 24);
        app.keymap = keymap("cover", "v");
        keys(&mut app, "j c");
        assert_eq!(status(&app, "client:billing"), ItemStatus::Differs);
        keys(&mut app, "v");
        assert_eq!(status(&app, "client:billing"), ItemStatus::Cover);
    }

    #[test]
    fn what_is_said_names_the_new_key() {
        let mut app = sampled(80, 24);
        app.keymap = keymap("search", "ctrl-f");
        keys(&mut app, "n");
        assert_eq!(notice(&app), "no active search: ^F starts one");
    }

    #[test]
    fn themes_and_keys_are_taken_over_and_the_theme_at_hand_stays() {
        let mut app = sampled(80, 24);
        keys(&mut app, "T");
        let (keys, themes) = (Ok(keymap("cover", "v")), Ok(all(None).0));
        update(&mut app, Msg::Reloaded(Reloaded { themes, keys }));
        assert_eq!(app.theme.name(), "light");
        assert_eq!(app.key(Act::Cover), "v");
        assert_eq!(notice(&app), "themes and keys were reloaded");
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_was_and_is_reported() {
        let mut app = sampled(80, 24);
        app.keymap = keymap("cover", "v");
        let keys = Err("config.toml:3: no".to_owned());
        update(
            &mut app,
            Msg::Reloaded(Reloaded {
                themes: Err("sea.toml:1: no".to_owned()),
                keys,
            }),
        );
        assert_eq!(app.key(Act::Cover), "v");
        assert_eq!(app.theme.name(), "dark");
        assert_eq!(notice(&app), "sea.toml:1: no (unchanged)");
    }
}

#[test]
fn enter_closes_what_was_read_as_q_does() {
    for close in ["enter", "q"] {
        let mut app = sampled(80, 24);
        keys(&mut app, "! e");
        assert_eq!(open_dialog(&app), Some(&Dialog::Explain));
        keys(&mut app, close);
        assert_eq!(open_dialog(&app), None);
        let id = apply_id(&keys(&mut app, "m tab enter P tab enter"));
        update(
            &mut app,
            Msg::Applied(id, Ok(receipt(vec![Outcome::Added; 12]))),
        );
        update(&mut app, Msg::Drawn);
        assert_eq!(open_dialog(&app), Some(&Dialog::Result));
        compare_id(&keys(&mut app, close));
        assert_eq!(open_dialog(&app), None);
    }
}
