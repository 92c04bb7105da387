//! The form of a scope and its pickers, by key scripts.

use std::sync::Arc;

use super::*;
use crate::engine::Violation;
use crate::scopes::screen::form::update::{create, edit, edited, give, reread};
use crate::scopes::screen::form::{Focus, Form, Topic};
use crate::scopes::{ApiName, Catalogue, Draft, Edit, Edited, Part, Unit};
use crate::tui::screen::job::JobKind;

/// The indices of the sample's scopes.
const ACCOUNTS: usize = 0;
const CARDS: usize = 1;
const EMPTY: usize = 2;

fn creating() -> App {
    let mut app = sampled(80, 24);
    create(&mut app, Arc::new(Catalogue::sample()));
    update(&mut app, Msg::Drawn);
    app
}

fn updating(index: usize) -> App {
    let mut app = sampled(80, 24);
    edit(&mut app, Arc::new(Catalogue::sample()), index);
    update(&mut app, Msg::Drawn);
    app
}

fn giving(index: usize) -> App {
    let mut app = sampled(80, 24);
    give(&mut app, Arc::new(Catalogue::sample()), index);
    update(&mut app, Msg::Drawn);
    app
}

fn produced(mut app: App) -> App {
    app.review.as_mut().unwrap().subject.production = true;
    app
}

fn form(app: &App) -> &Form {
    app.form.as_ref().expect("a form")
}

fn draft(app: &App) -> &Draft {
    &form(app).draft
}

fn codes(app: &App, part: Part) -> Vec<u16> {
    form(app)
        .describe(part)
        .map(|violation| violation.code)
        .collect()
}

fn listed(app: &App) -> Vec<String> {
    let picker = form(app).picker.as_ref().expect("a picker");
    (0..picker.list.rows().len())
        .map(|row| picker.row(row).unwrap().id.to_string())
        .collect()
}

fn chosen(app: &App) -> Vec<String> {
    form(app)
        .picker
        .as_ref()
        .expect("a picker")
        .chosen()
        .map(|choice| choice.id.to_string())
        .collect()
}

fn apis(app: &App) -> Vec<String> {
    draft(app).apis.iter().map(ApiName::to_string).collect()
}

fn sent(effects: &[Effect]) -> &Edit {
    match effects {
        [Effect::Edit(_, edit, _)] => edit,
        other => panic!("no edit: {other:?}"),
    }
}

fn body(app: &App) -> String {
    let lines = app
        .modals
        .last()
        .expect("a box")
        .lines()
        .iter()
        .map(Line::plain);
    lines.collect::<Vec<_>>().join("\n")
}

/// What the target's page ends a save with.
fn answer(app: &mut App, outcome: &Result<Edited, Failure>) {
    app.job = None;
    edited(app, outcome);
    update(app, Msg::Drawn);
}

fn saved() -> Result<Edited, Failure> {
    Ok(Edited {
        job: Some(7),
        verb: "created",
        items: Vec::new(),
        id: None,
        changes: Vec::new(),
        tables: Vec::new(),
        seconds: 0.1,
        notes: Vec::new(),
        server_changes: Vec::new(),
    })
}

fn violation(code: u16, part: Option<Part>, message: &str) -> Violation {
    Violation {
        code,
        field: part.map(Part::word),
        message: message.to_owned(),
        hint: String::new(),
        about: Vec::new(),
    }
}

mod fields {
    use super::*;

    #[test]
    fn a_new_scope_begins_as_the_page_does() {
        let app = creating();
        assert_eq!(*draft(&app), Draft::default());
        assert_eq!(
            draft(&app).level,
            "SYSTEM",
            "the system's level is chosen already"
        );
        assert_eq!(form(&app).lines.amount.value(), "0");
        assert_eq!(form(&app).lines.times.value(), "0");
        assert_eq!(app.context(), Context::Form);
    }

