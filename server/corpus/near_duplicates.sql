-- SPDX-License-Identifier: Apache-2.0

-- name: near_due
-- Items whose fingerprint is to be taken; those whose files are encrypted wait.
--   $1 recipe, $2 how many, after: $3 recipe, $4 item uuid
--   -> item uuid, version, media type, rendition hex, recipe
SELECT i.id, i.version, i.media_type, encode(i.rendition, 'hex'), f.recipe
  FROM (SELECT item_id, recipe FROM fingerprint
         WHERE recipe < $1::smallint AND (recipe, item_id) > ($3::smallint, $4::uuid)
           AND NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = fingerprint.item_id AND k.ended_at IS NULL)
         ORDER BY recipe, item_id LIMIT $2::integer) f
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = f.item_id OFFSET 0) i

-- name: near_numbering
-- Which number the next hash gets: all smaller ones are committed or will never be.
--   -> number, how often hashes were removed for good
SELECT next, removed FROM fingerprint_number

-- name: near_snapshot
-- A file that the index was saved in.
--   $1 its id uuid
--   -> a row, if it is this database's
SELECT id FROM fingerprint_snapshot WHERE id = $1::uuid

-- name: near_note_snapshot
-- Notes a file that the index is about to be saved in, unless hashes were removed for good since the index was begun.
--   $1 its id uuid, $2 how often they had been
--   -> a row, if it may be saved
INSERT INTO fingerprint_snapshot (id) SELECT $1::uuid FROM fingerprint_number WHERE removed = $2::bigint RETURNING id

-- name: near_known
-- Hashes that can be compared, by their numbers.
--   $1 the first number, $2 the first that is too large, $3 how many
--   -> number integer, hash bytea
SELECT number, hash FROM item_fingerprint
 WHERE number >= $1::integer AND number < $2::integer AND algorithm = 'pdq'
 ORDER BY number LIMIT $3::integer

-- name: near_known_sounds
-- Words of sounds that can be compared, by their numbers.
--   $1 the first number, $2 the first that is too large, $3 how many
--   -> number integer, words bytea
SELECT number, hash FROM item_fingerprint
 WHERE number >= $1::integer AND number < $2::integer AND algorithm = 'chromaprint'
 ORDER BY number LIMIT $3::integer

-- name: near_forget
-- Takes back what was known of an item's looks. Its group stays: it only grows.
--   $1 item uuid
--   -> numbers of its hashes (NULL: had none)
WITH untied AS (
    DELETE FROM near_duplicate WHERE item_a = $1::uuid OR item_b = $1::uuid
)
DELETE FROM item_fingerprint WHERE item_id = $1::uuid RETURNING number

-- name: near_keep
-- Keeps an item's hashes. Nothing is kept of one that has another version meanwhile: it is due again. (The lock
-- waits for who makes that version, and then sees it.) Nothing is kept either where others gave numbers.
--   $1 item uuid, $2 version, $3 recipe, $4 why there are none (or NULL), $5 algorithm; of each hash: $6 seconds integer[],
--   $7 hashes in hexadecimal text[], $8 qualities integer[], $9 numbers integer[]; $10 the first free number, $11 the next one
--   -> are the numbers ours?, is it kept?
WITH counted AS (
    UPDATE fingerprint_number SET next = $11::integer WHERE next = $10::integer RETURNING true
), noted AS (
    UPDATE fingerprint f SET version = $2::smallint, recipe = $3::smallint, fault = $4, taken_at = now()
      FROM counted, (SELECT id FROM item WHERE id = $1::uuid AND version = $2::smallint FOR SHARE) i
     WHERE f.item_id = i.id
    RETURNING f.item_id
), kept AS (
    INSERT INTO item_fingerprint (item_id, algorithm, second, hash, quality, number)
    SELECT n.item_id, $5, h.second, decode(h.hash, 'hex'), h.quality, h.number
      FROM noted n
     CROSS JOIN unnest($6::integer[], $7::text[], $8::integer[], $9::integer[]) AS h (second, hash, quality, number)
)
SELECT EXISTS (SELECT FROM counted), EXISTS (SELECT FROM noted)

-- name: near_tie
-- Notes which items an item looks like: those of which half of the frames match, or half of its own. All that
-- are tied together get one group, whose name is the least of theirs, or the item's own. Nothing of an item whose
-- hashes were not kept.
--   $1 item uuid; of each match: $2 second of the item's hash integer[], $3 number of the other integer[], $4 distance integer[]
--   -> near duplicates
WITH matched AS (
    SELECT h.item_id, m.own, h.second, m.distance
      FROM unnest($2::integer[], $3::integer[], $4::integer[]) AS m (own, number, distance)
     CROSS JOIN LATERAL (SELECT item_id, second FROM item_fingerprint WHERE number = m.number OFFSET 0) h
     WHERE h.item_id <> $1::uuid
), counted AS (
    SELECT item_id, count(DISTINCT own) AS own, count(DISTINCT second) AS others, min(distance) AS distance
      FROM matched GROUP BY item_id
), near AS (
    SELECT c.item_id, c.distance
      FROM counted c
     CROSS JOIN (SELECT count(number) AS frames FROM item_fingerprint WHERE item_id = $1::uuid) o
     WHERE o.frames > 0
       AND (2 * c.own >= o.frames
            OR 2 * c.others >= (SELECT count(number) FROM item_fingerprint h WHERE h.item_id = c.item_id))
), noted AS (
    INSERT INTO near_duplicate AS d (item_a, item_b, distance)
    SELECT least(item_id, $1::uuid), greatest(item_id, $1::uuid), distance FROM near
        ON CONFLICT (item_a, item_b) DO UPDATE SET distance = least(d.distance, excluded.distance)
), kin AS (
    SELECT i.id, i.near_group
      FROM (SELECT item_id FROM near UNION SELECT $1::uuid WHERE EXISTS (SELECT FROM near)) k (item_id)
     CROSS JOIN LATERAL (SELECT id, near_group FROM item WHERE id = k.item_id OFFSET 0) i
), called AS (
    SELECT coalesce(min(near_group::text)::uuid, $1::uuid) AS near_group FROM kin
), all_kin AS (
    SELECT id FROM kin
     UNION
    SELECT i.id FROM (SELECT DISTINCT near_group FROM kin WHERE near_group IS NOT NULL) k
     CROSS JOIN LATERAL (SELECT id FROM item WHERE near_group = k.near_group OFFSET 0) i
), grouped AS (
    UPDATE item i SET near_group = c.near_group
      FROM called c, all_kin a
     WHERE i.id = a.id AND i.near_group IS DISTINCT FROM c.near_group
)
SELECT count(*) FROM near

