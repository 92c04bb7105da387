//! Before there is a plan, or a list of scopes: the progress of reading, or why
//! it failed.

use ratatui::layout::Rect;

use super::failure::explain;
use super::progress::{phase_line, spinner};
use crate::tui::{Act, App, Canvas, Line, Role, wrap};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(1),
    };
    let width = usize::from(inside.width);
    let unread = app.scopes.as_ref().map(|scopes| scopes.failure.as_ref());
    let failure = unread.unwrap_or(app.failure.as_ref());
    let what = match &app.scopes {
        Some(_) => "the scopes",
        None => app.file.as_str(),
    };
    let lines = match (failure, &app.job) {
        (Some(failure), _) => {
            let mut lines = Vec::new();
            for line in explain(failure) {
                let role = line.pieces().last().map_or(Role::Text, |piece| piece.role);
                lines.extend(
                    wrap(&line.plain(), width)
                        .iter()
                        .map(|part| Line::of(role, part)),
                );
            }
            lines.push(Line::new());
            let (again, leave) = (app.key(Act::Again), app.key(Act::Back));
            let word = if app.review.is_some() || app.was_chosen {
                "goes back"
            } else {
                "quits"
            };
            let other = app.key(Act::OpenSource);
            let text = format!(
                "Nothing was written. {again} tries again, {other} opens another file, {leave} {word}."
            );
            lines.push(Line::of(Role::Dim, &text));
            lines
        }
        (None, job) => {
            let title = format!("{}reading {what}", spinner(app));
            let mut lines = vec![Line::of(Role::Title, &title), Line::new()];
            let phases = job.iter().flat_map(|job| &job.phases);
            let last = job.as_ref().map_or(0, |job| job.phases.len());
            lines.extend(
                phases
                    .enumerate()
                    .map(|(n, phase)| phase_line(app, phase, n + 1 < last, width)),
            );
            lines
        }
    };
    for (n, line) in lines.iter().enumerate() {
        canvas.line(inside, n, line);
    }
}
