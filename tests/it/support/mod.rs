//! What the tests share.

pub(crate) mod fake;
pub(crate) mod owner;
pub(crate) mod pg;
pub(crate) mod wait;
