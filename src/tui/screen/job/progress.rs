//! The progress of a job: the spinner, and a line per phase.

use super::model::PhaseRun;
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
pub(crate) fn phase_line(app: &App, phase: &PhaseRun, is_done: bool, width: usize) -> Line {
    let progress = &phase.progress;
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
    if is_done {
        return line;
    }
    let pace = phase.since.map_or_else(String::new, |since| {
        progress.pace(app.now.saturating_sub(since))
    });
    for text in [pace.as_str(), progress.subject.as_str()] {
        if !text.is_empty() {
            line.push(Role::Dim, &format!("  {text}"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::job::{Phase, Progress};
    use crate::tui::tests::support::app_at;

    #[test]
    fn a_running_phase_shows_how_it_gets_on() {
        let mut app = app_at(80, 24);
        let phase = PhaseRun {
            progress: Progress {
                phase: Phase::Write,
                subject: "client".to_owned(),
                done: 300,
                total: 900,
            },
            since: Some(Duration::from_secs(5)),
        };
        app.now = Duration::from_secs(8);
        let shown = |is_done| phase_line(&app, &phase, is_done, 80).plain();
        assert_eq!(
            shown(false),
            "▸ writing                 ████░░░░░░░░░░ 300/900  3 s, 100/s, about 6 s left  client"
        );
        assert_eq!(shown(true), "✓ writing                 300");
    }
}
