-- Who may decide a label: networks without addresses, by what rule a label retired, and what is known of volunteers by gold.

CREATE TABLE volunteer_network (
    campaign_id   uuid NOT NULL,
    volunteer_id  uuid NOT NULL,
    network       bytea NOT NULL CHECK (octet_length(network) = 16),
    declared      boolean NOT NULL,
    first_seen    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, volunteer_id)
);
CREATE INDEX volunteer_network_by_volunteer ON volunteer_network (volunteer_id);
COMMENT ON TABLE volunteer_network IS 'The network from which a volunteer first judged or skipped in a campaign. No address: a keyed hash, which no export holds, and which goes with the campaign''s end and with the volunteer.';
COMMENT ON COLUMN volunteer_network.network IS 'Keyed hash of the prefix (/24 of IPv4, /48 of IPv6), or of the name of a network that the operator declared. The key is the campaign''s own, so that two campaigns cannot be compared.';
COMMENT ON COLUMN volunteer_network.declared IS 'The operator declared this network (TOUCHSTONE_NETWORKS).';

CREATE FUNCTION forget_networks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM volunteer_network WHERE campaign_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_networks IS 'Networks are kept for as long as a campaign is judged.';
CREATE TRIGGER campaign_forgets_networks AFTER UPDATE OF state ON campaign
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION forget_networks();

ALTER TABLE score_pending ADD COLUMN networks bytea[] CHECK (cardinality(networks) = cardinality(items));
ALTER TABLE score_pending ALTER networks SET STORAGE EXTERNAL;
COMMENT ON COLUMN score_pending.networks IS 'The network of each judgment, 16 bytes, and one that says whether it is declared (1) or not (0). Noted in volunteer_network.';

ALTER TABLE consensus ADD COLUMN decided_by text
    CHECK (decided_by IN ('full', 'no_gold', 'one_network', 'no_gold_one_network'));
COMMENT ON COLUMN consensus.decided_by IS 'By which rule those who judged the item may decide its label: the full one, or a weaker one, without gold, within one declared network, or both. NULL: they may not, or the label is older than such rules.';
ALTER TABLE consensus ADD COLUMN decides probability;
COMMENT ON COLUMN consensus.decides IS 'What those believe who may decide: never surer than p_fake, 0.5 where nobody may. NULL: not known yet.';

CREATE OR REPLACE VIEW catalogue AS
    SELECT i.id, i.state = 'in_service' AS in_service,
           (CASE i.media_type WHEN 'image' THEN 0 WHEN 'video' THEN 1 ELSE 2 END)::smallint AS media_type,
           lineage_key(i.lineage) AS lineage, lineage_key(i.pair) AS pair, i.gold, i.training,
           i.truth = 'fake' AS fake, i.campaign_id, coalesce(c.p_fake, 0.5) AS p_fake,
           coalesce(c.judgments, 0) - coalesce(o.judgments, 0) AS judgments,
           i.rendition, i.rendition_type, i.poster, i.width, i.height, i.duration_ms, i.sensitive,
           i.version, i.judged_from, i.state = 'retired' AS retired, coalesce(c.decides, 0.5) AS decides
      FROM item i
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN reopened o ON o.item_id = i.id;

ALTER TABLE volunteer_skill
    ADD COLUMN gold integer NOT NULL DEFAULT 0 CHECK (gold >= 0),
    ADD COLUMN ignored boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN volunteer_skill.gold IS 'Gold items that were judged, less the share of pairs that were skipped.';
COMMENT ON COLUMN volunteer_skill.ignored IS 'Worse than chance: what this volunteer says counts for nothing, and is not inverted.';

ALTER TABLE last_fit
    ADD COLUMN decided_full integer NOT NULL DEFAULT 0 CHECK (decided_full >= 0),
    ADD COLUMN decided_no_gold integer NOT NULL DEFAULT 0 CHECK (decided_no_gold >= 0),
    ADD COLUMN decided_one_network integer NOT NULL DEFAULT 0 CHECK (decided_one_network >= 0),
    ADD COLUMN decided_neither integer NOT NULL DEFAULT 0 CHECK (decided_neither >= 0),
    ADD COLUMN ignored integer NOT NULL DEFAULT 0 CHECK (ignored >= 0);
COMMENT ON COLUMN last_fit.decided_full IS 'Retired items that those who judged them may decide by the full rule, when the fit began.';
COMMENT ON COLUMN last_fit.decided_no_gold IS 'The same by the rule without gold.';
COMMENT ON COLUMN last_fit.decided_one_network IS 'The same by the rule within one declared network.';
COMMENT ON COLUMN last_fit.decided_neither IS 'The same by the rule with neither gold nor networks.';
COMMENT ON COLUMN last_fit.ignored IS 'Volunteers who are worse than chance, and count for nothing.';

COMMENT ON COLUMN volunteer.consent_version IS 'Of the text that was agreed to last: 2 names the hash of the network.';

COMMENT ON COLUMN campaign.policy IS 'The version of the rules for assignment, feedback and deciding, stored with every judged pair. From 2 on, both items of a random pair are drawn uniformly; before, the first one. From 3 on, labels are decided by volunteers who were measured on gold, from more than one network (docs/method.md).';
ALTER TABLE campaign ALTER policy SET DEFAULT 3;
UPDATE campaign SET policy = 3 WHERE policy < 3;
