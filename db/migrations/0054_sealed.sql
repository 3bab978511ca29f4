-- Sealed test splits: releases that commit to what they withhold of their test items, and publish it later.
-- Programs of before would publish it at once, so none may run on this.

ALTER TABLE release_draft ADD COLUMN sealed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN release_draft.sealed IS 'As in release_item.';
ALTER TABLE release_item
    ADD COLUMN sealed boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT release_item_sealed CHECK (NOT sealed OR split = 'test'),
    ADD CONSTRAINT release_item_sealed_path CHECK (NOT sealed OR position('/sealed/' IN path) > 0);
COMMENT ON COLUMN release_item.sealed IS 'The files of the release tell nothing of its label: sealed.csv has a commitment to it.';
CREATE INDEX release_item_of_test ON release_item (item_id) WHERE split = 'test';
COMMENT ON INDEX release_item_of_test IS 'Where an item of a test split was released: sealed, or with its label.';
CREATE INDEX release_draft_of_test ON release_draft (item_id) WHERE split = 'test';
CREATE INDEX release_draft_of_test_by_digest ON release_draft (sha256) WHERE split = 'test';

CREATE TABLE release_seal (
    release_id  uuid NOT NULL REFERENCES release,
    item_id     uuid NOT NULL REFERENCES item,
    salt        bytea NOT NULL CHECK (octet_length(salt) = 32),
    opening     text CHECK (opening <> ''),
    PRIMARY KEY (release_id, item_id)
);
COMMENT ON TABLE release_seal IS 'Secret until the release is unsealed: what opens the commitments of its sealed items. Of the release that was asked for; its revisions have the same.';
COMMENT ON COLUMN release_seal.salt IS 'Random. A commitment is SHA-256 of it and of the opening behind it: without it, nobody can try the few things that the opening may say.';
COMMENT ON COLUMN release_seal.opening IS 'What is withheld of the item, a line NAME=VALUE for each column. NULL: the tables of the release are not written yet.';
CREATE FUNCTION release_seal_lasts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR (OLD.release_id, OLD.item_id, OLD.salt) IS DISTINCT FROM (NEW.release_id, NEW.item_id, NEW.salt)
       OR coalesce(OLD.opening, NEW.opening) IS DISTINCT FROM NEW.opening THEN
        RAISE EXCEPTION 'what opens a commitment never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION release_seal_lasts IS 'Lets an opening be written once, and nothing else: a commitment that is published must open for good.';
CREATE TRIGGER release_seal_stays BEFORE UPDATE OR DELETE ON release_seal
    FOR EACH ROW EXECUTE FUNCTION release_seal_lasts();
CREATE TRIGGER release_seal_keeps BEFORE TRUNCATE ON release_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE release_unsealed (
    release_id   uuid PRIMARY KEY REFERENCES release,
    unsealed_at  timestamptz NOT NULL DEFAULT now(),
    unsealed_by  text NOT NULL CHECK (unsealed_by <> '')
);
COMMENT ON TABLE release_unsealed IS 'Releases whose sealed labels are published. Append-only: what was published cannot be taken back.';
COMMENT ON COLUMN release_unsealed.unsealed_by IS 'As item_change.who. Not published.';
CREATE TRIGGER release_unsealed_stays BEFORE UPDATE OR DELETE ON release_unsealed
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_unsealed_keeps BEFORE TRUNCATE ON release_unsealed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW test_given AS
    SELECT r.release_id, r.item_id, r.sha256,
           r.sealed AND NOT EXISTS (SELECT FROM release_unsealed u WHERE u.release_id = r.release_id) AS sealed
      FROM release_item r JOIN release e ON e.id = r.release_id
     WHERE r.split = 'test' AND e.state <> 'failed' AND e.revises IS NULL
     UNION ALL
    SELECT d.release_id, d.item_id, d.sha256, d.sealed
      FROM release_draft d JOIN release e ON e.id = d.release_id
     WHERE d.split = 'test' AND e.state = 'writing' AND e.fixed_at IS NOT NULL;
COMMENT ON VIEW test_given IS 'Items of test splits that releases hold, those that are being made too, and whether they keep the label to themselves. A label is known once one of them does not.';

INSERT INTO job_kind (name, priority, failures, goes_on, every) VALUES ('unseal', 1, 5, false, NULL);
