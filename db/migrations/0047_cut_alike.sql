-- A common length that is settled when a campaign opens, a common noise under all sounds, one box for the items of a matched
-- pair that have different shapes, and items whose rendition is to be cut anew. Programs of before would cut otherwise, so
-- none of them may run on this.

ALTER TABLE campaign
    ADD COLUMN shortest boolean NOT NULL DEFAULT false,
    ADD COLUMN noise_db smallint CHECK (noise_db BETWEEN -70 AND -30),
    DROP CONSTRAINT campaign_state_check,
    ADD CONSTRAINT campaign_state_check CHECK (state IN ('preparing', 'open', 'closed'));
COMMENT ON COLUMN campaign.state IS 'preparing: items come in, nobody is asked, and what they are cut to is not settled. open: volunteers are asked. closed: no more.';
COMMENT ON COLUMN campaign.shortest IS 'Films and sounds are cut to the length of the shortest that is there when the campaign first opens; from then on window_ms says it.';
COMMENT ON COLUMN campaign.noise_db IS 'dBFS of the noise that lies under every sound, the same under each. NULL: none.';

CREATE OR REPLACE FUNCTION campaign_cut_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (new.box_width, new.box_height, new.noise_db, new.shortest)
       IS DISTINCT FROM (old.box_width, old.box_height, old.noise_db, old.shortest)
       OR (new.window_from_ms, new.window_ms) IS DISTINCT FROM (old.window_from_ms, old.window_ms)
          AND NOT (old.shortest AND old.window_ms IS NULL) THEN
        RAISE EXCEPTION 'what the media of a campaign are cut to stays as it was made' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;

ALTER TABLE item
    ADD COLUMN region_of integer[] CHECK (cardinality(region_of) = 2 AND region_of[1] > 0 AND region_of[2] > 0);
COMMENT ON COLUMN item.region_of IS 'Width and height of the upright original, in whose pixels region is. NULL: not looked at yet.';

CREATE INDEX item_region_of_pair ON item (pair, campaign_id, media_type) WHERE region IS NOT NULL AND pair IS NOT NULL;

CREATE TABLE pair_cut (
    campaign_id  uuid NOT NULL REFERENCES campaign,
    pair         text NOT NULL,
    media_type   text NOT NULL CHECK (media_type IN ('image', 'video', 'audio')),
    width        integer NOT NULL CHECK (width > 0),
    height       integer NOT NULL CHECK (height > 0),
    PRIMARY KEY (campaign_id, pair, media_type)
);
COMMENT ON TABLE pair_cut IS 'The box of a matched pair whose items have different shapes, where their campaign has none: the largest that each of them covers.';

CREATE TABLE cut_due (
    item_id  uuid PRIMARY KEY REFERENCES item,
    due_at   timestamptz NOT NULL DEFAULT now(),
    why      text CHECK (why <> '')
);
COMMENT ON TABLE cut_due IS 'Items whose rendition is not cut as item_cut says. They are handed out to nobody until a job has made it anew.';
COMMENT ON COLUMN cut_due.why IS 'Why it cannot be cut so. NULL: nobody has tried.';
CREATE TRIGGER cut_due_new AFTER INSERT ON cut_due REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER cut_due_done AFTER DELETE ON cut_due REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();

CREATE VIEW unready_item AS
    SELECT item_id FROM lost_item UNION ALL SELECT item_id FROM cut_due;
COMMENT ON VIEW unready_item IS 'Items that are handed out to nobody for now, because their files are not there or not as they are to be.';

CREATE VIEW item_cut AS
    SELECT i.id AS item_id, coalesce(g.box_width, p.width) AS width, coalesce(g.box_height, p.height) AS height,
           g.window_from_ms AS from_ms, g.window_ms AS length_ms, g.noise_db,
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
COMMENT ON VIEW item_cut IS 'What the rendition of each item is cut to. The region of the first of a pair that has one is lent to all whose pictures have its shape, so that they are cut alike.';

CREATE FUNCTION fit_pair(of_campaign uuid, of_pair text, of_type text, anew boolean) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    box record;
    boxed boolean := (SELECT box_width IS NOT NULL FROM campaign WHERE id = of_campaign);
    guide record;
    judged uuid;
BEGIN
    IF of_type = 'audio' THEN
        RETURN NULL;
    END IF;
    IF NOT boxed THEN
        SELECT min(width) AS width, min(height) AS height, count(DISTINCT (width, height)) AS shapes INTO box
          FROM item WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn';
        IF box.shapes > 1 THEN
            SELECT i.id INTO judged FROM item i
             WHERE i.pair = of_pair AND i.campaign_id = of_campaign AND i.media_type = of_type AND i.state <> 'withdrawn'
               AND (i.width, i.height) <> (box.width, box.height)
               AND EXISTS (SELECT FROM judgment j WHERE j.item_id = i.id)
             ORDER BY i.id LIMIT 1;
            IF FOUND THEN
                RETURN judged;
            END IF;
            INSERT INTO pair_cut AS p (campaign_id, pair, media_type, width, height)
            VALUES (of_campaign, of_pair, of_type, box.width, box.height)
                ON CONFLICT (campaign_id, pair, media_type) DO UPDATE SET width = excluded.width, height = excluded.height;
            INSERT INTO cut_due (item_id)
            SELECT id FROM item
             WHERE pair = of_pair AND campaign_id = of_campaign AND media_type = of_type AND state <> 'withdrawn'
               AND (width, height) <> (box.width, box.height)
                ON CONFLICT (item_id) DO UPDATE SET why = NULL, due_at = clock_timestamp();
        END IF;
        boxed := EXISTS (SELECT FROM pair_cut WHERE campaign_id = of_campaign AND pair = of_pair AND media_type = of_type);
    END IF;
    IF boxed THEN
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
COMMENT ON FUNCTION fit_pair IS 'Sees to it that the items of a pair are cut alike: settles their box, and notes which are to be cut anew: those whose region is not the first one''s, or all of them where that one is another (anew). What was judged stays as it was seen: where it would have to be cut, nothing is done and one such item is returned.';

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('cut', 1, NULL, false, interval '5 seconds');
INSERT INTO job (kind) VALUES ('cut');

-- Pairs of before that nobody has judged.
SELECT count(fit_pair(campaign_id, pair, media_type, false))
  FROM (SELECT campaign_id, pair, media_type FROM item
         WHERE pair IS NOT NULL AND media_type <> 'audio' AND state <> 'withdrawn'
         GROUP BY campaign_id, pair, media_type HAVING count(DISTINCT (width, height)) > 1) unequal;
