-- SPDX-License-Identifier: Apache-2.0

-- name: release_media
-- Some media of a release.
-- $1 release uuid, $2 path of the last one before them, or NULL; $3 how many
-- returns path, sha256 in hexadecimal, is it held, so that the store has it in encrypted form alone?
SELECT r.path, encode(r.sha256, 'hex'), EXISTS (SELECT FROM held_file h WHERE h.digest = r.sha256 OFFSET 0)
  FROM (SELECT path, sha256 FROM release_item
         WHERE release_id = $1::uuid AND ($2::text IS NULL OR path > $2) ORDER BY path LIMIT $3::integer) r
 ORDER BY r.path

-- name: release_add_file
-- $1 release uuid, $2 path, $3 sha256 in hexadecimal, $4 bytes
INSERT INTO release_file (release_id, path, sha256, bytes)
VALUES ($1::uuid, $2, decode($3, 'hex'), $4::bigint)

-- name: release_summary
-- Counted before the release is finished, for it may take a while.
-- $1 release uuid; returns the summary as JSON, the bytes of its media
SELECT json_build_object(
    'items', sum(n),
    'sealed', coalesce(sum(n) FILTER (WHERE sealed), 0),
    'splits', json_build_object(
        'train', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'train' AND label = 'real'), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'train' AND label = 'fake'), 0)),
        'validation', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'validation' AND label = 'real'), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'validation' AND label = 'fake'), 0)),
        'test', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'test' AND label = 'real' AND NOT sealed), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'test' AND label = 'fake' AND NOT sealed), 0))),
    'media_types', json_build_object(
        'image', coalesce(sum(n) FILTER (WHERE media_type = 'image'), 0),
        'video', coalesce(sum(n) FILTER (WHERE media_type = 'video'), 0),
        'audio', coalesce(sum(n) FILTER (WHERE media_type = 'audio'), 0))),
       coalesce(sum(bytes), 0)
  FROM (SELECT r.split, r.label, split_part(r.path, '/', 1) AS media_type, r.sealed, count(*) AS n, sum(r.bytes) AS bytes
          FROM release_item r
         WHERE r.release_id = $1::uuid GROUP BY 1, 2, 3, 4) cells

-- name: release_finish
-- It is ready; a job makes its layouts, for whoever asked for the release.
-- $1 release uuid, $2 its summary as JSON, $3 the bytes of all its files
WITH done AS (
    UPDATE release
       SET state = 'ready', finished_at = now(), bytes = $3::bigint, summary = $2::json
     WHERE id = $1::uuid
    RETURNING id)
INSERT INTO job (kind, subject, created_by)
SELECT 'layouts', id, (SELECT created_by FROM job WHERE kind = 'release' AND subject = done.id LIMIT 1) FROM done
