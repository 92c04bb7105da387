//! The screens of history, undo, rehearsal and of files to be written.

use insta::assert_snapshot;
use ratatui::style::Modifier;

use super::*;
use crate::cases::config;
use crate::job::{JobRecord, Receipt};

/// A scene at a size; the accessible theme where wanted.
fn scene(size: (u16, u16), accessible: bool, brings: impl Fn(&mut App)) -> App {
    let mut app = app_at(size.0, size.1);
    app.theme.accessible = accessible;
    open_in(&mut app, reviewed(sample()));
    brings(&mut app);
    app
}

fn confirmed(app: &mut App) {
    keys(app, "m tab enter");
}

fn stale(app: &mut App) {
    confirmed(app);
    let id = effect_id(&keys(app, "P tab enter"));
    update(app, Msg::Applied(id, Err(stale_failure())));
    update(app, Msg::Drawn);
}

fn listed(app: &mut App) {
    list_jobs(app, records());
    keys(app, "j");
}

fn detail(app: &mut App) {
    listed(app);
    keys(app, "j enter");
}

fn failed(app: &mut App) {
    listed(app);
    keys(app, "j j j enter");
}

fn asked(app: &mut App) {
    listed(app);
    keys(app, "U \"gate\"");
}

fn undoing(app: &mut App) -> crate::tui::effect::EffectId {
    listed(app);
    let id = effect_id(&keys(app, "U \"gateway\" enter"));
    let step = Progress {
        phase: Phase::Write,
        subject: "client_host".to_owned(),
        done: 7,
        total: 10,
    };
    update(app, Msg::Progress(id, step));
    id
}

fn undo_done(app: &mut App) {
    let id = undoing(app);
    update(app, Msg::Undone(id, Ok(undone())));
    update(app, Msg::Drawn);
}

fn undo_refused(app: &mut App) {
    let id = undoing(app);
    let mut failure = stale_failure();
    failure.what =
        "job 14 cannot be undone: rows have since changed; nothing was written".to_owned();
    failure.hints = vec!["undo the later jobs first, or correct the rows by hand".to_owned()];
    update(app, Msg::Undone(id, Err(failure)));
    update(app, Msg::Drawn);
}

fn rehearsing(app: &mut App) -> crate::tui::effect::EffectId {
    confirmed(app);
    let id = effect_id(&keys(app, "X"));
    let step = Progress {
        phase: Phase::Write,
        subject: "client".to_owned(),
        done: 7,
        total: 10,
    };
    update(app, Msg::Progress(id, step));
    id
}

fn rehearsed(app: &mut App) {
    let id = rehearsing(app);
    let problems = [
        (
            "client",
            "duplicate key value violates unique constraint \"client_名稱_key\"",
        ),
        (
            "evil\u{1b}[2J",
            "null value in column \u{202e}\"host\" violates not-null constraint",
        ),
    ];
    update(app, Msg::Rehearsed(id, Ok(rehearsal(&problems))));
    update(app, Msg::Drawn);
}

fn saving(app: &mut App) {
    keys(app, "w");
}

fn taken(app: &mut App) {
    let id = effect_id(&keys(app, "w enter"));
    let failure = Failure::new(FailureKind::File, "a file is there already")
        .at("/var/計畫\u{1b}[2J/plan.json");
    update(app, Msg::Saved(id, Err(failure)));
    update(app, Msg::Drawn);
}

fn exporting(app: &mut App) {
    keys(app, "j c j j c E S-Tab down");
}

fn export_runs(app: &mut App) {
    exporting(app);
    let id = effect_id(&keys(app, "tab enter"));
    let step = Progress {
        phase: Phase::Snapshot,
        subject: "client".to_owned(),
        done: 3,
        total: 24,
    };
    update(app, Msg::Progress(id, step));
}

fn backup(app: &mut App) {
    listed(app);
    keys(app, "b");
}

fn reading(app: &mut App) {
    keys(app, "H");
}

/// A scene with its name.
type Scene = (&'static str, fn(&mut App));

/// Every scene here.
const SCENES: [Scene; 17] = [
    ("stale", stale),
    ("reading", reading),
    ("listed", listed),
    ("detail", detail),
    ("failed", failed),
    ("asked", asked),
    ("undoing", |app| {
        undoing(app);
    }),
    ("undone", undo_done),
    ("undo refused", undo_refused),
    ("rehearsing", |app| {
        rehearsing(app);
    }),
    ("rehearsed", rehearsed),
    ("saving", saving),
    ("taken", taken),
    ("exporting", exporting),
    ("export runs", export_runs),
    ("backup", backup),
    ("help of the history", |app| {
        listed(app);
        keys(app, "?");
    }),
];

/// A size of each class.
const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (60, 24), (40, 12)];