    #[test]
    fn they_come_in_the_order_of_the_page_with_tab_arrows_and_enter() {
        let order = [
            Focus::Name,
            Focus::Alias,
            Focus::Amount,
            Focus::Unit,
            Focus::Times,
            Focus::Authentications,
            Focus::Level,
            Focus::Description,
            Focus::AddModule,
            Focus::Save,
            Focus::Cancel,
        ];
        for (forward, backward) in [("tab", "S-Tab"), ("down", "up")] {
            let mut app = creating();
            for focus in order {
                assert_eq!(form(&app).focus, focus);
                keys(&mut app, forward);
            }
            assert_eq!(form(&app).focus, Focus::Name, "and around");
            keys(&mut app, backward);
            assert_eq!(form(&app).focus, Focus::Cancel);
        }
        let mut app = creating();
        keys(&mut app, "\"x\" enter \"y\" enter");
        assert_eq!(form(&app).focus, Focus::Amount);
        assert_eq!(
            (draft(&app).name.as_str(), draft(&app).alias.as_str()),
            ("x", "y")
        );
    }

    #[test]
    fn an_empty_name_is_not_held_against_anybody_before_it_was_touched_or_saved() {
        let mut app = creating();
        assert_eq!(codes(&app, Part::Name), [0; 0]);
        keys(&mut app, "\"a\" backspace");
        assert_eq!(codes(&app, Part::Name), [1350]);
        let mut app = creating();
        assert!(keys(&mut app, "tab tab ctrl-o").is_empty());
        assert_eq!(codes(&app, Part::Name), [1350]);
        assert_eq!(
            form(&app).focus,
            Focus::Name,
            "the focus goes to what is wrong"
        );
        assert_eq!(
            notice(&app),
            "not saved: 1350 Required field: [API scope name]"
        );
    }

    #[test]
    fn broken_rules_are_reported_as_one_types_with_the_products_codes() {
        let mut app = creating();
        keys(&mut app, "\"帳戶\"");
        assert_eq!(codes(&app, Part::Name), [1352]);
        keys(&mut app, "ctrl-u \"cards\"");
        assert_eq!(codes(&app, Part::Name), [1353]);
        keys(&mut app, "\"-2\"");
        assert_eq!(codes(&app, Part::Name), [0; 0]);
        keys(&mut app, "ctrl-u \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"");
        assert_eq!(codes(&app, Part::Name), [1351]);
        keys(&mut app, "tab \"Cards\"");
        assert_eq!(codes(&app, Part::Alias), [1353]);
    }

    #[test]
    fn question_mark_colon_and_q_are_text_where_text_is_typed_and_keys_elsewhere() {
        let mut app = creating();
        keys(&mut app, "tab \"?:qjk/\"");
        assert_eq!(draft(&app).alias, "?:qjk/");
        keys(&mut app, "tab tab ?");
        assert_eq!(open_dialog(&app), Some(&Dialog::Help));
        keys(&mut app, "q :");
        assert_eq!(open_dialog(&app), Some(&Dialog::Palette));
    }

    #[test]
    fn a_duration_has_a_unit_that_arrows_and_space_turn() {
        let mut app = creating();
        keys(&mut app, "tab tab backspace \"36\" tab space right");
        assert_eq!(form(&app).unit, Unit::Hour);
        assert_eq!(draft(&app).seconds, 36 * 3_600);
        keys(&mut app, "left");
        assert_eq!(draft(&app).seconds, 36 * 60);
        keys(&mut app, "left left");
        assert_eq!(form(&app).unit, Unit::Day, "around");
        assert_eq!(draft(&app).seconds, 36 * 86_400);
    }

    #[test]
    fn a_duration_is_a_whole_number_of_what_32_bits_hold() {
        let mut app = creating();
        keys(&mut app, "tab tab");
        for (typed, code) in [("24856", 1356), ("-1", 1355), ("1.5", 1352), ("x", 1352)] {
            keys(&mut app, &format!("ctrl-u \"{typed}\" tab left S-Tab"));
            assert_eq!(codes(&app, Part::Duration), [code], "{typed} days");
            keys(&mut app, "tab right S-Tab");
        }
        keys(&mut app, "ctrl-u");
        assert_eq!(codes(&app, Part::Duration), [1350]);
        assert!(keys(&mut app, "ctrl-o").is_empty());
    }

    #[test]
    fn times_are_a_whole_number_and_nought_is_without_limit() {
        let mut app = creating();
        keys(&mut app, "\"new\" tab tab tab tab ctrl-u");
        assert_eq!(codes(&app, Part::Times), [1350]);
        keys(&mut app, "\"5\"");
        assert_eq!((draft(&app).times, codes(&app, Part::Times)), (5, vec![]));
    }

    #[test]
    fn the_level_turns_through_what_the_table_holds() {
        let mut app = creating();
        keys(&mut app, "tab tab tab tab tab tab right");
        assert_eq!(draft(&app).level, "A", "around");
        keys(&mut app, "space left left");
        assert_eq!(draft(&app).level, "SYSTEM");
    }

    #[test]
    fn what_is_pasted_becomes_one_line_of_the_focused_field() {
        let mut app = creating();
        keys(&mut app, "tab \"ab\" left");
        update(&mut app, Msg::Paste("信用\r\n卡\u{1b}[2J\n".to_owned()));
        assert_eq!(draft(&app).alias, "a信用 卡\u{1b}[2Jb");
        keys(&mut app, "\"!\"");
        assert_eq!(
            draft(&app).alias,
            "a信用 卡\u{1b}[2J!b",
            "the cursor stands behind it"
        );
        keys(&mut app, "tab tab");
        update(&mut app, Msg::Paste("q".to_owned()));
        assert_eq!(app.context(), Context::Form, "no key is pasted");
    }

    #[test]
    fn no_size_loses_what_was_typed() {
        let mut app = creating();
        keys(&mut app, "\"new\" tab \"別名\"");
        for size in [(39, 11), (10, 3), (200, 60), (40, 12), (80, 24)] {
            update(&mut app, Msg::Resize(size.0, size.1));
            update(&mut app, Msg::Drawn);
            assert_eq!(
                (draft(&app).name.as_str(), draft(&app).alias.as_str()),
                ("new", "別名")
            );
        }
        assert_eq!(form(&app).focus, Focus::Alias);
    }

    #[test]
    fn on_a_screen_that_shows_nothing_leaving_asks_first() {
        let mut app = creating();
        keys(&mut app, "\"new\"");
        update(&mut app, Msg::Resize(20, 5));
        assert!(keys(&mut app, "q").is_empty());
        assert_eq!(open_dialog(&app), Some(&Dialog::Quit));
        update(&mut app, Msg::Resize(80, 24));
        update(&mut app, Msg::Drawn);
        keys(&mut app, "enter");
        assert_eq!(draft(&app).name, "new");
    }
}

mod closing {
    use super::*;

