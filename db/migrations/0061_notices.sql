-- Notices: what people report, what is hidden at once, what is decided, and what they answer.

CREATE TABLE notice (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    digest        bytea CHECK (octet_length(digest) = 32),
    item_id       uuid NOT NULL REFERENCES item,
    target        text NOT NULL CHECK (target IN ('item', 'address', 'sha256', 'release')),
    reason        text COLLATE "C" NOT NULL
                  CHECK (reason IN ('illegal', 'personal_rights', 'copyright', 'intimate_imagery', 'child_safety',
                                    'wrong_label', 'other')),
    explanation   text NOT NULL CHECK (octet_length(explanation) BETWEEN 20 AND 10000),
    name          text CHECK (octet_length(name) BETWEEN 1 AND 200),
    email         text CHECK (octet_length(email) BETWEEN 3 AND 254),
    good_faith    boolean NOT NULL CHECK (good_faith),
    network       text COLLATE "C" CHECK (network ~ '^[0-9a-f]{16}$'),
    state         text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided', 'contested', 'closed')),
    priority      smallint NOT NULL CHECK (priority BETWEEN 0 AND 3),
    hides         text NOT NULL DEFAULT 'never' CHECK (hides IN ('never', 'hid', 'over_limit')),
    made_at       timestamptz NOT NULL DEFAULT now(),
    forgotten_at  timestamptz,
    CONSTRAINT notice_has_author
        CHECK (forgotten_at IS NOT NULL OR reason = 'child_safety' OR name IS NOT NULL AND email IS NOT NULL),
    CONSTRAINT notice_hides_some CHECK (hides = 'never' OR reason IN ('intimate_imagery', 'child_safety'))
);
CREATE UNIQUE INDEX notice_by_reference ON notice (substr(digest, 1, 8)) WHERE digest IS NOT NULL;
CREATE INDEX notice_queue ON notice (state, priority, made_at, id);
CREATE INDEX notice_queue_by_reason ON notice (state, reason, priority, made_at, id);
CREATE INDEX notice_by_item ON notice (item_id, state);
CREATE INDEX notice_hid ON notice (made_at) WHERE hides = 'hid';
CREATE INDEX notice_by_network ON notice (network, made_at) WHERE network IS NOT NULL;
CREATE INDEX notice_networks ON notice (made_at) WHERE network IS NOT NULL;
CREATE INDEX notice_to_forget ON notice (made_at) WHERE forgotten_at IS NULL AND state IN ('decided', 'closed');
CREATE INDEX notice_contributor ON contribution (item_id) WHERE item_id IS NOT NULL;
COMMENT ON INDEX notice_contributor IS 'Who contributed an item, and so decides no notice about it.';
COMMENT ON TABLE notice IS 'What somebody reports about an item, as Article 16 of the Digital Services Act has it. Nobody needs an account.';
COMMENT ON COLUMN notice.digest IS 'SHA-256 of the reference, which whoever sent the notice keeps and nobody else can find out. NULL: the notice is forgotten.';
COMMENT ON COLUMN notice.target IS 'How the item was named.';
COMMENT ON COLUMN notice.name IS 'Who sent it. Not asked for where a child''s safety is at stake (Article 16(2)(c)). Gone once the notice is forgotten.';
COMMENT ON COLUMN notice.network IS 'A keyed hash of the prefix of the network that it came from, for the limit of automatic hides. Gone after a week.';
COMMENT ON COLUMN notice.state IS 'open: it waits for a decision. decided: it has one, against which there may be a complaint. contested: the complaint waits. closed: that is decided, or came too late.';
COMMENT ON COLUMN notice.priority IS '0: its item would have been hidden at once, but for the limit. 1: a child''s safety. 2: intimate imagery. 3: all else.';
COMMENT ON COLUMN notice.hides IS 'hid: the item was hidden when it came. over_limit: it would have been.';

