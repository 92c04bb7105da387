//! Checks the journal of a job against what was promised of its rows.
//!
//! Pure: a function of before, after and promise. Later this is done on the
//! server; this implementation stays as its reference, and for targets that are
//! files.

mod item;
mod row;

pub use item::{ItemDifference, differences};
pub use row::{
    Deviation, Fill, Promise, Promised, RowKey, RowPromise, TableShape, TouchedRow, Unpromised,
    key, net,
};
