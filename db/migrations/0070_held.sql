-- What is held for an authority lies encrypted in the media store, and the server cannot open it.

CREATE TABLE held_file (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    stored      bytea NOT NULL UNIQUE CHECK (octet_length(stored) = 32),
    sealed_key  bytea NOT NULL CHECK (octet_length(sealed_key) = 80),
    public_key  bytea NOT NULL CHECK (octet_length(public_key) = 32),
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    blocks      boolean NOT NULL,
    held_at     timestamptz NOT NULL DEFAULT now(),
    gone_at     timestamptz
);
COMMENT ON TABLE held_file IS 'Files that are held, which the media store has in encrypted form alone. The row goes with the file, and the key with the row.';
COMMENT ON COLUMN held_file.digest IS 'SHA-256 of the file as it was, by which items and releases name it.';
COMMENT ON COLUMN held_file.stored IS 'SHA-256 of the encrypted file: its name in the media store.';
COMMENT ON COLUMN held_file.sealed_key IS 'The file''s own key, sealed: only whoever has the secret half of public_key can open it.';
COMMENT ON COLUMN held_file.blocks IS 'It is not taken in again while it is held, whoever brings it. A picture is: another item may show the same.';
COMMENT ON COLUMN held_file.gone_at IS 'When the file as it was was last removed from the media store. NULL: it has not been yet.';

CREATE TABLE held_item (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item_id    uuid NOT NULL REFERENCES item,
    notice_id  uuid NOT NULL REFERENCES notice,
    held_at    timestamptz NOT NULL DEFAULT now(),
    files      integer CHECK (files >= 0),
    done_at    timestamptz,
    ended_at   timestamptz,
    ended      text COLLATE "C" CHECK (ended IN ('returned', 'destroyed')),
    CONSTRAINT held_item_done CHECK ((done_at IS NULL) = (files IS NULL)),
    CONSTRAINT held_item_ended CHECK ((ended_at IS NULL) = (ended IS NULL))
);
CREATE UNIQUE INDEX held_item_once ON held_item (item_id) WHERE ended_at IS NULL;
COMMENT ON TABLE held_item IS 'Items of which files are encrypted, from the first file on; and those of which files were.';
COMMENT ON COLUMN held_item.done_at IS 'When all of its files had been encrypted, and gone as they were.';
COMMENT ON COLUMN held_item.files IS 'How many were, then.';
COMMENT ON COLUMN held_item.ended IS 'returned: whoever has the key brought the files back. destroyed: they were removed with their keys, as those of whatever is taken down with its original.';
CREATE TRIGGER held_item_stays BEFORE DELETE ON held_item
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER held_item_keeps BEFORE TRUNCATE ON held_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER held_item_new AFTER INSERT ON held_item REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER held_item_changed AFTER UPDATE ON held_item REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();

-- An item whose files are encrypted stays hidden after the decision, until they are back.
CREATE OR REPLACE VIEW item_hidden AS
    SELECT item_id, notice_id, held, held AND held_until > now() AS kept, held_until, hidden_at FROM hiding WHERE shown_at IS NULL
     UNION ALL
    SELECT k.item_id, k.notice_id, false, false, NULL, k.held_at
      FROM held_item k
     WHERE k.ended_at IS NULL AND NOT EXISTS (SELECT FROM hiding h WHERE h.item_id = k.item_id AND h.shown_at IS NULL);
COMMENT ON VIEW item_hidden IS 'Items that are hidden now: by a notice, or because their files are encrypted still.';

CREATE OR REPLACE VIEW unready_item AS
    SELECT item_id FROM lost_item UNION ALL SELECT item_id FROM cut_due
     UNION ALL SELECT item_id FROM hiding WHERE shown_at IS NULL
     UNION ALL SELECT item_id FROM held_item WHERE ended_at IS NULL;
COMMENT ON VIEW unready_item IS 'Items that are handed out to nobody for now: their files are not there, not as they are to be, or encrypted, or a notice hides them.';

CREATE FUNCTION artefact_is_shared(a release_artefact) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM release_file f
                    WHERE f.release_id = a.release_id AND position('/' IN f.path) = 0 AND f.sha256 = a.sha256)
$$;
COMMENT ON FUNCTION artefact_is_shared IS 'Is it, byte by byte, a file that its release has beside media? Layouts repeat some of these as they are: the key that a release is signed with.';

