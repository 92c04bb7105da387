//! Saving the plan, saving a backup, exporting.

use super::*;
use crate::tui::effect::{ApplyHow, Save};

fn saves(effects: &[Effect]) -> Option<&Save> {
    effects.iter().find_map(|effect| {
        if let Effect::Save(_, save) = effect {
            Some(&**save)
        } else {
            None
        }
    })
}

fn path(app: &App) -> &str {
    app.modals.last().unwrap().input.value()
}

fn describe(app: &App) -> String {
    let lines = app.modals.last().unwrap().lines().iter().map(Line::plain);
    lines.collect::<Vec<_>>().join("\n")
}

fn refused(what: &str) -> Failure {
    Failure::new(FailureKind::File, what)
        .at("/x/y.json")
        .hint("add --force to overwrite it")
}

#[test]
fn the_plan_is_saved_with_the_choices_where_enter_finds_the_path() {
    let mut app = sampled(80, 24);
    let effects = keys(&mut app, "j c w enter");
    let Some(Save::Plan(choices, path)) = saves(&effects) else {
        panic!("{effects:?}")
    };
    assert_eq!(
        path,
        "/home/operator/.local/state/gatediff/plans/exportClientRelated_20261122-plan.json"
    );
    assert_eq!(*choices, app.review.as_ref().unwrap().choices);
    assert!(app.modals.last().unwrap().waiting);
    update(
        &mut app,
        Msg::Saved(effect_id(&effects), Ok("/written/plan.json".to_owned())),
    );
    assert!(app.modals.is_empty() && app.job.is_none());
    assert_eq!(notice(&app), "saved: /written/plan.json");
}

#[test]
fn the_path_can_be_typed() {
    let mut app = sampled(80, 24);
    let effects = keys(&mut app, "w ctrl-u \"/q/P.json\" enter");
    let Some(Save::Plan(_, path)) = saves(&effects) else {
        panic!("{effects:?}")
    };
    assert_eq!(path, "/q/P.json");
}

#[test]
fn a_path_that_cannot_be_written_is_reported_and_corrected() {
    let mut app = sampled(80, 24);
    let effects = keys(&mut app, "w enter");
    update(
        &mut app,
        Msg::Saved(effect_id(&effects), Err(refused("a file is there already"))),
    );
    assert_eq!(open_dialog(&app), Some(&Dialog::SavePlan));
    assert!(
        describe(&app).starts_with("a file is there already\n/x/y.json\nCorrect the path"),
        "{}",
        describe(&app)
    );
    assert!(
        !describe(&app).contains("--force"),
        "there is no such flag here"
    );
    let effects = keys(
        &mut app,
        "backspace backspace backspace backspace backspace \"2.json\" enter",
    );
    let Some(Save::Plan(_, path)) = saves(&effects) else {
        panic!("{effects:?}")
    };
    assert!(path.ends_with("-plan2.json"), "{path}");
    assert!(
        !describe(&app).contains("there already"),
        "it is no longer true"
    );
    update(&mut app, Msg::Saved(effect_id(&effects), Ok(String::new())));
    assert!(app.modals.is_empty());
}

#[test]
fn other_failures_come_with_what_to_do() {
    let mut app = sampled(80, 24);
    let id = effect_id(&keys(&mut app, "E enter"));
    let failure = Failure::new(FailureKind::Unreachable, "cannot connect").hint("start the server");
    update(&mut app, Msg::Saved(id, Err(failure)));
    assert!(
        describe(&app).contains("start the server"),
        "{}",
        describe(&app)
    );
}

#[test]
fn without_a_path_nothing_is_saved() {
    let mut app = sampled(80, 24);
    assert!(keys(&mut app, "w ctrl-u enter").is_empty());
    assert_eq!(notice(&app), "type a path");
    assert!(keys(&mut app, "S-tab enter").is_empty());
    assert!(app.modals.is_empty(), "Cancel");
}

#[test]
fn what_is_typed_or_pasted_ahead_does_not_count() {
    for opens in ["w", "E", "1 w"] {
        let mut app = sampled(80, 24);
        assert!(keys_ahead(&mut app, &format!("{opens} \"x\" enter enter")).is_empty());
        update(&mut app, Msg::Paste("rm -rf".to_owned()));
        assert!(
            path(&app).ends_with(".json") && !path(&app).contains("rm"),
            "{}",
            path(&app)
        );
        update(&mut app, Msg::Drawn);
        update(&mut app, Msg::Paste(".bak".to_owned()));
        assert!(path(&app).ends_with(".json.bak"));
    }
}

#[test]
fn a_modal_that_waits_takes_no_keys_and_can_be_closed() {
    let mut app = sampled(80, 24);
    let id = effect_id(&keys(&mut app, "w enter"));
    let before = path(&app).to_owned();
    assert!(keys(&mut app, "enter tab enter \"abc\"").is_empty());
    assert_eq!(notice(&app), "");
    assert_eq!(path(&app), before);
    keys(&mut app, "enter");
    assert_eq!(notice(&app), "a file is being written");
    keys(&mut app, "q");
    assert!(app.modals.is_empty());
    keys(&mut app, "P");
    assert_eq!(
        notice(&app),
        "a file is being written",
        "one thing after the other"
    );
    update(&mut app, Msg::Saved(id, Ok("/there".to_owned())));
    assert_eq!(notice(&app), "saved: /there");
    let id = effect_id(&keys(&mut app, "w enter q"));
    update(
        &mut app,
        Msg::Saved(id, Err(refused("cannot write the file"))),
    );
    assert_eq!(open_dialog(&app), Some(&Dialog::Failure));
}

