-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_folded
-- Which news a fit of this moment has read.
--   -> id bigint
SELECT id FROM score_pending ORDER BY id

-- name: consensus_judgments
-- What the model reads.
--   -> item uuid, volunteer uuid, says fake boolean, confidence, on the left?
SELECT item_id, volunteer_id, verdict = 'fake', confidence, position = 'left'
  FROM counted_judgment

-- name: consensus_campaigns
-- By what rules labels of each campaign are decided.
--   -> campaign uuid, version of its policy, items that are gold
SELECT k.id, k.policy, (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.gold AND NOT i.training)
  FROM campaign k

-- name: consensus_networks
-- From which network each volunteer judges in a campaign.
--   -> campaign uuid, volunteer uuid, network, declared boolean
SELECT campaign_id, volunteer_id, network, declared FROM volunteer_network

-- name: consensus_skips
-- How many pairs volunteers have skipped.
--   -> volunteer uuid, integer
SELECT volunteer_id, count(*)::integer FROM skipped_pair GROUP BY volunteer_id

-- name: consensus_note_networks
-- Keeps the network from which somebody judged first, of news that no fit has read. Of campaigns that have ended and of
-- volunteers who were erased nothing is kept.
--   $1 bigint after which number
--   -> campaign uuid, volunteer uuid, network, declared boolean: of those that were not known
INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)
SELECT DISTINCT ON (i.campaign_id, n.volunteer)
       i.campaign_id, n.volunteer, substr(n.network, 1, 16), get_byte(n.network, 16) = 1
  FROM score_pending p
 CROSS JOIN LATERAL unnest(p.items, p.volunteers, p.networks) AS n (item, volunteer, network)
 CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = n.item OFFSET 0) i
 CROSS JOIN LATERAL (SELECT FROM campaign WHERE id = i.campaign_id AND state = 'open' OFFSET 0) k
 CROSS JOIN LATERAL (SELECT FROM volunteer WHERE id = n.volunteer OFFSET 0) v
 WHERE p.id > $1::bigint AND n.network IS NOT NULL
   AND NOT EXISTS (SELECT FROM volunteer_network o
                    WHERE o.campaign_id = i.campaign_id AND o.volunteer_id = n.volunteer OFFSET 0)
 ORDER BY i.campaign_id, n.volunteer, p.id
    ON CONFLICT DO NOTHING
RETURNING campaign_id, volunteer_id, network, declared

-- name: consensus_items
-- What is known of all items that have judgments. How many, the caller counts, who reads them all: to sort them by item
-- here took three times as long as all the rest.
--   -> id uuid, campaign uuid, gold, truth, state, threshold, min, max,
--      judgments before it was last reopened, p_fake (NULL: none yet), judgments scored, 0, 0,
--      reason of its open dispute (NULL: none, or a moderator has begun with it), the first version whose
--      judgments count, key of its matched pair (NULL: none), by which rule it is decided
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       coalesce(o.judgments, 0),
       c.p_fake, coalesce(c.judgments, 0), 0, 0,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from, lineage_key(i.pair), c.decided_by
  FROM item i
  JOIN campaign k ON k.id = i.campaign_id
  LEFT JOIN consensus c ON c.item_id = i.id
  LEFT JOIN reopened o ON o.item_id = i.id
 WHERE NOT i.training AND EXISTS (SELECT FROM counted_judgment j WHERE j.item_id = i.id)
