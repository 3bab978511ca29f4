-- SPDX-License-Identifier: Apache-2.0

-- name: desk_queues
-- How many wait in each queue for a moderator, and since when.
--   $1 account uuid
--   -> queue, how many, the oldest since (or NULL)
SELECT 'disputes', (SELECT coalesce(sum(disputes), 0) FROM dispute_count WHERE state = 'open')::bigint,
       (SELECT rfc3339(min(d.opened_at))
          FROM unnest(dispute_reasons()) r (reason) CROSS JOIN unnest(ARRAY['image', 'video', 'audio']) m (media_type)
         CROSS JOIN LATERAL (SELECT opened_at FROM dispute
                              WHERE state = 'open' AND reason = r.reason AND media_type = m.media_type
                              ORDER BY opened_at LIMIT 1) d)
 UNION ALL
SELECT 'contributions', count(*), rfc3339(min(created_at)) FROM contribution c
 WHERE state = 'quarantined' AND NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = c.id)
 UNION ALL
SELECT 'notices', count(*), rfc3339(min(made_at)) FROM notice WHERE state = 'open'
 UNION ALL
SELECT 'appeals', count(*), rfc3339(min(c.made_at)) FROM notice n
 CROSS JOIN LATERAL (SELECT max(made_at) AS made_at FROM notice_complaint WHERE notice_id = n.id) c
 WHERE n.state = 'contested'
 UNION ALL
SELECT 'second_opinions', count(*), rfc3339(min(d.opened_at)) FROM dispute d
 WHERE d.opinions > 0
   AND NOT EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = $1::uuid
                      AND o.undone_at IS NULL AND o.round = dispute_round(d.id))
 UNION ALL
SELECT 'escalated', count(*), rfc3339(min(d.opened_at)) FROM dispute d WHERE d.escalated_to = $1::uuid

-- name: desk_colleagues
-- Who else may rule.
--   $1 account uuid -> address
SELECT email FROM account WHERE role IN ('moderator', 'admin') AND state = 'active' AND id <> $1::uuid ORDER BY email

-- name: desk_campaigns
-- Campaigns that have a dispute.
--   -> name
SELECT k.name
  FROM (SELECT campaign_id FROM dispute_count GROUP BY campaign_id HAVING sum(disputes) > 0) c
  JOIN campaign k ON k.id = c.campaign_id
 ORDER BY k.name COLLATE "C"

-- name: desk_exposure
-- What each moderator has looked at and decided.
--   -> address, role, state, judged today, in seven days, in thirty, ever; of those in thirty days sensitive; evidence of
--      colleagues' disputes that they read in thirty days, rulings in thirty days, of those not independent, the last act
SELECT a.email, a.role, a.state, v.today, v.week, v.month, v.ever, v.sensitive, e.month, r.month, r.not_independent,
       rfc3339(greatest(v.last, e.last, r.last))
  FROM account a
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE b.given_at > now() - interval '1 day') AS today,
              count(*) FILTER (WHERE b.given_at > now() - interval '7 days') AS week,
              count(*) FILTER (WHERE b.given_at > now() - interval '30 days') AS month, count(*) AS ever,
              count(*) FILTER (WHERE b.given_at > now() - interval '30 days'
                                 AND (SELECT i.sensitive FROM dispute d JOIN item i ON i.id = d.item_id
                                       WHERE d.id = b.dispute_id)) AS sensitive,
              max(b.given_at) AS last
         FROM blind_verdict b WHERE b.account_id = a.id) v
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE s.seen_at > now() - interval '30 days') AS month, max(s.seen_at) AS last
         FROM evidence_seen s WHERE s.account_id = a.id) e
 CROSS JOIN LATERAL (
       SELECT count(*) AS month, count(*) FILTER (WHERE u.not_independent) AS not_independent, max(u.ruled_at) AS last
         FROM ruling u WHERE u.account_id = a.id AND u.ruled_at > now() - interval '30 days') r
 WHERE a.role IN ('moderator', 'admin') OR v.ever > 0
 ORDER BY a.email

