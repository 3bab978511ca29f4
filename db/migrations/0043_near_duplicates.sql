-- What renditions look like, and which items look the same but for little. A match merges nothing and says nothing of
-- what is real: it ties splits, warns moderators, and keeps a volunteer from seeing both.

CREATE TABLE fingerprint (
    item_id   uuid PRIMARY KEY REFERENCES item,
    version   smallint NOT NULL DEFAULT 0 CHECK (version >= 0),
    recipe    smallint NOT NULL DEFAULT 0 CHECK (recipe >= 0),
    fault     text,
    taken_at  timestamptz
);
CREATE INDEX fingerprint_by_recipe ON fingerprint (recipe, item_id);
COMMENT ON TABLE fingerprint IS 'Whether what an item looks like has been taken, a row for each item.';
COMMENT ON COLUMN fingerprint.version IS 'Of the item: whose rendition was looked at.';
COMMENT ON COLUMN fingerprint.recipe IS 'FINGERPRINT_RECIPE of the program that took it. 0: it is to be taken.';
COMMENT ON COLUMN fingerprint.fault IS 'Why it could not be taken; the next recipe tries again.';

CREATE TABLE item_fingerprint (
    item_id  uuid NOT NULL REFERENCES item,
    algorithm text NOT NULL CHECK (algorithm = 'pdq'),
    second   smallint NOT NULL CHECK (second >= 0),
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32),
    quality  smallint NOT NULL CHECK (quality BETWEEN 0 AND 100),
    number   integer UNIQUE CHECK (number >= 0),
    PRIMARY KEY (item_id, algorithm, second)
);
COMMENT ON TABLE item_fingerprint IS 'Perceptual hashes of renditions: of an image one, of a film one a second.';
COMMENT ON COLUMN item_fingerprint.hash IS 'PDQ, 256 bits, of the rendition as it is, neither turned nor mirrored.';
COMMENT ON COLUMN item_fingerprint.number IS 'Its place in the index in memory. NULL: too flat to be told apart (quality below 50), so never compared. Given by fingerprint_number.';

CREATE TABLE fingerprint_number (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    next     integer NOT NULL DEFAULT 0 CHECK (next >= 0)
);
INSERT INTO fingerprint_number DEFAULT VALUES;
COMMENT ON TABLE fingerprint_number IS 'One row: the number that the next hash gets. A number is never given twice, so an index that holds one holds its hash, or that of a hash which is gone.';
COMMENT ON COLUMN fingerprint_number.next IS 'Who gives numbers names this one, and waits for whoever gives some: all smaller ones are committed or will never be.';

CREATE TABLE fingerprint_snapshot (
    id        uuid PRIMARY KEY,
    saved_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE fingerprint_snapshot IS 'Files that servers saved the index in memory in, noted before they were written. A database that was restored from before does not know a later file, whose numbers it gives to other hashes. They are few: one for each sixteenth that an index grows.';

CREATE TABLE near_duplicate (
    item_a    uuid NOT NULL REFERENCES item,
    item_b    uuid NOT NULL REFERENCES item,
    distance  smallint NOT NULL CHECK (distance BETWEEN 0 AND 31),
    PRIMARY KEY (item_a, item_b),
    CHECK (item_a < item_b)
);
CREATE INDEX near_duplicate_by_other ON near_duplicate (item_b, item_a);
COMMENT ON TABLE near_duplicate IS 'Two items that look alike: their hashes, or half of the frames of either, are within 31 bits, one of them turned or mirrored perhaps.';
COMMENT ON COLUMN near_duplicate.distance IS 'In bits, of the nearest frames.';

ALTER TABLE item ADD COLUMN near_group uuid;
CREATE INDEX item_by_near_group ON item (near_group) WHERE near_group IS NOT NULL;
COMMENT ON COLUMN item.near_group IS 'Items that near_duplicate ties together, over others too, have the same; NULL: it has no near duplicate. It only grows.';

CREATE FUNCTION near_key(near_group uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(hashtextextended('near ' || near_group::text, 0), 0);
COMMENT ON FUNCTION near_key IS 'A near group as servers hold it in memory; 0: none.';

CREATE FUNCTION fingerprint_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fingerprint (item_id) VALUES (NEW.id) ON CONFLICT (item_id) DO UPDATE SET recipe = 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION fingerprint_is_due IS 'What an item that is new, or has another rendition, looks like is to be taken.';
CREATE TRIGGER fingerprint_first AFTER INSERT ON item
    FOR EACH ROW EXECUTE FUNCTION fingerprint_is_due();
CREATE TRIGGER fingerprint_next AFTER UPDATE OF rendition ON item
    FOR EACH ROW WHEN (OLD.rendition <> NEW.rendition) EXECUTE FUNCTION fingerprint_is_due();
INSERT INTO fingerprint (item_id) SELECT id FROM item;

CREATE OR REPLACE VIEW catalogue AS
    SELECT i.id, i.state = 'in_service' AS in_service,
           (CASE i.media_type WHEN 'image' THEN 0 WHEN 'video' THEN 1 ELSE 2 END)::smallint AS media_type,
           lineage_key(i.lineage) AS lineage, lineage_key(i.pair) AS pair, i.gold, i.training,
           i.truth = 'fake' AS fake, i.campaign_id, coalesce(c.p_fake, 0.5) AS p_fake,
           coalesce(c.judgments, 0) - coalesce(o.judgments, 0) AS judgments,
           i.rendition, i.rendition_type, i.poster, i.width, i.height, i.duration_ms, i.sensitive,
           i.version, i.judged_from, i.state = 'retired' AS retired, coalesce(c.decides, 0.5) AS decides,
           near_key(i.near_group) AS near
      FROM item i
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN reopened o ON o.item_id = i.id;

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('fingerprint', 2, NULL, true, interval '5 seconds');
INSERT INTO job (kind) VALUES ('fingerprint');
