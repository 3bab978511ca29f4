-- SPDX-License-Identifier: Apache-2.0

-- name: ruling_list
-- The rulings of an item, oldest first.
--   $1 item uuid, $2 account uuid, $3 seconds in which who made the newest may undo it
--   -> id, dispute uuid, ruling, is it a correction?, what it undoes (or NULL), reason, by whom, is that the one who asks?,
--      when, until when they may undo it (or NULL), not independent?
SELECT r.id, r.dispute_id, r.ruling, r.correction, r.undoes, r.reason, a.email, r.account_id = $2::uuid,
       rfc3339(r.ruled_at),
       CASE WHEN r.account_id = $2::uuid AND r.ruling <> 'undo' AND u.until > now()
             AND r.number = max(r.number) OVER () THEN rfc3339(u.until) END, r.not_independent
  FROM ruling r
  JOIN account a ON a.id = r.account_id
 CROSS JOIN LATERAL (SELECT r.ruled_at + make_interval(secs => $3::integer) AS until) u
 WHERE r.item_id = $1::uuid
 ORDER BY r.number

-- name: ruling_state
-- How a dispute, which dispute_lock holds, stands for one moderator who would rule.
--   $1 dispute uuid, $2 account uuid, $3 seconds in which a ruling may be undone
--   -> state, holds the claim, has given a verdict, item uuid, item is withdrawn, there is a later dispute
--      that the crowd has not settled, item is gold that was released, newest ruling of the dispute: id
--      (NULL: none), ruling, reason, made by this account, young enough to be undone, which it undoes;
--      the ruling that counts again when the newest is undone (undo: none); an item of this account's own?, may anybody else
--      rule on it?, round of opinions, when the campaign demands a second one, the item's truth (or NULL), gold?
SELECT d.state, coalesce(c.account_id = $2::uuid AND c.expires_at > now(), false),
       b.dispute_id IS NOT NULL, d.item_id, i.state = 'withdrawn',
       EXISTS (SELECT FROM dispute l WHERE l.item_id = d.item_id AND l.state <> 'withdrawn'
                  AND (l.opened_at, l.id) > (d.opened_at, d.id)),
       i.gold AND EXISTS (SELECT FROM item_split s WHERE s.item_id = i.id),
       r.id, r.ruling, r.reason, coalesce(r.account_id = $2::uuid, false),
       coalesce(r.ruled_at > now() - make_interval(secs => $3::integer), false), r.undoes,
       CASE WHEN r.correction THEN (SELECT e.ruling FROM ruling e
                                     WHERE e.dispute_id = d.id AND e.number < r.number
                                     ORDER BY e.number DESC LIMIT 1)
            ELSE 'undo' END,
       has_interest(d.item_id, $2::uuid), another_may_rule(d.item_id, $2::uuid), dispute_round(d.id),
       k.second_opinion, i.truth, i.gold
  FROM dispute d
  JOIN item i ON i.id = d.item_id
  JOIN campaign k ON k.id = d.campaign_id
  LEFT JOIN claim c ON c.dispute_id = d.id
  LEFT JOIN blind_verdict b ON b.dispute_id = d.id AND b.account_id = $2::uuid
  LEFT JOIN LATERAL (SELECT * FROM ruling n WHERE n.dispute_id = d.id ORDER BY n.number DESC LIMIT 1) r ON true
 WHERE d.id = $1::uuid

-- name: ruling_store
-- Stores a ruling and closes the dispute; the item is settled, or asked about again. An undone
-- ruling opens it again, and gives it back to who undid it.
--   $1 dispute uuid, $2 account uuid, $3 ruling, $4 reason, $5 is a correction, $6 ruling that it undoes or NULL,
--   $7 seconds of a claim, $8 not independent
WITH ruled AS (
    INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason, correction, undoes, ruled_at, not_independent)
    SELECT id, item_id, $2::uuid, $3, $4, $5::boolean, $6::uuid, clock_timestamp(), $8::boolean FROM dispute WHERE id = $1::uuid
    RETURNING *
), closed AS (
    UPDATE dispute d
       SET state = CASE WHEN $3 = 'undo' THEN 'open' ELSE 'ruled' END,
           closed_at = CASE WHEN $3 = 'undo' THEN NULL ELSE coalesce(d.closed_at, r.ruled_at) END,
           escalated_to = NULL,
           opinions = CASE WHEN $3 = 'undo' THEN (SELECT count(*) FROM opinion o
                                                   WHERE o.dispute_id = d.id AND o.round = 0 AND o.undone_at IS NULL
                                                     AND o.account_id <> $2::uuid)
                      ELSE 0 END
      FROM ruled r WHERE d.id = r.dispute_id
), taken_back AS (
    UPDATE opinion o SET undone_at = clock_timestamp()
     WHERE $3 = 'undo' AND o.dispute_id = $1::uuid AND o.round = 0 AND o.account_id = $2::uuid AND o.undone_at IS NULL
), settled AS (
    UPDATE item i
       SET state = CASE r.ruling WHEN 'reopen' THEN 'in_service' WHEN 'undo' THEN 'disputed' ELSE 'settled' END
      FROM ruled r WHERE i.id = r.item_id
), unclaimed AS (
    DELETE FROM claim WHERE dispute_id = $1::uuid AND $3 <> 'undo'
)
INSERT INTO claim (dispute_id, account_id, expires_at)
SELECT dispute_id, account_id, now() + make_interval(secs => $7::integer) FROM ruled WHERE ruling = 'undo'
    ON CONFLICT (dispute_id) DO UPDATE SET account_id = excluded.account_id, expires_at = excluded.expires_at