-- name: note_dispute
-- The item of a dispute, and whether what others wrote of it may be read: after the own verdict, or when it is ruled; where
-- a second opinion is asked for, after the own opinion.
--   $1 dispute uuid, $2 account uuid
--   -> item uuid, may be read?
SELECT d.item_id,
       d.state = 'ruled' AND d.opinions = 0 AND NOT EXISTS (
           SELECT FROM item i JOIN item n ON n.lineage = i.lineage
             JOIN dispute o ON o.item_id = n.id AND o.state = 'open'
            WHERE i.id = d.item_id
              AND NOT EXISTS (SELECT FROM blind_verdict v WHERE v.dispute_id = o.id AND v.account_id = $2::uuid))
       OR EXISTS (SELECT FROM blind_verdict v WHERE v.dispute_id = d.id AND v.account_id = $2::uuid)
          AND (d.opinions = 0 OR EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = $2::uuid
                                            AND o.undone_at IS NULL AND o.round = dispute_round(d.id)))
  FROM dispute d WHERE d.id = $1::uuid

-- name: note_contribution
-- A contribution that waits, or waited; of one that is an item in dispute the dispute's page tells.
--   $1 contribution uuid -> uuid, may be read?
SELECT c.id, NOT EXISTS (SELECT FROM dispute d WHERE d.item_id = c.id AND d.state = 'open')
  FROM contribution c WHERE c.id = $1::uuid

-- name: note_list
-- What moderators wrote of an item, and why they passed its disputes on, oldest first.
--   $1 item uuid, $2 account uuid, $3 what others wrote, too
--   -> text, by whom, is that the one who asks?, when, to whom it was passed on (NULL: a note)
SELECT n.text, a.email, n.account_id = $2::uuid, rfc3339(n.at), t.email
  FROM (SELECT text, account_id, written_at AS at, NULL::uuid AS to_account FROM note WHERE subject = $1::uuid
         UNION ALL
        SELECT e.reason, e.account_id, e.escalated_at, e.to_account
          FROM dispute d JOIN escalation e ON e.dispute_id = d.id WHERE d.item_id = $1::uuid) n
  JOIN account a ON a.id = n.account_id
  LEFT JOIN account t ON t.id = n.to_account
 WHERE $3::boolean OR n.account_id = $2::uuid
 ORDER BY n.at

-- name: note_write
--   $1 item uuid, $2 account uuid, $3 text
INSERT INTO note (subject, account_id, text) VALUES ($1::uuid, $2::uuid, $3)

-- name: escalation_to
-- Whom a dispute, which dispute_lock holds, may be passed to.
--   $1 dispute uuid, $2 account uuid, $3 address of a colleague
--   -> state, colleague uuid (NULL: no such moderator), the one who asks?, is the item theirs and may somebody else rule?,
--      did they give their opinion?, may the one who asks pass it on?
SELECT d.state, a.id, coalesce(a.id = $2::uuid, false),
       a.id IS NOT NULL AND has_interest(d.item_id, a.id) AND another_may_rule(d.item_id, a.id),
       EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = a.id
                  AND o.undone_at IS NULL AND o.round = dispute_round(d.id)),
       CASE WHEN c.expires_at > now() THEN c.account_id = $2::uuid
            ELSE d.escalated_to IS NULL OR d.escalated_to = $2::uuid
                 OR (SELECT role FROM account WHERE id = $2::uuid) = 'admin' END
  FROM dispute d
  LEFT JOIN claim c ON c.dispute_id = d.id
  LEFT JOIN account a ON a.email = lower($3) AND a.role IN ('moderator', 'admin') AND a.state = 'active'
 WHERE d.id = $1::uuid

-- name: escalation_store
-- Passes a dispute on, and gives the claim on it back.
--   $1 dispute uuid, $2 account uuid, $3 colleague uuid, $4 reason
WITH passed AS (
    UPDATE dispute SET escalated_to = $3::uuid WHERE id = $1::uuid
), unclaimed AS (
    DELETE FROM claim WHERE dispute_id = $1::uuid
)
INSERT INTO escalation (dispute_id, account_id, to_account, reason) VALUES ($1::uuid, $2::uuid, $3::uuid, $4)
