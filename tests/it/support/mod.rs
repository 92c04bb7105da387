//! What the tests share.

pub(crate) mod fake;
pub(crate) mod gatediff;
pub(crate) mod owner;
pub(crate) mod pg;
pub(crate) mod pty;
pub(crate) mod wait;
#[allow(dead_code, reason = "the other tests use the rest of it")]
pub(crate) mod world;
