//! The target's jobs: listing them, looking at one, undoing it.

use crate::engine::display::safe;
use crate::job::{Emit, Failure, FailureKind, JobRecord, Output, Undone};
use crate::tui::condition::{can_write, idle, require, unavailable};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::history::record;
use crate::tui::screen::job::stale::UNDO_STATES;
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::path::{secrets, typed};
use crate::tui::{
    Act, Action, App, Availability, Context, Effect, EffectId, Glyphs, Line, Role, Run, count,
};

pub(crate) const HISTORY: Action = Action {
    act: Act::History,
    name: "history",
    sentence: "List the target's jobs: view them, undo them, save their backups",
    contexts: &[Context::Loading, Context::Review, Context::Scopes],
    keys: &["H"],
    footer: Some("history"),
    condition: has_ledger,
    run: Run::Effects(open),
};

pub(crate) const OPEN_JOB: Action = Action {
    act: Act::OpenJob,
    name: "open-job",
    sentence: "Show the job in detail",
    contexts: &[Context::History],
    keys: &["enter"],
    footer: Some("open"),
    condition: |app| with_record(app, |_| Ok(())),
    run: Run::Update(open_job),
};

pub(crate) const UNDO: Action = Action {
    act: Act::Undo,
    name: "undo",
    sentence: "Undo the job, after confirmation: restore every row it changed",
    contexts: &[Context::History, Context::Job],
    keys: &["U"],
    footer: Some("undo"),
    condition: |app| {
        with_record(app, |job| {
            record::can_undo(job).and_then(|()| can_write(app))
        })
    },
    run: Run::Update(ask_undo),
};

/// The ledger belongs to the target: without a target there is none.
fn has_ledger(app: &App) -> Availability {
    let known = app.location().is_some();
    require(known, "the jobs are stored in the target: compare first")?;
    idle(app)
}

pub(crate) fn with_record(app: &App, check: impl Fn(&JobRecord) -> Availability) -> Availability {
    match (app.record(), app.job.as_ref().map(|job| job.work)) {
        (Some(record), _) => check(record),
        (None, Some(work @ JobKind::History)) => unavailable(work.doing()),
        (None, _) => unavailable("no job is selected"),
    }
}

/// Opens the list and reads the ledger.
fn open(app: &mut App) -> Vec<Effect> {
    let body = vec![Line::of(Role::Dim, "Reading the ledger.")];
    app.history = Vec::new();
    app.modals
        .push(Modal::new(Dialog::History, "History", body));
    vec![Effect::History(job::begin(app, JobKind::History))]
}

/// Closes it; what is still being read is no longer waited for.
pub(crate) fn close(app: &mut App) {
    if app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::History)
    {
        app.job = None;
    }
}

/// Handles the list of jobs.
pub(crate) fn listed(app: &mut App, id: EffectId, outcome: Result<Vec<JobRecord>, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let Some(index) = app
        .modals
        .iter()
        .position(|modal| modal.dialog == Dialog::History)
    else {
        return;
    };
    match outcome {
        Ok(jobs) => {
            app.history = jobs;
            let listed = app.history.len();
            let Some(modal) = app.modals.get_mut(index) else {
                return;
            };
            modal.more = listed;
            // Keys meant for the old list do not count.
            modal.drawn = false;
            if listed == 0 {
                modal.set_body(vec![Line::of(Role::Text, "No jobs in this target yet.")]);
            } else {
                modal.title = format!("History: {}", count(listed, "job", "jobs"));
                modal.set_body(Vec::new());
            }
        }
        Err(failure) => {
            app.modals.truncate(index);
            job::fail(app, &failure);
        }
    }
}

/// Shows the selected job in detail.
fn open_job(app: &mut App) {
    let Some(record) = app.record() else { return };
    let (number, body) = (record.job, details(app, record));
    let modal = Modal::new(Dialog::Job(number), &format!("Job {number}"), body);
    app.modals.push(modal.confirming_nothing());
}

fn details(app: &App, record: &JobRecord) -> Vec<Line> {
    let mut body =
        vec![pair("state", "").and(record::role(record.state), &state(record, app.theme.glyphs))];
    if let Some(error) = &record.error {
        body.push(pair("error", "").and(Role::Error, error));
    }
    let seconds = (record.finished_at - record.started_at).num_milliseconds() as f64 / 1000.0;
    let who = format!("{} on {}, {}", record.operator, record.host, record.program);
    let undoes = record
        .undoes
        .map(|job| format!("job {job}"))
        .unwrap_or_default();
    let undone_by = record
        .undone_by
        .map(|job| format!("job {job}"))
        .unwrap_or_default();
    let details = [
        ("command", record.command.clone()),
        ("undoes", undoes),
        ("undone by", undone_by),
        ("started", record::time(record.started_at)),
        (
            "ended",
            format!("{}, after {seconds:.1} s", record::time(record.finished_at)),
        ),
        ("operator", who),
        ("target", record.target.clone()),
        ("platform", record.platform.clone()),
        ("file", record.file_path.clone()),
        ("sha256", record.file_sha256.clone()),
        ("items", record::all_counts(record)),
    ];
    body.extend(
        details
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(label, text)| pair(label, text)),
    );
    body.push(offer(
        app,
        Act::SaveBackup,
        "backup",
        "save it to a file",
        record::can_save_backup(record),
    ));
    body.push(offer(
        app,
        Act::Undo,
        "undo",
        "undo the job",
        record::can_undo(record),
    ));
    body.push(Line::new());
    body.extend(job::tables(&record.tables, app.size));
    body
}

