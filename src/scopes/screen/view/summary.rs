//! The footer's summary of the scopes.

use crate::tui::screen::job::progress::spinner;
use crate::tui::{App, Line, Role, count};

/// The running background job, such as a reload of the scopes.
pub(crate) fn doing(app: &App) -> Line {
    let job = app.job.as_ref().filter(|job| !job.work.writes());
    let text = job.map(|job| {
        format!(
            "{}{} {} ",
            spinner(app),
            job.work.doing(),
            app.theme.glyphs.dot
        )
    });
    Line::of(Role::Title, &text.unwrap_or_default())
}

/// The summary: which scopes are listed, and how they are sorted.
pub(crate) fn summary(app: &App) -> Line {
    let Some(scopes) = &app.scopes else {
        return Line::new();
    };
    let dot = app.theme.glyphs.dot;
    let Some(catalogue) = scopes.catalogue() else {
        return Line::new();
    };
    let line = doing(app);
    let total = catalogue.scopes().len();
    let described = match scopes.list.rows().len() {
        listed if listed == total => count(total, "scope", "scopes"),
        listed => format!("{listed} of {}", count(total, "scope", "scopes")),
    };
    let filter = scopes.filter();
    let authentications = filter.authentications.join(", ");
    let authentications = (!authentications.is_empty()).then(|| format!("types {authentications}"));
    let level = filter.level.as_ref().map(|level| format!("level {level}"));
    let keyword = (!scopes.keyword().is_empty()).then(|| format!("\"{}\"", scopes.keyword()));
    let parts = [
        Some(described),
        Some(scopes.sorted()),
        authentications,
        level,
        keyword,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    line.and(Role::Dim, &parts.join(&format!(" {dot} ")))
}
