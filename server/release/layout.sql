-- SPDX-License-Identifier: Apache-2.0
-- Layouts of releases that are ready. Objects made for one are artefacts of its release: NAME.contents is its table of contents.

-- name: layout_contents
-- $1 release uuid, $2 path of a table of contents; returns its sha256 in hexadecimal (no row: the layout is not made)
SELECT encode(a.sha256, 'hex')
  FROM release_artefact a JOIN release r ON r.id = a.release_id AND r.state = 'ready'
 WHERE a.release_id = $1::uuid AND a.path = $2

-- name: layout_list
-- $1 release uuid; returns of each layout that is made its name, and the sha256 of its table of contents in hexadecimal
SELECT left(a.path, -9), encode(a.sha256, 'hex')
  FROM release_artefact a JOIN release r ON r.id = a.release_id AND r.state = 'ready'
 WHERE a.release_id = $1::uuid AND right(a.path, 9) = '.contents'

-- name: layout_keep
-- Names all that was made for a layout; the table of contents is the last.
-- $1 the release, $2 paths, $3 digests, $4 bytes
INSERT INTO release_artefact (release_id, path, format, sha256, bytes)
SELECT ($1::text[])[1]::uuid, u.path, 'layout', u.digest, u.bytes
  FROM unnest($2::text[], $3::bytea[], $4::bigint[]) AS u (path, digest, bytes)
    ON CONFLICT DO NOTHING

-- name: layout_wanted
-- $1 release uuid, $2 layout; returns whether somebody asked for it
SELECT EXISTS (SELECT FROM release_layout_wanted WHERE release_id = $1::uuid AND layout = $2)

-- name: layout_held
-- $1 release uuid; returns whether it has an item that is held, or whose files are encrypted
SELECT EXISTS (SELECT FROM (SELECT item_id FROM hiding WHERE held AND shown_at IS NULL
                             UNION
                            SELECT item_id FROM held_item WHERE ended_at IS NULL) h
                JOIN release_item r ON r.release_id = $1::uuid AND r.item_id = h.item_id)

-- name: layout_ask
-- Asks for a layout of a release that is ready. No second job beside one that waits.
-- $1 release uuid, $2 layout, $3 account uuid or NULL; returns the job that makes it (no row: the release is not ready)
WITH ready AS (
    SELECT id FROM release WHERE id = $1::uuid AND state = 'ready'
), wanted AS (
    INSERT INTO release_layout_wanted (release_id, layout) SELECT id, $2 FROM ready
        ON CONFLICT DO NOTHING
), waiting AS (
    SELECT j.id FROM job j JOIN ready r ON r.id = j.subject
     WHERE j.kind = 'layouts' AND j.state = 'waiting' AND j.cancel_asked_at IS NULL LIMIT 1
), made AS (
    INSERT INTO job (kind, subject, created_by) SELECT 'layouts', id, $3::uuid FROM ready WHERE NOT EXISTS (SELECT FROM waiting)
    RETURNING id
)
SELECT id FROM waiting UNION ALL SELECT id FROM made
