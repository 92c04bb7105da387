//! *Confirm import*: a full summary before anything is written.

use crate::engine::diff::segments;
use crate::engine::finding::grouped;
use crate::engine::{MissingCount, Severity, Verb};
use crate::job::{Emit, Output};
use crate::tui::condition::{can_write, require, with_review};
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::JobKind;
use crate::tui::screen::path::{secrets, stem, typed};
use crate::tui::screen::review::Review;
use crate::tui::screen::review::label::called;
use crate::tui::screen::review::node::MissingList;
use crate::tui::subject::Reviewed;
use crate::tui::{
    Act, Action, App, ApplyHow, Availability, Context, Effect, Glyphs, Line, Role, Run, count,
};

/// The maximum number of blocked items that are listed.
const MAX_NAMES: usize = 200;

/// How many warnings of one code are listed one by one.
const MAX_WARNINGS_OF_A_SORT: usize = 3;

pub(crate) const IMPORT: Action = Action {
    act: Act::Import,
    name: "import",
    sentence: "Review what will be written, then import it",
    contexts: &[Context::Review],
    keys: &["P"],
    footer: Some("import"),
    condition: |app| {
        with_review(app, |review| {
            can_write(app).and_then(|()| has_something(app, review))
        })
    },
    run: Run::Update(ask),
};

pub(crate) const BACKUP: Action = Action {
    act: Act::Backup,
    name: "no-backup",
    sentence: "Skip or save the backup; the journal used by undo is always kept",
    contexts: &[Context::Dialog],
    keys: &["B"],
    footer: None,
    condition: |app| {
        let here = matches!(app.dialog(), Some(Dialog::Import(_) | Dialog::WriteFile));
        require(here, "not here")
    },
    run: Run::Update(turn_backup),
};

/// Something has to be chosen.
pub(crate) fn has_something(app: &App, review: &Review) -> Availability {
    let counts = review.counts();
    if counts.of(ItemStatus::Add) + counts.of(ItemStatus::Cover) > 0 {
        return Ok(());
    }
    let blocked = match counts.blocked() {
        0 => String::new(),
        n => format!(": {} blocked", count(n, "item is", "items are")),
    };
    let (one, all) = (app.key(Act::Cover), app.key(Act::CoverAll));
    let hint = match (
        counts.of(ItemStatus::Differs),
        counts.of(ItemStatus::LeftOut),
    ) {
        (0, 0) => String::new(),
        (0, _) => format!("; {} chooses what is left out", app.key(Act::Choose)),
        _ => format!("; {one} covers, {all} covers all"),
    };
    Err(format!("nothing to import{blocked}{hint}"))
}

/// Opens *Confirm import*.
fn ask(app: &mut App) {
    let Some(review) = &app.review else { return };
    if review.subject.is_file {
        let mut modal = write_file(app, review);
        modal.barred = barred(review, &app.key(Act::ConfirmMissing));
        app.modals.push(modal);
        return;
    }
    let typed = must_type(review).then(|| review.subject.database.clone());
    let (glyphs, keys) = (app.theme.glyphs, Keys::of(app, typed.is_some()));
    let title = if review.subject.production {
        "Confirm import to PRODUCTION"
    } else {
        "Confirm import"
    };
    let mut modal = Modal::new(Dialog::Import(typed), title, body(review, glyphs, &keys));
    modal.barred = barred(review, &keys.missing);
    app.modals.push(modal);
}

/// Asks what is written in place of a target that is a file, and where to.
fn write_file(app: &App, review: &Review) -> Modal {
    let keys = Keys::of(app, true);
    let mut body = body(review, app.theme.glyphs, &keys);
    let hint = "The target's file stays as it is. An existing file is not overwritten.";
    body.insert(1, Line::of(Role::Text, hint));
    body.insert(2, secrets());
    let Reviewed {
        directory,
        file,
        database,
        ..
    } = &review.subject;
    let (file, target) = (stem(file), stem(database));
    let path = format!("{directory}/imports/{file}-for-{target}.json");
    Modal::new(Dialog::WriteFile, "Write the import file", body).with_path(path)
}

/// Refreshes the summary after a confirmation.
pub(crate) fn refresh(app: &mut App) {
    let has_input = app.modals.last().is_some_and(Modal::has_input);
    let keys = Keys::of(app, has_input);
    let (Some(review), Some(modal)) = (&app.review, app.modals.last_mut()) else {
        return;
    };
    if matches!(modal.dialog, Dialog::Import(_) | Dialog::WriteFile) {
        modal.set_body(body(review, app.theme.glyphs, &keys));
        modal.barred = barred(review, &keys.missing);
        modal.drawn = false;
    }
}

/// Imports without a backup, or with one again.
fn turn_backup(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    review.subject.backup = !review.subject.backup;
    let said = if review.subject.backup {
        "a backup will be saved"
    } else {
        "no backup will be saved"
    };
    refresh(app);
    app.say(said);
}

