//! API scopes: what the product's own page does, without the page.
//!
//! A scope ("virtual group") never points at APIs itself: a hidden group
//! represents each of its APIs, and a client that holds the scope has a row per
//! hidden group, and its id in the oauth scope. Based on digiRunner's AA0221 to
//! AA0237.
//!
//! [`Catalogue`] is everything that a scope can refer to, [`Draft`] the values
//! of a scope, [`Edit`] a change. Everything is pure except `read`.

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

/// The maximum length of a scope's name: `tsmp_group.vgroup_name varchar(30)`
/// contains it too, in the row of every hidden group.
pub const MAX_NAME: usize = 30;

/// The maximum length of an alias.
pub const MAX_ALIAS: usize = 85;

/// The maximum length of a description.
pub const MAX_DESCRIPTION: usize = 500;

/// The maximum number of APIs of a scope and of groups of a client.
pub const MAX_APIS: usize = super::rules::MAX_GROUPS;

/// The default level of a new scope.
pub const DEFAULT_LEVEL: &str = "SYSTEM";
