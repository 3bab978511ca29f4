-- SPDX-License-Identifier: Apache-2.0
-- Mail that is to be sent.

-- name: outbox_add
-- Writes a mail and, with it, the job that sends it.
-- $1 kind, $2 address, $3 subject, $4 text
WITH made AS (
    INSERT INTO mail (kind, recipient, subject, text) VALUES ($1, $2, $3, $4) RETURNING id)
INSERT INTO job (kind, subject) SELECT 'mail', id FROM made

-- name: outbox_find
-- $1 mail uuid; returns kind, address, subject, text, when it was written in seconds, whether that is a day ago
-- (no row: it was sent or given up)
SELECT kind, recipient, subject, text, extract(epoch FROM created_at)::bigint, created_at < now() - interval '1 day'
  FROM mail WHERE id = $1::uuid

-- name: outbox_remove
-- $1 mail uuid
DELETE FROM mail WHERE id = $1::uuid
