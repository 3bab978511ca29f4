-- SPDX-License-Identifier: Apache-2.0

-- name: api_token_make
--   $1 token hash hex, $2 account uuid, $3 name, $4 scopes or NULL, $5 days
--   -> id (no row: the account is disabled)
INSERT INTO api_token (token_hash, account_id, name, scopes, expires_at)
SELECT decode($1, 'hex'), id, $3, $4, now() + make_interval(days => $5::integer)
  FROM account WHERE id = $2::uuid AND state = 'active'
RETURNING id

-- name: api_token_revoke
--   $1 account uuid, $2 token uuid
DELETE FROM api_token WHERE account_id = $1::uuid AND id = $2::uuid
