-- What `gatediff serve` was asked: one row for every request that it answered,
-- refused ones included. Bodies, headers and secrets are nowhere here.
CREATE TABLE gatediff.requests (
    request_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    method      text        NOT NULL,
    -- The path, and the names of what was asked for; values only of those that hold no secret.
    path        text        NOT NULL,
    status      integer     NOT NULL,
    -- Until the answer began.
    duration_ms bigint      NOT NULL,
    remote      text        NOT NULL,
    -- Which credential it came with; NULL without a valid one.
    caller      text,
    -- As in the answer's X-Request-Id.
    tracking_id text        NOT NULL,
    -- The job that it applied.
    job_id      bigint      REFERENCES gatediff.jobs ON DELETE SET NULL
);

CREATE INDEX requests_at ON gatediff.requests (at);
CREATE INDEX requests_job ON gatediff.requests (job_id) WHERE job_id IS NOT NULL;

REVOKE ALL ON gatediff.requests FROM PUBLIC;
