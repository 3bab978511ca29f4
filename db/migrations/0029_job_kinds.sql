-- What kinds of jobs there are, and failures apart from the number of a claim.

CREATE TABLE job_kind (
    name     text PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 15),
    priority smallint NOT NULL,
    failures smallint CHECK (failures > 0),
    goes_on  boolean NOT NULL,
    every    interval CHECK (every > interval '0' AND every <= interval '1 hour'),
    CONSTRAINT job_kind_ends CHECK ((every IS NULL) <> (failures IS NULL))
);
COMMENT ON TABLE job_kind IS 'The kinds of jobs. server/engine/workers says who does them.';
COMMENT ON COLUMN job_kind.priority IS 'Of the kinds that one worker does, the lowest comes first.';
COMMENT ON COLUMN job_kind.failures IS 'After so many failed tries a job is given up. NULL: never, because it is done again and again.';
COMMENT ON COLUMN job_kind.goes_on IS 'A try goes on where the one before it ended, so one that got further was not in vain.';
COMMENT ON COLUMN job_kind.every IS 'So long after its end it is due again: an hour at most, because a time that is further ahead counts as come (job_claim). NULL: it is done once.';
INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('release', 1, 5, false, NULL),
       ('render', 1, 5, true, NULL),
       ('sweep', 1, NULL, false, interval '10 minutes'),
       ('figures', 2, NULL, false, interval '1 minute'),
       ('lonely', 3, NULL, false, interval '1 minute');

ALTER TABLE job DROP CONSTRAINT job_kind_check, ADD CONSTRAINT job_kind_fkey FOREIGN KEY (kind) REFERENCES job_kind;
ALTER TABLE job ALTER COLUMN subject DROP NOT NULL,
    ADD CONSTRAINT job_has_subject CHECK (subject IS NOT NULL OR kind NOT IN ('release', 'render'));
ALTER TABLE job ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0);
UPDATE job SET failures = greatest(attempts - given_back - CASE WHEN state IN ('running', 'done') THEN 1 ELSE 0 END, 0);
ALTER TABLE job DROP COLUMN given_back;
ALTER TABLE job RENAME COLUMN attempts TO claims;
CREATE UNIQUE INDEX job_periodic ON job (kind) WHERE subject IS NULL;
CREATE INDEX job_by_state ON job (state, created_at, id);
COMMENT ON COLUMN job.subject IS 'The release to make, or the rendering to do. NULL: a job that is done again and again.';
COMMENT ON COLUMN job.claims IS 'How often it was claimed; of a running job, the number of its claim, by which a worker that lost it is told from the one that has it.';
COMMENT ON COLUMN job.failures IS 'How many tries have failed: said so by the worker, or their claim lapsed. One that was given back has not.';
COMMENT ON COLUMN job.finished_at IS 'When it ended; of one that is done again and again, the last time.';

-- The one job of each kind that is done again and again.
INSERT INTO job (kind) SELECT name FROM job_kind WHERE every IS NOT NULL;
