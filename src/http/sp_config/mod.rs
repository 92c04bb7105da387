//! sp-config over HTTP: the seven operations of the service, and the
//! differences of an import, field by field.
//!
//! An import or export is accepted as a task and done in the background.
//! Unreadable input is refused at once; other errors fail the task, as in the
//! service. An import is one transaction: if any object is blocked, nothing is
//! written.

mod misspelt;
mod request;
mod results;
mod routes;
mod run;
mod types;
mod wire;
mod work;

pub(super) use routes::routes;
pub(super) use wire::respond;
pub(super) use work::{start, stop};
