//! Tasks: asynchronous requests of a server's clients. Only in our schema in
//! the target, wherever jobs are recorded: a task contains the target's
//! objects.
//!
//! Each statement may be sent twice, after a lost connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::store::error::{Operation, StoreError, StoreErrorKind};

const TASKS: &str = "gatediff.tasks";
const FILES: &str = "gatediff.task_files";
const SERVERS: &str = "gatediff.servers";

/// The name of a task: a UUID in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskId(Arc<str>);

impl TaskId {
    /// Returns the name made of random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self::of(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Parses a name, with or without dashes; none if it is invalid.
    pub fn parse(text: &str) -> Option<Self> {
        // Not in braces, and not as a URN.
        let is_plain = matches!(text.len(), 32 | 36);
        let id = Uuid::try_parse(text).ok().filter(|_| is_plain)?;
        Some(Self::of(id))
    }

    fn of(id: Uuid) -> Self {
        Self(id.hyphenated().to_string().into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// It imports a file, or previews the import.
    Import,
    /// It exports a file.
    Export,
}

impl TaskKind {
    /// Returns its name for clients.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Import => "IMPORT",
            Self::Export => "EXPORT",
        }
    }
}

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It is waiting.
    NotStarted,
    /// It runs.
    InProgress,
    /// It is complete.
    Complete,
    /// It was cancelled before it wrote anything.
    Cancelled,
    /// It wrote nothing.
    Failed,
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::NotStarted,
        Self::InProgress,
        Self::Complete,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Returns its name for clients.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "NOT_STARTED",
            Self::InProgress => "IN_PROGRESS",
            Self::Complete => "COMPLETE",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }

    /// Says whether it is final.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Failed)
    }
}

/// A file of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskPart {
    /// What is to be imported, until the task has ended. It may contain secrets.
    Upload,
    /// What was exported. It contains secrets.
    Export,
    /// The results of an import for every object.
    Results,
    /// What an import changes, field by field.
    Differences,
}

impl TaskPart {
    const fn word(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Export => "export",
            Self::Results => "results",
            Self::Differences => "differences",
        }
    }
}

/// A task to be recorded.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Its name.
    pub id: TaskId,
    /// The server that accepted it.
    pub server: i32,
    /// The platform of the objects.
    pub platform: &'static str,
    /// What it does.
    pub kind: TaskKind,
    /// Whether it is a preview.
    pub preview: bool,
    /// How to do it, as the client gave it: JSON.
    pub options: String,
    /// The client that requested it.
    pub client: String,
    /// Whether it waits for a server, or is the work of one already.
    pub start: Start,
    /// For how many days its files are kept.
    pub kept_days: i32,
}

/// Who works at a new task.
#[derive(Clone, Debug)]
pub enum Start {
    /// Any server, once its turn comes.
    Waits {
        /// The file to import.
        upload: Option<Vec<u8>>,
        /// How many tasks may wait, this one not counted.
        waiting: i64,
    },
    /// The server that makes the backup of an import.
    Backup(TaskId),
}

/// How a task ended.
#[derive(Clone, Debug)]
pub struct TaskEnd {
    /// Its final state.
    pub state: TaskState,
    /// The message for the client.
    pub message: Option<String>,
    /// The job that wrote what it imported.
    pub job: Option<i64>,
    /// The task of the full export before it.
    pub backup: Option<TaskId>,
    /// Its files.
    pub files: Vec<(TaskPart, Arc<[u8]>)>,
}

/// A recorded task, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRecord {
    /// Its name.
    pub id: TaskId,
    /// The server that accepted it or started it last.
    pub server: i32,
    /// How often it was started.
    pub attempts: i32,
    /// What it does.
    pub kind: TaskKind,
    /// How far it is.
    pub state: TaskState,
    /// Whether it is a preview.
    pub preview: bool,
    /// How to do it, as the client gave it: JSON.
    pub options: String,
    /// The client that requested it.
    pub client: String,
    /// The message for the client.
    pub message: Option<String>,
    /// When it was requested.
    pub created: DateTime<Utc>,
    /// When its state changed last.
    pub modified: DateTime<Utc>,
    /// When it ended, if it did.
    pub completed: Option<DateTime<Utc>>,
    /// Until when its files are kept.
    pub expires: DateTime<Utc>,
    /// The job that wrote what it imported.
    pub job: Option<i64>,
    /// The task of the full export before it.
    pub backup: Option<TaskId>,
}

