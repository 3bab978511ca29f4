-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_find
-- A campaign by name, made when there is none.
--   $1 text name
--   -> id uuid
WITH made AS (
    INSERT INTO campaign (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM campaign WHERE name = $1 LIMIT 1

-- name: campaign_set_state
-- Opens or closes a campaign.
--   $1 text name, $2 text open or closed
UPDATE campaign SET state = $2 WHERE name = $1

-- name: campaign_released_gold
-- How many items that are gold in a closed campaign lie in a release.
--   $1 text name
--   -> bigint (no row: it is open, or there is none)
SELECT released_gold(id) FROM campaign WHERE name = $1 AND state = 'closed'

-- name: campaign_list
-- Every campaign with what is in it.
--   -> name, state, items, in service, retired, disputed, settled
SELECT c.name, c.state, coalesce(sum(n.items), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'in_service'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'retired'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'disputed'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'settled'), 0)::bigint
  FROM campaign c LEFT JOIN item_count n ON n.campaign_id = c.id
 GROUP BY c.id ORDER BY c.name COLLATE "C"
