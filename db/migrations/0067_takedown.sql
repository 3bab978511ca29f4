-- What is withdrawn is removed from the media store, by a job; with the original, where that was decided.

CREATE TABLE removed_file (
    digest    bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    blocks    boolean NOT NULL,
    noted_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX removed_file_by_time ON removed_file (noted_at);
COMMENT ON TABLE removed_file IS 'SHA-256 of files that were taken down. The hash alone: what it was, and of which item, is told by nothing here. Append-only.';
COMMENT ON COLUMN removed_file.blocks IS 'It is not taken in again, whoever brings it. A picture is: another item may show the same. Servers drop their copies of either.';
CREATE TRIGGER removed_file_stays BEFORE UPDATE OR DELETE ON removed_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removed_file_keeps BEFORE TRUNCATE ON removed_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE removal (
    item_id     uuid PRIMARY KEY REFERENCES withdrawal (item_id),
    original    boolean NOT NULL,
    decided_by  text NOT NULL CHECK (decided_by <> ''),
    decided_at  timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz,
    files       integer NOT NULL DEFAULT 0 CHECK (files >= 0)
);
CREATE INDEX removal_due ON removal (decided_at) WHERE done_at IS NULL;
COMMENT ON TABLE removal IS 'Items that were withdrawn, whose files are to go, or have gone.';
COMMENT ON COLUMN removal.original IS 'The original goes too, with what is known of it. Else it is kept as evidence, and nothing serves it.';
COMMENT ON COLUMN removal.decided_by IS 'As item_change.who.';
COMMENT ON COLUMN removal.done_at IS 'When the last file had gone. NULL: the job has not done it yet, because of a release that is being written, or because the item is held.';
COMMENT ON COLUMN removal.files IS 'How many files the job removed.';
CREATE TRIGGER removal_stays BEFORE DELETE ON removal
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER removal_keeps BEFORE TRUNCATE ON removal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

CREATE TRIGGER act_removal_decided AFTER INSERT ON removal
    FOR EACH ROW WHEN (NEW.original) EXECUTE FUNCTION note_act('removal_decided', 'item', 'item_id', 'original');
CREATE TRIGGER act_removal_decided_later AFTER UPDATE OF original ON removal
    FOR EACH ROW WHEN (NEW.original AND NOT OLD.original)
    EXECUTE FUNCTION note_act('removal_decided', 'item', 'item_id', 'original');
CREATE TRIGGER act_media_removed AFTER UPDATE OF done_at ON removal
    FOR EACH ROW WHEN (OLD.done_at IS NULL AND NEW.done_at IS NOT NULL)
    EXECUTE FUNCTION note_act('media_removed', 'item', 'item_id', 'original files');

-- ---------------------------------------------------------------- what the database knows of the files

ALTER TABLE fingerprint_number ADD COLUMN removed bigint NOT NULL DEFAULT 0 CHECK (removed >= 0);
COMMENT ON COLUMN fingerprint_number.removed IS 'How often hashes were removed for good: an index in memory or in a file that was made before has them, and is thrown away.';

CREATE INDEX item_by_thumbnail ON item (thumbnail) WHERE thumbnail IS NOT NULL;
COMMENT ON INDEX item_by_thumbnail IS 'Which items show a picture that is about to be removed.';

CREATE FUNCTION no_file(item uuid) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256(convert_to('removed ' || item::text, 'UTF8'));
COMMENT ON FUNCTION no_file IS 'What stands in the place of the digest of a file that was removed: no file has it.';

-- Rows that are never changed may lose what tells of a file that was removed, and nothing else may happen to them.
CREATE FUNCTION refuse_change_but_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM removal WHERE item_id = OLD.item_id) THEN
        RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION refuse_change_but_removal IS 'As refuse_change; forget_files may take out what tells of files of an item that were removed. The role that serves may not (db/grants.sql).';
CREATE OR REPLACE TRIGGER item_version_stays BEFORE UPDATE OR DELETE ON item_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_removal();
CREATE OR REPLACE TRIGGER item_copy_stays BEFORE UPDATE OR DELETE ON item_copy
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_removal();
CREATE OR REPLACE TRIGGER item_change_stays BEFORE UPDATE OR DELETE ON item_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_removal();

