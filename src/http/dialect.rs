//! Which API a request is for, and so in whose format its problems are reported.

use axum::response::Response;

use super::problem::Problem;
use super::tracking::Tracking;
use super::{sp_config, tyk};

/// Formats a problem for an API.
pub(super) type Dialect = fn(&Problem, &Tracking) -> Response;

/// Returns the dialect of a path: SailPoint's, or else the envelope of Tyk's Dashboard.
pub(super) fn of(path: &str) -> Dialect {
    let is_theirs = path
        .split('/')
        .any(|part| matches!(part, "sp-config" | "oauth"));
    if is_theirs {
        sp_config::respond
    } else {
        tyk::respond
    }
}
