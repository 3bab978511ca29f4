-- What is known of an item can be corrected, and every correction stays readable; files with the
-- same rendition are one item; the database knows its media store.

-- ---------------------------------------------------------------- the media store

CREATE TABLE media_store (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    id         uuid NOT NULL,
    last_path  text NOT NULL,
    bound_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE media_store IS 'The one row names the store that holds the media of this database; no row: none was opened yet.';
COMMENT ON COLUMN media_store.id IS 'Stands in a marker file inside the store too, so that a store that was moved or restored is known again.';
COMMENT ON COLUMN media_store.last_path IS 'Where it was opened last: for messages only.';

-- ---------------------------------------------------------------- corrections

CREATE FUNCTION name_list(list text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT string_agg(DISTINCT name, ';' ORDER BY name)
              FROM (SELECT normalize(btrim(part), NFC) AS name
                      FROM unnest(string_to_array(list, ';')) AS part) AS parts
              WHERE name <> '');
COMMENT ON FUNCTION name_list IS 'A list of names, separated by semicolons, in the one form in which two lists are compared; NULL for an empty one.';

CREATE FUNCTION item_facts(i item) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN jsonb_build_object(
        'truth', i.truth, 'basis', i.basis, 'gold', i.gold, 'training', i.training,
        'group', CASE WHEN i.lineage <> encode(i.sha256, 'hex') THEN i.lineage END,
        'identity', name_list(array_to_string(i.identities, ';')), 'pair', i.pair,
        'technique', name_list(array_to_string(i.techniques, ';')), 'generator', i.generator,
        'source', i.source, 'licence', i.licence, 'credit', i.credit, 'title', i.title,
        'explanation', i.explanation, 'sensitive', i.sensitive);
COMMENT ON FUNCTION item_facts IS 'What is known of an item, under the names of a manifest''s columns.';

CREATE TABLE item_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id     uuid NOT NULL REFERENCES item,
    field       text NOT NULL CHECK (field IN ('truth', 'basis', 'gold', 'training', 'group', 'identity',
                    'pair', 'technique', 'generator', 'source', 'licence', 'credit', 'title',
                    'explanation', 'sensitive', 'withdrawn')),
    before      text,
    after       text,
    who         text NOT NULL CHECK (who <> ''),
    reason      text,
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (before IS DISTINCT FROM after)
);
CREATE INDEX item_change_by_item ON item_change (item_id, id);
CREATE TRIGGER item_change_stays BEFORE UPDATE OR DELETE ON item_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_change_keeps BEFORE TRUNCATE ON item_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE item_change IS 'Every correction of what is known of an item. Append-only; the item itself says what holds now.';
COMMENT ON COLUMN item_change.who IS 'The system''s user at the command line; the database''s user where rows were changed by hand.';

CREATE FUNCTION note_item_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO item_change (item_id, field, before, after, who, reason)
    SELECT NEW.id, old_fact.key, old_fact.value, new_fact.value,
           coalesce(nullif(current_setting('touchstone.who', true), ''), session_user),
           nullif(current_setting('touchstone.reason', true), '')
      FROM jsonb_each_text(item_facts(OLD) || jsonb_build_object('withdrawn', OLD.state = 'withdrawn')) AS old_fact
      JOIN jsonb_each_text(item_facts(NEW) || jsonb_build_object('withdrawn', NEW.state = 'withdrawn')) AS new_fact USING (key)
     WHERE old_fact.value IS DISTINCT FROM new_fact.value
     ORDER BY old_fact.key;
    IF (OLD.truth, OLD.gold, OLD.training) IS DISTINCT FROM (NEW.truth, NEW.gold, NEW.training) THEN
        INSERT INTO score_pending (items, volunteers, fakes) VALUES ('{}', '{}', '{}');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_item_change IS 'Writes a row for every fact of an item that changes, whoever changes it; where the model clamps or settles by that fact, it asks for a fit.';
