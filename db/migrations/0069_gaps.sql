-- Releases for approved researchers.
-- oldest program: 0065

-- ---------------------------------------------------------------- for whom a release is

ALTER TABLE release ADD CONSTRAINT release_audience CHECK (coalesce(filter->>'audience', 'researchers') = 'researchers');
COMMENT ON COLUMN release.filter IS 'What was asked for: campaign, media_type, min_judgments, min_confidence, volunteers, seal_test, and audience: for approved researchers, where it is there.';

CREATE TABLE release_opened (
    release_id  uuid PRIMARY KEY REFERENCES release,
    opened_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER release_opened_stays BEFORE UPDATE OR DELETE ON release_opened
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_opened_keeps BEFORE TRUNCATE ON release_opened
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE release_opened IS 'Releases for approved researchers that were opened to everybody, with their revisions. Append-only: what everybody could fetch cannot be taken back.';
COMMENT ON COLUMN release_opened.release_id IS 'Of a release that was asked for, never of a revision.';
CREATE TRIGGER act_release_opened AFTER INSERT ON release_opened
    FOR EACH ROW EXECUTE FUNCTION note_act('release_opened', 'release', 'release_id', '');

CREATE FUNCTION release_audience(r release) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.filter->>'audience' = 'researchers'
                     AND NOT EXISTS (SELECT FROM release_opened o WHERE o.release_id = coalesce(r.revises, r.id))
                THEN 'researchers' ELSE 'everybody' END
$$;
COMMENT ON FUNCTION release_audience IS 'For whom a release is now; a revision is for whom its release is.';
