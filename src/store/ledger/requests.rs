//! Requests of the HTTP server. Only in the target, where its objects are.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::store::error::{Operation, StoreError};

const REQUESTS: &str = "gatediff.requests";

/// A request, before or after it is answered. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// When it came.
    pub received: DateTime<Utc>,
    /// `GET`, `POST`.
    pub method: String,
    /// The path; of the query the names, and only values that hold no secret.
    pub path: String,
    /// The status of the answer; none before it.
    pub status: Option<u16>,
    /// The time until the answer started; none before it.
    pub duration_ms: Option<i64>,
    /// The address that it came from.
    pub remote: String,
    /// Which credential it came with.
    pub caller: Option<String>,
    /// As in the answer.
    pub tracking_id: String,
    /// The job that it applied.
    pub job: Option<i64>,
}

/// Records requests, all or none of them; the answer completes the record of a
/// request that is there already. Each is in the list once.
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
               $6::text[], $7::text[], $8::text[], $9::bigint[]) \
               ON CONFLICT (tracking_id) DO UPDATE SET status = excluded.status, \
               duration_ms = excluded.duration_ms, caller = excluded.caller, job_id = excluded.job_id";
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
                .map(|request| request.status.map(i32::from))
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

/// Removes requests that are older than so many days, at most so many of them:
/// rejected ones, or all others. Returns their number.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn sweep(
    connection: &mut PgConnection,
    are_rejected: bool,
    days: u32,
    batch: i64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM gatediff.requests WHERE request_id IN (SELECT request_id FROM gatediff.requests \
               WHERE at < clock_timestamp() - make_interval(days => $1) \
               AND (coalesce(status, 0) IN (401, 403, 429)) = $2 \
               ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED)";
    sqlx::query(sql)
        .bind(i32::try_from(days).unwrap_or(i32::MAX))
        .bind(are_rejected)
        .bind(batch)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(|error| StoreError::new(Operation::Delete, REQUESTS, &error))
}
