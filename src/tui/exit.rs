//! Leaving: why, how, and what is left to say.

/// The source of a request to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// SIGINT from outside: as Ctrl-C.
    Interrupt,
    /// SIGTERM: what runs is rolled back.
    Terminate,
    /// The terminal is gone: what runs is finished first.
    Hangup,
}

/// How the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The operator quit.
    Done,
    /// The operator quit after a final failure.
    Failed(crate::job::FailureKind),
    /// By Ctrl-C or SIGINT.
    Interrupted,
    /// By SIGTERM.
    Terminated,
    /// The terminal went away.
    HungUp,
}

/// The result after the screen is closed.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// How the screen ended; the binary derives the exit code.
    pub exit: Exit,
    /// One safe line: what was written, or that nothing was.
    pub summary: String,
}
