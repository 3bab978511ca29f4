-- SPDX-License-Identifier: Apache-2.0

-- name: item_cache_moment
-- The oldest transaction that this snapshot cannot see whole. All news that a later snapshot
-- sees and this one does not were written by it or by a younger one.
--   -> xid8
SELECT pg_snapshot_xmin(pg_current_snapshot())::text

-- name: item_cache_campaigns
-- Every campaign, in an order that stays.
--   -> id, name, question, policy, plan, random_share, open?, threshold, least judgments, does its crowd settle items?,
--      fake_rate, questions in other languages as json, then for each medium: is it handed out?; whom it is for; dose of
--      gold or NULL
SELECT k.id, k.name, k.question, k.policy, k.max_judgments, k.random_share, k.state = 'open', k.threshold,
       k.min_judgments, coalesce(a.trusted, false), k.fake_rate, k.questions::text,
       'image' = ANY (k.media_types), 'video' = ANY (k.media_types), 'audio' = ANY (k.media_types),
       k.visibility, k.gold_dose
  FROM campaign k LEFT JOIN agreement a ON a.campaign_id = k.id
 ORDER BY k.created_at, k.id

-- name: item_cache_all
-- Every item that is in service, and whose files are there and as they are to be.
--   -> the columns of the view, in its order
SELECT id, in_service, media_type, lineage, pair, gold, training, fake, campaign_id, p_fake,
       judgments, rendition, rendition_type, poster, width, height, duration_ms, sensitive,
       version, judged_from, retired, decides, near
  FROM catalogue
 WHERE in_service AND NOT EXISTS (SELECT FROM unready_item l WHERE l.item_id = catalogue.id)

-- name: item_cache_retired
-- Some of the retired items of every open campaign and medium, for company.
--   $1 integer how many of each
--   -> as catalogue_all
SELECT c.id, false, c.media_type, c.lineage, c.pair, c.gold, c.training, c.fake, c.campaign_id,
       c.p_fake, c.judgments, c.rendition, c.rendition_type, c.poster, c.width, c.height,
       c.duration_ms, c.sensitive, c.version, c.judged_from, true, c.decides, c.near
  FROM campaign k
 CROSS JOIN unnest(ARRAY['image', 'video', 'audio']) AS t (media_type)
 CROSS JOIN LATERAL (SELECT i.id FROM item i
                      WHERE i.campaign_id = k.id AND i.state = 'retired'
                        AND i.media_type = t.media_type AND NOT i.gold AND NOT i.training
                        AND NOT EXISTS (SELECT FROM unready_item l WHERE l.item_id = i.id)
                      LIMIT $1::integer) kept
 CROSS JOIN LATERAL (SELECT * FROM catalogue WHERE id = kept.id OFFSET 0) c
 WHERE k.state = 'open'

-- name: item_cache_some
-- Some items, in service or not. Each is looked up by its key, and so are its rulings: OFFSET 0 hands the key into
-- the view, which would otherwise gather what was reopened of all items.
--   $1 uuid[], each once
--   -> as catalogue_all
SELECT c.id, c.in_service AND l.item_id IS NULL, c.media_type, c.lineage, c.pair, c.gold, c.training, c.fake,
       c.campaign_id, c.p_fake, c.judgments, c.rendition, c.rendition_type, c.poster, c.width, c.height, c.duration_ms,
       c.sensitive, c.version, c.judged_from, c.retired AND l.item_id IS NULL, c.decides, c.near
  FROM unnest($1::uuid[]) AS a (id)
 CROSS JOIN LATERAL (SELECT * FROM catalogue WHERE id = a.id OFFSET 0) c
  LEFT JOIN LATERAL (SELECT item_id FROM unready_item WHERE item_id = a.id LIMIT 1) l ON true

-- name: change_feed_read
-- What was told since a moment; what was told at about that moment may come again.
--   $1 xid8 of catalogue_moment
--   -> id, changed uuid[], pairs uuid[], volunteers uuid[], items uuid[], skipped?
SELECT id, changed, pairs, volunteers, items, skipped
  FROM catalogue_news
 WHERE xact >= $1::text::xid8

-- name: item_cache_told
-- Every news there is, of which a server that reads everything need not hear.
--   -> id
SELECT id FROM catalogue_news

-- name: change_feed_forget
-- What every server has heard that looked since a moment some minutes ago. By transaction and
-- not by time: the news of a long transaction are old when they can first be seen.
--   $1 xid8 of catalogue_moment, as it was then
DELETE FROM catalogue_news WHERE xact < $1::text::xid8

-- name: item_cache_leases
-- How many leases of each item are open.
--   -> item uuid, leases bigint
SELECT x.item_id, count(*)
  FROM lease l CROSS JOIN LATERAL (VALUES (l.left_item), (l.right_item)) AS x (item_id)
 WHERE l.expires_at > now()
 GROUP BY x.item_id
