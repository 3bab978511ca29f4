-- SPDX-License-Identifier: Apache-2.0

-- name: opinion_draw
-- Draws once whether chance asks for a second opinion on a dispute, which dispute_lock holds.
--   $1 dispute uuid -> drawn?
UPDATE dispute d SET drawn = coalesce(d.drawn, random() < k.second_share)
  FROM campaign k WHERE d.id = $1::uuid AND k.id = d.campaign_id
RETURNING d.drawn

-- name: opinion_round
-- How the present round of a dispute, which dispute_lock holds, stands for one moderator.
--   $1 dispute uuid, $2 account uuid, $3 round, $4 the ruling that they would make
--   -> opinions of others, one of them agrees?, own opinion's ruling and reason (NULL: none), is there anybody who could
--      give another?
SELECT count(*) FILTER (WHERE o.account_id <> $2::uuid), coalesce(bool_or(o.account_id <> $2::uuid AND o.ruling = $4), false),
       max(o.ruling) FILTER (WHERE o.account_id = $2::uuid), max(o.reason) FILTER (WHERE o.account_id = $2::uuid),
       EXISTS (SELECT FROM dispute d JOIN account a
                   ON a.role IN ('moderator', 'admin') AND a.state = 'active' AND a.id <> $2::uuid
                WHERE d.id = $1::uuid AND NOT has_interest(d.item_id, a.id)
                  AND NOT EXISTS (SELECT FROM opinion g WHERE g.dispute_id = d.id AND g.round = $3::integer
                                     AND g.account_id = a.id AND g.undone_at IS NULL))
  FROM opinion o
 WHERE o.dispute_id = $1::uuid AND o.round = $3::integer AND o.undone_at IS NULL

-- name: opinion_store
-- Stores an opinion, and gives the claim back where it waits for another's.
--   $1 dispute uuid, $2 account uuid, $3 round, $4 ruling, $5 reason, $6 waits?
WITH counted AS (
    UPDATE dispute SET opinions = opinions + 1, escalated_to = NULL WHERE id = $1::uuid AND $6::boolean
), unclaimed AS (
    DELETE FROM claim WHERE dispute_id = $1::uuid AND $6::boolean
)
INSERT INTO opinion (dispute_id, item_id, account_id, round, ruling, reason)
SELECT id, item_id, $2::uuid, $3::integer, $4, $5 FROM dispute WHERE id = $1::uuid

-- name: opinion_own
-- The opinion of one moderator in the present round.
--   $1 dispute uuid, $2 account uuid, $3 seconds in which it may be undone
--   -> id, ruling, reason, given at, until when it may be undone (or NULL)
SELECT o.id, o.ruling, o.reason, rfc3339(o.given_at),
       CASE WHEN u.until > now() THEN rfc3339(u.until) END
  FROM dispute d
  JOIN opinion o ON o.dispute_id = d.id AND o.account_id = $2::uuid AND o.undone_at IS NULL AND o.round = dispute_round(d.id)
 CROSS JOIN LATERAL (SELECT o.given_at + make_interval(secs => $3::integer) AS until) u
 WHERE d.id = $1::uuid AND d.opinions > 0

-- name: opinion_given
-- An opinion of one moderator on a dispute, which dispute_lock holds.
--   $1 dispute uuid, $2 account uuid, $3 opinion uuid, $4 seconds in which it may be undone
--   -> undone?, of the present round and not part of a ruling?, young enough? (no row: there is none)
SELECT o.undone_at IS NOT NULL, d.opinions > 0 AND o.round = dispute_round(d.id),
       o.given_at > now() - make_interval(secs => $4::integer)
  FROM dispute d JOIN opinion o ON o.dispute_id = d.id
 WHERE d.id = $1::uuid AND o.id = $3::uuid AND o.account_id = $2::uuid

-- name: opinion_undo
-- Takes an opinion back. Whoever gave it has the claim again, unless another works on the dispute.
--   $1 dispute uuid, $2 account uuid, $3 opinion uuid, $4 seconds of a claim
WITH undone AS (
    UPDATE opinion SET undone_at = clock_timestamp() WHERE id = $3::uuid
), counted AS (
    UPDATE dispute SET opinions = opinions - 1 WHERE id = $1::uuid
    RETURNING state
)
INSERT INTO claim AS c (dispute_id, account_id, expires_at)
SELECT $1::uuid, $2::uuid, now() + make_interval(secs => $4::integer) FROM counted WHERE state = 'open'
    ON CONFLICT (dispute_id) DO UPDATE SET account_id = excluded.account_id, expires_at = excluded.expires_at
 WHERE c.expires_at <= now()

-- name: opinion_counts
-- How moderators agree where several gave opinions of an item, blind of one another: for each item, those that say
-- fake and those that say real.
--   -> fake, real
SELECT count(*) FILTER (WHERE ruling = 'fake'), count(*) FILTER (WHERE ruling = 'real')
  FROM opinion WHERE undone_at IS NULL AND ruling IN ('fake', 'real')
 GROUP BY dispute_id, round
HAVING count(*) > 1

-- name: opinion_against_rulings
-- Each moderator against the rulings in force: their opinions, and their blind verdicts.
--   -> address, opinions, of those as was ruled, blind verdicts, of those as was ruled
SELECT a.email, coalesce(o.given, 0), coalesce(o.as_ruled, 0), v.given, v.as_ruled
  FROM account a
 CROSS JOIN LATERAL (
       SELECT count(*) AS given, count(*) FILTER (WHERE b.verdict = s.ruling) AS as_ruled
         FROM blind_verdict b
         JOIN dispute d ON d.id = b.dispute_id
        CROSS JOIN LATERAL (SELECT ruling FROM ruling r WHERE r.item_id = d.item_id ORDER BY r.number DESC LIMIT 1) s
        WHERE b.account_id = a.id AND b.blind AND s.ruling IN ('real', 'fake')) v
  LEFT JOIN LATERAL (
       SELECT count(*) AS given, count(*) FILTER (WHERE p.ruling = s.ruling) AS as_ruled
         FROM opinion p
        CROSS JOIN LATERAL (SELECT ruling FROM ruling r WHERE r.item_id = p.item_id ORDER BY r.number DESC LIMIT 1) s
        WHERE p.account_id = a.id AND p.undone_at IS NULL AND s.ruling IN ('real', 'fake')) o ON true
 WHERE v.given > 0 OR o.given > 0
 ORDER BY a.email
