-- Names of groups, pairs and people have one form, so that the same name is the same wherever it
-- came from. Until here `p2` and ` p2` were two people, who could stand in two splits.

DO $$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database must hold UTF-8: make it anew with createdb --encoding UTF8 --template template0';
    END IF;
END
$$;

CREATE FUNCTION canonical_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN nullif(normalize(btrim(regexp_replace(
               translate(name, U&'\200B\2060\FEFF', ''),
               U&'[\0009-\000D\0020\0085\00A0\1680\2000-\200A\2028\2029\202F\205F\3000]+', ' ', 'g')), NFC), '');
COMMENT ON FUNCTION canonical_name(text) IS 'The form in which names are compared: NFC, no white space around, one space for each run of it within, nothing of no width. NULL: there is no name.';

CREATE FUNCTION canonical_names(names text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT canonical_name(name) COLLATE "C" AS name FROM unnest(names) name
                  WHERE canonical_name(name) IS NOT NULL ORDER BY name);
COMMENT ON FUNCTION canonical_names(text[]) IS 'Each name once, in its canonical form, in order of bytes.';

CREATE FUNCTION make_names_canonical() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.lineage := coalesce(canonical_name(NEW.lineage), encode(NEW.sha256, 'hex'));
    NEW.pair := canonical_name(NEW.pair);
    NEW.identities := canonical_names(NEW.identities);
    RETURN NEW;
END
$$;
CREATE TRIGGER item_names BEFORE INSERT OR UPDATE OF lineage, pair, identities ON item
    FOR EACH ROW EXECUTE FUNCTION make_names_canonical();

-- An item that was released keeps its split, whomever it turns out to share now.
UPDATE item SET lineage = lineage
 WHERE (lineage, coalesce(pair, ''), identities) IS DISTINCT FROM
       (canonical_name(lineage), coalesce(canonical_name(pair), ''), canonical_names(identities));

ALTER TABLE item
    ADD CONSTRAINT item_lineage_is_canonical CHECK (lineage = canonical_name(lineage)),
    ADD CONSTRAINT item_pair_is_canonical CHECK (pair = canonical_name(pair)),
    ADD CONSTRAINT item_identities_are_canonical CHECK (identities = canonical_names(identities));
COMMENT ON COLUMN item.lineage IS 'Its group, the manifest''s `group`: an original and all made from it; the item''s own hash when it has none. In its canonical form.';
COMMENT ON COLUMN item.pair IS 'Items of one value may be shown as a matched pair. In its canonical form.';
COMMENT ON COLUMN item.identities IS 'People or speakers in it, each once and in canonical form; they matter for splits only.';
