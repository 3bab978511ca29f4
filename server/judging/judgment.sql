-- SPDX-License-Identifier: Apache-2.0

-- name: judgment_store
-- Stores a batch of judged pairs of which every volunteer is known, which is nearly every batch. A pair that was
-- sent before or skipped, or an item that its volunteer has judged, breaks a key and fails all.
-- Nothing is sorted or joined here: the caller sends pairs in order of assignment, and what was said of items
-- in order of item and volunteer, so that two batches wait for each other and do not deadlock. For that the
-- tables must be locked in one order, too: PostgreSQL runs parts that nothing refers to from the last to the first,
-- so here as in judgment_store_each judgments come first, then leases, then pairs.
--   of pairs: $1 uuid[] assignment, $2 uuid[] volunteer, $3 uuid[] campaign, $4 text[] media type,
--   $5 text[] kind, $6 boolean[] matched, $7 integer[] policy, $8 bytea[] body_hash,
--   $9 integer[] response_ms, $10 integer[] exposure_ms, $11 integer[] server_ms, $12 jsonb[] device,
--   $13 uuid[] the left item and the right one of each;
--   of what was said: $14 uuid[] item, $15 uuid[] volunteer, $16 uuid[] assignment, $17 boolean[] left,
--   $18 boolean[] fake, $19 integer[] confidence, $20 text[] tells, each as '{a,b}' or NULL,
--   $21 jsonb[] marks, $22 boolean[] training, $23 integer[] version of the item,
--   $24 boolean[] it counts, $25 bytea[] network
--   -> stored boolean; false: nothing was stored, ask judgment_store_each
WITH good AS MATERIALIZED (
    SELECT NOT EXISTS (SELECT FROM unnest($2::uuid[]) AS w (id)
                        WHERE NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.id OFFSET 0))
           AS all_are
), pair AS (
    INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy,
                             body_hash, response_ms, exposure_ms, server_ms, device)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::boolean[],
                         $7::integer[], $8::bytea[], $9::integer[], $10::integer[], $11::integer[],
                         $12::jsonb[])
     WHERE (SELECT all_are FROM good)
), closed AS (
    DELETE FROM lease WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM unnest($2::uuid[], $1::uuid[]) AS w (volunteer, assignment)
         CROSS JOIN LATERAL (SELECT ctid FROM lease
                              WHERE volunteer_id = w.volunteer AND id = w.assignment OFFSET 0) l
         WHERE (SELECT all_are FROM good)))
), said AS (
    INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence,
                          tells, marks, training, version, counts)
    SELECT item, volunteer, assignment,
           CASE WHEN on_left THEN 'left' ELSE 'right' END,
           CASE WHEN fake THEN 'fake'::verdict ELSE 'real' END,
           confidence, nullif(tells::text[], '{}'), marks, training, version, counts
      FROM unnest($14::uuid[], $15::uuid[], $16::uuid[], $17::boolean[], $18::boolean[],
                  $19::integer[], $20::text[], $21::jsonb[], $22::boolean[], $23::integer[], $24::boolean[])
           AS s (item, volunteer, assignment, on_left, fake, confidence, tells, marks, training, version,
                 counts)
     WHERE (SELECT all_are FROM good)
), pending AS (
    INSERT INTO score_pending (items, volunteers, fakes, versions, networks)
    SELECT array_agg(item), array_agg(volunteer), array_agg(fake), array_agg(version), array_agg(network)
      FROM unnest($14::uuid[], $15::uuid[], $18::boolean[], $22::boolean[], $23::integer[], $24::boolean[],
                  $25::bytea[])
           AS s (item, volunteer, fake, training, version, counts, network)
     WHERE NOT training AND counts AND (SELECT all_are FROM good)
    HAVING count(*) > 0
), news AS (
    INSERT INTO catalogue_news (pairs, volunteers, items)
    SELECT $1::uuid[], $2::uuid[], $13::uuid[] WHERE (SELECT all_are FROM good)
)
SELECT all_are FROM good

