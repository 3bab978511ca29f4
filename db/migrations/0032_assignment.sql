-- Gold stands among other items, sides are fair coins, and a skip brings no chosen item nearer: other rules of assignment,
-- which programs of before do not follow. What was told to anybody measures nobody.

COMMENT ON COLUMN campaign.policy IS 'The version of the rules for assignment and feedback, stored with every judged pair. From 2 on, both items of a random pair are drawn uniformly; before, the first one. From 3 on, gold is drawn by the same rules as other items and sides are independent fair coins; before, gold had a dose of its own and sides were balanced.';
ALTER TABLE campaign ALTER policy SET DEFAULT 3;
UPDATE campaign SET policy = 3 WHERE policy < 3;

ALTER TABLE item ADD COLUMN told boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN item.told IS 'A truth or label of it was told to volunteers: in practice, or among the results of what they judged, where it retired as no gold or was settled. It never becomes gold; whether it was released, item_split says.';
ALTER TABLE item DISABLE TRIGGER USER; -- nothing changes that servers or item_change tell of
UPDATE item i SET told = true
 WHERE training OR state = 'settled' OR state = 'retired' AND NOT gold
    OR EXISTS (SELECT FROM item_change c WHERE c.item_id = i.id AND c.field = 'training');
ALTER TABLE item ENABLE TRIGGER USER;

CREATE FUNCTION item_gold_untold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fresh boolean := TG_OP = 'INSERT';
BEGIN
    NEW.told := NEW.told OR NEW.training OR NEW.state = 'settled' OR NEW.state = 'retired' AND NOT NEW.gold;
    IF NOT NEW.gold THEN
        RETURN NEW;
    END IF;
    IF NEW.basis = 'crowd' AND (fresh OR NOT OLD.gold OR OLD.basis <> 'crowd') THEN
        RAISE EXCEPTION 'gold needs another basis than the crowd, which it measures'
              USING ERRCODE = 'restrict_violation';
    END IF;
    IF fresh OR NOT OLD.told THEN
        RETURN NEW;
    END IF;
    IF NOT OLD.gold THEN
        RAISE EXCEPTION 'an item whose truth or label was told cannot become gold' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'settled' AND NEW.state NOT IN ('settled', 'withdrawn') THEN
        NEW.gold := false;
        INSERT INTO item_change (item_id, field, before, after, who, reason)
        VALUES (NEW.id, 'gold', 'true', 'false',
                coalesce(nullif(current_setting('touchstone.who', true), ''), session_user),
                'its label was told while it was settled');
        INSERT INTO score_pending (items, volunteers, fakes) VALUES ('{}', '{}', '{}');
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION item_gold_untold IS 'Notes what was told to volunteers, and keeps it from measuring them: it cannot become gold, gold that a ruling settled comes back as an item like others, and what the crowd alone says is no gold.';
CREATE TRIGGER item_gold_untold BEFORE INSERT OR UPDATE OF state, gold, training, basis ON item
    FOR EACH ROW EXECUTE FUNCTION item_gold_untold();
