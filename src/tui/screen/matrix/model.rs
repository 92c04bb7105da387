//! What the matrix shows: its lines, the cell under the cursor, and which target is reviewed.

use std::collections::BTreeMap;

use crate::engine::{Cell, MatrixRow};
use crate::job::{Compared, ComparedTarget};
use crate::tui::screen::review::Review;
use crate::tui::widget::List;

/// The matrix of a session with several targets.
#[derive(Debug, Default)]
pub(crate) struct MatrixScreen {
    /// Whether it is shown, and not the review of one target.
    pub(crate) is_shown: bool,
    /// The file by the targets, once compared.
    pub(crate) compared: Option<Compared>,
    /// How many jobs had written in this session when it was compared.
    pub(crate) written: usize,
    pub(crate) lines: List<MatrixLine>,
    /// The target under the cursor.
    pub(crate) column: usize,
    /// The first target that is visible.
    pub(crate) first: usize,
    /// Whether only items that differ in some target are listed.
    pub(crate) only_differing: bool,
    /// The target of the review.
    pub(crate) reviewed: Option<usize>,
    /// What is to be reviewed once it is compared.
    pub(crate) wanted: Option<Wanted>,
    /// The reviews of other targets with choices, which are kept.
    pub(crate) kept: BTreeMap<usize, Review>,
}

/// A line of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatrixLine {
    /// The heading of a kind, by its index.
    Kind(usize),
    /// An item, by its row.
    Item(usize),
}

/// A target that is to be reviewed, and the item to begin with, by its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) target: usize,
    pub(crate) row: Option<usize>,
}

impl MatrixScreen {
    /// Returns the matrix with which a session begins.
    pub(crate) fn shown() -> Self {
        Self {
            is_shown: true,
            only_differing: true,
            ..Self::default()
        }
    }

    /// Shows a newer comparison, with the cursor on the same line.
    pub(crate) fn take(&mut self, compared: Compared, written: usize) {
        self.compared = Some(compared);
        self.written = written;
        self.list();
    }

    /// Makes the lines.
    pub(crate) fn list(&mut self) {
        let here = self.lines.current().copied();
        let lines = self.lines();
        let same = here.and_then(|here| lines.iter().position(|line| *line == here));
        let at = same.unwrap_or_else(|| self.lines.at());
        self.lines.replace(lines, at);
    }

    fn lines(&self) -> Vec<MatrixLine> {
        let Some(compared) = &self.compared else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (kind, info) in compared.matrix.kinds().iter().enumerate() {
            let rows = compared.matrix.rows().iter().enumerate();
            let listed = rows.filter(|(_, row)| {
                row.id.kind == info.kind && (!self.only_differing || row.differs())
            });
            let listed: Vec<_> = listed.map(|(row, _)| MatrixLine::Item(row)).collect();
            if !listed.is_empty() {
                lines.push(MatrixLine::Kind(kind));
                lines.extend(listed);
            }
        }
        lines
    }

    /// Returns the targets.
    pub(crate) fn targets(&self) -> &[ComparedTarget] {
        let compared = self.compared.as_ref();
        compared
            .map(|compared| compared.targets.as_slice())
            .unwrap_or_default()
    }

    /// Returns an item.
    pub(crate) fn row(&self, row: usize) -> Option<&MatrixRow> {
        self.compared.as_ref()?.matrix.rows().get(row)
    }

    /// Returns the row under the cursor, if it is an item's.
    pub(crate) fn current(&self) -> Option<usize> {
        match self.lines.current()? {
            MatrixLine::Item(row) => Some(*row),
            MatrixLine::Kind(_) => None,
        }
    }

    /// Counts the items of a kind that differ in a target, and how many were compared there.
    pub(crate) fn count(&self, kind: usize, target: usize) -> (usize, usize) {
        let Some(compared) = &self.compared else {
            return (0, 0);
        };
        let info = compared.matrix.kinds().get(kind);
        let rows = compared.matrix.rows().iter();
        let rows = rows.filter(|row| info.is_some_and(|info| info.kind == row.id.kind));
        let cells = rows.filter_map(|row| row.cells.get(target).copied().flatten());
        let differs = |cell: &Cell| cell.is_change() || cell.is_blocked();
        cells.fold((0, 0), |(differing, all), cell| {
            (differing + usize::from(differs(&cell)), all + 1)
        })
    }

    /// Moves the cursor to another target.
    pub(crate) fn step_column(&mut self, by: isize) {
        let last = self.targets().len().saturating_sub(1);
        self.column = self.column.saturating_add_signed(by).min(last);
    }

    /// Moves the visible part so that it has the cursor, where so many targets are visible.
    pub(crate) fn settle(&mut self, visible: usize) {
        let visible = visible.max(1);
        let last_first = self.targets().len().saturating_sub(visible);
        let least = (self.column + 1).saturating_sub(visible);
        self.first = self.first.clamp(least, self.column).min(last_first);
    }

    /// Returns whether the review of another target has choices that quitting would lose.
    pub(crate) fn has_choices(&self) -> bool {
        !self.kept.is_empty()
    }
}
