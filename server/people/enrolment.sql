-- SPDX-License-Identifier: Apache-2.0

-- name: enrolment_change
-- Changes role and state, of which NULL stays as it is. Admins are locked first, so that two cannot take the role from one
-- another at once. Disabled: nothing opens it, and all that was open ends.
--   $1 account uuid, $2 role or NULL, $3 state or NULL
--   -> changed? (no row: there is no such account)
WITH admins AS MATERIALIZED (
    SELECT id FROM account WHERE role = 'admin' AND state = 'active' ORDER BY id FOR UPDATE
), may AS MATERIALIZED (
    SELECT NOT (EXISTS (SELECT FROM admins WHERE id = $1::uuid) AND (SELECT count(*) FROM admins) = 1
                AND (coalesce($2, 'admin') <> 'admin' OR coalesce($3, 'active') <> 'active')) AS yes
), changed AS (
    UPDATE account a SET role = coalesce($2, role), state = coalesce($3, state) FROM may
     WHERE a.id = $1::uuid AND may.yes RETURNING a.id, a.state
), ended AS (
    DELETE FROM session USING changed WHERE account_id = changed.id AND changed.state = 'disabled'
), revoked AS (
    DELETE FROM api_token USING changed WHERE account_id = changed.id AND changed.state = 'disabled'
), over AS (
    DELETE FROM password_link USING changed WHERE account_id = changed.id AND changed.state = 'disabled'
)
SELECT may.yes FROM may, account a WHERE a.id = $1::uuid

-- name: enrolment_end_sessions
--   $1 account uuid, $2 session uuid, NULL: all, $3 hash hex of the one that stays, or NULL
DELETE FROM session
 WHERE account_id = $1::uuid AND ($2::uuid IS NULL OR id = $2::uuid) AND token_hash IS DISTINCT FROM decode($3, 'hex')
