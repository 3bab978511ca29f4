-- SPDX-License-Identifier: Apache-2.0

-- name: fact_check_list
-- What stands beside an item, oldest first.
--   $1 item uuid, $2 most
--   -> id, title, publisher, address, day, verdict, by whom, rfc3339 when it was added
SELECT f.id, f.title, f.publisher, f.address, f.published::text, f.verdict, a.email, rfc3339(f.added_at)
  FROM fact_check f JOIN account a ON a.id = f.added_by
 WHERE f.item_id = $1::uuid AND f.removed_at IS NULL
 ORDER BY f.added_at, f.id
 LIMIT $2::integer

-- name: fact_check_add
-- One link more, unless as many as may stand there do: an item that waits for another of them is locked meanwhile.
--   $1 item uuid, $2 account uuid, $3 title, $4 publisher, $5 address, $6 day, $7 verdict, $8 most
--   -> full?, id (NULL: the address stands there already)
WITH held AS MATERIALIZED (
    SELECT id FROM item WHERE id = $1::uuid FOR NO KEY UPDATE
), there AS MATERIALIZED (
    SELECT (SELECT count(*) FROM fact_check f WHERE f.item_id = h.id AND f.removed_at IS NULL) >= $8::integer AS is_full
      FROM held h
), added AS (
    INSERT INTO fact_check (item_id, added_by, title, publisher, address, published, verdict)
    SELECT $1::uuid, $2::uuid, $3, $4, $5, $6::date, $7 FROM there WHERE NOT is_full
        ON CONFLICT (item_id, address) WHERE removed_at IS NULL DO NOTHING
    RETURNING id
)
SELECT t.is_full, (SELECT id FROM added) FROM there t

-- name: fact_check_remove
--   $1 item uuid, $2 account uuid, $3 fact-check uuid -> id (no row: there is none)
UPDATE fact_check SET removed_by = $2::uuid, removed_at = clock_timestamp()
 WHERE id = $3::uuid AND item_id = $1::uuid AND removed_at IS NULL
RETURNING id