CREATE TABLE hiding (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item_id       uuid NOT NULL REFERENCES item,
    notice_id     uuid NOT NULL REFERENCES notice,
    held          boolean NOT NULL,
    held_until    timestamptz,
    hidden_at     timestamptz NOT NULL DEFAULT now(),
    hidden_by     uuid REFERENCES account,
    hidden_reason text CHECK (octet_length(hidden_reason) BETWEEN 1 AND 2000),
    shown_at      timestamptz,
    shown_reason  text CHECK (octet_length(shown_reason) BETWEEN 1 AND 2000),
    CONSTRAINT hiding_held_until CHECK (held = (held_until IS NOT NULL)),
    CONSTRAINT hiding_by_hand CHECK ((hidden_by IS NULL) = (hidden_reason IS NULL)),
    CONSTRAINT hiding_shown CHECK ((shown_at IS NULL) = (shown_reason IS NULL))
);
CREATE UNIQUE INDEX hiding_once ON hiding (item_id) WHERE shown_at IS NULL;
CREATE INDEX hiding_by_notice ON hiding (notice_id);
COMMENT ON TABLE hiding IS 'Items that nobody is shown, because a notice about them has not been decided; and those that were.';
COMMENT ON COLUMN hiding.held IS 'It may show the abuse of a child: moderators are not shown it either, and it is neither withdrawn nor removed before an authority or the deadline has decided.';
COMMENT ON COLUMN hiding.held_until IS 'The deadline.';
COMMENT ON COLUMN hiding.hidden_by IS 'Who hid it by hand. NULL: the notice did.';
COMMENT ON COLUMN hiding.shown_at IS 'When it ended.';

CREATE VIEW item_hidden AS
    SELECT item_id, notice_id, held, held AND held_until > now() AS kept, held_until, hidden_at FROM hiding WHERE shown_at IS NULL;
COMMENT ON VIEW item_hidden IS 'Items that are hidden now.';

CREATE TRIGGER hiding_new AFTER INSERT ON hiding REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER hiding_ended AFTER UPDATE ON hiding REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();

CREATE OR REPLACE VIEW unready_item AS
    SELECT item_id FROM lost_item UNION ALL SELECT item_id FROM cut_due UNION ALL SELECT item_id FROM hiding WHERE shown_at IS NULL;
COMMENT ON VIEW unready_item IS 'Items that are handed out to nobody for now: their files are not there or not as they are to be, or a notice hides them.';

CREATE FUNCTION item_medium(item uuid) RETURNS TABLE (digest bytea) LANGUAGE sql STABLE AS $$
    SELECT d.digest
      FROM item i CROSS JOIN LATERAL (VALUES (i.sha256), (i.rendition), (i.thumbnail)) AS d (digest)
     WHERE i.id = $1 AND d.digest IS NOT NULL
     UNION
    SELECT d.digest
      FROM item_version v CROSS JOIN LATERAL (VALUES (v.rendition), (v.thumbnail)) AS d (digest)
     WHERE v.item_id = $1 AND d.digest IS NOT NULL
     UNION
    SELECT v.poster
      FROM item_version v
     WHERE v.item_id = $1 AND v.poster IS NOT NULL
       AND NOT EXISTS (SELECT FROM item o WHERE o.poster = v.poster AND o.id <> v.item_id AND o.state <> 'withdrawn')
$$;
COMMENT ON FUNCTION item_medium IS 'The digests of all files that show an item: what its addresses lead to. (A black poster may be that of other films.)';

-- Whatever would take the item out for good finds it held.
CREATE FUNCTION item_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM item_hidden WHERE item_id = NEW.id AND held) THEN
        RAISE EXCEPTION 'item % is kept as it is until an authority or the deadline has decided', NEW.id
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION item_is_held IS 'Keeps what may be evidence from being withdrawn.';
CREATE TRIGGER item_is_held BEFORE UPDATE OF state ON item
    FOR EACH ROW WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn') EXECUTE FUNCTION item_is_held();

