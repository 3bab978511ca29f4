-- SPDX-License-Identifier: Apache-2.0
-- Files that are held for an authority, and encrypted.

-- name: held_turn
-- One file at a time is removed as it was, or comes back, until the transaction ends.
SELECT pg_advisory_xact_lock(7236837, 7)

-- name: held_due
-- Files that are to be encrypted. As a takedown does, they wait for a release that is written and may have the item, and for
-- layouts that are made of it: for a day at most.
--   $1 text[] names of the layouts that repeat media -> digest hex, item uuid
SELECT DISTINCT ON (m.digest) encode(m.digest, 'hex'), m.item_id
  FROM held_media($1::text[]) m
  JOIN hiding h ON h.item_id = m.item_id AND h.shown_at IS NULL
 WHERE NOT EXISTS (SELECT FROM held_file f WHERE f.digest = m.digest)
   AND (h.hidden_at < now() - interval '1 day'
        OR NOT EXISTS (SELECT FROM release e WHERE e.state = 'writing' AND e.created_at <= h.hidden_at)
           AND NOT EXISTS (SELECT FROM job j
                             JOIN release_item g ON g.release_id = j.subject AND g.item_id = m.item_id
                            WHERE j.kind = 'layouts' AND j.state = 'running'))
 ORDER BY m.digest

-- name: held_note
-- Notes an encrypted file that is about to be put, as corpus/media_intake does.
--   $1 digest hex of the encrypted file -> id uuid
INSERT INTO media_intake (digests) SELECT ARRAY[$1] FROM pg_advisory_xact_lock_shared(7310868735416905829) RETURNING id

-- name: held_add
-- Names the encrypted file, if the file is still to be held; the note goes in any case.
--   $1 digest hex, $2 digest hex of the encrypted file, $3 sealed key hex, $4 public key hex, $5 bytes, $6 text[] as held_due,
--   $7 uuid of the note
--   -> was it named?
WITH note AS (
    DELETE FROM media_intake WHERE id = $7::uuid RETURNING id
), due AS (
    SELECT m.* FROM note CROSS JOIN LATERAL held_media($6::text[]) m WHERE m.digest = decode($1, 'hex')
), kept AS (
    INSERT INTO held_file (digest, stored, sealed_key, public_key, bytes, blocks)
    SELECT digest, decode($2, 'hex'), decode($3, 'hex'), decode($4, 'hex'), $5::bigint, NOT bool_and(picture)
      FROM due GROUP BY digest
        ON CONFLICT DO NOTHING
    RETURNING digest
), items AS (
    INSERT INTO held_item (item_id, notice_id)
    SELECT DISTINCT ON (d.item_id) d.item_id, d.notice_id FROM kept JOIN due d ON true ORDER BY d.item_id
        ON CONFLICT (item_id) WHERE ended_at IS NULL DO NOTHING
)
SELECT EXISTS (SELECT FROM kept)

-- name: held_left
-- Files that are encrypted and may lie as they were beside that: each is removed again a while, because somebody may have been
-- putting it when it was encrypted, and once a day, because of backups.
--   $1 text[] as held_due -> digest hex
SELECT encode(f.digest, 'hex')
  FROM held_file f
 WHERE (f.gone_at IS NULL
        OR f.gone_at < now() - CASE WHEN f.held_at > now() - interval '1 hour' THEN interval '1 minute' ELSE interval '1 day' END)
   AND f.digest IN (SELECT m.digest FROM held_media($1::text[]) m)

-- name: held_gone
-- Notes that a file is removed as it was, if it is still to be held.
--   $1 digest hex, $2 text[] as held_due -> one row (none: it is not)
UPDATE held_file SET gone_at = now()
 WHERE digest = decode($1, 'hex') AND EXISTS (SELECT FROM held_media($2::text[]) m WHERE m.digest = decode($1, 'hex'))
RETURNING digest

-- name: held_done
-- Notes the items whose files are all encrypted, and gone as they were.
--   $1 text[] as held_due, $2 text[] digests of files that the store has not -> item uuid, how many files
WITH media AS MATERIALIZED (
    SELECT m.item_id, m.digest, f.digest IS NOT NULL AS held, f.gone_at IS NOT NULL AS gone
      FROM held_media($1::text[]) m LEFT JOIN held_file f ON f.digest = m.digest
)
UPDATE held_item k SET done_at = now(), files = d.files
  FROM (SELECT item_id, count(*) FILTER (WHERE held) AS files FROM media
         GROUP BY item_id HAVING bool_and(gone OR NOT held AND encode(digest, 'hex') = ANY ($2::text[]))) d
 WHERE k.item_id = d.item_id AND k.ended_at IS NULL AND k.done_at IS NULL
RETURNING k.item_id, k.files

-- name: held_over
-- Items on which nobody has decided, so many days after the deadline.
--   $1 days -> item uuid, notice uuid
SELECT k.item_id, h.notice_id
  FROM held_item k JOIN hiding h ON h.item_id = k.item_id AND h.held AND h.shown_at IS NULL
 WHERE k.ended_at IS NULL AND k.done_at IS NOT NULL AND h.held_until + make_interval(days => $1::integer) <= now()
 ORDER BY k.item_id LIMIT 100

-- name: held_list
-- What is held, and what waits for the key.
--   -> item uuid, notice uuid, since when, until when or NULL (nothing holds it any more), files that are encrypted, are all?, was
--      the item withdrawn?
SELECT x.item_id, coalesce(h.notice_id, k.notice_id), rfc3339(coalesce(h.hidden_at, k.held_at)), rfc3339(h.held_until),
       (SELECT count(*) FROM item_file(x.item_id, '{}') f JOIN held_file g ON g.digest = f.digest), k.done_at IS NOT NULL,
       EXISTS (SELECT FROM withdrawal w WHERE w.item_id = x.item_id)
  FROM (SELECT item_id FROM hiding WHERE held AND shown_at IS NULL AND item_id IS NOT NULL
         UNION
        SELECT item_id FROM held_item WHERE ended_at IS NULL) x
  LEFT JOIN hiding h ON h.item_id = x.item_id AND h.held AND h.shown_at IS NULL
  LEFT JOIN held_item k ON k.item_id = x.item_id AND k.ended_at IS NULL
 ORDER BY 3, 1
