-- SPDX-License-Identifier: Apache-2.0

-- name: password_link_make
--   $1 account uuid, $2 token hash hex, $3 seconds
--   -> a row, where there is such an account and it is active
INSERT INTO password_link (account_id, token_hash, expires_at)
SELECT id, decode($2, 'hex'), now() + make_interval(secs => $3::integer) FROM account WHERE id = $1::uuid AND state = 'active'
ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = now(), expires_at = excluded.expires_at
RETURNING true

-- name: password_link_ask
-- The same for whom an address belongs to, unless a link was made a moment ago. The commit need not wait for the disk: an
-- account that is there must not be told from one that is not by the time this takes.
--   $1 email, $2 token hash hex, $3 seconds, $4 seconds between two links
--   -> the account's address
WITH who AS (
    SELECT id, email FROM account, (SELECT set_config('synchronous_commit', 'off', true)) AS lightly
     WHERE email = lower($1::text COLLATE "C") AND state = 'active'
), made AS (
    INSERT INTO password_link AS l (account_id, token_hash, expires_at)
    SELECT id, decode($2, 'hex'), now() + make_interval(secs => $3::integer) FROM who
    ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = now(), expires_at = excluded.expires_at
     WHERE l.made_at < now() - make_interval(secs => $4::integer)
    RETURNING account_id
)
SELECT email FROM who JOIN made ON account_id = id

-- name: password_link_find
--   $1 token hash hex
--   -> the account's address
SELECT a.email FROM password_link l JOIN account a ON a.id = l.account_id
 WHERE l.token_hash = decode($1, 'hex') AND l.expires_at > now() AND a.state = 'active'

-- name: password_link_use
-- A password of the account's own; the link, every session and every token of it end.
--   $1 token hash hex, $2 password hash
--   -> a row, unless the link is over
WITH used AS (
    DELETE FROM password_link WHERE token_hash = decode($1, 'hex') AND expires_at > now() RETURNING account_id
), changed AS (
    UPDATE account a SET password_hash = $2, one_time = false FROM used u
     WHERE a.id = u.account_id AND a.state = 'active' RETURNING a.id
), ended AS (
    DELETE FROM session USING changed WHERE account_id = changed.id
), revoked AS (
    DELETE FROM api_token USING changed WHERE account_id = changed.id
)
SELECT true FROM changed

-- name: newcomer_add
--   $1 email, $2 role, $3 password hash of what nobody was told
--   -> id uuid (no row: the address is taken)
INSERT INTO account (email, role, password_hash, one_time, one_time_until)
VALUES (lower($1::text COLLATE "C"), $2, $3, true, now())
ON CONFLICT (email) DO NOTHING
RETURNING id