    #[test]
    fn a_form_in_which_nothing_was_typed_closes_at_once() {
        for key in ["ctrl-g", "esc", "ctrl-c", "tab tab tab q", "S-Tab enter"] {
            let mut app = creating();
            assert!(keys(&mut app, key).is_empty());
            assert!(app.form.is_none() && app.modals.is_empty(), "{key}");
        }
    }

    #[test]
    fn losing_what_was_typed_needs_a_word() {
        for key in ["ctrl-g", "esc", "ctrl-c"] {
            let mut app = creating();
            keys(&mut app, &format!("\"new\" {key}"));
            assert_eq!(open_dialog(&app), Some(&Dialog::LoseForm), "{key}");
            keys(&mut app, "enter");
            assert_eq!(draft(&app).name, "new", "Back has the focus");
            keys(&mut app, &format!("{key} tab enter"));
            assert!(app.form.is_none() && app.modals.is_empty());
        }
    }

    #[test]
    fn what_was_typed_and_taken_back_is_nothing_to_lose() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "\"x\" backspace ctrl-g");
        assert!(app.form.is_none());
    }

    #[test]
    fn a_module_without_apis_and_a_number_that_cannot_be_read_are_something_to_lose() {
        let mut app = creating();
        keys(&mut app, "tab tab \"x\" ctrl-g");
        assert_eq!(open_dialog(&app), Some(&Dialog::LoseForm));
        let mut app = creating();
        keys(&mut app, "S-Tab S-Tab S-Tab enter space enter ctrl-g");
        assert_eq!(open_dialog(&app), Some(&Dialog::LoseForm));
    }
}

mod modules {
    use super::*;

    /// Goes to the row below the modules.
    const ADD: &str = "S-Tab S-Tab S-Tab";

