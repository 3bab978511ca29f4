-- How often a job was begun, and how often that counts.

ALTER TABLE job
    ADD COLUMN given_back integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT job_tries CHECK (given_back BETWEEN 0 AND attempts);
-- How often a job was tried in vain so far, nobody knows.
UPDATE job SET given_back = attempts WHERE state IN ('waiting', 'running');
COMMENT ON COLUMN job.attempts IS 'How often it was claimed; of a running job, the number of its claim.';
COMMENT ON COLUMN job.given_back IS 'Claims that do not count as tries: given back because the server was stopped, or a rendering that got further. A job that was tried five times in vain has failed.';

-- ---------------------------------------------------------------- one decision at a time

CREATE TABLE release_decision (one boolean PRIMARY KEY CHECK (one));
COMMENT ON TABLE release_decision IS 'Empty. Who decides what a release holds locks it, so that one does at a time. No statement names it otherwise: a lock on a table that statements write keeps new connections, which prepare them, waiting until it is released.';
