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
-- Makes a campaign, unless there is one of this name. One whose length is to be settled is not open yet.
--   $1 text name, $2 and $3 box width and height or NULL, $4 and $5 window's begin and length in ms or NULL, $6 noise in
--   dBFS or NULL, $7 is the length that of the shortest?
INSERT INTO campaign (name, box_width, box_height, window_from_ms, window_ms, noise_db, shortest, state)
VALUES ($1, $2::integer, $3::integer, $4::integer, $5::integer, $6::smallint, $7::boolean,
        CASE WHEN $7::boolean THEN 'preparing' ELSE 'open' END) ON CONFLICT (name) DO NOTHING

-- name: campaign_cut
--   $1 campaign uuid -> box width, box height, window's begin and length in ms, noise in dBFS; NULL: none
SELECT box_width, box_height, window_from_ms, window_ms, noise_db FROM campaign WHERE id = $1::uuid

-- name: campaign_shortest
-- The shortest film or sound of a campaign whose length is still to be settled; no row: none, or it is settled.
--   $1 text name -> item uuid, duration_ms
SELECT i.id, i.duration_ms FROM campaign g JOIN item i ON i.campaign_id = g.id
 WHERE g.name = $1 AND g.shortest AND g.window_ms IS NULL AND i.duration_ms IS NOT NULL AND i.state <> 'withdrawn'
 ORDER BY i.duration_ms, i.id LIMIT 1

-- name: campaign_settle
-- Settles the length, and notes what is to be cut to it.
--   $1 text name, $2 length in ms
WITH settled AS (
    UPDATE campaign SET window_from_ms = 0, window_ms = $2::integer
     WHERE name = $1 AND shortest AND window_ms IS NULL
    RETURNING id, window_ms
)
INSERT INTO cut_due (item_id)
SELECT i.id FROM settled g JOIN item i ON i.campaign_id = g.id
 WHERE i.duration_ms <> g.window_ms AND i.state <> 'withdrawn'
    ON CONFLICT (item_id) DO UPDATE SET why = NULL, due_at = clock_timestamp()

-- name: campaign_uncut
-- Items that cannot be cut as their campaign wants it.
--   $1 text name -> item uuid, why
SELECT d.item_id, d.why FROM cut_due d JOIN item i ON i.id = d.item_id JOIN campaign g ON g.id = i.campaign_id
 WHERE g.name = $1 AND d.why IS NOT NULL ORDER BY d.item_id

-- name: campaign_state_lock
-- How a campaign stands, held until the transaction ends.
--   $1 text name -> state, version
SELECT state, version FROM campaign WHERE name = $1 FOR NO KEY UPDATE

-- name: campaign_set_state
--   $1 text name, $2 text state
UPDATE campaign SET state = $2 WHERE name = $1

-- name: campaign_released_gold
-- How many items that are gold in a closed campaign lie in a release.
--   $1 text name
--   -> bigint (no row: it is open, or there is none)
SELECT released_gold(id) FROM campaign WHERE name = $1 AND state = 'closed'

-- name: campaign_list
-- Every campaign with what is in it.
--   -> name, state, items, in service, retired, disputed, settled, box, window and noise as campaign_cut, is the length
--      that of the shortest, items that wait to be cut, items that cannot be
SELECT c.name, c.state, coalesce(sum(n.items), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'in_service'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'retired'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'disputed'), 0)::bigint,
       coalesce(sum(n.items) FILTER (WHERE n.state = 'settled'), 0)::bigint,
       c.box_width, c.box_height, c.window_from_ms, c.window_ms, c.noise_db, c.shortest,
       (SELECT count(*) FROM cut_due d JOIN item i ON i.id = d.item_id WHERE i.campaign_id = c.id AND d.why IS NULL),
       (SELECT count(*) FROM cut_due d JOIN item i ON i.id = d.item_id WHERE i.campaign_id = c.id AND d.why IS NOT NULL)
  FROM campaign c LEFT JOIN item_count n ON n.campaign_id = c.id
 GROUP BY c.id ORDER BY c.name COLLATE "C"
