//! One job per target at a time, and control of a session over a second
//! connection.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::bulk::string_literal;
use super::error::{Operation, StoreError};
use super::timeouts::Timeouts;
use crate::store::connection::{APPLICATION_NAME, Target};

/// The advisory lock's key: the letters "gatediff" as a number.
const KEY: i64 = i64::from_be_bytes(*b"gatediff");

/// How often to retry a lock that turns out to be free when its holder is
/// looked up.
const TRIES: usize = 5;

/// The maximum length of a session's name in the server, in bytes.
const MAX_NAME_BYTES: usize = 63;

/// The holder of the target's lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// One line: role, program, operator and machine, where from, since when.
    pub who: String,
}

/// Prepares a session for the lock: names it after the operator and this machine, so that other
/// jobs can report the holder, of whom the server knows at most an address; and lets the server end
/// it if it holds the lock and is idle outside of any transaction; in one, it has a limit anyway.
/// Servers before PostgreSQL 14 know no such limit.
///
/// # Errors
///
/// Fails if the statements do.
pub async fn prepare(
    connection: &mut PgConnection,
    operator: &str,
    timeouts: Timeouts,
) -> Result<(), StoreError> {
    run(connection, preparation(operator, timeouts)).await
}

fn preparation(operator: &str, timeouts: Timeouts) -> String {
    let name = string_literal(&signature(operator, &machine()));
    let mut sql = format!("SELECT set_config('application_name', {name}, false); ");
    if let Some(limit) = timeouts.idle_in_transaction {
        sql.push_str(&format!(
            "SELECT set_config(name, '{}', false) FROM pg_settings WHERE name = 'idle_session_timeout'; ",
            limit.as_millis()
        ));
    }
    sql
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(|_| ()).map_err(|error| failed(&error))
}

/// Returns the name of a session. The server keeps ASCII only, and cuts what is
/// long: an operator that does not fit is left out, and a machine is truncated.
fn signature(operator: &str, machine: &str) -> String {
    let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    let long = format!("{APPLICATION_NAME} {operator}@{machine}");
    if is_plain(operator) && is_plain(machine) && long.len() <= MAX_NAME_BYTES {
        return long;
    }
    let short = format!("{APPLICATION_NAME} {machine}");
    if is_plain(machine) {
        short.chars().take(MAX_NAME_BYTES).collect()
    } else {
        APPLICATION_NAME.to_owned()
    }
}

fn machine() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Takes the target's lock for the rest of the session, or returns its holder.
/// Does not wait.
///
/// A session lock, taken before the transaction begins: the transaction's
/// snapshot must not be older than the lock, or it would miss what the last
/// holder committed. It ends with the connection, whatever happens to us.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn take(connection: &mut PgConnection) -> Result<Result<(), Holder>, StoreError> {
    try_to_take(connection, String::new()).await
}

/// [Prepares](prepare) the session, and [takes](take) the lock.
///
/// # Errors
///
/// Fails if the statements do.
pub async fn prepare_and_take(
    connection: &mut PgConnection,
    operator: &str,
    timeouts: Timeouts,
) -> Result<Result<(), Holder>, StoreError> {
    try_to_take(connection, preparation(operator, timeouts)).await
}

async fn try_to_take(
    connection: &mut PgConnection,
    mut before: String,
) -> Result<Result<(), Holder>, StoreError> {
    for _ in 0..TRIES {
        // Some servers have these functions, and lock nothing.
        let sql = std::mem::take(&mut before)
            + &format!(
                "SELECT pg_try_advisory_lock({KEY}); SELECT EXISTS ({})",
                own_lock()
            );
        let rows = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_all(&mut *connection)
            .await;
        let answers = rows.and_then(|rows| match rows.as_slice() {
            [.., taken, is_held] => Ok((taken.try_get(0)?, is_held.try_get(0)?)),
            _ => Err(sqlx::Error::RowNotFound),
        });
        match answers.map_err(|error| failed(&error))? {
            (true, true) => return Ok(Ok(())),
            (true, false) => {
                return Err(StoreError::incapable("advisory locks lock nothing there"));
            }
            (false, _) => {}
        }
        // The holder may be gone.
        if let Some(holder) = holder(connection).await? {
            return Ok(Err(holder));
        }
    }
    Ok(Err(Holder {
        who: "another session".to_owned(),
    }))
}

/// The target's lock, as the server lists it if this session holds it.
fn own_lock() -> String {
    format!(
        "SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
         AND pid = pg_catalog.pg_backend_pid() \
         AND ((classid::int8 << 32) | objid::int8) = {KEY}"
    )
}

/// Gives the lock back, outside of any transaction.
///
/// # Errors
///
/// Fails if the statement does.
pub(super) async fn release(connection: &mut PgConnection) -> Result<(), StoreError> {
    run(connection, format!("SELECT pg_advisory_unlock({KEY})")).await
}

