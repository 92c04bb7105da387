//! What the tests share.

pub(crate) mod pg;
pub(crate) mod wait;
