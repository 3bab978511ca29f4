-- A ruling can be corrected and undone, by further rulings: the newest of an item counts.

ALTER TABLE ruling
    ADD COLUMN number integer,
    ADD COLUMN correction boolean NOT NULL DEFAULT false,
    ADD COLUMN undoes uuid,
    DROP CONSTRAINT ruling_dispute_id_key,
    DROP CONSTRAINT ruling_dispute_id_account_id_fkey,
    DROP CONSTRAINT ruling_ruling_check;

ALTER TABLE ruling DISABLE TRIGGER ruling_stays;
UPDATE ruling r SET number = n.number
  FROM (SELECT id, row_number() OVER (PARTITION BY item_id ORDER BY ruled_at, id DESC) AS number FROM ruling) AS n
 WHERE n.id = r.id;
ALTER TABLE ruling ENABLE TRIGGER ruling_stays;

ALTER TABLE ruling
    ALTER number SET NOT NULL,
    ADD COLUMN blind_dispute uuid GENERATED ALWAYS AS (CASE WHEN NOT correction THEN dispute_id END) STORED,
    ADD CONSTRAINT ruling_ruling_check CHECK (ruling IN ('real', 'fake', 'exclude', 'reopen', 'undo')),
    ADD CONSTRAINT ruling_number_check CHECK (number > 0),
    ADD CONSTRAINT ruling_undoes_check CHECK (undoes IS NULL OR correction AND undoes <> id),
    ADD CONSTRAINT ruling_undo_check CHECK (ruling <> 'undo' OR undoes IS NOT NULL),
    ADD CONSTRAINT ruling_in_order UNIQUE (item_id, number),
    ADD CONSTRAINT ruling_undone_once UNIQUE (undoes),
    ADD CONSTRAINT ruling_undoes_fkey FOREIGN KEY (undoes) REFERENCES ruling,
    ADD CONSTRAINT ruling_dispute_id_fkey FOREIGN KEY (dispute_id) REFERENCES dispute,
    ADD CONSTRAINT ruling_account_id_fkey FOREIGN KEY (account_id) REFERENCES account,
    ADD CONSTRAINT ruling_blind_fkey FOREIGN KEY (blind_dispute, account_id) REFERENCES blind_verdict;
DROP INDEX ruling_by_item;
CREATE INDEX ruling_by_dispute ON ruling (dispute_id, number);
COMMENT ON TABLE ruling IS 'A moderator''s decision. Who closes an open dispute has given a blind verdict. Append-only: a correction is a further row, and the last one of an item counts.';
COMMENT ON COLUMN ruling.number IS 'The first, second, ... ruling of this item; a trigger counts. The order of rulings: clocks may jump.';
COMMENT ON COLUMN ruling.correction IS 'It takes the place of the ruling before it, on a dispute that is closed. Whoever corrects has read the evidence and the ruling, so no blind verdict is asked.';
COMMENT ON COLUMN ruling.ruling IS 'undo: the dispute is open again, as if nobody had ruled.';
COMMENT ON COLUMN ruling.undoes IS 'The ruling that who made it took back. If that was a correction, this row repeats what was ruled before it.';
COMMENT ON COLUMN ruling.blind_dispute IS 'For the key alone: a ruling that is no correction needs a blind verdict.';

CREATE FUNCTION ruling_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest ruling;
BEGIN
    PERFORM FROM item WHERE id = NEW.item_id FOR NO KEY UPDATE;
    SELECT * INTO newest FROM ruling WHERE dispute_id = NEW.dispute_id ORDER BY number DESC LIMIT 1;
    IF NEW.correction <> (newest.ruling IS NOT NULL AND newest.ruling <> 'undo') THEN
        RAISE EXCEPTION 'a dispute is ruled once; what follows is a correction'
              USING ERRCODE = 'unique_violation';
    END IF;
    IF NEW.undoes <> newest.id THEN
        RAISE EXCEPTION 'only the newest ruling can be undone' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.number := 1 + coalesce((SELECT max(number) FROM ruling WHERE item_id = NEW.item_id), 0);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION ruling_follows IS 'Numbers the rulings of an item, one after the other, and keeps a second ruling of a dispute from passing as its first.';
CREATE TRIGGER ruling_follows BEFORE INSERT ON ruling
    FOR EACH ROW EXECUTE FUNCTION ruling_follows();

CREATE OR REPLACE VIEW standing_ruling AS
    SELECT item_id, ruling, reason, ruled_at
      FROM (SELECT DISTINCT ON (item_id) item_id, ruling, reason, ruled_at
              FROM ruling ORDER BY item_id, number DESC) AS newest
     WHERE ruling <> 'undo';
COMMENT ON VIEW standing_ruling IS 'The ruling in force of each item: its newest, if that is not undone.';

