//! Entry points for `fuzz/` into private parsers. Built for nothing else.

use super::app::KeyMap;
use super::catalogue::CATALOGUE;
use super::theme::Theme;
use crate::config::Binding;

/// Reads a theme and returns what is wrong with it.
pub fn theme(text: &str) -> Option<String> {
    Theme::parse("fuzz", "fuzz.toml", text)
        .err()
        .map(|error| error.to_string())
}

/// Reads key bindings and returns what is wrong with them.
pub fn keys(bindings: &[Binding]) -> Option<String> {
    KeyMap::with(CATALOGUE, bindings)
        .err()
        .map(|error| error.to_string())
}