/// Which tasks a server could start now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// One that only reads the target.
    pub reads: bool,
    /// One that writes it, and no other one that does is running.
    pub writes: bool,
}

/// The time that clients see, by the clock that every server shares.
const NOW: &str = "date_trunc('milliseconds', clock_timestamp())";

/// Tells an import that writes from everything else.
const WRITES: &str = "(type = 'IMPORT' AND NOT preview)";

/// Assigns a unique number to a server process.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn enrol(connection: &mut PgConnection, operator: &str) -> Result<i32, StoreError> {
    let sql = "INSERT INTO gatediff.servers (host, process, program, operator, started_at) \
               VALUES ($1, $2, $3, $4, clock_timestamp()) RETURNING server_id";
    sqlx::query_scalar(sql)
        .bind(super::record::host())
        .bind(i64::from(std::process::id()))
        .bind(concat!("gatediff/", env!("CARGO_PKG_VERSION")))
        .bind(operator)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Insert, SERVERS, &error))
}

/// Records a task with its upload, and returns it; none if too many wait
/// already.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn create(
    connection: &mut PgConnection,
    task: &NewTask,
) -> Result<Option<TaskRecord>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, TASKS, &error);
    let (upload, waiting, backup_for) = match &task.start {
        Start::Waits { upload, waiting } => (upload.as_deref(), Some(*waiting), None),
        Start::Backup(import) => (None, None, Some(import.as_str())),
    };
    // The second time, after a lost connection, it finds its own row.
    let sql = format!(
        "WITH new AS (INSERT INTO gatediff.tasks \
         (task_id, server_id, platform, type, preview, options, client, created, modified, expires, \
         state, attempts, beat_at, backup_for) \
         SELECT $1::uuid, $2, $3, $4, $5, $6::json, $7, now, now, now + make_interval(days => $8), \
         CASE WHEN $9::int8 IS NULL THEN 'IN_PROGRESS' ELSE 'NOT_STARTED' END, \
         CASE WHEN $9::int8 IS NULL THEN 1 ELSE 0 END, CASE WHEN $9::int8 IS NULL THEN now END, $10::uuid \
         FROM (SELECT {NOW} AS now) AS clock \
         WHERE $9::int8 IS NULL OR $9::int8 >= (SELECT count(*) FROM gatediff.tasks WHERE state = 'NOT_STARTED') \
         ON CONFLICT (task_id) DO UPDATE SET modified = excluded.modified RETURNING *), \
         kept AS (INSERT INTO gatediff.task_files (task_id, part, content) \
         SELECT task_id, 'upload', $11::bytea FROM new WHERE $11::bytea IS NOT NULL \
         ON CONFLICT (task_id, part) DO NOTHING) SELECT {COLUMNS} FROM new"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(task.id.as_str())
        .bind(task.server)
        .bind(task.platform)
        .bind(task.kind.word())
        .bind(task.preview)
        .bind(&task.options)
        .bind(&task.client)
        .bind(task.kept_days)
        .bind(waiting)
        .bind(backup_for)
        .bind(upload)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.as_ref().map(decode).transpose().map_err(failed)
}

/// Says which tasks could be started.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn waiting(connection: &mut PgConnection) -> Result<Waiting, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TASKS, &error);
    let sql = format!(
        "SELECT EXISTS (SELECT FROM gatediff.tasks WHERE state = 'NOT_STARTED' AND NOT {WRITES}), \
         EXISTS (SELECT FROM gatediff.tasks WHERE state = 'NOT_STARTED' AND {WRITES}) \
         AND NOT EXISTS (SELECT FROM gatediff.tasks WHERE state = 'IN_PROGRESS' AND {WRITES})"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    let waiting = || {
        Ok(Waiting {
            reads: row.try_get(0)?,
            writes: row.try_get(1)?,
        })
    };
    waiting().map_err(failed)
}