fn shots(name: &str, sizes: &[(u16, u16)], brings: fn(&mut App)) {
    for size in sizes {
        let app = scene(*size, false, brings);
        assert_snapshot!(format!("{name}_at_{}x{}", size.0, size.1), shot(&app));
    }
}

#[test]
fn the_target_changed_in_three_columns() {
    shots("stale", &SIZES, stale);
}

#[test]
fn a_long_list_of_changes_scrolls_to_its_end() {
    let mut app = scene((80, 24), false, stale);
    assert!(!shot(&app).contains("Nothing was written. Comparing"));
    keys(&mut app, "G");
    assert!(
        shot(&app).contains("Nothing was written. Comparing"),
        "{}",
        shot(&app)
    );
    assert!(shot(&app).contains("Compare again"));
}

#[test]
fn what_is_read_aloud_has_no_columns() {
    let app = scene((120, 40), true, stale);
    assert_snapshot!(shot(&app));
    let mut terminal = terminal(&app, app.size);
    terminal.get_cursor_position().unwrap();
}

#[test]
fn the_history() {
    shots("history", &SIZES, listed);
}

#[test]
fn the_history_accessible() {
    let app = scene((80, 24), true, listed);
    assert_snapshot!(shot(&app));
    let row = shot(&app)
        .lines()
        .position(|line| line.contains(" 14  "))
        .unwrap();
    let mut terminal = terminal(&app, app.size);
    let cursor = terminal.get_cursor_position().unwrap();
    assert_eq!(usize::from(cursor.y), row, "on the selected job");
}

#[test]
fn the_history_in_ascii_without_colours() {
    let mut app = themed("dark", Level::None, &ASCII, (80, 24));
    listed(&mut app);
    assert_snapshot!(shot(&app));
}

#[test]
fn the_history_without_colours_marks_the_job_at_hand() {
    let mut app = themed("dark", Level::None, &UNICODE, (80, 24));
    listed(&mut app);
    assert_snapshot!(roles(&app));
}

#[test]
fn an_empty_history_has_no_job_at_hand() {
    let mut app = sampled(80, 24);
    list_jobs(&mut app, Vec::new());
    let row = shot(&app)
        .lines()
        .position(|line| line.contains("No jobs in this target yet"))
        .unwrap();
    let terminal = terminal(&app, app.size);
    let cells = terminal
        .backend()
        .buffer()
        .content()
        .chunks(80)
        .nth(row)
        .unwrap();
    let is_reversed = |modifier: Modifier| modifier.contains(Modifier::REVERSED);
    assert!(
        !cells.iter().any(|cell| is_reversed(cell.modifier)),
        "{}",
        shot(&app)
    );
}

#[test]
fn a_job_in_full() {
    shots("job", &[(80, 24), (40, 12)], detail);
    shots("failed_job", &[(80, 24)], failed);
}

#[test]
fn undoing_from_dialog_to_result() {
    shots("undo", &[(80, 24), (40, 12)], asked);
    shots("undoing", &[(80, 24)], |app| {
        undoing(app);
    });
    shots("undone", &[(80, 24), (60, 24)], undo_done);
    shots("undo_refused", &[(120, 40), (60, 24)], undo_refused);
}

#[test]
fn rehearsing_from_progress_to_result() {
    shots("rehearsing", &[(80, 24)], |app| {
        rehearsing(app);
    });
    shots("rehearsed", &[(80, 24), (60, 24)], rehearsed);
}

#[test]
fn a_rehearsal_without_a_problem() {
    let mut app = scene((80, 24), false, |app| {
        rehearsing(app);
    });
    let id = app.job.as_ref().unwrap().id;
    update(&mut app, Msg::Rehearsed(id, Ok(rehearsal(&[]))));
    assert_snapshot!(shot(&app));
}

#[test]
fn files_to_be_written() {
    shots("save_plan", &[(80, 24), (40, 12)], saving);
    shots("path_taken", &[(80, 24)], taken);
    shots("export", &[(80, 24), (40, 12)], exporting);
    shots("export_runs", &[(80, 24)], export_runs);
    shots("save_backup", &[(80, 24)], backup);
}

#[test]
fn the_end_of_a_long_path_is_seen_with_its_cursor() {
    let mut app = scene((40, 12), false, saving);
    let cursor = |app: &App| terminal(app, app.size).get_cursor_position().unwrap();
    assert!(shot(&app).contains("-plan.json"), "{}", shot(&app));
    let end = cursor(&app);
    keys(&mut app, "home");
    assert!(cursor(&app).x < end.x);
}

#[test]
fn an_import_without_a_backup_says_so() {
    let mut app = app_at(120, 40);
    let mut subject = reviewed(sample());
    subject.backup = false;
    open_in(&mut app, subject);
    keys(&mut app, "P");
    assert!(
        shot(&app).contains("No backup will be saved (B: save one)"),
        "{}",
        shot(&app)
    );
}