CREATE FUNCTION item_file(item uuid, layouts text[])
RETURNS TABLE (digest bytea, what text, picture boolean) LANGUAGE sql STABLE AS $$
    WITH own AS (
        SELECT i.sha256 AS digest, 'original' AS what, false AS picture FROM item i WHERE i.id = $1
         UNION
        SELECT c.sha256, 'further original', false FROM item_copy c WHERE c.item_id = $1
         UNION
        SELECT d.digest, d.what, d.what <> 'rendition'
          FROM item_version v
         CROSS JOIN LATERAL (VALUES (v.rendition, 'rendition'), (v.poster, 'poster'), (v.thumbnail, 'thumbnail')) AS d (digest, what)
         WHERE v.item_id = $1 AND d.digest IS NOT NULL
    )
    SELECT o.digest, min(o.what), bool_and(o.picture) FROM own o GROUP BY o.digest
     UNION ALL
    SELECT DISTINCT a.sha256, 'layout of a release', false
      FROM own o
      JOIN release_item r ON r.sha256 = o.digest
      JOIN release_artefact a ON a.release_id = r.release_id
     WHERE o.what = 'rendition' AND split_part(a.path, '.', 1) = ANY ($2) AND a.path !~ '[.]contents$'
       AND NOT artefact_is_shared(a)
$$;
COMMENT ON FUNCTION item_file IS 'Every file that has bytes of an item: its own, of all versions, and those that were made of releases by the layouts that are named. A picture may be that of other items too.';

CREATE FUNCTION held_media(layouts text[])
RETURNS TABLE (digest bytea, item_id uuid, notice_id uuid, what text, picture boolean) LANGUAGE sql STABLE AS $$
    WITH held AS MATERIALIZED (
        SELECT h.item_id, h.notice_id FROM hiding h WHERE h.held AND h.shown_at IS NULL AND h.item_id IS NOT NULL
    )
    SELECT f.digest, h.item_id, h.notice_id, f.what, f.picture
      FROM held h CROSS JOIN LATERAL item_file(h.item_id, $1) f
     WHERE NOT EXISTS (SELECT FROM item i WHERE i.rendition = f.digest AND i.state <> 'withdrawn'
                                            AND i.id NOT IN (SELECT o.item_id FROM held o))
       AND NOT EXISTS (SELECT FROM item i WHERE i.sha256 = f.digest AND i.id NOT IN (SELECT o.item_id FROM held o))
       AND NOT (f.picture
                AND (EXISTS (SELECT FROM item i WHERE i.poster = f.digest AND i.id NOT IN (SELECT o.item_id FROM held o))
                     OR EXISTS (SELECT FROM item i WHERE i.thumbnail = f.digest AND i.id NOT IN (SELECT o.item_id FROM held o))
                     OR EXISTS (SELECT FROM media_intake n WHERE encode(f.digest, 'hex') = ANY (n.digests))
                     OR EXISTS (SELECT FROM contribution c
                                 WHERE c.state = 'quarantined' AND f.digest IN (c.poster, c.thumbnail)
                                   AND c.rendition NOT IN (SELECT i.rendition FROM held o JOIN item i ON i.id = o.item_id))))
$$;
COMMENT ON FUNCTION held_media IS 'The files that are to be encrypted now: all that have bytes of an item that is held, but for what another item shows too.';

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('hold', 2, NULL, false, interval '5 seconds');
INSERT INTO job (kind) VALUES ('hold');

-- ---------------------------------------------------------------- acts

CREATE TRIGGER act_media_held AFTER UPDATE OF done_at ON held_item
    FOR EACH ROW WHEN (OLD.done_at IS NULL AND NEW.done_at IS NOT NULL)
    EXECUTE FUNCTION note_act('media_held', 'item', 'item_id', 'files');
CREATE TRIGGER act_media_returned AFTER UPDATE OF ended_at ON held_item
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended = 'returned')
    EXECUTE FUNCTION note_act('media_returned', 'item', 'item_id', '');
CREATE TRIGGER act_media_destroyed AFTER UPDATE OF ended_at ON held_item
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended = 'destroyed')
    EXECUTE FUNCTION note_act('media_destroyed', 'item', 'item_id', '');
