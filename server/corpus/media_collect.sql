-- SPDX-License-Identifier: Apache-2.0

-- name: media_collect_note
-- Notes files that nothing names; what was noted before keeps its time.
--   $1 text[] of digests in hex, $2 bigint[] how many bytes
INSERT INTO media_tombstone (digest, bytes)
SELECT decode(d, 'hex'), b FROM unnest($1::text[], $2::bigint[]) AS u (d, b)
ON CONFLICT DO NOTHING

-- name: media_collect_due
-- What was noted long enough ago, some at a time.
--   $1 days, $2 digest in hex after which they come, $3 integer how many
--   -> digest hex, bytes
SELECT encode(digest, 'hex'), bytes FROM media_tombstone
 WHERE noticed_at <= now() - $1::integer * interval '1 day' AND digest > decode($2, 'hex')
 ORDER BY digest LIMIT $3::integer

-- name: media_collect_begin
-- From now on nobody names this file without waiting.
--   $1 digest in hex
UPDATE media_tombstone SET removing_at = clock_timestamp() WHERE digest = decode($1, 'hex')

-- name: media_collect_lock
-- Who names the file waits until this transaction ends. A contribution is asked for once more: what it becomes when it is
-- approved names files that were put long ago, and nobody puts them again.
--   $1 digest in hex  -> is it named by one (no row: another removed it)
SELECT EXISTS (SELECT FROM contribution c
                WHERE c.state IN ('quarantined', 'approved') AND t.digest IN (c.sha256, c.rendition, c.poster, c.thumbnail))
  FROM media_tombstone t WHERE t.digest = decode($1, 'hex') FOR UPDATE

-- name: media_collect_end
-- The file is gone, or named again.
--   $1 digest in hex
DELETE FROM media_tombstone WHERE digest = decode($1, 'hex')
