//! Secrets: values that can be compared and never shown, and the one list of
//! what is a credential, by its name and by its form.
//!
//! [`is_secret_name`] and [`announces_secret`] go by names, [`mask_text`] finds
//! credentials inside any text, and [`is_placeholder`] and [`is_indirection`]
//! recognise what may replace one without being one. All of them take time
//! linear in the text.

mod apart;
mod hider;
mod jdbc;
mod json;
mod mask;
mod name;
mod place;
mod text;
mod token;
mod url;
mod value;

use std::fmt;
use std::sync::Arc;

pub(in crate::engine) use self::apart::{DIFFERS, distinguish};
pub use self::apart::{Masked, masked};
pub(in crate::engine) use self::mask::may_hold_mask;
pub use self::mask::{is_masked, masks, masks_of_addresses};
pub use self::name::{announces_secret, is_secret_name};
pub use self::place::{is_indirection, is_placeholder};
pub use self::text::{mask_addresses, mask_text};

/// A secret in comparable form.
///
/// It has no `Display`, its `Debug` prints `***`, and the value cannot be read
/// back: rows to be written do not go through items but through the platform's
/// own rows.
///
/// ```
/// use gatediff::engine::Secret;
/// let secret = Secret::new("s3cret");
/// assert_eq!(secret, Secret::new("s3cret"));
/// assert_eq!(format!("{secret:?}"), "***");
/// ```
#[derive(Clone)]
pub struct Secret {
    value: Arc<str>,
    shown: Option<Arc<str>>,
}

/// Secrets are equal if their values are, whatever is shown of them.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Secret {}

impl Secret {
    /// Returns a secret of which nothing may be shown.
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self {
            value: value.into(),
            shown: None,
        }
    }

    /// Returns a secret with a part that may be shown, such as a JDBC URL
    /// whose password is masked.
    pub fn with_mask(value: impl Into<Arc<str>>, shown: impl Into<Arc<str>>) -> Self {
        Self {
            value: value.into(),
            shown: Some(shown.into()),
        }
    }

    /// Returns the value to match elements by, for the comparison alone.
    pub(super) fn key(&self) -> &str {
        &self.value
    }

    /// Returns the value that distinguishes elements of one identity.
    pub(super) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.value)
    }

    /// Returns a secret that replaces this one, with the same part to show.
    pub(super) fn replaced(&self, value: impl Into<Arc<str>>) -> Self {
        Self {
            value: value.into(),
            shown: self.shown.clone(),
        }
    }

    /// Returns the part that may be shown, if there is one.
    pub fn shown(&self) -> Option<&str> {
        self.shown.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown().unwrap_or("***"))
    }
}

#[cfg(test)]
mod tests;
