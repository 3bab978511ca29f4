-- name: assignment_skip
-- Closes a lease without a judgment.
--   $1 id, $2 volunteer, $3 campaign, $4 left, $5 right, $6 kind, $7 matched, $8 policy,
--   $9 reason
--   -> id (no row: it was judged, or skipped for another reason, or the volunteer is no more)
WITH skipped AS (
    INSERT INTO skipped_pair AS s (assignment_id, volunteer_id, campaign_id, left_item, right_item,
                                   kind, matched, policy, reason)
    SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7::boolean, $8::integer, $9
      FROM volunteer v
     WHERE v.id = $2::uuid AND NOT EXISTS (SELECT FROM judged_pair WHERE assignment_id = $1::uuid)
        ON CONFLICT (assignment_id) DO UPDATE SET reason = s.reason
     WHERE s.reason = excluded.reason
    RETURNING s.assignment_id
), closed AS (
    DELETE FROM lease l USING skipped s WHERE l.id = s.assignment_id
), news AS (
    INSERT INTO catalogue_news (pairs, volunteers, items, skipped)
    SELECT ARRAY[assignment_id], ARRAY[$2::uuid], ARRAY[$4::uuid, $5::uuid], true FROM skipped
)
SELECT assignment_id FROM skipped
