-- The moderators' desk: what a dispute is found by, notes, escalations, whose item it is, and second opinions.
-- oldest program: 0060

-- ---------------------------------------------------------------- what a dispute is found by

ALTER TABLE dispute
    ADD COLUMN campaign_id uuid REFERENCES campaign,
    ADD COLUMN media_type text CHECK (media_type IN ('image', 'video', 'audio')),
    ADD COLUMN techniques text[] NOT NULL DEFAULT '{}',
    ADD COLUMN disagreement real CHECK (disagreement BETWEEN 0 AND 1),
    ADD COLUMN escalated_to uuid REFERENCES account,
    ADD COLUMN opinions smallint NOT NULL DEFAULT 0 CHECK (opinions >= 0),
    ADD COLUMN drawn boolean;
UPDATE dispute d
   SET campaign_id = i.campaign_id, media_type = i.media_type, techniques = i.techniques,
       disagreement = abs(c.p_fake - CASE i.truth WHEN 'fake' THEN 1 WHEN 'real' THEN 0 END)
  FROM item i LEFT JOIN consensus c ON c.item_id = i.id
 WHERE i.id = d.item_id;
ALTER TABLE dispute ALTER campaign_id SET NOT NULL, ALTER media_type SET NOT NULL;
COMMENT ON COLUMN dispute.campaign_id IS 'Of its item, as the medium is: so that the queue is found by them in one index.';
COMMENT ON COLUMN dispute.techniques IS 'Of its item; corrected with it.';
COMMENT ON COLUMN dispute.disagreement IS 'How far the crowd''s posterior lay from the provenance truth when the dispute was opened, from 0 to 1. NULL: one of the two is not known.';
COMMENT ON COLUMN dispute.escalated_to IS 'The colleague whom it was passed to: nobody else may claim it. NULL: anybody may.';
COMMENT ON COLUMN dispute.opinions IS 'How many wait for another moderator''s, in the present round.';
COMMENT ON COLUMN dispute.drawn IS 'Whether chance asks for a second opinion, drawn at the first ruling. NULL: not drawn yet.';

CREATE FUNCTION dispute_describes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT i.campaign_id, i.media_type, i.techniques,
           abs(c.p_fake - CASE i.truth WHEN 'fake' THEN 1 WHEN 'real' THEN 0 END)
      INTO NEW.campaign_id, NEW.media_type, NEW.techniques, NEW.disagreement
      FROM item i LEFT JOIN consensus c ON c.item_id = i.id
     WHERE i.id = NEW.item_id;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION dispute_describes IS 'A dispute says of itself what its item is, whoever opens it.';
CREATE TRIGGER dispute_describes BEFORE INSERT ON dispute
    FOR EACH ROW EXECUTE FUNCTION dispute_describes();

CREATE FUNCTION dispute_follows_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dispute SET techniques = NEW.techniques WHERE item_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION dispute_follows_item IS 'Techniques that are corrected are corrected in the item''s disputes.';
CREATE TRIGGER dispute_follows_item AFTER UPDATE OF techniques ON item
    FOR EACH ROW WHEN (OLD.techniques IS DISTINCT FROM NEW.techniques) EXECUTE FUNCTION dispute_follows_item();

CREATE INDEX dispute_found ON dispute (state, opened_at, id) INCLUDE (campaign_id, media_type, reason, item_id);
CREATE INDEX dispute_by_disagreement ON dispute (state, disagreement, id) WHERE disagreement IS NOT NULL;
CREATE INDEX dispute_by_technique ON dispute USING gin (techniques) WHERE techniques <> '{}';
CREATE INDEX dispute_by_item ON dispute (item_id);
CREATE INDEX dispute_waiting ON dispute (opened_at, id) WHERE opinions > 0;
CREATE INDEX dispute_escalated ON dispute (escalated_to) WHERE escalated_to IS NOT NULL;
CREATE INDEX blind_verdict_by_account ON blind_verdict (account_id, dispute_id);
CREATE INDEX ruling_by_account ON ruling (account_id, ruled_at);

-- ---------------------------------------------------------------- whose item it is

