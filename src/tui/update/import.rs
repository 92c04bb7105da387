//! *Confirm import*: what would be written, said in full before it is.

use crate::engine::diff::Show;
use crate::engine::{Approved, MissingCount, Op, Value, Verb};
use crate::tui::action::{Act, Context};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::label::called;
use crate::tui::mark::Mark;
use crate::tui::modal::{Modal, Question};
use crate::tui::msg::Reviewed;
use crate::tui::node::MissingList;
use crate::tui::review::Review;
use crate::tui::skin::{Glyphs, Role};
use crate::tui::widget::{Line, count};

/// The most blocked items that are named.
const MOST_NAMES: usize = 200;

/// Opens *Confirm import*.
pub(super) fn ask(app: &mut App) {
    let (glyphs, keys) = (app.skin.glyphs, Keys::of(app));
    let Some(review) = &app.review else { return };
    let typed = must_type(review).then(|| review.subject.database.clone());
    let title = if review.subject.production { "Confirm import to PRODUCTION" } else { "Confirm import" };
    let mut modal = Modal::new(Question::Import(typed), title, body(review, glyphs, &keys));
    modal.barred = barred(review, &keys.missing);
    app.modals.push(modal);
}

/// Says anew what would be written, after something was confirmed.
pub(super) fn refresh(app: &mut App) {
    let keys = Keys::of(app);
    let (Some(review), Some(modal)) = (&app.review, app.modals.last_mut()) else { return };
    if matches!(modal.question, Question::Import(_)) {
        modal.set_body(body(review, app.skin.glyphs, &keys));
        modal.barred = barred(review, &keys.missing);
        modal.drawn = false;
    }
}

/// Imports without a backup, or with one again.
pub(super) fn turn_backup(app: &mut App) {
    let Some(review) = &mut app.review else { return };
    review.subject.backup = !review.subject.backup;
    let said = if review.subject.backup { "a backup will be kept" } else { "no backup will be kept" };
    refresh(app);
    app.say(said);
}

/// The keys that the question names.
struct Keys {
    missing: String,
    backup: String,
}

impl Keys {
    fn of(app: &App) -> Self {
        let backup = app.keymap.key(Context::Dialog, Act::Backup).unwrap_or_default();
        Self { missing: app.key(Act::ConfirmMissing), backup }
    }
}

/// Where data is overwritten, or in production, a key is not enough.
fn must_type(review: &Review) -> bool {
    review.subject.production || review.counts().of(Mark::Cover) > 0
}

fn barred(review: &Review, key: &str) -> Option<String> {
    review.unconfirmed().map(|missing| confirm_first(missing, key))
}

fn body(review: &Review, glyphs: &'static Glyphs, keys: &Keys) -> Vec<Line> {
    let subject = &review.subject;
    let counts = review.counts();
    let [add, cover] = [counts.of(Mark::Add), counts.of(Mark::Cover)];
    let left = counts.total() - add - cover - counts.of(Mark::Unchanged);
    let headline = format!("{add} to add, {cover} to overwrite, {left} left out.");
    // What matters most comes first: small screens show no more.
    let mut body = vec![Line::of(Role::Title, &headline)];
    body.extend(promise(review));
    body.extend(missing(review, &keys.missing));
    body.push(backup(subject, &keys.backup));
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
    Line::of(Role::Dim, &format!("{label:<10}")).and(Role::Text, text)
}

fn short(subject: &Reviewed) -> String {
    subject.sha256.chars().take(12).collect()
}

/// Counts by kind and status.
fn kinds(review: &Review) -> Vec<Line> {
    let mut lines =
        vec![Line::of(Role::Dim, &format!("{:<22}{:>8}{:>8}{:>10}", "", "add", "cover", "left out"))];
    let row = |title: &str, counts: &crate::tui::mark::Counts, role| {
        let left = counts.of(Mark::Differs) + counts.of(Mark::LeftOut) + counts.blocked();
        let mut line = Line::of(role, &crate::tui::widget::cut(title, 21, ".."));
        line.pad_to(22);
        line.and(role, &format!("{:>8}{:>8}{:>10}", counts.of(Mark::Add), counts.of(Mark::Cover), left))
    };
    for (kind, info) in review.plan().kinds().iter().enumerate() {
        let counts = review.kind_counts(kind);
        if counts.of(Mark::Add) + counts.of(Mark::Cover) > 0 {
            lines.push(row(info.title, &counts, Role::Text));
        }
    }
    lines.push(row("Total", review.counts(), Role::Title));
    lines
}

