-- Judgments that a moderator takes out of what counts, and what an operator must see of who carries the labels.
-- Programs of before would write a posterior over one that was taken back, so none of them may run on this.

-- ---------------------------------------------------------------- setting aside

CREATE TABLE set_aside (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind           text NOT NULL CHECK (kind IN ('volunteers', 'cohort', 'network', 'time')),
    campaign_id    uuid REFERENCES campaign,
    volunteers     uuid[] NOT NULL,
    network        bytea CHECK (octet_length(network) = 16),
    from_at        timestamptz NOT NULL,
    to_at          timestamptz NOT NULL,
    reason         text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 2000),
    made_by        text NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT now(),
    undone_reason  text CHECK (octet_length(undone_reason) BETWEEN 1 AND 2000),
    undone_by      text,
    undone_at      timestamptz,
    pending        bigint,
    labels_changed integer,
    CHECK (from_at < to_at),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL)),
    CHECK (network IS NULL OR campaign_id IS NOT NULL)
);
CREATE INDEX set_aside_by_time ON set_aside (made_at, id);
CREATE INDEX set_aside_untold ON set_aside (id) WHERE pending IS NOT NULL;
CREATE INDEX set_aside_networks ON set_aside (id) WHERE network IS NOT NULL;
COMMENT ON TABLE set_aside IS 'An act of a moderator or operator: judgments of these volunteers, between these times, count no more until it is undone. Judgments themselves never change.';
COMMENT ON COLUMN set_aside.kind IS 'How the volunteers were chosen; time: all who judged then.';
COMMENT ON COLUMN set_aside.campaign_id IS 'NULL: in all campaigns.';
COMMENT ON COLUMN set_aside.network IS 'While it stands, and its campaign is open, volunteers who come from there later are added. Gone when either ends.';
COMMENT ON COLUMN set_aside.pending IS 'The row of score_pending that asks for a fit: while it is there, labels have not followed. NULL: what became of them is told.';
COMMENT ON COLUMN set_aside.labels_changed IS 'Of the items in set_aside_item, those whose label was another after the fit that followed, or had none any more.';

CREATE FUNCTION set_aside_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_at IS NOT NULL AND (NEW.undone_at, NEW.undone_by, NEW.undone_reason)
                                     IS DISTINCT FROM (OLD.undone_at, OLD.undone_by, OLD.undone_reason) THEN
        RAISE EXCEPTION 'what was undone stays undone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER set_aside_stays BEFORE UPDATE ON set_aside FOR EACH ROW EXECUTE FUNCTION set_aside_stays();
CREATE TRIGGER set_aside_kept BEFORE DELETE ON set_aside FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER set_aside_keeps BEFORE TRUNCATE ON set_aside FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

CREATE TABLE set_aside_volunteer (
    volunteer_id  uuid NOT NULL,
    set_aside_id  uuid NOT NULL REFERENCES set_aside,
    campaign_id   uuid,
    from_at       timestamptz NOT NULL,
    to_at         timestamptz NOT NULL,
    PRIMARY KEY (volunteer_id, set_aside_id)
);
CREATE INDEX set_aside_volunteer_by_act ON set_aside_volunteer (set_aside_id);
COMMENT ON TABLE set_aside_volunteer IS 'Whose judgments do not count, and of when: the volunteers of every act that stands.';

CREATE TABLE set_aside_item (
    set_aside_id  uuid NOT NULL REFERENCES set_aside,
    item_id       uuid NOT NULL,
    retired       boolean NOT NULL,
    p_fake        probability,
    low           probability,
    high          probability,
    judgments     integer,
    fake_votes    integer,
    alpha         double precision,
    judged_from   smallint,
    PRIMARY KEY (set_aside_id, item_id)
);
CREATE INDEX set_aside_item_by_item ON set_aside_item (item_id);
COMMENT ON TABLE set_aside_item IS 'How an item stood before an act took judgments on it away. Undoing gives it back.';

-- As judged_from: which judgments a posterior rests on.
ALTER TABLE item ADD COLUMN recount integer NOT NULL DEFAULT 0 CHECK (recount >= 0);
COMMENT ON COLUMN item.recount IS 'How often judgments on it were set aside, or given back.';
ALTER TABLE consensus ADD COLUMN recount integer NOT NULL DEFAULT 0 CHECK (recount >= 0);
COMMENT ON COLUMN consensus.recount IS 'As item.recount, when it was inferred: what is inferred from judgments that counted before must not take the place of what is inferred without them.';

