-- oldest program: 0040
-- A store over a network is asked once a minute whether lost media are back.

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('mend', 4, NULL, false, interval '1 minute');
INSERT INTO job (kind) VALUES ('mend');

-- What nobody names in the media store goes in two steps: it is noted here, and removed when it was noted long enough.
CREATE TABLE media_tombstone (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    noticed_at  timestamptz NOT NULL DEFAULT now(),
    removing_at timestamptz
);
CREATE INDEX media_tombstone_by_age ON media_tombstone (noticed_at);
COMMENT ON TABLE media_tombstone IS 'Files of the media store that nothing names, since when that is known. Who removes one holds its row locked, and removes the row with it.';
COMMENT ON COLUMN media_tombstone.removing_at IS 'Since then it is being removed: whoever names it now may find it gone, and is told to come again.';

-- A file is put first and named afterwards. Its removal looks at its time of change, which putting renews; this is for
-- the moment between that look and the end of the file: who names it waits until it is gone, and begins anew.
CREATE FUNCTION refuse_removed_media(digests bytea[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM media_tombstone
                WHERE digest = ANY (digests) AND removing_at > clock_timestamp() - interval '1 hour') THEN
        PERFORM FROM media_tombstone WHERE digest = ANY (digests) ORDER BY digest FOR UPDATE;
        RAISE EXCEPTION 'the media were removed just now, as named by nobody' USING ERRCODE = 'object_in_use';
    END IF;
END $$;
CREATE FUNCTION item_names_media() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_removed_media(ARRAY[NEW.sha256, NEW.rendition, NEW.poster, NEW.thumbnail]);
    RETURN NULL;
END $$;
CREATE FUNCTION digest_names_media() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_removed_media(ARRAY[NEW.sha256]);
    RETURN NULL;
END $$;
CREATE TRIGGER item_media_stay AFTER INSERT OR UPDATE OF rendition, poster, thumbnail ON item
    FOR EACH ROW EXECUTE FUNCTION item_names_media();
CREATE TRIGGER item_copy_media_stay AFTER INSERT ON item_copy
    FOR EACH ROW EXECUTE FUNCTION digest_names_media();
CREATE TRIGGER contribution_media_stay AFTER INSERT OR UPDATE OF sha256, rendition, poster, thumbnail ON contribution
    FOR EACH ROW EXECUTE FUNCTION item_names_media();
CREATE TRIGGER release_file_media_stay AFTER INSERT ON release_file
    FOR EACH ROW EXECUTE FUNCTION digest_names_media();
CREATE TRIGGER release_artefact_media_stay AFTER INSERT ON release_artefact
    FOR EACH ROW EXECUTE FUNCTION digest_names_media();