    #[test]
    fn first_modules_are_picked_then_apis_in_each() {
        let mut app = creating();
        keys(&mut app, &format!("{ADD} enter"));
        assert_eq!(app.context(), Context::Picker);
        assert_eq!(listed(&app), ["bank", "cards", "crm", "gone"]);
        keys(&mut app, "space enter");
        assert_eq!(
            form(&app).focus,
            Focus::Module(0),
            "the new module has the focus"
        );
        assert_eq!(apis(&app), [""; 0], "it has no API yet");
        keys(&mut app, "enter");
        assert_eq!(
            form(&app).picker.as_ref().unwrap().topic,
            Topic::Apis("bank".into())
        );
        assert_eq!(listed(&app), ["balance", "history", "transfer"]);
        keys(&mut app, "space j space enter");
        assert_eq!(apis(&app), ["bank/balance", "bank/transfer"]);
    }

    #[test]
    fn a_module_in_which_no_api_is_chosen_is_left_out_and_that_is_said() {
        let mut app = creating();
        let effects = keys(
            &mut app,
            &format!("\"new\" {ADD} enter space space enter tab enter a enter ctrl-o"),
        );
        let Edit::Create(draft) = sent(&effects) else {
            panic!()
        };
        assert_eq!(
            draft
                .apis
                .iter()
                .map(ApiName::to_string)
                .collect::<Vec<_>>(),
            ["cards/list"]
        );
        assert_eq!(
            notice(&app),
            "module bank has no APIs and will not be saved"
        );
    }

    #[test]
    fn a_module_that_is_removed_takes_its_apis_with_it() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, &format!("{ADD} up up D"));
        assert_eq!(apis(&app), ["crm/lookup"]);
        assert_eq!(form(&app).focus, Focus::Module(0));
        keys(&mut app, "D D");
        assert_eq!(apis(&app), [""; 0]);
        assert_eq!(notice(&app), "select a module to remove it");
    }

    #[test]
    fn modules_that_are_left_out_in_their_list_take_their_apis_with_them() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, &format!("{ADD} enter"));
        assert_eq!(
            listed(&app),
            ["bank", "crm", "cards", "gone"],
            "chosen ones come first"
        );
        keys(&mut app, "space enter");
        assert_eq!(apis(&app), ["crm/lookup"]);
    }

    #[test]
    fn a_module_is_found_by_its_name_and_by_its_apis() {
        let mut app = creating();
        keys(
            &mut app,
            &format!("{ADD} enter / \"LOOK\" space \"customer\""),
        );
        assert_eq!(app.context(), Context::Filter);
        assert_eq!(listed(&app), ["crm"]);
        keys(&mut app, "enter space enter");
        assert_eq!(
            form(&app)
                .modules
                .iter()
                .map(|name| &**name)
                .collect::<Vec<_>>(),
            ["crm"]
        );
    }

    #[test]
    fn missing_apis_can_be_left_out_but_not_chosen() {
        let mut app = creating();
        keys(&mut app, &format!("{ADD} enter G space"));
        assert_eq!(
            notice(&app),
            "gone is missing in the target: it can only be deselected"
        );
        let mut app = updating(CARDS);
        keys(&mut app, &format!("{ADD} up enter"));
        assert_eq!(chosen(&app), ["nothing"]);
        keys(&mut app, "space enter");
        assert_eq!(apis(&app), ["cards/list"]);
    }

    #[test]
    fn a_holder_that_would_pass_the_limit_is_reported_beside_the_apis() {
        let mut app = updating(ACCOUNTS);
        keys(
            &mut app,
            &format!("{ADD} enter j j space enter enter space enter"),
        );
        assert_eq!(codes(&app, Part::Apis), [0; 0], "186 fit");
        keys(&mut app, "S-Tab enter a enter");
        assert_eq!(apis(&app).len(), 5);
        assert_eq!(codes(&app, Part::Apis), [1547]);
        assert!(keys(&mut app, "ctrl-o").is_empty());
        assert!(notice(&app).contains("1547"), "{}", notice(&app));
    }
}

mod picking {
    use super::*;

    const AUTHENTICATIONS: &str = "tab tab tab tab tab";

    #[test]
    fn several_authentication_types_are_chosen_with_space_and_applied_with_enter() {
        for open in ["enter", "space"] {
            let mut app = creating();
            keys(
                &mut app,
                &format!("{AUTHENTICATIONS} {open} space space enter"),
            );
            let ids: Vec<&str> = draft(&app)
                .authentications
                .iter()
                .map(String::as_str)
                .collect();
            assert_eq!(ids, ["OTP", "PIN"]);
            assert_eq!(app.context(), Context::Form);
        }
    }

