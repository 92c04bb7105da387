//! Transactions, and scripts of statements.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::error::{Operation, StoreError, StoreErrorKind};
use super::timeouts::Timeouts;

/// A connection to a target. Other modules pass it on; they run nothing on it.
pub type Connection = sqlx::PgConnection;

/// Begins a read-only transaction with one snapshot of the target.
///
/// # Errors
///
/// Fails if the connection is lost.
pub async fn begin_reading(connection: &mut Connection) -> Result<(), StoreError> {
    run(
        connection,
        "the target",
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    )
    .await
}

/// Makes every transaction of the session read-only, from the next one on.
///
/// # Errors
///
/// Fails if the connection is lost.
pub async fn make_read_only(connection: &mut Connection) -> Result<(), StoreError> {
    run(
        connection,
        "the target",
        "SET default_transaction_read_only TO on",
    )
    .await
}

/// Tables that others must not write while a job runs, since it relies on what is *not* in them, or
/// on rows that it cannot lock. A role without the right to lock them holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// Tables that it writes itself.
    pub written: BTreeSet<&'static str>,
    /// Tables that it only reads.
    pub read: BTreeSet<&'static str>,
}

/// How long a job that holds tables waits for a row of another one, unless the operator says how
/// long: a session that has the row may wait for the job's tables, and must not be the one that the
/// server ends as the victim of a deadlock, after a second. The job then begins again, with that
/// table, too.
const HOLDING: Duration = Duration::from_millis(500);

/// Begins a transaction with one snapshot of the target, which fails if another one writes the same
/// rows. Tables are locked against other writers until it ends, before it takes the snapshot:
/// `contested` ones, for which it lost before, and those that it holds.
///
/// It may write unless the server, the database or the role is set to read-only: that setting is
/// respected. It gives up before the server's deadlock check, after a second, involves sessions
/// that wait for one of the tables; from then on it waits for no other session in these tables.
///
/// # Errors
///
/// Fails with a retryable error if the tables cannot be locked soon.
pub async fn begin_writing(
    connection: &mut Connection,
    contested: &BTreeSet<String>,
    holds: &Holds,
    timeouts: Timeouts,
) -> Result<(), StoreError> {
    let Holds { written, read } = holds.clone();
    let rest = Holds {
        written: written.clone(),
        ..Holds::default()
    };
    // A role may have no right to lock what it only reads, or anything.
    for holds in [Holds { written, read }, rest] {
        match try_begin_writing(&mut *connection, contested, &holds, timeouts).await {
            Err(error) if error.kind == StoreErrorKind::Denied && holds != Holds::default() => {
                tracing::info!(%error, "not locked");
                run(&mut *connection, "the target", "ROLLBACK").await?;
            }
            done => return done,
        }
    }
    try_begin_writing(connection, contested, &Holds::default(), timeouts).await
}

async fn try_begin_writing(
    connection: &mut Connection,
    contested: &BTreeSet<String>,
    Holds { written, read }: &Holds,
    timeouts: Timeouts,
) -> Result<(), StoreError> {
    // Spares the server files for what it collects: rows of one table at a time.
    const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL work_mem TO '64MB'";
    let contested = contested.iter().map(String::as_str).collect::<Vec<_>>();
    let modes = [
        ("EXCLUSIVE", contested),
        ("SHARE ROW EXCLUSIVE", written.iter().copied().collect()),
        ("SHARE", read.iter().copied().collect()),
    ];
    let locks: Vec<String> = modes
        .iter()
        .filter(|(_, tables)| !tables.is_empty())
        .map(|(mode, tables)| format!("LOCK TABLE {} IN {mode} MODE; ", tables.join(", ")))
        .collect();
    if locks.is_empty() {
        let rows = sqlx::raw_sql(AssertSqlSafe(format!("{BEGIN}; {SHOW_ISOLATION}")))
            .fetch_all(connection)
            .await;
        let rows =
            rows.map_err(|error| StoreError::new(Operation::Transact, "the target", &error))?;
        return check_promises(&rows);
    }
    let number = modes.iter().map(|(_, tables)| tables.len()).sum();
    let mut names: Vec<&str> = modes.into_iter().flat_map(|(_, tables)| tables).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(", ");
    let after = timeouts.statement.map_or_else(
        || "DEFAULT".to_owned(),
        |limit| limit.as_millis().to_string(),
    );
    let wait = match (written.is_empty(), timeouts.wait, timeouts.lock) {
        (false, None, limit) => {
            let limit = limit.map_or(HOLDING, |limit| limit.min(HOLDING));
            format!("; SET LOCAL lock_timeout TO {}", limit.as_millis().max(1))
        }
        _ => String::new(),
    };
    let sql = format!(
        "{BEGIN}; SET LOCAL statement_timeout TO {}; {}SET LOCAL statement_timeout TO {after}{wait}; \
         {SHOW_ISOLATION}; {}",
        timeouts.lock_tables.as_millis(),
        locks.concat(),
        count_locks(number),
    );
    let locked = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await;
    let rows = locked.map_err(|error| {
        let error = StoreError::new(Operation::Lock, names, &error);
        match error.kind {
            StoreErrorKind::Cancelled | StoreErrorKind::Locked => StoreError {
                kind: StoreErrorKind::Serialization,
                ..error
            },
            _ => error,
        }
    })?;
    check_promises(&rows)
}

