//! The import endpoints of the Tyk Dashboard's Admin API, and their
//! counterparts.

use std::sync::Arc;

use axum::Router;

use super::Service;

mod envelope;

pub(super) use envelope::tell;

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
}
