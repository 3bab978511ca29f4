-- Notices by a file and about what waits in quarantine, and complaints of whoever contributed what a notice took away.

-- ---------------------------------------------------------------- what a notice is about, and how it was found

ALTER TABLE notice
    DROP CONSTRAINT notice_target_check,
    ADD CONSTRAINT notice_target_check CHECK (target IN ('item', 'address', 'sha256', 'release', 'file')),
    ADD COLUMN found_by text CHECK (found_by IN ('bytes', 'looks')),
    ADD CONSTRAINT notice_found_file CHECK ((found_by IS NOT NULL) = (target = 'file')),
    ALTER COLUMN item_id DROP NOT NULL,
    ADD COLUMN contribution_id uuid REFERENCES contribution,
    ADD CONSTRAINT notice_about_one CHECK (num_nonnulls(item_id, contribution_id) = 1);
CREATE INDEX notice_by_contribution ON notice (contribution_id, state) WHERE contribution_id IS NOT NULL;
COMMENT ON COLUMN notice.target IS 'How the item was named. file: by a file that came with the notice, and was not kept.';
COMMENT ON COLUMN notice.found_by IS 'How the file that came was found to be of the item. bytes: it is the original or what is served. looks: it looks or sounds most like it, of all items.';
COMMENT ON COLUMN notice.contribution_id IS 'What waited in quarantine when it was reported. It is decided by the notice alone.';

ALTER TABLE hiding
    ALTER COLUMN item_id DROP NOT NULL,
    ADD COLUMN contribution_id uuid REFERENCES contribution,
    ADD CONSTRAINT hiding_of_one CHECK (num_nonnulls(item_id, contribution_id) = 1);
CREATE UNIQUE INDEX hiding_waiting_once ON hiding (contribution_id) WHERE shown_at IS NULL;
COMMENT ON COLUMN hiding.contribution_id IS 'What waits in quarantine, and is left out of the moderators'' queue.';

CREATE OR REPLACE VIEW item_hidden AS
    SELECT item_id, notice_id, held, held AND held_until > now() AS kept, held_until, hidden_at
      FROM hiding WHERE shown_at IS NULL AND item_id IS NOT NULL
     UNION ALL
    SELECT k.item_id, k.notice_id, false, false, NULL, k.held_at
      FROM held_item k
     WHERE k.ended_at IS NULL AND NOT EXISTS (SELECT FROM hiding h WHERE h.item_id = k.item_id AND h.shown_at IS NULL);
CREATE OR REPLACE VIEW unready_item AS
    SELECT item_id FROM lost_item UNION ALL SELECT item_id FROM cut_due
     UNION ALL SELECT item_id FROM hiding WHERE shown_at IS NULL AND item_id IS NOT NULL
     UNION ALL SELECT item_id FROM held_item WHERE ended_at IS NULL;
CREATE VIEW contribution_hidden AS
    SELECT contribution_id, notice_id, held, held AND held_until > now() AS kept, held_until, hidden_at
      FROM hiding WHERE shown_at IS NULL AND contribution_id IS NOT NULL;
COMMENT ON VIEW contribution_hidden IS 'Contributions that wait, and are hidden now.';

-- What waits is in no server's catalogue.
CREATE OR REPLACE FUNCTION tell_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'item' THEN
        INSERT INTO catalogue_news (changed) SELECT array_agg(id) FROM touched HAVING count(*) > 0;
    ELSE
        INSERT INTO catalogue_news (changed)
        SELECT array_agg(item_id) FROM touched WHERE item_id IS NOT NULL HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

-- Whatever would take it out of quarantine finds it held, as with items.
CREATE FUNCTION contribution_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM contribution_hidden WHERE contribution_id = NEW.id AND held) THEN
        RAISE EXCEPTION 'contribution % is kept as it is until an authority or the deadline has decided', NEW.id
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION contribution_is_held IS 'Keeps what may be evidence in quarantine.';
CREATE TRIGGER contribution_is_held BEFORE UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state = 'quarantined' AND NEW.state <> 'quarantined') EXECUTE FUNCTION contribution_is_held();

