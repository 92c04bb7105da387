//! Saved plans: a comparison and the choices made on it, to be reviewed and applied later.
//!
//! The file is JSON of our own format. It contains no secret, only keyed fingerprints, and is
//! signed with the same key: an edited plan is not applied.

mod document;
mod open;
mod plan;
mod recognise;

pub use document::{load, parse, save};
pub use open::{Opened, open};
pub use plan::SavedPlan;
pub use recognise::is_plan;
