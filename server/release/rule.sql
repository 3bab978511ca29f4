-- SPDX-License-Identifier: Apache-2.0
-- How long it would take to see whether a version promises enough.

-- name: rule_is_quick
-- Whether a release would be chosen from so few items: those of its campaign, or of all, and those that have a split,
-- which it must not be tied to. None of them is counted beyond that.
-- $1 campaign or NULL, $2 how many
SELECT count(*) <= $2::integer
  FROM ((SELECT FROM item WHERE campaign_id = (SELECT id FROM campaign WHERE name = $1) LIMIT $2::integer + 1)
         UNION ALL
        (SELECT FROM item WHERE $1::text IS NULL LIMIT $2::integer + 1)
         UNION ALL
        (SELECT FROM item_split LIMIT $2::integer + 1)) few