/// Looks up who holds the lock of this database. The server may report only the
/// name for sessions of other roles.
async fn holder(connection: &mut PgConnection) -> Result<Option<Holder>, StoreError> {
    let sql = "SELECT a.usename::text, a.application_name, \
               CASE WHEN a.backend_start IS NOT NULL \
               THEN coalesce(host(a.client_addr), 'the server''s own machine') END, \
               to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI:SS TZ') \
               FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND ((l.classid::int8 << 32) | l.objid::int8) = $1";
    let row = sqlx::query(sql)
        .bind(KEY)
        .fetch_optional(connection)
        .await
        .map_err(|error| failed(&error))?;
    Ok(row.map(|row| Holder {
        who: describe(&row),
    }))
}

fn describe(row: &PgRow) -> String {
    let text = |index: usize| {
        row.try_get::<Option<String>, _>(index)
            .ok()
            .flatten()
            .filter(|text| !text.is_empty())
    };
    let mut who = text(0).unwrap_or_else(|| "a dropped role".to_owned());
    if let Some(name) = text(1) {
        // The program, and its operator and machine, if the session has our
        // name.
        who.push_str(&format!(" ({})", name.replacen(' ', ", ", 1)));
    }
    if let Some(place) = text(2) {
        who.push_str(&format!(" from {place}"));
    }
    if let Some(since) = text(3) {
        who.push_str(&format!(", since {since}"));
    }
    who
}

/// Cancels the statement that another connection of ours runs, over a
/// connection of its own. Returns whether the server received it.
pub async fn cancel(target: &Target, timeouts: Timeouts, backend: i32) -> bool {
    signal_backend(target, timeouts, backend, "pg_cancel_backend").await
}

/// Ends the session of another connection of ours, over a connection of its
/// own: what it has not committed is rolled back, and its lock is free. Returns
/// whether the server received it.
pub async fn end(target: &Target, timeouts: Timeouts, backend: i32) -> bool {
    signal_backend(target, timeouts, backend, "pg_terminate_backend").await
}

async fn signal_backend(
    target: &Target,
    timeouts: Timeouts,
    backend: i32,
    order: &'static str,
) -> bool {
    let telling = async {
        let mut connection = target.connect_monitor(timeouts).await?;
        give(&mut connection, backend, order).await
    };
    tokio::time::timeout(timeouts.probe, telling)
        .await
        .ok()
        .flatten()
        .is_some()
}

/// Sends a command to one of our sessions; its process id may since belong to
/// another program.
async fn give(connection: &mut PgConnection, backend: i32, order: &'static str) -> Option<()> {
    let sql = format!(
        "SELECT {order}(pid) FROM pg_stat_activity \
         WHERE pid = $1 AND usename = session_user AND application_name LIKE 'gatediff/%'"
    );
    let given = sqlx::query(AssertSqlSafe(sql))
        .bind(backend)
        .execute(connection)
        .await;
    given.ok().map(|_| ())
}

/// The state of a session, as reported by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// It is active.
    Working,
    /// It waits for us: to send the next message, or to receive one.
    Waiting,
    /// The session does not exist.
    Gone,
}

/// Reads the state of another of our sessions, over a new connection; returns
/// none if the server cannot be asked.
pub async fn probe(target: &Target, timeouts: Timeouts, backend: i32) -> Option<Heartbeat> {
    let probing = async {
        let mut connection = target.connect_monitor(timeouts).await?;
        heartbeat(&mut connection, backend).await.ok()
    };
    tokio::time::timeout(timeouts.probe, probing)
        .await
        .ok()
        .flatten()
}

/// Reads the state of another of our sessions.
///
/// Determined by what the server waits for, not by the session's `state`: a
/// statement whose end was lost by the network is `active`, and waits for us.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn heartbeat(
    connection: &mut PgConnection,
    backend: i32,
) -> Result<Heartbeat, StoreError> {
    let sql =
        "SELECT wait_event_type IS NOT DISTINCT FROM 'Client' FROM pg_stat_activity WHERE pid = $1";
    let waits: Option<bool> = sqlx::query_scalar(sql)
        .bind(backend)
        .fetch_optional(connection)
        .await
        .map_err(|error| failed(&error))?;
    Ok(match waits {
        None => Heartbeat::Gone,
        Some(true) => Heartbeat::Waiting,
        Some(false) => Heartbeat::Working,
    })
}

/// Ends the session of a connection of ours, over another. Returns whether the
/// server received it.
pub async fn end_from(connection: &mut PgConnection, backend: i32) -> bool {
    give(connection, backend, "pg_terminate_backend")
        .await
        .is_some()
}

fn failed(error: &sqlx::Error) -> StoreError {
    StoreError::new(Operation::Transact, "the target", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_signed_with_what_the_server_keeps() {
        assert_eq!(
            signature("mei", "desk"),
            format!("{APPLICATION_NAME} mei@desk")
        );
        assert_eq!(
            signature("小美", "desk"),
            format!("{APPLICATION_NAME} desk")
        );
        assert_eq!(signature("", "desk"), format!("{APPLICATION_NAME} desk"));
        assert_eq!(signature("mei", "ta\u{1b}ble"), APPLICATION_NAME);
        assert_eq!(
            signature(&"m".repeat(60), "desk"),
            format!("{APPLICATION_NAME} desk")
        );
        assert_eq!(signature("mei", &"d".repeat(90)).len(), MAX_NAME_BYTES);
    }
}
