-- SPDX-License-Identifier: Apache-2.0
-- Which files are removed, and when.

-- name: takedown_decide
-- What was decided stays, but that the original goes too may be decided later.
--   $1 item uuid, $2 the original too?, $3 who -> one row (none: it was decided before)
INSERT INTO removal (item_id, original, decided_by) VALUES ($1::uuid, $2::boolean, $3)
    ON CONFLICT (item_id)
    DO UPDATE SET original = true, decided_by = excluded.decided_by, decided_at = now(), done_at = NULL
       WHERE excluded.original AND NOT removal.original
RETURNING item_id

-- name: takedown_block
-- Notes the files that are not to come again: all renditions, and the original where it goes too.
--   $1 item uuid, $2 the original too?
INSERT INTO removed_file (digest, blocks)
SELECT v.rendition, true FROM item_version v WHERE v.item_id = $1::uuid
 UNION
SELECT i.sha256, true FROM item i WHERE i.id = $1::uuid AND $2::boolean
 UNION
SELECT c.sha256, true FROM item_copy c WHERE c.item_id = $1::uuid AND $2::boolean
    ON CONFLICT DO NOTHING

-- name: takedown_reject
-- The same files that wait for a moderator are rejected, unless they are held; theirs go as those of whatever is rejected.
--   $1 item uuid
WITH files AS (
    SELECT v.rendition AS digest FROM item_version v WHERE v.item_id = $1::uuid
     UNION
    SELECT i.sha256 FROM item i WHERE i.id = $1::uuid
     UNION
    SELECT c.sha256 FROM item_copy c WHERE c.item_id = $1::uuid
), waiting AS (
    SELECT c.id FROM files f JOIN contribution c ON c.sha256 = f.digest AND c.state = 'quarantined'
       AND NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = c.id AND h.held)
     UNION
    SELECT c.id FROM files f JOIN contribution c ON c.rendition = f.digest AND c.state = 'quarantined'
       AND NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = c.id AND h.held)
), unnamed AS (
    INSERT INTO media_intake (digests, noted_at)
    SELECT array_remove(ARRAY[encode(c.sha256, 'hex'), encode(c.rendition, 'hex'), encode(c.poster, 'hex'),
                              encode(c.thumbnail, 'hex')], NULL), now() - interval '29 minutes'
      FROM waiting w JOIN contribution c ON c.id = w.id
)
UPDATE contribution
   SET state = 'rejected', decided_by = 'takedown', reason = 'what it shows was taken down', decided_at = now(), network = NULL,
       sha256 = NULL, rendition = NULL, poster = NULL, thumbnail = NULL, streams = NULL
 WHERE id IN (SELECT id FROM waiting)

-- name: takedown_twins
-- Other items that have a file of an item, and were not taken down.
--   $1 item uuid -> item uuids
WITH files AS (
    SELECT v.rendition AS digest FROM item_version v WHERE v.item_id = $1::uuid
     UNION
    SELECT i.sha256 FROM item i WHERE i.id = $1::uuid
)
SELECT t.id
  FROM (SELECT o.id FROM files f JOIN item o ON o.sha256 = f.digest
         UNION
        SELECT o.id FROM files f JOIN item o ON o.rendition = f.digest) t
 WHERE t.id <> $1::uuid AND NOT EXISTS (SELECT FROM withdrawal w WHERE w.item_id = t.id)

-- name: takedown_due
-- What is to be removed now: not what is held, nor, for a day, what a release that is written may have, or what layouts are
-- made of.
--   -> item uuid, the original too?
SELECT r.item_id, r.original
  FROM removal r
 CROSS JOIN LATERAL (SELECT withdrawn_at FROM withdrawal WHERE item_id = r.item_id OFFSET 0) w
 WHERE r.done_at IS NULL
   AND NOT EXISTS (SELECT FROM item_hidden h WHERE h.item_id = r.item_id AND h.held)
   AND (r.decided_at < now() - interval '1 day'
        OR NOT EXISTS (SELECT FROM release e WHERE e.state = 'writing' AND e.created_at <= w.withdrawn_at)
           AND NOT EXISTS (SELECT FROM job j
                             JOIN release_withdrawn g ON g.release_id = j.subject AND g.withdrawn_item = r.item_id
                            WHERE j.kind = 'layouts' AND j.state = 'running'))
 ORDER BY r.decided_at LIMIT 100

