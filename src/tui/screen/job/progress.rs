//! The progress of a job: the spinner, and a line per phase.

use crate::job::Progress;
use crate::tui::theme::{Role, SPINNER};
use crate::tui::{App, Line};

/// A frame of the spinner, at most four a second.
pub(crate) fn spinner(app: &App) -> String {
    if app.theme.accessible {
        return String::new();
    }
    let turn = app.now.as_millis() / 250;
    let index = usize::try_from(turn % SPINNER.len() as u128).unwrap_or(0);
    SPINNER
        .get(index)
        .map(|sign| format!("{sign} "))
        .unwrap_or_default()
}

/// Lays out the progress of a phase.
pub(crate) fn phase_line(app: &App, progress: &Progress, is_done: bool, width: usize) -> Line {
    let glyphs = app.theme.glyphs;
    let sign = if is_done { glyphs.done } else { glyphs.closed };
    let mut line =
        Line::of(Role::Gauge, sign).and(Role::Text, &format!(" {}", progress.phase.label()));
    line.pad_to(26.min(width / 2));
    if progress.total > 0 && !is_done {
        let cells = 14.min(width / 4);
        // u128: counts of rows times cells must not overflow.
        let full =
            progress.done.min(progress.total) as u128 * cells as u128 / progress.total as u128;
        let full = usize::try_from(full).unwrap_or(cells);
        line.push(Role::Gauge, &glyphs.full.repeat(full));
        line.push(Role::Dim, &glyphs.rest.repeat(cells - full));
        line.push(
            Role::Text,
            &format!(" {}/{}", progress.done, progress.total),
        );
    } else if progress.done > 0 {
        line.push(Role::Text, &progress.done.to_string());
    }
    if !progress.subject.is_empty() && !is_done {
        line.push(Role::Dim, &format!("  {}", progress.subject));
    }
    line
}
