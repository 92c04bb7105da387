//! API scopes: what the product's own page for them does, without the page.
//!
//! A scope ("virtual group") never points at APIs itself: a hidden group stands
//! for each of its APIs, and whoever holds the scope holds a row per hidden
//! group, and its id in the oauth scope. Facts: digiRunner's AA0221 to AA0237.
//!
//! [`Catalogue`] is everything there is to choose from, [`Draft`] what a scope
//! is to be, [`Edit`] what is to be done. All of it is pure but for `read`.

mod catalogue;
mod check;
mod document;
mod draft;
mod duration;
mod edit;
mod editor;
mod read;
mod repair;
mod rows;
mod search;
mod verify;
mod violation;
mod write;

pub use catalogue::{ApiInfo, ApiName, Catalogue, ClientInfo, Label, Module, Scope};
pub use check::ScopeFinding;
pub use document::{ScopeDocument, parse_draft};
pub use draft::{Draft, Part};
pub use duration::{MAX_SECONDS, Span, Unit, parse_amount, parse_duration, parse_times};
pub use edit::Edit;
pub(crate) use edit::{Planned, Refused};
pub(crate) use read::catalogue;
pub use search::{Filter, Sort, SortKey};
pub use violation::Violation;
pub(crate) use write::{LOCKED, LOCKED_BY_REPAIR, findings, write};

/// The most characters of a scope's name: `tsmp_group.vgroup_name varchar(30)`
/// holds it too, in the row of every hidden group.
pub const MAX_NAME: usize = 30;

/// The most characters of an alias.
pub const MAX_ALIAS: usize = 85;

/// The most characters of a description.
pub const MAX_DESCRIPTION: usize = 500;

/// The most APIs of a scope, and the most groups of a client.
pub const MAX_APIS: usize = super::rules::MAX_GROUPS;

/// The level of a new scope, unless somebody says otherwise.
pub const DEFAULT_LEVEL: &str = "SYSTEM";
