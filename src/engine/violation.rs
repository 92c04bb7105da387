//! A rule of a product that is violated, in the product's own words.

use std::fmt;

use serde::{Serialize, Serializer};

use super::ItemId;

/// A violated rule of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The product's code, such as 1353.
    #[serde(serialize_with = "as_text")]
    pub code: u16,
    /// The name of the field that violates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// The product's message, in English, with its arguments. May contain
    /// hostile data.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The conflicting items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<ItemId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn as_text<S: Serializer>(code: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(code)
}

impl Violation {
    /// Returns a violation with a code and the product's message.
    pub const fn new(code: u16, message: String) -> Self {
        Self {
            code,
            field: None,
            message,
            hint: String::new(),
            about: Vec::new(),
        }
    }

    /// Sets the field.
    #[must_use]
    pub const fn of(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Sets the conflicting items.
    #[must_use]
    pub fn about(mut self, items: impl IntoIterator<Item = ItemId>) -> Self {
        self.about.extend(items);
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.message)
    }
}