-- Pictures, and what finds the item by its looks, go with every withdrawal.
CREATE FUNCTION forget_looks(item uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM near_duplicate WHERE item_a = $1 OR item_b = $1;
    DELETE FROM item_fingerprint WHERE item_id = $1;
    DELETE FROM fingerprint WHERE item_id = $1;
    DELETE FROM contribution_near WHERE item_id = $1;
    DELETE FROM rendition_trait t
     WHERE t.rendition IN (SELECT v.rendition FROM item_version v WHERE v.item_id = $1)
       AND NOT EXISTS (SELECT FROM item o WHERE o.rendition = t.rendition AND o.id <> $1);
    DELETE FROM lost_item WHERE item_id = $1;
    DELETE FROM cut_due WHERE item_id = $1;
    UPDATE fingerprint_number SET removed = removed + 1;
    DELETE FROM fingerprint_snapshot;
    UPDATE item_version SET poster = NULL, thumbnail = NULL
     WHERE item_id = $1 AND (poster IS NOT NULL OR thumbnail IS NOT NULL);
    UPDATE item SET poster = CASE WHEN poster IS NOT NULL THEN no_file(id) END, thumbnail = NULL WHERE id = $1;
    UPDATE contribution SET poster = NULL, thumbnail = NULL WHERE item_id = $1;
END $$;
COMMENT ON FUNCTION forget_looks IS 'Part of forget_files.';

-- With the original goes what it says of itself, and what could tell who or what it shows.
CREATE FUNCTION forget_original(item uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was bytea := (SELECT sha256 FROM item WHERE id = $1);
    files bytea[] := was || ARRAY(SELECT sha256 FROM item_copy WHERE item_id = $1)
                         || ARRAY(SELECT rendition FROM item_version WHERE item_id = $1);
BEGIN
    DELETE FROM item_copy WHERE item_id = $1;
    DELETE FROM provenance WHERE item_id = $1;
    DELETE FROM provenance_due WHERE item_id = $1;
    UPDATE item
       SET sha256 = no_file(id), streams = NULL, identities = '{}', source = NULL, credit = NULL, title = NULL,
           explanation = NULL, made_by = NULL, made_how = NULL, region = NULL, region_of = NULL
     WHERE id = $1;
    UPDATE item SET lineage = encode(no_file($1), 'hex') WHERE lineage = encode(was, 'hex');
    UPDATE item_change SET before = NULL, after = 'removed' WHERE item_id = $1 AND field <> 'withdrawn';
    DELETE FROM audit_detail
     WHERE seq IN (SELECT seq FROM audit WHERE subject = $1::text AND kind = 'item_corrected'
                    UNION ALL
                   SELECT a.seq FROM contribution c JOIN audit a ON a.subject = c.id::text AND a.kind = 'contribution_made'
                    WHERE c.item_id = $1);
    UPDATE contribution
       SET sha256 = NULL, streams = NULL, rendition = NULL, poster = NULL, thumbnail = NULL, url = NULL, facts = '{}',
           made_by = NULL, made_how = NULL
     WHERE item_id = $1 OR sha256 = ANY (files) AND state IN ('rejected', 'failed');
END $$;
COMMENT ON FUNCTION forget_original IS 'Part of forget_files.';

CREATE FUNCTION forget_files(item uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    decided removal;
BEGIN
    SELECT * INTO decided FROM removal WHERE item_id = $1 AND done_at IS NULL FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM item_hidden h WHERE h.item_id = $1 AND h.held) THEN
        RAISE EXCEPTION 'item % is not to be removed', $1 USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('touchstone.forgetting', $1::text, true);
    PERFORM forget_looks($1);
    IF decided.original THEN
        PERFORM forget_original($1);
    END IF;
    PERFORM set_config('touchstone.forgetting', '', true);
END $$;
COMMENT ON FUNCTION forget_files IS 'Takes out of the database what tells of the files of an item that was withdrawn, once they have gone; with the rights of the tables'' owner. What stays: the item and its judgments, the tombstone with the digests that releases name, and removed_file.';

-- What is forgotten is no correction: it is not noted with what it was.
CREATE OR REPLACE FUNCTION note_item_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forgotten uuid := nullif(current_setting('touchstone.forgetting', true), '')::uuid;
BEGIN
    IF (NEW.id = forgotten OR NEW.lineage = encode(no_file(forgotten), 'hex'))
       AND EXISTS (SELECT FROM removal WHERE item_id = forgotten AND done_at IS NULL) THEN
        RETURN NULL;
    END IF;
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

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('takedown', 1, NULL, false, interval '5 seconds');
INSERT INTO job (kind) VALUES ('takedown');
