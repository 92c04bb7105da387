//! What `update` wants done, and who does it.

use futures_util::future::BoxFuture;

use crate::engine::Approved;
use crate::job::{Cancel, Failure, Receipt, Reporter};

use super::msg::{EffectId, Exit, Reviewed};

/// What the screen needs from the house: everything that touches a file or a socket.
///
/// The futures are run to their end, whatever happens to the screen: they are
/// never dropped half-way. Cancelling is [`Cancel::cancel`].
pub trait Backend: Send + Sync + 'static {
    /// Reads the file and compares it with the target. Called again when the
    /// operator compares again.
    fn compare(&self, report: Reporter) -> BoxFuture<'static, Result<Reviewed, Failure>>;

    /// Applies what was approved, in one transaction.
    fn apply(
        &self,
        approved: Approved,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>>;
}

/// Something to be done outside the model.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Compare the file with the target; answered by `Msg::Compared`.
    Compare(EffectId),
    /// Apply; answered by `Msg::Applied`.
    Apply(EffectId, Box<Approved>),
    /// Ask the job that applies to stop, with the reason.
    Cancel(&'static str),
    /// Send a text to the terminal's clipboard; answered by `Msg::Copied`.
    Copy(String),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell until the program is continued.
    Suspend,
    /// Leave.
    Quit(Exit),
}