fn pair(label: &str, text: &str) -> Line {
    Line::pair(label, 11, text)
}

/// What can be done with the job, or why it cannot.
fn offer(app: &App, act: Act, label: &str, can: &str, check: Result<(), String>) -> Line {
    let key = app.keymap.key(Context::Job, act).unwrap_or_default();
    match check {
        Ok(()) => pair(label, "")
            .and(Role::Key, &key)
            .and(Role::Text, &format!(" {can}")),
        Err(why) => pair(label, "").and(Role::Dim, &format!("not possible: {why}")),
    }
}

fn state(record: &JobRecord, glyphs: &'static Glyphs) -> String {
    format!(
        "{} {}",
        record::glyph(record.state, glyphs),
        record::word(record.state)
    )
}

/// Asks whether to undo the selected job.
fn ask_undo(app: &mut App) {
    let (Some(record), Some(place)) = (app.record(), app.location()) else {
        return;
    };
    let number = record.job;
    let what = format!(
        "Job {number}, {} by {}, {}: {}.",
        record.command,
        record.operator,
        record::time(record.started_at),
        record::written(record)
    );
    let label = |label: &str, text: &str| Line::pair(label, 10, text);
    if place.is_file {
        let body = vec![
            Line::of(Role::Title, &what),
            Line::of(
                Role::Text,
                "Writes the target's file as it was before the job; no file is changed.",
            ),
            secrets(),
            Line::new(),
            label("target", &place.target),
        ];
        let path = format!("{}/imports/before-job-{number}.json", place.directory);
        let modal = Modal::new(
            Dialog::UndoFile(number),
            &format!("Undo job {number}"),
            body,
        );
        app.modals.push(modal.with_path(path));
        return;
    }
    let body = vec![
        Line::of(Role::Title, &what),
        Line::of(
            Role::Text,
            "Restores every row that the job changed and removes what it added, in one transaction.",
        ),
        Line::of(
            Role::Text,
            "Refused, with nothing written, if a row has since changed or something depends on an added row.",
        ),
        Line::of(Role::Text, "An undo is a job and can be undone, too."),
        Line::new(),
        label("target", &place.target),
        label("operator", &place.operator),
    ];
    let mark = if place.production {
        " in PRODUCTION"
    } else {
        ""
    };
    let dialog = Dialog::Undo(number, place.database);
    app.modals.push(Modal::new(
        dialog,
        &format!("Undo job {number}{mark}"),
        body,
    ));
}

/// Starts the confirmed undo.
pub(crate) fn undo(app: &mut App, number: i64) -> Vec<Effect> {
    begin_undo(app, number, None)
}

/// Writes the target's file as it was before a job, to the path that was typed.
pub(crate) fn write_former(app: &mut App, number: i64) -> Vec<Effect> {
    let Some(path) = typed(app) else {
        return Vec::new();
    };
    let output = Output {
        path: path.into(),
        emit: Emit::State,
        overwrite: false,
    };
    begin_undo(app, number, Some(output))
}

fn begin_undo(app: &mut App, number: i64, output: Option<Output>) -> Vec<Effect> {
    app.modals.pop();
    let id = job::begin(app, JobKind::Undo(number));
    app.say(format!("undoing job {number}"));
    vec![Effect::Undo(id, number, output)]
}

/// Handles the result of the undo.
pub(crate) fn undone(app: &mut App, id: EffectId, outcome: Result<Undone, Failure>) -> Vec<Effect> {
    if !job::end(app, id) {
        return Vec::new();
    }
    app.notice = None;
    match outcome {
        Ok(undone) => {
            let modal = result(app, &undone);
            app.modals.push(modal);
            app.written.push(describe(&undone));
            app.undone = Some(undone);
            if let Some(scopes) = &mut app.scopes {
                scopes.wrote = true;
            }
        }
        Err(failure) if matches!(failure.kind, FailureKind::Stale | FailureKind::Blocked) => {
            job::stale(app, &failure, Dialog::UndoStale, UNDO_STATES);
        }
        Err(failure) => job::fail(app, &failure),
    }
    job::leave(app)
}

fn result(app: &App, undone: &Undone) -> Modal {
    let mut body = vec![Line::of(Role::Title, &describe(undone)), Line::new()];
    body.extend(job::tables(&undone.tables, app.size));
    body.extend(job::notes(&undone.notes));
    let key = app
        .keymap
        .key(Context::Review, Act::History)
        .unwrap_or_default();
    body.push(match &undone.file {
        Some(file) => Line::of(Role::Dim, "written  ").and(Role::Text, &safe(&file.path)),
        None => {
            let job = undone.job;
            let again = format!("{key} lists the undo as job {job}; it can be undone, too");
            Line::of(Role::Dim, "undo  ").and(Role::Text, &again)
        }
    });
    body.push(Line::new());
    body.push(Line::of(Role::Dim, "items"));
    let mut modal = Modal::new(
        Dialog::Undone,
        &format!("Undone: job {}", undone.undoes),
        body,
    );
    modal.more = undone.items.len();
    modal
}

/// Describes an undo in one line.
fn describe(undone: &Undone) -> String {
    let items = count(undone.items.len(), "item", "items");
    let rows = job::written(&undone.tables, undone.seconds);
    format!(
        "job {} undid job {}: {items} restored ({rows})",
        undone.job, undone.undoes
    )
}
