//! When an action is unavailable, and why.

use super::catalogue::Act;
use crate::job::JobRecord;
use crate::scopes::Scope;
use crate::tui::app::{App, JobKind, Pane};
use crate::tui::detail::SIDE_BY_SIDE;
use crate::tui::form::{Focus, Form, Picker, Task};
use crate::tui::item_status::ItemStatus;
use crate::tui::layout::WIDE;
use crate::tui::modal::Dialog;
use crate::tui::node::Node;
use crate::tui::record;
use crate::tui::review::Review;
use crate::tui::scopes::Scopes;
use crate::tui::update::confirm_first;
use crate::tui::widget::count;

type Check = Result<(), String>;

/// Checks whether an action is available, or returns why not.
pub(super) fn check(act: Act, app: &App) -> Check {
    match act {
        Act::Choose => with_review(app, |review| choose(app, review)),
        Act::Cover => with_review(app, |review| cover(app, review)),
        Act::CoverAll => with_review(app, cover_all),
        Act::ConfirmMissing => with_review(app, |review| confirm_missing(app, review)),
        Act::NextHit | Act::PreviousHit if app.search.query.is_empty() => Err(format!(
            "no active search: {} searches",
            app.key(Act::Search)
        )),
        Act::NextBlocked => with_review(app, |review| {
            some(review.counts().blocked() > 0, "no item is blocked")
        }),
        Act::SideBySide => side_by_side(app),
        Act::Explain => match app.node().and_then(Node::item) {
            Some(_) => Ok(()),
            None => no("select an item to explain it"),
        },
        Act::Again => again(app),
        Act::Import => with_review(app, |review| {
            can_write(app).and_then(|()| import(app, review))
        }),
        Act::Backup => some(matches!(dialog(app), Some(Dialog::Import(_))), "not here"),
        Act::Rehearse => with_review(app, |review| rehearse(app, review)),
        Act::SavePlan | Act::Export => with_review(app, |_| idle(app)),
        Act::History => history(app),
        Act::OpenJob => with_record(app, |_| Ok(())),
        Act::Undo => with_record(app, |job| {
            record::can_undo(job).and_then(|()| can_write(app))
        }),
        Act::SaveBackup => with_record(app, |job| {
            record::can_save_backup(job).and_then(|()| idle(app))
        }),
        Act::Theme => some(
            app.theme.has_colours(),
            "no colours here (NO_COLOR, --color never, or the terminal)",
        ),
        Act::Suspend => suspend(app),
        Act::SaveForm | Act::ApplyPicker if app.form.is_some() => form_idle(app, act),
        Act::NextValue | Act::PreviousValue | Act::RemoveModule => {
            with_form(app, |form| field(act, form))
        }
        Act::PickAll => with_form(app, |form| {
            let is_single = form.picker.as_ref().is_some_and(Picker::is_single);
            some(!is_single, "only one can be selected")
        }),
        Act::Search | Act::Filter | Act::Copy if app.scopes.is_some() => {
            with_scopes(app, |_| Ok(()))
        }
        Act::Enter if app.scopes.is_some() => with_scope(app, |_| Ok(())),
        Act::Zoom if app.scopes.is_some() => some(app.size.0 >= WIDE, "already full screen"),
        Act::Access => with_review(app, |review| {
            let why = format!("{} grants no access", review.subject.platform);
            some(review.plan().grants_access(), &why)
        }),
        Act::Scopes => scopes(app),
        Act::CheckScopes => with_scopes(app, |_| idle(app)),
        Act::CreateScope => with_scopes(app, |_| can_write(app)),
        Act::DeleteScope | Act::EditScope => with_scope(app, |_| can_write(app)),
        Act::Holders => with_scope(app, |_| Ok(())),
        Act::NextSort | Act::Reverse => with_scopes(app, |_| Ok(())),
        Act::GiveScope => with_scopes(app, |_| can_write(app)),
        Act::TakeScope => take(app),
        Act::OpenFinding => with_scopes(app, |scopes| {
            some(!scopes.findings.is_empty(), "no problems found")
        }),
        Act::Repair => with_scopes(app, |scopes| {
            let can = scopes
                .findings
                .iter()
                .any(|finding| finding.repair.is_some());
            some(can, "no finding can be repaired safely")?;
            can_write(app)
        }),
        _ => Ok(()),
    }
}

