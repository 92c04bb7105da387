//! Middleware for every request: it assigns an id, contains panics and
//! disconnects, and records the request in the ledger.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::audit::Audit;
use super::dialect;
use super::metrics::Metrics;
use super::problem::Problem;
use super::routes::UNRECORDED;
use super::throttle::{Throttle, Throttled};
use super::tracking::{Client, Note, Remote, Tracking, client};
use crate::engine::display::safe;
use crate::job::requests::{Answered, Asked, RequestLog};

/// The response header with the request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Query parameters whose values are recorded; of all others the names are.
const SHOWN: [&str; 3] = ["preview", "findings", "p"];

/// The longest path that is recorded in full, in characters.
const MAX_PATH: usize = 300;

/// What the gate needs.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) requests: RequestLog,
    pub(super) throttle: Arc<Throttle>,
    pub(super) metrics: Arc<Metrics>,
}

/// Handles a request.
pub(super) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    // When the client disconnects, this future is dropped, and what only reads may stop.
    let (client, present) = client();
    // On its own task: its work on the target is never dropped halfway, even if
    // the client disconnects.
    let passing = tokio::spawn(pass(gate, client, request, next));
    let response = passing
        .await
        .unwrap_or_else(|_| Problem::internal().status.into_response());
    drop(present);
    response
}

async fn pass(gate: Gate, client: Client, mut request: Request, next: Next) -> Response {
    let asked = Asked::now();
    let begun = Instant::now();
    let (tracking, note) = (Tracking::new(), Note::default());
    let respond = dialect::of(request.uri().path());
    let is_recorded = !UNRECORDED.contains(&request.uri().path());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned());
    let remote = request.extensions().get::<Remote>().copied();
    let mut answer = Answered {
        method: request.method().to_string(),
        path: recorded(request.uri()),
        status: None,
        remote: remote.map_or_else(String::new, |remote| remote.0.to_string()),
        caller: None,
        tracking_id: tracking.text().to_owned(),
        job: None,
    };
    let extensions = request.extensions_mut();
    extensions.insert(client);
    extensions.insert(tracking.clone());
    extensions.insert(note.clone());
    extensions.insert(Audit {
        log: gate.requests.clone(),
        metrics: Arc::clone(&gate.metrics),
        asked,
        request: answer.clone(),
        note: note.clone(),
    });
    let handled = tokio::spawn(next.run(request)).await;
    let mut response = handled.unwrap_or_else(|error| {
        tracing::error!(tracking_id = tracking.text(), %error, "a handler panicked");
        Problem::internal().into_response()
    });
    // Who guesses is slowed down before it costs a row.
    let mut is_throttled = response.extensions().get::<Throttled>().is_some();
    if response.status() == StatusCode::UNAUTHORIZED
        && let Some(Remote(address)) = remote
        && let Err(problem) = gate.throttle.wrong(address)
    {
        is_throttled = true;
        response = problem.into_response();
    }
    if is_throttled {
        gate.metrics.throttled.inc();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let headers = std::mem::take(response.headers_mut());
        response = respond(&problem, &tracking);
        if let Some(seconds) = problem.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers.into_iter().for_each(|(name, value)| {
            if let Some(name) = name {
                response.headers_mut().entry(name).or_insert(value);
            }
        });
    }
    finish(&mut response, &tracking);
    let status = response.status().as_u16();
    gate.metrics
        .answered(&answer.method, &route, status, begun.elapsed());
    if is_recorded && !is_throttled {
        let noted = note.noted();
        answer.status = Some(status);
        (answer.caller, answer.job) = (noted.caller, noted.job);
        // What writes was recorded before; of this one only the answer is missing.
        let _is_recorded = gate.requests.record(asked, answer).await;
    }
    response
}

/// Adds the request's id to its answer.
fn finish(response: &mut Response, tracking: &Tracking) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(tracking.text()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Returns what is recorded of an address: the path, the names of the
/// parameters, and the values of those that hold no secret.
fn recorded(uri: &Uri) -> String {
    let mut text = safe(uri.path()).into_owned();
    for (offset, part) in uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty())
        .enumerate()
    {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        text.push(if offset == 0 { '?' } else { '&' });
        text.push_str(&safe(name));
        match value {
            "" => {}
            value if SHOWN.contains(&name) => text.push_str(&format!("={}", safe(value))),
            _ => text.push_str("=…"),
        }
    }
    match text.char_indices().nth(MAX_PATH) {
        Some((offset, _)) => format!("{}…", text.get(..offset).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;
    use crate::store::{Target, Timeouts};

    /// Asks routes that panic, behind the gate.
    async fn ask(path: &str) -> (u16, String) {
        let target =
            Target::resolve(Some("postgresql://nobody@localhost/nowhere"), |_| None).unwrap();
        let (requests, _) = RequestLog::open(&target, Timeouts::default());
        let routes = Router::new()
            .route("/{*path}", get(async || -> Response { panic!("CANARY") }))
            .layer(from_fn_with_state(
                Gate {
                    requests,
                    throttle: Arc::new(Throttle::new()),
                    metrics: Arc::new(Metrics::new()),
                },
                gate,
            ));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = TowerToHyperService::new(routes)
            .call(request)
            .await
            .unwrap();
        assert!(response.headers().contains_key(REQUEST_ID));
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_in_the_words_of_its_api() {
        let (status, body) = ask("/admin/apis/import").await;
        assert_eq!(status, 500);
        assert!(
            body.starts_with("{\"Status\":\"Error\",\"Message\":\"Internal error;"),
            "{body}"
        );
        let (status, body) = ask("/sp-config/import/7").await;
        assert_eq!((status, body.contains("CANARY")), (500, false), "{body}");
        assert!(body.contains("trackingId"), "{body}");
    }

    #[test]
    fn of_a_query_only_values_without_secrets_are_recorded() {
        let uri: Uri = "/admin/apis/import?preview=true&token=CANARY&p=-1&x"
            .parse()
            .unwrap();
        assert_eq!(
            recorded(&uri),
            "/admin/apis/import?preview=true&token=…&p=-1&x"
        );
    }

    #[test]
    fn a_long_path_is_cut() {
        let uri: Uri = format!("/{}", "a".repeat(5_000)).parse().unwrap();
        assert_eq!(recorded(&uri).chars().count(), MAX_PATH + 1);
    }
}
