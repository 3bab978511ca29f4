-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_find
-- A campaign by name, made when there is none.
--   $1 text name
--   -> id uuid
WITH made AS (
    INSERT INTO campaign (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM campaign WHERE name = $1 LIMIT 1

-- name: campaign_add
-- Makes a campaign, unless there is one of this name.
--   $1 text name, $2 and $3 box width and height or NULL, $4 and $5 window's begin and length in ms or NULL
INSERT INTO campaign (name, box_width, box_height, window_from_ms, window_ms)
VALUES ($1, $2::integer, $3::integer, $4::integer, $5::integer) ON CONFLICT (name) DO NOTHING

-- name: campaign_cut
--   $1 campaign uuid -> box width, box height, window's begin and length in ms; NULL: none
SELECT box_width, box_height, window_from_ms, window_ms FROM campaign WHERE id = $1::uuid

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
--   -> name, state, items, in service, retired, disputed, settled, box and window as campaign_cut
SELECT c.name, c.state, coalesce(sum(n.items), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'in_service'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'retired'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'disputed'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'settled'), 0)::bigint,
       c.box_width, c.box_height, c.window_from_ms, c.window_ms
  FROM campaign c LEFT JOIN item_count n ON n.campaign_id = c.id
 GROUP BY c.id ORDER BY c.name COLLATE "C"
