-- Several servers on one database are one service: a task waits here, with its
-- upload, until one of them takes it, and goes back here if that one is lost.
ALTER TABLE gatediff.tasks
    -- The order of arrival.
    ADD COLUMN position   bigint GENERATED ALWAYS AS IDENTITY,
    -- How often a server has started it. With the server's number it says who
    -- may record how it ended: a server that was only slow may not, once
    -- another has taken over.
    ADD COLUMN attempts   integer NOT NULL DEFAULT 0,
    -- When its server last said that it works at it, by the database's clock.
    ADD COLUMN beat_at    timestamptz,
    -- The import that this export is the backup of.
    ADD COLUMN backup_for uuid REFERENCES gatediff.tasks ON DELETE SET NULL;

COMMENT ON COLUMN gatediff.tasks.server_id IS 'The server that accepted it or, once it was started, started it last.';

DROP INDEX gatediff.tasks_open;
CREATE INDEX tasks_open ON gatediff.tasks (position) WHERE state IN ('NOT_STARTED', 'IN_PROGRESS');
CREATE INDEX tasks_backup_for ON gatediff.tasks (backup_for) WHERE backup_for IS NOT NULL;
CREATE INDEX tasks_created ON gatediff.tasks (created);
CREATE INDEX tasks_server ON gatediff.tasks (server_id);
CREATE INDEX tasks_backup ON gatediff.tasks (backup_id) WHERE backup_id IS NOT NULL;

-- What servers an earlier gatediff had left unfinished has no upload here.
UPDATE gatediff.tasks
    SET state = 'FAILED', completed = now(), modified = now(),
        message = 'The server stopped while the task was ' || state || '; see gatediff history for what was written.'
    WHERE state IN ('NOT_STARTED', 'IN_PROGRESS');

-- One import writes at a time, in the order of arrival: nobody's comparison is
-- outrun by another import of this service.
CREATE UNIQUE INDEX tasks_one_writer ON gatediff.tasks ((true))
    WHERE state = 'IN_PROGRESS' AND type = 'IMPORT' AND NOT preview;

-- The file to import is kept until its task has ended. It may hold secrets.
ALTER TABLE gatediff.task_files
    DROP CONSTRAINT task_files_part_check,
    ADD CONSTRAINT task_files_part_check CHECK (part IN ('upload', 'export', 'results', 'differences'));
