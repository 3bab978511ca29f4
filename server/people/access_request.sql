-- SPDX-License-Identifier: Apache-2.0

-- name: access_terms_read
--   -> version, text, since when
SELECT version, text, rfc3339(since) FROM access_terms ORDER BY version DESC LIMIT 1

-- name: access_terms_add
--   $1 text
--   -> version
INSERT INTO access_terms (version, text) SELECT coalesce(max(version), 0) + 1, $1 FROM access_terms RETURNING version

-- name: access_request_make
--   $1 email, $2 name, $3 institution, $4 purpose, $5 version of the terms, $6 how many may wait
--   -> are these terms in force?, do too many wait?, id or NULL
WITH fits AS MATERIALIZED (
    SELECT $5::integer = (SELECT max(version) FROM access_terms) AS terms,
           (SELECT count(*) FROM (SELECT FROM access_request WHERE state = 'open' LIMIT $6::integer) AS waiting) = $6::integer AS full_up
), made AS (
    INSERT INTO access_request (email, name, institution, purpose, terms)
    SELECT lower($1::text COLLATE "C"), $2, $3, $4, $5::integer FROM fits WHERE terms AND NOT full_up
    RETURNING id
)
SELECT terms, full_up, (SELECT id FROM made) FROM fits

-- name: access_request_answer
--   $1 uuid
--   -> state, made at, decided at, reason
SELECT state, rfc3339(made_at), rfc3339(decided_at), reason FROM access_request WHERE id = $1::uuid

-- name: access_request_hold
-- Locks a request that is about to be decided.
--   $1 uuid
--   -> state, email
SELECT state, email FROM access_request WHERE id = $1::uuid FOR UPDATE

-- name: access_request_decide
--   $1 uuid, $2 state, $3 account that decides, $4 reason or NULL, $5 account that was made or NULL
UPDATE access_request SET state = $2, decided_at = now(), decided_by = $3::uuid, reason = $4, account_id = $5::uuid
 WHERE id = $1::uuid AND state = 'open'
