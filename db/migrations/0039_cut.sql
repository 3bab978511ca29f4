-- What all media of a campaign are cut to. Programs of before would import media uncut, so none of them may run on this.

ALTER TABLE campaign
    ADD COLUMN box_width integer CHECK (box_width BETWEEN 32 AND 960 AND box_width % 2 = 0),
    ADD COLUMN box_height integer CHECK (box_height BETWEEN 32 AND 960 AND box_height % 2 = 0),
    ADD COLUMN window_from_ms integer CHECK (window_from_ms BETWEEN 0 AND 60000 AND window_from_ms % 40 = 0),
    ADD COLUMN window_ms integer CHECK (window_ms BETWEEN 500 AND 60000 AND window_ms % 40 = 0),
    ADD CONSTRAINT campaign_box CHECK ((box_width IS NULL) = (box_height IS NULL)),
    ADD CONSTRAINT campaign_window CHECK ((window_from_ms IS NULL) = (window_ms IS NULL));
COMMENT ON COLUMN campaign.box_width IS 'Pixels: pictures and films are shrunk until they cover this box, and cut to their middle. NULL: each keeps its shape.';
COMMENT ON COLUMN campaign.window_from_ms IS 'Of films and sounds window_ms from here on are shown. NULL: all of each.';

CREATE FUNCTION campaign_cut_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (new.box_width, new.box_height, new.window_from_ms, new.window_ms)
       IS DISTINCT FROM (old.box_width, old.box_height, old.window_from_ms, old.window_ms) THEN
        RAISE EXCEPTION 'what the media of a campaign are cut to stays as it was made' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN new;
END $$;
COMMENT ON FUNCTION campaign_cut_stays IS 'Volunteers judged what was cut so; another cut is another campaign.';
CREATE TRIGGER campaign_cut_stays BEFORE UPDATE ON campaign FOR EACH ROW EXECUTE FUNCTION campaign_cut_stays();
