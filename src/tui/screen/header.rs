//! The first line: file, checksum, target, platform, production.

use ratatui::layout::Rect;

use crate::tui::subject::Location;
use crate::tui::{App, Canvas, Line, Role, count, cut, width};

/// The length of the checksum's prefix that is shown.
const SHORT: usize = 8;

/// The minimum width of a file's name.
const SHORTEST_FILE: usize = 12;

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let shows_matrix = app.shows_matrix();
    let Some(review) = app.review.as_ref().filter(|_| !shows_matrix) else {
        match app.location().filter(|_| !shows_matrix) {
            Some(place) => target(canvas, area, &place),
            None => {
                let mut line = Line::of(Role::Title, "gatediff")
                    .and(Role::Dim, "  ")
                    .and(Role::Text, &app.file);
                let targets = app
                    .matrix
                    .as_ref()
                    .map_or(0, |matrix| matrix.targets().len());
                if targets > 0 {
                    line.push(Role::Dim, &format!(" {} ", app.theme.glyphs.arrow));
                    line.push(Role::Title, &count(targets, "target", "targets"));
                }
                canvas.line(area, 0, &line);
            }
        }
        return;
    };
    let subject = &review.subject;
    let mut right = Line::of(Role::Dim, &subject.platform);
    badges(&mut right, subject.production, subject.read_only.is_some());
    let left = usize::from(canvas.line_right(area, 0, &right)).saturating_sub(2);
    let glyphs = app.theme.glyphs;
    let sha: String = subject.sha256.chars().take(SHORT).collect();
    let target = crate::engine::display::safe(&subject.target);
    let fixed = width(&target) + 3 + width(glyphs.arrow);
    // The database matters more than the checksum.
    let has_sha = fixed + sha.len() + 1 + SHORTEST_FILE <= left;
    let sha = if has_sha {
        format!(" {sha}")
    } else {
        String::new()
    };
    let space = left.saturating_sub(fixed + sha.len()).max(SHORTEST_FILE);
    let file = file_end(&subject.file, space, glyphs.ellipsis);
    let line = Line::of(Role::Title, &file)
        .and(Role::Dim, &sha)
        .and(Role::Dim, &format!(" {} ", glyphs.arrow))
        .and(Role::Title, &target);
    let space = Rect {
        width: u16::try_from(left).unwrap_or(area.width).min(area.width),
        ..area
    };
    canvas.line(space, 0, &line);
}

/// What the profiles say about the target.
fn badges(right: &mut Line, production: bool, read_only: bool) {
    for (_, badge) in [(production, " PRODUCTION "), (read_only, " READ-ONLY ")]
        .into_iter()
        .filter(|badge| badge.0)
    {
        if right.width() > 0 {
            right.push(Role::Text, " ");
        }
        right.push(Role::Production, badge);
    }
}

/// Without a file, the target alone.
fn target(canvas: &mut Canvas<'_>, area: Rect, place: &Location) {
    let mut right = Line::new();
    badges(&mut right, place.production, place.read_only.is_some());
    let left = canvas.line_right(area, 0, &right);
    let line = Line::of(Role::Title, "gatediff")
        .and(Role::Dim, "  ")
        .and(Role::Title, &place.target);
    canvas.line(
        Rect {
            width: left,
            ..area
        },
        0,
        &line,
    );
}

/// Cuts a long path at its start: the end is more informative.
fn file_end(path: &str, space: usize, ellipsis: &str) -> String {
    let path = crate::engine::display::safe(path);
    if width(&path) <= space {
        return path.into_owned();
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    if width(name) + width(ellipsis) < space {
        return format!("{ellipsis}/{name}");
    }
    cut(name, space, ellipsis)
}
