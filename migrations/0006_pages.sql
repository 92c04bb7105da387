-- The journal in pages: consecutive rows of one table as arrays, since a row of its own for every
-- journalled row costs more than what it holds. Written by the very statement that writes the
-- product's rows. Holds secrets, as the product's tables do.
CREATE TABLE gatediff.journal_pages (
    -- Deferred: pages are written before the job that they belong to is recorded.
    job_id      bigint NOT NULL REFERENCES gatediff.jobs ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    -- Of its first row, in the order of writing.
    position    bigint NOT NULL,
    table_name  text   NOT NULL,
    -- The columns of the table's primary key.
    key_columns text[] NOT NULL,
    -- The item of each row, such as client:crm; empty for counters.
    items       text[] NOT NULL,
    -- Each row as JSON, before and after; NULL where none of them existed.
    before      text[],
    after       text[],
    -- The keys of rows of which nothing else is known.
    row_keys    text[],
    PRIMARY KEY (job_id, position),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);

-- Compressing costs more than writing.
ALTER TABLE gatediff.journal_pages
    ALTER COLUMN before SET STORAGE EXTERNAL,
    ALTER COLUMN after SET STORAGE EXTERNAL;

ALTER TABLE gatediff.journal RENAME TO journal_rows;

-- Every row that a job touched, whole, in the order of writing: inserted rows have no row_before,
-- deleted ones no row_after.
CREATE VIEW gatediff.journal AS
    SELECT job_id, position, table_name, row_key, item, row_before, row_after FROM gatediff.journal_rows
    UNION ALL
    SELECT p.job_id, p.position + r.n - 1, p.table_name,
        coalesce(r.key::jsonb, (SELECT jsonb_object_agg(k, coalesce(r.after, r.before)::jsonb -> k)
                                FROM unnest(p.key_columns) AS k)),
        r.item, r.before::jsonb, r.after::jsonb
    FROM gatediff.journal_pages AS p,
        unnest(p.items, p.before, p.after, p.row_keys) WITH ORDINALITY AS r (item, before, after, key, n);

REVOKE ALL ON gatediff.journal_pages, gatediff.journal FROM PUBLIC;

-- Who might read and write the journal still may.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT a.grantee::regrole AS role, a.privilege_type AS privilege
        FROM pg_class AS c, aclexplode(c.relacl) AS a
        WHERE c.oid = 'gatediff.journal_rows'::regclass AND a.grantee NOT IN (0, c.relowner)
            AND a.privilege_type IN ('SELECT', 'INSERT')
    LOOP
        EXECUTE format('GRANT %s ON gatediff.journal_pages, gatediff.journal TO %s', granted.privilege, granted.role);
    END LOOP;
END
$$;
