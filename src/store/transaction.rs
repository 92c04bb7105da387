//! Transactions, and scripts of statements.

use sqlx::{AssertSqlSafe, Connection as _};

use super::sql::{Operation, StoreError};

/// A connection to a target. The other rooms hand it on; they run nothing on it.
pub type Connection = sqlx::PgConnection;

/// Begins a transaction that sees one state of the target and writes nothing.
///
/// # Errors
///
/// Fails if the connection is gone.
pub async fn begin_reading(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, "the target", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
}

/// Begins a transaction that sees one state of the target, and loses against
/// another that writes the same rows.
///
/// # Errors
///
/// Fails if the connection is gone.
pub async fn begin_writing(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, "the target", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE").await
}

/// Commits.
///
/// # Errors
///
/// Fails if the transaction had failed, or the connection is gone.
pub async fn commit(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, "the target", "COMMIT").await
}

/// Rolls back, as far as that is possible, and closes: closing ends whatever
/// is still open.
pub async fn abandon(mut connection: Connection) {
    run(&mut connection, "the target", "ROLLBACK").await.ok();
    connection.close().await.ok();
}

/// Closes a connection.
pub async fn close(connection: Connection) {
    connection.close().await.ok();
}

/// Runs a script of ours, of any number of statements.
///
/// # Errors
///
/// Fails at the first statement that does.
pub async fn script(connection: &mut Connection, what: &str, sql: String) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(|_| ()).map_err(|error| StoreError::new(Operation::Create, what, &error))
}

/// Says whether the server has a database of a name.
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

async fn run(connection: &mut Connection, table: &str, sql: &'static str) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(sql).execute(connection).await;
    done.map(|_| ()).map_err(|error| StoreError::new(Operation::Transact, table, &error))
}