/// Counts the tasks that wait and those that run, on every server.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn open(connection: &mut PgConnection) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT count(*) FILTER (WHERE state = 'NOT_STARTED'), \
               count(*) FILTER (WHERE state = 'IN_PROGRESS') FROM gatediff.tasks \
               WHERE state IN ('NOT_STARTED', 'IN_PROGRESS')";
    sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Read, TASKS, &error))
}

/// Gives a server the oldest task that waits, if there is one that another is
/// not taking at this moment. One that writes is given only if no other one
/// that does is running.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn claim(
    connection: &mut PgConnection,
    server: i32,
    writes: bool,
) -> Result<Option<TaskRecord>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Update, TASKS, &error);
    let sql = format!(
        "UPDATE gatediff.tasks t SET state = 'IN_PROGRESS', server_id = $1, attempts = t.attempts + 1, \
         beat_at = clock_timestamp(), modified = {NOW} FROM (SELECT task_id AS next FROM gatediff.tasks \
         WHERE state = 'NOT_STARTED' AND {WRITES} = $2 AND NOT ($2 AND EXISTS \
         (SELECT FROM gatediff.tasks WHERE state = 'IN_PROGRESS' AND {WRITES})) \
         ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1) AS oldest \
         WHERE t.task_id = oldest.next RETURNING {COLUMNS}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(server)
        .bind(writes)
        .fetch_optional(connection)
        .await;
    match row {
        Ok(row) => row.as_ref().map(decode).transpose().map_err(failed),
        Err(error) => match failed(error) {
            // Another server was quicker with another import: see `tasks_one_writer`.
            error if error.kind == StoreErrorKind::Conflict => Ok(None),
            error => Err(error),
        },
    }
}

/// Records that a server still works at attempts (task and number), and returns
/// those that are still its own.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn beat(
    connection: &mut PgConnection,
    server: i32,
    running: &[(TaskId, i32)],
) -> Result<Vec<(TaskId, i32)>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Update, TASKS, &error);
    let sql = "UPDATE gatediff.tasks t SET beat_at = clock_timestamp() \
               FROM UNNEST($2::text[], $3::int[]) AS r(id, attempt) \
               WHERE t.task_id = r.id::uuid AND t.attempts = r.attempt AND t.server_id = $1 \
               AND t.state = 'IN_PROGRESS' RETURNING t.task_id::text, t.attempts";
    let (ids, attempts): (Vec<&str>, Vec<i32>) =
        running.iter().map(|(id, n)| (id.as_str(), *n)).unzip();
    let rows = sqlx::query(sql)
        .bind(server)
        .bind(ids)
        .bind(attempts)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((TaskId(row.try_get::<String, _>(0)?.into()), row.try_get(1)?)))
        .collect::<Result<_, _>>()
        .map_err(failed)
}

/// Gives back the tasks whose server has not said for so long that it works at
/// them; returns their number. A backup belongs to an attempt of its import,
/// which takes another one.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn release_lost(
    connection: &mut PgConnection,
    lease: Duration,
) -> Result<u64, StoreError> {
    let lost = "coalesce(beat_at, '-infinity') < clock_timestamp() - make_interval(secs => $1)";
    release(connection, lost, "attempts", |query| {
        query.bind(lease.as_secs_f64())
    })
    .await
}

/// Gives back attempts that a server will not finish; returns the number of
/// tasks. They do not count as attempts.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn release_own(connection: &mut PgConnection, server: i32) -> Result<u64, StoreError> {
    release(connection, "server_id = $1", "attempts - 1", |query| {
        query.bind(server)
    })
    .await
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

