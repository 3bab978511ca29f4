-- SPDX-License-Identifier: Apache-2.0
-- What whoever contributed something is told of a decision on a notice about it.

-- name: statement_contributors
-- Whom a decision concerns beside who sent the notice.
--   $1 notice uuid
--   -> contribution uuid, address of the account (NULL: a volunteer, or the account is none any more), was a statement made before?
SELECT c.id, a.email, EXISTS (SELECT FROM notice_statement s WHERE s.notice_id = n.id AND s.contribution_id = c.id)
  FROM notice n
 CROSS JOIN LATERAL (SELECT id, account_id FROM contribution WHERE item_id = n.item_id
                      UNION SELECT id, account_id FROM contribution WHERE id = n.contribution_id) c
  LEFT JOIN account a ON a.id = c.account_id AND a.state = 'active'
 WHERE n.id = $1::uuid
 ORDER BY c.id

-- name: statement_add
--   $1 notice uuid, $2 contribution uuid, $3 digest hex of a reference, or NULL
INSERT INTO notice_statement (notice_id, contribution_id, digest) VALUES ($1::uuid, $2::uuid, decode($3, 'hex'))

-- name: statement_list
-- Those of a contributor, newest first.
--   $1 account uuid or NULL, $2 volunteer uuid or NULL, $3 how many
--   -> id, contribution uuid, notice uuid
SELECT s.id, s.contribution_id, s.notice_id
  FROM (SELECT id FROM contribution WHERE account_id = $1::uuid
         UNION SELECT id FROM contribution WHERE volunteer_id = $2::uuid) c
 CROSS JOIN LATERAL (SELECT id, contribution_id, notice_id, made_at FROM notice_statement WHERE contribution_id = c.id OFFSET 0) s
 ORDER BY s.made_at DESC, s.id LIMIT $3::integer

-- name: statement_find
-- One of a contributor.
--   $1 statement uuid, $2 account uuid or NULL, $3 volunteer uuid or NULL
--   -> id, contribution uuid, notice uuid (no row: there is none, or it is another's)
SELECT s.id, s.contribution_id, s.notice_id
  FROM notice_statement s JOIN contribution c ON c.id = s.contribution_id
 WHERE s.id = $1::uuid AND (c.account_id = $2::uuid OR c.volunteer_id = $3::uuid)
