-- name: assignment_skip
-- Closes leases without a judgment and says, by position, what became of each:
--   skipped   now
--   again     before, for the same reason
--   conflict  judged before, or skipped for another reason
--   nobody    the volunteer is no more
-- No two may be one assignment. A clash with a concurrent writer fails the whole statement; asked
-- again, it sees what the other stored. OFFSET 0: see judgment_store_each.
--   $1 uuid[] id, $2 uuid[] volunteer, $3 uuid[] campaign, $4 uuid[] left, $5 uuid[] right,
--   $6 text[] kind, $7 boolean[] matched, $8 integer[] policy, $9 text[] reason
--   -> n bigint from 1, outcome text
WITH known AS MATERIALIZED (
    SELECT w.*,
           CASE WHEN NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer OFFSET 0)
                THEN 'nobody'
                WHEN s.reason = w.reason THEN 'again'
                WHEN s.reason <> w.reason THEN 'conflict'
                WHEN EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = w.id OFFSET 0)
                THEN 'conflict'
                ELSE 'skipped' END AS outcome
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
                  $7::boolean[], $8::integer[], $9::text[]) WITH ORDINALITY
           AS w (id, volunteer, campaign, left_item, right_item, kind, matched, policy, reason, n)
      LEFT JOIN LATERAL (SELECT reason FROM skipped_pair WHERE assignment_id = w.id OFFSET 0) s
             ON true
), skipped AS (
    INSERT INTO skipped_pair (assignment_id, volunteer_id, campaign_id, left_item, right_item,
                              kind, matched, policy, reason)
    SELECT id, volunteer, campaign, left_item, right_item, kind, matched, policy, reason
      FROM known WHERE outcome = 'skipped'
     ORDER BY id
), closed AS (
    DELETE FROM lease WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM known k
         CROSS JOIN LATERAL (SELECT ctid FROM lease
                              WHERE volunteer_id = k.volunteer AND id = k.id OFFSET 0) l
         WHERE k.outcome = 'skipped'))
), news AS (
    INSERT INTO catalogue_news (skipped, pairs, volunteers, items)
    SELECT true, array_agg(id), array_agg(volunteer),
           (SELECT array_agg(i.item)
              FROM known k CROSS JOIN LATERAL (VALUES (k.left_item), (k.right_item)) AS i (item)
             WHERE k.outcome = 'skipped')
      FROM known WHERE outcome = 'skipped' HAVING count(*) > 0
)
SELECT n, outcome FROM known
