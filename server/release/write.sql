-- SPDX-License-Identifier: Apache-2.0

-- name: release_export
-- Some files of a release that is ready.
-- $1 release uuid, $2 path of the last one before them, or NULL; $3 how many
-- returns path, sha256 in hexadecimal, bytes
SELECT f.path, encode(f.sha256, 'hex'), f.bytes
  FROM release_file f JOIN release r ON r.id = f.release_id AND r.state = 'ready'
 WHERE f.release_id = $1::uuid AND ($2::text IS NULL OR f.path > $2) ORDER BY f.path LIMIT $3::integer
