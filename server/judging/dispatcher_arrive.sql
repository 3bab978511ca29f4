-- SPDX-License-Identifier: Apache-2.0

-- name: volunteer_cache_sizes
-- How much there is to read of some volunteers.
--   $1 uuid[]
--   -> place in $1 from 1, pairs
SELECT a.place, (SELECT count(*) FROM judged_pair WHERE volunteer_id = a.id)
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)

-- name: volunteer_cache_volunteers
-- Who some volunteers are and how far they got. `correct` counts items, of training pairs alone. Indexes hold
-- all that is counted of pairs, and those of training have their own.
--   $1 uuid[]
--   -> place in $1 from 1, sensitivity, specificity (NULL: nothing known), pairs, pairs today,
--      training pairs, correct in training, pairs of today that were skipped or ran out, when the last of them was, in s since
--      the epoch (0: none); no row for who is no volunteer (any more)
SELECT a.place, s.sensitivity, s.specificity, p.pairs, p.today, r.trained, t.correct, u.unanswered, u.last
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)
  JOIN volunteer v ON v.id = a.id
  LEFT JOIN volunteer_skill s ON s.volunteer_id = a.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS pairs,
              count(*) FILTER (WHERE judged_at >= date_trunc('day', now())) AS today
         FROM judged_pair WHERE volunteer_id = a.id) p
 CROSS JOIN LATERAL (
       SELECT count(*) AS trained
         FROM judged_pair WHERE volunteer_id = a.id AND kind = 'training') r
 CROSS JOIN LATERAL (
       SELECT count(*) AS correct
         FROM judgment j
        CROSS JOIN LATERAL (SELECT truth FROM item WHERE id = j.item_id OFFSET 0) i
        WHERE j.volunteer_id = a.id AND j.training AND j.verdict = i.truth) t
 CROSS JOIN LATERAL (
       SELECT count(*) AS unanswered, coalesce(floor(extract(epoch FROM max(x.at))), 0)::bigint AS last
         FROM (SELECT skipped_at AS at FROM skipped_pair WHERE volunteer_id = a.id
                UNION ALL
               SELECT l.expires_at FROM lease l
                WHERE l.volunteer_id = a.id AND l.expires_at <= now()
                  AND NOT EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = l.id OFFSET 0)
                  AND NOT EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = l.id OFFSET 0)) x
        WHERE x.at >= date_trunc('day', now())) u

-- name: volunteer_cache_invited
-- The campaigns that some volunteers were invited to.
--   $1 uuid[]
--   -> place in $1, campaign uuid
SELECT a.place, n.campaign_id
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)
 CROSS JOIN LATERAL (SELECT campaign_id, volunteer_id FROM volunteer_network WHERE volunteer_id = a.id AND declared OFFSET 0) n
 WHERE is_invited(n.campaign_id, n.volunteer_id)

-- name: volunteer_cache_seen
-- What some volunteers were ever shown: a row an item. A lease that ran out counts, for its media
-- may have been looked at.
--   $1 uuid[]
--   -> place in $1 bigint, item uuid
SELECT a.place, x.item_id
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)
 CROSS JOIN LATERAL (
       SELECT item_id FROM judgment WHERE volunteer_id = a.id
        UNION ALL
       SELECT s.item_id
         FROM (SELECT left_item, right_item FROM lease WHERE volunteer_id = a.id
                UNION ALL
               SELECT left_item, right_item FROM skipped_pair WHERE volunteer_id = a.id) shown
        CROSS JOIN LATERAL (VALUES (left_item), (right_item)) AS s (item_id)
       ) x

-- name: volunteer_cache_items
-- What a dispatcher must know of items that were seen and that it does not hold in memory.
--   $1 uuid[]
--   -> place in $1 bigint, lineage bigint, near duplicates bigint
SELECT a.place, lineage_key(i.lineage), near_key(i.near_group)
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)
 CROSS JOIN LATERAL (SELECT lineage, near_group FROM item WHERE id = a.id OFFSET 0) i

-- name: volunteer_cache_open
-- The open leases of some volunteers, oldest first.
--   $1 uuid[]
--   -> place in $1, id, campaign, left, right, kind, matched, policy, issued s, expires s,
--      company
SELECT a.place, l.id, l.campaign_id, l.left_item, l.right_item, l.kind, l.matched, l.policy,
       floor(extract(epoch FROM l.issued_at))::bigint,
       floor(extract(epoch FROM l.expires_at))::bigint, l.company
  FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, place)
 CROSS JOIN LATERAL (SELECT * FROM lease WHERE volunteer_id = a.id OFFSET 0) l
 WHERE l.expires_at > now()
   AND NOT EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = l.id)
   AND NOT EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = l.id)
 ORDER BY a.place, l.issued_at, l.id
