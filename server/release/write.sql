-- SPDX-License-Identifier: Apache-2.0

-- name: release_export
-- Some files of a release that is ready, with what opens its commitments where that is published.
-- $1 release uuid, $2 path of the last one before them, or NULL; $3 how many
-- returns path, sha256 in hexadecimal, bytes
SELECT f.path, encode(f.sha256, 'hex'), f.bytes
  FROM ((SELECT path, sha256, bytes FROM release_file
          WHERE release_id = $1::uuid AND ($2::text IS NULL OR path > $2) ORDER BY path LIMIT $3::integer)
         UNION ALL
        SELECT path, sha256, bytes FROM release_artefact
         WHERE release_id = $1::uuid AND path = 'sealed_labels.csv' AND ($2::text IS NULL OR path > $2)) f
 WHERE EXISTS (SELECT FROM release WHERE id = $1::uuid AND state = 'ready')
 ORDER BY f.path LIMIT $3::integer
