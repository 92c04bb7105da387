//! Writing files: the plan, a backup, an export. Asks for the path, and again
//! if it cannot be written.

use crate::engine::ItemId;
use crate::engine::display::safe;
use crate::job::{Failure, FailureKind};
use crate::tui::condition::{idle, with_review};
use crate::tui::effect::{Effect, EffectId, Save};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::history::record::can_save_backup;
use crate::tui::screen::history::update::with_record;
use crate::tui::screen::import::confirm;
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::path::{plain, secrets, stem, typed};
use crate::tui::screen::review::Review;
use crate::tui::screen::review::node::Node;
use crate::tui::{Act, Action, App, Context, Line, Role, Run};

pub(crate) const SAVE_BACKUP: Action = Action {
    act: Act::SaveBackup,
    name: "save-backup",
    sentence: "Save the job's backup to a file",
    contexts: &[Context::History, Context::Job],
    keys: &["b"],
    footer: Some("save backup"),
    condition: |app| with_record(app, |job| can_save_backup(job).and_then(|()| idle(app))),
    run: Run::Update(|app| ask(app, backup)),
};

pub(crate) const SAVE_PLAN: Action = Action {
    act: Act::SavePlan,
    name: "save-plan",
    sentence: "Save the plan with the choices to a file, to apply later",
    contexts: &[Context::Review],
    keys: &["w"],
    footer: Some("save plan"),
    condition: |app| with_review(app, |_| idle(app)),
    run: Run::Update(|app| ask(app, plan)),
};

pub(crate) const EXPORT: Action = Action {
    act: Act::Export,
    name: "export",
    sentence: "Export the target to a file that can be imported again",
    contexts: &[Context::Review],
    keys: &["E"],
    footer: Some("export"),
    condition: |app| with_review(app, |_| idle(app)),
    run: Run::Update(|app| ask(app, export)),
};

/// Asks for the path of a file.
fn ask(app: &mut App, dialog: fn(&App) -> Option<Modal>) {
    let modal = dialog(app);
    app.modals.extend(modal);
}

fn plan(app: &App) -> Option<Modal> {
    let review = app.review.as_ref()?;
    let (subject, counts) = (&review.subject, review.counts());
    let (add, cover) = (counts.of(ItemStatus::Add), counts.of(ItemStatus::Cover));
    let mut body = vec![
        Line::of(Role::Title, &format!("{add} to add, {cover} to overwrite.")),
        Line::of(
            Role::Text,
            "`gatediff apply PLAN` applies exactly these choices, once, unless the target has changed.",
        ),
        Line::of(
            Role::Dim,
            "The file contains no secrets. An existing file is not overwritten.",
        ),
    ];
    if let Some(missing) = review.unconfirmed() {
        let title = confirm::title(missing);
        let text =
            format!("{title}: {missing} not confirmed; the plan cannot be applied as it is.");
        body.insert(1, Line::of(Role::Warning, &text));
    }
    let path = format!(
        "{}/plans/{}-plan.json",
        subject.directory,
        stem(&subject.file)
    );
    Some(Modal::new(Dialog::SavePlan, "Save the plan", body).with_path(path))
}

fn backup(app: &App) -> Option<Modal> {
    let (job, place) = (app.record()?.job, app.location()?);
    let body = vec![
        Line::of(
            Role::Text,
            "The target's contents before the job, in the product's own format.",
        ),
        secrets(),
    ];
    let path = format!("{}/backups/job-{job}.json", place.directory);
    let modal = Modal::new(
        Dialog::SaveBackup(job),
        &format!("Save the backup of job {job}"),
        body,
    );
    Some(modal.with_path(path))
}

fn export(app: &App) -> Option<Modal> {
    let review = app.review.as_ref()?;
    let subject = &review.subject;
    let body = vec![
        secrets(),
        Line::of(
            Role::Dim,
            "The target's contents, to be imported again. An existing file is not overwritten.",
        ),
    ];
    let path = format!(
        "{}/exports/{}-export.json",
        subject.directory,
        plain(&subject.database)
    );
    let dialog = Dialog::Export(roots(review, app.node()));
    Some(Modal::new(dialog, "Export", body).with_path(path))
}

/// Returns the items that may be exported alone and exist in the target: the
/// chosen ones, or the selected one if none is chosen.
fn roots(review: &Review, here: Option<Node>) -> Vec<ItemId> {
    let root = |index: usize| {
        let base = review.entry(index)?.base.as_ref()?;
        (base.id.kind == review.subject.export_kind).then(|| base.id.clone())
    };
    let items = 0..review.plan().entries().len();
    let chosen: Vec<ItemId> = items
        .filter(|index| review.choices.is_chosen(*index))
        .filter_map(root)
        .collect();
    if chosen.is_empty() {
        here.and_then(Node::item)
            .and_then(root)
            .into_iter()
            .collect()
    } else {
        chosen
    }
}

/// Enter: writes the file, or changes the option.
pub(crate) fn go(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.last_mut() else {
        return Vec::new();
    };
    if modal.waiting {
        app.refuse(JobKind::Save.doing());
        return Vec::new();
    }
    let Some(path) = typed(app) else {
        return Vec::new();
    };
    let Some(modal) = app.modals.last_mut() else {
        return Vec::new();
    };
    let (dialog, selected) = (modal.dialog.clone(), modal.selected);
    let save = match (dialog, &app.review) {
        (Dialog::SavePlan, Some(review)) => Save::Plan(review.choices.clone(), path),
        (Dialog::SaveBackup(job), _) => Save::Backup(job, path),
        (Dialog::Export(_), _) if selected == 0 => Save::Export(Vec::new(), path),
        (Dialog::Export(roots), _) if roots.is_empty() => {
            app.refuse("no chosen or selected item can be exported alone");
            return Vec::new();
        }
        (Dialog::Export(roots), _) => Save::Export(roots, path),
        _ => return Vec::new(),
    };
    modal.wait();
    vec![Effect::Save(job::begin(app, JobKind::Save), Box::new(save))]
}

/// Handles the path of the written file, or the failure.
pub(crate) fn saved(app: &mut App, id: EffectId, outcome: Result<String, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let index = app.modals.iter().position(|modal| modal.waiting);
    match (outcome, index) {
        (Ok(path), index) => {
            if let Some(index) = index {
                app.modals.remove(index);
            }
            app.say(format!("saved: {path}"));
        }
        (Err(failure), Some(index)) => {
            if let Some(modal) = app.modals.get_mut(index) {
                modal.complain(complaint(&failure));
            }
        }
        (Err(failure), None) => job::fail(app, &failure),
    }
}

fn complaint(failure: &Failure) -> Vec<Line> {
    if failure.kind != FailureKind::File {
        let mut lines = job::explain(failure);
        lines.push(Line::new());
        return lines;
    }
    // The hints about a path are for the command line; here it is edited.
    let why = failure
        .why
        .as_ref()
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    let place = failure
        .place
        .as_ref()
        .map(|place| Line::of(Role::Text, &safe(place)));
    let mut lines = vec![Line::of(Role::Error, &format!("{}{why}", failure.what))];
    lines.extend(place);
    lines.push(Line::of(Role::Text, "Correct the path, or cancel."));
    lines.push(Line::new());
    lines
}
