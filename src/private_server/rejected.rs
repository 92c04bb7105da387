//! A place where server programs were looked for, and why those there do not serve.

use std::fmt;

/// A place without usable server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub(super) origin: String,
    pub(super) reason: Reason,
}

impl Rejected {
    /// Returns whether nothing is there.
    #[cfg(feature = "fetch-postgres")]
    pub(super) fn is_absent(&self) -> bool {
        self.reason == Reason::Absent
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Reason {
    #[error("not there")]
    Absent,
    #[error("no {0}")]
    Without(&'static str),
    #[error("`{program} --version` fails: {said}")]
    Unanswering { program: &'static str, said: String },
    #[error("version {0} is too old")]
    TooOld(u32),
}
