-- SPDX-License-Identifier: Apache-2.0

-- name: contribution_turn
-- One at a time of the public's is made. Held until the transaction ends.
SELECT pg_advisory_xact_lock(5520170663409190011)

-- name: contribution_waiting
-- What of the public's waits, and is the volunteer still there?
--   $1 volunteer uuid, $2 network
--   -> the volunteer's, the network's, all, flag, the volunteer's addresses to fetch, the network's
SELECT count(*) FILTER (WHERE volunteer_id = $1::uuid), count(*) FILTER (WHERE network = $2), count(*),
       EXISTS (SELECT FROM volunteer WHERE id = $1::uuid),
       count(*) FILTER (WHERE volunteer_id = $1::uuid AND unfetched), count(*) FILTER (WHERE network = $2 AND unfetched)
  FROM (SELECT volunteer_id, network, state = 'processing' AND folder IS NULL AS unfetched
          FROM contribution
         WHERE state IN ('processing', 'quarantined') AND NOT direct) AS waiting

-- name: contribution_account_waiting
-- What an account sent and no job has taken in.
--   $1 account uuid -> how many
SELECT count(*) FROM contribution WHERE state = 'processing' AND account_id = $1::uuid

-- name: contribution_make
-- A contribution and the job that takes it in. That of an upload has its id and its folder.
--   $1 upload uuid or NULL, $2 account uuid or NULL, $3 volunteer uuid or NULL, $4 direct, $5 network, $6 campaign uuid,
--   $7 url or NULL, $8 folder or NULL, $9 facts json, $10 rights, $11 people, $12 made_by, $13 made_how
--   -> contribution uuid (no row: the upload is gone)
WITH taken AS (
    DELETE FROM upload WHERE id = $1::uuid RETURNING id, folder
), made AS (
    INSERT INTO contribution (id, account_id, volunteer_id, direct, network, campaign_id, url, folder, facts, rights,
                              people, made_by, made_how)
    SELECT coalesce($1::uuid, gen_random_uuid()), $2::uuid, $3::uuid, $4::boolean, $5, $6::uuid, $7,
           coalesce((SELECT folder FROM taken), $8), $9::jsonb, $10, $11, $12, $13
     WHERE $1::uuid IS NULL OR EXISTS (SELECT FROM taken)
    RETURNING id, url
), work AS (
    INSERT INTO job (kind, subject, created_by)
    SELECT CASE WHEN url IS NULL THEN 'contribute' ELSE 'fetch' END, id, $2::uuid FROM made
)
SELECT id FROM made

-- name: contribution_find
-- One, or those of a state in the order in which they came; what a notice hides is in no such list, and tells no medium.
--   $1 uuid or NULL, $2 account uuid or NULL, $3 volunteer uuid or NULL (both NULL: whoever's), $4 state or NULL,
--   $5 made after this time and $6 id, or NULL, $7 how many
--   -> id, state, account's address or NULL, direct, campaign, url, facts, rights, people, made_by, made_how, item,
--      detail, decided_by, reason, decided_at, created_at, media_type, rendition hex, rendition_type, poster hex,
--      thumbnail hex, width, height, duration_ms, sensitive, sha256 hex, format, bytes, the time to the last digit, of whom:
--      the same text for all of one volunteer or account, or NULL; was it decided by who sent it?
SELECT c.id, c.state, a.email, c.direct, g.name, c.url, c.facts, c.rights, c.people, c.made_by, c.made_how, c.item_id,
       c.detail, c.decided_by, c.reason, rfc3339(c.decided_at), rfc3339(c.created_at),
       CASE WHEN NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = c.id) THEN c.media_type END,
       encode(c.rendition, 'hex'), c.rendition_type, encode(c.poster, 'hex'), encode(c.thumbnail, 'hex'), c.width,
       c.height, c.duration_ms, coalesce((c.facts->>'sensitive')::boolean, false), encode(c.sha256, 'hex'), c.format,
       c.bytes, c.created_at, left(encode(sha256(uuid_send(coalesce(c.account_id, c.volunteer_id))), 'hex'), 12), c.not_independent
  FROM contribution c
  JOIN campaign g ON g.id = c.campaign_id
  LEFT JOIN account a ON a.id = c.account_id
 WHERE ($1::uuid IS NULL OR c.id = $1::uuid)
   AND ($2::uuid IS NULL AND $3::uuid IS NULL OR c.account_id = $2::uuid OR c.volunteer_id = $3::uuid)
   AND ($4::text IS NULL
        OR c.state = $4 AND NOT EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = c.id))
   AND (c.created_at, c.id) > (coalesce($5::timestamptz, '-infinity'),
                               coalesce($6::uuid, '00000000-0000-0000-0000-000000000000'))
 ORDER BY c.created_at, c.id
 LIMIT $7::integer

-- name: contribution_sources
-- Of how many volunteers and accounts some contributions are.
--   $1 uuids
--   -> how many of them are not there or nobody's, how many sources
SELECT cardinality($1::uuid[]) - count(coalesce(account_id, volunteer_id)), count(DISTINCT coalesce(account_id, volunteer_id))
  FROM contribution WHERE id = ANY ($1::uuid[])

