//! How a command ends.

use crate::job::FailureKind;

/// How a command ends; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success, or nothing to do.
    Done = 0,
    /// An error.
    Error = 1,
    /// `plan` or `diff` found differences, or `scope check` found problems.
    Changes = 2,
    /// The target changed since the plan, or since a scope was shown.
    Stale = 3,
    /// Items are blocked, or missing objects unconfirmed, and nothing was written.
    Blocked = 4,
    /// Another job holds the lock.
    Locked = 5,
    /// Wrong usage.
    Usage = 64,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// Returns the exit code of a failure.
    pub const fn of(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Stale => Self::Stale,
            FailureKind::Blocked => Self::Blocked,
            FailureKind::Locked => Self::Locked,
            FailureKind::Usage => Self::Usage,
            FailureKind::Cancelled => Self::Interrupted,
            FailureKind::File
            | FailureKind::Format
            | FailureKind::Parse
            | FailureKind::Unreachable
            | FailureKind::Denied
            | FailureKind::Schema
            | FailureKind::Refused
            | FailureKind::Internal => Self::Error,
        }
    }

    /// Returns the number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}
