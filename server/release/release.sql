-- Releases: versioned, immutable datasets.

-- name: release_create
-- Writes a release and, with it, the job that makes it. The salt is 244 bits of the database's
-- strong randomness.
-- $1 name, $2 version, $3 filter json, $4 account uuid or NULL, $5 true: the caller claims the job,
-- $6 true: the account is to be told of its end by mail
-- returns as job_claim
WITH made AS (
    INSERT INTO release (name, version, filter, salt)
    VALUES ($1, $2, $3::jsonb, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
    RETURNING id)
INSERT INTO job (kind, subject, created_by, state, claims, run_after, begun_at, mail)
SELECT 'release', id, $4::uuid, CASE WHEN $5::boolean THEN 'running' ELSE 'waiting' END,
       $5::boolean::integer, now() + CASE WHEN $5::boolean THEN interval '2 minutes' ELSE '0' END,
       CASE WHEN $5::boolean THEN now() END, $6::boolean
  FROM made
RETURNING id, kind, subject, claims, failures, false, false, false, false

-- name: release_campaign_known
-- Campaigns that are not for everyone are in no release, so none can be asked for.
-- $1 campaign name; returns true
SELECT true FROM campaign WHERE name = $1 AND visibility = 'everyone'

-- name: release_find
-- Not one that failed: its version may be another's.
-- $1 name, $2 version
-- returns id, name, version, state, items, bytes, created_at in seconds and as text, its summary as JSON, alpha with its interval,
-- for whom it is
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, rfc3339(created_at), summary, alpha, alpha_low, alpha_high,
       release_audience(release)
  FROM release WHERE name = $1 AND version = $2 AND state <> 'failed'

-- name: release_by_id
-- $1 release uuid; returns as release_find
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, rfc3339(created_at), summary, alpha, alpha_low, alpha_high,
       release_audience(release)
  FROM release WHERE id = $1::uuid

-- name: release_page
-- Newest first, without those that failed.
-- $1 id of the last one seen, or NULL; $2 how many; returns as release_find
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, rfc3339(created_at), summary, alpha, alpha_low, alpha_high,
       release_audience(release)
  FROM release
 WHERE state <> 'failed'
   AND ($1::uuid IS NULL
        OR (created_at, id) < (SELECT created_at, id FROM release WHERE id = $1::uuid))
 ORDER BY created_at DESC, id DESC LIMIT $2::integer

-- name: release_files_page
-- The files of a release that is ready, tables before media.
-- $1 release uuid, $2 path of the last one seen, or NULL; $3 how many
-- returns path, bytes, sha256 in hexadecimal
SELECT f.path, f.bytes, encode(f.sha256, 'hex')
  FROM ((SELECT false AS medium, path, bytes, sha256 FROM release_file
          WHERE release_id = $1::uuid AND position('/' IN path) = 0
            AND ($2::text IS NULL OR position('/' IN $2::text) = 0 AND path > $2::text)
          ORDER BY path LIMIT $3::integer)
         UNION ALL
        (SELECT true, path, bytes, sha256 FROM release_file
          WHERE release_id = $1::uuid AND position('/' IN path) > 0
            AND path > CASE WHEN position('/' IN $2::text) > 0 THEN $2::text ELSE '' END
          ORDER BY path LIMIT $3::integer)) f
 WHERE EXISTS (SELECT FROM release WHERE id = $1::uuid AND state = 'ready')
 ORDER BY f.medium, f.path LIMIT $3::integer

-- name: release_file_find
-- Only of a release that is ready; or what was made of it later.
-- $1 name, $2 version, $3 path; returns sha256 in hexadecimal, bytes
SELECT encode(f.sha256, 'hex'), f.bytes
  FROM release r
 CROSS JOIN LATERAL (SELECT sha256, bytes FROM release_file WHERE release_id = r.id AND path = $3
                      UNION ALL
                     SELECT sha256, bytes FROM release_artefact WHERE release_id = r.id AND path = $3) f
 WHERE r.name = $1 AND r.version = $2 AND r.state = 'ready'

-- name: release_failed
-- $1 release uuid
UPDATE release SET state = 'failed' WHERE id = $1::uuid AND state <> 'ready'

-- name: release_has_filter
-- $1 release uuid, $2 filter json; returns whether it is that of the release
SELECT filter = $2::jsonb FROM release WHERE id = $1::uuid

-- ---------------------------------------------------------------- what goes in

-- name: release_lock
-- One maker at a time for one release.
-- $1 release uuid; returns state, whether its items are fixed
SELECT state, fixed_at IS NOT NULL FROM release WHERE id = $1::uuid FOR UPDATE

-- name: release_fix
-- $1 release uuid, $2 how many were held back, $3 alpha or NULL, $4 low, $5 high, $6 how many
-- were left out because their bytes have both labels, $7 the moment that they were chosen from, $8 how many were left
-- out because they cannot be cut, $9 the disagreement that alpha is measured by
UPDATE release SET fixed_at = $7::timestamptz, held_back = $2::integer, alpha = $3::float8,
                   alpha_low = $4::float8, alpha_high = $5::float8, contradicting = $6::integer,
                   uncuttable = $8::integer, disagreement = $9::float8
 WHERE id = $1::uuid

-- ---------------------------------------------------------------- what the tables say

-- name: release_undraft
-- What a release was made from is not needed once it is made, or given up. Comes before any lock on
-- the release, as release_turn does.
-- $1 release uuid
DELETE FROM release_draft WHERE release_id = $1::uuid
