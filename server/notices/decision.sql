-- SPDX-License-Identifier: Apache-2.0
-- What is decided on notices.

-- name: decision_notice
-- What a decision needs to know. Holds the notice until the transaction ends.
--   $1 notice uuid, $2 account uuid
--   -> state, item uuid, reason, hides, held?, kept until later?, was the item withdrawn, state of the item, did the account
--      contribute it, did it decide first, is there another moderator who did neither, are its files encrypted
SELECT n.state, n.item_id, n.reason, n.hides, coalesce(h.held, false), coalesce(h.kept, false),
       EXISTS (SELECT FROM withdrawal w WHERE w.item_id = n.item_id), i.state,
       EXISTS (SELECT FROM contribution c WHERE c.item_id = n.item_id AND c.account_id = $2::uuid),
       EXISTS (SELECT FROM notice_decision d WHERE d.notice_id = n.id AND d.decided_by = $2::uuid),
       EXISTS (SELECT FROM account a
                WHERE a.role IN ('moderator', 'admin') AND a.state = 'active' AND a.id <> $2::uuid
                  AND NOT EXISTS (SELECT FROM contribution c WHERE c.item_id = n.item_id AND c.account_id = a.id)
                  AND NOT EXISTS (SELECT FROM notice_decision d WHERE d.notice_id = n.id AND d.decided_by = a.id)),
       EXISTS (SELECT FROM held_item k WHERE k.item_id = n.item_id AND k.ended_at IS NULL)
  FROM notice n JOIN item i ON i.id = n.item_id
  LEFT JOIN item_hidden h ON h.item_id = n.item_id
 WHERE n.id = $1::uuid FOR UPDATE OF n

-- name: decision_add
--   $1 notice uuid, $2 stage, $3 outcome, $4 action, $5 kind of ground, $6 ground, $7 facts, $8 automated?, $9 independent?,
--   $10 authority or NULL, $11 account uuid
WITH made AS (
    INSERT INTO notice_decision (notice_id, stage, outcome, action, ground_kind, ground, facts, automated, independent,
                                 authority, decided_by)
    VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8::boolean, $9::boolean, $10, $11::uuid)
    RETURNING notice_id)
UPDATE notice SET state = CASE $2 WHEN 'first' THEN 'decided' ELSE 'closed' END WHERE id IN (SELECT notice_id FROM made)

-- name: decision_review
-- A moderator is to look at the label of an item that the crowd has, or had.
--   $1 item uuid -> how many
WITH moved AS (
    UPDATE item SET state = 'disputed' WHERE id = $1::uuid AND state IN ('in_service', 'retired') RETURNING id
), opened AS (
    INSERT INTO dispute (item_id, reason, judgments)
    SELECT m.id, 'notice', coalesce(c.judgments, 0)
      FROM moved m LEFT JOIN consensus c ON c.item_id = m.id
        ON CONFLICT (item_id) WHERE state = 'open' DO NOTHING)
SELECT count(*) FROM moved

-- name: decision_contributor
-- Whom a decision on an item concerns beside who sent the notice: the account that contributed it.
--   $1 item uuid -> email
SELECT a.email FROM contribution c JOIN account a ON a.id = c.account_id AND a.state = 'active' WHERE c.item_id = $1::uuid
