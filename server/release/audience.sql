-- SPDX-License-Identifier: Apache-2.0

-- name: audience_of
-- $1 name, $2 version; returns for whom it is (no row: there is no such release)
SELECT release_audience(r) FROM release r WHERE r.name = $1 AND r.version = $2 AND r.state <> 'failed'

-- name: audience_open
-- $1 release uuid, or that of a revision; one that is for everybody stays as it is
INSERT INTO release_opened (release_id)
SELECT coalesce(r.revises, r.id) FROM release r WHERE r.id = $1::uuid AND release_audience(r) = 'researchers'
    ON CONFLICT DO NOTHING
