-- What changed between releases is counted once.
-- oldest program: 0053

CREATE TABLE release_difference (
    release_id  uuid NOT NULL REFERENCES release,
    since_id    uuid NOT NULL REFERENCES release CHECK (since_id <> release_id),
    counts      jsonb NOT NULL CHECK (jsonb_typeof(counts) = 'object'),
    follows     boolean NOT NULL,
    PRIMARY KEY (release_id, since_id)
);
COMMENT ON TABLE release_difference IS 'How much changed between two releases. Neither ever changes, so it is counted once: when a release is made, since the one before it; of others when somebody asks.';
COMMENT ON COLUMN release_difference.counts IS 'Items by what became of them, and under why by the reason.';
COMMENT ON COLUMN release_difference.follows IS 'It is that since the version before, which CHANGELOG.md and changes.csv of the release tell of.';
CREATE UNIQUE INDEX release_difference_follows ON release_difference (release_id) WHERE follows;
COMMENT ON INDEX release_difference_follows IS 'A release follows one other at most.';
CREATE TRIGGER release_difference_stays BEFORE UPDATE OR DELETE ON release_difference
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_difference_keeps BEFORE TRUNCATE ON release_difference
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
