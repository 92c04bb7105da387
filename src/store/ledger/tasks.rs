//! Tasks: asynchronous requests of a server's clients. Only in our schema in
//! the target, wherever jobs are recorded: a task contains the target's
//! objects.
//!
//! Each statement may be sent twice, after a lost connection.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::store::error::{Operation, StoreError};

const TASKS: &str = "gatediff.tasks";
const FILES: &str = "gatediff.task_files";
const SERVERS: &str = "gatediff.servers";

/// The first key of the advisory locks of servers: the letters "gate" as a
/// number. The second is the server's.
const SERVER_KEY: i32 = i32::from_be_bytes(*b"gate");

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
    /// The server that will process it.
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
    /// When it was requested.
    pub created: DateTime<Utc>,
    /// Until when its files are kept.
    pub expires: DateTime<Utc>,
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
    /// When it ended.
    pub completed: DateTime<Utc>,
    /// Its files.
    pub files: Vec<(TaskPart, Arc<[u8]>)>,
}

/// A recorded task, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRecord {
    /// Its name.
    pub id: TaskId,
    /// The server that processes it, or did.
    pub server: i32,
    /// What it does.
    pub kind: TaskKind,
    /// How far it is.
    pub state: TaskState,
    /// Whether it is a preview.
    pub preview: bool,
    /// How to do it, as the client gave it: JSON.
    pub options: String,
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

/// Assigns a unique number to a server process.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn enrol(
    connection: &mut PgConnection,
    operator: &str,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let sql = "INSERT INTO gatediff.servers (host, process, program, operator, started_at) \
               VALUES ($1, $2, $3, $4, $5) RETURNING server_id";
    sqlx::query_scalar(sql)
        .bind(super::record::host())
        .bind(i64::from(std::process::id()))
        .bind(concat!("gatediff/", env!("CARGO_PKG_VERSION")))
        .bind(operator)
        .bind(now)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Insert, SERVERS, &error))
}

/// Takes a server's lock for the rest of the session, which shows that it is
/// alive. Returns whether it was free: after a broken connection the old
/// session may still hold it for a while.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn sign_in(connection: &mut PgConnection, server: i32) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT pg_try_advisory_lock($1, $2)")
        .bind(SERVER_KEY)
        .bind(server)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Transact, SERVERS, &error))
}

/// Ends the session that holds a server's lock, if that is another one.
///
/// # Errors
///
/// Fails if the statement does.
pub async fn end_signed_in(connection: &mut PgConnection, server: i32) -> Result<(), StoreError> {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_locks \
               WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND pid <> pg_backend_pid() \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND classid::int8 = $1 AND objid::int8 = $2";
    let ended = sqlx::query(sql)
        .bind(i64::from(SERVER_KEY))
        .bind(i64::from(server))
        .execute(connection)
        .await;
    ended
        .map(|_| ())
        .map_err(|error| StoreError::new(Operation::Transact, SERVERS, &error))
}

/// Records a task as not started.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn create(connection: &mut PgConnection, task: &NewTask) -> Result<(), StoreError> {
    let sql = "INSERT INTO gatediff.tasks \
               (task_id, server_id, platform, type, preview, options, client, created, modified, expires) \
               VALUES ($1::uuid, $2, $3, $4, $5, $6::json, $7, $8, $8, $9) ON CONFLICT (task_id) DO NOTHING";
    sqlx::query(sql)
        .bind(task.id.as_str())
        .bind(task.server)
        .bind(task.platform)
        .bind(task.kind.word())
        .bind(task.preview)
        .bind(&task.options)
        .bind(&task.client)
        .bind(task.created)
        .bind(task.expires)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| StoreError::new(Operation::Insert, TASKS, &error))
}

/// Records that a task runs, unless it has already ended; returns whether it
/// runs.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn begin(
    connection: &mut PgConnection,
    id: &TaskId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE gatediff.tasks SET state = 'IN_PROGRESS', modified = $2 \
               WHERE task_id = $1::uuid AND state IN ('NOT_STARTED', 'IN_PROGRESS')";
    let done = sqlx::query(sql)
        .bind(id.as_str())
        .bind(now)
        .execute(connection)
        .await;
    done.map(|done| done.rows_affected() == 1)
        .map_err(|error| StoreError::new(Operation::Update, TASKS, &error))
}

