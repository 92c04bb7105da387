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
mod limits;
mod part;
mod plan;
mod planned;
mod read;
mod repair;
mod rows;
mod rules;
mod scope;
pub(crate) mod screen;
mod search;
mod verify;
pub(crate) mod violation;
mod write;

pub use catalogue::Catalogue;
pub use check::ScopeFinding;
pub use document::{ScopeDocument, parse_draft};
pub use draft::Draft;
pub use duration::{MAX_SECONDS, Span, Unit, parse_amount, parse_duration, parse_times};
pub use edit::Edit;
pub use jobs::{EditOptions, Edited, catalogue, check, edit, load};
pub use limits::{DEFAULT_LEVEL, MAX_ALIAS, MAX_APIS, MAX_DESCRIPTION, MAX_NAME};
pub use part::Part;
pub use scope::{ApiInfo, ApiName, ClientInfo, Label, Module, Scope};
pub use search::{Filter, Sort, SortKey};