ALTER TABLE score_pending ADD COLUMN at_once boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN score_pending.at_once IS 'What is known in memory rests on judgments that count no more: a fit comes at once.';

CREATE OR REPLACE VIEW counted_judgment AS
    SELECT j.item_id, j.volunteer_id, j.assignment_id, j.position, j.verdict, j.confidence, j.tells, j.marks,
           j.judged_at, j.version
      FROM judgment j
     WHERE j.revision = 0 AND NOT j.training AND j.counts
       AND NOT EXISTS (SELECT FROM item i
                        WHERE i.id = j.item_id AND i.judged_from > 1 AND i.judged_from > j.version)
       AND NOT EXISTS (SELECT FROM set_aside_volunteer s
                        WHERE s.volunteer_id = j.volunteer_id AND j.judged_at >= s.from_at AND j.judged_at < s.to_at
                          AND (s.campaign_id IS NULL
                               OR s.campaign_id = (SELECT i.campaign_id FROM item i WHERE i.id = j.item_id)));
COMMENT ON VIEW counted_judgment IS 'The judgments that count, for the model and for releases: blind verdicts, but for training and company and what was set aside, on a version of the item that has not been replaced by one that differs in more than looks.';

CREATE OR REPLACE VIEW reopened AS
    SELECT r.item_id, CASE WHEN bool_or(n.recount > 0) THEN least(max(d.judgments), coalesce(max(c.judgments), 0))
                           ELSE max(d.judgments) END AS judgments
      FROM ruling r
      JOIN dispute d ON d.id = r.dispute_id
      JOIN item n ON n.id = r.item_id
      LEFT JOIN consensus c ON c.item_id = r.item_id
     WHERE r.ruling = 'reopen'
       AND NOT EXISTS (SELECT FROM ruling l WHERE l.dispute_id = r.dispute_id AND l.number > r.number)
       AND NOT EXISTS (SELECT FROM item i JOIN item_version v ON v.item_id = i.id AND v.version = i.judged_from
                        WHERE i.id = r.item_id AND i.judged_from > 1 AND v.made_at > d.opened_at)
     GROUP BY r.item_id;
COMMENT ON VIEW reopened IS 'Items that the crowd is asked about again, by a ruling that was not corrected, and how many judgments they had before: a whole plan follows. Judgments that no longer count were none.';

-- ---------------------------------------------------------------- what the operator sees

CREATE TABLE cohort_member (
    volunteer_id  uuid PRIMARY KEY,
    cohort        integer NOT NULL CHECK (cohort > 0)
);
CREATE INDEX cohort_member_by_cohort ON cohort_member (cohort);
COMMENT ON TABLE cohort_member IS 'Who the last fit found to err together, and with whom.';

CREATE TABLE integrity_figure (
    campaign_id  uuid NOT NULL REFERENCES campaign,
    source       text NOT NULL CHECK (source IN ('fit', 'activity', 'hours')),
    name         text NOT NULL,
    label        text NOT NULL DEFAULT '',
    value        double precision NOT NULL,
    written_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, name, label)
);
COMMENT ON TABLE integrity_figure IS 'What is known of who carries the labels of a campaign: docs/operations.md says what each figure means.';
COMMENT ON COLUMN integrity_figure.source IS 'fit: the last full fit; activity: what was said and skipped of late, every minute; hours: one row an hour, kept for a week.';

CREATE TABLE integrity_alarm (
    campaign_id  uuid NOT NULL REFERENCES campaign,
    alarm        text NOT NULL,
    value        double precision NOT NULL,
    raised_at    timestamptz NOT NULL DEFAULT now(),
    stands       boolean NOT NULL DEFAULT true,
    told_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, alarm)
);
COMMENT ON TABLE integrity_alarm IS 'Alarms that stand, or stood, and when the log was last told.';

CREATE INDEX IF NOT EXISTS skipped_pair_by_time ON skipped_pair (skipped_at);

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('set_aside', 2, NULL, false, interval '10 seconds'),
       ('integrity', 3, NULL, false, interval '30 seconds');
INSERT INTO job (kind) VALUES ('set_aside'), ('integrity');
