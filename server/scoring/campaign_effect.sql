-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_effect_items
-- What a decision on each judged item of a campaign rests on: of all where they are few, else of as many, which stand next to
-- each other by their ids. Ids are drawn by chance, so these are a fair sample; where it begins follows from the campaign, so that
-- one who asks again is told the same.
--   $1 text name, $2 threshold, $3 least and $4 most judgments: the rule that they are decided by; $5 how many items
--   -> as consensus_items; then, is the crowd trusted?, is there something to decide?, how many such items the campaign has
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, $2::double precision, $3::integer, $4::integer,
       coalesce(o.judgments, 0), c.p_fake, coalesce(c.judgments, 0), coalesce(c.judgments, 0), coalesce(c.fake_votes, 0),
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from, i.recount, NULL, c.decided_by, c.decides, coalesce(a.trusted, false),
       NOT i.training AND coalesce(c.judgments, 0) > 0, n.items
  FROM (SELECT id, md5(id::text)::uuid AS start FROM campaign WHERE name = $1) k
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(items), 0)::bigint AS items FROM item_count
        WHERE campaign_id = k.id AND state IN ('in_service', 'retired', 'disputed') OFFSET 0) n
 CROSS JOIN LATERAL (
       SELECT * FROM ((SELECT * FROM item WHERE campaign_id = k.id AND id >= k.start ORDER BY id LIMIT $5::integer)
                       UNION ALL
                      (SELECT * FROM item WHERE campaign_id = k.id AND id < k.start ORDER BY id LIMIT $5::integer)) drawn
        LIMIT $5::integer) i
  LEFT JOIN LATERAL (SELECT * FROM consensus WHERE item_id = i.id OFFSET 0) c ON true
  LEFT JOIN LATERAL (SELECT * FROM reopened WHERE item_id = i.id OFFSET 0) o ON true
  LEFT JOIN agreement a ON a.campaign_id = k.id
 WHERE i.state IN ('in_service', 'retired', 'disputed')

-- name: campaign_effect_media
-- Items in service, by medium, of a campaign.
--   $1 text name -> medium, items, is the campaign open?, is the medium one of its?
SELECT n.media_type, sum(n.items)::bigint, k.state = 'open', n.media_type = ANY (k.media_types)
  FROM campaign k JOIN item_count n ON n.campaign_id = k.id AND n.state = 'in_service'
 WHERE k.name = $1 GROUP BY k.id, n.media_type