/// Records how a task ended, and saves its files. The processing server is
/// authoritative: a state that others have set is overwritten.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn finish(
    connection: &mut PgConnection,
    id: &TaskId,
    end: &TaskEnd,
) -> Result<(), StoreError> {
    let words: Vec<&str> = end.files.iter().map(|(part, _)| part.word()).collect();
    let contents: Vec<&[u8]> = end.files.iter().map(|(_, content)| &**content).collect();
    let sql = "WITH files AS (\
               INSERT INTO gatediff.task_files (task_id, part, content) \
               SELECT $1::uuid, part, content FROM UNNEST($7::text[], $8::bytea[]) AS f(part, content) \
               ON CONFLICT (task_id, part) DO UPDATE SET content = excluded.content) \
               UPDATE gatediff.tasks SET state = $2, message = $3, job_id = $4, backup_id = $5::uuid, \
               modified = $6, completed = $6 WHERE task_id = $1::uuid";
    sqlx::query(sql)
        .bind(id.as_str())
        .bind(end.state.word())
        .bind(&end.message)
        .bind(end.job)
        .bind(end.backup.as_ref().map(TaskId::as_str))
        .bind(end.completed)
        .bind(words)
        .bind(contents)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| StoreError::new(Operation::Update, TASKS, &error))
}

/// Ends every unfinished task of a server; returns their number.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn cancel_open(
    connection: &mut PgConnection,
    server: i32,
    message: &str,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let sql = "UPDATE gatediff.tasks SET state = 'CANCELLED', message = $2, modified = $3, completed = $3 \
               WHERE server_id = $1 AND state IN ('NOT_STARTED', 'IN_PROGRESS')";
    let done = sqlx::query(sql)
        .bind(server)
        .bind(message)
        .bind(now)
        .execute(connection)
        .await;
    done.map(|done| done.rows_affected())
        .map_err(|error| StoreError::new(Operation::Update, TASKS, &error))
}

const COLUMNS: &str = "task_id::text, server_id, type, state, preview, options::text, message, created, \
                       modified, completed, expires, job_id, backup_id::text";

/// Returns a task whose files are still kept.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn find(
    connection: &mut PgConnection,
    id: &TaskId,
    now: DateTime<Utc>,
) -> Result<Option<TaskRecord>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TASKS, &error);
    let sql =
        format!("SELECT {COLUMNS} FROM gatediff.tasks WHERE task_id = $1::uuid AND expires > $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .bind(now);
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

/// Returns the unfinished tasks whose server is not alive.
///
/// # Errors
///
/// Fails if the ledger cannot be read.
pub async fn orphans(connection: &mut PgConnection) -> Result<Vec<TaskRecord>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TASKS, &error);
    let sql = format!(
        "SELECT {COLUMNS} FROM gatediff.tasks t WHERE state IN ('NOT_STARTED', 'IN_PROGRESS') \
         AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND l.classid::int8 = $1 AND l.objid::int8 = t.server_id) ORDER BY created"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(SERVER_KEY));
    let rows = rows.fetch_all(connection).await.map_err(failed)?;
    rows.iter()
        .map(decode)
        .collect::<Result<_, _>>()
        .map_err(failed)
}

/// Removes the files of expired and finished tasks; returns the number of
/// tasks.
///
/// # Errors
///
/// Fails if the ledger cannot be written.
pub async fn expire(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let sql = "WITH gone AS (DELETE FROM gatediff.task_files f USING gatediff.tasks t \
               WHERE t.task_id = f.task_id AND t.expires <= $1 \
               AND t.state IN ('COMPLETE', 'CANCELLED', 'FAILED') RETURNING f.task_id) \
               SELECT count(DISTINCT task_id) FROM gone";
    let gone: i64 = sqlx::query_scalar(sql)
        .bind(now)
        .fetch_one(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Delete, FILES, &error))?;
    Ok(u64::try_from(gone).unwrap_or_default())
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
        kind,
        state: state.ok_or_else(|| sqlx::Error::Decode("a state of no name".into()))?,
        preview: row.try_get("preview")?,
        options: row.try_get(5)?,
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
