-- SPDX-License-Identifier: Apache-2.0

-- name: release_said
-- The judgments of a release as the model reads them, without an order.
-- $1 release uuid
-- returns item id, volunteer id, says fake, is labelled by its truth (as gold), is labelled fake
SELECT r.item_id, j.volunteer_id, j.verdict = 'fake', r.label_source = 'truth', r.label = 'fake'
  FROM release_item r
 CROSS JOIN LATERAL (SELECT volunteers FROM release_draft
                      WHERE release_id = r.release_id AND item_id = r.item_id OFFSET 0) d
 CROSS JOIN LATERAL unnest(d.volunteers) AS judge
 CROSS JOIN LATERAL (SELECT * FROM judgment WHERE item_id = r.item_id AND volunteer_id = judge
                        AND revision = 0 OFFSET 0) j
 WHERE r.release_id = $1::uuid AND NOT r.sealed

-- name: release_said_by
-- The pseudonyms of some volunteers in a release, in the order of these.
-- $1 release uuid, $2 volunteer uuids
SELECT p.name FROM release e, unnest($2::uuid[]) AS who,
       LATERAL (SELECT pseudonym(e.salt, 'volunteer', uuid_send(who)) AS name) p
 WHERE e.id = $1::uuid
 ORDER BY p.name COLLATE "C"