/// Returns the dialog that actions apply to: not a list of actions.
fn dialog(app: &App) -> Option<&Dialog> {
    let mut dialogs = app.modals.iter().rev().map(|modal| &modal.dialog);
    dialogs.find(|dialog| !matches!(dialog, Dialog::Palette | Dialog::Help))
}

fn no(why: &str) -> Check {
    Err(why.to_owned())
}

fn some(can: bool, why: &str) -> Check {
    if can { Ok(()) } else { no(why) }
}

fn with_review(app: &App, check: impl Fn(&Review) -> Check) -> Check {
    app.review
        .as_ref()
        .map_or_else(|| no("nothing has been compared yet"), check)
}

fn idle(app: &App) -> Check {
    app.job.as_ref().map_or(Ok(()), |job| no(job.work.doing()))
}

/// Nothing is written while something runs, nor at all if a profile forbids it.
fn can_write(app: &App) -> Check {
    match app.location().and_then(|place| place.read_only) {
        Some(by) => Err(format!("the target is read-only: {by}")),
        None => idle(app),
    }
}

fn suspend(app: &App) -> Check {
    match app.job.as_ref().filter(|_| app.is_applying()) {
        Some(job) => Err(format!("not while {}", job.work.doing())),
        None => Ok(()),
    }
}

/// The ledger belongs to the target: without a target there is none.
fn history(app: &App) -> Check {
    let known = app.location().is_some();
    some(known, "the jobs are stored in the target: compare first")?;
    idle(app)
}

fn with_record(app: &App, check: impl Fn(&JobRecord) -> Check) -> Check {
    match (app.record(), app.job.as_ref().map(|job| job.work)) {
        (Some(record), _) => check(record),
        (None, Some(work @ JobKind::History)) => no(work.doing()),
        (None, _) => no("no job is selected"),
    }
}

fn rehearse(app: &App, review: &Review) -> Check {
    can_write(app)?;
    import(app, review)?;
    match review.unconfirmed() {
        Some(missing) => Err(confirm_first(missing, &app.key(Act::ConfirmMissing))),
        None => Ok(()),
    }
}

fn choose(app: &App, review: &Review) -> Check {
    match app.node() {
        Some(Node::Item(index)) => writable(review, index),
        Some(Node::Branch(index, _) | Node::Element(index, _, _)) => {
            let id = review.entry(index).map(|entry| &entry.item.id);
            Err(id.map_or_else(String::new, |id| {
                format!("part of {} {}: select the {}", id.kind, id.key, id.kind)
            }))
        }
        Some(Node::Warnings | Node::Warning(_)) => no("a warning cannot be chosen"),
        Some(Node::Kind(_) | Node::Missing(_) | Node::MissingObject(_)) | None => Ok(()),
    }
}

fn writable(review: &Review, index: usize) -> Check {
    let Some(entry) = review.entry(index) else {
        return Ok(());
    };
    let key = &entry.item.id.key;
    match entry.verdict.reasons.first() {
        Some(reason) if entry.verdict.status.is_blocked() => Err(format!(
            "{}: {}",
            review.status(index).word(),
            reason.message
        )),
        _ if entry.is_unchanged() => Err(format!("{key} is unchanged: nothing to write")),
        _ => Ok(()),
    }
}

fn cover(app: &App, review: &Review) -> Check {
    choose(app, review)?;
    let absent = |index: usize| {
        review
            .entry(index)
            .is_some_and(|entry| entry.base.is_none())
    };
    match app.node() {
        Some(Node::Item(index)) if absent(index) => no("not in the target: nothing to cover"),
        Some(Node::Missing(_) | Node::MissingObject(_)) => no("nothing to cover here"),
        _ => Ok(()),
    }
}

