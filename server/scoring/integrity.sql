-- SPDX-License-Identifier: Apache-2.0

-- name: integrity_write
-- Replaces the figures of one source, for all campaigns.
--   $1 source, $2 json [{campaign, name, label, value}]
WITH told AS MATERIALIZED (
    SELECT * FROM json_to_recordset($2::json) AS w (campaign uuid, name text, label text, value double precision)
), gone AS (
    DELETE FROM integrity_figure f
     WHERE f.source = $1
       AND NOT EXISTS (SELECT FROM told t WHERE t.campaign = f.campaign_id AND t.name = f.name AND t.label = f.label)
)
INSERT INTO integrity_figure AS f (campaign_id, source, name, label, value)
SELECT campaign, $1, name, label, value FROM told ORDER BY campaign, name, label
    ON CONFLICT (campaign_id, name, label) DO UPDATE
   SET source = excluded.source, value = excluded.value, written_at = now()

-- name: integrity_activity
-- What was said and skipped in the last hour, in the open campaigns. A declared network is a room of people, and shares
-- nothing that alarms. Whoever has fewer than 20 skips behind them has no share of skips to be measured by.
--   -> campaign uuid, name, label, value
WITH recent AS MATERIALIZED (
    SELECT p.campaign_id, p.volunteer_id, p.kind, n.network
      FROM judged_pair p
      LEFT JOIN volunteer_network n ON n.campaign_id = p.campaign_id AND n.volunteer_id = p.volunteer_id AND NOT n.declared
     WHERE p.judged_at >= now() - interval '1 hour' AND p.kind <> 'training'
), skipped AS MATERIALIZED (
    SELECT s.campaign_id, s.volunteer_id, s.reason, n.network
      FROM skipped_pair s
      LEFT JOIN volunteer_network n ON n.campaign_id = s.campaign_id AND n.volunteer_id = s.volunteer_id AND NOT n.declared
     WHERE s.skipped_at >= now() - interval '1 hour' AND s.kind <> 'training'
), each_one AS MATERIALIZED (
    SELECT campaign_id, volunteer_id, network, sum(pair) AS pairs, sum(skip) AS skips
      FROM (SELECT campaign_id, volunteer_id, network, 1 AS pair, 0 AS skip FROM recent
             UNION ALL
            SELECT campaign_id, volunteer_id, network, 0, 1 FROM skipped) acts
     GROUP BY 1, 2, 3
), each_network AS MATERIALIZED (
    SELECT campaign_id, network, sum(pairs) AS pairs, sum(skips) AS skips, count(*) FILTER (WHERE pairs > 0) AS volunteers
      FROM each_one WHERE network IS NOT NULL GROUP BY 1, 2
), each_campaign AS MATERIALIZED (
    SELECT k.id AS campaign_id, coalesce(sum(e.pairs), 0) AS pairs, coalesce(sum(e.skips), 0) AS skips
      FROM campaign k LEFT JOIN each_one e ON e.campaign_id = k.id WHERE k.state = 'open' GROUP BY k.id
), gold AS MATERIALIZED (
    SELECT w.campaign_id, count(*) AS judged, count(*) FILTER (WHERE j.verdict = i.truth) AS right_ones
      FROM (SELECT DISTINCT campaign_id, volunteer_id FROM recent WHERE kind = 'gold') w
     CROSS JOIN LATERAL (SELECT item_id, verdict FROM judgment
                          WHERE volunteer_id = w.volunteer_id AND judged_at >= now() - interval '1 hour'
                            AND revision = 0 AND NOT training OFFSET 0) j
     CROSS JOIN LATERAL (SELECT campaign_id, gold, truth FROM item WHERE id = j.item_id OFFSET 0) i
     WHERE i.gold AND i.campaign_id = w.campaign_id GROUP BY 1
), before AS MATERIALIZED (
    SELECT campaign_id, sum(value) / greatest(1, extract(epoch FROM now() - min(label::timestamptz)) / 3600) AS mean,
           min(label::timestamptz) <= now() - interval '24 hours' AS long_enough
      FROM integrity_figure
     WHERE name = 'hour_pairs' AND label::timestamptz < date_trunc('hour', now()) GROUP BY 1
)
SELECT campaign_id, 'pairs' AS name, '' AS label, pairs::double precision AS value FROM each_campaign
 UNION ALL
SELECT k.campaign_id, 'skips', r.reason, (SELECT count(*) FROM skipped s WHERE s.campaign_id = k.campaign_id AND s.reason = r.reason)
  FROM each_campaign k, unnest(ARRAY['cannot_load', 'sensitive', 'recognised', 'other']) AS r (reason)
 UNION ALL
SELECT campaign_id, 'skip_share', '', CASE WHEN pairs + skips > 0 THEN skips::double precision / (pairs + skips) ELSE 0 END
  FROM each_campaign
 UNION ALL
SELECT k.campaign_id, 'skip_share_most', '',
       coalesce((SELECT max(skips::double precision / (pairs + skips))
                   FROM (SELECT campaign_id, pairs, skips FROM each_one
                          UNION ALL SELECT campaign_id, pairs, skips FROM each_network) g
                  WHERE g.campaign_id = k.campaign_id AND g.skips >= 20), 0)
  FROM each_campaign k
 UNION ALL
