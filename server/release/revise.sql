-- SPDX-License-Identifier: Apache-2.0
-- Revisions of releases.

-- name: revise_hold
-- Who revises a release holds it, until its items are listed.
-- $1 release uuid that is ready; returns its id
SELECT id FROM release WHERE id = $1::uuid AND state = 'ready' FOR UPDATE

-- name: revise_begun
-- $1 release uuid; returns the revision that is being written (no row: none)
SELECT id FROM release WHERE revises = $1::uuid AND state = 'writing'

-- name: revise_due
-- $1 release uuid; returns whether its newest revision, or it itself, holds what was taken down, while something is left
SELECT EXISTS (SELECT FROM release_withdrawn w WHERE w.release_id = newest.id)
   AND EXISTS (SELECT FROM release_item r WHERE r.release_id = $1::uuid
                  AND NOT EXISTS (SELECT FROM withdrawn_medium m WHERE m.digest = r.sha256 OFFSET 0))
  FROM (SELECT id FROM release WHERE (id = $1::uuid OR revises = $1::uuid) AND state = 'ready'
         ORDER BY coalesce(revision, 0) DESC LIMIT 1) newest

-- name: revise_begin
-- $1 release uuid; returns the revision's id
INSERT INTO release (name, version, filter, salt, fixed_at, held_back, contradicting, uncuttable, alpha, alpha_low,
                     alpha_high, disagreement, revises, revision)
SELECT r.name, r.version || '+r' || n.next, r.filter, r.salt, r.fixed_at, r.held_back, r.contradicting, r.uncuttable, r.alpha,
       r.alpha_low, r.alpha_high, r.disagreement, r.id, n.next
  FROM release r,
       (SELECT coalesce(max(revision), 0) + 1 AS next FROM release WHERE revises = $1::uuid AND state <> 'failed') n
 WHERE r.id = $1::uuid
RETURNING id

-- name: revise_take
-- Lists its items and media: those of the release that were not taken down.
-- $1 release uuid, $2 revision uuid
WITH kept AS (
    SELECT * FROM release_item r
     WHERE release_id = $1::uuid AND NOT EXISTS (SELECT FROM withdrawn_medium m WHERE m.digest = r.sha256)),
files AS (
    INSERT INTO release_file (release_id, path, sha256, bytes)
    SELECT $2::uuid, path, sha256, bytes FROM kept)
INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label, label_source,
                          p_fake, low, high, judgments, ruling, decided_by, sealed)
SELECT $2::uuid, item_id, path, sha256, bytes, split, label, label_source,
       p_fake, low, high, judgments, ruling, decided_by, sealed
  FROM kept

-- name: revise_gone
-- What the revision leaves out, in the order of item ids.
-- $1 release uuid, $2 revision uuid; returns item, path, the date and the class of what took it down
SELECT DISTINCT ON (w.item_id) w.item_id, w.path, to_char(w.withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), w.reason_class
  FROM release_withdrawn w
 WHERE w.release_id = $1::uuid
   AND NOT EXISTS (SELECT FROM release_item k WHERE k.release_id = $2::uuid AND k.item_id = w.item_id OFFSET 0)
 ORDER BY w.item_id, w.seq

-- name: revise_number
-- $1 revision uuid; returns the N of its version, how many items it has
SELECT revision, (SELECT count(*) FROM release_item WHERE release_id = r.id) FROM release r WHERE id = $1::uuid

-- name: revise_failed
-- $1 release uuid, whose revision is given up
UPDATE release SET state = 'failed' WHERE revises = $1::uuid AND state = 'writing'
