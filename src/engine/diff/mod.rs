//! Compares two items, down to the field.

mod change;
mod compare;
mod path;

pub use change::{Block, Change, Op};
pub(super) use compare::{Labels, Named, disclose};
pub use compare::{Show, compare, effective};
pub use path::{push_segment, segments};
