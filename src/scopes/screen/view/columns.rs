//! The columns of the list of scopes: those that fit, as wide as the visible rows.

use crate::engine::display::safe;
use crate::scopes::{Catalogue, Scope, SortKey, Span};
use crate::tui::screen::review::query::find;
use crate::tui::{App, Line, Role, cut, width};

/// The minimum width of a column of text.
const USE: usize = 8;

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Alias,
    Authentications,
    Level,
    Duration,
    Times,
    Apis,
    Holders,
    Created,
    Description,
}

/// The columns from left to right.
const COLUMNS: [Column; 10] = [
    Column::Name,
    Column::Alias,
    Column::Authentications,
    Column::Level,
    Column::Duration,
    Column::Times,
    Column::Apis,
    Column::Holders,
    Column::Created,
    Column::Description,
];

/// The order in which they get space.
const FIRST: [Column; 10] = [
    Column::Name,
    Column::Level,
    Column::Duration,
    Column::Apis,
    Column::Holders,
    Column::Alias,
    Column::Authentications,
    Column::Times,
    Column::Created,
    Column::Description,
];

impl Column {
    const fn head(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Alias => "alias",
            Self::Authentications => "types",
            Self::Level => "level",
            Self::Duration => "duration",
            Self::Times => "times",
            Self::Apis => "APIs",
            Self::Holders => "clients",
            Self::Created => "created",
            Self::Description => "description",
        }
    }

    /// Returns its maximum width.
    const fn max(self, space: usize) -> usize {
        match self {
            Self::Name => 30,
            Self::Alias => 24,
            Self::Authentications => 18,
            Self::Description => space,
            _ => 12,
        }
    }

    /// Returns whether it may be cut.
    const fn can_be_cut(self) -> bool {
        matches!(
            self,
            Self::Name | Self::Alias | Self::Authentications | Self::Description
        )
    }

    const fn is_number(self) -> bool {
        matches!(self, Self::Apis | Self::Holders)
    }

    const fn sorts(self) -> Option<SortKey> {
        match self {
            Self::Name => Some(SortKey::Name),
            Self::Alias => Some(SortKey::Alias),
            Self::Level => Some(SortKey::Level),
            Self::Duration => Some(SortKey::Duration),
            Self::Times => Some(SortKey::Times),
            Self::Apis => Some(SortKey::Apis),
            Self::Holders => Some(SortKey::Holders),
            Self::Created => Some(SortKey::Created),
            Self::Authentications | Self::Description => None,
        }
    }

    fn text(self, scope: &Scope) -> String {
        let or_nothing =
            |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        match self {
            Self::Name => scope.name.to_string(),
            Self::Alias => or_nothing(&scope.alias),
            Self::Authentications => scope.authentications.join(","),
            Self::Level => or_nothing(&scope.level),
            Self::Duration => duration(scope.seconds),
            Self::Times if scope.times == 0 => "no limit".to_owned(),
            Self::Times => scope.times.to_string(),
            Self::Apis => scope.apis.len().to_string(),
            Self::Holders => scope.holders.len().to_string(),
            Self::Created => scope
                .created_at
                .map(|time| time.format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            Self::Description => or_nothing(&scope.description),
        }
    }

    /// Returns whether a search can match in it.
    const fn is_searched(self) -> bool {
        matches!(self, Self::Name | Self::Alias | Self::Description)
    }
}

/// Returns a duration in its largest whole unit.
fn duration(seconds: i64) -> String {
    if seconds == 0 {
        return "no limit".to_owned();
    }
    let span = Span::new(seconds);
    span.unit.count(span.amount)
}

/// The widths of the columns for the visible scopes; zero is not shown.
pub(super) struct Columns {
    wide: Vec<(Column, usize)>,
    ellipsis: &'static str,
}

impl Columns {
    /// Returns the columns for the visible scopes.
    pub(super) fn new(app: &App, catalogue: &Catalogue, rows: &[usize], space: usize) -> Self {
        let widest = |column: Column| {
            let scopes = rows
                .iter()
                .filter_map(|index| catalogue.scopes().get(*index));
            let texts = scopes.map(|scope| width(&safe(&column.text(scope))));
            texts
                .max()
                .unwrap_or(0)
                .max(column.head().len())
                .min(column.max(space))
        };
        let mut rest = space;
        let mut wide: Vec<(Column, usize)> = COLUMNS.iter().map(|column| (*column, 0)).collect();
        let set = |wide: &mut Vec<(Column, usize)>, column: Column, columns: usize| {
            wide.iter_mut()
                .filter(|(other, _)| *other == column)
                .for_each(|(_, wide)| *wide = columns);
        };
        // The name has to leave room for the distinguishing columns.
        let name = widest(Column::Name);
        let least = name.min((space * 2 / 5).max(12));
        for column in FIRST {
            let wanted = if column == Column::Name {
                least
            } else {
                widest(column)
            };
            let gap = if column == Column::Name { 0 } else { 2 };
            let taken = wanted.min(rest.saturating_sub(gap));
            if taken == wanted || column.can_be_cut() && taken >= USE.min(wanted) {
                set(&mut wide, column, taken);
                rest -= taken + gap;
            }
        }
        set(&mut wide, Column::Name, least + rest.min(name - least));
        Self {
            wide,
            ellipsis: app.theme.glyphs.ellipsis,
        }
    }

    /// Returns the headings; that of the sort column is highlighted.
    pub(super) fn head(&self, sort: SortKey) -> Line {
        self.line(|line, column, wide| {
            let role = if column.sorts() == Some(sort) {
                Role::Heading
            } else {
                Role::Dim
            };
            align(line, column, wide, column.head().len());
            push_found(line, &[], role, (column.head(), wide), self.ellipsis);
        })
    }

    /// Lays a scope out.
    pub(super) fn row(&self, scope: &Scope, words: &[String]) -> Line {
        self.line(|line, column, wide| {
            let text = column.text(scope);
            let words = if column.is_searched() { words } else { &[] };
            let role = if column == Column::Name {
                Role::Text
            } else {
                Role::Dim
            };
            align(line, column, wide, text.len());
            push_found(line, words, role, (&text, wide), self.ellipsis);
        })
    }

    fn line(&self, push: impl Fn(&mut Line, Column, usize)) -> Line {
        let mut line = Line::new();
        let mut next = 0;
        for (column, wide) in self.wide.iter().copied().filter(|(_, wide)| *wide > 0) {
            line.pad_to(next);
            push(&mut line, column, wide);
            next += wide + 2;
        }
        line
    }
}

/// Numbers are right-aligned.
fn align(line: &mut Line, column: Column, wide: usize, length: usize) {
    if column.is_number() {
        line.pad_to(line.width() + wide.saturating_sub(length));
    }
}

/// Adds a text, cut to its width, with the search's matches marked.
fn push_found(
    line: &mut Line,
    words: &[String],
    role: Role,
    (text, wide): (&str, usize),
    ellipsis: &str,
) {
    let text = cut(&safe(text), wide, ellipsis);
    let found = words.iter().filter_map(|word| find(&text, word)).min();
    line.push_found(role, &text, found);
}
