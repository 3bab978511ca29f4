-- SPDX-License-Identifier: Apache-2.0
-- What is taken down, and what releases still give out.

-- name: withdrawal_turn
-- One decision at a time, until the transaction ends: numbers become visible in their order.
SELECT pg_advisory_xact_lock(7236837, 4)

-- name: withdrawal_item
-- Holds the item until the transaction ends.
-- $1 item uuid; returns whether it is out of service, whether it was taken down, whether it is kept as it is (no row: there
-- is no such item)
SELECT state = 'withdrawn', EXISTS (SELECT FROM withdrawal w WHERE w.item_id = i.id),
       EXISTS (SELECT FROM item_hidden h WHERE h.item_id = i.id AND h.held)
  FROM item i WHERE id = $1::uuid FOR UPDATE OF i

-- name: withdrawal_add
-- With the bytes that the item has and had, whose addresses end now: those of the original and of the pictures too.
-- (A black poster may be that of other films.)
-- $1 item uuid, $2 class, $3 who; returns seq
WITH made AS (
    INSERT INTO withdrawal (item_id, reason_class, by) VALUES ($1::uuid, $2, $3) RETURNING seq, item_id),
media AS (
    INSERT INTO withdrawn_medium (digest, item_id)
    SELECT i.rendition, m.item_id FROM made m JOIN item i ON i.id = m.item_id
     UNION
    SELECT v.rendition, m.item_id FROM made m JOIN item_version v ON v.item_id = m.item_id),
shown AS (
    SELECT d.digest
      FROM made m JOIN item i ON i.id = m.item_id
     CROSS JOIN LATERAL (VALUES (i.sha256), (i.rendition), (i.thumbnail)) AS d (digest)
     UNION
    SELECT d.digest
      FROM made m JOIN item_version v ON v.item_id = m.item_id
     CROSS JOIN LATERAL (VALUES (v.rendition), (v.thumbnail)) AS d (digest)
     UNION
    SELECT v.poster
      FROM made m JOIN item_version v ON v.item_id = m.item_id
     WHERE NOT EXISTS (SELECT FROM item o WHERE o.poster = v.poster AND o.id <> v.item_id AND o.state <> 'withdrawn')),
passes AS (
    INSERT INTO revoked_pass (holder)
    SELECT DISTINCT encode(substr(digest, 1, 16), 'hex')::uuid FROM shown WHERE digest IS NOT NULL
        ON CONFLICT (holder) DO UPDATE SET until = excluded.until)
SELECT seq FROM made

-- name: withdrawal_number
-- $1 item uuid that was taken down; returns its seq
SELECT seq FROM withdrawal WHERE item_id = $1::uuid

-- name: withdrawal_revise
-- A job for each release that has the item, and for each that is being made, which may come to have it. Each looks again
-- when its turn comes, after this transaction: so none is spared because another waits.
-- $1 item uuid
INSERT INTO job (kind, subject)
SELECT 'revise', id FROM release WHERE state = 'writing' AND revises IS NULL
 UNION
SELECT 'revise', coalesce(e.revises, e.id)
  FROM release_withdrawn w JOIN release e ON e.id = w.release_id AND e.state = 'ready'
 WHERE w.withdrawn_item = $1::uuid

-- name: withdrawal_of_medium
-- $1 name, $2 version, $3 sha256 in hexadecimal
-- returns the date, the class, the revision to use or NULL (no row: the bytes were not taken down)
SELECT to_char(w.withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), w.reason_class, newest_revision(e)
  FROM withdrawn_medium m
  JOIN withdrawal w ON w.item_id = m.item_id
  JOIN release e ON e.name = $1 AND e.version = $2 AND e.state = 'ready'
 WHERE m.digest = decode($3, 'hex')
 ORDER BY w.seq LIMIT 1

-- name: withdrawal_of_release
-- The latest of a release. $1 name, $2 version; returns as withdrawal_of_medium
SELECT to_char(w.withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), w.reason_class, newest_revision(e)
  FROM release e
 CROSS JOIN LATERAL (SELECT withdrawn_at, reason_class FROM release_withdrawn
                      WHERE release_id = e.id ORDER BY seq DESC LIMIT 1) w
 WHERE e.name = $1 AND e.version = $2 AND e.state = 'ready'

-- name: withdrawal_medium
-- $1 name, $2 version, $3 sha256 in hexadecimal; returns whether these are the bytes of an item of the release
SELECT EXISTS (SELECT FROM release e JOIN release_item r ON r.release_id = e.id
                WHERE e.name = $1 AND e.version = $2 AND e.state = 'ready' AND r.sha256 = decode($3, 'hex'))

-- name: withdrawal_hides_medium
-- $1 sha256 in hexadecimal; returns whether these are the bytes of an item that a notice hides
SELECT EXISTS (SELECT FROM item_hidden h CROSS JOIN LATERAL item_medium(h.item_id) m WHERE m.digest = decode($1, 'hex'))

-- name: withdrawal_hides_of_release
-- $1 name, $2 version; returns whether a notice hides bytes of the release
SELECT EXISTS (SELECT FROM item_hidden h
                CROSS JOIN LATERAL item_medium(h.item_id) m
                 JOIN release_item r ON r.sha256 = m.digest
                 JOIN release e ON e.id = r.release_id
                WHERE e.name = $1 AND e.version = $2)

-- name: withdrawal_count
-- $1 release uuid; returns the revision to use or NULL, how many of its items were taken down
SELECT newest_revision(e), (SELECT count(DISTINCT item_id) FROM release_withdrawn WHERE release_id = e.id)
  FROM release e WHERE e.id = $1::uuid

-- name: revocation_page
-- $1 seq of the last one seen, $2 how many
-- returns seq, item, class, when; and of each file of it in a release name, version, path, sha256 in hexadecimal, the
-- revision to use or NULL; these are NULL where there is none
SELECT w.seq, w.item_id, w.reason_class, rfc3339(w.withdrawn_at),
       f.name, f.version, f.path, encode(f.sha256, 'hex'), f.revision
  FROM (SELECT * FROM withdrawal WHERE seq > $1::bigint ORDER BY seq LIMIT $2::integer) w
  LEFT JOIN LATERAL (SELECT e.name, e.version, r.path, r.sha256, newest_revision(e) AS revision, e.created_at, e.id
                       FROM release_withdrawn r JOIN release e ON e.id = r.release_id AND e.state = 'ready'
                      WHERE r.withdrawn_item = w.item_id) f ON true
 ORDER BY w.seq, f.created_at, f.id, f.path

-- name: revocation_newest
-- $1 how many; returns as revocation_page
SELECT w.seq, w.item_id, w.reason_class, rfc3339(w.withdrawn_at),
       f.name, f.version, f.path, encode(f.sha256, 'hex'), f.revision
  FROM (SELECT * FROM withdrawal ORDER BY seq DESC LIMIT $1::integer) w
  LEFT JOIN LATERAL (SELECT e.name, e.version, r.path, r.sha256, newest_revision(e) AS revision, e.created_at, e.id
                       FROM release_withdrawn r JOIN release e ON e.id = r.release_id AND e.state = 'ready'
                      WHERE r.withdrawn_item = w.item_id) f ON true
 ORDER BY w.seq DESC, f.created_at, f.id, f.path