-- name: takedown_files
-- The files of an item that are to go, and what was made of releases that repeats them; notes them as gone. A picture that
-- somebody else shows, or is about to keep, stays; so does a rendition that another item has, which was not withdrawn, and
-- whatever is held in quarantine.
--   $1 item uuid, $2 the original too?, $3 text[] names of the layouts that repeat media -> digests hex
WITH own AS (
    SELECT v.rendition AS digest, false AS picture FROM item_version v WHERE v.item_id = $1::uuid
     UNION
    SELECT p.digest, true FROM item_version v CROSS JOIN LATERAL (VALUES (v.poster), (v.thumbnail)) AS p (digest)
     WHERE v.item_id = $1::uuid AND p.digest IS NOT NULL
     UNION
    SELECT i.sha256, false FROM item i WHERE i.id = $1::uuid AND $2::boolean
     UNION
    SELECT c.sha256, false FROM item_copy c WHERE c.item_id = $1::uuid AND $2::boolean
), files AS (
    SELECT o.digest
      FROM own o
     WHERE NOT EXISTS (SELECT FROM item i WHERE i.rendition = o.digest AND i.id <> $1::uuid AND i.state <> 'withdrawn')
       AND NOT EXISTS (SELECT FROM item i WHERE i.sha256 = o.digest AND (i.id <> $1::uuid OR NOT $2::boolean))
       AND NOT EXISTS (SELECT FROM item_copy c WHERE c.sha256 = o.digest AND (c.item_id <> $1::uuid OR NOT $2::boolean))
       AND NOT EXISTS (SELECT FROM contribution_hidden h JOIN contribution c ON c.id = h.contribution_id
                        WHERE h.held AND o.digest IN (c.sha256, c.rendition, c.poster, c.thumbnail))
       AND NOT (o.picture
                AND (EXISTS (SELECT FROM item i WHERE i.poster = o.digest AND i.id <> $1::uuid)
                     OR EXISTS (SELECT FROM item i WHERE i.thumbnail = o.digest AND i.id <> $1::uuid)
                         OR EXISTS (SELECT FROM media_intake n WHERE encode(o.digest, 'hex') = ANY (n.digests))
                     OR EXISTS (SELECT FROM contribution c
                                 WHERE c.state = 'quarantined' AND o.digest IN (c.poster, c.thumbnail))))
     UNION
    SELECT a.sha256
      FROM (SELECT DISTINCT release_id FROM release_withdrawn WHERE withdrawn_item = $1::uuid) w
      JOIN release_artefact a ON a.release_id = w.release_id
     WHERE split_part(a.path, '.', 1) = ANY ($3::text[]) AND a.path !~ '[.]contents$'
       AND NOT artefact_is_shared(a)
), noted AS (
    INSERT INTO removed_file (digest, blocks) SELECT digest, false FROM files ON CONFLICT DO NOTHING
)
SELECT encode(digest, 'hex') FROM files

-- name: takedown_gone
-- Files of which no machine is to keep a copy: those noted within two days, or all; and what is held, in encrypted form alone.
--   $1 all? -> digests hex
SELECT encode(digest, 'hex') FROM removed_file
 WHERE noted_at > CASE WHEN $1::boolean THEN '-infinity' ELSE now() - interval '2 days' END
 UNION ALL
SELECT encode(digest, 'hex') FROM held_file WHERE blocks

-- name: takedown_held
-- What of the files is encrypted goes too, with its keys: of an item that was held, and whose decision this is. A picture that
-- another item shows stays, as does what another item has held.
--   $1 item uuid, $2 the original too?, $3 text[] names of the layouts that repeat media -> digests hex of the encrypted files
WITH own AS MATERIALIZED (
    SELECT f.digest, f.picture, f.what LIKE '%original' AS original FROM item_file($1::uuid, $3::text[]) f
), gone AS (
    DELETE FROM held_file h USING own o
     WHERE h.digest = o.digest AND ($2::boolean OR NOT o.original)
       AND NOT EXISTS (SELECT FROM held_media($3::text[]) m WHERE m.digest = h.digest)
       AND NOT (o.picture AND EXISTS (SELECT FROM held_item k JOIN item i ON i.id = k.item_id
                                       WHERE k.ended_at IS NULL AND i.id <> $1::uuid AND o.digest IN (i.poster, i.thumbnail)))
    RETURNING h.digest, h.stored
), ended AS (
    UPDATE held_item SET ended_at = now(), ended = 'destroyed'
     WHERE item_id = $1::uuid AND ended_at IS NULL
       AND NOT EXISTS (SELECT FROM own o JOIN held_file h ON h.digest = o.digest
                        WHERE NOT o.picture AND h.digest NOT IN (SELECT digest FROM gone))
)
SELECT encode(stored, 'hex') FROM gone

-- name: takedown_forget
-- What the database knows of the files.
--   $1 item uuid
SELECT forget_files($1::uuid)

-- name: takedown_done
--   $1 item uuid, $2 how many files
UPDATE removal SET done_at = now(), files = files + $2::integer WHERE item_id = $1::uuid AND done_at IS NULL