    #[test]
    fn q_esc_ctrl_g_and_ctrl_c_leave_the_choice_as_it_was() {
        for key in ["q", "esc", "ctrl-g", "ctrl-c"] {
            let mut app = creating();
            keys(&mut app, &format!("{AUTHENTICATIONS} enter space {key}"));
            assert!(draft(&app).authentications.is_empty());
            assert_eq!(app.context(), Context::Form, "{key}");
        }
    }

    #[test]
    fn a_level_is_taken_with_enter_or_space_enter() {
        let mut app = creating();
        keys(&mut app, &format!("{AUTHENTICATIONS} tab enter"));
        assert_eq!(chosen(&app), ["SYSTEM"]);
        keys(&mut app, "k enter");
        assert_eq!(draft(&app).level, "C");
        keys(&mut app, "enter g g space enter");
        assert_eq!(draft(&app).level, "A");
        keys(&mut app, "enter a");
        assert_eq!(notice(&app), "only one can be selected");
    }

    #[test]
    fn all_or_none_is_of_what_is_listed_and_the_rest_stays() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "S-Tab S-Tab S-Tab up up enter");
        assert_eq!(chosen(&app), ["balance", "history"]);
        keys(&mut app, "/ \"transfer\" enter a");
        assert_eq!(chosen(&app), ["balance", "history", "transfer"]);
        assert_eq!(notice(&app), "3 of 3 selected");
        keys(&mut app, "a");
        assert_eq!(chosen(&app), ["balance", "history"]);
    }

    #[test]
    fn a_filter_is_left_with_escape_and_then_everything_is_listed_again() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "S-Tab S-Tab S-Tab enter / \"zzz\"");
        assert_eq!(listed(&app), [""; 0]);
        keys(&mut app, "enter");
        assert_eq!(notice(&app), "no match for 'zzz'");
        keys(&mut app, "/ esc");
        assert_eq!(listed(&app).len(), 4);
        assert_eq!(app.context(), Context::Picker);
    }

    #[test]
    fn while_a_filter_is_typed_arrows_move_and_letters_are_letters() {
        let mut app = creating();
        keys(&mut app, "S-Tab S-Tab S-Tab enter / \"c\" down");
        assert_eq!(
            listed(&app),
            ["bank", "cards", "crm"],
            "there is a c in balance"
        );
        assert_eq!(form(&app).picker.as_ref().unwrap().list.at(), 1);
        update(&mut app, Msg::Paste("r\nm".to_owned()));
        assert_eq!(form(&app).picker.as_ref().unwrap().filter.value(), "cr m");
    }

    #[test]
    fn a_hundred_thousand_apis_are_filtered_and_chosen() {
        let mut app = sampled(80, 24);
        create(&mut app, Arc::new(Catalogue::vast(100_000)));
        keys(
            &mut app,
            "\"new\" S-Tab S-Tab S-Tab enter space enter enter / \"api-09999\" enter a",
        );
        assert_eq!(chosen(&app).len(), 10);
        keys(&mut app, "G enter");
        assert_eq!(apis(&app).len(), 10);
        assert_eq!(apis(&app)[9], "vast/api-099999");
        keys(&mut app, "enter");
        assert_eq!(
            listed(&app)[..2],
            ["api-099990", "api-099991"],
            "chosen ones come first"
        );
        keys(&mut app, "a enter");
        assert_eq!(codes(&app, Part::Apis), [1402]);
    }
}

mod saving {
    use super::*;

    #[test]
    fn a_new_scope_is_saved_at_once() {
        let mut app = creating();
        let effects = keys(&mut app, "\"new\" tab \"別名\" ctrl-o");
        let wanted = Draft {
            name: "new".to_owned(),
            alias: "別名".to_owned(),
            ..Draft::default()
        };
        assert_eq!(*sent(&effects), Edit::Create(wanted));
        assert_eq!(app.job.as_ref().map(|job| job.work), Some(JobKind::Edit));
        assert_eq!(
            app.context(),
            Context::Applying,
            "it has the screen to itself"
        );
        answer(&mut app, &saved());
        assert!(app.form.is_none());
    }

    #[test]
    fn the_button_saves_too() {
        let mut app = creating();
        let effects = keys(&mut app, "\"new\" S-Tab S-Tab enter");
        assert!(matches!(sent(&effects), Edit::Create(_)));
    }

