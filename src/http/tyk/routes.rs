//! The paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::endpoint::Endpoint;
use super::{export, import};
use crate::http::service::Service;

/// Returns the routes.
pub(in crate::http) fn routes() -> Router<Arc<Service>> {
    Endpoint::ALL
        .into_iter()
        .fold(Router::new(), |router, endpoint| {
            let import = move |service, remote, note, query, body| {
                import::import(endpoint, service, remote, note, query, body)
            };
            router.route(endpoint.path(), post(import))
        })
        .route("/admin/organisations", get(export::organisations))
        .route("/admin/organisations/{id}", get(export::organisation))
        .route("/api/apis", get(export::apis))
        .route("/api/portal/policies", get(export::policies))
}
