-- SPDX-License-Identifier: Apache-2.0
-- What only the operator's key opens.

-- name: held_state
-- How an item stands.
--   $1 item uuid -> is it held?, are all its files encrypted? (no row: none is)
SELECT EXISTS (SELECT FROM hiding h WHERE h.item_id = k.item_id AND h.held AND h.shown_at IS NULL), k.done_at IS NOT NULL
  FROM held_item k WHERE k.item_id = $1::uuid AND k.ended_at IS NULL

-- name: held_files
-- The files of an item that are encrypted.
--   $1 item uuid, $2 text[] names of the layouts whose files are meant too
--   -> digest hex, digest hex of the encrypted file, sealed key hex, public key hex, bytes, what, when
SELECT encode(h.digest, 'hex'), encode(h.stored, 'hex'), encode(h.sealed_key, 'hex'), encode(h.public_key, 'hex'), h.bytes,
       f.what, rfc3339(h.held_at)
  FROM item_file($1::uuid, $2::text[]) f JOIN held_file h ON h.digest = f.digest
 ORDER BY f.what, h.digest

-- name: held_notices
-- What was reported of an item, without who did.
--   $1 item uuid -> medium, notice uuid, when, reason, how the item was named, explanation, state
SELECT i.media_type, n.id, rfc3339(n.made_at), n.reason, n.target, n.explanation, n.state
  FROM notice n JOIN item i ON i.id = n.item_id
 WHERE i.rendition = (SELECT rendition FROM item WHERE id = $1::uuid)
 ORDER BY n.made_at, n.id

-- name: held_back
-- A file is back as it was: its key goes, and the encrypted file after that, by a note that lists it (corpus/media_intake).
--   $1 digest hex, $2 text[] as held_due -> one row (none: it is to be held, or another brought it back)
WITH back AS (
    DELETE FROM held_file f
     WHERE f.digest = decode($1, 'hex') AND NOT EXISTS (SELECT FROM held_media($2::text[]) m WHERE m.digest = f.digest)
    RETURNING f.stored
), swept AS (
    INSERT INTO media_intake (digests) SELECT ARRAY[encode(stored, 'hex')] FROM back
)
SELECT stored FROM back

-- name: held_returned
-- All files of an item are back: it is served again, if nothing else keeps it out, and its addresses work.
--   $1 item uuid, $2 text[] as held_due -> one row (none: some are not, or another command noted it)
WITH back AS (
    UPDATE held_item SET ended_at = now(), ended = 'returned'
     WHERE item_id = $1::uuid AND ended_at IS NULL
       AND NOT EXISTS (SELECT FROM item_file($1::uuid, $2::text[]) f JOIN held_file h ON h.digest = f.digest)
    RETURNING item_id
), passes AS (
    DELETE FROM revoked_pass
     WHERE holder IN (SELECT encode(substr(m.digest, 1, 16), 'hex')::uuid
                        FROM back b CROSS JOIN LATERAL item_medium(b.item_id) m
                       WHERE NOT EXISTS (SELECT FROM withdrawn_medium w WHERE w.digest = m.digest)
                         AND NOT EXISTS (SELECT FROM hiding h WHERE h.item_id = b.item_id AND h.shown_at IS NULL)))
SELECT item_id FROM back

-- name: held_all_free
-- Items whose files may come back: nothing holds them any more.
--   -> item uuid
SELECT k.item_id FROM held_item k
 WHERE k.ended_at IS NULL AND NOT EXISTS (SELECT FROM hiding h WHERE h.item_id = k.item_id AND h.held AND h.shown_at IS NULL)
   AND NOT EXISTS (SELECT FROM removal r WHERE r.item_id = k.item_id AND r.original)
 ORDER BY k.item_id
