-- What a job needs to be taken back: the rows it touched, and a backup.
-- A job's state is `done` or `failed`; that it was undone follows from the
-- jobs that undo it.
ALTER TABLE gatediff.jobs
    ADD COLUMN state   text    NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'failed')),
    -- Why it failed.
    ADD COLUMN error   text,
    -- The saved plan that it applied.
    ADD COLUMN plan_id text,
    -- The job that it undid, and whether it undid all of it.
    ADD COLUMN undoes  bigint  REFERENCES gatediff.jobs,
    ADD COLUMN whole   boolean NOT NULL DEFAULT true,
    -- {"ignore_lack_api":false,"items":{"client:crm":"covered"}}
    ADD COLUMN choices jsonb   NOT NULL DEFAULT '{}';

-- A saved plan is used once.
CREATE UNIQUE INDEX jobs_plan ON gatediff.jobs (plan_id) WHERE state = 'done';
CREATE INDEX jobs_undoes ON gatediff.jobs (undoes) WHERE undoes IS NOT NULL;

-- Every row that a job touched, whole, in the order of writing: inserted rows
-- have no row_before, deleted ones no row_after. Holds secrets, as the
-- product's tables do.
CREATE TABLE gatediff.journal (
    job_id     bigint NOT NULL REFERENCES gatediff.jobs ON DELETE CASCADE,
    position   bigint NOT NULL,
    table_name text   NOT NULL,
    row_key    jsonb  NOT NULL,
    -- The item it belongs to, such as client:crm; empty for counters.
    item       text   NOT NULL,
    row_before jsonb,
    row_after  jsonb,
    PRIMARY KEY (job_id, position),
    CHECK (row_before IS NOT NULL OR row_after IS NOT NULL)
);

-- A full export in the product's own format, taken before the first write.
CREATE TABLE gatediff.backups (
    job_id  bigint PRIMARY KEY REFERENCES gatediff.jobs ON DELETE CASCADE,
    name    text   NOT NULL,
    sha256  text   NOT NULL,
    content bytea  NOT NULL
);

-- What saved plans are sealed with: whoever has a plan and not this key cannot
-- guess a secret from it.
CREATE TABLE gatediff.keys (
    name text  PRIMARY KEY,
    key  bytea NOT NULL
);
INSERT INTO gatediff.keys (name, key)
VALUES ('plan', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

REVOKE ALL ON ALL TABLES IN SCHEMA gatediff FROM PUBLIC;
