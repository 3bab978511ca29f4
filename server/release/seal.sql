-- SPDX-License-Identifier: Apache-2.0
-- Sealed items of releases: their salts and what opens them. Neither may stand in a log.

-- name: seal_unsalted
-- Sealed items of a release that have no salt yet.
-- $1 release uuid, $2 the last item before them, or NULL; $3 how many; returns item id
SELECT r.item_id FROM release_item r
 WHERE r.release_id = $1::uuid AND r.sealed
   AND r.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
   AND NOT EXISTS (SELECT FROM release_seal s WHERE s.release_id = r.release_id AND s.item_id = r.item_id OFFSET 0)
 ORDER BY r.item_id LIMIT $3::integer

-- name: seal_salt
-- Whoever makes the same release at the same time finds the salts of the first.
-- $1 the release, $2 item uuids, $3 their salts
INSERT INTO release_seal (release_id, item_id, salt)
SELECT ($1::text[])[1]::uuid, u.item_id, u.salt FROM unnest($2::uuid[], $3::bytea[]) AS u (item_id, salt)
    ON CONFLICT DO NOTHING

-- name: seal_keep
-- $1 the release, $2 item uuids, $3 their openings
UPDATE release_seal s SET opening = u.opening
  FROM unnest($2::uuid[], $3::text[]) AS u (item_id, opening)
 WHERE s.release_id = ($1::text[])[1]::uuid AND s.item_id = u.item_id AND s.opening IS DISTINCT FROM u.opening
