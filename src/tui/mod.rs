//! The terminal face: keys in, frames out.

pub mod signals;
pub mod terminal;