CREATE OR REPLACE VIEW reopened AS
    SELECT r.item_id, max(d.judgments) AS judgments
      FROM ruling r
      JOIN dispute d ON d.id = r.dispute_id
     WHERE r.ruling = 'reopen'
       AND NOT EXISTS (SELECT FROM ruling l WHERE l.dispute_id = r.dispute_id AND l.number > r.number)
       AND NOT EXISTS (SELECT FROM item i JOIN item_version v ON v.item_id = i.id AND v.version = i.judged_from
                        WHERE i.id = r.item_id AND i.judged_from > 1 AND v.made_at > d.opened_at)
     GROUP BY r.item_id;
COMMENT ON VIEW reopened IS 'Items that the crowd is asked about again, by a ruling that was not corrected, and how many judgments they had before: a whole plan follows. Judgments that no longer count were none.';
CREATE INDEX ruling_reopened ON ruling (item_id) WHERE ruling = 'reopen';

CREATE TABLE evidence_seen (
    dispute_id  uuid NOT NULL REFERENCES dispute,
    account_id  uuid NOT NULL REFERENCES account,
    seen_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dispute_id, account_id)
);
CREATE INDEX evidence_seen_by_account ON evidence_seen (account_id);
CREATE TRIGGER evidence_seen_stays BEFORE UPDATE OR DELETE ON evidence_seen
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_seen_keeps BEFORE TRUNCATE ON evidence_seen
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE evidence_seen IS 'Who has read the evidence and the rulings of a dispute that a colleague ruled: no later verdict of theirs on that item, or on its lineage, is blind.';
COMMENT ON COLUMN blind_verdict.blind IS 'False for who has seen evidence on this item, or on one of its lineage, before: in an earlier dispute of their own, or in one that a colleague ruled.';

CREATE FUNCTION item_gold_stays_spent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM item_split WHERE item_id = NEW.id) THEN
        RAISE EXCEPTION 'gold that was released after a ruling cannot come back'
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION item_gold_stays_spent IS 'What is public measures nobody: gold that was ruled on may be released, and a corrected ruling must not bring it back into service then.';
CREATE TRIGGER item_gold_stays_spent BEFORE UPDATE OF state ON item
    FOR EACH ROW WHEN (NEW.gold AND OLD.state = 'settled' AND NEW.state NOT IN ('settled', 'withdrawn'))
    EXECUTE FUNCTION item_gold_stays_spent();

-- A dispute says so when the crowd agrees and would have settled it, but is not trusted to.
ALTER TABLE dispute
    DROP CONSTRAINT dispute_reason_check,
    ADD CONSTRAINT dispute_reason_check CHECK (reason IN ('max_judgments', 'crowd_not_trusted',
        'crowd_against_gold', 'crowd_against_provenance', 'crowd_against_ruling'));
COMMENT ON COLUMN dispute.reason IS 'max_judgments: the plan is spent and the crowd split. crowd_not_trusted: the plan is spent, and the crowd agrees but is not trusted to settle. The others: it is against what is known.';

ALTER TABLE agreement
    ADD COLUMN gold integer NOT NULL DEFAULT 0 CHECK (gold >= 0),
    ADD COLUMN gold_right integer NOT NULL DEFAULT 0,
    ADD COLUMN trusted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT agreement_gold_right_check CHECK (gold_right BETWEEN 0 AND gold);
UPDATE agreement SET trusted = true WHERE low > 0;
COMMENT ON TABLE agreement IS 'What the last fit tells of a campaign''s crowd: Krippendorff''s alpha with a bootstrap interval, NULL where undefined; how it does on gold; whether it is trusted to settle items.';
COMMENT ON COLUMN agreement.gold IS 'Gold items with enough judgments.';
COMMENT ON COLUMN agreement.gold_right IS 'Those of them that the crowd gets right.';
COMMENT ON COLUMN agreement.trusted IS 'By crowd_is_trusted of domain/consensus.';

CREATE FUNCTION distrust(campaign uuid) RETURNS text[] LANGUAGE sql STABLE
    RETURN (SELECT array_remove(ARRAY[
                       CASE WHEN coalesce(a.gold, 0) = 0 THEN 'no_gold' END,
                       CASE WHEN a.alpha IS NULL THEN 'alpha_undefined'
                            WHEN a.low <= 0 THEN 'alpha_not_above_chance'
                            ELSE 'gold_no_better_than_a_coin' END], NULL)
              FROM campaign k LEFT JOIN agreement a ON a.campaign_id = k.id
             WHERE k.id = campaign AND NOT coalesce(a.trusted, false));
COMMENT ON FUNCTION distrust IS 'Why a campaign''s crowd is not trusted to settle items; NULL when it is.';

-- Who looks for the other of a pair reads all items without it.
CREATE INDEX item_by_pair ON item (pair) WHERE pair IS NOT NULL;
