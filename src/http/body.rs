//! Reading the whole body of a request, in bounds.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt as _;
use http_body_util::LengthLimitError;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::problem::Problem;
use super::service::Service;

/// The body of a request, whatever its content type. Limited in length and in
/// time, and all bodies together in length.
pub(super) struct Whole {
    /// The body.
    pub(super) bytes: Bytes,
    /// Its part of what all bodies may take, until this is dropped.
    _share: OwnedSemaphorePermit,
}

impl FromRequest<Arc<Service>> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let limits = &service.limits;
        if said_length(request.headers()).is_some_and(|length| length > limits.body as u64) {
            discard(request).await;
            return Err(too_large(limits.body));
        }
        // Without a length it may be as long as any.
        let length = said_length(request.headers()).map(usize::try_from);
        let length = length.and_then(Result::ok).unwrap_or(limits.body);
        let end = Instant::now() + limits.read;
        let share = tokio::time::timeout_at(end, service.bodies.share(length));
        let share = share.await.ok().flatten().ok_or_else(|| {
            Problem::busy("Too many large requests are being read; try again later")
        })?;
        let reading = to_bytes(request.into_body(), limits.body);
        let read = tokio::time::timeout_at(end, reading).await.map_err(|_| {
            let text = format!(
                "Request body did not arrive within {} s",
                limits.read.as_secs_f64()
            );
            Problem::new(StatusCode::REQUEST_TIMEOUT, text)
        })?;
        let bytes = read.map_err(|error| match error.source() {
            Some(cause) if cause.is::<LengthLimitError>() => too_large(limits.body),
            _ => Problem::malformed("Request body could not be read"),
        })?;
        Ok(Self {
            bytes,
            _share: share,
        })
    }
}

/// How much of a refused body is still read, and for how long.
const DISCARDED: usize = 256 << 20;
const DISCARDING: Duration = Duration::from_secs(5);

/// Reads and discards the body of a refused request, within limits: many
/// clients read the answer only after sending everything, and would find the
/// connection closed.
pub(super) async fn discard(request: Request) {
    // This one asked whether it should send it at all.
    if request.headers().contains_key(EXPECT) {
        return;
    }
    let mut chunks = Body::into_data_stream(request.into_body());
    let discarding = async {
        let mut left = DISCARDED;
        while let Some(Ok(chunk)) = chunks.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    tokio::time::timeout(DISCARDING, discarding).await.ok();
}

fn said_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("Request body is larger than {limit} bytes"),
    )
}
