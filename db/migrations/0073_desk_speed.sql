-- The moderators' desk is as quick with 100,000 disputes as with a few: each of its lists is read in the order of an index,
-- whatever it is filtered by, and what waits is counted as it changes.
-- oldest program: 0069

-- ---------------------------------------------------------------- what a list is read from

CREATE FUNCTION dispute_reasons() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY['max_judgments', 'crowd_not_trusted', 'no_partner', 'notice', 'crowd_against_gold', 'crowd_against_provenance',
                 'crowd_against_ruling'];
COMMENT ON FUNCTION dispute_reasons IS 'Every reason that dispute_reason_check allows: the desk looks into an index by each of them.';

-- A list that is filtered is put together from the first rows of each kind: a state, reason and medium.
CREATE INDEX dispute_by_kind ON dispute (state, reason, media_type, opened_at, id);
CREATE INDEX dispute_by_campaign ON dispute (campaign_id, state, reason, media_type, opened_at, id);
CREATE INDEX dispute_ruled_by_kind ON dispute (reason, media_type, disagreement, id)
    WHERE state = 'ruled' AND disagreement IS NOT NULL;
CREATE INDEX dispute_ruled_by_campaign ON dispute (campaign_id, reason, media_type, disagreement, id)
    WHERE state = 'ruled' AND disagreement IS NOT NULL;
CREATE INDEX dispute_ruled_by_technique ON dispute USING gin (techniques) WHERE state = 'ruled' AND techniques <> '{}';
-- What stands in the order of all alone would tempt the planner to look through it for a kind.
DROP INDEX dispute_queue;
DROP INDEX dispute_found;
DROP INDEX dispute_by_technique;
DROP INDEX dispute_by_disagreement;

-- ---------------------------------------------------------------- how many there are

CREATE TABLE dispute_count (
    campaign_id  uuid NOT NULL,
    state        text NOT NULL,
    disputes     bigint NOT NULL
);
COMMENT ON TABLE dispute_count IS 'How many disputes there are: the sum of all rows of a kind. Written by triggers; stats_compact puts rows of a kind together.';
COMMENT ON COLUMN dispute_count.disputes IS 'Negative where disputes left this state.';

CREATE FUNCTION count_disputes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO dispute_count SELECT campaign_id, state, count(*) FROM fresh GROUP BY 1, 2;
    ELSE
        INSERT INTO dispute_count
        SELECT campaign_id, state, sum(change)
          FROM (SELECT campaign_id, state, 1 AS change FROM fresh
                 UNION ALL
                SELECT campaign_id, state, -1 FROM stale) AS both_ways
         GROUP BY 1, 2 HAVING sum(change) <> 0;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION count_disputes IS 'Keeps dispute_count true, whatever statement opens or closes disputes.';

-- The triggers first: they wait for writers and keep them out until all is counted.
CREATE TRIGGER dispute_counted_new AFTER INSERT ON dispute REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_disputes();
CREATE TRIGGER dispute_counted AFTER UPDATE ON dispute REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION count_disputes();
INSERT INTO dispute_count SELECT campaign_id, state, count(*) FROM dispute GROUP BY 1, 2;
