//! What the bodies of all requests together may take.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bodies of the greatest length may be in memory at once.
const AT_ONCE: usize = 4;

/// What all bodies together may take.
pub(super) struct Budget(Arc<Semaphore>);

/// The unit of the budget, in bytes.
const UNIT: usize = 1_024;

impl Budget {
    /// Returns the budget for bodies of a greatest length.
    pub(super) fn new(longest: usize) -> Self {
        Self(Arc::new(Semaphore::new(units(longest) * AT_ONCE)))
    }

    /// Waits until a body of a length fits in.
    pub(super) async fn share(&self, length: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(units(length)).ok()?;
        Arc::clone(&self.0).acquire_many_owned(units).await.ok()
    }
}

/// Even the shortest body takes something.
const fn units(length: usize) -> usize {
    length / UNIT + 1
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn bodies_take_turns_when_together_they_would_be_too_long() {
        let budget = Budget::new(1 << 20);
        let mut shares = Vec::new();
        for _ in 0..AT_ONCE {
            shares.push(budget.share(1 << 20).await);
        }
        assert!(shares.iter().all(Option::is_some));
        assert!(budget.share(1 << 10).now_or_never().is_none());
        shares.pop();
        assert!(budget.share(1 << 10).now_or_never().is_some());
    }
}
