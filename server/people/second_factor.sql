-- SPDX-License-Identifier: Apache-2.0

-- name: second_factor_find
-- After five wrong codes a wait of a minute, doubled by each, a quarter of an hour at most, whatever a clock says.
--   $1 account uuid
--   -> sealed, in force?, seconds to wait until the next try
SELECT sealed, confirmed_at IS NOT NULL,
       CASE WHEN wrong < 5 THEN 0
            ELSE least(900, greatest(0, ceil(extract(epoch FROM wrong_at - now()) + least(900, 60 * 2 ^ least(wrong - 5, 4)))))
       END::integer
  FROM second_factor WHERE account_id = $1::uuid

-- name: second_factor_begin
--   $1 account uuid, $2 sealed
--   -> a row, unless one is in force
INSERT INTO second_factor (account_id, sealed) VALUES ($1::uuid, $2)
ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0, wrong = 0
 WHERE second_factor.confirmed_at IS NULL
RETURNING true

-- name: second_factor_take
-- Takes the code of a half minute, unless it or a later one was taken.
--   $1 account uuid, $2 half minute
UPDATE second_factor SET last_step = $2::bigint, wrong = 0
 WHERE account_id = $1::uuid AND last_step < $2::bigint

-- name: second_factor_recover
-- Takes a recovery code.
--   $1 account uuid, $2 code hash hex
--   -> a row, if it is one that was not used
WITH used AS (
    UPDATE recovery_code SET used_at = now()
     WHERE account_id = $1::uuid AND code_hash = decode($2, 'hex') AND used_at IS NULL
    RETURNING account_id
)
UPDATE second_factor f SET wrong = 0 FROM used u WHERE f.account_id = u.account_id RETURNING true

-- name: second_factor_wrong
--   $1 account uuid
UPDATE second_factor SET wrong = wrong + 1, wrong_at = now() WHERE account_id = $1::uuid

-- name: second_factor_confirm
-- The first code came: it is in force, with recovery codes.
--   $1 account uuid, $2 half minute, $3 hashes of the codes, hex
--   -> a row, unless it is in force already
WITH confirmed AS (
    UPDATE second_factor SET confirmed_at = now(), last_step = $2::bigint, wrong = 0
     WHERE account_id = $1::uuid AND confirmed_at IS NULL RETURNING account_id
), codes AS (
    INSERT INTO recovery_code (account_id, code_hash)
    SELECT account_id, decode(hash, 'hex') FROM confirmed, unnest($3::text[]) AS hash
)
SELECT true FROM confirmed

-- name: second_factor_state
--   $1 account uuid
--   -> since when, recovery codes that are left (no row: it is not in force)
SELECT rfc3339(confirmed_at),
       (SELECT count(*) FROM recovery_code r WHERE r.account_id = f.account_id AND used_at IS NULL)
  FROM second_factor f WHERE account_id = $1::uuid AND confirmed_at IS NOT NULL

-- name: second_factor_remove
--   $1 account uuid
DELETE FROM second_factor WHERE account_id = $1::uuid
