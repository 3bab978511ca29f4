-- SPDX-License-Identifier: Apache-2.0

-- name: volunteer_create
-- New volunteers, who consented.
--   $1 uuid[], $2 bytea[] salt (16 bytes), $3 integer[] consent version
INSERT INTO volunteer (id, salt, consent_version)
SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::integer[])

-- name: volunteer_agree
-- Somebody who agreed to an earlier text agrees to that of now.
--   $1 uuid, $2 integer consent version
UPDATE volunteer SET consent_version = $2::integer WHERE id = $1::uuid

-- name: volunteer_erase
-- Forgets a volunteer: the row with the salt, the skill, and leases that are still open.
-- What was judged stays, under an id that leads nowhere.
--   $1 uuid
WITH leases AS (DELETE FROM lease WHERE volunteer_id = $1::uuid),
     skips AS (DELETE FROM skipped_pair WHERE volunteer_id = $1::uuid),
     networks AS (DELETE FROM volunteer_network WHERE volunteer_id = $1::uuid),
     skill AS (DELETE FROM volunteer_skill WHERE volunteer_id = $1::uuid)
DELETE FROM volunteer WHERE id = $1::uuid

-- name: volunteer_sweep
-- Forgets what was written about volunteers while they were being erased: of those of the last
-- hour, who stand in revoked_pass. Each is looked up by key; what tables hold of others is not read.
WITH gone AS MATERIALIZED (
    SELECT holder AS id FROM revoked_pass r
     WHERE NOT EXISTS (SELECT FROM volunteer v WHERE v.id = r.holder)
), leases AS (
    DELETE FROM lease WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM gone g
         CROSS JOIN LATERAL (SELECT ctid FROM lease WHERE volunteer_id = g.id OFFSET 0) l))
), skips AS (
    DELETE FROM skipped_pair WHERE assignment_id = ANY (ARRAY(
        SELECT s.assignment_id FROM gone g
         CROSS JOIN LATERAL (SELECT assignment_id FROM skipped_pair
                              WHERE volunteer_id = g.id OFFSET 0) s))
), networks AS (
    DELETE FROM volunteer_network WHERE volunteer_id = ANY (ARRAY(SELECT id FROM gone))
)
DELETE FROM volunteer_skill WHERE volunteer_id = ANY (ARRAY(SELECT id FROM gone))

-- name: volunteer_progress
-- How far some volunteers are. `correct` counts items, of training pairs alone: no figure
-- here tells anything about hidden gold.
--   $1 uuid[]
--   -> volunteer uuid, pairs, pairs_today, training_done, training_correct; in the order of $1
SELECT asked.id, p.pairs, p.today, r.trained,
       (SELECT count(*) FROM judgment j
         CROSS JOIN LATERAL (SELECT truth FROM item WHERE id = j.item_id OFFSET 0) i
         WHERE j.volunteer_id = asked.id AND j.training AND j.verdict = i.truth)
  FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
 CROSS JOIN LATERAL (
       SELECT count(*) AS pairs,
              count(*) FILTER (WHERE judged_at >= date_trunc('day', now())) AS today
         FROM judged_pair WHERE volunteer_id = asked.id) p
 CROSS JOIN LATERAL (
       SELECT count(*) AS trained
         FROM judged_pair WHERE volunteer_id = asked.id AND kind = 'training') r
 ORDER BY asked.place

-- name: volunteer_story
-- When a volunteer began; no row when there is no such volunteer.
--   $1 uuid
--   -> created_at rfc3339
SELECT rfc3339(created_at) FROM volunteer WHERE id = $1::uuid

-- name: volunteer_results
-- What became of a volunteer's judgments: items that were settled since, newest first, and who says so. What may
-- be told is what a release may hold: gold stays secret as long as it serves. Training was told at once.
--   $1 uuid volunteer, $2 timestamptz before or NULL, $3 uuid item before or NULL, $4 limit
--   -> media type, verdict, confidence, label, whose label it is, are the two the same?, judged at, item uuid, and when it
--      was judged to the last digit
SELECT l.media_type, j.verdict, j.confidence, l.label, l.label_source, j.verdict::text = l.label,
       rfc3339(j.judged_at), j.item_id, j.judged_at
  FROM judgment j
 CROSS JOIN LATERAL (SELECT * FROM releasable WHERE item_id = j.item_id OFFSET 0) l
 WHERE j.volunteer_id = $1::uuid
   AND j.revision = 0
   AND NOT j.training
   AND ($2::timestamptz IS NULL OR (j.judged_at, j.item_id) < ($2::timestamptz, $3::uuid))
 ORDER BY j.judged_at DESC, j.item_id DESC
 LIMIT $4::integer
