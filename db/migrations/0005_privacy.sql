-- What releases give away: gold of closed campaigns, on purpose; and who judged what, no more than
-- the answers themselves do.

-- ---------------------------------------------------------------- gold
-- Gold of a closed campaign is released under its truth, and can then measure nobody any more.

ALTER TABLE release_item DROP CONSTRAINT release_item_label_source_check,
                         DROP CONSTRAINT release_item_check1,
                         DROP CONSTRAINT release_item_check2;
ALTER TABLE release_item
    ADD CONSTRAINT release_item_label_source_check CHECK (label_source IN ('crowd', 'ruling', 'truth')),
    ADD CONSTRAINT release_item_label_check CHECK (CASE label_source
        WHEN 'ruling' THEN ruling IS NOT NULL AND label = ruling
        WHEN 'crowd' THEN p_fake IS NOT NULL AND label = CASE WHEN p_fake >= 0.5 THEN 'fake' ELSE 'real' END
        ELSE true END);
COMMENT ON COLUMN release_item.label_source IS 'Where the label comes from: the crowd, a ruling, or the truth of an item that was gold or for training.';

CREATE OR REPLACE VIEW releasable AS
    SELECT i.id AS item_id, i.campaign_id, i.media_type,
           coalesce(r.ruling, CASE WHEN i.gold OR i.training THEN i.truth::text
                                   WHEN c.p_fake >= 0.5 THEN 'fake' ELSE 'real' END) AS label,
           CASE WHEN r.ruling IS NOT NULL THEN 'ruling'
                WHEN i.gold OR i.training THEN 'truth' ELSE 'crowd' END AS label_source,
           c.p_fake, c.low, c.high, coalesce(c.judgments, 0) AS judgments, r.ruling
      FROM item i
      JOIN campaign g ON g.id = i.campaign_id
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN standing_ruling s ON s.item_id = i.id
      LEFT JOIN LATERAL (SELECT s.ruling WHERE s.ruling IN ('real', 'fake')) r ON true
     WHERE (i.state IN ('retired', 'settled') AND r.ruling IS NOT NULL
            OR i.state = 'retired' AND c.p_fake IS NOT NULL
            OR i.state IN ('in_service', 'retired') AND (i.gold OR i.training))
       AND s.ruling IS DISTINCT FROM 'exclude'
       AND (g.state = 'closed' OR NOT (i.training OR i.gold AND i.state <> 'settled'))
       AND NOT EXISTS (SELECT FROM dispute d WHERE d.item_id = i.id AND d.state = 'open');
COMMENT ON VIEW releasable IS 'Items that a release may hold, and their labels: the ruling if there is one; else the truth of gold and of training items, which were used as known; else the crowd''s. Gold that was ruled on is out of service. Other gold and training items wait until their campaign is closed.';

-- An item in service as gold lies in no release (docs/method.md). A release takes gold of closed
-- campaigns only, and a campaign whose gold was released stays closed. Whoever comes second sees
-- the first: the release locks the campaign's row, which opening it changes.
CREATE FUNCTION release_item_spent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    campaigns uuid[] := ARRAY(SELECT DISTINCT i.campaign_id FROM taken t JOIN item i ON i.id = t.item_id
                               WHERE i.training OR i.gold AND i.state <> 'settled');
    campaign record;
BEGIN
    FOR campaign IN
        SELECT name, state FROM campaign WHERE id = ANY (campaigns) ORDER BY id FOR SHARE
    LOOP
        IF campaign.state <> 'closed' THEN
            RAISE EXCEPTION 'gold of %, which is open, cannot be released', campaign.name
                  USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM taken t JOIN item i ON i.id = t.item_id
                WHERE t.label_source = 'truth'
                  AND (t.label IS DISTINCT FROM i.truth OR NOT (i.gold OR i.training))) THEN
        RAISE EXCEPTION 'a label is not the truth that it is said to be'
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_item_spent IS 'Keeps gold and training items of open campaigns out of releases; and a label that is said to be the truth is.';
CREATE TRIGGER release_item_spent AFTER INSERT ON release_item REFERENCING NEW TABLE AS taken
    FOR EACH STATEMENT EXECUTE FUNCTION release_item_spent();

