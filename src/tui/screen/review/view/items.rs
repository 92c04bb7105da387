//! The middle pane: what is below the tree's node.

use ratatui::layout::Position;

use super::pane::pane_box;
use crate::engine::Severity;
use crate::engine::display::safe;
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::label::{labels, labels_of};
use crate::tui::screen::review::node::{Node, Row};
use crate::tui::screen::review::view::names::{name, push_matched};
use crate::tui::screen::review::{Filter, Review};
use crate::tui::{Act, App, Canvas, Line, Pane, Panes, Role, count, cut, row_cursor, width, wrap};

/// Panes narrower than this have short status words.
const SHORT_WORDS: usize = 60;

/// Panes narrower than this have no column for names, and numbers without words.
const NARROW: usize = 40;

/// The note on what only the target has.
const TARGET_ONLY: &str = "target only";

/// The width reserved for a name before words are shown.
const NAME: usize = 14;

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, panes: &Panes) -> Option<Position> {
    let review = app.review.as_ref()?;
    let inside = pane_box(app, canvas, panes, Pane::Items, &title(app, review));
    let height = usize::from(inside.height);
    let visible = review.items.window(height);
    let top = visible.start;
    let rows = review.items.rows().get(visible).unwrap_or_default();
    if rows.is_empty() {
        for (n, part) in wrap(&nothing(app, review), usize::from(inside.width))
            .iter()
            .enumerate()
        {
            canvas.line(inside, n, &Line::of(Role::Dim, part));
        }
        return Some(row_cursor(inside, 0));
    }
    let columns = Columns::new(review, rows, usize::from(inside.width));
    for (n, row) in rows.iter().enumerate() {
        canvas.line(inside, n, &line(app, review, *row, &columns));
        match row.node {
            Node::Item(index) => {
                canvas.line_right(inside, n, &columns.note(review, index));
            }
            Node::TargetItem(..) => {
                canvas.line_right(inside, n, &Line::of(Role::Dim, &format!(" {TARGET_ONLY}")));
            }
            _ => {}
        }
    }
    let index = review.items.at().checked_sub(top)?;
    canvas.highlight(inside, index, Role::selection(app.focus == Pane::Items));
    Some(row_cursor(inside, index))
}

/// Returns why nothing is listed.
fn nothing(app: &App, review: &Review) -> String {
    if review.plan().entries().is_empty() {
        return "The file has no items: nothing to import.".to_owned();
    }
    let said = match review.filter {
        Filter::All => return "Nothing below.".to_owned(),
        Filter::Changes => "items with differences",
        Filter::Blocked => "blocked items",
        Filter::Chosen => "chosen items",
    };
    format!(
        "No {said} here: {} switches the filter.",
        app.key(Act::Filter)
    )
}

fn title(app: &App, review: &Review) -> Line {
    let mut line = Line::of(Role::Title, &name(review, review.listed));
    line.push(
        Role::Dim,
        &format!(" {} {}", app.theme.glyphs.dot, review.items.rows().len()),
    );
    line
}

/// The widths of the columns for the visible items.
struct Columns {
    space: usize,
    status: usize,
    key: usize,
    short: bool,
    narrow: bool,
    /// Whether the notes of all visible rows fit in words.
    wordy: bool,
}

impl Columns {
    fn new(review: &Review, rows: &[Row], space: usize) -> Self {
        let (short, narrow) = (space < SHORT_WORDS, space < NARROW);
        let items = || rows.iter().filter_map(|row| row.node.item());
        let widest_word = items()
            .map(|index| word(review.status(index), short).len())
            .max()
            .unwrap_or(0);
        let widest_key = rows
            .iter()
            .map(|row| width(&safe(&name(review, row.node))))
            .max()
            .unwrap_or(0);
        let status = widest_word + 2;
        let rest = space.saturating_sub(status + 1);
        // Where there are no names, only the figure at the end needs room.
        let key = widest_key.min(
            if narrow {
                rest.saturating_sub(3)
            } else {
                rest * 2 / 3
            }
            .max(8),
        );
        // Names take precedence over words, but not over reasons.
        let wordy = items()
            .filter(|index| !review.status(*index).is_blocked())
            .all(|index| {
                let measure = |text: &str| width(&safe(text));
                let (own, name) = review
                    .entry(index)
                    .map(labels)
                    .map_or((0, 0), |(first, second)| {
                        (measure(first).min(key), measure(second))
                    });
                let next = status + if narrow { own } else { key } + 3;
                next + name.min(NAME) + 1 + width(&notes(review, index).0) <= space
            });
        Self {
            space,
            status,
            key,
            short,
            narrow,
            wordy,
        }
    }

    /// Returns whether a note is in words: a reason if it fits, others if all do.
    const fn in_words(&self, mark: ItemStatus, fits: bool) -> bool {
        if mark.is_blocked() { fits } else { self.wordy }
    }

    /// The note at the right end of an item's row.
    fn note(&self, review: &Review, index: usize) -> Line {
        let (long, short) = notes(review, index);
        let mark = review.status(index);
        let own = review
            .entry(index)
            .map_or(0, |entry| width(&safe(labels(entry).0)))
            .min(self.key);
        let fits = self.status + own + 2 + width(&long) <= self.space;
        let text = if self.in_words(mark, fits) {
            long
        } else {
            short
        };
        let role = mark.role();
        if text.is_empty() {
            Line::new()
        } else {
            Line::of(Role::Text, " ").and(role, &text)
        }
    }
}

