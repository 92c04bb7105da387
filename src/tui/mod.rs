//! The terminal interface: model, update, view.
//!
//! [`run()`] shows a plan that a [`Backend`] makes, lets the operator choose and
//! confirm, and has the backend apply it. `update` is pure: effects run as
//! tasks and answer with messages; views only read.

mod access;
mod action;
mod app;
mod branch;
mod detail;
mod effect;
mod form;
#[cfg(fuzzing)]
pub mod fuzzing;
mod item_status;
mod keys;
mod label;
mod layout;
mod modal;
mod msg;
mod node;
mod record;
mod review;
pub mod runtime;
mod scopes;
mod search;
mod stale;
#[cfg(test)]
mod support;
mod theme;
mod update;
mod view;
mod widget;

pub use action::keys_markdown;
pub use effect::Backend;
pub use msg::{Exit, Farewell, Location, Reviewed, Scoped};
pub use runtime::{Options, run};
pub use theme::ColorChoice;
