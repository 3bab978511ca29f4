-- SPDX-License-Identifier: Apache-2.0

-- name: account_create
-- A new account with a one-time password.
--   $1 email, $2 role, $3 password hash
--   -> id uuid (no row: the address is taken)
INSERT INTO account (email, role, password_hash) VALUES (lower($1::text COLLATE "C"), $2, $3)
ON CONFLICT (email) DO NOTHING
RETURNING id

-- name: account_by_email
--   $1 email
--   -> id, email, role, password_hash, one_time, has a second factor, NULL, a one-time password that opens nothing any more
SELECT id, email, role, password_hash, one_time, has_factor(id), NULL,
       one_time AND (one_time_spent OR one_time_until <= now())
  FROM account WHERE email = lower($1::text COLLATE "C") AND state = 'active'

-- name: account_by_session
-- Who holds a session cookie. That it was used is noted once a minute.
--   $1 token hash hex, $2 seconds after which an idle session has ended
--   -> id, email, role, password_hash, one_time, has a second factor, NULL
WITH live AS MATERIALIZED (
    SELECT token_hash, account_id, seen_at FROM session
     WHERE token_hash = decode($1, 'hex') AND expires_at > now()
       AND seen_at > now() - make_interval(secs => $2::integer)
), used AS (
    UPDATE session s SET seen_at = now() FROM live l
     WHERE s.token_hash = l.token_hash AND l.seen_at < now() - interval '1 minute'
)
SELECT a.id, a.email, a.role, a.password_hash, a.one_time, has_factor(a.id), NULL
  FROM live l JOIN account a ON a.id = l.account_id AND a.state = 'active'

-- name: account_by_token
-- Who holds a bearer token. That it was used is noted once a minute.
--   $1 token hash hex
--   -> id, email, role, password_hash, one_time, has a second factor, scopes or NULL
WITH live AS MATERIALIZED (
    SELECT id, account_id, scopes, used_at FROM api_token
     WHERE token_hash = decode($1, 'hex') AND expires_at > now()
), used AS (
    UPDATE api_token t SET used_at = now() FROM live l
     WHERE t.id = l.id AND coalesce(l.used_at < now() - interval '1 minute', true)
)
SELECT a.id, a.email, a.role, a.password_hash, false, has_factor(a.id), l.scopes
  FROM live l JOIN account a ON a.id = l.account_id AND a.state = 'active'

-- name: account_set_password
-- A password of the account's own; every session, every token and every link to it ends.
--   $1 account uuid, $2 password hash
WITH ended AS (DELETE FROM session WHERE account_id = $1::uuid),
     revoked AS (DELETE FROM api_token WHERE account_id = $1::uuid),
     over AS (DELETE FROM password_link WHERE account_id = $1::uuid)
UPDATE account SET password_hash = $2, one_time = false WHERE id = $1::uuid

-- name: account_sign_in
-- Begins a session, unless the password has changed since it was checked, or is a one-time password
-- that opens nothing any more; sessions that ran out are cleared away.
--   $1 token hash hex, $2 account uuid, $3 seconds, $4 password hash, $5 network or NULL
--   -> failed tries since the last sign-in (no row: refused)
WITH old AS (
    DELETE FROM session WHERE expires_at < now()
), before AS MATERIALIZED (
    SELECT id, failed_sign_ins FROM account
     WHERE id = $2::uuid AND password_hash = $4 AND state = 'active'
       AND (NOT one_time OR NOT one_time_spent AND one_time_until > now())
       FOR UPDATE
), opened AS (
    UPDATE account a SET one_time_spent = a.one_time, failed_sign_ins = 0
      FROM before b WHERE a.id = b.id
), begun AS (
    INSERT INTO session (token_hash, account_id, expires_at, network)
    SELECT decode($1, 'hex'), id, now() + make_interval(secs => $3::integer), $5 FROM before
), known AS (
    INSERT INTO known_network (account_id, network) SELECT id, $5 FROM before WHERE $5 IS NOT NULL
    ON CONFLICT (account_id, network) DO UPDATE SET seen_at = now()
), forgotten AS (
    DELETE FROM known_network k USING before b
     WHERE k.account_id = b.id AND k.seen_at < now() - interval '90 days' AND k.network IS DISTINCT FROM $5
)
SELECT failed_sign_ins FROM before

