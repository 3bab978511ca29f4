-- oldest program: 0030
-- What the last fit found of volunteers who err together beyond what all share (crowd/cohort). Counts alone: who they are
-- stands nowhere.

ALTER TABLE last_fit
    ADD COLUMN cohorts integer NOT NULL DEFAULT 0,
    ADD COLUMN cohort_volunteers integer NOT NULL DEFAULT 0,
    ADD COLUMN cohort_share double precision NOT NULL DEFAULT 0,
    ADD COLUMN cohort_changes integer NOT NULL DEFAULT 0,
    ADD CHECK (cohorts >= 0 AND cohort_volunteers >= 2 * cohorts AND cohort_changes >= 0),
    ADD CHECK (cohort_share BETWEEN 0 AND 1);

COMMENT ON COLUMN last_fit.cohorts IS 'Groups of volunteers who err together beyond what all share.';
COMMENT ON COLUMN last_fit.cohort_volunteers IS 'Volunteers in these groups.';
COMMENT ON COLUMN last_fit.cohort_share IS 'Their share of the judgments.';
COMMENT ON COLUMN last_fit.cohort_changes IS 'Labels of the crowd that turn in a fit without all of them.';
