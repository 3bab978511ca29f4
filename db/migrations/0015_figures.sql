-- The public figures are read by anybody, so they are counted as things change, not when they are asked for.
-- Counts are kept as changes that are summed up: writers never wait for each other's row.

CREATE TABLE item_count (
    campaign_id  uuid NOT NULL,
    media_type   text NOT NULL,
    state        text NOT NULL,
    items        bigint NOT NULL
);
COMMENT ON TABLE item_count IS 'How many items there are: the sum of all rows of a kind. Written by triggers; stats_compact puts rows of a kind together.';
COMMENT ON COLUMN item_count.items IS 'Negative where items left this state.';

CREATE TABLE belief_count (
    bar    smallint NOT NULL CHECK (bar BETWEEN 0 AND 9),
    items  bigint NOT NULL
);
COMMENT ON TABLE belief_count IS 'How many judged items the model gives a p_fake from bar / 10 to (bar + 1) / 10: the sum of all rows of a bar.';

CREATE TABLE served_tally (
    day        date PRIMARY KEY,
    judgments  bigint NOT NULL,
    fakes      bigint NOT NULL CHECK (fakes BETWEEN 0 AND judgments)
);
COMMENT ON TABLE served_tally IS 'Judgments of items whose truth was known when they were counted, those for training left out; up to tally_end.';

CREATE FUNCTION count_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO item_count SELECT campaign_id, media_type, state, count(*) FROM fresh GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO item_count
        SELECT campaign_id, media_type, state, sum(change)
          FROM (SELECT campaign_id, media_type, state, 1 AS change FROM fresh
                 UNION ALL
                SELECT campaign_id, media_type, state, -1 FROM stale) AS both_ways
         GROUP BY 1, 2, 3 HAVING sum(change) <> 0;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION count_items IS 'Keeps item_count true, whatever statement makes or changes items.';

CREATE FUNCTION belief_bar(p_fake double precision) RETURNS smallint LANGUAGE sql IMMUTABLE
    RETURN least(floor(p_fake * 10), 9)::smallint;
COMMENT ON FUNCTION belief_bar IS 'The tenth of the scale that a posterior lies in, 0 to 9.';

CREATE FUNCTION count_beliefs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO belief_count
        SELECT belief_bar(p_fake), count(*) FROM fresh WHERE judgments > 0 GROUP BY 1;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO belief_count
        SELECT belief_bar(p_fake), -count(*) FROM stale WHERE judgments > 0 GROUP BY 1;
    ELSE
        INSERT INTO belief_count
        SELECT bar, sum(change)
          FROM (SELECT belief_bar(p_fake) AS bar, 1 AS change FROM fresh WHERE judgments > 0
                 UNION ALL
                SELECT belief_bar(p_fake), -1 FROM stale WHERE judgments > 0) AS both_ways
         GROUP BY bar HAVING sum(change) <> 0;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION count_beliefs IS 'Keeps belief_count true, whatever statement changes consensus.';

-- The triggers first: they wait for writers and keep them out until all is counted.
CREATE TRIGGER item_counted_new AFTER INSERT ON item REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_items();
CREATE TRIGGER item_counted AFTER UPDATE ON item REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION count_items();
CREATE TRIGGER consensus_counted_new AFTER INSERT ON consensus REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_beliefs();
CREATE TRIGGER consensus_counted AFTER UPDATE ON consensus REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION count_beliefs();
CREATE TRIGGER consensus_counted_gone AFTER DELETE ON consensus REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION count_beliefs();

INSERT INTO item_count SELECT campaign_id, media_type, state, count(*) FROM item GROUP BY 1, 2, 3;
INSERT INTO belief_count
SELECT belief_bar(p_fake), count(*) FROM consensus WHERE judgments > 0 GROUP BY 1;
INSERT INTO served_tally
SELECT j.judged_at::date, count(*), count(*) FILTER (WHERE i.truth = 'fake')
  FROM tally_end e
  JOIN judgment j ON j.judged_at < e.counted_to
  JOIN item i ON i.id = j.item_id
 WHERE i.truth IS NOT NULL AND NOT j.training
 GROUP BY 1;