async fn release<'q>(
    connection: &mut PgConnection,
    which: &str,
    attempts: &str,
    bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE gatediff.tasks SET beat_at = NULL, modified = {NOW}, attempts = {attempts}, \
         state = CASE WHEN backup_for IS NULL THEN 'NOT_STARTED' ELSE 'FAILED' END, \
         completed = CASE WHEN backup_for IS NOT NULL THEN {NOW} END, \
         message = CASE WHEN backup_for IS NOT NULL \
         THEN 'The server stopped; the import takes another backup when it is started again.' END \
         WHERE state = 'IN_PROGRESS' AND {which}"
    );
    let done = bind(sqlx::query(sqlx::AssertSqlSafe(sql)))
        .execute(connection)
        .await;
    done.map(|done| done.rows_affected())
        .map_err(|error| StoreError::new(Operation::Update, TASKS, &error))
}

/// Records how an attempt ended, saves its files and removes the upload;
/// returns whether it still was the server's own. Another server's attempt is
/// left alone.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn finish(
    connection: &mut PgConnection,
    (id, server, attempt): (&TaskId, i32, i32),
    end: &TaskEnd,
) -> Result<bool, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Update, TASKS, &error);
    let words: Vec<&str> = end.files.iter().map(|(part, _)| part.word()).collect();
    let contents: Vec<&[u8]> = end.files.iter().map(|(_, content)| &**content).collect();
    let sql = format!(
        "WITH ended AS (UPDATE gatediff.tasks SET state = $4, message = $5, job_id = $6, \
         backup_id = $7::uuid, beat_at = NULL, modified = {NOW}, completed = {NOW} \
         WHERE task_id = $1::uuid AND server_id = $2 AND attempts = $3 AND state = 'IN_PROGRESS' \
         RETURNING task_id), \
         files AS (INSERT INTO gatediff.task_files (task_id, part, content) \
         SELECT task_id, part, content FROM ended, UNNEST($8::text[], $9::bytea[]) AS f(part, content) \
         ON CONFLICT (task_id, part) DO UPDATE SET content = excluded.content), \
         upload AS (DELETE FROM gatediff.task_files USING ended \
         WHERE task_files.task_id = ended.task_id AND part = 'upload') \
         SELECT count(*) FROM ended"
    );
    let ended: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .bind(server)
        .bind(attempt)
        .bind(end.state.word())
        .bind(&end.message)
        .bind(end.job)
        .bind(end.backup.as_ref().map(TaskId::as_str))
        .bind(words)
        .bind(contents)
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    Ok(ended > 0)
}

/// Returns the job that wrote what a task imported, and the backup of that
/// attempt, if an earlier attempt did; `name` is that of the imported file in
/// the ledger.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn written(
    connection: &mut PgConnection,
    id: &TaskId,
    name: &str,
) -> Result<Option<(i64, Option<TaskId>)>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TASKS, &error);
    let sql = "SELECT job_id, (SELECT task_id::text FROM gatediff.tasks b WHERE b.backup_for = $2::uuid \
               AND b.state = 'COMPLETE' AND b.created <= j.finished_at ORDER BY b.position DESC LIMIT 1) \
               FROM gatediff.jobs j WHERE plan_id = $1 AND state = 'done'";
    let row = sqlx::query(sql)
        .bind(name)
        .bind(id.as_str())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    let found = |row: PgRow| {
        let backup: Option<String> = row.try_get(1)?;
        Ok((row.try_get(0)?, backup.map(|text| TaskId(text.into()))))
    };
    row.map(found).transpose().map_err(failed)
}

const COLUMNS: &str = "task_id::text, server_id, type, state, preview, options::text, message, created, \
                       modified, completed, expires, job_id, backup_id::text, attempts, client";

/// Returns a task whose files are still kept.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn find(
    connection: &mut PgConnection,
    id: &TaskId,
) -> Result<Option<TaskRecord>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TASKS, &error);
    let sql = format!(
        "SELECT {COLUMNS} FROM gatediff.tasks WHERE task_id = $1::uuid AND expires > clock_timestamp()"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.as_str());
    let row = row.fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(decode).transpose().map_err(failed)
}

