-- SPDX-License-Identifier: Apache-2.0

-- name: media_store_lock
-- One at a time finds out which store is this database's. Held until the transaction ends.
SELECT pg_advisory_xact_lock(7236837, 2)

-- name: media_store_find
-- The store of this database.
--   -> id uuid, where it was last (no row: none was opened yet)
SELECT id, last_path FROM media_store

-- name: media_store_write
-- Notes the store of this database, or where it is now.
--   $1 id uuid, $2 path
INSERT INTO media_store AS s (id, last_path) VALUES ($1::uuid, $2)
    ON CONFLICT (one) DO UPDATE
   SET id = excluded.id, last_path = excluded.last_path,
       bound_at = CASE WHEN s.id = excluded.id THEN s.bound_at ELSE now() END
 WHERE (s.id, s.last_path) IS DISTINCT FROM (excluded.id, excluded.last_path)

-- name: media_store_some
-- What the store of this database should hold, of some items, the newest.
--   -> rendition hex
SELECT encode(coalesce(h.stored, i.rendition), 'hex')
  FROM (SELECT rendition FROM item ORDER BY created_at DESC LIMIT 1000) i LEFT JOIN held_file h ON h.digest = i.rendition
