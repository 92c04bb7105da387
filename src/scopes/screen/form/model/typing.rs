//! Typing and pasting into the fields.

use tui_input::{Input, InputRequest};

use super::Form;
use crate::scopes::screen::form::focus::Focus;

impl Form {
    /// Returns the input that has the focus.
    pub(crate) const fn line(&self) -> Option<&Input> {
        match self.focus {
            Focus::Name => Some(&self.lines.name),
            Focus::Alias => Some(&self.lines.alias),
            Focus::Amount => Some(&self.lines.amount),
            Focus::Times => Some(&self.lines.times),
            Focus::Description => Some(&self.lines.description),
            _ => None,
        }
    }

    const fn line_mut(&mut self) -> Option<&mut Input> {
        match self.focus {
            Focus::Name => Some(&mut self.lines.name),
            Focus::Alias => Some(&mut self.lines.alias),
            Focus::Amount => Some(&mut self.lines.amount),
            Focus::Times => Some(&mut self.lines.times),
            Focus::Description => Some(&mut self.lines.description),
            _ => None,
        }
    }

    /// Returns whether the focus takes letters as text.
    pub(crate) fn is_typing(&self) -> bool {
        match &self.picker {
            Some(picker) => picker.is_filtering,
            None => self.line().is_some(),
        }
    }

    /// Passes a key to the focused input; returns whether there is one.
    pub(crate) fn handle(&mut self, request: InputRequest) -> bool {
        let Some(line) = self.line_mut() else {
            return false;
        };
        if line.handle(request).is_some_and(|changed| changed.value) {
            self.typed();
        }
        true
    }

    /// Inserts pasted text into the focused input.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(picker) = &mut self.picker {
            if picker.is_filtering {
                insert(&mut picker.filter, text);
                picker.narrow(&self.catalogue);
            }
            return;
        }
        let Some(line) = self.line_mut() else { return };
        insert(line, text);
        self.typed();
    }

    /// Applies the focused input to the draft.
    fn typed(&mut self) {
        let text = |line: &Input| line.value().to_owned();
        match self.focus {
            Focus::Name => self.draft.name = text(&self.lines.name),
            Focus::Alias => self.draft.alias = text(&self.lines.alias),
            Focus::Description => self.draft.description = text(&self.lines.description),
            _ => {}
        }
        self.changed();
    }
}

/// Inserts text into an input at its cursor, as one line: line breaks become
/// blanks. NUL, which no database stores, is dropped.
fn insert(line: &mut Input, text: &str) {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    let parts = text.split(breaks).filter(|part| !part.is_empty());
    let text = parts.collect::<Vec<_>>().join(" ").replace('\0', "");
    let cursor = line.cursor();
    let mut value: String = line.value().chars().take(cursor).collect();
    value.push_str(&text);
    value.extend(line.value().chars().skip(cursor));
    *line = Input::new(value).with_cursor(cursor + text.chars().count());
}
