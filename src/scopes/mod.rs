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
pub(crate) mod cli;
mod document;
mod draft;
mod duration;
mod edit;
mod editor;
pub mod jobs;
mod read;
mod repair;
mod rows;
pub(crate) mod screen;
mod search;
mod verify;
pub(crate) mod violation;
mod write;

pub use catalogue::{ApiInfo, ApiName, Catalogue, ClientInfo, Label, Module, Scope};
pub use check::ScopeFinding;
pub use document::{ScopeDocument, parse_draft};
pub use draft::{Draft, Part};
pub use duration::{MAX_SECONDS, Span, Unit, parse_amount, parse_duration, parse_times};
pub use edit::Edit;
pub use jobs::{EditOptions, Edited, catalogue, check, edit, load};
pub use search::{Filter, Sort, SortKey};

/// The maximum length of a scope's name: `tsmp_group.vgroup_name varchar(30)`
/// contains it too, in the row of every hidden group.
pub const MAX_NAME: usize = 30;

/// The maximum length of an alias.
pub const MAX_ALIAS: usize = 85;

/// The maximum length of a description.
pub const MAX_DESCRIPTION: usize = 500;

/// The maximum number of APIs of a scope and of groups of a client.
pub const MAX_APIS: usize = crate::platform::digirunner::rules::MAX_GROUPS;

/// The default level of a new scope.
pub const DEFAULT_LEVEL: &str = "SYSTEM";
