-- gatediff's own schema: never mixed with the product's tables. Each job that
-- wrote anything leaves one row, in the same transaction as what it wrote.
CREATE TABLE gatediff.jobs (
    job_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command     text        NOT NULL,
    platform    text        NOT NULL,
    operator    text        NOT NULL,
    host        text        NOT NULL,
    program     text        NOT NULL,
    target      text        NOT NULL,
    file_path   text        NOT NULL,
    file_sha256 text        NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- {"added":1,"covered":2,"unchanged":3,"skipped":4,"blocked":5}
    counts      jsonb       NOT NULL,
    -- [{"table":"tsmp_client","inserted":1,"updated":2,"deleted":0}]
    table_rows  jsonb       NOT NULL
);

REVOKE ALL ON SCHEMA gatediff FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA gatediff FROM PUBLIC;
