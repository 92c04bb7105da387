//! Waiting for what happens elsewhere, with an end to it.

use std::time::{Duration, Instant};

/// Waits until something is so, and fails the test if it is not after half a minute.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
