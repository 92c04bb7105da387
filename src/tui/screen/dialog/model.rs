//! Dialogs over the review: topic, focus, content.

use ratatui::layout::Rect;
use tui_input::Input;

use super::kind::Dialog;
use crate::tui::layout::centred;
use crate::tui::screen::job::stale::Changed;
use crate::tui::theme::Theme;
use crate::tui::widget::{Line, window};

/// The rows of the footer.
pub(crate) const FOOTER: u16 = 2;

/// The focus of a modal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Cancel,
    /// An option.
    Choice,
    Input,
    Go,
}

/// A dialog over the review.
#[derive(Clone, Debug)]
pub(crate) struct Modal {
    pub(crate) dialog: Dialog,
    pub(crate) title: String,
    /// Whether it was drawn: keys pressed before do not count for it.
    pub(crate) drawn: bool,
    /// Whether it was open before the form that is open now.
    pub(crate) is_below: bool,
    pub(crate) focus: Focus,
    /// Why the second button cannot be pressed.
    pub(crate) barred: Option<String>,
    /// Whether its action is running.
    pub(crate) waiting: bool,
    pub(crate) input: Input,
    /// What is wrong with the input.
    complaint: Vec<Line>,
    body: Vec<Line>,
    changed: Option<Changed>,
    tail: Vec<Line>,
    laid: Vec<Line>,
    laid_for: usize,
    /// How many lines follow that are made when they are drawn.
    pub(crate) more: usize,
    pub(crate) top: usize,
    /// The selected row or option.
    pub(crate) selected: usize,
}

impl Modal {
    /// Returns a modal with its focus on the name that has to be typed, so that
    /// letters are input, or else on Cancel.
    pub(crate) fn new(dialog: Dialog, title: &str, body: Vec<Line>) -> Self {
        let focus = if dialog.name().is_some() {
            Focus::Input
        } else {
            Focus::Cancel
        };
        Self {
            dialog,
            title: title.to_owned(),
            drawn: false,
            is_below: false,
            focus,
            barred: None,
            waiting: false,
            input: Input::default(),
            complaint: Vec::new(),
            body,
            changed: None,
            tail: Vec::new(),
            laid: Vec::new(),
            laid_for: 0,
            more: 0,
            top: 0,
            selected: 0,
        }
    }

    /// Counts keys that were typed before it was drawn: it confirms nothing.
    pub(crate) fn confirming_nothing(self) -> Self {
        Self {
            drawn: true,
            ..self
        }
    }

    /// Adds what changed, and the lines below.
    pub(crate) fn with_changed(self, changed: Changed, tail: Vec<Line>) -> Self {
        Self {
            changed: Some(changed),
            tail,
            ..self
        }
    }

    /// Adds an input with its initial value, and the focus on it.
    pub(crate) fn with_path(self, path: String) -> Self {
        Self {
            input: Input::new(path),
            focus: Focus::Input,
            ..self
        }
    }

    /// Returns the labels of its buttons: the harmless one and the other.
    pub(crate) fn buttons(&self) -> Option<(&'static str, Option<&'static str>)> {
        self.dialog.buttons()
    }

    /// Returns whether it has an input.
    pub(crate) const fn has_input(&self) -> bool {
        matches!(self.dialog, Dialog::Palette) || self.dialog.is_path() || self.name().is_some()
    }

    /// Returns the database's name, if it has to be typed.
    pub(crate) const fn name(&self) -> Option<&String> {
        self.dialog.name()
    }

    /// Returns the number of options.
    pub(crate) const fn options(&self) -> usize {
        if matches!(self.dialog, Dialog::Export(_) | Dialog::WriteFile) {
            2
        } else {
            0
        }
    }

    /// Returns the focus positions.
    pub(crate) fn focuses(&self) -> Vec<Focus> {
        let second = self.buttons().is_some_and(|(_, second)| second.is_some());
        let mut focuses = vec![Focus::Cancel];
        if self.options() > 0 {
            focuses.push(Focus::Choice);
        }
        if self.has_input() {
            focuses.push(Focus::Input);
        }
        if second {
            focuses.push(Focus::Go);
        }
        focuses
    }

    /// Moves the focus by that many positions.
    pub(crate) fn move_focus(&mut self, by: usize) {
        let focuses = self.focuses();
        let index = focuses
            .iter()
            .position(|focus| *focus == self.focus)
            .unwrap_or(0);
        self.focus = focuses
            .get((index + by) % focuses.len())
            .copied()
            .unwrap_or(Focus::Cancel);
    }

