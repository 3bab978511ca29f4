-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_last_fit
-- What the last full fit changed, for /metrics.
--   -> fits, retired, reopened, disputed, withdrawn in all; held, gold, weight, slope, seconds since the epoch;
--      cohorts, volunteers in them, labels that turn without them, their share of the judgments;
--      retired items by who decides them: full, no gold, one network, neither; volunteers worse than chance
--      (no row: nothing was fitted yet)
SELECT fits, retired_all, reopened_all, disputed_all, withdrawn_all, held, gold, weight, slope,
       extract(epoch FROM fitted_at), cohorts, cohort_volunteers, cohort_changes, cohort_share,
       decided_full, decided_no_gold, decided_one_network, decided_neither, ignored
  FROM last_fit

-- name: stats_public
-- The public figures, in one row. The served fake rate is known from gold: told to the
-- last digit, and at once, it would tell anyone the truth of the pair just judged. So it is
-- rounded, counts up to yesterday, and waits for enough judgments. For the same reason what the last
-- fit says of gold is told by tens and tenths. Pairs of the past are counted
-- already (stats_fold), items and beliefs as they change; here only pairs that came since are. LIMIT 1, because the planner supposes 1,800
-- rows in a table of one, and spends a second on compiling what then takes milliseconds.
--   $1 text[] states of items, $2 text[] media types
--   -> volunteers, pairs, judgments; with commas between: items by state, items by media type, judgments by media type;
--      alpha, low, high of the largest campaign that is for everyone (or NULL); with commas between: the last thirty days, judgments of each, items
--      by tenths of what is believed of them; served fake rate (or NULL); of the last fit (or NULL) when, retired, reopened,
--      held, disputed, withdrawn, gold, weight, slope; when this was read; of the last fit (or NULL)
--      cohorts, volunteers in them, labels that turn without them, their share of the judgments in hundredths,
--      retired items by who decides them: full, no gold, one network, neither
WITH told AS MATERIALIZED (
    SELECT counted_to, volunteers FROM tally_end LIMIT 1
), fresh AS MATERIALIZED (
    SELECT p.volunteer_id, p.judged_at, p.media_type, p.kind = 'training' AS training
      FROM told e JOIN judged_pair p ON p.judged_at >= e.counted_to
), pairs AS MATERIALIZED (
    SELECT day, media_type, training, pairs FROM tally
     UNION ALL
    SELECT judged_at::date, media_type, training, count(*) FROM fresh GROUP BY 1, 2, 3
), items AS MATERIALIZED (
    SELECT campaign_id, media_type, state, sum(items) AS items FROM item_count
     GROUP BY campaign_id, media_type, state
), beliefs AS MATERIALIZED (
    SELECT bar, sum(items) AS items FROM belief_count GROUP BY bar
)
SELECT (SELECT e.volunteers +
            (SELECT count(*) FROM (SELECT DISTINCT volunteer_id FROM fresh) f
              WHERE NOT EXISTS (SELECT FROM judged_pair p
                                 WHERE p.volunteer_id = f.volunteer_id AND p.judged_at < e.counted_to))
          FROM told e),
       (SELECT coalesce(sum(pairs), 0) FROM pairs),
       (SELECT coalesce(2 * sum(pairs), 0) FROM pairs WHERE NOT training),
       (SELECT string_agg((SELECT coalesce(sum(items), 0) FROM items i WHERE i.state = t.state)::text, ',' ORDER BY n)
          FROM unnest($1::text[]) WITH ORDINALITY AS t (state, n)),
       (SELECT string_agg((SELECT coalesce(sum(items), 0) FROM items i WHERE i.media_type = t.media_type)::text, ','
                          ORDER BY n)
          FROM unnest($2::text[]) WITH ORDINALITY AS t (media_type, n)),
       (SELECT string_agg((SELECT coalesce(2 * sum(pairs), 0) FROM pairs p
                            WHERE p.media_type = t.media_type AND NOT p.training)::text, ',' ORDER BY n)
          FROM unnest($2::text[]) WITH ORDINALITY AS t (media_type, n)),
       a.alpha, a.low, a.high, days.days, days.judgments,
       (SELECT string_agg((SELECT coalesce(sum(items), 0) FROM beliefs WHERE bar = b)::text, ',' ORDER BY b)
          FROM generate_series(0, 9) AS b),
       (SELECT round(sum(fakes) / sum(judgments), 2)
          FROM served_tally WHERE day < date_trunc('day', now()) HAVING sum(judgments) >= 100),
       rfc3339(f.fitted_at), f.retired, f.reopened, f.held, f.disputed, f.withdrawn, f.gold / 10 * 10,
       round(f.weight::numeric, 1), round(f.slope::numeric, 1), rfc3339(now()),
       f.cohorts, f.cohort_volunteers, f.cohort_changes, round(f.cohort_share::numeric, 2),
       f.decided_full, f.decided_no_gold, f.decided_one_network, f.decided_neither
  FROM (SELECT string_agg(day::date::text, ',' ORDER BY day) AS days,
               string_agg((SELECT coalesce(2 * sum(pairs), 0) FROM pairs p
                            WHERE NOT p.training AND p.day = series.day::date)::text, ',' ORDER BY day) AS judgments
          FROM generate_series(date_trunc('day', now()) - interval '29 days',
                               date_trunc('day', now()), interval '1 day') AS series (day)) AS days
  LEFT JOIN (SELECT g.* FROM agreement g JOIN campaign c ON c.id = g.campaign_id AND c.visibility = 'everyone'
              ORDER BY (SELECT sum(items) FROM items i WHERE i.campaign_id = c.id) DESC NULLS LAST, c.name
              LIMIT 1) a ON true
  LEFT JOIN (SELECT * FROM last_fit LIMIT 1) f ON true