    #[test]
    fn an_update_begins_with_the_scope_and_its_duration_in_the_largest_whole_unit() {
        let app = updating(ACCOUNTS);
        assert_eq!(draft(&app).name, "accounts");
        assert_eq!(
            (form(&app).lines.amount.value(), form(&app).unit),
            ("1", Unit::Day)
        );
        let app = updating(CARDS);
        assert_eq!(
            (form(&app).lines.amount.value(), form(&app).unit),
            ("25", Unit::Hour)
        );
        assert_eq!(form(&app).lines.times.value(), "5");
    }

    #[test]
    fn an_update_shows_what_differs_and_who_follows_before_it_is_saved() {
        let mut app = updating(ACCOUNTS);
        assert!(keys(&mut app, "tab ctrl-u \"帳戶\" tab backspace \"2\" ctrl-o").is_empty());
        assert_eq!(open_dialog(&app), Some(&Dialog::SaveForm(None)));
        let described = body(&app);
        assert!(described.contains("API scope alias"), "{described}");
        assert!(described.contains("帳戶查詢 → 帳戶"), "{described}");
        assert!(described.contains("1 day → 2 day"), "{described}");
        assert!(
            described.contains("Assigned to 2 clients, which are updated too: crm, portal."),
            "{described}"
        );
        let effects = keys(&mut app, "tab enter");
        let Edit::Update { id, seen, draft } = sent(&effects) else {
            panic!()
        };
        assert_eq!(&**id, "2000000001");
        assert_eq!(
            (seen.alias.as_str(), draft.alias.as_str()),
            ("帳戶查詢", "帳戶")
        );
        assert_eq!(draft.seconds, 172_800);
    }

    #[test]
    fn back_has_the_focus_and_goes_back_to_the_form() {
        let mut app = updating(ACCOUNTS);
        assert!(keys(&mut app, "\"2\" ctrl-o enter").is_empty());
        assert_eq!(draft(&app).name, "accounts2");
        assert!(app.modals.is_empty());
    }

    #[test]
    fn a_level_that_leaves_holders_behind_is_warned_of() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "tab tab tab tab tab tab right ctrl-o");
        assert!(
            body(&app).contains("the scope changes to level B"),
            "{}",
            body(&app)
        );
    }

    #[test]
    fn an_update_without_a_difference_says_so_and_sends_nothing() {
        let mut app = updating(ACCOUNTS);
        assert!(keys(&mut app, "ctrl-o").is_empty());
        assert_eq!(notice(&app), "no changes to save");
        assert!(app.modals.is_empty() && app.job.is_none());
    }

    #[test]
    fn in_production_the_databases_name_has_to_be_typed() {
        let mut app = produced(creating());
        assert!(keys(&mut app, "\"new\" ctrl-o").is_empty());
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::SaveForm(Some("gateway".to_owned())))
        );
        assert!(keys(&mut app, "tab enter").is_empty());
        assert_eq!(notice(&app), "type the database name to save: gateway");
        let effects = keys(&mut app, "\"gateway\" enter");
        assert!(matches!(sent(&effects), Edit::Create(_)));
    }

    #[test]
    fn a_refused_save_loses_nothing_and_says_why_at_its_field() {
        let mut app = creating();
        keys(&mut app, "\"new\" tab \"a\" ctrl-o");
        let taken = violation(
            1353,
            Some(Part::Name),
            "[API scope name] already exists: new",
        );
        answer(
            &mut app,
            &Err(crate::scopes::violation::violated(vec![taken])),
        );
        assert_eq!(
            (draft(&app).name.as_str(), draft(&app).alias.as_str()),
            ("new", "a")
        );
        assert_eq!(codes(&app, Part::Name), [1353]);
        assert_eq!(form(&app).focus, Focus::Name);
        assert!(form(&app).message.is_empty());
        keys(&mut app, "\"2\"");
        assert_eq!(codes(&app, Part::Name), [0; 0], "until it is changed");
        assert!(
            matches!(sent(&keys(&mut app, "ctrl-o")), Edit::Create(draft) if draft.name == "new2")
        );
    }

    #[test]
    fn what_is_about_no_field_is_said_at_the_top() {
        let mut app = creating();
        keys(&mut app, "\"new\" ctrl-o");
        let locked =
            Failure::new(FailureKind::Locked, "another job is using the target").hint("wait");
        answer(&mut app, &Err(locked));
        let described: Vec<String> = form(&app).message.iter().map(Line::plain).collect();
        assert!(
            described[0].contains("another job is using the target"),
            "{described:?}"
        );
        assert!(
            described.iter().any(|line| line.contains("wait")),
            "{described:?}"
        );
        keys(&mut app, "ctrl-o");
        assert!(form(&app).message.is_empty(), "until it is tried again");
    }

    #[test]
    fn a_scope_that_somebody_else_changed_is_said_with_all_that_was_typed() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "tab \"x\" ctrl-o tab enter");
        answer(
            &mut app,
            &Err(crate::scopes::violation::violated(vec![violation(
                1286,
                None,
                "Update failed",
            )])),
        );
        assert!(form(&app).message[0].plain().contains("1286 Update failed"));
        assert_eq!(draft(&app).alias, "帳戶查詢x");
    }

    #[test]
    fn nothing_is_saved_while_something_else_runs() {
        let mut app = creating();
        app.job = None;
        keys(&mut app, "\"new\"");
        start(&mut app);
        assert!(keys(&mut app, "ctrl-o").is_empty());
        assert_eq!(notice(&app), "file and target are being compared");
        assert!(keys(&mut app, "S-Tab S-Tab enter").is_empty());
    }

    #[test]
    fn saving_can_be_cancelled_until_it_commits() {
        let mut app = creating();
        keys(&mut app, "\"new\" ctrl-o");
        assert!(matches!(
            keys(&mut app, "ctrl-c").as_slice(),
            [Effect::Cancel("Ctrl-C")]
        ));
        answer(
            &mut app,
            &Err(Failure::new(
                FailureKind::Cancelled,
                "cancelled; nothing was written",
            )),
        );
        assert_eq!(draft(&app).name, "new");
    }
}

