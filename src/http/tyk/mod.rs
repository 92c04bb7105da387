//! The import endpoints of the Tyk Dashboard's Admin API, and their
//! counterparts that export.
//!
//! Paths, status codes and messages are the Dashboard's. Different from it: an import is all or
//! nothing; existing objects are covered, and an item that cannot be written is reported with its
//! reason; `?preview=true` reports what an import would do and writes nothing; `?findings=true`
//! adds `Findings` next to `Meta` with the findings of a completed import; `?organisation=FROM=TO`
//! maps one organisation to another. The exports want the administrator's secret instead of a
//! user's key, in `admin-auth` or in `Authorization`, are ordered by id instead of time, and do not
//! support search.

mod admin;
mod endpoint;
mod envelope;
mod export;
mod import;
mod one;
mod preview;
mod query;
mod routes;

pub(super) use envelope::respond;
pub(super) use routes::routes;