CREATE FUNCTION released_gold(campaign uuid) RETURNS bigint LANGUAGE sql STABLE
    RETURN (SELECT count(*) FROM item i JOIN item_split s ON s.item_id = i.id
             WHERE i.campaign_id = campaign AND i.gold AND i.state NOT IN ('settled', 'withdrawn'));
COMMENT ON FUNCTION released_gold IS 'How many items that are gold in a campaign lie in a release: what ever did has a split.';

CREATE FUNCTION campaign_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF released_gold(NEW.id) > 0 THEN
        RAISE EXCEPTION 'gold of % was released: it cannot be opened again', NEW.name
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION campaign_stays_closed IS 'A campaign whose gold was released measures nobody any more.';
CREATE TRIGGER campaign_stays_closed BEFORE UPDATE OF state ON campaign
    FOR EACH ROW WHEN (OLD.state = 'closed' AND NEW.state = 'open')
    EXECUTE FUNCTION campaign_stays_closed();

CREATE FUNCTION item_gold_unreleased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM item_split WHERE item_id = NEW.id) THEN
        RAISE EXCEPTION 'an item that was released cannot become gold'
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION item_gold_unreleased IS 'What is public measures nobody.';
CREATE TRIGGER item_gold_unreleased BEFORE UPDATE OF gold ON item
    FOR EACH ROW WHEN (NEW.gold AND NOT OLD.gold) EXECUTE FUNCTION item_gold_unreleased();

-- ---------------------------------------------------------------- who judged what
-- A volunteer's row holds what was said, and nothing else that would be the same in two releases.

CREATE FUNCTION exposure_step(ms integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY[0, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 55])[width_bucket(ms / 1000.0, ARRAY[0, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 55])];
COMMENT ON FUNCTION exposure_step IS 'The step, in seconds, that a time has reached. Steps grow, so that many judgments share each.';

CREATE FUNCTION confidence_step(confidence smallint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN confidence >= 85 THEN 95 WHEN confidence >= 68 THEN 75 ELSE 60 END;
COMMENT ON FUNCTION confidence_step IS 'Guess, likely or certain, as the page has them (60, 75, 95). A program may send any number from 50 to 100, and be known by it.';

-- Pseudonyms are made while a release is written. Afterwards nobody needs the salt, and nobody
-- can make them again: neither for a volunteer who was erased meanwhile nor for anybody else.
ALTER TABLE release ALTER salt DROP NOT NULL;
ALTER TABLE release DISABLE TRIGGER release_stays;
UPDATE release SET salt = NULL WHERE state = 'ready';
ALTER TABLE release ENABLE TRIGGER release_stays;
ALTER TABLE release ADD CONSTRAINT release_forgets_salt CHECK (state <> 'ready' OR salt IS NULL);
COMMENT ON COLUMN release.salt IS 'Secret. Makes this release''s pseudonyms and file names unlike every other''s; forgotten when it is ready.';

CREATE FUNCTION release_forgets_salt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := NULL;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION release_forgets_salt IS 'Whoever makes a release ready forgets its salt with it.';
CREATE TRIGGER release_forgets_salt BEFORE UPDATE OF state ON release
    FOR EACH ROW WHEN (NEW.state = 'ready') EXECUTE FUNCTION release_forgets_salt();

COMMENT ON TABLE volunteer IS 'Someone who judges. Nothing personal: a random id. Erasure removes the row; judgments stay, and their pseudonyms in releases cannot be made again.';
COMMENT ON COLUMN volunteer.salt IS 'Was part of pseudonyms, until releases forgot their own salts. Nothing reads it now.';
COMMENT ON COLUMN release.filter IS 'What was asked for: campaign, media_type, min_judgments, min_confidence; volunteers false leaves judgments.csv out.';
