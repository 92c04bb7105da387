-- A request that writes is recorded before it does: no record, no write. Until
-- it is answered it has no status; if its server is killed, it never has.
ALTER TABLE gatediff.requests
    ALTER COLUMN status      DROP NOT NULL,
    ALTER COLUMN duration_ms DROP NOT NULL;

-- The answer completes the record.
CREATE UNIQUE INDEX requests_tracking ON gatediff.requests (tracking_id);

-- The keys that sign bearer tokens, for every server on this database: the
-- newest signs, the one before it is still accepted.
CREATE TABLE gatediff.token_keys (
    -- As in the header of a token.
    kid        text        PRIMARY KEY,
    key        bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

REVOKE ALL ON gatediff.token_keys FROM PUBLIC;