/// Asks for the isolation of the transaction, without taking its snapshot yet.
const SHOW_ISOLATION: &str = "SHOW transaction_isolation";

/// Asks whether the transaction holds so many locks on tables.
fn count_locks(locks: usize) -> String {
    format!(
        "SELECT {locks} <= (SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'relation' \
         AND mode IN ('ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock') AND granted \
         AND pid = pg_catalog.pg_backend_pid())"
    )
}

/// Checks what a server has answered: some speak the protocol, and lock or isolate nothing.
fn check_promises(rows: &[PgRow]) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Transact, "the target", &error);
    let (isolation, locks) = match rows {
        [isolation] => (isolation, None),
        [isolation, locks] => (isolation, Some(locks)),
        _ => return Err(failed(sqlx::Error::RowNotFound)),
    };
    let isolation: String = isolation.try_get(0).map_err(failed)?;
    if !["repeatable read", "serializable"].contains(&isolation.as_str()) {
        return Err(StoreError::incapable(
            "its transactions do not see one state of the database (REPEATABLE READ)",
        ));
    }
    match locks
        .map(|row| row.try_get(0))
        .transpose()
        .map_err(failed)?
    {
        Some(false) => Err(StoreError::incapable("LOCK TABLE locks nothing there")),
        Some(true) | None => Ok(()),
    }
}

/// Returns the number of the transaction that is open, by which [`outcome`] knows it, and checks
/// deferred constraints, as a commit would.
///
/// # Errors
///
/// Fails if a constraint is violated, the transaction had failed, or the connection is gone.
pub async fn number(connection: &mut Connection) -> Result<i64, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Transact, "the target", &error);
    let row = sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE; SELECT txid_current()")
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    row.try_get(0).map_err(failed)
}

/// The outcome of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It is committed.
    Committed,
    /// It is rolled back.
    RolledBack,
    /// It is still open.
    Open,
}

/// Asks the server for the outcome of a transaction of another connection; returns none if it no
/// longer knows it.
///
/// # Errors
///
/// Fails if the server never had such a transaction, as after a fail-over that
/// lost it, or the connection is gone.
pub async fn outcome(
    connection: &mut Connection,
    number: i64,
) -> Result<Option<CommitOutcome>, StoreError> {
    let status: Option<String> = sqlx::query_scalar("SELECT txid_status($1)")
        .bind(number)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Transact, "the target", &error))?;
    Ok(match status.as_deref() {
        Some("committed") => Some(CommitOutcome::Committed),
        Some("aborted") => Some(CommitOutcome::RolledBack),
        Some("in progress") => Some(CommitOutcome::Open),
        _ => None,
    })
}

/// Commits.
///
/// # Errors
///
/// Fails if the transaction had failed, or the connection is gone.
pub async fn commit(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, "the target", "COMMIT").await
}

/// Rolls back and [leaves](leave).
///
/// # Errors
///
/// Fails if the connection is gone; the transaction ends with the session.
pub async fn abandon(mut connection: Connection) -> Result<(), StoreError> {
    run(&mut connection, "the target", "ROLLBACK").await?;
    leave(connection).await
}

/// Releases the lock and closes: the server notices a closed session only a moment later, and the
/// next job must not find its lock.
///
/// # Errors
///
/// Fails if the connection is gone; the lock ends with the session.
pub async fn leave(mut connection: Connection) -> Result<(), StoreError> {
    super::lock::release(&mut connection).await?;
    close(connection).await
}

/// Closes a connection that holds no lock and no transaction.
///
/// # Errors
///
/// Fails if the connection is lost.
pub async fn close(connection: Connection) -> Result<(), StoreError> {
    connection
        .close()
        .await
        .map_err(|error| StoreError::new(Operation::Transact, "the target", &error))
}

/// Runs one of our scripts, with any number of statements.
///
/// # Errors
///
/// Fails at the first statement that does.
pub async fn script(
    connection: &mut Connection,
    what: &str,
    sql: String,
) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(|_| ())
        .map_err(|error| StoreError::new(Operation::Create, what, &error))
}

/// Says whether the server has a database with a name.
///
/// # Errors
///
/// Fails if the catalog cannot be read.
pub async fn has_database(connection: &mut Connection, name: &str) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Read, "pg_database", &error))
}

async fn run(
    connection: &mut Connection,
    table: &str,
    sql: &'static str,
) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(sql).execute(connection).await;
    done.map(|_| ())
        .map_err(|error| StoreError::new(Operation::Transact, table, &error))
}