-- name: near_find
-- Which item a file looks most like, by the rule of near_tie.
--   $1 how many hashes it has that can be compared; of each match: $2 second of its hash integer[], $3 number of the item's
--   integer[], $4 distance integer[]
--   -> item uuid (no row: none)
WITH matched AS (
    SELECT h.item_id, m.own, h.second, m.distance
      FROM unnest($2::integer[], $3::integer[], $4::integer[]) AS m (own, number, distance)
     CROSS JOIN LATERAL (SELECT item_id, second FROM item_fingerprint WHERE number = m.number OFFSET 0) h
), counted AS (
    SELECT item_id, count(DISTINCT own) AS own, count(DISTINCT second) AS others, min(distance) AS distance
      FROM matched GROUP BY item_id
)
SELECT c.item_id
  FROM counted c CROSS JOIN LATERAL (SELECT state FROM item WHERE id = c.item_id OFFSET 0) i
 WHERE 2 * c.own >= $1::integer
    OR 2 * c.others >= (SELECT count(number) FROM item_fingerprint h WHERE h.item_id = c.item_id)
 ORDER BY i.state = 'withdrawn', c.distance, c.item_id LIMIT 1

-- name: near_waiting_stale
-- What waits and was held against the items some hours ago is held against those too that came since.
UPDATE contribution_fingerprint SET recipe = 0
 WHERE taken_at < now() - interval '6 hours' AND recipe > 0 AND fault IS NULL
   AND compared < (SELECT next FROM fingerprint_number)

-- name: near_waiting_due
-- Contributions that wait for a moderator and are to be held against the items.
--   $1 recipe, $2 how many, after: $3 recipe, $4 contribution uuid
--   -> as near_due, without a version
SELECT c.id, NULL, c.media_type, encode(c.rendition, 'hex'), f.recipe
  FROM (SELECT contribution_id, recipe FROM contribution_fingerprint
         WHERE recipe < $1::smallint AND (recipe, contribution_id) > ($3::smallint, $4::uuid)
         ORDER BY recipe, contribution_id LIMIT $2::integer) f
 CROSS JOIN LATERAL (SELECT * FROM contribution WHERE id = f.contribution_id OFFSET 0) c

-- name: near_waiting_forget
-- Takes back what a contribution was found to look like, and holds it, if it still waits, until the transaction ends.
--   $1 contribution uuid
WITH waits AS (
    SELECT id FROM contribution WHERE id = $1::uuid AND state = 'quarantined' FOR SHARE
)
DELETE FROM contribution_near n USING waits w WHERE n.contribution_id = w.id

-- name: near_waiting_tie
-- Notes which items a contribution looks like, by the rule of near_tie, if it still waits. It is tied to none of them.
--   $1 contribution uuid, $2 recipe, $3 why it could not be compared (or NULL), $4 how many hashes it has that can be;
--   of each match: $5 second of its hash integer[], $6 number of the item's integer[], $7 distance integer[]; $8 the first
--   number that it was not compared with
WITH noted AS (
    UPDATE contribution_fingerprint f SET recipe = $2::smallint, fault = $3, taken_at = now(), compared = $8::integer
      FROM (SELECT id FROM contribution WHERE id = $1::uuid AND state = 'quarantined' FOR SHARE) c
     WHERE f.contribution_id = c.id
    RETURNING f.contribution_id
), matched AS (
    SELECT h.item_id, m.own, h.second, m.distance
      FROM unnest($5::integer[], $6::integer[], $7::integer[]) AS m (own, number, distance)
     CROSS JOIN LATERAL (SELECT item_id, second FROM item_fingerprint WHERE number = m.number OFFSET 0) h
), counted AS (
    SELECT item_id, count(DISTINCT own) AS own, count(DISTINCT second) AS others, min(distance) AS distance
      FROM matched GROUP BY item_id
)
INSERT INTO contribution_near (contribution_id, item_id, distance)
SELECT n.contribution_id, c.item_id, c.distance
  FROM noted n CROSS JOIN counted c
 WHERE 2 * c.own >= $4::integer
    OR 2 * c.others >= (SELECT count(number) FROM item_fingerprint h WHERE h.item_id = c.item_id)
