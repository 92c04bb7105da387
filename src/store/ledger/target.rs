//! The ledger in the target: the schema `gatediff`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, SqlStr};

use super::record::JournalRow;
use super::statements::statements;
use crate::store::error::StoreErrorKind;

statements!(PgConnection, PgRow, "gatediff.");

/// The table of migrations, so that nothing of ours is in the product's schema.
const MIGRATIONS: &str = "gatediff.migrations";

/// The schema of all our tables.
const SCHEMA: &str = "gatediff";

const JOURNAL: &str = "gatediff.journal";

/// How many bytes of rows one statement journals: PostgreSQL refuses messages
/// of a gigabyte.
const CHUNK: usize = 256 << 20;

/// Says whether our schema exists with this program's version.
///
/// # Errors
///
/// Fails if the catalog cannot be read, or the schema is newer.
pub async fn is_current(connection: &mut PgConnection) -> Result<bool, StoreError> {
    match find(connection).await {
        Err(error) if error.kind == StoreErrorKind::Older => Ok(false),
        other => other,
    }
}

/// Says whether our schema exists.
///
/// # Errors
///
/// Fails if the catalog cannot be read, or the schema is older or newer than
/// this program.
pub(super) async fn find(connection: &mut PgConnection) -> Result<bool, StoreError> {
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
    match newest.cmp(&wanted) {
        Ordering::Equal => Ok(true),
        Ordering::Less => Err(of_another(
            StoreErrorKind::Older,
            Operation::Read,
            "an older",
        )),
        Ordering::Greater => Err(of_another(
            StoreErrorKind::Newer,
            Operation::Read,
            "a newer",
        )),
    }
}

fn of_another(kind: StoreErrorKind, operation: Operation, which: &str) -> StoreError {
    StoreError {
        kind,
        ..StoreError::other(
            operation,
            SCHEMA,
            format!("it was created by {which} gatediff"),
        )
    }
}

/// Creates or upgrades our schema.
///
/// # Errors
///
/// Fails if the role may not create a schema in the database.
pub async fn init(connection: &mut PgConnection) -> Result<(), StoreError> {
    // Not `run`, whose bounds a boxed future does not satisfy.
    migrator()
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                StoreError::new(Operation::Create, SCHEMA, &error)
            }
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                of_another(StoreErrorKind::Newer, Operation::Create, "a newer")
            }
            _ => StoreError::other(
                Operation::Create,
                SCHEMA,
                "the migrations do not match the schema",
            ),
        })
}

/// The migrations: version, description, SQL. They never change once they are released.
const ALL: &[(i64, &str, &str)] = &[
    (1, "jobs", include_str!("../../../migrations/0001_jobs.sql")),
    (
        2,
        "journal",
        include_str!("../../../migrations/0002_journal.sql"),
    ),
    (
        3,
        "documents",
        include_str!("../../../migrations/0003_documents.sql"),
    ),
    (
        4,
        "requests",
        include_str!("../../../migrations/0004_requests.sql"),
    ),
    (
        5,
        "tasks",
        include_str!("../../../migrations/0005_tasks.sql"),
    ),
    (
        6,
        "document_lookups",
        include_str!("../../../migrations/0006_document_lookups.sql"),
    ),
];

fn migrator() -> Migrator {
    let migrations = ALL.iter().map(|(version, description, sql)| {
        Migration::new(
            *version,
            Cow::Borrowed(description),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.dangerous_set_table_name(MIGRATIONS);
    migrator.create_schemas = Cow::Borrowed(&[Cow::Borrowed(SCHEMA)]);
    migrator
}

/// Records a job, in the transaction of what it wrote.
pub(super) async fn record(
    connection: &mut PgConnection,
    job: &NewJob<'_>,
) -> Result<i64, StoreError> {
    let state = if job.error.is_some() {
        "failed"
    } else {
        "done"
    };
    let number = insert_job(connection, job, state).await?;
    let mut position = 0_i64;
    let mut rest = job.journal;
    while !rest.is_empty() {
        let (rows, later) = rest.split_at(fitting(rest));
        insert_journal(connection, number, position, rows).await?;
        position += i64::try_from(rows.len()).unwrap_or_default();
        rest = later;
    }
    Ok(number)
}

/// Returns how many rows one statement takes; at least one.
fn fitting(rows: &[JournalRow]) -> usize {
    let mut bytes = 0;
    let fits = |row: &&JournalRow| {
        let sides = [row.before.as_ref(), row.after.as_ref()];
        bytes += row.key.len()
            + row.item.len()
            + sides.into_iter().flatten().map(String::len).sum::<usize>();
        bytes <= CHUNK
    };
    rows.iter().take_while(fits).count().max(1)
}

async fn insert_journal(
    connection: &mut PgConnection,
    job: i64,
    first: i64,
    rows: &[JournalRow],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO gatediff.journal (job_id, position, table_name, item, row_key, row_before, row_after) \
               SELECT $1, $2 + n, r.table_name, r.item, r.key::jsonb, r.before::jsonb, r.after::jsonb \
               FROM UNNEST($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) \
               WITH ORDINALITY AS r(table_name, item, key, before, after, n)";
    sqlx::query(sql)
        .bind(job)
        .bind(first)
        .bind(rows.iter().map(|row| &*row.table).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| &*row.item).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())
        .bind(
            rows.iter()
                .map(|row| row.before.as_deref())
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|row| row.after.as_deref())
                .collect::<Vec<_>>(),
        )
        .execute(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Insert, JOURNAL, &error))?;
    Ok(())
}

/// Returns every job, newest first.
pub(super) async fn jobs(connection: &mut PgConnection) -> Result<Vec<JobRecord>, StoreError> {
    select_jobs(connection).await
}

/// Returns the choices of a job.
pub(super) async fn choices(
    connection: &mut PgConnection,
    job: i64,
) -> Result<Option<Value>, StoreError> {
    select_choices(connection, job).await
}

/// Returns the rows that a job touched.
pub(super) async fn journal(
    connection: &mut PgConnection,
    job: i64,
) -> Result<Vec<JournalRow>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, JOURNAL, &error);
    let sql = "SELECT table_name, item, row_key::text, row_before::text, row_after::text \
               FROM gatediff.journal WHERE job_id = $1 ORDER BY position";
    let mut stream = sqlx::query(sql).bind(job).fetch(connection);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        rows.push(JournalRow {
            table: Arc::from(row.try_get::<&str, _>(0).map_err(failed)?),
            item: Arc::from(row.try_get::<&str, _>(1).map_err(failed)?),
            key: row.try_get(2).map_err(failed)?,
            before: row.try_get(3).map_err(failed)?,
            after: row.try_get(4).map_err(failed)?,
        });
    }
    Ok(rows)
}

/// Returns the backup that a job kept.
pub(super) async fn backup(
    connection: &mut PgConnection,
    job: i64,
) -> Result<Option<Backup>, StoreError> {
    select_backup(connection, job).await
}

/// Returns the key that signs saved plans.
pub(super) async fn plan_key(connection: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    select_plan_key(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_is_there_under_its_own_number() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<(String, String)> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                (entry.file_name().into_string().unwrap(), text)
            })
            .collect();
        files.sort();
        let listed: Vec<(String, String)> = ALL
            .iter()
            .map(|(version, name, sql)| (format!("{version:04}_{name}.sql"), (*sql).to_owned()))
            .collect();
        assert_eq!(listed, files);
        assert_eq!(migrator().migrations.len(), ALL.len());
    }
}
