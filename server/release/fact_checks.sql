-- SPDX-License-Identifier: Apache-2.0

-- name: release_has_fact_checks
--   $1 release uuid -> did any fact-check stand beside one of its items, but for sealed ones, when they were fixed?
SELECT EXISTS (SELECT FROM release e
                 JOIN fact_check f ON f.added_at <= e.fixed_at AND (f.removed_at IS NULL OR f.removed_at > e.fixed_at)
                CROSS JOIN LATERAL (SELECT FROM release_item r
                                     WHERE r.release_id = e.id AND r.item_id = f.item_id AND NOT r.sealed OFFSET 0) r
                WHERE e.id = $1::uuid)

-- name: release_fact_checks
-- What stood beside the items of a release when they were fixed, in the order of items; of sealed items nothing, for it
-- would tell their labels. People typed in each, so there are few beside the items.
--   $1 release uuid -> item, title, publisher, address, day, verdict
SELECT f.item_id, f.title, f.publisher, f.address, f.published::text, f.verdict
  FROM release e
  JOIN fact_check f ON f.added_at <= e.fixed_at AND (f.removed_at IS NULL OR f.removed_at > e.fixed_at)
 CROSS JOIN LATERAL (SELECT FROM release_item r WHERE r.release_id = e.id AND r.item_id = f.item_id AND NOT r.sealed OFFSET 0) r
 WHERE e.id = $1::uuid
 ORDER BY f.item_id, f.published, f.address COLLATE "C"
