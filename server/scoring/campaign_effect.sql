-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_effect_items
-- What a decision on each judged item of a campaign rests on.
--   $1 text name, $2 threshold, $3 least and $4 most judgments: the rule that they are decided by
--   -> as consensus_items; then, is the crowd trusted?
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, $2::double precision, $3::integer, $4::integer,
       coalesce(o.judgments, 0), c.p_fake, c.judgments, c.judgments, c.fake_votes,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from, i.recount, NULL, c.decided_by, c.decides, coalesce(a.trusted, false)
  FROM campaign k
  JOIN item i ON i.campaign_id = k.id AND i.state IN ('in_service', 'retired', 'disputed')
  JOIN consensus c ON c.item_id = i.id
  LEFT JOIN reopened o ON o.item_id = i.id
  LEFT JOIN agreement a ON a.campaign_id = k.id
 WHERE k.name = $1 AND NOT i.training AND c.judgments > 0

-- name: campaign_effect_media
-- Items in service, by medium, of a campaign.
--   $1 text name -> medium, items, is the campaign open?, is the medium one of its?
SELECT n.media_type, sum(n.items)::bigint, k.state = 'open', n.media_type = ANY (k.media_types)
  FROM campaign k JOIN item_count n ON n.campaign_id = k.id AND n.state = 'in_service'
 WHERE k.name = $1 GROUP BY k.id, n.media_type
