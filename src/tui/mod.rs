//! The terminal interface: model, update, view.
//!
//! [`run()`] shows a plan that a [`Backend`] makes, lets the operator choose and
//! confirm, and has the backend apply it. `update` is pure: effects run as
//! tasks and answer with messages; views only read.
//!
//! `app` is the model, `update` handles messages, `view` draws. Each folder of
//! `screen` has the model, the actions, the update and the view of one screen,
//! side by side; the screen of the API scopes is `scopes::screen`. An action is
//! one constant beside its handler, and `catalogue` lists them all.

pub(crate) mod action;
pub(crate) mod app;
mod backend;
pub(crate) mod catalogue;
pub(crate) mod condition;
pub(crate) mod effect;
pub(crate) mod exit;
#[cfg(fuzzing)]
pub mod fuzzing;
pub(crate) mod item_status;
pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod msg;
pub mod runtime;
pub(crate) mod screen;
pub(crate) mod subject;
#[cfg(test)]
mod tests;
pub(crate) mod theme;
pub(crate) mod update;
pub(crate) mod view;
pub(crate) mod widget;

pub(crate) use action::{Act, Availability, Context, Run};
pub(crate) use app::{Action, App};
pub use catalogue::keys_markdown;
pub use effect::{ApplyHow, Backend};
pub(crate) use effect::{Effect, EffectId};
pub use exit::{Exit, Farewell};
pub(crate) use layout::{Pane, Panes};
pub use runtime::{Options, run};
pub use subject::{Location, Reviewed, Scoped};
pub use theme::ColorChoice;
pub(crate) use theme::{Glyphs, Role};
pub(crate) use widget::{Canvas, Line, count, cut, row_cursor, width, window, wrap};