#[test]
fn no_secret_and_no_control_is_on_any_of_these_screens() {
    for (name, brings) in SCENES {
        for size in SIZES.into_iter().chain([(200, 60)]) {
            let mut app = scene(size, false, brings);
            for script in ["", "G", "pgup"] {
                keys(&mut app, script);
                assert!(
                    !shot(&app).contains("canary"),
                    "{name} at {size:?}: {}",
                    shot(&app)
                );
                for cell in terminal(&app, app.size).backend().buffer().content() {
                    let is_hostile = |c: char| c.is_control() || c == '\u{202e}';
                    assert!(!cell.symbol().chars().any(is_hostile), "{name} at {size:?}");
                }
            }
        }
    }
}

#[test]
fn the_signs_of_these_screens_are_ascii_where_wanted() {
    for (name, brings) in SCENES
        .into_iter()
        .filter(|(name, _)| ["asked", "saving", "backup"].contains(name))
    {
        let mut app = app_at(120, 40);
        app.theme = theme("dark", Level::None, &ASCII);
        let drafts = vec![item("client", "a", "A").both("tps", text("1"), text("2"))];
        open_in(&mut app, reviewed(plan(drafts, Vec::new(), Vec::new())));
        list_jobs(&mut app, (1..4).rev().map(record).collect());
        assert!(shot(&app).is_ascii(), "{}", shot(&app));
        keys(&mut app, "q");
        brings(&mut app);
        app.modals.remove(0);
        update(&mut app, Msg::Resize(120, 40));
        let signs = ['│', '─', '▸', '✓', '…', '→'];
        assert!(!shot(&app).contains(signs), "{name}: {}", shot(&app));
    }
}

#[test]
fn ten_thousand_jobs_are_drawn_by_the_visible_rows() {
    let mut app = sampled(120, 40);
    list_jobs(&mut app, (1..=10_000).rev().map(record).collect());
    keys(&mut app, "G");
    assert!(shot(&app).contains("    1  apply"), "{}", shot(&app));
    keys(&mut app, "g g");
    assert!(shot(&app).contains("10000  apply"), "{}", shot(&app));
}

#[test]
fn the_result_of_an_import_says_how_to_undo_it() {
    let mut app = scene((80, 24), false, confirmed);
    let id = effect_id(&keys(&mut app, "P tab enter"));
    update(
        &mut app,
        Msg::Applied(
            id,
            Ok(Receipt {
                job: 77,
                ..receipt(Vec::new())
            }),
        ),
    );
    assert!(shot(&app).contains("H opens the history; or run `gatediff undo 77`"));
}

/// A job with hostile text in every field.
fn hostile(text: &str) -> JobRecord {
    let mut job = record(3);
    for field in [
        &mut job.command,
        &mut job.operator,
        &mut job.host,
        &mut job.program,
        &mut job.target,
        &mut job.file_path,
        &mut job.file_sha256,
        &mut job.platform,
    ] {
        *field = text.to_owned();
    }
    job.error = Some(text.to_owned());
    job.counts = [(text.to_owned(), 3)].into();
    job
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn no_size_panics_and_no_resize_loses_the_job(
        width in 0_u16..=130, height in 0_u16..=50, other in (0_u16..=130, 0_u16..=50),
        scene in 0..SCENES.len(), ascii: bool, accessible: bool,
    ) {
        let mut app = app_at(130, 50);
        app.theme = theme("dark", Level::Ansi256, if ascii { &ASCII } else { &UNICODE });
        app.theme.accessible = accessible;
        open_in(&mut app, reviewed(sample()));
        SCENES[scene].1(&mut app);
        let (modals, job) = (app.modals.len(), app.record().map(|record| record.job));
        let typed = app.modals.last().map(|modal| modal.input.value().to_owned());
        update(&mut app, Msg::Resize(width, height));
        terminal(&app, (width, height));
        // A frame of a size that the model does not know of yet.
        terminal(&app, other);
        update(&mut app, Msg::Resize(other.0, other.1));
        terminal(&app, other);
        prop_assert_eq!(app.modals.len(), modals);
        prop_assert_eq!(app.record().map(|record| record.job), job);
        prop_assert_eq!(app.modals.last().map(|modal| modal.input.value().to_owned()), typed);
    }

    #[test]
    fn no_text_of_the_ledger_moves_the_cursor(text in any::<String>()) {
        let mut app = sampled(120, 40);
        list_jobs(&mut app, vec![hostile(&text)]);
        for script in ["", "enter", "U", "q b"] {
            keys(&mut app, script);
            for cell in terminal(&app, (120, 40)).backend().buffer().content() {
                let is_hostile = |c: char| c.is_control() || c == '\u{202e}';
                prop_assert!(!cell.symbol().chars().any(is_hostile), "{:?}", cell.symbol());
            }
        }
    }
}
