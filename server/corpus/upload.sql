-- SPDX-License-Identifier: Apache-2.0

-- name: upload_turn
-- One at a time begins an upload. Held until the transaction ends.
SELECT pg_advisory_xact_lock(8821637418830517004)

-- name: upload_open_now
-- What is open: of whoever asks, of the network, of all; and is the volunteer still there?
--   $1 account uuid or NULL, $2 volunteer uuid or NULL, $3 network
--   -> own uploads, own bytes, the network's uploads, its bytes, all uploads, flag
SELECT count(*) FILTER (WHERE own), coalesce(sum(length) FILTER (WHERE own), 0),
       count(*) FILTER (WHERE network = $3), coalesce(sum(length) FILTER (WHERE network = $3), 0), count(*),
       $2::uuid IS NULL OR EXISTS (SELECT FROM volunteer WHERE id = $2::uuid)
  FROM (SELECT length, network, coalesce(account_id = $1::uuid, volunteer_id = $2::uuid, false) AS own
          FROM upload WHERE expires_at > now()) AS open

-- name: upload_create
--   $1 account uuid or NULL, $2 volunteer uuid or NULL, $3 network, $4 bytes, $5 folder, $6 hours
--   -> id uuid, expires_at, its second
INSERT INTO upload (account_id, volunteer_id, network, length, folder, expires_at)
VALUES ($1::uuid, $2::uuid, $3, $4::bigint, $5, now() + make_interval(hours => $6::integer))
RETURNING id, rfc3339(expires_at), extract(epoch FROM expires_at)::bigint

-- name: upload_find
--   $1 uuid, $2 account uuid or NULL, $3 volunteer uuid or NULL
--   -> id uuid, folder, length, expires_at, its second
SELECT id, folder, length, rfc3339(expires_at), extract(epoch FROM expires_at)::bigint
  FROM upload
 WHERE id = $1::uuid AND (account_id = $2::uuid OR volunteer_id = $3::uuid) AND expires_at > now()

-- name: upload_prolong
--   $1 uuid, $2 hours  -> the second it expires at (no row: it is gone)
UPDATE upload SET expires_at = now() + make_interval(hours => $2::integer)
 WHERE id = $1::uuid AND expires_at > now()
RETURNING extract(epoch FROM expires_at)::bigint

-- name: upload_remove
--   $1 uuid
DELETE FROM upload WHERE id = $1::uuid

-- name: upload_expired
-- Forgets uploads whose time is over.
--   -> folder
DELETE FROM upload WHERE expires_at < now() RETURNING folder

-- name: upload_folders
-- Scratch folders that are in use by uploads and contributions.
--   -> folder
SELECT folder FROM upload WHERE expires_at > now()
 UNION ALL
SELECT folder FROM contribution WHERE state = 'processing' AND folder IS NOT NULL
