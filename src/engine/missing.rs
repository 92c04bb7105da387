//! Objects that the file refers to and that neither side has.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::item::{ItemId, Kind};

/// The kind whose missing objects are listed separately, as *Lack API*.
const API: Kind = Kind::of("api");

/// An object that the file refers to and that is in neither file nor target; or of which nobody knows
/// whether it is in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its kind.
    pub kind: Kind,
    /// Its key.
    pub key: Arc<str>,
    /// The module it belongs to; empty for none.
    pub module: Arc<str>,
    /// The items that refer to it.
    pub used_by: Vec<ItemId>,
    /// Whether the target may have it: what stands for the target does not list its kind. What refers
    /// to it is then written as it is.
    pub is_unknown: bool,
}

impl Missing {
    /// Returns a missing API of a module.
    pub fn api(
        module: impl Into<Arc<str>>,
        key: impl Into<Arc<str>>,
        used_by: Vec<ItemId>,
    ) -> Self {
        Self {
            kind: API,
            key: key.into(),
            module: module.into(),
            used_by,
            is_unknown: false,
        }
    }

    /// Returns whether it is an API.
    pub fn is_api(&self) -> bool {
        self.kind == API
    }

    /// Returns its identity.
    pub fn identity(&self) -> (&Kind, &str, &str) {
        (&self.kind, &self.module, &self.key)
    }

    /// Returns its label: `module/key` for an API, `kind key` for anything
    /// else. May be hostile.
    pub fn label(&self) -> String {
        let Self {
            kind, key, module, ..
        } = self;
        match &**module {
            _ if self.is_api() => format!("{module}/{key}"),
            "" => format!("{kind} {key}"),
            module => format!("{kind} {module}/{key}"),
        }
    }
}

/// JSON: `{"module","api","used_by"}` of an API, and of anything else
/// `{"kind","key","used_by"}`, with its module where it has one; `"unknown":true` if the target may
/// have it.
impl Serialize for Missing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Missing", 5)?;
        if self.is_api() {
            out.serialize_field("module", &self.module)?;
            out.serialize_field("api", &self.key)?;
        } else {
            out.serialize_field("kind", &self.kind)?;
            out.serialize_field("key", &self.key)?;
            if !self.module.is_empty() {
                out.serialize_field("module", &self.module)?;
            }
        }
        out.serialize_field("used_by", &self.used_by)?;
        if self.is_unknown {
            out.serialize_field("unknown", &true)?;
        }
        out.end()
    }
}

/// The number of missing objects. Shown as `2 APIs and 1 other object`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingCount {
    /// APIs.
    pub apis: usize,
    /// Objects of other kinds.
    pub others: usize,
    /// Whether the target may have some of the APIs.
    pub is_unknown: bool,
}

impl MissingCount {
    /// Returns the total.
    pub const fn total(self) -> usize {
        self.apis + self.others
    }

    /// Returns the word for all of them, in the plural.
    pub const fn noun(self) -> &'static str {
        if self.others == 0 { "APIs" } else { "objects" }
    }

    /// Says that the target does not have them, or may not.
    pub fn sentence(self) -> String {
        match self.is_unknown {
            true => format!("A file does not say whether the target has {self}:"),
            false => format!("The target lacks {self}:"),
        }
    }

    /// Says what happens to them, and to what refers to them, once they are confirmed; for APIs in the
    /// wording of the product's own screen.
    pub const fn consequence(self) -> &'static str {
        match (self.is_unknown, self.others) {
            (true, _) => "What refers to them will be written as it is.",
            (false, 0) => "APIs that are missing will be ignored.",
            (false, _) => "Objects that are missing will be ignored.",
        }
    }

    /// Returns the command-line option that confirms them.
    pub const fn flag(self) -> &'static str {
        if self.others == 0 {
            "--ignore-lack-api"
        } else {
            "--ignore-missing"
        }
    }
}

impl fmt::Display for MissingCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        match (self.apis, self.others) {
            (apis, 0) => f.write_str(&plural(apis, "API")),
            (0, others) => f.write_str(&plural(others, "object")),
            (apis, others) => write!(
                f,
                "{} and {}",
                plural(apis, "API"),
                plural(others, "other object")
            ),
        }
    }
}