/// Returns a file of a task, if there is one.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn file(
    connection: &mut PgConnection,
    id: &TaskId,
    part: TaskPart,
) -> Result<Option<Vec<u8>>, StoreError> {
    sqlx::query_scalar(
        "SELECT content FROM gatediff.task_files WHERE task_id = $1::uuid AND part = $2",
    )
    .bind(id.as_str())
    .bind(part.word())
    .fetch_optional(connection)
    .await
    .map_err(|error| StoreError::new(Operation::Read, FILES, &error))
}

/// Removes the files of expired and finished tasks; returns the number of
/// tasks.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn expire(connection: &mut PgConnection) -> Result<u64, StoreError> {
    let sql = "WITH gone AS (DELETE FROM gatediff.task_files f USING gatediff.tasks t \
               WHERE t.task_id = f.task_id AND t.expires <= clock_timestamp() \
               AND t.state IN ('COMPLETE', 'CANCELLED', 'FAILED') RETURNING f.task_id) \
               SELECT count(DISTINCT task_id) FROM gone";
    let gone: i64 = sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Delete, FILES, &error))?;
    Ok(u64::try_from(gone).unwrap_or_default())
}

/// Removes finished tasks whose files are gone and that are older than so many
/// days, at most so many of them; returns their number. A backup stays as long
/// as its import.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn sweep(
    connection: &mut PgConnection,
    days: u32,
    batch: i64,
) -> Result<u64, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Delete, TASKS, &error);
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let tasks = "DELETE FROM gatediff.tasks WHERE task_id IN (SELECT t.task_id FROM gatediff.tasks t \
                 WHERE t.created < clock_timestamp() - make_interval(days => $1) \
                 AND t.expires < clock_timestamp() AND t.state IN ('COMPLETE', 'CANCELLED', 'FAILED') \
                 AND NOT EXISTS (SELECT FROM gatediff.tasks o WHERE o.backup_id = t.task_id) \
                 ORDER BY t.created LIMIT $2 FOR UPDATE SKIP LOCKED)";
    let swept = sqlx::query(tasks)
        .bind(days)
        .bind(batch)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(swept.rows_affected())
}

fn decode(row: &PgRow) -> Result<TaskRecord, sqlx::Error> {
    let id = |text: String| TaskId(text.into());
    let kind = match row.try_get::<&str, _>("type")? {
        "IMPORT" => TaskKind::Import,
        _ => TaskKind::Export,
    };
    let word: &str = row.try_get("state")?;
    let state = TaskState::ALL
        .into_iter()
        .find(|state| state.word() == word);
    Ok(TaskRecord {
        id: id(row.try_get(0)?),
        server: row.try_get("server_id")?,
        attempts: row.try_get("attempts")?,
        kind,
        state: state.ok_or_else(|| sqlx::Error::Decode("a state of no name".into()))?,
        preview: row.try_get("preview")?,
        options: row.try_get(5)?,
        client: row.try_get("client")?,
        message: row.try_get("message")?,
        created: row.try_get("created")?,
        modified: row.try_get("modified")?,
        completed: row.try_get("completed")?,
        expires: row.try_get("expires")?,
        job: row.try_get("job_id")?,
        backup: row.try_get::<Option<String>, _>(12)?.map(id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_make_a_uuid_of_version_4() {
        assert_eq!(
            TaskId::from_random([0xff; 16]).as_str(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        assert_eq!(
            TaskId::from_random([0; 16]).as_str(),
            "00000000-0000-4000-8000-000000000000"
        );
    }

    #[test]
    fn a_name_is_read_with_its_dashes_or_without() {
        let id = TaskId::parse("ef38f943-47e9-4562-b5bb-8424a56397d8").unwrap();
        assert_eq!(TaskId::parse("EF38F94347E94562B5BB8424A56397D8"), Some(id));
        for other in [
            "",
            "ef38f94347e94562b5bb8424a56397d",
            "ef38f943-47e9-4562-b5bb-8424a56397dg",
            "ef38f94347e9-4562-b5bb-8424a56397d8--",
            "ef38f94347e945-62b5bb8424a56397d",
            "客客客客客客客客客客客客",
            "'; DROP TABLE gatediff.tasks; --''''",
        ] {
            assert_eq!(TaskId::parse(other), None, "{other}");
        }
    }
}