/// The keys shown in the dialog.
struct Keys {
    missing: String,
    backup: String,
}

impl Keys {
    /// While a text is typed, letters are input until the focus moves on.
    fn of(app: &App, has_input: bool) -> Self {
        let key = |key: String| {
            if has_input {
                format!("Tab, {key}")
            } else {
                key
            }
        };
        let backup = app
            .keymap
            .key(Context::Dialog, Act::Backup)
            .unwrap_or_default();
        Self {
            missing: key(app.key(Act::ConfirmMissing)),
            backup: key(backup),
        }
    }
}

/// Overwriting, and anything in production, requires typing the name.
fn must_type(review: &Review) -> bool {
    review.subject.production || review.counts().of(ItemStatus::Cover) > 0
}

fn barred(review: &Review, key: &str) -> Option<String> {
    review
        .unconfirmed()
        .map(|missing| confirm_first(missing, key))
}

fn body(review: &Review, glyphs: &'static Glyphs, keys: &Keys) -> Vec<Line> {
    let subject = &review.subject;
    let counts = review.counts();
    let parts = [
        (counts.of(ItemStatus::Add), "to add"),
        (counts.of(ItemStatus::Cover), "to overwrite"),
        (counts.of(ItemStatus::Differs), "undecided"),
        (counts.of(ItemStatus::LeftOut), "left out"),
        (counts.blocked(), "blocked"),
    ];
    let is_shown = |(index, (n, _)): &(usize, (usize, &str))| *index < 2 || *n > 0;
    let described = parts
        .into_iter()
        .enumerate()
        .filter(is_shown)
        .map(|(_, (n, word))| format!("{n} {word}"));
    let headline = format!("{}.", described.collect::<Vec<_>>().join(", "));
    // What matters most comes first: small screens show no more.
    let mut body = vec![Line::of(Role::Title, &headline)];
    body.extend(removals(review, glyphs));
    body.extend(crate::tui::screen::access::update::sentence(review));
    body.extend(missing(review, &keys.missing));
    body.push(backup(subject, &keys.backup));
    body.extend(warnings(review, glyphs));
    body.push(Line::new());
    body.push(pair("target", &subject.target));
    body.push(pair("operator", &subject.operator));
    body.push(pair("file", &subject.file));
    body.push(pair("sha256", &short(subject)));
    body.push(Line::new());
    body.extend(kinds(review));
    body.extend(blocked(review, glyphs));
    body
}

fn pair(label: &str, text: &str) -> Line {
    Line::pair(label, 10, text)
}

fn short(subject: &Reviewed) -> String {
    subject.sha256.chars().take(12).collect()
}

/// Counts by kind and status.
fn kinds(review: &Review) -> Vec<Line> {
    let cells = |cells: [&str; 5]| {
        let [add, cover, undecided, left_out, blocked] = cells;
        format!("{add:>6}{cover:>7}{undecided:>11}{left_out:>10}{blocked:>9}")
    };
    let heads = cells(["add", "cover", "undecided", "left out", "blocked"]);
    let mut lines = vec![Line::of(Role::Dim, &format!("{:<22}{heads}", ""))];
    let row = |title: &str, counts: &Counts, role| {
        let figures = [
            counts.of(ItemStatus::Add),
            counts.of(ItemStatus::Cover),
            counts.of(ItemStatus::Differs),
            counts.of(ItemStatus::LeftOut),
            counts.blocked(),
        ]
        .map(|figure| figure.to_string());
        let mut line = Line::of(role, &crate::tui::widget::cut(title, 21, ".."));
        line.pad_to(22);
        line.and(role, &cells(figures.each_ref().map(String::as_str)))
    };
    for (kind, info) in review.plan().kinds().iter().enumerate() {
        let counts = review.kind_counts(kind);
        if counts.of(ItemStatus::Add) + counts.of(ItemStatus::Cover) > 0 {
            lines.push(row(info.title, &counts, Role::Text));
        }
    }
    lines.push(row("Total", review.counts(), Role::Title));
    lines
}

/// Each entry that the import deletes.
fn removals(review: &Review, glyphs: &'static Glyphs) -> Vec<Line> {
    let removals = review.plan().removals(review.resolution());
    if removals.is_empty() {
        let transaction = match review.subject.is_file {
            true => "",
            false => "One transaction. ",
        };
        let sentence = format!("{transaction}Nothing will be deleted.");
        return vec![Line::of(Role::Text, &sentence)];
    }
    let entries = count(removals.len(), "existing entry", "existing entries");
    let mut lines = vec![Line::of(
        Role::Removed,
        &format!("{entries} will be deleted:"),
    )];
    for (index, change) in &removals {
        let Some(entry) = review.entry(*index) else {
            continue;
        };
        let item = called(review.plan(), &entry.item.id);
        let line =
            Line::of(Role::Removed, &format!("  {} ", glyphs.removed)).and(Role::Text, &item);
        // Its contents are in the item's detail.
        let path: Vec<String> = segments(&change.path).collect();
        lines.push(line.and(Role::Removed, &format!("  {}", path.join("/"))));
    }
    lines
}

