-- Releases for approved researchers, and contributions that are decided by whose they are.
-- oldest program: 0065

-- ---------------------------------------------------------------- for whom a release is

ALTER TABLE release ADD CONSTRAINT release_audience CHECK (coalesce(filter->>'audience', 'researchers') = 'researchers');
COMMENT ON COLUMN release.filter IS 'What was asked for: campaign, media_type, min_judgments, min_confidence, volunteers, seal_test, and audience: for approved researchers, where it is there.';

CREATE TABLE release_opened (
    release_id  uuid PRIMARY KEY REFERENCES release,
    opened_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER release_opened_stays BEFORE UPDATE OR DELETE ON release_opened
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_opened_keeps BEFORE TRUNCATE ON release_opened
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE release_opened IS 'Releases for approved researchers that were opened to everybody, with their revisions. Append-only: what everybody could fetch cannot be taken back.';
COMMENT ON COLUMN release_opened.release_id IS 'Of a release that was asked for, never of a revision.';
CREATE TRIGGER act_release_opened AFTER INSERT ON release_opened
    FOR EACH ROW EXECUTE FUNCTION note_act('release_opened', 'release', 'release_id', '');

CREATE FUNCTION release_audience(r release) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.filter->>'audience' = 'researchers'
                     AND NOT EXISTS (SELECT FROM release_opened o WHERE o.release_id = coalesce(r.revises, r.id))
                THEN 'researchers' ELSE 'everybody' END
$$;
COMMENT ON FUNCTION release_audience IS 'For whom a release is now; a revision is for whom its release is.';

-- ---------------------------------------------------------------- who decides on a contribution

ALTER TABLE contribution ADD COLUMN not_independent boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN contribution.not_independent IS 'Decided by who had sent it: there was nobody else.';
DROP TRIGGER act_contribution_approved ON contribution;
CREATE TRIGGER act_contribution_approved AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'approved')
    EXECUTE FUNCTION note_act('contribution_approved', 'contribution', 'id', 'state item_id not_independent', 'reason');
DROP TRIGGER act_contribution_rejected ON contribution;
CREATE TRIGGER act_contribution_rejected AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'rejected')
    EXECUTE FUNCTION note_act('contribution_rejected', 'contribution', 'id', 'state not_independent', 'reason');

-- ---------------------------------------------------------------- how far crowd and truth disagree

COMMENT ON COLUMN dispute.disagreement IS 'How far the crowd''s posterior lies from the provenance truth, from 0 to 1, to about a hundredth; of a dispute that is closed, how far it lay then. NULL: one of the two is not known.';

CREATE FUNCTION dispute_disagrees(item uuid) RETURNS real LANGUAGE sql STABLE AS $$
    SELECT abs(c.p_fake - CASE i.truth WHEN 'fake' THEN 1 WHEN 'real' THEN 0 END)::real
      FROM item i LEFT JOIN consensus c ON c.item_id = i.id WHERE i.id = $1
$$;
COMMENT ON FUNCTION dispute_disagrees IS 'How far the crowd''s posterior on an item lies from its provenance truth now.';

-- Each written item's dispute is found by its key, and written where it is another by a hundredth: else each fit would
-- write every dispute anew.
CREATE FUNCTION dispute_follows_crowd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dispute SET disagreement = n.disagreement
      FROM (SELECT d.id, d.disagreement AS old, dispute_disagrees(d.item_id) AS disagreement
              FROM written w
             CROSS JOIN LATERAL (SELECT * FROM dispute WHERE item_id = w.item_id AND state = 'open' OFFSET 0) d) n
     WHERE dispute.id = n.id
       AND ((n.old IS NULL) <> (n.disagreement IS NULL) OR abs(n.old - n.disagreement) >= 0.01);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION dispute_follows_crowd IS 'What the model infers now is how far an open dispute''s crowd disagrees.';
CREATE TRIGGER dispute_follows_first AFTER INSERT ON consensus
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dispute_follows_crowd();
CREATE TRIGGER dispute_follows_fit AFTER UPDATE ON consensus
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dispute_follows_crowd();

CREATE FUNCTION dispute_follows_truth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dispute SET disagreement = dispute_disagrees(item_id) WHERE item_id = NEW.id AND state = 'open';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION dispute_follows_truth IS 'A truth that is corrected is corrected in the item''s open dispute.';
CREATE TRIGGER dispute_follows_truth AFTER UPDATE OF truth ON item
    FOR EACH ROW WHEN (OLD.truth IS DISTINCT FROM NEW.truth) EXECUTE FUNCTION dispute_follows_truth();

UPDATE dispute SET disagreement = dispute_disagrees(item_id)
 WHERE state = 'open' AND disagreement IS DISTINCT FROM dispute_disagrees(item_id);
