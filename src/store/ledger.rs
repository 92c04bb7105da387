//! Our own schema in the target: which jobs wrote what.

mod record;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migrator};

use super::sql::{Operation, StoreError, StoreErrorKind};

pub use record::{JobRecord, JobState};

/// The table that migrations are recorded in, so that nothing of ours lies in
/// the product's schema.
const MIGRATIONS: &str = "gatediff.migrations";

/// The schema that holds everything of ours.
const SCHEMA: &str = "gatediff";

/// What a job leaves behind.
#[derive(Clone, Debug)]
pub struct JobRow<'a> {
    /// What was done, such as `apply`.
    pub command: &'a str,
    /// Whose file it was.
    pub platform: &'a str,
    /// Who did it.
    pub operator: &'a str,
    /// The target, without a password.
    pub target: &'a str,
    /// The file's path.
    pub file_path: &'a str,
    /// The file's checksum.
    pub file_sha256: &'a str,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How many items had which outcome.
    pub counts: Value,
    /// What was done to which table.
    pub table_rows: Value,
}

/// Says whether our schema is there and as new as this program.
///
/// # Errors
///
/// Fails if the catalog cannot be read.
pub async fn is_current(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, MIGRATIONS, &error);
    let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(MIGRATIONS)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !there {
        return Ok(false);
    }
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM gatediff.migrations WHERE success")
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    let wanted = migrator().iter().map(|migration| migration.version).max();
    Ok(newest >= wanted)
}

/// Creates or upgrades our schema.
///
/// # Errors
///
/// Fails if the role may not create a schema in the database.
pub async fn init(connection: &mut PgConnection) -> Result<(), StoreError> {
    // Not `run`, whose bounds no boxed future meets.
    migrator().run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            StoreError::new(Operation::Create, SCHEMA, &error)
        }
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError {
            kind: StoreErrorKind::Schema,
            ..StoreError::other(Operation::Create, SCHEMA, "it was made by a newer gatediff")
        },
        _ => StoreError::other(Operation::Create, SCHEMA, "the migrations do not fit what is there"),
    })
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!();
    migrator.dangerous_set_table_name(MIGRATIONS);
    migrator.create_schemas = Cow::Borrowed(&[Cow::Borrowed(SCHEMA)]);
    migrator
}

/// Records a job, in the transaction of what it wrote, and returns its number.
///
/// # Errors
///
/// Fails if the role may not write into our schema.
pub async fn record(connection: &mut PgConnection, job: &JobRow<'_>) -> Result<i64, StoreError> {
    let sql = "INSERT INTO gatediff.jobs (command, platform, operator, host, program, target, file_path, \
               file_sha256, started_at, counts, table_rows) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING job_id";
    sqlx::query_scalar(sql)
        .bind(job.command)
        .bind(job.platform)
        .bind(job.operator)
        .bind(host())
        .bind(concat!("gatediff/", env!("CARGO_PKG_VERSION")))
        .bind(job.target)
        .bind(job.file_path)
        .bind(job.file_sha256)
        .bind(job.started_at)
        .bind(&job.counts)
        .bind(&job.table_rows)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Insert, "gatediff.jobs", &error))
}

/// Says whether a job is in the ledger.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn has_job(connection: &mut PgConnection, job: i64) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM gatediff.jobs WHERE job_id = $1)")
        .bind(job)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Read, "gatediff.jobs", &error))
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
