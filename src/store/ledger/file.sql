-- The ledger as a local file (SQLite), for roles that may not create a schema
-- in the target. The same tables as in migrations/; the file and the target
-- cannot commit together, so a job that is about to commit says so, with the
-- number of its transaction.
CREATE TABLE IF NOT EXISTS jobs (
    job_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    command     TEXT NOT NULL,
    platform    TEXT NOT NULL,
    operator    TEXT NOT NULL,
    host        TEXT NOT NULL,
    program     TEXT NOT NULL,
    target      TEXT NOT NULL,
    file_path   TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    started_at  DATETIME NOT NULL,
    finished_at DATETIME NOT NULL,
    counts      TEXT NOT NULL,
    table_rows  TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('committing', 'done', 'failed')),
    error       TEXT,
    plan_id     TEXT,
    undoes      INTEGER REFERENCES jobs,
    whole       BOOLEAN NOT NULL,
    choices     TEXT NOT NULL,
    xid         TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_plan ON jobs (plan_id) WHERE state <> 'failed';
CREATE TABLE IF NOT EXISTS journal (
    job_id     INTEGER NOT NULL REFERENCES jobs,
    position   INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    row_key    TEXT NOT NULL,
    item       TEXT NOT NULL,
    row_before TEXT,
    row_after  TEXT,
    PRIMARY KEY (job_id, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS backups (
    job_id  INTEGER PRIMARY KEY REFERENCES jobs,
    name    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    name TEXT PRIMARY KEY,
    key  BLOB NOT NULL
);
INSERT OR IGNORE INTO keys (name, key) VALUES ('plan', randomblob(32));
PRAGMA user_version = 1;
