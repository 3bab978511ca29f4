-- SPDX-License-Identifier: Apache-2.0

-- name: release_key_current
-- returns public key in hexadecimal, name; no row: none was made yet
SELECT encode(public_key, 'hex'), name FROM release_key WHERE retired_at IS NULL

-- name: release_key_note
-- The first key of a database, or the one that follows a retired one.
-- $1 public key in hexadecimal, $2 name
INSERT INTO release_key (public_key, name) VALUES (decode($1, 'hex'), $2) ON CONFLICT DO NOTHING

-- name: release_key_retire
-- All but the one that takes their place.
-- $1 its public key in hexadecimal
UPDATE release_key SET retired_at = greatest(made_at, now())
 WHERE retired_at IS NULL AND public_key <> decode($1, 'hex')

-- name: release_key_list
-- returns public key in hexadecimal, name, made at, retired at or NULL
SELECT encode(public_key, 'hex'), name, rfc3339(made_at), rfc3339(retired_at)
  FROM release_key ORDER BY retired_at DESC NULLS FIRST, made_at DESC, public_key
