//! While an import, a rehearsal, an undo or an edit runs: a progress bar per phase.

use ratatui::layout::Position;

use super::model::JobKind;
use super::progress::{phase_line, spinner};
use crate::tui::layout::centred;
use crate::tui::{Act, App, Canvas, Line, Role, row_cursor};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, size: (u16, u16)) -> Option<Position> {
    let job = app.job.as_ref()?;
    let area = centred(size, 66, 12);
    canvas.clear(area);
    let inside = canvas.boxed(area, &Line::of(Role::Title, &title(job.work)), true);
    let inside = ratatui::layout::Rect {
        x: inside.x.saturating_add(1),
        width: inside.width.saturating_sub(2),
        ..inside
    };
    let width = usize::from(inside.width);
    let target = app.location().map(|place| place.target).unwrap_or_default();
    let seconds = job
        .since
        .map_or(0, |since| app.now.saturating_sub(since).as_secs());
    let mut lines = vec![
        Line::of(Role::Title, &format!("{}{target}", spinner(app)))
            .and(Role::Dim, &format!("  {seconds} s")),
        Line::new(),
    ];
    let last = job.phases.len();
    lines.extend(
        job.phases
            .iter()
            .enumerate()
            .map(|(n, phase)| phase_line(app, phase, n + 1 < last, width)),
    );
    lines.push(Line::new());
    lines.push(match (job.cancel_requests, job.is_committing()) {
        (0, true) if job.is_waiting_for_commit() => {
            let key = app.key(Act::Interrupt).replace("^C", "Ctrl-C");
            Line::of(
                Role::Warning,
                &format!("{key} quits; the outcome is then unknown."),
            )
        }
        (_, true) => Line::of(Role::Text, "Committing: it can no longer be cancelled."),
        (0, false) => {
            let key = app.key(Act::Interrupt).replace("^C", "Ctrl-C");
            Line::of(
                Role::Dim,
                &format!("{key} cancels: everything is rolled back."),
            )
        }
        (_, false) => Line::of(Role::Warning, "Rolling back, please wait."),
    });
    for (n, line) in lines.iter().enumerate() {
        canvas.line(inside, n, line);
    }
    canvas.theme.accessible.then(|| row_cursor(inside, 0))
}

fn title(work: JobKind) -> String {
    match work {
        JobKind::Rehearse => " Rehearsal: everything will be rolled back ".to_owned(),
        JobKind::Undo(job) => format!(" Undoing job {job} "),
        JobKind::Edit => " Editing scopes ".to_owned(),
        JobKind::Apply
        | JobKind::Compare
        | JobKind::CompareAll
        | JobKind::OnlyInTarget
        | JobKind::Save
        | JobKind::History
        | JobKind::Scopes
        | JobKind::Check
        | JobKind::Open => " Importing ".to_owned(),
    }
}