/// What the import will and will not do. It must be true.
fn promise(review: &Review) -> Vec<Line> {
    let removed = removals(review);
    let sentence = if removed == 0 {
        "One transaction. Nothing will be deleted.".to_owned()
    } else {
        let parts = count(removed, "field or member", "fields or members");
        format!("One transaction. It deletes {parts}.")
    };
    let role = if removed == 0 { Role::Text } else { Role::Warning };
    vec![Line::of(role, &sentence)]
}

/// Counts what covering removes from the target.
fn removals(review: &Review) -> usize {
    let covered = (0..review.plan().entries().len()).filter(|at| review.mark(*at) == Mark::Cover);
    covered
        .filter(|at| {
            // Comparing is dear; elements that can be removed are rare.
            let base = review.entry(*at).and_then(|entry| entry.base.as_ref());
            base.is_some_and(|base| may_lose(&base.value))
        })
        .map(|at| {
            let changes = review.plan().changes(at, Show::Differences);
            changes.iter().filter(|change| change.op == Op::Remove).count()
        })
        .sum()
}

/// What the import leaves to go back by.
fn backup(subject: &Reviewed, key: &str) -> Line {
    let (role, said, other) = if subject.backup {
        (Role::Text, "A backup is kept in the ledger.", "keeps none")
    } else {
        (Role::Warning, "No backup is kept, as asked.", "keeps one")
    };
    Line::of(role, said).and(Role::Dim, &format!(" {key} {other}."))
}

fn may_lose(value: &Value) -> bool {
    match value {
        Value::Set(elements) | Value::Sequence(elements) => {
            elements.iter().any(|element| element.replaced || may_lose(&element.value))
        }
        Value::Record(fields) => fields.iter().any(|field| field.replaced || may_lose(&field.value)),
        Value::Null
        | Value::List(_)
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Secret(_) => false,
    }
}

fn missing(review: &Review, key: &str) -> Vec<Line> {
    let missing = review.plan().missing_count();
    if missing.total() == 0 {
        return Vec::new();
    }
    let title = title(missing);
    vec![if review.choices.missing_confirmed {
        Line::of(Role::Text, &format!("{title}: {missing} will be ignored, as confirmed."))
    } else {
        Line::of(Role::Blocked, &format!("{title}: {missing} still to be confirmed ({key})."))
    }]
}

/// Returns what a question about missing objects is called.
pub(super) const fn title(missing: MissingCount) -> &'static str {
    if missing.others == 0 { MissingList::Apis.title() } else { MissingList::Others.title() }
}

/// Says what bars an import, and which key lifts it.
pub(crate) fn confirm_first(missing: MissingCount, key: &str) -> String {
    format!("confirm missing {} first ({key})", missing.noun())
}

fn blocked(review: &Review, glyphs: &'static Glyphs) -> Vec<Line> {
    let total = review.counts().blocked();
    if total == 0 {
        return Vec::new();
    }
    let title = format!("{} blocked and left out:", count(total, "item is", "items are"));
    let mut lines = vec![Line::new(), Line::of(Role::Blocked, &title)];
    let blocked = (0..review.plan().entries().len()).filter(|at| review.mark(*at).is_blocked());
    for at in blocked.take(MOST_NAMES) {
        let Some(entry) = review.entry(at) else { continue };
        let obstacle = review.resolution().state(at).and_then(|state| state.obstacle.as_ref());
        let why = entry.verdict.reasons.first().or(obstacle).map_or("", |reason| &reason.message);
        let name = format!("  {} {}: ", glyphs.blocked, called(review.plan(), &entry.item.id));
        lines.push(Line::of(Role::Blocked, &name).and(Role::Dim, why));
    }
    if total > MOST_NAMES {
        lines.push(Line::of(Role::Dim, &format!("  and {} more", total - MOST_NAMES)));
    }
    lines
}

/// Imports what was confirmed.
pub(super) fn go(app: &mut App) -> Vec<Effect> {
    let Some(review) = &app.review else { return Vec::new() };
    match review.subject.plan.approve(&review.choices) {
        Ok(approved) => begin(app, approved),
        Err(_) => {
            app.modals.pop();
            app.refuse("nothing to import any more");
            Vec::new()
        }
    }
}

fn begin(app: &mut App, approved: Approved) -> Vec<Effect> {
    app.modals.clear();
    let id = super::job::begin(app, crate::tui::app::Work::Apply);
    let backup = app.review.as_ref().is_none_or(|review| review.subject.backup);
    let (adds, covers) = (approved.count(Verb::Add), approved.count(Verb::Cover));
    app.say(format!("importing: {adds} to add, {covers} to overwrite"));
    vec![Effect::Apply(id, Box::new(approved), backup)]
}
