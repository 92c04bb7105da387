//! An object of the file in the form of the target's.

use std::borrow::Cow;

use crate::engine::align::{Aligned, align};
use crate::engine::diff::effective;
use crate::engine::json::Json;
use crate::engine::schema::DocumentSchema;

/// Two objects in one form.
pub struct Prepared<'o> {
    /// The target's document.
    pub target: Option<&'o Json>,
    /// The file's document.
    pub file: Cow<'o, Json>,
    /// How the two are compared.
    pub schema: &'static DocumentSchema,
    /// How they are compared if they differ and are signed.
    pub(super) whole: Option<&'static DocumentSchema>,
}

impl Prepared<'_> {
    /// Aligns the two.
    pub fn aligned(&self) -> Aligned<'_> {
        let aligned = align(self.target, &self.file, self.schema);
        let differs = || {
            let (before, after) = aligned.sides();
            self.target.is_some() && !effective(Some(&before), &after).is_empty()
        };
        match self.whole {
            // Signed text is replaced as a whole, or not at all.
            Some(whole) if differs() => align(self.target, &self.file, whole),
            _ => aligned,
        }
    }
}