CREATE TABLE notice_decision (
    notice_id    uuid NOT NULL REFERENCES notice,
    stage        text NOT NULL CHECK (stage IN ('first', 'complaint')),
    outcome      text COLLATE "C" NOT NULL CHECK (outcome IN ('upheld', 'rejected')),
    action       text NOT NULL CHECK (action IN ('withdraw', 'review', 'none')),
    ground_kind  text NOT NULL CHECK (ground_kind IN ('law', 'terms', 'no_breach')),
    ground       text NOT NULL CHECK (octet_length(ground) BETWEEN 3 AND 500),
    facts        text NOT NULL CHECK (octet_length(facts) BETWEEN 20 AND 10000),
    automated    boolean NOT NULL,
    independent  boolean NOT NULL,
    authority    text CHECK (octet_length(authority) BETWEEN 3 AND 500),
    decided_by   uuid NOT NULL REFERENCES account,
    decided_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (notice_id, stage),
    CONSTRAINT notice_decision_acts CHECK (outcome = 'upheld' OR action = 'none' AND ground_kind = 'no_breach'),
    CONSTRAINT notice_decision_has_ground CHECK (outcome = 'rejected' OR ground_kind <> 'no_breach')
);
CREATE INDEX notice_decision_by_account ON notice_decision (decided_by);
COMMENT ON TABLE notice_decision IS 'Decisions on notices with their statements of reasons (Article 17). Append-only.';
COMMENT ON COLUMN notice_decision.stage IS 'complaint: it replaces the first, after a complaint.';
COMMENT ON COLUMN notice_decision.automated IS 'Were automated means used: was the item hidden before anybody decided?';
COMMENT ON COLUMN notice_decision.independent IS 'Neither had whoever decided contributed the item, nor decided before.';
COMMENT ON COLUMN notice_decision.authority IS 'Which authority decided on what was kept for it, and where that is written.';
CREATE TRIGGER notice_decision_stays BEFORE UPDATE OR DELETE ON notice_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_decision_keeps BEFORE TRUNCATE ON notice_decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE notice_complaint (
    notice_id  uuid PRIMARY KEY REFERENCES notice,
    text       text NOT NULL CHECK (octet_length(text) BETWEEN 20 AND 10000),
    made_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE notice_complaint IS 'Complaints against first decisions, by whoever sent the notice. Append-only.';
CREATE TRIGGER notice_complaint_stays BEFORE UPDATE OR DELETE ON notice_complaint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_complaint_keeps BEFORE TRUNCATE ON notice_complaint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE dispute
    DROP CONSTRAINT dispute_reason_check,
    ADD CONSTRAINT dispute_reason_check CHECK (reason IN ('max_judgments', 'crowd_not_trusted', 'no_partner', 'notice',
        'crowd_against_gold', 'crowd_against_provenance', 'crowd_against_ruling'));
COMMENT ON COLUMN dispute.reason IS 'max_judgments: the plan is spent and the crowd split. crowd_not_trusted: the plan is spent, and the crowd agrees but is not trusted to settle. no_partner: no other item of its campaign and medium can be shown beside it. notice: somebody reported its label. The others: it is against what is known.';

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('notices', 1, NULL, false, interval '10 minutes');
INSERT INTO job (kind) VALUES ('notices');

-- ---------------------------------------------------------------- acts

CREATE TRIGGER act_notice_made AFTER INSERT ON notice
    FOR EACH ROW EXECUTE FUNCTION note_act('notice_made', 'notice', 'id', 'item_id reason hides');
CREATE TRIGGER act_notice_contested AFTER INSERT ON notice_complaint
    FOR EACH ROW EXECUTE FUNCTION note_act('notice_contested', 'notice', 'notice_id', '');
CREATE TRIGGER act_notice_decided AFTER INSERT ON notice_decision
    FOR EACH ROW EXECUTE FUNCTION note_act('notice_decided', 'notice', 'notice_id',
                                           'stage outcome action ground_kind ground independent authority', 'facts', 'decided_by');
CREATE TRIGGER act_item_hidden AFTER INSERT ON hiding
    FOR EACH ROW EXECUTE FUNCTION note_act('item_hidden', 'item', 'item_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_item_held AFTER UPDATE OF held ON hiding
    FOR EACH ROW WHEN (NEW.held AND NOT OLD.held)
    EXECUTE FUNCTION note_act('item_hidden', 'item', 'item_id', 'notice_id held held_until', 'hidden_reason', 'hidden_by');
CREATE TRIGGER act_item_shown AFTER UPDATE OF shown_at ON hiding
    FOR EACH ROW WHEN (OLD.shown_at IS NULL AND NEW.shown_at IS NOT NULL)
    EXECUTE FUNCTION note_act('item_shown', 'item', 'item_id', '', 'shown_reason');
