-- SPDX-License-Identifier: Apache-2.0

-- name: media_intake_note
-- Files that are about to be kept. Waits while old notes are swept, so that a file which is put next is not removed
-- as an old one.
--   $1 text[] of digests in hex
--   -> id uuid (no row: one of them was taken down, or is held)
INSERT INTO media_intake (digests)
SELECT $1::text[] FROM pg_advisory_xact_lock_shared(7310868735416905829)
 WHERE NOT EXISTS (SELECT FROM removed_file
                    WHERE blocks AND digest = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d)))
   AND NOT EXISTS (SELECT FROM held_file
                    WHERE blocks AND digest = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d)))
RETURNING id

-- name: media_intake_settle
--   $1 uuid -> one row (none: it was swept)
DELETE FROM media_intake WHERE id = $1::uuid RETURNING id

-- name: media_intake_hold
-- Keeps a note from being swept until the transaction ends.
--   $1 uuid -> one row (none: it was swept)
SELECT id FROM media_intake WHERE id = $1::uuid FOR UPDATE

-- name: media_intake_due
-- Old notes, and of each the files that nothing names, nor another note that is younger; and those that were taken down, and
-- were on their way in. Notes that are taken stay locked until the transaction ends.
--   $1 integer how many
--   -> id uuid, digests in hex separated by spaces ("": none)
SELECT n.id,
       coalesce((SELECT string_agg(d.digest, ' ')
                   FROM unnest(n.digests) AS d (digest)
                  WHERE (EXISTS (SELECT FROM removed_file WHERE digest = decode(d.digest, 'hex') AND blocks)
                         AND NOT EXISTS (SELECT FROM item i LEFT JOIN removal r ON r.item_id = i.id
                                          WHERE i.sha256 = decode(d.digest, 'hex') AND r.done_at IS NULL)
                         AND NOT EXISTS (SELECT FROM item i LEFT JOIN removal r ON r.item_id = i.id
                                          WHERE i.rendition = decode(d.digest, 'hex') AND r.done_at IS NULL))
                     OR NOT EXISTS (SELECT FROM item WHERE sha256 = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM item WHERE rendition = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM item WHERE poster = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM item WHERE thumbnail = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM item_copy WHERE sha256 = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM item_version
                                     WHERE decode(d.digest, 'hex') IN (rendition, poster, thumbnail))
                    AND NOT EXISTS (SELECT FROM release_file WHERE sha256 = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM release_artefact WHERE sha256 = decode(d.digest, 'hex'))
                    AND NOT EXISTS (SELECT FROM contribution c
                                     WHERE c.state IN ('quarantined', 'approved')
                                       AND decode(d.digest, 'hex') IN (c.sha256, c.rendition, c.poster, c.thumbnail))
                    AND NOT EXISTS (SELECT FROM media_intake y
                                     WHERE y.noted_at > n.noted_at AND d.digest = ANY (y.digests))), '')
  FROM media_intake n
 WHERE n.noted_at < now() - interval '30 minutes'
 ORDER BY n.noted_at
 LIMIT $1::integer FOR UPDATE SKIP LOCKED
