-- What a catalogue of a million items need not be read whole for. Columns of these indexes hardly ever change, so that an
-- item that changes its state tells them nothing.
-- oldest program: 0016

CREATE INDEX item_by_shelf ON item (campaign_id, media_type);
COMMENT ON INDEX item_by_shelf IS 'Company for what is asked about is looked for on one shelf: a campaign''s items of one medium.';
CREATE INDEX item_gold ON item (campaign_id) WHERE gold;
COMMENT ON INDEX item_gold IS 'Whether gold of a campaign was released is asked before it is opened again.';
CREATE INDEX item_by_identity ON item USING gin (identities) WHERE identities <> '{}';
COMMENT ON INDEX item_by_identity IS 'Items that show the same people must stand in one split.';

-- Rows come in order of time, so a summary of each megabyte finds those of a minute.
CREATE INDEX judgment_by_time ON judgment USING brin (judged_at) WITH (autosummarize = on);
COMMENT ON INDEX judgment_by_time IS 'The public figures count the judgments of a span of time, once.';

-- With the filter in variables, it is planned for what it asks: a small campaign is looked up, a whole catalogue is read.
CREATE FUNCTION release_wanted(release uuid) RETURNS TABLE (item_id uuid, label text, stands boolean)
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked         jsonb := (SELECT r.filter FROM release r WHERE r.id = $1);
    campaign_name text := asked->>'campaign';
    campaign      uuid := (SELECT g.id FROM campaign g WHERE g.name = campaign_name);
    medium        text := asked->>'media_type';
    least_many    integer := asked->>'min_judgments';
    least_sure    double precision := asked->>'min_confidence';
BEGIN
    RETURN QUERY
    SELECT l.item_id, l.label::text,
           min(l.label) OVER twins = max(l.label) OVER twins
           OR l.ruling IS NOT NULL AND min(l.ruling) OVER twins = max(l.ruling) OVER twins
      FROM releasable l JOIN item b ON b.id = l.item_id
     WHERE asked IS NOT NULL
       AND (campaign_name IS NULL OR b.campaign_id = campaign AND l.campaign_id = campaign)
       AND (medium IS NULL OR b.media_type = medium)
       AND (least_many IS NULL OR l.judgments >= least_many)
       AND (least_sure IS NULL OR l.label_source <> 'crowd' OR greatest(l.p_fake, 1 - l.p_fake) >= least_sure)
    WINDOW twins AS (PARTITION BY b.rendition);
END $$;
COMMENT ON FUNCTION release_wanted IS 'Items that a release asks for, by its filter, and the label of each. One does not stand where the same bytes have the other label too: then only what a moderator ruled on does, or nothing.';
