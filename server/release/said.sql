-- SPDX-License-Identifier: Apache-2.0

-- name: said_salt
-- $1 release uuid; returns its salt in hexadecimal: secret
SELECT encode(salt, 'hex') FROM release WHERE id = $1::uuid

-- name: said_window
-- The judgments that count of one window of items that are not sealed, item by item. Those of an item are found together, by
-- the key that they lie in; where they are many, one by one, or each would be compared with all. Statistics know nothing of a
-- release that is being made: OFFSET 0 has each found by its key.
-- `gold` as the kind of a pair would tell volunteers which of their items is gold, so it is not told from others.
-- A pair that is not there (its month was detached) leaves what is known of it NULL.
-- Which two were one pair is not told: whoever is without a partner was shown beside gold.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
-- returns item id, is labelled fake, is labelled by its truth (as gold), volunteer id, assignment id, says fake, confidence,
-- was on the left, the reasons, in a matched pair, in a pair drawn at random, seconds of looking, when it was judged, seconds
-- until it was, on what kind of device, the marks as they were sent
SELECT d.item_id, d.label = 'fake', d.label_source = 'truth', j.volunteer_id, j.assignment_id, j.verdict = 'fake',
       confidence_step(j.confidence), j.position = 'left',
       CASE WHEN cardinality(j.tells) > 1
            THEN (SELECT string_agg(tell, ';' ORDER BY tell COLLATE "C") FROM unnest(j.tells) AS tell)
            ELSE j.tells[1] END,
       p.matched, p.kind = 'random' AND p.policy >= 2, exposure_step(p.exposure_ms)::text, j.judged_at,
       exposure_step(p.response_ms)::text, device_class(p.device), j.marks::text
  FROM release_draft d
 CROSS JOIN LATERAL (
       SELECT v.*
         FROM (SELECT * FROM judgment WHERE item_id = d.item_id AND revision = 0
                  AND cardinality(d.volunteers) <= 64 OFFSET 0) v
        WHERE v.volunteer_id = ANY (d.volunteers)
        UNION ALL
       SELECT v.*
         FROM unnest(CASE WHEN cardinality(d.volunteers) > 64 THEN d.volunteers END) AS judge
        CROSS JOIN LATERAL (SELECT * FROM judgment WHERE item_id = d.item_id AND volunteer_id = judge
                               AND revision = 0 OFFSET 0) v) j
  LEFT JOIN LATERAL (SELECT * FROM judged_pair
                      WHERE assignment_id = j.assignment_id OFFSET 0) p ON true
 WHERE d.release_id = $1::uuid AND d.item_id <= $3::uuid AND NOT d.sealed
   AND d.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
 ORDER BY d.item_id