fn cover_all(review: &Review) -> Check {
    let open = review.counts().of(ItemStatus::Differs);
    let left_out = review.counts().of(ItemStatus::LeftOut);
    let why = match left_out {
        0 => "every item that differs is already covered".to_owned(),
        n => format!(
            "no item is undecided; {} left out",
            count(n, "item is", "items are")
        ),
    };
    some(open > 0, &why)
}

fn import(app: &App, review: &Review) -> Check {
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

fn confirm_missing(app: &App, review: &Review) -> Check {
    let here = dialog(app);
    some(matches!(here, None | Some(Dialog::Import(_))), "not here")?;
    let missing = review.plan().missing_count();
    some(missing.total() > 0, "nothing is missing in the target")?;
    let confirmed = format!(
        "already confirmed: missing {} will be ignored",
        missing.noun()
    );
    some(!review.choices.missing_confirmed, &confirmed)
}

fn side_by_side(app: &App) -> Check {
    let width = usize::from(app.panes().inside(Pane::Detail).width);
    let fits =
        app.options.side_by_side || app.focus == Pane::Detail && app.zoom || width >= SIDE_BY_SIDE;
    let (pane, zoom) = (app.key(Act::DetailPane), app.key(Act::Zoom));
    some(
        fits,
        &format!("the detail pane is too narrow: {pane} goes there, {zoom} zooms it"),
    )
}

fn again(app: &App) -> Check {
    let here = dialog(app);
    if app.scopes.is_some() {
        return some(here.is_none(), "not here").and_then(|()| idle(app));
    }
    some(
        matches!(here, None | Some(Dialog::Stale | Dialog::Failure)),
        "not here",
    )?;
    some(
        app.review.is_some() || app.failure.is_some(),
        "file and target are being compared",
    )?;
    idle(app)
}

fn with_form(app: &App, check: impl Fn(&Form) -> Check) -> Check {
    app.form
        .as_ref()
        .map_or_else(|| no("no form is open"), check)
}

/// Writing has to wait for a running job; picking does not.
fn form_idle(app: &App, act: Act) -> Check {
    let writes = app
        .form
        .as_ref()
        .is_some_and(|form| matches!(form.task, Task::Give(_)));
    if act == Act::SaveForm || writes {
        can_write(app)
    } else {
        Ok(())
    }
}

fn field(act: Act, form: &Form) -> Check {
    match (act, form.focus) {
        (Act::RemoveModule, Focus::Module(_)) => Ok(()),
        (Act::RemoveModule, _) => no("select a module to remove it"),
        (_, Focus::Unit | Focus::Level) => Ok(()),
        (Act::NextValue, Focus::Authentications | Focus::Module(_) | Focus::AddModule) => Ok(()),
        (_, Focus::Save | Focus::Cancel) => Ok(()),
        _ => no("this field has no other values"),
    }
}
/// Not every product has scopes, and they need a target.
fn scopes(app: &App) -> Check {
    with_review(app, |review| {
        let why = format!("{} has no scopes", review.subject.platform);
        some(review.subject.has_scopes, &why)?;
        idle(app)
    })
}

fn with_scopes(app: &App, check: impl Fn(&Scopes) -> Check) -> Check {
    match app
        .scopes
        .as_ref()
        .filter(|scopes| scopes.catalogue().is_some())
    {
        Some(scopes) => check(scopes),
        None => idle(app).and_then(|()| no("the scopes have not been read")),
    }
}

fn with_scope(app: &App, check: impl Fn(&Scope) -> Check) -> Check {
    with_scopes(app, |scopes| match scopes.current() {
        Some(scope) => check(scope),
        None => no("no scope is selected"),
    })
}

fn take(app: &App) -> Check {
    with_scopes(app, |_| {
        some(
            app.held().is_some_and(|(_, client)| client.is_some()),
            "the scope is not assigned to any client",
        )
    })?;
    can_write(app)
}
