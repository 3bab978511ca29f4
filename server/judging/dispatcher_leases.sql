-- SPDX-License-Identifier: Apache-2.0

-- name: lease_write
-- Leases that were handed out, a bunch at a time. They are no promise: the commit need not
-- wait for the disk. One that is there already fails them all.
--   $1 uuid[] ids, $2 uuid[] volunteers, $3 uuid[] campaigns, $4 uuid[] left, $5 uuid[] right,
--   $6 text[] kinds, $7 boolean[] matched, $8 integer[] policies, $9 bigint[] issued s,
--   $10 bigint[] expires s, $11 text[] company
INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind, matched, policy,
                   issued_at, expires_at, company)
SELECT u.id, u.volunteer, u.campaign, u.left_item, u.right_item, u.kind, u.matched, u.policy,
       to_timestamp(u.issued), to_timestamp(u.expires), u.company
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
              $7::boolean[], $8::integer[], $9::bigint[], $10::bigint[], $11::text[])
       AS u (id, volunteer, campaign, left_item, right_item, kind, matched, policy, issued, expires,
             company)
 CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lightly

-- name: lease_close
-- Leases whose answers did not find them yet.
--   $1 uuid[] volunteers, $2 uuid[] ids
DELETE FROM lease WHERE ctid = ANY (ARRAY(
    SELECT l.ctid FROM unnest($1::uuid[], $2::uuid[]) AS u (volunteer, id)
     CROSS JOIN LATERAL (SELECT ctid FROM lease
                          WHERE volunteer_id = u.volunteer AND id = u.id OFFSET 0) l))

-- name: lease_close_answered
-- All open leases that were answered.
DELETE FROM lease l
 WHERE l.expires_at > now()
   AND (EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = l.id OFFSET 0)
        OR EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = l.id OFFSET 0))
