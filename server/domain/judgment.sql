-- name: judgment_store
-- Stores a batch of judged pairs and says, by position, what became of each:
--   stored    now
--   again     by an earlier try with the same body
--   conflict  an earlier try with another body
--   expired   the lease has run out
--   skipped   this pair was skipped
--   seen      this volunteer judged one of the two before; looked for only if $24, for it is rare:
--             without, the key of judgment refuses the batch, and it comes again with $24
--   nobody    the volunteer is no more
-- No two of a batch may be one assignment, nor one volunteer's on one item. A row that clashes
-- with a concurrent writer fails the whole statement: asked again, it sees what the other stored.
-- Every row is found by its key: OFFSET 0 forbids a join, which would be planned while tables are
-- small, and read them whole when they have grown. Batches lock in one order (judgments by item and volunteer,
-- pairs by assignment), so that two of them wait for each other and do not deadlock.
--   $1 uuid[] assignment, $2 uuid[] volunteer, $3 uuid[] campaign, $4 text[] kind,
--   $5 boolean[] training, $6 boolean[] matched, $7 integer[] policy, $8 boolean[] live,
--   $9 bytea[] body_hash, $10 integer[] response_ms, $11 integer[] exposure_ms,
--   $12 integer[] server_ms, $13 jsonb[] device,
--   of the left: $14 uuid[] item, $15 text[] verdict, $16 integer[] confidence,
--   $17 text[] tells, each as '{a,b}' or NULL, $18 jsonb[] marks; $19 to $23 the same of the right;
--   $24 boolean[] of one: look for `seen`
--   -> n bigint from 1, outcome text
WITH known AS MATERIALIZED (
    SELECT w.*,
           CASE WHEN p.assignment_id IS NOT NULL
                THEN CASE WHEN p.body_hash = w.body_hash AND p.volunteer_id = w.volunteer
                          THEN 'again' ELSE 'conflict' END
                WHEN NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer OFFSET 0)
                THEN 'nobody'
                WHEN NOT w.live THEN 'expired'
                WHEN EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = w.assignment OFFSET 0)
                THEN 'skipped'
                WHEN ($24::boolean[])[1]
                 AND (EXISTS (SELECT FROM judgment j WHERE j.item_id = w.l_item
                                 AND j.volunteer_id = w.volunteer AND j.revision = 0 OFFSET 0)
                   OR EXISTS (SELECT FROM judgment j WHERE j.item_id = w.r_item
                                 AND j.volunteer_id = w.volunteer AND j.revision = 0 OFFSET 0))
                THEN 'seen'
                ELSE 'stored' END AS outcome
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::boolean[],
                  $7::integer[], $8::boolean[], $9::bytea[], $10::integer[], $11::integer[],
                  $12::integer[], $13::jsonb[],
                  $14::uuid[], $15::text[], $16::integer[], $17::text[], $18::jsonb[],
                  $19::uuid[], $20::text[], $21::integer[], $22::text[], $23::jsonb[])
           WITH ORDINALITY
           AS w (assignment, volunteer, campaign, kind, training, matched, policy, live, body_hash,
                 response_ms, exposure_ms, server_ms, device,
                 l_item, l_verdict, l_confidence, l_tells, l_marks,
                 r_item, r_verdict, r_confidence, r_tells, r_marks, n)
      LEFT JOIN LATERAL (SELECT * FROM judged_pair WHERE assignment_id = w.assignment OFFSET 0) p
             ON true
), pair AS (
    INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, kind, matched, policy,
                             body_hash, response_ms, exposure_ms, server_ms, device)
    SELECT assignment, volunteer, campaign, kind, matched, policy, body_hash,
           response_ms, exposure_ms, server_ms, device
      FROM known WHERE outcome = 'stored'
     ORDER BY assignment
), said AS (
    INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence,
                          tells, marks, training)
    SELECT s.item, k.volunteer, k.assignment, s.position, s.verdict, s.confidence,
           coalesce(s.tells::text[], '{}'), s.marks, k.training
      FROM known k
     CROSS JOIN LATERAL (VALUES
           (l_item, 'left', l_verdict, l_confidence, l_tells, l_marks),
           (r_item, 'right', r_verdict, r_confidence, r_tells, r_marks))
           AS s (item, position, verdict, confidence, tells, marks)
     WHERE k.outcome = 'stored'
     ORDER BY s.item, k.volunteer
    RETURNING item_id, volunteer_id, verdict, training
), closed AS (
    DELETE FROM lease WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM known k
         CROSS JOIN LATERAL (SELECT ctid FROM lease
                              WHERE volunteer_id = k.volunteer AND id = k.assignment OFFSET 0) l
         WHERE k.outcome = 'stored'))
), pending AS (
    INSERT INTO score_pending (items, volunteers, fakes)
    SELECT array_agg(item_id), array_agg(volunteer_id), array_agg(verdict = 'fake')
      FROM said WHERE NOT training HAVING count(*) > 0
), news AS (
    INSERT INTO catalogue_news (pairs, volunteers, items)
    SELECT array_agg(assignment), array_agg(volunteer),
           (SELECT array_agg(i.item)
              FROM known k CROSS JOIN LATERAL (VALUES (k.l_item), (k.r_item)) AS i (item)
             WHERE k.outcome = 'stored')
      FROM known WHERE outcome = 'stored' HAVING count(*) > 0
)
SELECT n, outcome FROM known