CREATE TRIGGER item_change_noted
    AFTER UPDATE OF truth, basis, gold, training, lineage, identities, pair, techniques, generator, source,
                    licence, credit, title, explanation, sensitive ON item
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_item_change();
CREATE TRIGGER item_withdrawn_noted AFTER UPDATE OF state ON item
    FOR EACH ROW WHEN ((OLD.state = 'withdrawn') <> (NEW.state = 'withdrawn')) EXECUTE FUNCTION note_item_change();
COMMENT ON TABLE score_pending IS 'Judgments that no full fit has read yet, one row a batch; written with them, folded into the next fit. A row without judgments asks for a fit: a truth was corrected.';

-- ---------------------------------------------------------------- equal renditions

CREATE INDEX item_by_rendition ON item (rendition);

ALTER TABLE item ADD COLUMN streams bytea CHECK (octet_length(streams) = 32);
CREATE INDEX item_by_streams ON item (streams) WHERE streams IS NOT NULL;
COMMENT ON COLUMN item.streams IS 'Of the compressed streams of a film or sound: the same in another container, whose clock may give another rendition. NULL for images, and for what an older version imported.';

CREATE TABLE item_copy (
    sha256    bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    item_id   uuid NOT NULL REFERENCES item,
    bytes     bigint NOT NULL CHECK (bytes > 0),
    format    text NOT NULL,
    found_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX item_copy_by_item ON item_copy (item_id);
CREATE TRIGGER item_copy_stays BEFORE UPDATE OR DELETE ON item_copy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE item_copy IS 'Further files whose rendition is an item''s: the same picture with other bytes, known when it comes again.';

-- The lineage of most other items stays, so that few rows change.
CREATE FUNCTION join_twins(shown bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lineages text[] := ARRAY(SELECT DISTINCT lineage FROM item WHERE rendition = shown);
    kept text;
    reason text := coalesce(current_setting('touchstone.reason', true), '');
BEGIN
    IF cardinality(lineages) < 2 THEN
        RETURN;
    END IF;
    SELECT lineage INTO kept FROM item WHERE lineage = ANY (lineages)
     GROUP BY lineage ORDER BY count(*) DESC, min(created_at), lineage LIMIT 1;
    PERFORM set_config('touchstone.reason', 'it shows what another item shows', true);
    UPDATE item SET lineage = kept WHERE lineage = ANY (lineages) AND lineage <> kept;
    PERFORM set_config('touchstone.reason', reason, true);
END $$;
COMMENT ON FUNCTION join_twins IS 'Makes one lineage of those of all items with this rendition.';

CREATE FUNCTION keep_twins_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.rendition IS DISTINCT FROM NEW.rendition THEN
        PERFORM join_twins(NEW.rendition);
    ELSE
        UPDATE item SET lineage = NEW.lineage WHERE rendition = NEW.rendition AND lineage <> NEW.lineage;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_twins_together IS 'Items with one rendition are of one lineage, so that nobody is shown both and no split holds one alone. An import makes no second item; a new recipe may.';
CREATE TRIGGER item_twins AFTER UPDATE OF rendition, lineage ON item
    FOR EACH ROW WHEN (OLD.rendition IS DISTINCT FROM NEW.rendition OR OLD.lineage IS DISTINCT FROM NEW.lineage)
    EXECUTE FUNCTION keep_twins_together();

SELECT set_config('touchstone.who', 'migration 0003', true);
DO $$
DECLARE
    shown bytea;
BEGIN
    FOR shown IN SELECT rendition FROM item GROUP BY rendition HAVING count(DISTINCT lineage) > 1 LOOP
        PERFORM join_twins(shown);
    END LOOP;
END $$;

-- ---------------------------------------------------------------- withdrawal

ALTER TABLE dispute DROP CONSTRAINT dispute_state_check;
ALTER TABLE dispute ADD CONSTRAINT dispute_state_check CHECK (state IN ('open', 'ruled', 'withdrawn'));
COMMENT ON COLUMN dispute.state IS 'open: waits for a moderator. ruled: by one. withdrawn: its item was, before anybody ruled.';
