-- SPDX-License-Identifier: Apache-2.0
-- Sealed labels that are published.

-- name: unseal_state
-- $1 release uuid
-- returns when it was unsealed or NULL, path, sha256 in hexadecimal and bytes of its file (NULL: it has none)
SELECT rfc3339(u.unsealed_at), a.path, encode(a.sha256, 'hex'), a.bytes
  FROM release e
  LEFT JOIN release_unsealed u ON u.release_id = coalesce(e.revises, e.id)
  LEFT JOIN release_artefact a ON a.release_id = e.id AND a.path = 'sealed_labels.csv'
 WHERE e.id = $1::uuid

-- name: unseal_others
-- Another release that was asked to seal its test split, is not unsealed, and has an item of this one sealed.
-- $1 release uuid; returns name, version (no row: there is none)
SELECT o.name, o.version
  FROM release e
  JOIN release_item r ON r.release_id = coalesce(e.revises, e.id) AND r.sealed
 CROSS JOIN LATERAL (SELECT release_id FROM test_given WHERE item_id = r.item_id AND sealed OFFSET 0) g
  JOIN release o ON o.id = g.release_id AND o.id <> r.release_id AND (o.filter->>'seal_test')::boolean
 WHERE e.id = $1::uuid LIMIT 1

-- name: unseal_ask
-- No second job beside one that waits.
-- $1 release uuid that is ready, $2 account uuid; returns the job
WITH waiting AS (
    SELECT id FROM job WHERE subject = $1::uuid AND kind = 'unseal' AND state = 'waiting' LIMIT 1
), made AS (
    INSERT INTO job (kind, subject, created_by) SELECT 'unseal', $1::uuid, $2::uuid WHERE NOT EXISTS (SELECT FROM waiting)
    RETURNING id
)
SELECT id FROM waiting UNION ALL SELECT id FROM made

-- name: unseal_who
-- $1 job uuid; returns who asked for it
SELECT coalesce(a.email, 'nobody') FROM job j LEFT JOIN account a ON a.id = j.created_by WHERE j.id = $1::uuid

-- name: unseal_due
-- The release that was asked for and its revisions, those that are ready and have no such file.
-- $1 release uuid, or that of a revision; returns id, that of the release that was asked for
SELECT f.id, coalesce(e.revises, e.id)
  FROM release e
  JOIN release f ON f.id = coalesce(e.revises, e.id) OR f.revises = coalesce(e.revises, e.id)
 WHERE e.id = $1::uuid AND f.state = 'ready'
   AND NOT EXISTS (SELECT FROM release_artefact a WHERE a.release_id = f.id AND a.path = 'sealed_labels.csv')
   AND EXISTS (SELECT FROM release_file c WHERE c.release_id = f.id AND c.path = 'sealed.csv')
 ORDER BY f.revision NULLS FIRST

-- name: unseal_openings
-- Some sealed items of a release, and what opens their commitments: secret until it is published.
-- $1 release uuid, $2 the last item before them, or NULL; $3 how many; returns item, salt in hexadecimal, opening
SELECT s.item_id, encode(s.salt, 'hex'), s.opening
  FROM release_seal s
 WHERE s.release_id = (SELECT coalesce(revises, id) FROM release WHERE id = $1::uuid)
   AND s.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
   AND EXISTS (SELECT FROM release_item r WHERE r.release_id = $1::uuid AND r.item_id = s.item_id AND r.sealed OFFSET 0)
 ORDER BY s.item_id LIMIT $3::integer

-- name: unseal_publish
-- $1 release uuid, $2 sha256 in hexadecimal, $3 bytes
INSERT INTO release_artefact (release_id, path, format, sha256, bytes)
VALUES ($1::uuid, 'sealed_labels.csv', 'csv', decode($2, 'hex'), $3::bigint)
    ON CONFLICT DO NOTHING

-- name: unseal_note
-- $1 release uuid that was asked for, $2 who
INSERT INTO release_unsealed (release_id, unsealed_by) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING
