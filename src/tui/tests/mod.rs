//! What the tests of the screens share.

pub(crate) mod chooser;
pub(crate) mod support;