-- name: judgment_store_each
-- Stores what can be stored of a batch of judged pairs and says, by position, what became of each:
--   stored    now
--   again     by an earlier try with the same body
--   conflict  an earlier try with another body
--   expired   the token has run out, and its lease was not renewed for so long: one that was is longer than
--             LEASE_S
--   skipped   this pair was skipped
--   seen      this volunteer judged one of the two before
--   nobody    the volunteer is no more
-- No two of a batch may be one assignment, nor one volunteer's on one item. A row that clashes
-- with a concurrent writer fails the whole statement: asked again, it sees what the other stored.
-- Every row is found by its key: OFFSET 0 forbids a join, which would be planned while tables are
-- small, and read them whole when they have grown.
--   $1 to $25 as for judgment_store, $26 boolean[] of pairs: came before its token ended
--   -> n bigint from 1, outcome text
WITH known AS MATERIALIZED (
    SELECT w.*,
           CASE WHEN p.assignment_id IS NOT NULL
                THEN CASE WHEN substr(p.body_hash, 1, 16) = w.body_hash AND p.volunteer_id = w.volunteer
                          THEN 'again' ELSE 'conflict' END
                WHEN NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer OFFSET 0)
                THEN 'nobody'
                WHEN NOT w.live
                 AND NOT EXISTS (SELECT FROM lease l WHERE l.volunteer_id = w.volunteer
                                    AND l.id = w.assignment AND l.expires_at > now()
                                    AND l.expires_at > l.issued_at + interval '10 minutes' OFFSET 0)
                THEN 'expired'
                WHEN EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = w.assignment OFFSET 0)
                THEN 'skipped'
                WHEN EXISTS (SELECT FROM judgment j WHERE j.item_id = ($13::uuid[])[2 * w.n - 1]
                                AND j.volunteer_id = w.volunteer AND j.revision = 0 OFFSET 0)
                  OR EXISTS (SELECT FROM judgment j WHERE j.item_id = ($13::uuid[])[2 * w.n]
                                AND j.volunteer_id = w.volunteer AND j.revision = 0 OFFSET 0)
                THEN 'seen'
                ELSE 'stored' END AS outcome
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::integer[],
                  $8::bytea[], $9::integer[], $10::integer[], $11::integer[], $12::jsonb[],
                  $26::boolean[])
           WITH ORDINALITY
           AS w (assignment, volunteer, campaign, media_type, kind, matched, policy, body_hash,
                 response_ms, exposure_ms, server_ms, device, live, n)
      LEFT JOIN LATERAL (SELECT * FROM judged_pair WHERE assignment_id = w.assignment OFFSET 0) p
             ON true
), pair AS (
    INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy,
                             body_hash, response_ms, exposure_ms, server_ms, device)
    SELECT assignment, volunteer, campaign, media_type, kind, matched, policy, body_hash,
           response_ms, exposure_ms, server_ms, device
      FROM known WHERE outcome = 'stored'
     ORDER BY assignment
), said AS (
    INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence,
                          tells, marks, training, version, counts)
    SELECT s.item, s.volunteer, s.assignment,
           CASE WHEN s.on_left THEN 'left' ELSE 'right' END,
           CASE WHEN s.fake THEN 'fake'::verdict ELSE 'real' END,
           s.confidence, nullif(s.tells::text[], '{}'), s.marks, s.training, s.version, s.counts
      FROM unnest($14::uuid[], $15::uuid[], $16::uuid[], $17::boolean[], $18::boolean[],
                  $19::integer[], $20::text[], $21::jsonb[], $22::boolean[], $23::integer[], $24::boolean[])
           AS s (item, volunteer, assignment, on_left, fake, confidence, tells, marks, training, version,
                 counts)
      JOIN known k ON k.assignment = s.assignment AND k.outcome = 'stored'
     ORDER BY s.item, s.volunteer
    RETURNING item_id, volunteer_id, verdict, training, version, counts
), closed AS (
    DELETE FROM lease WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM known k
         CROSS JOIN LATERAL (SELECT ctid FROM lease
                              WHERE volunteer_id = k.volunteer AND id = k.assignment OFFSET 0) l
         WHERE k.outcome = 'stored'))
), pending AS (
    INSERT INTO score_pending (items, volunteers, fakes, versions, networks)
    SELECT array_agg(item_id), array_agg(volunteer_id), array_agg(verdict = 'fake'), array_agg(version),
           array_agg(n.network)
      FROM said JOIN unnest($14::uuid[], $15::uuid[], $25::bytea[]) AS n (item, volunteer, network)
        ON n.item = item_id AND n.volunteer = volunteer_id
     WHERE NOT training AND counts HAVING count(*) > 0
), news AS (
    INSERT INTO catalogue_news (pairs, volunteers, items)
    SELECT array_agg(assignment), array_agg(volunteer),
           (SELECT array_agg(i.item)
              FROM known k
             CROSS JOIN LATERAL (VALUES (($13::uuid[])[2 * k.n - 1]), (($13::uuid[])[2 * k.n])) AS i (item)
             WHERE k.outcome = 'stored')
      FROM known WHERE outcome = 'stored' HAVING count(*) > 0
)
SELECT n, outcome FROM known

-- name: judgment_training_truth
-- The truth of training items, and of no others.
--   $1 uuid[]
--   -> id, truth, explanation
SELECT id, truth, explanation FROM item WHERE id = ANY ($1::uuid[]) AND training
