//! The ledger in the target: the schema `gatediff`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, SqlStr};

use super::contents::{JournalContents, JournalPart};
use super::record::{JournalRow, host};
use super::statements::statements;
use crate::store::bulk::string_literal;
use crate::store::catalog::{Catalog, described, describing};
use crate::store::error::StoreErrorKind;
use crate::store::writer::{OPEN_QUEUE, QUEUED_BACKUP};

statements!(PgConnection, PgRow, "gatediff.", "OVERRIDING SYSTEM VALUE");

/// The table of migrations, so that nothing of ours is in the product's schema.
const MIGRATIONS: &str = "gatediff.migrations";

/// Returns the newest migration, if there is a table of them; 0 if it is empty. A statement cannot
/// read a table only if it exists, so it is read by a block, which leaves the number in a setting
/// for the rest of the message.
const NEWEST: &str = "DO $$ BEGIN PERFORM set_config('gatediff.newest', '', true); \
    IF to_regclass('gatediff.migrations') IS NOT NULL THEN PERFORM set_config('gatediff.newest', coalesce(max(version), 0)::text, true) \
    FROM gatediff.migrations WHERE success; END IF; END $$; \
    SELECT current_setting('gatediff.newest', true)";

/// The schema of all our tables.
const SCHEMA: &str = "gatediff";