#[test]
fn file_names_are_made_of_harmless_signs() {
    for (file, stem) in [
        ("/x/客戶 a\u{1b}[2J.json", "客戶_a__2J"),
        ("-", "import"),
        ("", "import"),
        ("..", "import"),
        ("plan", "plan"),
        (".hidden", "import"),
    ] {
        let mut subject = reviewed(sample());
        subject.file = file.to_owned();
        let mut app = open(subject, 80, 24);
        keys(&mut app, "w");
        assert!(
            path(&app).ends_with(&format!("/plans/{stem}-plan.json")),
            "{}",
            path(&app)
        );
    }
}

mod exporting {
    use super::*;

    #[test]
    fn everything_is_exported_unless_chosen_otherwise() {
        let mut app = sampled(80, 24);
        let effects = keys(&mut app, "E enter");
        let Some(Save::Export(roots, path)) = saves(&effects) else {
            panic!("{effects:?}")
        };
        assert!(roots.is_empty());
        assert_eq!(
            path,
            "/home/operator/.local/state/gatediff/exports/gateway-export.json"
        );
        assert!(
            describe(&app).contains("The file contains secrets."),
            "{}",
            describe(&app)
        );
    }

    fn roots(script: &str) -> Vec<String> {
        let mut app = sampled(80, 24);
        let effects = keys(&mut app, &format!("{script} E S-Tab down tab enter"));
        let Some(Save::Export(roots, _)) = saves(&effects) else {
            panic!("{effects:?}")
        };
        roots.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_chosen_clients_of_the_target_or_the_one_at_hand() {
        assert_eq!(roots("j"), ["client:billing"], "the one at hand");
        assert_eq!(
            roots("j c j j c k"),
            ["client:billing", "client:risk"],
            "the chosen ones"
        );
        assert_eq!(roots("j l"), ["client:billing"], "within the one at hand");
    }

    #[test]
    fn where_none_is_in_the_target_it_says_so() {
        let mut app = sampled(80, 24);
        assert!(
            keys(&mut app, "E S-Tab down tab enter").is_empty(),
            "crm is not in the target"
        );
        assert_eq!(
            notice(&app),
            "no chosen or selected item can be exported alone"
        );
        assert_eq!(open_dialog(&app), Some(&Dialog::Export(Vec::new())));
    }

    #[test]
    fn enter_on_the_choice_turns_it() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j E S-Tab enter");
        assert_eq!(app.modals.last().unwrap().selected, 1);
        keys(&mut app, "enter");
        assert_eq!(app.modals.last().unwrap().selected, 0);
        keys(&mut app, "down down down up");
        assert_eq!(app.modals.last().unwrap().selected, 0);
    }

    #[test]
    fn progress_is_seen_in_the_modal() {
        let mut app = sampled(80, 24);
        let id = effect_id(&keys(&mut app, "E enter"));
        let step = Progress {
            phase: Phase::Snapshot,
            subject: "client".to_owned(),
            done: 3,
            total: 9,
        };
        update(&mut app, Msg::Progress(id, step.clone()));
        assert_eq!(app.job.as_ref().unwrap().phases[0].progress, step);
        assert!(!app.is_applying(), "it writes nothing into the target");
    }
}

mod in_place_of_a_target {
    use super::*;
    use crate::job::Emit;

    /// The sample, with a file for the target.
    fn of_a_file() -> App {
        let mut subject = reviewed(sample());
        subject.is_file = true;
        subject.target = "/home/operator/uat.json".to_owned();
        subject.database = "uat.json".to_owned();
        open(subject, 80, 24)
    }

    #[test]
    fn an_import_asks_where_the_file_is_written_and_what_it_holds() {
        let mut app = of_a_file();
        assert!(keys(&mut app, "m tab enter P").is_empty());
        assert_eq!(open_dialog(&app), Some(&Dialog::WriteFile));
        assert_eq!(
            path(&app),
            "/home/operator/.local/state/gatediff/imports/exportClientRelated_20261122-for-uat.json"
        );
        let written = |effects: &[Effect]| match effects {
            [
                Effect::Apply(
                    _,
                    _,
                    ApplyHow {
                        backup: true,
                        output: Some(output),
                        ..
                    },
                ),
            ] => (output.emit, output.overwrite),
            other => panic!("{other:?}"),
        };
        // The name of a database is not asked for, whatever is overwritten.
        let mut all = of_a_file();
        assert_eq!(
            written(&keys(&mut all, "C tab enter m tab enter P enter")),
            (Emit::Import, false)
        );
        // Everything after the import, at the other option.
        assert_eq!(
            written(&keys(&mut app, "S-Tab down tab enter")),
            (Emit::State, false)
        );
    }

    #[test]
    fn nothing_is_written_without_a_path() {
        let mut app = of_a_file();
        keys(&mut app, "m tab enter P C-u");
        assert!(keys(&mut app, "enter").is_empty());
        assert_eq!(notice(&app), "type a path");
    }
}
