-- What a release of a million items writes is checked a statement at a time, not row by row.
-- oldest program: 0053

-- Neither an item nor a release ever goes (item_stays, release_stays), nor does a file of a release (release_file_stays). So what
-- names one needs no lock on it, only a look at whether it is there.
CREATE FUNCTION release_rows_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT release_id FROM fresh OFFSET 0) f
                WHERE NOT EXISTS (SELECT FROM release r WHERE r.id = f.release_id OFFSET 0)) THEN
        RAISE EXCEPTION '% names a release that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_rows_known IS 'A foreign key by statement: every row names a release that is there.';

CREATE FUNCTION release_items_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = f.item_id OFFSET 0)) THEN
        RAISE EXCEPTION '% names an item that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_items_known IS 'A foreign key by statement: every row names an item that is there.';

CREATE FUNCTION release_item_files_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh t
                WHERE NOT EXISTS (SELECT FROM release_file f
                                   WHERE f.release_id = t.release_id AND f.path = t.path OFFSET 0)) THEN
        RAISE EXCEPTION 'an item of a release names a file that is not in it' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_item_files_known IS 'A foreign key by statement: every item of a release has its file there, which may come in the same statement.';

CREATE FUNCTION release_files_media_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_removed_media(ARRAY(SELECT sha256 FROM fresh));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_files_media_stay IS 'As digest_names_media(), of all that one statement names.';

ALTER TABLE release_draft DROP CONSTRAINT release_draft_release_id_fkey, DROP CONSTRAINT release_draft_item_id_fkey;
CREATE TRIGGER release_draft_knows_release AFTER INSERT ON release_draft REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_rows_known();
CREATE TRIGGER release_draft_knows_item AFTER INSERT ON release_draft REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_items_known();
CREATE TRIGGER release_draft_same BEFORE UPDATE OF release_id, item_id ON release_draft
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE release_item DROP CONSTRAINT release_item_release_id_fkey, DROP CONSTRAINT release_item_item_id_fkey,
    DROP CONSTRAINT release_item_release_id_path_fkey;
CREATE TRIGGER release_item_knows_release AFTER INSERT ON release_item REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_rows_known();
CREATE TRIGGER release_item_knows_item AFTER INSERT ON release_item REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_items_known();
CREATE TRIGGER release_item_knows_file AFTER INSERT ON release_item REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_item_files_known();

DROP TRIGGER release_file_media_stay ON release_file;
ALTER TABLE release_file DROP CONSTRAINT release_file_release_id_fkey;
CREATE TRIGGER release_file_knows_release AFTER INSERT ON release_file REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_rows_known();
CREATE TRIGGER release_file_media_stay AFTER INSERT ON release_file REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_files_media_stay();

ALTER TABLE item_split DROP CONSTRAINT item_split_item_id_fkey;
CREATE TRIGGER item_split_knows_item AFTER INSERT ON item_split REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION release_items_known();