-- name: account_note_failure
-- Counts a wrong password, and notes it as an act, of whichever account: 600 in an hour at most, so that who guesses does
-- not fill the audit trail. The commit need not wait for the disk: an account that is there must not be told from one that
-- is not by the time this takes.
--   $1 email
WITH counted AS (
    UPDATE account SET failed_sign_ins = failed_sign_ins + 1
      FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lightly
     WHERE email = lower($1::text COLLATE "C")
    RETURNING id
)
INSERT INTO act (kind, actor, subject_kind, subject)
SELECT 'sign_in_failed', 'visitor', 'account', (SELECT id FROM counted)
  FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lightly
 WHERE NOT coalesce((SELECT at > now() - interval '1 hour' FROM audit
                      WHERE kind = 'sign_in_failed' ORDER BY seq DESC OFFSET 599 LIMIT 1), false)

-- name: account_known_network
-- Did somebody sign in to this account from this network within ninety days?
--   $1 email, $2 network
--   -> boolean
SELECT EXISTS (SELECT FROM account a JOIN known_network k ON k.account_id = a.id
                WHERE a.email = lower($1::text COLLATE "C") AND k.network = $2 AND k.seen_at > now() - interval '90 days')

-- name: account_sign_out
-- Ends a session.
--   $1 token hash hex
DELETE FROM session WHERE token_hash = decode($1, 'hex')

-- name: account_make_token
-- A bearer token of an account.
--   $1 token hash hex, $2 email, $3 days
--   -> id (no row: there is no such account)
INSERT INTO api_token (token_hash, account_id, expires_at)
SELECT decode($1, 'hex'), id, now() + make_interval(days => $3::integer)
  FROM account WHERE email = lower($2::text COLLATE "C") AND state = 'active'
RETURNING id

-- ---------------------------------------------------------------- what an operator does

-- name: account_list
--   -> email, role, state, has a one-time password, sessions, tokens, made on
SELECT a.email, a.role, a.state, a.one_time,
       (SELECT count(*) FROM session s WHERE s.account_id = a.id AND s.expires_at > now()),
       (SELECT count(*) FROM api_token t WHERE t.account_id = a.id AND t.expires_at > now()),
       rfc3339(a.created_at)
  FROM account a ORDER BY a.email

-- name: account_set_role
--   $1 email, $2 role
UPDATE account SET role = $2 WHERE email = lower($1::text COLLATE "C")

-- name: account_reset
-- A new one-time password; whoever is signed in is so no longer, tokens included.
--   $1 email, $2 password hash
WITH who AS (
    UPDATE account
       SET password_hash = $2, one_time = true, one_time_spent = false,
           one_time_until = now() + interval '7 days'
     WHERE email = lower($1::text COLLATE "C") RETURNING id
), ended AS (
    DELETE FROM session USING who WHERE account_id = who.id
), revoked AS (
    DELETE FROM api_token USING who WHERE account_id = who.id
), over AS (
    DELETE FROM password_link USING who WHERE account_id = who.id
)
SELECT id FROM who

-- name: account_set_state
-- Disabled: nothing opens it, and all that was open ends.
--   $1 email, $2 active or disabled
WITH who AS (
    UPDATE account SET state = $2 WHERE email = lower($1::text COLLATE "C") RETURNING id, state
), ended AS (
    DELETE FROM session USING who WHERE account_id = who.id AND who.state = 'disabled'
), revoked AS (
    DELETE FROM api_token USING who WHERE account_id = who.id AND who.state = 'disabled'
), over AS (
    DELETE FROM password_link USING who WHERE account_id = who.id AND who.state = 'disabled'
)
SELECT id FROM who

-- name: account_drop_factor
--   $1 email
--   -> how many were removed (no row: there is no such account)
WITH who AS (SELECT id FROM account WHERE email = lower($1::text COLLATE "C")),
     gone AS (DELETE FROM second_factor USING who WHERE account_id = who.id RETURNING 1)
SELECT (SELECT count(*) FROM gone) FROM who

-- name: account_end_sessions
--   $1 email
--   -> how many ended (no row: there is no such account)
WITH who AS (SELECT id FROM account WHERE email = lower($1::text COLLATE "C")),
     ended AS (DELETE FROM session USING who WHERE account_id = who.id RETURNING 1)
SELECT (SELECT count(*) FROM ended) FROM who

-- name: account_revoke_tokens
--   $1 email
--   -> how many were revoked (no row: there is no such account)
WITH who AS (SELECT id FROM account WHERE email = lower($1::text COLLATE "C")),
     revoked AS (DELETE FROM api_token USING who WHERE account_id = who.id RETURNING 1)
SELECT (SELECT count(*) FROM revoked) FROM who
