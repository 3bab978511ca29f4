-- Whom a campaign is for, and how much of what it hands out is gold. Programs of before would hand out to everybody what is
-- for some, so none may run on it.

ALTER TABLE campaign
    ADD COLUMN visibility text NOT NULL DEFAULT 'everyone'
        CHECK (visibility IN ('everyone', 'invited', 'researchers', 'moderators')),
    ADD COLUMN gold_dose probability CHECK (gold_dose BETWEEN 0.01 AND 0.5);
COMMENT ON COLUMN campaign.visibility IS 'Whom it is for: everyone; invited: who entered by an invitation to it; researchers: accounts of this role and above; moderators: likewise. Nobody else is handed a pair of it, may contribute to it, or reads its name. Releases hold items of campaigns for everyone alone. Moderators see all campaigns, to watch over them.';
COMMENT ON COLUMN campaign.gold_dose IS 'Of what is asked about, how much is to be gold, as long as there is enough. NULL: as much as stands among the items that ask for more.';

CREATE OR REPLACE FUNCTION settings_of(k campaign) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object('question', k.question, 'questions', k.questions, 'media_types', k.media_types,
                             'visibility', k.visibility,
                             'threshold', k.threshold, 'min_judgments', k.min_judgments, 'max_judgments', k.max_judgments,
                             'random_share', k.random_share, 'fake_rate', k.fake_rate, 'gold_dose', k.gold_dose,
                             'guidelines', k.guidelines, 'second_opinion', k.second_opinion,
                             'second_share', k.second_share::text::double precision)
$$;

CREATE FUNCTION is_invited(campaign uuid, volunteer uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM volunteer_network n JOIN invitation i ON i.campaign_id = n.campaign_id AND i.network = n.network
                    WHERE n.campaign_id = campaign AND n.volunteer_id = volunteer AND n.declared);
COMMENT ON FUNCTION is_invited IS 'Did a volunteer enter by an invitation to this campaign? Who did, stays so when the invitation is over or withdrawn, until the campaign is closed.';

DROP TRIGGER act_campaign_guided ON campaign;
CREATE TRIGGER act_campaign_guided AFTER UPDATE OF guidelines, second_opinion, second_share, questions, media_types, fake_rate, visibility, gold_dose ON campaign
    FOR EACH ROW EXECUTE FUNCTION note_act('campaign_changed', 'campaign', 'id', 'guidelines second_opinion second_share questions media_types fake_rate visibility gold_dose');

-- What a release asks for is read from items once, not joined with them again: of thousands that were added a moment ago the
-- planner knows little, and each join is one more guess.
CREATE OR REPLACE VIEW releasable AS
    SELECT i.id AS item_id, i.campaign_id, i.media_type,
           coalesce(r.ruling, CASE WHEN i.gold OR i.training THEN i.truth::text
                                   WHEN c.p_fake >= 0.5 THEN 'fake' ELSE 'real' END) AS label,
           CASE WHEN r.ruling IS NOT NULL THEN 'ruling'
                WHEN i.gold OR i.training THEN 'truth' ELSE 'crowd' END AS label_source,
           c.p_fake, c.low, c.high, coalesce(c.judgments, 0) AS judgments, r.ruling, i.rendition
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

-- Listings and cards of releases are for everyone whatever the audience of their files, and so is what they name.
CREATE OR REPLACE FUNCTION release_wanted(release uuid) RETURNS TABLE (item_id uuid, label text, stands boolean)
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked         jsonb := (SELECT r.filter FROM release r WHERE r.id = $1);
    campaign_name text := asked->>'campaign';
    campaign      uuid := (SELECT g.id FROM campaign g WHERE g.name = campaign_name);
    for_some      uuid[] := ARRAY(SELECT k.id FROM campaign k WHERE k.visibility <> 'everyone');
    medium        text := asked->>'media_type';
    least_many    integer := asked->>'min_judgments';
    least_sure    double precision := asked->>'min_confidence';
BEGIN
    RETURN QUERY
    SELECT l.item_id, l.label::text,
           min(l.label) OVER twins = max(l.label) OVER twins
           OR l.ruling IS NOT NULL AND min(l.ruling) OVER twins = max(l.ruling) OVER twins
      FROM releasable l
     WHERE asked IS NOT NULL
       AND (campaign_name IS NULL OR l.campaign_id = campaign)
       AND l.campaign_id <> ALL (for_some)
       AND (medium IS NULL OR l.media_type = medium)
       AND (least_many IS NULL OR l.judgments >= least_many)
       AND (least_sure IS NULL OR l.label_source <> 'crowd' OR greatest(l.p_fake, 1 - l.p_fake) >= least_sure)
    WINDOW twins AS (PARTITION BY l.rendition);
END $$;
COMMENT ON FUNCTION release_wanted IS 'Items that a release asks for, by its filter, and the label of each; of campaigns that are for everyone alone. One does not stand where the same bytes have the other label too: then only what a moderator ruled on does, or nothing.';

CREATE INDEX item_sample ON item (campaign_id, id);
COMMENT ON INDEX item_sample IS 'Some items of a campaign, drawn by chance: what a change of settings does is counted from these where there are many.';
