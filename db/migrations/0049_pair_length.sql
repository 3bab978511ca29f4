-- Films and sounds of a matched pair are as long as each other, where their campaign has no window: all are cut to the
-- shortest, from the beginning. Programs of before read what to cut from item_cut, so they may run on this.
-- oldest program: 0047

ALTER TABLE pair_cut
    ALTER COLUMN width DROP NOT NULL,
    ALTER COLUMN height DROP NOT NULL,
    ADD COLUMN length_ms integer CHECK (length_ms > 0 AND length_ms % 40 = 0),
    ADD CONSTRAINT pair_cut_box CHECK ((width IS NULL) = (height IS NULL)),
    ADD CONSTRAINT pair_cut_something CHECK (width IS NOT NULL OR length_ms IS NOT NULL);
COMMENT ON TABLE pair_cut IS 'What the items of a matched pair are cut to that came with different shapes or lengths, where their campaign has no box, or no window: the largest box that each covers, and the length of the shortest.';
COMMENT ON COLUMN pair_cut.width IS 'NULL: their shapes were the same, or their campaign has a box.';
COMMENT ON COLUMN pair_cut.length_ms IS 'Whole frames, from the beginning. NULL: they were as long as each other, or their campaign has a window.';

CREATE OR REPLACE VIEW item_cut AS
    SELECT i.id AS item_id, coalesce(g.box_width, p.width) AS width, coalesce(g.box_height, p.height) AS height,
           coalesce(g.window_from_ms, CASE WHEN p.length_ms IS NOT NULL THEN 0 END) AS from_ms,
           coalesce(g.window_ms, p.length_ms) AS length_ms, g.noise_db,
           array_to_string(i.region, ';') AS region, array_to_string(o.region, ';') AS lent,
           o.region_of[1] AS lent_width, o.region_of[2] AS lent_height
      FROM item i
      JOIN campaign g ON g.id = i.campaign_id
      LEFT JOIN pair_cut p ON p.campaign_id = i.campaign_id AND p.pair = i.pair AND p.media_type = i.media_type
      LEFT JOIN LATERAL (
           SELECT m.region, m.region_of FROM item m
            WHERE m.pair = i.pair AND m.campaign_id = i.campaign_id AND m.media_type = i.media_type
              AND m.region IS NOT NULL AND m.region_of IS NOT NULL AND m.state <> 'withdrawn'
            ORDER BY m.created_at, m.id LIMIT 1) o ON i.pair IS NOT NULL;

CREATE FUNCTION pair_length(of_campaign uuid, of_pair text, of_type text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE
    settled integer := (SELECT length_ms FROM pair_cut
                         WHERE campaign_id = of_campaign AND pair = of_pair AND media_type = of_type);
    lengths record;
BEGIN
    IF of_type = 'image' OR (SELECT window_ms IS NOT NULL OR shortest FROM campaign WHERE id = of_campaign) THEN
        RETURN NULL;
    END IF;
    SELECT min(duration_ms) AS shortest, max(duration_ms) AS longest INTO lengths
      FROM item WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn';
    -- What was cut may measure a millisecond more or less than it was cut to; what is half a second long at most stays.
    IF (settled IS NULL AND lengths.longest - lengths.shortest > 2 OR lengths.shortest < settled - 2)
       AND lengths.shortest >= 520 THEN
        RETURN lengths.shortest / 40 * 40;
    END IF;
    RETURN settled;
END $$;
COMMENT ON FUNCTION pair_length IS 'How long the films or sounds of a pair are to be; NULL: nothing has them cut.';

CREATE OR REPLACE FUNCTION fit_pair(of_campaign uuid, of_pair text, of_type text, anew boolean) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    box record;
    boxed boolean := (SELECT box_width IS NOT NULL FROM campaign WHERE id = of_campaign);
    wanted_ms integer := pair_length(of_campaign, of_pair, of_type);
    guide record;
    judged uuid;
BEGIN
    SELECT min(width) AS width, min(height) AS height, count(DISTINCT (width, height)) > 1 AND NOT boxed AS differs INTO box
      FROM item WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn';
    SELECT i.id INTO judged FROM item i
     WHERE i.pair = of_pair AND i.campaign_id = of_campaign AND i.media_type = of_type AND i.state <> 'withdrawn'
       AND (box.differs AND (i.width, i.height) <> (box.width, box.height) OR abs(i.duration_ms - wanted_ms) > 2)
       AND EXISTS (SELECT FROM judgment j WHERE j.item_id = i.id)
     ORDER BY i.id LIMIT 1;
    IF FOUND THEN
        RETURN judged;
    END IF;
    IF box.differs OR wanted_ms IS NOT NULL THEN
        INSERT INTO pair_cut AS p (campaign_id, pair, media_type, width, height, length_ms)
        VALUES (of_campaign, of_pair, of_type, CASE WHEN box.differs THEN box.width END,
                CASE WHEN box.differs THEN box.height END, wanted_ms)
            ON CONFLICT (campaign_id, pair, media_type) DO UPDATE
           SET width = coalesce(excluded.width, p.width), height = coalesce(excluded.height, p.height),
               length_ms = coalesce(excluded.length_ms, p.length_ms);
        INSERT INTO cut_due (item_id)
        SELECT id FROM item
         WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn'
           AND (box.differs AND (width, height) <> (box.width, box.height) OR abs(duration_ms - wanted_ms) > 2)
            ON CONFLICT (item_id) DO UPDATE SET why = NULL, due_at = clock_timestamp();
    END IF;
    boxed := boxed OR EXISTS (SELECT FROM pair_cut WHERE campaign_id = of_campaign AND pair = of_pair
                                 AND media_type = of_type AND width IS NOT NULL);
    IF boxed AND of_type <> 'audio' THEN
        SELECT id, region INTO guide FROM item
         WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn'
           AND region IS NOT NULL AND region_of IS NOT NULL
         ORDER BY created_at, id LIMIT 1;
        INSERT INTO cut_due (item_id)
        SELECT i.id FROM item i
         WHERE i.pair = of_pair AND i.campaign_id = of_campaign AND i.media_type = of_type AND i.state <> 'withdrawn'
           AND i.id <> guide.id AND (anew OR i.region IS DISTINCT FROM guide.region)
           AND NOT EXISTS (SELECT FROM judgment j WHERE j.item_id = i.id)
            ON CONFLICT (item_id) DO UPDATE SET why = NULL, due_at = clock_timestamp();
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION fit_pair IS 'Sees to it that the items of a pair are cut alike: settles their box and their length, and notes which are to be cut anew: those of another shape or length, those whose region is not the first one''s, or all of them where that one is another (anew). What was judged stays as it was seen: where it would have to be cut, nothing is done and one such item is returned.';

-- Pairs of before that nobody has judged.
SELECT count(fit_pair(campaign_id, pair, media_type, false))
  FROM (SELECT campaign_id, pair, media_type FROM item
         WHERE pair IS NOT NULL AND media_type <> 'image' AND state <> 'withdrawn'
         GROUP BY campaign_id, pair, media_type HAVING max(duration_ms) - min(duration_ms) > 2) unequal;
