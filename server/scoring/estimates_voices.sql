-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_campaigns
-- By what rules labels of each campaign are decided.
--   -> campaign uuid, version of its policy, items that are gold
SELECT k.id, k.policy, (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.gold AND NOT i.training)
  FROM campaign k

-- name: consensus_networks
-- From which network each volunteer judges in a campaign.
--   -> campaign uuid, volunteer uuid, network, declared boolean, provider or NULL
SELECT campaign_id, volunteer_id, network, declared, provider FROM volunteer_network

-- name: consensus_skips
-- How many pairs volunteers have skipped.
--   -> volunteer uuid, integer
SELECT volunteer_id, count(*)::integer FROM skipped_pair GROUP BY volunteer_id

-- name: consensus_note_networks
-- Keeps the network from which somebody judged first, of news that no fit has read. Of campaigns that have ended and of
-- volunteers who were erased nothing is kept.
--   $1 bigint after which number
--   -> campaign uuid, volunteer uuid, network, declared boolean, provider or NULL: of all who judged
WITH judged AS MATERIALIZED (
    SELECT DISTINCT ON (i.campaign_id, n.volunteer)
           i.campaign_id, n.volunteer, substr(n.network, 1, 16) AS network, get_byte(n.network, 16) = 1 AS declared,
           nullif(substr(n.network, 18), '') AS provider
      FROM score_pending p
     CROSS JOIN LATERAL unnest(p.items, p.volunteers, p.networks) AS n (item, volunteer, network)
     CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = n.item OFFSET 0) i
     CROSS JOIN LATERAL (SELECT FROM campaign WHERE id = i.campaign_id AND state IN ('open', 'paused') OFFSET 0) k
     CROSS JOIN LATERAL (SELECT FROM volunteer WHERE id = n.volunteer OFFSET 0) v
     WHERE p.id > $1::bigint AND n.network IS NOT NULL
     ORDER BY i.campaign_id, n.volunteer, p.id
), known AS MATERIALIZED (
    SELECT o.campaign_id, o.volunteer_id, o.network, o.declared, o.provider
      FROM judged j
     CROSS JOIN LATERAL (SELECT * FROM volunteer_network
                          WHERE campaign_id = j.campaign_id AND volunteer_id = j.volunteer OFFSET 0) o
), noted AS (
    INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared, provider)
    SELECT campaign_id, volunteer, network, declared, provider FROM judged j
     WHERE NOT EXISTS (SELECT FROM known k WHERE k.campaign_id = j.campaign_id AND k.volunteer_id = j.volunteer)
        ON CONFLICT DO NOTHING
    RETURNING campaign_id, volunteer_id, network, declared, provider
)
SELECT * FROM known UNION ALL SELECT * FROM noted
