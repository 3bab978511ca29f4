-- SPDX-License-Identifier: Apache-2.0
-- What is decided on notices.

-- name: decision_notice
-- What a decision needs to know. Holds the notice until the transaction ends.
--   $1 notice uuid, $2 account uuid
--   -> state, item uuid or NULL, reason, hides, held?, kept until later?, was the item withdrawn, state of the item or of the
--      contribution, did the account contribute it, did it decide before, is there another moderator who did neither,
--      contribution uuid or NULL, was there a decision on a complaint, are its files encrypted
SELECT n.state, n.item_id, n.reason, n.hides, coalesce(h.held, w.held, false), coalesce(h.kept, w.kept, false),
       EXISTS (SELECT FROM withdrawal t WHERE t.item_id = n.item_id), coalesce(i.state, c.state),
       is_contributor(n.item_id, n.contribution_id, $2::uuid),
       EXISTS (SELECT FROM notice_decision d WHERE d.notice_id = n.id AND d.decided_by = $2::uuid),
       EXISTS (SELECT FROM account a
                WHERE a.role IN ('moderator', 'admin') AND a.state = 'active' AND a.id <> $2::uuid
                  AND NOT is_contributor(n.item_id, n.contribution_id, a.id)
                  AND NOT EXISTS (SELECT FROM notice_decision d WHERE d.notice_id = n.id AND d.decided_by = a.id)),
       n.contribution_id,
       EXISTS (SELECT FROM notice_decision d WHERE d.notice_id = n.id AND d.stage = 'complaint'),
       EXISTS (SELECT FROM held_item k WHERE k.item_id = n.item_id AND k.ended_at IS NULL)
  FROM notice n
  LEFT JOIN item i ON i.id = n.item_id
  LEFT JOIN contribution c ON c.id = n.contribution_id
  LEFT JOIN item_hidden h ON h.item_id = n.item_id
  LEFT JOIN contribution_hidden w ON w.contribution_id = n.contribution_id
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

-- name: decision_block
-- Notes the files of what waited in quarantine as such that are not to come again.
--   $1 contribution uuid
INSERT INTO removed_file (digest, blocks)
SELECT d.digest, true
  FROM contribution c CROSS JOIN LATERAL (VALUES (c.sha256), (c.rendition)) AS d (digest)
 WHERE c.id = $1::uuid AND d.digest IS NOT NULL
    ON CONFLICT DO NOTHING