mod reading_again {
    use super::*;

    /// The sample, with a concurrent change of "accounts".
    fn changed() -> Arc<Catalogue> {
        Arc::new(Catalogue::sample_with(|scope| {
            if &*scope.id == "2000000001" {
                scope.name = "zz".into();
                scope.times = 9;
                scope.authentications = vec!["PIN".into()];
                scope.apis.remove(0);
            }
        }))
    }

    #[test]
    fn what_was_typed_stays_and_the_rest_becomes_what_it_is_now() {
        let mut app = updating(ACCOUNTS);
        keys(
            &mut app,
            "tab \"x\" S-Tab S-Tab S-Tab S-Tab S-Tab enter enter D",
        );
        assert_eq!(apis(&app), ["bank/balance", "bank/history"]);
        reread(&mut app, &changed());
        let now = draft(&app);
        assert_eq!(
            (now.name.as_str(), now.alias.as_str(), now.times),
            ("zz", "帳戶查詢x", 9)
        );
        assert_eq!(
            apis(&app),
            ["bank/history"],
            "balance is gone there, lookup here"
        );
        assert_eq!(now.authentications.iter().collect::<Vec<_>>(), ["PIN"]);
        assert!(keys(&mut app, "ctrl-o").is_empty());
        let effects = keys(&mut app, "tab enter");
        let Edit::Update { id, seen, draft } = sent(&effects) else {
            panic!()
        };
        assert_eq!(
            (&**id, seen.name.as_str(), seen.times),
            ("2000000001", "zz", 9)
        );
        let differs: Vec<String> = draft
            .changes(Some(seen))
            .into_iter()
            .map(|change| change.path)
            .collect();
        assert_eq!(
            differs,
            ["/vgroupAlias", "/apis/crm~1lookup"],
            "nobody else's change is undone"
        );
    }

    #[test]
    fn a_name_that_is_taken_by_now_is_reported() {
        let mut app = creating();
        keys(&mut app, "\"zz\"");
        assert_eq!(codes(&app, Part::Name), [0; 0]);
        reread(&mut app, &changed());
        assert_eq!(codes(&app, Part::Name), [1353]);
        assert_eq!(draft(&app).name, "zz");
    }

