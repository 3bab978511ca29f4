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

-- name: consensus_items
-- What is known of all items that have judgments. How many, the caller counts, who reads them all: to sort them by item
-- here took three times as long as all the rest.
--   -> id uuid, campaign uuid, gold, truth, state, threshold, min, max,
--      judgments before it was last reopened, p_fake (NULL: none yet), judgments scored, 0, 0,
--      reason of its open dispute (NULL: none, or a moderator has begun with it), the first version whose
--      judgments count, how often judgments on it were set aside or given back, key of its matched pair (NULL: none),
--      by which rule it is decided, what those believe who may decide (NULL: not written)
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       coalesce(o.judgments, 0),
       c.p_fake, coalesce(c.judgments, 0), 0, 0,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from, i.recount, lineage_key(i.pair), c.decided_by, c.decides
  FROM item i
  JOIN campaign k ON k.id = i.campaign_id
  LEFT JOIN consensus c ON c.item_id = i.id
  LEFT JOIN reopened o ON o.item_id = i.id
 WHERE NOT i.training AND EXISTS (SELECT FROM counted_judgment j WHERE j.item_id = i.id)