/// Warnings about what will be written.
fn warnings(review: &Review, glyphs: &'static Glyphs) -> Vec<Line> {
    let warnings = review.plan().warnings_under(review.resolution());
    let warnings =
        warnings.filter(|finding| finding.severity >= Severity::Warning && finding.item.is_some());
    let groups = grouped(warnings);
    let lines = groups
        .iter()
        .flat_map(|group| group.lines(MAX_WARNINGS_OF_A_SORT));
    let signed = |line: String| {
        let sign = if line.starts_with(' ') {
            " "
        } else {
            glyphs.warning
        };
        Line::of(Role::Warning, &format!("{sign} ")).and(Role::Text, &line)
    };
    lines.map(signed).collect()
}

/// Whether a backup will be saved.
fn backup(subject: &Reviewed, key: &str) -> Line {
    let (role, said, other) = if subject.backup {
        (Role::Text, "A backup will be saved", "skip")
    } else {
        (Role::Warning, "No backup will be saved", "save one")
    };
    Line::of(role, said).and(Role::Dim, &format!(" ({key}: {other})"))
}

fn missing(review: &Review, key: &str) -> Vec<Line> {
    let missing = review.plan().missing_count();
    if missing.total() == 0 {
        return Vec::new();
    }
    let title = title(missing);
    vec![if review.choices.missing_confirmed {
        Line::of(
            Role::Text,
            &format!("{title}: {missing} will be ignored, as confirmed."),
        )
    } else {
        Line::of(
            Role::Blocked,
            &format!("{title}: {missing} still to be confirmed ({key})."),
        )
    }]
}

/// Returns the title of the dialog about missing objects.
pub(crate) const fn title(missing: MissingCount) -> &'static str {
    if missing.others == 0 {
        MissingList::Apis.title()
    } else {
        MissingList::Others.title()
    }
}

/// Returns why an import is not possible yet, and the key to confirm.
pub(crate) fn confirm_first(missing: MissingCount, key: &str) -> String {
    format!("confirm missing {} first ({key})", missing.noun())
}

fn blocked(review: &Review, glyphs: &'static Glyphs) -> Vec<Line> {
    let total = review.counts().blocked();
    if total == 0 {
        return Vec::new();
    }
    let title = format!(
        "{} blocked and left out:",
        count(total, "item is", "items are")
    );
    let mut lines = vec![Line::new(), Line::of(Role::Blocked, &title)];
    let blocked =
        (0..review.plan().entries().len()).filter(|index| review.status(*index).is_blocked());
    for index in blocked.take(MAX_NAMES) {
        let Some(entry) = review.entry(index) else {
            continue;
        };
        let state = review.resolution().state(index);
        let why = state
            .and_then(|state| state.reasons(entry).next())
            .map_or("", |reason| &reason.message);
        let name = format!(
            "  {} {}: ",
            glyphs.blocked,
            called(review.plan(), &entry.item.id)
        );
        lines.push(Line::of(Role::Blocked, &name).and(Role::Dim, why));
    }
    if total > MAX_NAMES {
        lines.push(Line::of(
            Role::Dim,
            &format!("  and {} more", total - MAX_NAMES),
        ));
    }
    lines
}

/// Imports what was confirmed.
pub(crate) fn go(app: &mut App) -> Vec<Effect> {
    begin(app, None, false)
}

/// Imports what was confirmed, and failed as counters are behind their rows, which it moves.
pub(crate) fn go_fixing_counters(app: &mut App) -> Vec<Effect> {
    begin(app, None, true)
}

/// Writes what was confirmed to the file whose path was typed.
pub(crate) fn write(app: &mut App) -> Vec<Effect> {
    let Some(path) = typed(app) else {
        return Vec::new();
    };
    let is_state = app.modals.last().is_some_and(|modal| modal.selected > 0);
    let output = Output {
        path: path.into(),
        emit: if is_state { Emit::State } else { Emit::Import },
        overwrite: false,
    };
    begin(app, Some(output), false)
}

fn begin(app: &mut App, output: Option<Output>, fix_counters: bool) -> Vec<Effect> {
    let Some(review) = &app.review else {
        return Vec::new();
    };
    let backup = review.subject.backup;
    let Ok(approved) = review.subject.plan.approve(&review.choices) else {
        app.modals.pop();
        app.refuse("nothing to import any more");
        return Vec::new();
    };
    app.modals.clear();
    let id = crate::tui::screen::job::begin(app, JobKind::Apply);
    let (adds, covers) = (approved.count(Verb::Add), approved.count(Verb::Cover));
    app.say(format!("importing: {adds} to add, {covers} to overwrite"));
    let how = ApplyHow {
        backup,
        fix_counters,
        output,
    };
    vec![Effect::Apply(id, Box::new(approved), how)]
}
