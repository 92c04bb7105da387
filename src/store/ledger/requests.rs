//! Requests of the HTTP server. Only in the target, where its objects are.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::store::error::{Operation, StoreError};

const REQUESTS: &str = "gatediff.requests";

/// An answered request. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// When it came.
    pub received: DateTime<Utc>,
    /// `GET`, `POST`.
    pub method: String,
    /// The path; of the query the names, and only values that hold no secret.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The time until the answer started.
    pub duration_ms: i64,
    /// The address that it came from.
    pub remote: String,
    /// Which credential it came with.
    pub caller: Option<String>,
    /// As in the answer.
    pub tracking_id: String,
    /// The job that it applied.
    pub job: Option<i64>,
}

/// Records requests, all or none of them.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn record(
    connection: &mut PgConnection,
    requests: &[NewRequest],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO gatediff.requests \
               (at, method, path, status, duration_ms, remote, caller, tracking_id, job_id) \
               SELECT * FROM UNNEST($1::timestamptz[], $2::text[], $3::text[], $4::int[], $5::bigint[], \
               $6::text[], $7::text[], $8::text[], $9::bigint[])";
    let text = |of: fn(&NewRequest) -> &str| requests.iter().map(of).collect::<Vec<_>>();
    sqlx::query(sql)
        .bind(
            requests
                .iter()
                .map(|request| request.received)
                .collect::<Vec<_>>(),
        )
        .bind(text(|request| &request.method))
        .bind(text(|request| &request.path))
        .bind(
            requests
                .iter()
                .map(|request| i32::from(request.status))
                .collect::<Vec<_>>(),
        )
        .bind(
            requests
                .iter()
                .map(|request| request.duration_ms)
                .collect::<Vec<_>>(),
        )
        .bind(text(|request| &request.remote))
        .bind(
            requests
                .iter()
                .map(|request| request.caller.as_deref())
                .collect::<Vec<_>>(),
        )
        .bind(text(|request| &request.tracking_id))
        .bind(
            requests
                .iter()
                .map(|request| request.job)
                .collect::<Vec<_>>(),
        )
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| StoreError::new(Operation::Insert, REQUESTS, &error))
}
