//! Whether a proxy between us and the server keeps a session for each connection.
//!
//! A pooler with `pool_mode=transaction` gives each transaction a session that others had before
//! and will have after: a lock of the session would stay with them, and a setting would be theirs.
//! A proxy is noticed by the process that it names at the beginning, which is not that of the
//! session. Nothing is set, locked or prepared to find out more.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::time::timeout;

use super::wire::{self, OpenError, Route};
use crate::store::timeouts::Timeouts;

/// Whether a session stays with its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sessions {
    /// It does, until the connection ends.
    Kept,
    /// Other connections get it in between.
    Shared,
}

/// How many sessions are held at most to find out: more than a pool commonly has.
const MAX_HELD: usize = 100;

/// How long a statement may wait for a session: a pooler that has one answers at once.
const WAIT: Duration = Duration::from_secs(2);

/// Finds out whether the session of a connection is kept while it is idle outside of a transaction.
///
/// Other connections begin transactions, and hold them. If one of them gets the session, it is
/// shared. If one gets a session that the server has begun only now, or none, then no idle session
/// was left for it: so if the first connection still has its own, that is kept for it.
pub(super) async fn sessions(
    connection: &mut PgConnection,
    at: &Route,
    timeouts: Timeouts,
) -> Result<Sessions, Probe> {
    let own = "SELECT pg_catalog.pg_backend_pid(), pg_catalog.clock_timestamp()::text";
    let first = sqlx::raw_sql(own).fetch_one(&mut *connection).await?;
    let (process, since): (i32, String) = (first.try_get(0)?, first.try_get(1)?);
    let mut held = Vec::new();
    let mut found = None;
    while found.is_none() && held.len() < MAX_HELD {
        let opened = wire::open(at.clone()).await.map_err(Probe::Open)?;
        let mut other = PgConnection::connect_with(&opened.options()).await?;
        let begun = timeout(WAIT.min(timeouts.probe), begin(&mut other, &since)).await;
        held.push(other);
        let is_fresh = match begun {
            // Everything is in use: it waits in the queue.
            Err(_elapsed) => true,
            // Transactions are refused: each statement has another session.
            Ok(Err(error)) if error.as_database_error().is_some() => {
                found = Some(Sessions::Shared);
                continue;
            }
            Ok(begun) => {
                let (other, is_fresh) = begun?;
                if other == process {
                    found = Some(Sessions::Shared);
                    continue;
                }
                is_fresh
            }
        };
        match (current(connection).await?, is_fresh) {
            (Some(now), true) if now == process => found = Some(Sessions::Kept),
            (Some(now), false) if now == process => {}
            // It waits for a session, or has got another.
            _ => found = Some(Sessions::Shared),
        }
    }
    for mut other in held {
        // One that still waits for a session is not waited for.
        let ending = async {
            sqlx::raw_sql("ROLLBACK").execute(&mut other).await.ok();
            other.close().await.ok();
        };
        timeout(WAIT, ending).await.ok();
    }
    Ok(found.unwrap_or(Sessions::Shared))
}

/// Begins a transaction, and returns its process, and whether the server has begun the session
/// since a time.
async fn begin(connection: &mut PgConnection, since: &str) -> Result<(i32, bool), sqlx::Error> {
    sqlx::raw_sql("BEGIN TRANSACTION READ ONLY")
        .execute(&mut *connection)
        .await?;
    let sql = format!(
        "SELECT pg_catalog.pg_backend_pid(), backend_start > '{since}'::timestamptz \
         FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// The process that a connection has now; none if it has to wait for one.
async fn current(connection: &mut PgConnection) -> Result<Option<i32>, sqlx::Error> {
    let asking = sqlx::raw_sql("SELECT pg_catalog.pg_backend_pid()").fetch_one(connection);
    match timeout(WAIT, asking).await {
        Ok(row) => row?.try_get(0).map(Some),
        Err(_elapsed) => Ok(None),
    }
}

/// Why it could not be found out.
#[derive(Debug)]
pub(super) enum Probe {
    Open(OpenError),
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for Probe {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}
