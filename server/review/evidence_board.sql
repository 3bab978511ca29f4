-- SPDX-License-Identifier: Apache-2.0

-- name: evidence_open
-- Whose evidence it is, and whether this moderator may see it. Where they may without a verdict of their own, it is noted
-- that they have seen it.
--   $1 dispute uuid, $2 account uuid
--   -> item uuid, may see it? (no row: there is no such dispute)
WITH one AS MATERIALIZED (
    SELECT d.id, d.item_id, sees_evidence(d.id, $2::uuid) AS sees FROM dispute d WHERE d.id = $1::uuid
), noted AS (
    INSERT INTO evidence_seen (dispute_id, account_id)
    SELECT o.id, $2::uuid FROM one o
     WHERE o.sees AND NOT EXISTS (SELECT FROM blind_verdict b WHERE b.dispute_id = o.id AND b.account_id = $2::uuid)
        ON CONFLICT (dispute_id, account_id) DO NOTHING
)
SELECT item_id, sees FROM one

-- name: evidence_votes
-- The first votes that count on an item, in the order in which they were given, with nothing of whose they are but numbers
-- within this list: networks that gave several of them, and cohorts of the last fit, those with most votes first. Who is
-- ignored, or not known any more, has no skill. Days are days while votes came in two months, else weeks.
--   $1 item uuid, $2 most votes, $3 most networks and cohorts of each
--   -> verdict, sensitivity, specificity (or NULL), judged gold, judgments (or NULL), step of exposure in seconds (or NULL),
--      rfc3339 of the day or week, are these weeks?, number of the network, of the cohort (or NULL)
WITH votes AS MATERIALIZED (
    SELECT j.volunteer_id, j.verdict, j.judged_at, exposure_step(p.exposure_ms) AS exposure,
           CASE WHEN NOT s.ignored THEN s.sensitivity END AS sensitivity,
           CASE WHEN NOT s.ignored THEN s.specificity END AS specificity, s.gold, s.judgments, m.cohort,
           CASE WHEN NOT n.declared THEN n.network END AS network
      FROM item i
      JOIN counted_judgment j ON j.item_id = i.id
      JOIN judged_pair p ON p.assignment_id = j.assignment_id
      LEFT JOIN volunteer_skill s ON s.volunteer_id = j.volunteer_id
      LEFT JOIN cohort_member m ON m.volunteer_id = j.volunteer_id
      LEFT JOIN volunteer_network n ON n.campaign_id = i.campaign_id AND n.volunteer_id = j.volunteer_id
     WHERE i.id = $1::uuid
     ORDER BY j.judged_at, j.volunteer_id
     LIMIT $2::integer
), networks AS MATERIALIZED (
    SELECT network, row_number() OVER (ORDER BY count(*) DESC, min(judged_at), network) AS number
      FROM votes WHERE network IS NOT NULL GROUP BY network HAVING count(*) > 1
     ORDER BY 2 LIMIT $3::integer
), cohorts AS MATERIALIZED (
    SELECT cohort, row_number() OVER (ORDER BY count(*) DESC, cohort) AS number
      FROM votes WHERE cohort IS NOT NULL GROUP BY cohort
     ORDER BY 2 LIMIT $3::integer
), span AS MATERIALIZED (
    SELECT max(judged_at) - min(judged_at) > interval '60 days' AS weeks FROM votes
)
SELECT v.verdict, v.sensitivity, v.specificity, v.gold, v.judgments, v.exposure,
       rfc3339(date_trunc(CASE WHEN t.weeks THEN 'week' ELSE 'day' END, v.judged_at, 'UTC')), t.weeks,
       n.number, c.number
  FROM votes v
 CROSS JOIN span t
  LEFT JOIN networks n ON n.network = v.network
  LEFT JOIN cohorts c ON c.cohort = v.cohort
 ORDER BY v.judged_at, v.volunteer_id

-- name: evidence_marks
-- Where volunteers pointed at in an item: how many, by cells of a square grid over it, and by steps of its time. A volunteer
-- counts once in a cell or step. Cells and steps where nobody pointed have no row.
--   $1 item uuid, $2 most votes, $3 cells a side, $4 steps
--   -> column, row (NULL: of a step), step (NULL: of a cell), how many who say real, fake
WITH marks AS MATERIALIZED (
    SELECT j.volunteer_id, j.verdict, (m ->> 'x')::double precision AS x, (m ->> 'y')::double precision AS y,
           (m ->> 't_ms')::double precision / nullif(j.duration_ms, 0) AS t
      FROM (SELECT j.volunteer_id, j.verdict, j.marks, i.duration_ms
              FROM item i JOIN counted_judgment j ON j.item_id = i.id
             WHERE i.id = $1::uuid
             ORDER BY j.judged_at, j.volunteer_id LIMIT $2::integer) j
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(j.marks, '[]'::jsonb)) m
)
SELECT least(floor(x * $3::integer), $3::integer - 1)::integer, least(floor(y * $3::integer), $3::integer - 1)::integer,
       NULL::integer, count(DISTINCT volunteer_id) FILTER (WHERE verdict = 'real'),
       count(DISTINCT volunteer_id) FILTER (WHERE verdict = 'fake')
  FROM marks WHERE x IS NOT NULL AND y IS NOT NULL GROUP BY 1, 2
 UNION ALL
SELECT NULL, NULL, least(floor(t * $4::integer), $4::integer - 1)::integer,
       count(DISTINCT volunteer_id) FILTER (WHERE verdict = 'real'),
       count(DISTINCT volunteer_id) FILTER (WHERE verdict = 'fake')
  FROM marks WHERE t IS NOT NULL GROUP BY 3
 ORDER BY 3, 2, 1

-- name: evidence_lineage
-- The other items of an item's lineage, and the one that it is paired with, with what is known of them: where one is real
-- and the other fake, the one was made of the other.
--   $1 item uuid, $2 most
--   -> uuid, media type, state, truth (or NULL), its pair?, techniques with commas between, title, its ruling in force (or
--      NULL), rfc3339 when it was taken in
SELECT o.id, o.media_type, o.state, o.truth, o.paired, array_to_string(o.techniques, ','), o.title,
       (SELECT r.ruling FROM standing_ruling r WHERE r.item_id = o.id), rfc3339(o.created_at)
  FROM item i
 CROSS JOIN LATERAL (
       SELECT k.id, k.media_type, k.state, k.truth, k.techniques, k.title, k.created_at, coalesce(k.pair = i.pair, false) AS paired
         FROM item k WHERE k.lineage = i.lineage AND k.id <> i.id
        UNION
       SELECT k.id, k.media_type, k.state, k.truth, k.techniques, k.title, k.created_at, true
         FROM item k WHERE k.pair = i.pair AND k.id <> i.id
        ORDER BY paired DESC, created_at, id LIMIT $2::integer) o
 WHERE i.id = $1::uuid
 ORDER BY o.paired DESC, o.created_at, o.id
