//! One job per target at a time, and how it is cancelled.

use sqlx::{PgConnection, Row as _};

use super::connect::{Target, Timeouts};
use super::sql::{Operation, StoreError};

/// The advisory lock's key: the letters "gatediff" as a number.
const KEY: i64 = i64::from_be_bytes(*b"gatediff");

/// Who holds the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// One line: role, where from, since when.
    pub who: String,
}

/// Takes the target's lock for the rest of the session, or says who holds it.
///
/// A session lock, taken before the transaction begins: the transaction's
/// snapshot must not be older than the lock, or it would miss what the last
/// holder committed. It ends with the connection, whatever becomes of us.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn take(connection: &mut PgConnection) -> Result<Result<(), Holder>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Transact, "the target", &error);
    let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(KEY)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if taken {
        return Ok(Ok(()));
    }
    let sql = "SELECT a.usename::text, coalesce(host(a.client_addr), 'this machine') AS place, a.application_name, \
               to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since \
               FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND ((l.classid::int8 << 32) | l.objid::int8) = $1";
    let holder = sqlx::query(sql).bind(KEY).fetch_optional(connection).await.map_err(failed)?;
    let text = |row: &sqlx::postgres::PgRow, at: usize| -> String {
        row.try_get::<Option<String>, _>(at).ok().flatten().unwrap_or_else(|| "?".to_owned())
    };
    let who = holder.map_or_else(
        || "another session".to_owned(),
        |row| {
            format!("{} ({}) from {}, since {}", text(&row, 0), text(&row, 2), text(&row, 1), text(&row, 3))
        },
    );
    Ok(Err(Holder { who }))
}

/// Returns the number of the server process behind a connection.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn backend(connection: &mut PgConnection) -> Result<i32, StoreError> {
    sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Transact, "the target", &error))
}

/// Cancels the statement that another connection of ours runs, over a
/// connection of its own. Says whether the server was told.
pub async fn cancel(target: &Target, backend: i32) -> bool {
    let Ok(mut connection) = target.connect(Timeouts::default()).await else { return false };
    sqlx::query_scalar("SELECT pg_cancel_backend($1)")
        .bind(backend)
        .fetch_one(&mut connection)
        .await
        .unwrap_or(false)
}