    /// Replaces its text, scrolled to the top.
    pub(crate) fn set_body(&mut self, body: Vec<Line>) {
        self.body = body;
        self.laid_for = 0;
    }

    /// Shows at the top what went wrong; the focus returns to the input.
    pub(crate) fn complain(&mut self, complaint: Vec<Line>) {
        self.complaint = complaint;
        self.waiting = false;
        self.focus = Focus::Input;
        self.top = 0;
        self.laid_for = 0;
    }

    /// Shows at the top what can be typed.
    pub(crate) fn suggest(&mut self, suggestions: Vec<Line>) {
        self.complaint = suggestions;
        self.top = 0;
        self.laid_for = 0;
    }

    /// Replaces what was typed.
    pub(crate) fn type_anew(&mut self, text: String) {
        self.input = Input::new(text);
    }

    /// Notes that its action is running.
    pub(crate) fn wait(&mut self) {
        self.complaint = Vec::new();
        self.waiting = true;
        self.focus = Focus::Go;
        self.laid_for = 0;
    }

    /// Returns the lines as they are laid out.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.laid
    }

    /// Returns how many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.laid.len() + self.more
    }

    /// Scrolls by lines, or moves to another row or option.
    pub(crate) fn scroll(&mut self, by: isize) {
        let rows = match self.focus {
            Focus::Choice => self.options(),
            _ if self.dialog.has_rows() => self.len(),
            _ => 0,
        };
        if rows > 0 {
            self.selected = self.selected.saturating_add_signed(by).min(rows - 1);
        } else {
            self.top = self.top.saturating_add_signed(by);
        }
    }

    /// Returns the selected row, if rows can be selected.
    pub(crate) fn row(&self) -> Option<usize> {
        let rows = if self.dialog.is_list() {
            self.more
        } else {
            self.len()
        };
        (self.dialog.has_rows() && rows > 0).then_some(self.selected)
    }

    /// Returns the number of fixed rows above those that scroll.
    pub(crate) fn head(&self) -> usize {
        usize::from(self.dialog.is_list() && self.more > 0)
    }

    /// Rows that do not scroll: borders, headings, buttons, the input.
    pub(crate) fn chrome(&self) -> u16 {
        let rows = self.head() + self.options();
        let buttons = if self.buttons().is_some() { 2 } else { 0 };
        let input = if self.has_input() { 2 } else { 0 };
        2 + u16::try_from(rows).unwrap_or(0) + buttons + input
    }

    /// Returns its area on a screen: above the footer, which says what keys do
    /// and why something cannot be done.
    pub(crate) fn area(&self, (width, height): (u16, u16)) -> Rect {
        let size = (width, height.saturating_sub(FOOTER));
        let width = self.text_width(size) + 4;
        let rows = u16::try_from(self.len()).unwrap_or(u16::MAX).max(1);
        centred(
            size,
            u16::try_from(width).unwrap_or(u16::MAX),
            rows.saturating_add(self.chrome()),
        )
    }

    /// Returns how many rows of text are visible.
    pub(crate) fn height(&self, size: (u16, u16)) -> usize {
        usize::from(self.area(size).height.saturating_sub(self.chrome()))
    }

    /// Lays the text out for the screen, and keeps the scroll within it.
    pub(crate) fn settle(&mut self, size: (u16, u16), theme: &Theme) {
        let width = self.text_width(size);
        if self.laid_for != width {
            let fold = |lines: &[Line]| {
                lines
                    .iter()
                    .flat_map(|line| line.fold(width))
                    .collect::<Vec<_>>()
            };
            self.laid = fold(&self.complaint);
            self.laid.extend(fold(&self.body));
            let changed = self
                .changed
                .as_ref()
                .map(|changed| changed.lay(width, theme.accessible, theme.glyphs));
            self.laid.extend(changed.unwrap_or_default());
            self.laid.extend(fold(&self.tail));
            while self.laid.last().is_some_and(|line| line.width() == 0) && self.more == 0 {
                self.laid.pop();
            }
            self.laid_for = width;
        }
        let height = self.height(size);
        self.top = self.top.min(self.len().saturating_sub(height));
        if let Some(row) = self.row() {
            self.top = window(self.len(), row, self.top, height).start;
        }
    }

    fn text_width(&self, size: (u16, u16)) -> usize {
        let has_fields = self.changed.as_ref().is_some_and(Changed::has_fields);
        let max = self.dialog.width(has_fields);
        usize::from(size.0.saturating_sub(4).min(max))
    }
}
