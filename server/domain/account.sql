-- name: account_create
-- A new account with a one-time password.
--   $1 email, $2 role, $3 password hash
--   -> id uuid (no row: the address is taken)
INSERT INTO account (email, role, password_hash) VALUES (lower($1), $2, $3)
ON CONFLICT (email) DO NOTHING
RETURNING id

-- name: account_by_email
--   $1 email
--   -> id, email, role, password_hash, one_time
SELECT id, email, role, password_hash, one_time
  FROM account WHERE email = lower($1::text COLLATE "C") AND state = 'active'

-- name: account_by_session
-- Who holds a session cookie.
--   $1 token hash hex
--   -> id, email, role, password_hash, one_time
SELECT a.id, a.email, a.role, a.password_hash, a.one_time
  FROM session s JOIN account a ON a.id = s.account_id
 WHERE s.token_hash = decode($1, 'hex') AND s.expires_at > now() AND a.state = 'active'

-- name: account_by_token
-- Who holds a bearer token.
--   $1 token hash hex
--   -> id, email, role, password_hash, one_time
SELECT a.id, a.email, a.role, a.password_hash, false
  FROM api_token t JOIN account a ON a.id = t.account_id
 WHERE t.token_hash = decode($1, 'hex') AND (t.expires_at IS NULL OR t.expires_at > now())
   AND a.state = 'active'

-- name: account_set_password
-- A password of the account's own; every other session of it ends.
--   $1 account uuid, $2 password hash
WITH ended AS (DELETE FROM session WHERE account_id = $1::uuid)
UPDATE account SET password_hash = $2, one_time = false WHERE id = $1::uuid

-- name: account_sign_in
-- Begins a session, unless the password has changed since it was checked; sessions that ran out
-- are cleared away.
--   $1 token hash hex, $2 account uuid, $3 seconds, $4 password hash
WITH old AS (DELETE FROM session WHERE expires_at < now())
INSERT INTO session (token_hash, account_id, expires_at)
SELECT decode($1, 'hex'), id, now() + make_interval(secs => $3::integer)
  FROM account WHERE id = $2::uuid AND password_hash = $4 AND state = 'active'
   FOR SHARE

-- name: account_sign_out
-- Ends a session.
--   $1 token hash hex
DELETE FROM session WHERE token_hash = decode($1, 'hex')

-- name: account_make_token
-- A bearer token of an account.
--   $1 token hash hex, $2 email, $3 days (NULL: for ever)
--   -> id (no row: there is no such account)
INSERT INTO api_token (token_hash, account_id, expires_at)
SELECT decode($1, 'hex'), id, now() + make_interval(days => $3::integer)
  FROM account WHERE email = lower($2) AND state = 'active'
RETURNING id
