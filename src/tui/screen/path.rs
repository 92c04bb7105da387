//! Paths of files to be written: what is proposed, and what was typed.

use crate::tui::screen::dialog::Focus;
use crate::tui::{App, Line, Role};

/// Says what a file holds.
pub(crate) fn secrets() -> Line {
    Line::of(
        Role::Warning,
        "The file contains secrets. Only you can read it (mode 0600).",
    )
}

/// Returns a file's name without directory and ending.
pub(crate) fn stem(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match plain(stem).trim_matches(['-', '.']) {
        "" => "import".to_owned(),
        stem => stem.to_owned(),
    }
}

/// Returns a text in which every character is valid in a file's name.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// Enter in a dialog that asks for a path: returns the path, or changes the option; none if it was
/// not entered to write.
pub(crate) fn typed(app: &mut App) -> Option<String> {
    let modal = app.modals.last_mut()?;
    if modal.focus == Focus::Choice {
        modal.selected = (modal.selected + 1) % modal.options().max(1);
        return None;
    }
    let path = modal.input.value().trim().to_owned();
    if path.is_empty() {
        modal.focus = Focus::Input;
        app.refuse("type a path");
        return None;
    }
    Some(path)
}