    #[test]
    fn a_scope_that_is_gone_is_said_and_the_form_stays() {
        let mut app = updating(ACCOUNTS);
        keys(&mut app, "\"x\"");
        reread(&mut app, &Arc::new(Catalogue::vast(3)));
        assert!(
            form(&app).message[0]
                .plain()
                .starts_with("The scope no longer exists")
        );
        assert_eq!(draft(&app).name, "accountsx");
    }

    #[test]
    fn a_picker_keeps_what_is_chosen_and_its_filter() {
        let mut app = giving(CARDS);
        keys(&mut app, "/ \"r\" enter space");
        assert_eq!(chosen(&app), ["risk"]);
        reread(&mut app, &changed());
        assert_eq!(chosen(&app), ["risk"]);
        assert_eq!(listed(&app), ["risk"]);
        assert!(
            matches!(sent(&keys(&mut app, "enter")), Edit::Give { name, .. } if &**name == "cards")
        );
    }
}

mod over_a_box {
    use super::*;

    #[test]
    fn a_form_lies_over_boxes_that_were_open_and_under_its_own() {
        let mut app = sampled(80, 24);
        keys(&mut app, "?");
        give(&mut app, Arc::new(Catalogue::sample()), CARDS);
        update(&mut app, Msg::Drawn);
        assert_eq!(app.context(), Context::Picker);
        keys(&mut app, "j space");
        assert_eq!(chosen(&app), ["risk"], "the keys are the picker's");
        keys(&mut app, "?");
        assert_eq!(app.context(), Context::Reader);
        keys(&mut app, "q q");
        assert!(app.form.is_none());
        assert_eq!(
            open_dialog(&app),
            Some(&Dialog::Help),
            "what was open before is there again"
        );
        assert_eq!(app.context(), Context::Reader);
    }
}

mod giving {
    use super::*;

    #[test]
    fn only_clients_of_the_scopes_level_that_do_not_hold_it_are_found() {
        let app = giving(CARDS);
        assert_eq!(listed(&app), ["anyone", "risk"]);
        assert_eq!(app.context(), Context::Picker);
    }

    #[test]
    fn those_that_are_chosen_get_it() {
        let mut app = giving(EMPTY);
        let effects = keys(&mut app, "/ \"RISK\" enter space enter");
        let Edit::Give { id, name, clients } = sent(&effects) else {
            panic!()
        };
        assert_eq!((&**id, &**name), ("2000000003", "empty"));
        assert_eq!(
            clients.iter().map(|client| &**client).collect::<Vec<_>>(),
            ["risk"]
        );
        answer(&mut app, &saved());
        assert!(app.form.is_none());
    }

    #[test]
    fn nobody_is_not_enough_and_cancelling_closes_it() {
        let mut app = giving(CARDS);
        assert!(keys(&mut app, "enter").is_empty());
        assert_eq!(notice(&app), "no client selected: Space selects one");
        keys(&mut app, "q");
        assert!(app.form.is_none());
    }

    #[test]
    fn in_production_the_databases_name_has_to_be_typed_for_clients_too() {
        let mut app = produced(giving(CARDS));
        assert!(keys(&mut app, "a enter").is_empty());
        assert!(
            body(&app).contains("2 clients will get the scope."),
            "{}",
            body(&app)
        );
        let effects = keys(&mut app, "\"gateway\" enter");
        assert!(matches!(sent(&effects), Edit::Give { clients, .. } if clients.len() == 2));
    }

    #[test]
    fn a_refusal_leaves_the_choice() {
        let mut app = giving(CARDS);
        keys(&mut app, "space enter");
        answer(
            &mut app,
            &Err(crate::scopes::violation::violated(vec![violation(
                1365,
                None,
                "The level does not match",
            )])),
        );
        assert_eq!(chosen(&app), ["anyone"]);
        assert!(form(&app).message[0].plain().contains("1365"));
    }
}

mod actions {
    use super::*;

    #[test]
    fn the_palette_lists_those_of_the_form() {
        let mut app = creating();
        keys(&mut app, "\"new\" tab tab tab : \"save-s\"");
        let effects = keys(&mut app, "enter");
        assert!(matches!(sent(&effects), Edit::Create(_)));
    }

    #[test]
    fn the_help_of_a_picker_says_what_space_does() {
        let mut app = creating();
        keys(&mut app, "S-Tab S-Tab S-Tab enter ?");
        assert!(
            body(&app).contains("Select the row, or deselect it"),
            "{}",
            body(&app)
        );
    }
}
