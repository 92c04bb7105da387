-- What clients asked a server for and come back for: imports and exports that
-- run in the background.

-- A process that serves. It holds an advisory lock on its number as long as it
-- lives: whoever finds that lock free knows that nobody works at its tasks.
CREATE TABLE gatediff.servers (
    server_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host       text        NOT NULL,
    process    bigint      NOT NULL,
    program    text        NOT NULL,
    operator   text        NOT NULL,
    started_at timestamptz NOT NULL
);

CREATE TABLE gatediff.tasks (
    task_id     uuid        PRIMARY KEY,
    server_id   integer     NOT NULL REFERENCES gatediff.servers,
    platform    text        NOT NULL,
    type        text        NOT NULL CHECK (type IN ('IMPORT', 'EXPORT')),
    state       text        NOT NULL DEFAULT 'NOT_STARTED'
        CHECK (state IN ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETE', 'CANCELLED', 'FAILED')),
    preview     boolean     NOT NULL,
    -- As they were given, description included. Not jsonb, which refuses the
    -- character NUL in what clients may write.
    options     json        NOT NULL,
    -- The client who asked for it.
    client      text        NOT NULL,
    message     text,
    created     timestamptz NOT NULL,
    modified    timestamptz NOT NULL,
    completed   timestamptz,
    -- Until when its files are kept.
    expires     timestamptz NOT NULL,
    -- The job that wrote what it imported.
    job_id      bigint,
    -- The task that exported everything before it.
    backup_id   uuid        REFERENCES gatediff.tasks
);

CREATE INDEX tasks_open ON gatediff.tasks (server_id) WHERE state IN ('NOT_STARTED', 'IN_PROGRESS');
CREATE INDEX tasks_expires ON gatediff.tasks (expires);

-- What comes of a task: an export, the results of an import, its differences.
-- Exports hold secrets, as the journal does. Gone once the task expires.
CREATE TABLE gatediff.task_files (
    task_id uuid  NOT NULL REFERENCES gatediff.tasks ON DELETE CASCADE,
    part    text  NOT NULL CHECK (part IN ('export', 'results', 'differences')),
    content bytea NOT NULL,
    PRIMARY KEY (task_id, part)
);

REVOKE ALL ON ALL TABLES IN SCHEMA gatediff FROM PUBLIC;
