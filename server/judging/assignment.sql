-- SPDX-License-Identifier: Apache-2.0

-- name: assignment_skip
-- Closes leases without a judgment and says, by position, what became of each:
--   skipped   now
--   again     before, for the same reason
--   conflict  judged before, or skipped for another reason
--   nobody    the volunteer is no more
-- Keeps the network from which somebody skips first, as of judgments, so that who skips much is seen together.
-- No two may be one assignment. A clash with a concurrent writer fails the whole statement; asked
-- again, it sees what the other stored. OFFSET 0: see judgment_store_each.
--   $1 uuid[] id, $2 uuid[] volunteer, $3 uuid[] campaign, $4 uuid[] left, $5 uuid[] right,
--   $6 text[] kind, $7 boolean[] matched, $8 integer[] policy, $9 text[] reason, $10 bytea[] network
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
                  $7::boolean[], $8::integer[], $9::text[], $10::bytea[]) WITH ORDINALITY
           AS w (id, volunteer, campaign, left_item, right_item, kind, matched, policy, reason, network, n)
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
), noted AS (
    INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared, provider)
    SELECT DISTINCT ON (k.campaign, k.volunteer)
           k.campaign, k.volunteer, substr(k.network, 1, 16), get_byte(k.network, 16) = 1,
           nullif(substr(k.network, 18), '')
      FROM known k
     CROSS JOIN LATERAL (SELECT FROM campaign WHERE id = k.campaign AND state IN ('open', 'paused') OFFSET 0) c
     WHERE outcome = 'skipped'
     ORDER BY k.campaign, k.volunteer, k.n
        ON CONFLICT DO NOTHING
), news AS (
    INSERT INTO catalogue_news (skipped, pairs, volunteers, items)
    SELECT true, array_agg(id), array_agg(volunteer),
           (SELECT array_agg(i.item)
              FROM known k CROSS JOIN LATERAL (VALUES (k.left_item), (k.right_item)) AS i (item)
             WHERE k.outcome = 'skipped')
      FROM known WHERE outcome = 'skipped' HAVING count(*) > 0
)
SELECT n, outcome FROM known

-- name: assignment_renew
-- Lets one lease last longer and says what became of that:
--   renewed   now, until the second column
--   answered  judged or skipped before
--   expired   it has ended
--   often     it lasts as long as a lease may already
--   nobody    the volunteer is no more
-- A lease that is not written yet is written here; who writes it behind finds it there.
--   $1 uuid[] id, $2 uuid[] volunteer, $3 uuid[] campaign, $4 uuid[] left, $5 uuid[] right,
--   $6 text[] kind, $7 boolean[] matched, $8 integer[] policy, $9 bigint[] issued s,
--   $10 bigint[] s at which the token ends, $11 bigint[] s to add, $12 bigint[] s from issue to the
--   last end there may be, $13 text[] company; each of one element
--   -> outcome text, s since the epoch (NULL: not renewed)
WITH asked AS MATERIALIZED (
    SELECT w.id, w.volunteer, w.campaign, w.left_item, w.right_item, w.kind, w.matched, w.policy,
           to_timestamp(w.issued) AS issued_at, to_timestamp(w.expires) AS expires_at,
           make_interval(secs => w.more) AS more, make_interval(secs => w.most) AS most, w.company,
           CASE WHEN NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer OFFSET 0)
                THEN 'nobody'
                WHEN EXISTS (SELECT FROM judged_pair p WHERE p.assignment_id = w.id OFFSET 0)
                  OR EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = w.id OFFSET 0)
                THEN 'answered' END AS refused
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
                  $7::boolean[], $8::integer[], $9::bigint[], $10::bigint[], $11::bigint[],
                  $12::bigint[], $13::text[])
           AS w (id, volunteer, campaign, left_item, right_item, kind, matched, policy, issued,
                 expires, more, most, company)
), held AS MATERIALIZED (
    SELECT l.expires_at FROM asked a
     CROSS JOIN LATERAL (SELECT expires_at FROM lease
                          WHERE volunteer_id = a.volunteer AND id = a.id OFFSET 0) l
), renewed AS (
    UPDATE lease l SET expires_at = l.expires_at + a.more
      FROM asked a
     WHERE l.volunteer_id = a.volunteer AND l.id = a.id AND a.refused IS NULL
       AND l.expires_at > now() AND l.expires_at + a.more <= l.issued_at + a.most
    RETURNING l.expires_at
), written AS (
    INSERT INTO lease AS l (id, volunteer_id, campaign_id, left_item, right_item, kind, matched,
                            policy, issued_at, expires_at, company)
    SELECT id, volunteer, campaign, left_item, right_item, kind, matched, policy, issued_at,
           expires_at + more, company
      FROM asked
     WHERE refused IS NULL AND expires_at > now() AND NOT EXISTS (SELECT FROM held)
        ON CONFLICT (volunteer_id, id) DO UPDATE
       SET expires_at = l.expires_at + (SELECT more FROM asked)
     WHERE l.expires_at > now()
       AND l.expires_at + (SELECT more FROM asked) <= l.issued_at + (SELECT most FROM asked)
    RETURNING l.expires_at
), now_ends AS (
    SELECT expires_at FROM renewed UNION ALL SELECT expires_at FROM written
)
SELECT coalesce(a.refused,
                CASE WHEN n.expires_at IS NOT NULL THEN 'renewed'
                     WHEN coalesce((SELECT expires_at FROM held), a.expires_at) <= now() THEN 'expired'
                     ELSE 'often' END),
       floor(extract(epoch FROM n.expires_at))::bigint
  FROM asked a LEFT JOIN now_ends n ON true

-- name: lease_shows
-- Does a volunteer hold a renewed lease of which a file is shown?
--   $1 volunteer uuid, $2 rendition or poster hex, $3 integer s that a lease lasts when it is not renewed,
--   $4 integer s that media are shown beyond its end
--   -> boolean
SELECT EXISTS (
    SELECT FROM (SELECT * FROM lease
                  WHERE volunteer_id = $1::uuid
                    AND expires_at > now() - make_interval(secs => $4::integer)
                    AND expires_at > issued_at + make_interval(secs => $3::integer) OFFSET 0) l
     CROSS JOIN LATERAL (SELECT rendition, poster FROM item
                          WHERE id IN (l.left_item, l.right_item) OFFSET 0) i
     WHERE decode($2, 'hex') IN (i.rendition, i.poster)
       AND EXISTS (SELECT FROM volunteer WHERE id = l.volunteer_id))
