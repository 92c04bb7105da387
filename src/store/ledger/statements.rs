//! The statements that both kinds of ledger share.

/// Defines the functions for one kind of database. `$schema` prefixes the names
/// of the tables; `$overriding` lets a statement choose the number of a job.
macro_rules! statements {
    ($connection:ty, $row:ty, $schema:literal, $overriding:literal) => {
        use sqlx::Row as _;
        use sqlx::types::Json;

        use crate::store::ledger::backup::Backup;
        use crate::store::ledger::record::{JobRecord, JobState, NewJob, follow_undos};
        use crate::store::ledger::unreadable;
        use crate::store::error::{Operation, StoreError};

        const JOBS: &str = concat!($schema, "jobs");
        const BACKUPS: &str = concat!($schema, "backups");
        const KEYS: &str = concat!($schema, "keys");

        /// Inserts a job's own row and its backup.
        async fn insert_job(
            connection: &mut $connection,
            job: &NewJob<'_>,
            state: &str,
        ) -> Result<i64, StoreError> {
            let sql = concat!(
                "INSERT INTO ",
                $schema,
                "jobs (command, platform, operator, host, program, target, file_path, file_sha256, started_at, \
                 finished_at, counts, table_rows, state, error, plan_id, undoes, whole, choices) VALUES \
                 ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
                 RETURNING job_id"
            );
            let reserved = concat!(
                "INSERT INTO ",
                $schema,
                "jobs (command, platform, operator, host, program, target, file_path, file_sha256, started_at, \
                 finished_at, counts, table_rows, state, error, plan_id, undoes, whole, choices, job_id) ",
                $overriding,
                " VALUES \
                 ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
                 RETURNING job_id"
            );
            let query = match job.number {
                Some(_) => sqlx::query_scalar(reserved),
                None => sqlx::query_scalar(sql),
            };
            let query = query
                .bind(job.command)
                .bind(job.platform)
                .bind(job.operator)
                .bind(crate::store::ledger::record::host())
                .bind(concat!("gatediff/", env!("CARGO_PKG_VERSION")))
                .bind(job.target)
                .bind(job.file_path)
                .bind(job.file_sha256)
                .bind(job.started_at)
                .bind(job.finished_at)
                .bind(Json(&job.counts))
                .bind(Json(&job.table_rows))
                .bind(state)
                .bind(job.error)
                .bind(job.plan_id)
                .bind(job.undoes)
                .bind(job.whole)
                .bind(Json(&job.choices));
            let query = match job.number {
                Some(number) => query.bind(number),
                None => query,
            };
            let number: i64 = query
                .fetch_one(&mut *connection)
                .await
                .map_err(|error| StoreError::new(Operation::Insert, JOBS, &error))?;
            if let Some(backup) = job.backup {
                let sql = concat!(
                    "INSERT INTO ",
                    $schema,
                    "backups (job_id, name, sha256, content) VALUES ($1, $2, $3, $4)"
                );
                sqlx::query(sql)
                    .bind(number)
                    .bind(&backup.name)
                    .bind(&backup.sha256)
                    .bind(&backup.stored)
                    .execute(connection)
                    .await
                    .map_err(|error| StoreError::new(Operation::Insert, BACKUPS, &error))?;
            }
            Ok(number)
        }

        /// Selects every job, newest first.
        const SELECT_JOBS: &str = concat!(
            "SELECT j.job_id, command, platform, operator, host, program, target, file_path, file_sha256, \
             started_at, finished_at, counts, table_rows, state, error, plan_id, undoes, whole, \
             b.job_id IS NOT NULL AS has_backup FROM ",
            $schema,
            "jobs j LEFT JOIN ",
            $schema,
            "backups b ON b.job_id = j.job_id ORDER BY j.job_id DESC"
        );

        /// Returns every job, newest first.
        async fn select_jobs(connection: &mut $connection) -> Result<Vec<JobRecord>, StoreError> {
            let failed = |error: sqlx::Error| StoreError::new(Operation::Read, JOBS, &error);
            let rows = sqlx::raw_sql(SELECT_JOBS).fetch_all(connection).await.map_err(failed)?;
            decode_jobs(&rows).map_err(failed)
        }

        fn decode_jobs<'r>(rows: impl IntoIterator<Item = &'r $row>) -> Result<Vec<JobRecord>, sqlx::Error> {
            let mut records = rows.into_iter().map(decode_job).collect::<Result<Vec<_>, _>>()?;
            follow_undos(&mut records);
            Ok(records)
        }

        fn decode_job(row: &$row) -> Result<JobRecord, sqlx::Error> {
            let state = match row.try_get::<&str, _>("state")? {
                "done" => JobState::Done,
                "failed" => JobState::Failed,
                _ => JobState::Unknown,
            };
            Ok(JobRecord {
                job: row.try_get(0)?,
                command: row.try_get("command")?,
                state,
                platform: row.try_get("platform")?,
                operator: row.try_get("operator")?,
                host: row.try_get("host")?,
                program: row.try_get("program")?,
                target: row.try_get("target")?,
                file_path: row.try_get("file_path")?,
                file_sha256: row.try_get("file_sha256")?,
                started_at: row.try_get("started_at")?,
                finished_at: row.try_get("finished_at")?,
                counts: row.try_get::<Json<_>, _>("counts")?.0,
                tables: row.try_get::<Json<_>, _>("table_rows")?.0,
                choices: None,
                plan_id: row.try_get("plan_id")?,
                undoes: row.try_get("undoes")?,
                undone_by: None,
                whole: row.try_get("whole")?,
                has_backup: row.try_get("has_backup")?,
                error: row.try_get("error")?,
            })
        }

        /// Returns the choices of a job.
        async fn select_choices(
            connection: &mut $connection,
            job: i64,
        ) -> Result<Option<serde_json::Value>, StoreError> {
            let sql = concat!("SELECT choices FROM ", $schema, "jobs WHERE job_id = $1");
            let choices: Option<Json<serde_json::Value>> = sqlx::query_scalar(sql)
                .bind(job)
                .fetch_optional(connection)
                .await
                .map_err(|error| StoreError::new(Operation::Read, JOBS, &error))?;
            Ok(choices.map(|choices| choices.0))
        }

        async fn select_backup(connection: &mut $connection, job: i64) -> Result<Option<Backup>, StoreError> {
            let failed = |error: sqlx::Error| StoreError::new(Operation::Read, BACKUPS, &error);
            let sql =
                concat!("SELECT name, sha256, content FROM ", $schema, "backups WHERE job_id = $1");
            let row = sqlx::query(sql).bind(job).fetch_optional(connection).await.map_err(failed)?;
            row.map(|row| {
                Ok(Backup {
                    name: row.try_get("name")?,
                    sha256: row.try_get("sha256")?,
                    stored: row.try_get("content")?,
                })
            })
            .transpose()
            .map_err(failed)
        }

        async fn select_plan_key(connection: &mut $connection) -> Result<Vec<u8>, StoreError> {
            let sql = concat!("SELECT key FROM ", $schema, "keys WHERE name = 'plan'");
            let key = sqlx::query_scalar(sql)
                .fetch_optional(connection)
                .await
                .map_err(|error| StoreError::new(Operation::Read, KEYS, &error))?;
            key.ok_or_else(|| unreadable(KEYS, "no key for plans"))
        }
    };
}

pub(super) use statements;
