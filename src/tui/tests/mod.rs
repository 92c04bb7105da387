//! What the tests of the screens share.

pub(crate) mod support;
