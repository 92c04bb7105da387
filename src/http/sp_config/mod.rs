//! sp-config over HTTP: the seven operations.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse as _, Response};

use super::Service;
use super::problem::Problem;
use super::tracking::Tracking;
use crate::job::Failure;

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
}

/// Sees to what an earlier server left, before the first request.
///
/// # Errors
///
/// Fails if the target cannot be reached or written.
pub(super) async fn start(_service: &Arc<Service>) -> Result<(), Failure> {
    Ok(())
}

/// Notes which tasks the shutdown ended, after the last job has.
pub(super) async fn stop(_service: &Arc<Service>) {}

/// Tells a problem the way this API does.
pub(super) fn tell(problem: &Problem, _tracking: &Tracking) -> Response {
    (problem.status, problem.text.clone()).into_response()
}
