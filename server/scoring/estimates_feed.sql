-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_news
-- Single judgments that no fit has read, oldest first. Their order of numbers is not their
-- order of commit: the caller asks from some way back and passes over what it knows. A row without
-- judgments asks for a fit: its item is NULL.
--   $1 bigint after which number, $2 bigint[] numbers that are known
-- What volunteers say whose judgments are set aside from some time on does not come in at all.
--   -> id bigint, item uuid, volunteer uuid, says fake boolean, version of the item, a fit comes at once?
SELECT p.id, n.item, n.volunteer, n.fake, coalesce(n.version, 1), p.at_once
  FROM score_pending p
  LEFT JOIN LATERAL (
       SELECT u.item, u.volunteer, u.fake, u.version
         FROM unnest(p.items, p.volunteers, p.fakes, p.versions) AS u (item, volunteer, fake, version)
        WHERE NOT EXISTS (SELECT FROM set_aside_volunteer s
                           WHERE s.volunteer_id = u.volunteer AND s.to_at = 'infinity'
                             AND (s.campaign_id IS NULL
                                  OR s.campaign_id = (SELECT i.campaign_id FROM item i WHERE i.id = u.item OFFSET 0))
                          OFFSET 0)) n ON true
 WHERE p.id > $1::bigint AND p.id <> ALL ($2::bigint[])
 ORDER BY p.id

-- name: consensus_touched
-- The same of some items. Each is found by its key: OFFSET 0 keeps the planner from joining whole tables, which it
-- would choose by statistics from before the crowd came.
--   $1 uuid[], each once
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       coalesce((SELECT o.judgments FROM reopened o WHERE o.item_id = i.id), 0),
       c.p_fake, coalesce(c.judgments, 0), 0, 0,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from, i.recount, NULL, c.decided_by, c.decides
  FROM unnest($1::uuid[]) AS a (id)
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = a.id AND NOT training OFFSET 0) i
 CROSS JOIN LATERAL (SELECT * FROM campaign WHERE id = i.campaign_id OFFSET 0) k
  LEFT JOIN LATERAL (SELECT * FROM consensus WHERE item_id = i.id OFFSET 0) c ON true
