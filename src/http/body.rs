//! Reading the whole body of a request, in bounds.

use std::error::Error as _;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;

use super::Service;
use super::problem::Problem;

/// The body of a request, whatever its type says. Not longer than the limit,
/// and read in time.
pub(super) struct Whole(pub(super) Bytes);

impl FromRequest<Arc<Service>> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let limits = &service.limits;
        if said_length(&request).is_some_and(|length| length > limits.body as u64) {
            return Err(too_large(limits.body));
        }
        let reading = to_bytes(request.into_body(), limits.body);
        let read = tokio::time::timeout(limits.read, reading).await.map_err(|_| {
            let text = format!("Request body did not arrive within {} s", limits.read.as_secs_f64());
            Problem::new(StatusCode::REQUEST_TIMEOUT, text)
        })?;
        read.map(Self).map_err(|error| match error.source() {
            Some(cause) if cause.to_string() == "length limit exceeded" => too_large(limits.body),
            _ => Problem::malformed("Request body could not be read"),
        })
    }
}

fn said_length(request: &Request) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("Request body is larger than {limit} bytes"))
}
