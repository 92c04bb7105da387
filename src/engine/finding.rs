//! What was noticed on the way and blocks nothing.

use std::borrow::Cow;

use serde::Serialize;

use super::item::ItemId;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// The result may not be what the operator expects.
    Warning,
    /// The file contradicts itself; `validate` fails on it.
    Error,
}

/// Something noticed about the file or an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word for scripts, such as `unknown-property`.
    pub code: Cow<'static, str>,
    /// One sentence for people. May hold data: show it through
    /// [`display::safe`](super::display::safe).
    pub message: String,
    /// Where in the file, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which item it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
}

impl Finding {
    /// Returns a warning.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Returns a note.
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Returns an error of the file with itself.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    fn new(severity: Severity, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { severity, code: code.into(), message: message.into(), path: None, item: None }
    }

    /// Says where in the file it was found (JSON pointer).
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says which item it is about.
    #[must_use]
    pub fn about(mut self, item: &ItemId) -> Self {
        self.item = Some(item.clone());
        self
    }
}
