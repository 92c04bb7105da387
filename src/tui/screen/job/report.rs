//! What jobs wrote: rows by table, notes, and counts in a sentence.

use crate::engine::Outcome;
use crate::job::TableRows;
use crate::tui::{Act, App, Context, Line, Role, count};

/// Screens narrower than this have no table of rows.
const NARROW: u16 = 72;

/// Returns the rows written per table, with an empty line below.
pub(crate) fn tables(tables: &[TableRows], size: (u16, u16)) -> Vec<Line> {
    if tables.is_empty() {
        return Vec::new();
    }
    let is_narrow = size.0 < NARROW;
    let mut lines = vec![if is_narrow {
        Line::of(Role::Dim, "rows")
    } else {
        Line::of(
            Role::Dim,
            &format!(
                "{:<34}{:>9}{:>9}{:>9}",
                "rows", "inserted", "updated", "deleted"
            ),
        )
    }];
    for table in tables {
        let mut line = Line::of(Role::Text, &table.table);
        let (inserted, updated, deleted) = (table.inserted, table.updated, table.deleted);
        if is_narrow {
            lines.push(line);
            let rows = format!("  {inserted} inserted, {updated} updated, {deleted} deleted");
            lines.push(Line::of(Role::Text, &rows));
        } else {
            line.pad_to(34);
            lines.push(line.and(
                Role::Text,
                &format!("{inserted:>9}{updated:>9}{deleted:>9}"),
            ));
        }
    }
    lines.push(Line::new());
    lines
}

/// Returns the notes, with an empty line below.
pub(crate) fn notes(notes: &[String]) -> Vec<Line> {
    let mut lines: Vec<Line> = notes
        .iter()
        .map(|note| Line::of(Role::Warning, "note  ").and(Role::Text, note))
        .collect();
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    lines
}

/// Counts outcomes in a sentence.
pub(crate) fn counted(outcomes: &[Outcome]) -> String {
    let of = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    let mut parts = vec![
        format!("{} added", of(Outcome::Added)),
        format!("{} covered", of(Outcome::Covered)),
        format!("{} unchanged", of(Outcome::Unchanged)),
    ];
    for (outcome, word) in [
        (Outcome::Skipped, "left as they are"),
        (Outcome::Blocked, "blocked"),
    ] {
        if of(outcome) > 0 {
            parts.push(format!("{} {word}", of(outcome)));
        }
    }
    parts.join(", ")
}

/// Formats how many rows were written, and how long it took.
pub(crate) fn written(tables: &[TableRows], seconds: f64) -> String {
    let rows: u64 = tables
        .iter()
        .map(|table| table.inserted + table.updated + table.deleted)
        .sum();
    let rows = count(usize::try_from(rows).unwrap_or(usize::MAX), "row", "rows");
    format!("{rows} in {seconds:.1} s")
}

/// Says how a job can be undone; the key is that of a context.
pub(crate) fn undo_hint(app: &App, context: Context, job: i64) -> Line {
    let key = app.keymap.key(context, Act::History).unwrap_or_default();
    let undo = format!("{key} opens the history; or run `gatediff undo {job}`");
    Line::of(Role::Dim, "undo  ").and(Role::Text, &undo)
}