ALTER TABLE item ADD COLUMN imported_by uuid REFERENCES account;
COMMENT ON COLUMN item.imported_by IS 'The account in whose name an import made it. NULL: none was named.';
CREATE INDEX contribution_by_item ON contribution (item_id) WHERE account_id IS NOT NULL;

CREATE FUNCTION has_interest(item uuid, account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM contribution c WHERE c.item_id = $1 AND c.account_id = $2)
        OR EXISTS (SELECT FROM item i WHERE i.id = $1 AND i.imported_by = $2)
$$;
COMMENT ON FUNCTION has_interest IS 'Whether an account contributed or imported an item: who did may not rule on it, unless nobody else can.';

CREATE FUNCTION another_may_rule(item uuid, account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM account a
                    WHERE a.role IN ('moderator', 'admin') AND a.state = 'active' AND a.id <> $2
                      AND NOT has_interest($1, a.id))
$$;
COMMENT ON FUNCTION another_may_rule IS 'Whether anybody but this account may rule on an item without an interest in it.';

ALTER TABLE ruling ADD COLUMN not_independent boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ruling.not_independent IS 'Made by who contributed or imported the item, or without the second opinion that its campaign demands: there was nobody else.';
CREATE FUNCTION ruling_says_whose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.not_independent := NEW.not_independent OR has_interest(NEW.item_id, NEW.account_id);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION ruling_says_whose IS 'A ruling by who has an interest in the item never passes as an independent one.';
CREATE TRIGGER ruling_says_whose BEFORE INSERT ON ruling
    FOR EACH ROW EXECUTE FUNCTION ruling_says_whose();

CREATE OR REPLACE VIEW standing_ruling AS
    SELECT item_id, ruling, reason, ruled_at, not_independent
      FROM (SELECT DISTINCT ON (item_id) item_id, ruling, reason, ruled_at, not_independent
              FROM ruling ORDER BY item_id, number DESC) AS newest
     WHERE ruling <> 'undo';

-- ---------------------------------------------------------------- who works on it

CREATE FUNCTION moderator_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM claim WHERE account_id = NEW.id;
    UPDATE dispute SET escalated_to = NULL WHERE escalated_to = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION moderator_leaves IS 'Who may not rule any more holds no dispute.';
CREATE TRIGGER moderator_leaves AFTER UPDATE OF role, state ON account
    FOR EACH ROW WHEN (NEW.role NOT IN ('moderator', 'admin') OR NEW.state <> 'active')
    EXECUTE FUNCTION moderator_leaves();
CREATE INDEX claim_by_account ON claim (account_id);

