-- What waits in quarantine is looked at as items are: what its file says of its own origin, and which items look like it. Both
-- are for those who decide, decide nothing, and go when it waits no more.
-- oldest program: 0047

CREATE TABLE contribution_provenance (LIKE provenance INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING COMMENTS);
ALTER TABLE contribution_provenance RENAME COLUMN item_id TO contribution_id;
ALTER TABLE contribution_provenance ADD PRIMARY KEY (contribution_id),
    ADD FOREIGN KEY (contribution_id) REFERENCES contribution;
COMMENT ON TABLE contribution_provenance IS 'What the original of a contribution that waits says of its own origin, as provenance has it of items. A hint for moderators: its absence or failure says nothing.';

CREATE TABLE contribution_provenance_due (
    contribution_id uuid PRIMARY KEY REFERENCES contribution
);
COMMENT ON TABLE contribution_provenance_due IS 'Contributions that wait, whose originals are to be read.';

CREATE TABLE contribution_fingerprint (
    contribution_id  uuid PRIMARY KEY REFERENCES contribution,
    recipe           smallint NOT NULL DEFAULT 0 CHECK (recipe >= 0),
    fault            text,
    taken_at         timestamptz,
    compared         integer NOT NULL DEFAULT 0 CHECK (compared >= 0)
);
CREATE INDEX contribution_fingerprint_by_recipe ON contribution_fingerprint (recipe, contribution_id);
CREATE INDEX contribution_fingerprint_by_age ON contribution_fingerprint (taken_at);
COMMENT ON TABLE contribution_fingerprint IS 'Whether a contribution that waits was held against the items, a row for each. Its hashes are not kept: nothing finds it but by its bytes.';
COMMENT ON COLUMN contribution_fingerprint.recipe IS 'FINGERPRINT_RECIPE of the program that did it. 0: it is to be done.';
COMMENT ON COLUMN contribution_fingerprint.compared IS 'fingerprint_number.next at that time: hashes of items that came since were not compared.';
COMMENT ON COLUMN contribution_fingerprint.fault IS 'Why it could not be done; the next recipe tries again.';

CREATE TABLE contribution_near (
    contribution_id  uuid NOT NULL REFERENCES contribution,
    item_id          uuid NOT NULL REFERENCES item,
    distance         smallint NOT NULL CHECK (distance BETWEEN 0 AND 127),
    PRIMARY KEY (contribution_id, item_id)
);
COMMENT ON TABLE contribution_near IS 'Items that a contribution that waits looks or sounds like, by the rules of near_duplicate. A warning for moderators: a match decides nothing, and says nothing of what is real.';

CREATE INDEX contribution_waiting_rendition ON contribution (rendition) WHERE state = 'quarantined';

CREATE FUNCTION contribution_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'quarantined' THEN
        INSERT INTO contribution_provenance_due VALUES (NEW.id);
        INSERT INTO contribution_fingerprint (contribution_id) VALUES (NEW.id);
    ELSE
        DELETE FROM contribution_provenance_due WHERE contribution_id = NEW.id;
        DELETE FROM contribution_provenance WHERE contribution_id = NEW.id;
        DELETE FROM contribution_fingerprint WHERE contribution_id = NEW.id;
        DELETE FROM contribution_near WHERE contribution_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION contribution_waits IS 'What begins to wait is looked at by jobs; what they found goes when it waits no more.';
CREATE TRIGGER contribution_waits_at_once AFTER INSERT ON contribution
    FOR EACH ROW WHEN (NEW.state = 'quarantined') EXECUTE FUNCTION contribution_waits();
CREATE TRIGGER contribution_waits AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN ((OLD.state = 'quarantined') <> (NEW.state = 'quarantined')) EXECUTE FUNCTION contribution_waits();

INSERT INTO contribution_provenance_due SELECT id FROM contribution WHERE state = 'quarantined';
INSERT INTO contribution_fingerprint (contribution_id) SELECT id FROM contribution WHERE state = 'quarantined';

COMMENT ON COLUMN blind_verdict.blind IS 'False for who has seen evidence on this item, or on one of its lineage, before: in an earlier dispute of their own, in one that a colleague ruled, or when they approved it as a contribution.';