-- Whoever is erased does not take back what is held; all else that names them goes.
CREATE OR REPLACE FUNCTION forget_contributor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE upload SET expires_at = '-infinity' WHERE volunteer_id = OLD.id;
    UPDATE contribution c
       SET made_by = NULL, network = NULL,
           facts = CASE WHEN state = 'approved' THEN facts ELSE '{}' END,
           url = CASE WHEN state = 'approved' THEN url END,
           state = CASE WHEN h.waits THEN 'failed' ELSE state END,
           detail = CASE WHEN h.waits THEN 'taken back by whoever sent it' ELSE detail END
      FROM (SELECT id, state IN ('processing', 'quarantined')
                       AND NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = o.id AND h.held) AS waits
              FROM contribution o WHERE o.volunteer_id = OLD.id) h
     WHERE c.id = h.id;
    RETURN NULL;
END $$;

CREATE FUNCTION is_contributor(item uuid, contribution uuid, account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM contribution c WHERE c.item_id = $1 AND c.account_id = $3)
        OR EXISTS (SELECT FROM contribution c WHERE c.id = $2 AND c.account_id = $3)
$$;
COMMENT ON FUNCTION is_contributor IS 'Whether an account sent what a notice is about: an item, or what waits in quarantine.';

-- ---------------------------------------------------------------- whoever contributed it

CREATE TABLE notice_statement (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    notice_id        uuid NOT NULL REFERENCES notice,
    contribution_id  uuid NOT NULL REFERENCES contribution,
    digest           bytea CHECK (octet_length(digest) = 32),
    made_at          timestamptz NOT NULL DEFAULT now(),
    UNIQUE (notice_id, contribution_id)
);
CREATE UNIQUE INDEX notice_statement_by_reference ON notice_statement (substr(digest, 1, 8)) WHERE digest IS NOT NULL;
CREATE INDEX notice_statement_by_contribution ON notice_statement (contribution_id);
CREATE INDEX contribution_by_account ON contribution (account_id) WHERE account_id IS NOT NULL;
COMMENT ON TABLE notice_statement IS 'To whom a decision that took something away is told beside who sent the notice (Article 17): whoever contributed it, who may complain as well.';
COMMENT ON COLUMN notice_statement.digest IS 'SHA-256 of the reference that was sent by mail. NULL: none was sent, or it is forgotten.';

ALTER TABLE notice_complaint
    ADD COLUMN party text NOT NULL DEFAULT 'notifier' CHECK (party IN ('notifier', 'contributor')),
    DROP CONSTRAINT notice_complaint_pkey,
    ADD PRIMARY KEY (notice_id, party);
COMMENT ON TABLE notice_complaint IS 'Complaints against decisions, one of each party at most. Append-only.';
COMMENT ON COLUMN notice_complaint.party IS 'notifier: whoever sent the notice. contributor: whoever contributed what it is about.';

ALTER TABLE notice_decision
    DROP CONSTRAINT notice_decision_stage_check,
    ADD CONSTRAINT notice_decision_stage_check CHECK (stage IN ('first', 'complaint', 'final'));
COMMENT ON COLUMN notice_decision.stage IS 'complaint: it replaces the first, after a complaint. final: it replaces that, after a complaint of the other party.';
COMMENT ON COLUMN notice.state IS 'open: it waits for a decision. decided: it has one, against which there may be a complaint. contested: a complaint waits. closed: that is decided, or came too late; the other party may still complain.';

