-- SPDX-License-Identifier: Apache-2.0

-- name: release_leaks
-- The media of a release as leaks_sample has those of a campaign, without those that are sealed; their place is that of their names.
--   $1 release uuid, $2 how many of each medium and label
--   -> media type, is fake, source (ruling, truth or crowd), lineage as a number, place in the order of names, NULL,
--      rendition hex
SELECT media_type, label = 'fake', label_source, dense_rank() OVER (ORDER BY lineage) - 1, place, NULL::bigint,
       encode(sha256, 'hex')
  FROM (SELECT *, row_number() OVER (PARTITION BY media_type, label ORDER BY md5(item_id::text)) AS drawn
          FROM (SELECT r.item_id, i.media_type, r.label, r.label_source, r.sha256, i.lineage,
                       rank() OVER (PARTITION BY i.media_type
                                    ORDER BY substring(r.path FROM '[^/]*$') COLLATE "C") AS place
                  FROM release_item r JOIN item i ON i.id = r.item_id
                 WHERE r.release_id = $1::uuid AND NOT r.sealed) named) sample
 WHERE drawn <= $2::integer
 ORDER BY media_type, item_id