CREATE TABLE note (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject     uuid NOT NULL,
    account_id  uuid NOT NULL REFERENCES account,
    text        text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    written_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX note_by_subject ON note (subject, id);
CREATE TRIGGER note_stays BEFORE UPDATE OR DELETE ON note
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER note_keeps BEFORE TRUNCATE ON note
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE note IS 'What moderators write to one another about an item. Append-only; no release reads it.';
COMMENT ON COLUMN note.subject IS 'The item, or the contribution whose id it has or will have.';

CREATE TABLE escalation (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dispute_id   uuid NOT NULL REFERENCES dispute,
    account_id   uuid NOT NULL REFERENCES account,
    to_account   uuid NOT NULL REFERENCES account,
    reason       text NOT NULL CHECK (length(reason) BETWEEN 10 AND 2000),
    escalated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (account_id <> to_account)
);
CREATE INDEX escalation_by_dispute ON escalation (dispute_id, id);
CREATE TRIGGER escalation_stays BEFORE UPDATE OR DELETE ON escalation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER escalation_keeps BEFORE TRUNCATE ON escalation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE escalation IS 'Disputes that a moderator passed to a named colleague, and why. Append-only; dispute.escalated_to says who has it now.';

-- ---------------------------------------------------------------- second opinions

ALTER TABLE campaign
    ADD COLUMN guidelines text CHECK (length(guidelines) BETWEEN 1 AND 20000),
    ADD COLUMN second_opinion text NOT NULL DEFAULT 'never'
        CHECK (second_opinion IN ('never', 'always', 'gold', 'contradiction', 'share')),
    ADD COLUMN second_share real NOT NULL DEFAULT 0.1 CHECK (second_share BETWEEN 0 AND 1);
COMMENT ON COLUMN campaign.guidelines IS 'What moderators go by; shown where they rule.';
COMMENT ON COLUMN campaign.second_opinion IS 'When two moderators have to agree: on gold, on rulings that contradict the provenance truth, on a share drawn by chance.';
COMMENT ON COLUMN campaign.second_share IS 'Of share: how many of the rulings. Of contradiction: how many of those that contradict nothing, so that being asked tells the second moderator nothing.';

CREATE TABLE opinion (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dispute_id  uuid NOT NULL REFERENCES dispute,
    item_id     uuid NOT NULL REFERENCES item,
    round       integer NOT NULL CHECK (round >= 0),
    account_id  uuid NOT NULL REFERENCES account,
    ruling      text NOT NULL CHECK (ruling IN ('real', 'fake', 'exclude', 'reopen')),
    reason      text NOT NULL CHECK (length(reason) BETWEEN 10 AND 2000),
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at   timestamptz
);
CREATE UNIQUE INDEX opinion_once ON opinion (dispute_id, round, account_id) WHERE undone_at IS NULL;
CREATE INDEX opinion_by_account ON opinion (account_id);
CREATE INDEX opinion_by_item ON opinion (item_id);
COMMENT ON TABLE opinion IS 'What each moderator ruled, blind of the others, where a campaign demands a second opinion. Two that agree make a ruling; where two do not, a third does.';
COMMENT ON COLUMN opinion.round IS 'The number of the dispute''s newest ruling when it was given; 0: there was none. Only those of the present round count.';
COMMENT ON COLUMN opinion.undone_at IS 'When who gave it took it back.';
CREATE FUNCTION dispute_round(dispute uuid) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT CASE WHEN r.ruling = 'undo' THEN 0 ELSE r.number END
                       FROM ruling r WHERE r.dispute_id = $1 ORDER BY r.number DESC LIMIT 1), 0)
$$;
COMMENT ON FUNCTION dispute_round IS 'In which round opinions on a dispute are gathered: the number of its ruling in force. A ruling that was undone leaves the opinions before it standing.';
CREATE FUNCTION opinion_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'undone_at' <> to_jsonb(NEW) - 'undone_at' OR OLD.undone_at IS NOT NULL THEN
        RAISE EXCEPTION 'an opinion stays; it is taken back once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION opinion_changes IS 'Of an opinion only this may change: that it is taken back.';
CREATE TRIGGER opinion_changes BEFORE UPDATE ON opinion
    FOR EACH ROW EXECUTE FUNCTION opinion_changes();
CREATE TRIGGER opinion_stays BEFORE DELETE ON opinion
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER opinion_keeps BEFORE TRUNCATE ON opinion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

-- ---------------------------------------------------------------- acts

DROP TRIGGER act_ruling ON ruling;
CREATE TRIGGER act_ruling AFTER INSERT ON ruling
    FOR EACH ROW EXECUTE FUNCTION note_act('ruling_made', 'dispute', 'dispute_id', 'id item_id ruling correction undoes not_independent', 'reason', 'account_id');
CREATE TRIGGER act_note AFTER INSERT ON note
    FOR EACH ROW EXECUTE FUNCTION note_act('note_written', 'item', 'subject', 'id', '', 'account_id');
CREATE TRIGGER act_escalation AFTER INSERT ON escalation
    FOR EACH ROW EXECUTE FUNCTION note_act('dispute_escalated', 'dispute', 'dispute_id', 'to_account', 'reason', 'account_id');
CREATE TRIGGER act_opinion AFTER INSERT ON opinion
    FOR EACH ROW EXECUTE FUNCTION note_act('opinion_given', 'dispute', 'dispute_id', 'id item_id round ruling', 'reason', 'account_id');
CREATE TRIGGER act_opinion_undone AFTER UPDATE OF undone_at ON opinion
    FOR EACH ROW EXECUTE FUNCTION note_act('opinion_undone', 'dispute', 'dispute_id', 'undone_at', '', 'account_id');
CREATE TRIGGER act_campaign_guided AFTER UPDATE OF guidelines, second_opinion, second_share ON campaign
    FOR EACH ROW EXECUTE FUNCTION note_act('campaign_changed', 'campaign', 'id', 'guidelines second_opinion second_share');