CREATE FUNCTION may_contest(of_party text, stage text, outcome text, action text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN stage <> 'final' AND CASE of_party WHEN 'contributor' THEN action <> 'none' ELSE stage = 'first' OR outcome = 'rejected' END;
COMMENT ON FUNCTION may_contest IS 'May a party, which has not complained yet, complain about this decision: about the first, and about one that is against it? It ends with the final one.';

CREATE OR REPLACE VIEW told_notice AS
SELECT n.id, n.item_id, n.target, n.reason, n.explanation, n.name, n.email, n.state, n.priority, n.hides, rfc3339(n.made_at) AS made,
       coalesce(i.media_type, w.media_type) AS media_type, coalesce(i.state, w.state) AS item_state,
       coalesce(i.sensitive, (w.facts->>'sensitive')::boolean, false) AS sensitive, h.notice_id IS NOT NULL AS hidden,
       coalesce(h.held, false) AS held,
       rfc3339(h.held_until) AS held_until, c.text AS complaint, rfc3339(c.made_at) AS complained,
       rfc3339(CASE WHEN c.notice_id IS NULL
                     AND may_contest('notifier', coalesce(s.stage, f.stage), coalesce(s.outcome, f.outcome), coalesce(s.action, f.action))
                    THEN coalesce(s.decided_at, f.decided_at) + interval '6 months' END) AS contest_until,
       f.outcome, f.action, f.ground_kind, f.ground, f.facts, f.automated, f.independent, f.authority,
       rfc3339(f.decided_at) AS decided, fa.email AS decided_by,
       s.outcome AS second_outcome, s.action AS second_action, s.ground_kind AS second_ground_kind, s.ground AS second_ground,
       s.facts AS second_facts, s.automated AS second_automated, s.independent AS second_independent,
       s.authority AS second_authority, rfc3339(s.decided_at) AS second_decided, sa.email AS second_decided_by,
       n.made_at, n.contribution_id, n.found_by, o.text AS contributor_complaint, rfc3339(o.made_at) AS contributor_complained,
       rfc3339(CASE WHEN o.notice_id IS NULL
                     AND may_contest('contributor', coalesce(s.stage, f.stage), coalesce(s.outcome, f.outcome), coalesce(s.action, f.action))
                    THEN coalesce(s.decided_at, f.decided_at) + interval '6 months' END) AS contributor_until,
       coalesce(c.made_at < s.decided_at, false) AS answered, coalesce(o.made_at < s.decided_at, false) AS contributor_answered
  FROM notice n
  LEFT JOIN LATERAL (SELECT * FROM item WHERE id = n.item_id OFFSET 0) i ON true
  LEFT JOIN LATERAL (SELECT * FROM contribution WHERE id = n.contribution_id OFFSET 0) w ON true
  LEFT JOIN LATERAL (SELECT notice_id, held, held_until FROM item_hidden WHERE item_id = n.item_id
                      UNION ALL
                     SELECT notice_id, held, held_until FROM contribution_hidden WHERE contribution_id = n.contribution_id
                     LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_complaint WHERE notice_id = n.id AND party = 'notifier' OFFSET 0) c ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_complaint WHERE notice_id = n.id AND party = 'contributor' OFFSET 0) o ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_decision WHERE notice_id = n.id AND stage = 'first' OFFSET 0) f ON true
  LEFT JOIN LATERAL (SELECT email FROM account WHERE id = f.decided_by OFFSET 0) fa ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_decision WHERE notice_id = n.id AND stage <> 'first'
                      ORDER BY stage DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT email FROM account WHERE id = s.decided_by OFFSET 0) sa ON true;
COMMENT ON VIEW told_notice IS 'Notices with what they are about, decisions and complaints, each found by its key. `second` is the newest decision on a complaint.';

-- ---------------------------------------------------------------- acts

DROP TRIGGER act_notice_made ON notice;
CREATE TRIGGER act_notice_made AFTER INSERT ON notice
    FOR EACH ROW EXECUTE FUNCTION note_act('notice_made', 'notice', 'id', 'item_id contribution_id target found_by reason hides');
DROP TRIGGER act_notice_contested ON notice_complaint;
CREATE TRIGGER act_notice_contested AFTER INSERT ON notice_complaint
    FOR EACH ROW EXECUTE FUNCTION note_act('notice_contested', 'notice', 'notice_id', 'party');
DROP TRIGGER act_item_hidden ON hiding;
DROP TRIGGER act_item_held ON hiding;
DROP TRIGGER act_item_shown ON hiding;
CREATE TRIGGER act_item_hidden AFTER INSERT ON hiding
    FOR EACH ROW WHEN (NEW.item_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_hidden', 'item', 'item_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_item_held AFTER UPDATE OF held ON hiding
    FOR EACH ROW WHEN (NEW.held AND NOT OLD.held AND NEW.item_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_hidden', 'item', 'item_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_item_shown AFTER UPDATE OF shown_at ON hiding
    FOR EACH ROW WHEN (OLD.shown_at IS NULL AND NEW.shown_at IS NOT NULL AND NEW.item_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_shown', 'item', 'item_id', '', 'shown_reason');
CREATE TRIGGER act_contribution_hidden AFTER INSERT ON hiding
    FOR EACH ROW WHEN (NEW.contribution_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_hidden', 'contribution', 'contribution_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_contribution_held AFTER UPDATE OF held ON hiding
    FOR EACH ROW WHEN (NEW.held AND NOT OLD.held AND NEW.contribution_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_hidden', 'contribution', 'contribution_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_contribution_shown AFTER UPDATE OF shown_at ON hiding
    FOR EACH ROW WHEN (OLD.shown_at IS NULL AND NEW.shown_at IS NOT NULL AND NEW.contribution_id IS NOT NULL)
    EXECUTE FUNCTION note_act('item_shown', 'contribution', 'contribution_id', '', 'shown_reason');