const JOURNAL: &str = "gatediff.journal_rows";

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
    let rows = sqlx::raw_sql(NEWEST).fetch_all(connection).await;
    let newest = rows.and_then(|rows| {
        let last = rows.last().ok_or(sqlx::Error::RowNotFound)?;
        last.try_get::<Option<String>, _>(0)
    });
    let Some(newest) = newest.map_err(failed)?.filter(|newest| !newest.is_empty()) else {
        return Ok(false);
    };
    let newest = newest.parse().ok();
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
        "pages",
        include_str!("../../../migrations/0006_pages.sql"),
    ),
    (
        7,
        "document_lookups",
        include_str!("../../../migrations/0007_document_lookups.sql"),
    ),
    (
        8,
        "entry_lookups",
        include_str!("../../../migrations/0008_entry_lookups.sql"),
    ),
    (
        9,
        "task_queue",
        include_str!("../../../migrations/0009_task_queue.sql"),
    ),
    (
        10,
        "audit",
        include_str!("../../../migrations/0010_audit.sql"),
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

/// Describes tables, reserves the number of a job, and opens the queue of its writes; no number if
/// the role may only insert jobs, or create no temporary tables.
pub(super) async fn reserve(
    connection: &mut PgConnection,
    number: Option<i64>,
    tables: &[&str],
) -> Result<(Catalog, Option<i64>), StoreError> {
    let next = number.map_or_else(
        || "nextval(s::regclass)".to_owned(),
        |number| number.to_string(),
    );
    let sql = format!(
        "{}; {OPEN_QUEUE} SELECT CASE WHEN has_sequence_privilege(s, 'USAGE') \
         AND to_regclass('pg_temp.gatediff_queue') IS NOT NULL THEN {next} END::int8 \
         FROM pg_get_serial_sequence('gatediff.jobs', 'job_id') AS s",
        describing(tables)
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await;
    let reserved = rows.and_then(|mut rows| {
        let last = rows.pop().ok_or(sqlx::Error::RowNotFound)?;
        Ok((described(rows)?, last.try_get(0)?))
    });
    reserved.map_err(|error| StoreError::new(Operation::Allocate, JOBS, &error))
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
    let number = match literal(job, state) {
        Some(sql) => {
            let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, JOBS, &error);
            let row = sqlx::raw_sql(AssertSqlSafe(sql))
                .fetch_one(&mut *connection)
                .await;
            row.map_err(failed)?.try_get(0).map_err(failed)?
        }
        None => insert_job(connection, job, state).await?,
    };
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

/// Returns the statement that inserts a job and its backup, and returns its number; none if it
/// takes parameters.
fn literal(job: &NewJob<'_>, state: &str) -> Option<String> {
    // A backup holds secrets, which no statement contains.
    if job.backup.is_some() && !job.is_backup_queued {
        return None;
    }
    let text = |text: &str| (!text.contains('\0')).then(|| string_literal(text));
    let optional = |value: Option<&str>| value.map_or_else(|| Some("NULL".to_owned()), text);
    let json = |value: &Value| Some(format!("{}::jsonb", text(&value.to_string())?));
    let time = |time: &DateTime<Utc>| format!("'{}'", time.to_rfc3339());
    let values = [
        text(job.command)?,
        text(job.platform)?,
        text(job.operator)?,
        text(&host())?,
        text(concat!("gatediff/", env!("CARGO_PKG_VERSION")))?,
        text(job.target)?,
        text(job.file_path)?,
        text(job.file_sha256)?,
        time(&job.started_at),
        time(&job.finished_at),
        json(&job.counts)?,
        json(&job.table_rows)?,
        text(state)?,
        optional(job.error)?,
        optional(job.plan_id)?,
        job.undoes
            .map_or_else(|| "NULL".to_owned(), |job| job.to_string()),
        job.whole.to_string(),
        json(&job.choices)?,
    ];
    let [number, overriding, value] = match job.number {
        Some(number) => [
            ", job_id",
            "OVERRIDING SYSTEM VALUE ",
            &format!(", {number}"),
        ],
        None => ["", "", ""],
    };
    let backups = match job.backup {
        Some(backup) => format!(
            ", b AS (INSERT INTO gatediff.backups (job_id, name, sha256, content) \
             SELECT job_id, {}, {}, {QUEUED_BACKUP} FROM j)",
            text(&backup.name)?,
            text(&backup.sha256)?,
        ),
        None => String::new(),
    };
    let sql = format!(
        "WITH j AS (INSERT INTO gatediff.jobs (command, platform, operator, host, program, target, file_path, \
         file_sha256, started_at, finished_at, counts, table_rows, state, error, plan_id, undoes, whole, choices{number}) \
         {overriding}VALUES ({}{value}) RETURNING job_id){backups} SELECT job_id FROM j",
        values.join(", ")
    );
    Some(sql)
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
    let sql = "INSERT INTO gatediff.journal_rows (job_id, position, table_name, item, row_key, row_before, row_after) \
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

/// Returns every job, newest first, and what the journal of one contains. No row is read for that.
pub(super) async fn jobs_and_contents(
    connection: &mut PgConnection,
    job: i64,
) -> Result<(Vec<JobRecord>, JournalContents), StoreError> {
    let sql = format!(
        "{SELECT_JOBS}; SELECT table_name, before IS NOT NULL, after IS NOT NULL, NULL, min(position), true, \
         sum(cardinality(items))::int8 FROM gatediff.journal_pages WHERE job_id = {job} GROUP BY 1, 2, 3 \
         UNION ALL SELECT table_name, row_before IS NOT NULL, row_after IS NOT NULL, NULL, min(position), false, \
         count(*) FROM gatediff.journal_rows WHERE job_id = {job} GROUP BY 1, 2, 3 \
         UNION ALL SELECT DISTINCT '', false, false, i.item, 0, true, 0 FROM (\
         SELECT unnest(items) FROM gatediff.journal_pages WHERE job_id = {job} \
         UNION ALL SELECT item FROM gatediff.journal_rows WHERE job_id = {job}) AS i (item) ORDER BY 5, 1, 2, 3"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await;
    let read = rows.and_then(|rows| {
        let (jobs, contents) = rows.iter().partition::<Vec<&PgRow>, _>(|row| row.len() > 7);
        Ok((decode_jobs(jobs)?, decode_contents(contents)?))
    });
    read.map_err(|error| StoreError::new(Operation::Read, JOURNAL, &error))
}

fn decode_contents(rows: Vec<&PgRow>) -> Result<JournalContents, sqlx::Error> {
    let mut contents = JournalContents {
        is_paged: true,
        ..JournalContents::default()
    };
    for row in rows {
        if let Some(item) = row.try_get(3)? {
            contents.items.insert(item);
            continue;
        }
        let is_paged: bool = row.try_get(5)?;
        contents.is_paged &= is_paged;
        contents.parts.push(JournalPart {
            table: row.try_get(0)?,
            has_before: row.try_get(1)?,
            has_after: row.try_get(2)?,
            rows: row.try_get::<i64, _>(6)?.unsigned_abs(),
        });
    }
    Ok(contents)
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

/// Returns those of some items whose rows later jobs than one wrote.
pub(super) async fn written_since(
    connection: &mut PgConnection,
    job: i64,
    items: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT item FROM gatediff.journal_pages, unnest(items) AS i (item) \
               WHERE job_id > $1 AND items && $2 AND item = ANY ($2) \
               UNION SELECT item FROM gatediff.journal_rows WHERE job_id > $1 AND item = ANY ($2)";
    let found = sqlx::query_scalar(sql)
        .bind(job)
        .bind(items)
        .fetch_all(connection)
        .await;
    let found: Vec<String> =
        found.map_err(|error| StoreError::new(Operation::Read, JOURNAL, &error))?;
    Ok(found.into_iter().collect())
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
