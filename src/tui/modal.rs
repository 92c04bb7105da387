//! Boxes over the review: what they ask, where their focus is, what they say.

use ratatui::layout::Rect;
use tui_input::Input;

use super::layout::centred;
use super::skin::Role;
use super::widget::{Line, window, wrap};

/// The rows of the footer.
const FOOTER: u16 = 2;

/// What a modal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Overwrite every repeat that differs?
    CoverAll,
    /// Ignore the APIs that the target lacks?
    Lack,
    /// Import what was chosen? With the name that has to be typed, if any.
    Import(Option<String>),
    /// Leave and lose the choices?
    Quit,
    /// Something failed.
    Failure,
    /// The target changed since it was compared.
    Stale,
    /// The keys.
    Help,
    /// Why an item is what it is.
    Explain,
    /// What the import did.
    Result,
    /// Actions by name.
    Palette,
}

/// Where the focus of a modal can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancel,
    Input,
    Go,
}

/// A box over the review.
#[derive(Clone, Debug)]
pub(crate) struct Modal {
    pub(crate) question: Question,
    pub(crate) title: String,
    /// Whether it was on the screen: keys pressed before do not count for it.
    pub(crate) drawn: bool,
    pub(crate) stop: Stop,
    /// Why the second button cannot be pressed.
    pub(crate) barred: Option<String>,
    pub(crate) input: Input,
    body: Vec<Line>,
    laid: Vec<Line>,
    laid_for: usize,
    /// How many lines follow that are made when they are drawn.
    pub(crate) more: usize,
    pub(crate) top: usize,
    /// The chosen row of the palette.
    pub(crate) at: usize,
}

impl Modal {
    /// Returns a modal with its focus on Cancel.
    pub(crate) fn new(question: Question, title: &str, body: Vec<Line>) -> Self {
        Self {
            question,
            title: title.to_owned(),
            drawn: false,
            stop: Stop::Cancel,
            barred: None,
            input: Input::default(),
            body,
            laid: Vec::new(),
            laid_for: 0,
            more: 0,
            top: 0,
            at: 0,
        }
    }

    /// Returns the words of its buttons: the harmless one and the other.
    pub(crate) const fn buttons(&self) -> Option<(&'static str, Option<&'static str>)> {
        match self.question {
            Question::CoverAll => Some(("Cancel", Some("Cover all"))),
            Question::Lack => Some(("Cancel", Some("Confirm"))),
            Question::Import(_) => Some(("Cancel", Some("Import"))),
            Question::Quit => Some(("Stay", Some("Leave"))),
            Question::Failure => Some(("Close", None)),
            Question::Stale => Some(("Close", Some("Compare again"))),
            Question::Help | Question::Explain | Question::Result | Question::Palette => None,
        }
    }

    /// Says whether a line of text is typed into it.
    pub(crate) const fn has_input(&self) -> bool {
        matches!(self.question, Question::Import(Some(_)) | Question::Palette)
    }

    /// Returns where its focus can be.
    pub(crate) fn stops(&self) -> Vec<Stop> {
        let second = self.buttons().is_some_and(|(_, second)| second.is_some());
        let mut stops = vec![Stop::Cancel];
        if self.has_input() {
            stops.push(Stop::Input);
        }
        if second {
            stops.push(Stop::Go);
        }
        stops
    }

    /// Moves the focus on by so many stops.
    pub(crate) fn turn(&mut self, by: usize) {
        let stops = self.stops();
        let at = stops.iter().position(|stop| *stop == self.stop).unwrap_or(0);
        self.stop = stops.get((at + by) % stops.len()).copied().unwrap_or(Stop::Cancel);
    }

    /// Replaces what it says, from the top.
    pub(crate) fn set_body(&mut self, body: Vec<Line>) {
        self.body = body;
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

    /// Scrolls by lines.
    pub(crate) fn scroll(&mut self, by: isize) {
        if self.question == Question::Palette {
            self.at = self.at.saturating_add_signed(by).min(self.len().saturating_sub(1));
        } else {
            self.top = self.top.saturating_add_signed(by);
        }
    }

    /// Rows that are no text: borders, buttons, the typed line.
    pub(crate) const fn chrome(&self) -> u16 {
        let buttons = if self.buttons().is_some() { 2 } else { 0 };
        let input = if self.has_input() { 2 } else { 0 };
        2 + buttons + input
    }

    /// Returns its area on a screen: above the footer, which says what keys do
    /// and why something cannot be done.
    pub(crate) fn area(&self, (width, height): (u16, u16)) -> Rect {
        let size = (width, height.saturating_sub(FOOTER));
        let width = text_width(size, &self.question) + 4;
        let rows = u16::try_from(self.len()).unwrap_or(u16::MAX).max(1);
        centred(size, u16::try_from(width).unwrap_or(u16::MAX), rows.saturating_add(self.chrome()))
    }

    /// Returns how many rows of text are visible.
    pub(crate) fn height(&self, size: (u16, u16)) -> usize {
        usize::from(self.area(size).height.saturating_sub(self.chrome()))
    }

    /// Lays the text out for the screen, and keeps the scroll within it.
    pub(crate) fn settle(&mut self, size: (u16, u16), _jump: bool) {
        let width = text_width(size, &self.question);
        if self.laid_for != width {
            self.laid = self.body.iter().flat_map(|line| fold(line, width)).collect();
            self.laid_for = width;
        }
        let height = self.height(size);
        self.top = self.top.min(self.len().saturating_sub(height));
        if self.question == Question::Palette {
            self.top = window(self.len(), self.at, self.top, height).start;
        }
    }
}

fn text_width(size: (u16, u16), question: &Question) -> usize {
    let most = match question {
        Question::Help | Question::Result | Question::Explain => 92,
        Question::Palette | Question::Stale | Question::Failure => 76,
        Question::Import(_) | Question::Lack => 66,
        Question::CoverAll | Question::Quit => 56,
    };
    usize::from(size.0.saturating_sub(4).min(most))
}

/// Breaks a line; what does not fit stands below its last piece.
fn fold(line: &Line, width: usize) -> Vec<Line> {
    let Some((last, before)) = line.pieces().split_last().filter(|_| line.width() > width) else {
        return vec![line.clone()];
    };
    let mut head = Line::new();
    for piece in before {
        head.push(piece.role, piece.text());
    }
    // A head that leaves no room is cut with the rest of its line.
    let indent = if head.width() + 8 <= width { head.width() } else { return vec![line.clone()] };
    let parts = wrap(last.text(), width - indent);
    let mut lines = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        let mut line = if n == 0 { head.clone() } else { Line::new() };
        line.push(Role::Text, &" ".repeat(indent.saturating_sub(line.width())));
        line.push(last.role, part);
        lines.push(line);
    }
    lines
}