/// Returns the note on an item in words, and as a number.
fn notes(review: &Review, index: usize) -> (String, String) {
    match review.status(index) {
        ItemStatus::Unchanged => ("unchanged".to_owned(), String::new()),
        ItemStatus::Differs | ItemStatus::Cover | ItemStatus::LeftOut => {
            let fields = review.fields(index);
            fields.map_or_else(Default::default, |n| {
                (count(n, "field", "fields"), n.to_string())
            })
        }
        ItemStatus::CannotAdd | ItemStatus::CannotCover => {
            (blocked_by(review, index), String::new())
        }
        ItemStatus::Add => (String::new(), String::new()),
    }
}

/// Returns the short reason why an item is blocked.
fn blocked_by(review: &Review, index: usize) -> String {
    let reason = review
        .resolution()
        .state(index)
        .and_then(|state| state.blocked_by.as_ref());
    let reason = review
        .entry(index)
        .and_then(|entry| entry.verdict.reasons.first())
        .or(reason);
    reason
        .map(|reason| reason.code.replace('-', " "))
        .unwrap_or_default()
}

fn word(mark: ItemStatus, short: bool) -> &'static str {
    match mark {
        ItemStatus::CannotAdd | ItemStatus::CannotCover if short => "Blocked",
        mark => mark.word(),
    }
}

fn line(app: &App, review: &Review, row: Row, columns: &Columns) -> Line {
    let glyphs = app.theme.glyphs;
    let mut line = Line::new();
    line.pad_to(usize::from(row.depth) * 2);
    match row.node {
        Node::Item(index) => {
            let mark = review.status(index);
            line.push(
                mark.role(),
                &format!("{} {}", mark.glyph(glyphs), word(mark, columns.short)),
            );
            line.pad_to(columns.status + 1);
            let (key, name) = review.entry(index).map(labels).unwrap_or_default();
            let key = safe(key);
            push_matched(
                &mut line,
                app,
                mark.role(),
                &cut(&key, columns.key, glyphs.ellipsis),
            );
            let note = columns.note(review, index).width();
            if !name.is_empty() {
                // Without a column for names they follow the keys.
                let next = if columns.narrow {
                    line.width() + 1
                } else {
                    columns.status + columns.key + 3
                };
                line.pad_to(next);
                let space = columns.space.saturating_sub(line.width() + note + 1);
                // A few letters are not informative.
                let space = if space < 6 { 0 } else { space };
                push_matched(
                    &mut line,
                    app,
                    Role::Dim,
                    &cut(&safe(name), space, glyphs.ellipsis),
                );
            }
        }
        Node::Element(index, branch, member) => {
            let Some(member) = review.member(index, branch, member) else {
                return line;
            };
            line.push(
                member.status.role(),
                &format!("{} ", member.status.glyph(glyphs)),
            );
            line.push(
                member.status.role(),
                &cut(&safe(&member.label), columns.key, glyphs.ellipsis),
            );
            line.pad_to(columns.key + 5);
            line.push(Role::Dim, member.status.word());
        }
        Node::TargetItem(kind, index) => {
            let item = review.target_item(kind, index);
            let item = item.map(|item| labels_of(&item.id.key, &item.name));
            let (key, name) = item.unwrap_or_default();
            line.push(Role::Kept, &format!("{} ", glyphs.kept));
            let key = cut(&safe(key), columns.key, glyphs.ellipsis);
            line.push(Role::Kept, &key);
            let space = columns
                .space
                .saturating_sub(line.width() + TARGET_ONLY.len() + 4);
            if !name.is_empty() && space >= 6 {
                line.push(
                    Role::Dim,
                    &format!("  {}", cut(&safe(name), space, glyphs.ellipsis)),
                );
            }
        }
        Node::MissingObject(index) => {
            let users = review
                .plan()
                .missing()
                .get(index)
                .map_or(0, |missing| missing.used_by.len());
            line.push(Role::Warning, &format!("{} ", glyphs.warning));
            push_matched(
                &mut line,
                app,
                Role::Text,
                &cut(&safe(&name(review, row.node)), columns.key, glyphs.ellipsis),
            );
            line.pad_to(columns.key + 4);
            let words = format!("used by {users}");
            let fits = line.width() + width(&words) <= columns.space;
            line.push(Role::Dim, &if fits { words } else { users.to_string() });
        }
        Node::Warning(index) => {
            let warning = review.warnings.get(index);
            let serious = warning.is_some_and(|warning| warning.severity != Severity::Note);
            line.push(
                if serious { Role::Warning } else { Role::Dim },
                &format!("{} ", glyphs.warning),
            );
            line.push(Role::Text, &name(review, row.node));
        }
        Node::Branch(..) => line.push(Role::Heading, &name(review, row.node)),
        Node::Kind(_) | Node::Missing(_) | Node::Warnings => {
            line.push(Role::Text, &name(review, row.node));
        }
    }
    line
}
