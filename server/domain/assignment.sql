-- name: assignment_open
-- A volunteer's open leases, newest first.
--   $1 volunteer uuid
--   -> id, campaign, left_item, right_item, kind, matched, policy, issued s, expires s, question
SELECT a.id, a.campaign_id, a.left_item, a.right_item, a.kind, a.matched, a.policy,
       floor(extract(epoch FROM a.issued_at))::bigint,
       floor(extract(epoch FROM a.expires_at))::bigint, k.question
  FROM lease a JOIN campaign k ON k.id = a.campaign_id
 WHERE a.volunteer_id = $1::uuid AND a.expires_at > now()
   AND NOT EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = a.id)
 ORDER BY a.issued_at DESC, a.id

-- name: assignment_seen
-- What a volunteer was ever shown: one row an item. A lease that ran out counts, for its media
-- may have been looked at.
--   $1 volunteer uuid
--   -> lineage, on the left?, P(fake) as far as known, gold, training
SELECT i.lineage, x.on_left,
       CASE i.truth WHEN 'fake' THEN 1.0 WHEN 'real' THEN 0.0 ELSE coalesce(c.p_fake, 0.5) END,
       i.gold, i.training
  FROM (SELECT item_id, position = 'left' AS on_left FROM judgment WHERE volunteer_id = $1::uuid
         UNION
        SELECT s.item_id, s.on_left
          FROM (SELECT volunteer_id, left_item, right_item FROM lease
                 UNION ALL
                SELECT volunteer_id, left_item, right_item FROM skipped_pair) a
         CROSS JOIN LATERAL (VALUES (a.left_item, true), (a.right_item, false)) AS s (item_id, on_left)
         WHERE a.volunteer_id = $1::uuid) x
  JOIN item i ON i.id = x.item_id
  LEFT JOIN consensus c ON c.item_id = i.id

-- name: assignment_create
-- Leases a pair. Whole seconds would not say which of two leases is the newer one.
--   $1 id, $2 volunteer, $3 campaign, $4 left, $5 right, $6 kind, $7 matched, $8 policy,
--   $9 issued s, $10 expires s
INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind, matched,
                   policy, issued_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7::boolean, $8::integer,
        greatest(to_timestamp($9::bigint), clock_timestamp()), to_timestamp($10::bigint))

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
    INSERT INTO catalogue_news (pairs, volunteers, judged)
    SELECT ARRAY[assignment_id], ARRAY[$2::uuid], ARRAY[$4::uuid, $5::uuid] FROM skipped
)
SELECT assignment_id FROM skipped