SELECT k.campaign_id, 'network_share_most', '',
       coalesce((SELECT max(g.pairs)::double precision / k.pairs FROM each_network g
                  WHERE g.campaign_id = k.campaign_id AND g.volunteers >= 5 AND k.pairs >= 50), 0)
  FROM each_campaign k
 UNION ALL
SELECT k.campaign_id, 'rise', '',
       CASE WHEN b.long_enough AND k.pairs >= 100 THEN k.pairs / greatest(b.mean, 1) ELSE 0 END
  FROM each_campaign k LEFT JOIN before b ON b.campaign_id = k.campaign_id
 UNION ALL
SELECT k.campaign_id, 'gold_accuracy', '', g.right_ones::double precision / g.judged
  FROM each_campaign k JOIN gold g ON g.campaign_id = k.campaign_id
 UNION ALL
SELECT k.campaign_id, 'gold_fall', '',
       coalesce((SELECT (r.value / j.value - g.right_ones::double precision / g.judged)
                        / sqrt(greatest(r.value / j.value * (1 - r.value / j.value), 0.01) * (1 / j.value + 1.0 / g.judged))
                   FROM gold g
                   JOIN integrity_figure j ON j.campaign_id = g.campaign_id AND j.name = 'gold_judgments' AND j.label = ''
                   JOIN integrity_figure r ON r.campaign_id = g.campaign_id AND r.name = 'gold_right' AND r.label = ''
                  WHERE g.campaign_id = k.campaign_id AND g.judged >= 30 AND j.value >= 30), 0)
  FROM each_campaign k

-- name: integrity_hours
-- Notes what this hour has brought so far, and forgets what is older than a week.
WITH gone AS (
    DELETE FROM integrity_figure WHERE source = 'hours' AND label::timestamptz < now() - interval '7 days'
), this AS MATERIALIZED (
    SELECT campaign_id, count(*) AS pairs
      FROM judged_pair WHERE judged_at >= date_trunc('hour', now()) AND kind <> 'training' GROUP BY 1
), told AS (
    SELECT campaign_id, 'hour_pairs' AS name, pairs::double precision AS value FROM this
     UNION ALL
    SELECT campaign_id, 'hour_gold_accuracy', value FROM integrity_figure
     WHERE source = 'activity' AND name = 'gold_accuracy'
)
INSERT INTO integrity_figure AS f (campaign_id, source, name, label, value)
SELECT campaign_id, 'hours', name, rfc3339(date_trunc('hour', now())), value FROM told
    ON CONFLICT (campaign_id, name, label) DO UPDATE SET value = excluded.value, written_at = now()

-- name: integrity_read
-- All figures of a campaign, or of all.
--   $1 campaign name or NULL
--   -> campaign name, name, label, value, when rfc3339; in this order
SELECT k.name, f.name, f.label, f.value, rfc3339(f.written_at), f.campaign_id
  FROM integrity_figure f JOIN campaign k ON k.id = f.campaign_id
 WHERE $1::text IS NULL OR k.name = $1
 ORDER BY k.name COLLATE "C", f.name COLLATE "C", f.label COLLATE "C"

-- name: integrity_raise
-- Notes which alarms stand now.
--   $1 json [{campaign, alarm, value}]
--   -> campaign name, alarm, value: of those that the log has not been told for an hour
WITH told AS MATERIALIZED (
    SELECT w.* FROM json_to_recordset($1::json) AS w (campaign uuid, alarm text, value double precision)
      JOIN campaign k ON k.id = w.campaign AND k.state = 'open'
), over AS (
    UPDATE integrity_alarm a SET stands = false
     WHERE a.stands AND NOT EXISTS (SELECT FROM told t WHERE t.campaign = a.campaign_id AND t.alarm = a.alarm)
), up AS (
    INSERT INTO integrity_alarm AS a (campaign_id, alarm, value)
    SELECT campaign, alarm, value FROM told ORDER BY campaign, alarm
        ON CONFLICT (campaign_id, alarm) DO UPDATE
       SET value = excluded.value, stands = true,
           raised_at = CASE WHEN a.stands THEN a.raised_at ELSE now() END,
           told_at = CASE WHEN a.told_at <= now() - interval '1 hour' THEN now() ELSE a.told_at END
    RETURNING a.campaign_id, a.alarm, a.value, a.told_at
)
SELECT k.name, up.alarm, up.value FROM up JOIN campaign k ON k.id = up.campaign_id WHERE up.told_at = now()
 ORDER BY 1, 2

-- name: integrity_alarms
-- Alarms that stand.
--   $1 campaign name or NULL
--   -> campaign name, alarm, value, since rfc3339
SELECT k.name, a.alarm, a.value, rfc3339(a.raised_at)
  FROM integrity_alarm a JOIN campaign k ON k.id = a.campaign_id
 WHERE a.stands AND ($1::text IS NULL OR k.name = $1)
 ORDER BY k.name COLLATE "C", a.alarm COLLATE "C"
