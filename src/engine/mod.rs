//! The engine: what an item is, how two of them differ, which actions are
//! possible, and what the operator chose.
//!
//! Pure: no database, no terminal, no clock and no product. A platform turns
//! its objects into [`Item`]s with their blocking reasons ([`Candidate`]); the
//! engine compares, judges, follows dependencies and returns an [`Approved`]
//! plan, which is the only thing that may be applied.

pub mod access;
pub mod align;
mod approval;
mod candidate;
pub mod choice;
pub mod closure;
pub mod content;
mod dependents;
pub mod diff;
pub mod display;
mod effect;
pub mod finding;
mod increasing;
pub mod item;
pub mod json;
pub mod law;
pub mod lookalike;
mod marking;
mod marks;
mod masked;
pub mod matrix;
mod missing;
pub mod object;
pub mod only_in_target;
pub mod plan;
pub mod promise;
pub mod reference;
mod relation;
mod resolution;
pub mod rule;
pub mod schema;
pub mod secret;
pub mod selector;
mod settlement;
pub mod signature;
pub mod stale;
pub mod text;
pub mod verdict;
pub mod violation;

pub use access::Access;
pub use approval::{Approved, Refusal, Step, Verb};
pub use candidate::{Candidate, Matched, Quota, QuotaUse, Requirement, marked};
pub use choice::Choices;
pub use diff::{Change, Op};
pub use effect::Effect;
pub use finding::{Finding, FindingGroup, Severity};
pub use item::{Element, Field, Item, ItemId, Kind, Value};
pub use marks::Marks;
pub use masked::masked_places;
pub use matrix::{Cell, Matrix, MatrixRow};
pub use missing::{Missing, MissingCount};
pub use object::Document;
pub use only_in_target::{OnlyInTarget, TargetItem};
pub use plan::{Entry, Plan, Summary};
pub use promise::{Promise, Promised, RowPromise, TableShape, TouchedRow, Unpromised};
pub use reference::{DefaultReference, Reference, Resolved};
pub use resolution::{Outcome, Resolution, State};
pub use schema::{DocumentSchema, KindInfo};
pub use secret::Secret;
pub use signature::{AccessDocument, PlanDocument, SignatureKey, SignedPlan};
pub use stale::{Stale, StaleField};
pub use verdict::{Reason, Status, Verdict};
pub use violation::Violation;

#[cfg(test)]
mod tests;
