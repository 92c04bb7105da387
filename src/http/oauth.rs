//! Bearer tokens: `POST /oauth/token`, and who may do what with one.

use std::sync::Arc;

use axum::Router;

use super::Service;

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
}
