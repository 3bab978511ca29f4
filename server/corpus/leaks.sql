-- SPDX-License-Identifier: Apache-2.0

-- name: leaks_sample
-- Items of a campaign whose label is known: by a ruling; else by what the source states, on another basis than the
-- crowd; else by the crowd, where it has settled them. Of each medium and label at most so many, drawn by their ids alone.
--   $1 campaign name, $2 how many
--   -> media type, is fake, source (ruling, truth or crowd), lineage as a number, place in the order of ids, place in the
--      order of import, rendition hex
WITH known AS MATERIALIZED (
    SELECT i.id, i.media_type, i.lineage, i.rendition,
           rank() OVER (PARTITION BY i.media_type ORDER BY i.created_at) AS imported,
           rank() OVER (PARTITION BY i.media_type ORDER BY i.id) AS place,
           coalesce(r.ruling, i.stated, CASE WHEN i.state = 'retired' AND c.p_fake >= 0.5 THEN 'fake'
                                             WHEN i.state = 'retired' AND c.p_fake < 0.5 THEN 'real' END) AS label,
           CASE WHEN r.ruling IS NOT NULL THEN 'ruling' WHEN i.stated IS NOT NULL THEN 'truth' ELSE 'crowd' END AS source
      FROM (SELECT *, CASE WHEN basis IS DISTINCT FROM 'crowd' THEN truth::text END AS stated FROM item) i
      JOIN campaign g ON g.id = i.campaign_id
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN standing_ruling s ON s.item_id = i.id
      LEFT JOIN LATERAL (SELECT s.ruling WHERE s.ruling IN ('real', 'fake')) r ON true
     WHERE g.name = $1 AND i.state <> 'withdrawn' AND s.ruling IS DISTINCT FROM 'exclude'
)
SELECT media_type, label = 'fake', source, dense_rank() OVER (ORDER BY lineage) - 1, place, imported,
       encode(rendition, 'hex')
  FROM (SELECT *, row_number() OVER (PARTITION BY media_type, label ORDER BY md5(id::text)) AS drawn
          FROM known WHERE label IS NOT NULL) sample
 WHERE drawn <= $2::integer
 ORDER BY media_type, id

-- name: leaks_traits
-- What is known of a rendition; no row: it is to be measured.
--   $1 rendition hex, $2 recipe
--   -> traits
SELECT traits FROM rendition_trait WHERE rendition = decode($1, 'hex') AND recipe = $2::smallint

-- name: leaks_keep_traits
--   $1 rendition hex, $2 recipe, $3 traits
INSERT INTO rendition_trait (rendition, recipe, traits)
VALUES (decode($1, 'hex'), $2::smallint, $3::double precision[])
    ON CONFLICT (rendition) DO UPDATE SET recipe = excluded.recipe, traits = excluded.traits, measured_at = now()

-- name: leaks_turn
-- One table is kept at a time; held until the transaction ends.
--   -> nothing of use
SELECT pg_advisory_xact_lock(7236837, 3)

-- name: leaks_forget
-- Before a campaign's new table.
--   $1 campaign name
DELETE FROM leak_table WHERE campaign_id = (SELECT id FROM campaign WHERE name = $1)

-- name: leaks_keep_table
--   $1 campaign name, $2 media type, $3 fakes, $4 reals, $5 lineages, $6 by truth, $7 by ruling, $8 by crowd, $9 unmeasured
INSERT INTO leak_table (campaign_id, media_type, fakes, reals, lineages, by_truth, by_ruling, by_crowd, unmeasured)
SELECT id, $2, $3::integer, $4::integer, $5::integer, $6::integer, $7::integer, $8::integer, $9::integer
  FROM campaign WHERE name = $1

-- name: leaks_keep_figure
--   $1 campaign name, $2 media type, $3 trait, $4 auc, $5 low, $6 high, $7 served
INSERT INTO leak_figure (campaign_id, media_type, trait, auc, low, high, served)
SELECT id, $2, $3, $4::double precision, $5::double precision, $6::double precision, $7::boolean
  FROM campaign WHERE name = $1

-- name: leaks_due
-- Campaigns whose table is to be made anew: there is none, or their items stand otherwise than then and fifty times as
-- long as it took has passed, or a day has. How many items stand where says that they changed; a corrected label alone
-- waits for the day.
--   -> name, what their items look like
SELECT g.name, n.counts
  FROM campaign g
 CROSS JOIN LATERAL (SELECT string_agg(concat_ws(' ', media_type, state, items), ', ' ORDER BY media_type, state) AS counts
                       FROM (SELECT media_type, state, sum(items) AS items FROM item_count
                              WHERE campaign_id = g.id GROUP BY 1, 2) kinds) n
  LEFT JOIN leak_turn t ON t.campaign_id = g.id
 WHERE n.counts IS NOT NULL
   AND (t.campaign_id IS NULL OR now() > t.made_at + interval '1 day'
        OR (t.counts <> n.counts AND now() > t.made_at + 50 * t.took_ms * interval '1 millisecond'))
 ORDER BY t.made_at NULLS FIRST, g.name COLLATE "C"

-- name: leaks_note_turn
--   $1 campaign name, $2 what its items looked like, $3 milliseconds
INSERT INTO leak_turn (campaign_id, counts, took_ms)
SELECT id, $2, $3::bigint FROM campaign WHERE name = $1
    ON CONFLICT (campaign_id) DO UPDATE SET counts = excluded.counts, took_ms = excluded.took_ms, made_at = now()
