-- name: stats_public
-- The public figures, as one JSON object. The served fake rate is known from gold: told to the
-- last digit, and at once, it would tell anyone the truth of the pair just judged. So it is
-- rounded, counts up to yesterday, and waits for enough judgments. For the same reason what the last
-- fit says of gold is told by tens and tenths. Pairs of the past are counted
-- already (stats_fold); here only what came since is. LIMIT 1, because the planner supposes 1,800
-- rows in a table of one, and spends a second on compiling what then takes milliseconds.
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
    SELECT media_type, state, count(*) AS items FROM item GROUP BY media_type, state
), beliefs AS MATERIALIZED (
    SELECT least(floor(p_fake * 10), 9) AS bar, count(*) AS items FROM consensus
     WHERE judgments > 0 GROUP BY 1
)
SELECT json_build_object(
    'volunteers', (SELECT e.volunteers +
            (SELECT count(*) FROM (SELECT DISTINCT volunteer_id FROM fresh) f
              WHERE NOT EXISTS (SELECT FROM judged_pair p
                                 WHERE p.volunteer_id = f.volunteer_id AND p.judged_at < e.counted_to))
        FROM told e),
    'pairs', (SELECT coalesce(sum(pairs), 0) FROM pairs),
    'judgments', (SELECT coalesce(2 * sum(pairs), 0) FROM pairs WHERE NOT training),
    'items', (SELECT json_object_agg(t.state,
            (SELECT coalesce(sum(items), 0) FROM items i WHERE i.state = t.state))
        FROM (VALUES ('in_service'), ('retired'), ('disputed'), ('settled'), ('withdrawn')) AS t (state)),
    'by_media_type', (SELECT json_object_agg(t.media_type, json_build_object(
            'items', (SELECT coalesce(sum(items), 0) FROM items i WHERE i.media_type = t.media_type),
            'judgments', (SELECT coalesce(2 * sum(pairs), 0) FROM pairs p
                           WHERE p.media_type = t.media_type AND NOT p.training)))
        FROM (VALUES ('image'), ('video'), ('audio')) AS t (media_type)),
    'agreement', (SELECT json_build_object('alpha', a.alpha, 'low', a.low, 'high', a.high)
                    FROM (VALUES (1)) AS always
                    LEFT JOIN (SELECT g.* FROM agreement g JOIN campaign c ON c.id = g.campaign_id
                                ORDER BY (SELECT count(*) FROM item i WHERE i.campaign_id = c.id) DESC, c.name
                                LIMIT 1) a ON true),
    'judgments_by_day', (SELECT json_agg(json_build_object('day', day::date, 'judgments',
            (SELECT coalesce(2 * sum(pairs), 0) FROM pairs p
              WHERE NOT p.training AND p.day = days.day::date)) ORDER BY day)
        FROM generate_series(date_trunc('day', now()) - interval '29 days',
                             date_trunc('day', now()), interval '1 day') AS days (day)),
    'posterior_histogram', (SELECT json_agg(json_build_object(
            'from', b / 10.0, 'to', (b + 1) / 10.0,
            'items', (SELECT coalesce(sum(items), 0) FROM beliefs WHERE bar = b)) ORDER BY b)
        FROM generate_series(0, 9) AS b),
    'served_fake_rate', (SELECT round(avg((i.truth = 'fake')::integer), 2)
        FROM judgment j JOIN item i ON i.id = j.item_id
       WHERE i.truth IS NOT NULL AND NOT j.training AND j.judged_at < date_trunc('day', now())
      HAVING count(*) >= 100),
    'last_fit', (SELECT json_build_object(
            'at', rfc3339(f.fitted_at), 'retired', f.retired, 'reopened', f.reopened, 'held', f.held,
            'disputed', f.disputed, 'withdrawn', f.withdrawn, 'gold', f.gold / 10 * 10,
            'weight', round(f.weight::numeric, 1), 'slope', round(f.slope::numeric, 1))
        FROM last_fit f LIMIT 1),
    'generated_at', rfc3339(now()))

-- name: stats_fold_again
-- A clock that was ahead made the tally end in what is the future now: all is counted anew.
WITH ahead AS (
    UPDATE tally_end SET counted_to = '2000-01-01', volunteers = 0 WHERE counted_to > now() RETURNING counted_to
)
DELETE FROM tally WHERE EXISTS (SELECT FROM ahead)

-- name: stats_fold_end
-- Up to when pairs may be counted: a minute ago, and no further than the beginning of a transaction that may
-- still store some (one that has stored nothing for ten minutes is a reader's: a dump). At most a day at a time, of days in which somebody judged. What counts them must see a later snapshot.
--   -> timestamptz
SELECT least(now() - interval '1 minute',
             (SELECT min(xact_start) FROM pg_stat_activity
               WHERE backend_xid IS NOT NULL OR xact_start > now() - interval '10 minutes'),
             (SELECT min(judged_at) FROM judged_pair
               WHERE judged_at >= (SELECT counted_to FROM tally_end LIMIT 1)) + interval '1 day')

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