-- name: stats_fold_again
-- A clock that was ahead made the tally end in what is the future now: all is counted anew.
WITH ahead AS (
    UPDATE tally_end SET counted_to = '2000-01-01', volunteers = 0 WHERE counted_to > now() RETURNING counted_to
), served AS (
    DELETE FROM served_tally WHERE EXISTS (SELECT FROM ahead)
)
DELETE FROM tally WHERE EXISTS (SELECT FROM ahead)

-- name: stats_fold_end
-- Up to when pairs may be counted: a minute ago, and no further than the beginning of a transaction that may
-- still store some (one that has stored nothing for ten minutes is a reader's: a dump). At most a day at a time, of days in which somebody judged. What counts them must see a later snapshot.
--   -> timestamptz, is there more?
SELECT least(latest, next_day), coalesce(next_day < latest, false)
  FROM (SELECT least(now() - interval '1 minute',
                     (SELECT min(xact_start) FROM pg_stat_activity
                       WHERE backend_xid IS NOT NULL OR xact_start > now() - interval '10 minutes')) AS latest,
               (SELECT min(judged_at) FROM judged_pair
                 WHERE judged_at >= (SELECT counted_to FROM tally_end LIMIT 1)) + interval '1 day' AS next_day) AS ends

-- name: stats_fold
-- Counts the pairs of the past once and for all. Another server that is at it is not waited for.
--   $1 timestamptz of stats_fold_end
WITH span AS MATERIALIZED (
    SELECT counted_to AS since, $1::timestamptz AS until FROM tally_end LIMIT 1 FOR UPDATE SKIP LOCKED
), past AS MATERIALIZED (
    SELECT p.volunteer_id, p.judged_at, p.media_type, p.kind = 'training' AS training
      FROM span s JOIN judged_pair p ON p.judged_at >= s.since AND p.judged_at < s.until
), counted AS (
    INSERT INTO tally (day, media_type, training, pairs)
    SELECT judged_at::date, media_type, training, count(*) FROM past GROUP BY 1, 2, 3
        ON CONFLICT (day, media_type, training) DO UPDATE SET pairs = tally.pairs + excluded.pairs
), served AS (
    INSERT INTO served_tally AS t (day, judgments, fakes)
    SELECT j.judged_at::date, count(*), count(*) FILTER (WHERE i.truth = 'fake')
      FROM span s
     CROSS JOIN LATERAL (SELECT item_id, judged_at FROM judgment
                          WHERE judged_at >= s.since AND judged_at < s.until AND NOT training OFFSET 0) j
     CROSS JOIN LATERAL (SELECT truth FROM item WHERE id = j.item_id OFFSET 0) i
     WHERE i.truth IS NOT NULL
     GROUP BY 1
        ON CONFLICT (day) DO UPDATE SET judgments = t.judgments + excluded.judgments,
                                        fakes = t.fakes + excluded.fakes
), new AS MATERIALIZED (
    SELECT s.until,
           (SELECT count(*) FROM (SELECT DISTINCT volunteer_id FROM past) f
             WHERE NOT EXISTS (SELECT FROM judged_pair p
                                WHERE p.volunteer_id = f.volunteer_id AND p.judged_at < s.since)) AS volunteers
      FROM span s
     WHERE s.until > s.since
)
UPDATE tally_end
   SET counted_to = n.until, volunteers = tally_end.volunteers + n.volunteers
  FROM new n

-- name: stats_compact
-- Puts the counts of each kind of item, of each bar, and of each kind of dispute, into one row. Rows that another server puts together
-- meanwhile are its own: a row is deleted once.
WITH items AS (
    DELETE FROM item_count RETURNING campaign_id, media_type, state, items
), beliefs AS (
    DELETE FROM belief_count RETURNING bar, items
), disputes AS (
    DELETE FROM dispute_count RETURNING campaign_id, state, disputes
), disputes_again AS (
    INSERT INTO dispute_count
    SELECT campaign_id, state, sum(disputes) FROM disputes GROUP BY 1, 2 HAVING sum(disputes) <> 0
), items_again AS (
    INSERT INTO item_count
    SELECT campaign_id, media_type, state, sum(items) FROM items GROUP BY 1, 2, 3 HAVING sum(items) <> 0
)
INSERT INTO belief_count SELECT bar, sum(items) FROM beliefs GROUP BY bar HAVING sum(items) <> 0