-- name: contribution_hold
-- Holds one until the transaction ends.
--   $1 uuid
--   -> state, direct, campaign uuid, folder, facts, media_type, sha256 hex, bytes, format, rendition hex,
--      rendition_bytes, rendition_type, poster hex, thumbnail hex, width, height, duration_ms, streams hex, recipe, url,
--      rights, people, made_by, made_how
SELECT state, direct, campaign_id, folder, facts, media_type, encode(sha256, 'hex'), bytes, format,
       encode(rendition, 'hex'), rendition_bytes, rendition_type, encode(poster, 'hex'), encode(thumbnail, 'hex'),
       width, height, duration_ms, encode(streams, 'hex'), recipe, url, rights, people, made_by, made_how
  FROM contribution WHERE id = $1::uuid FOR UPDATE

-- name: contribution_media
-- What was made of its file.
--   $1 uuid, $2 media_type, $3 sha256 hex, $4 bytes, $5 format, $6 rendition hex, $7 rendition bytes, $8 rendition type,
--   $9 poster hex, $10 thumbnail hex, $11 width, $12 height, $13 duration_ms, $14 streams hex, $15 recipe
UPDATE contribution
   SET media_type = $2, sha256 = decode($3, 'hex'), bytes = $4::bigint, format = $5, rendition = decode($6, 'hex'),
       rendition_bytes = $7::bigint, rendition_type = $8, poster = decode($9, 'hex'), thumbnail = decode($10, 'hex'),
       width = $11::integer, height = $12::integer, duration_ms = $13::integer, streams = decode($14, 'hex'),
       recipe = $15::smallint, state = CASE WHEN direct THEN state ELSE 'quarantined' END,
       folder = CASE WHEN direct THEN folder END
 WHERE id = $1::uuid AND state = 'processing'

-- name: contribution_interest
--   $1 uuid, $2 account uuid or NULL, $3 volunteer uuid or NULL
--   -> did they send it?, may somebody else decide?, does a notice about it wait?
SELECT coalesce(account_id = $2::uuid OR volunteer_id = $3::uuid, false), another_may_rule(id, $2::uuid),
       EXISTS (SELECT FROM notice n WHERE n.contribution_id = contribution.id AND n.state IN ('open', 'contested'))
  FROM contribution WHERE id = $1::uuid

-- name: contribution_approve
--   $1 uuid, $2 item uuid, $3 by whom or NULL, $4 reason or NULL, $5 detail or NULL, $6 did they send it themselves?
UPDATE contribution
   SET state = 'approved', item_id = $2::uuid, decided_by = $3, reason = $4, detail = $5, decided_at = now(),
       network = NULL, folder = NULL, not_independent = $6::boolean
 WHERE id = $1::uuid

-- name: contribution_reject
-- Its media are noted as files that nothing names, so that they go soon.
--   $1 uuid, $2 by whom, $3 reason, $4 did they send it themselves?
WITH unnamed AS (
    INSERT INTO media_intake (digests, noted_at)
    SELECT array_remove(ARRAY[encode(sha256, 'hex'), encode(rendition, 'hex'), encode(poster, 'hex'),
                              encode(thumbnail, 'hex')], NULL), now() - interval '29 minutes'
      FROM contribution WHERE id = $1::uuid AND rendition IS NOT NULL
)
UPDATE contribution
   SET state = 'rejected', decided_by = $2, reason = $3, decided_at = now(), network = NULL, not_independent = $4::boolean
 WHERE id = $1::uuid

-- name: contribution_fail
--   $1 uuid, $2 why
UPDATE contribution SET state = 'failed', detail = $2, decided_at = now(), network = NULL, folder = NULL
 WHERE id = $1::uuid AND state = 'processing'

-- name: contribution_fetched
-- The address gave a file; another job takes it in.
--   $1 uuid, $2 folder
WITH fetched AS (
    UPDATE contribution SET folder = $2 WHERE id = $1::uuid AND state = 'processing' RETURNING id, account_id
)
INSERT INTO job (kind, subject, created_by) SELECT 'contribute', id, account_id FROM fetched

-- name: contribution_editor
-- Who decides until the transaction ends, and why: for contribution_change.
--   $1 who, $2 reason or NULL
SELECT set_config('touchstone.who', $1, true), set_config('touchstone.reason', coalesce($2, ''), true)

-- name: contribution_item_state
--   $1 item uuid -> state
SELECT state FROM item WHERE id = $1::uuid

-- name: contribution_stuck
-- Ends what no worker could take in for a day: its file lies on a machine that is gone.
UPDATE contribution
   SET state = 'failed', detail = 'no server could read the file within a day: send it again', decided_at = now(),
       network = NULL, folder = NULL
 WHERE state = 'processing' AND created_at < now() - interval '1 day'

-- name: contribution_taken_back
-- The media of contributions that were taken back from quarantine, noted as files that nothing names.
WITH gone AS (
    UPDATE contribution SET rendition = NULL
     WHERE state = 'failed' AND rendition IS NOT NULL
    RETURNING id
)
INSERT INTO media_intake (digests, noted_at)
SELECT array_remove(ARRAY[encode(c.sha256, 'hex'), encode(c.rendition, 'hex'), encode(c.poster, 'hex'),
                          encode(c.thumbnail, 'hex')], NULL), now() - interval '29 minutes'
  FROM gone JOIN contribution c USING (id)
