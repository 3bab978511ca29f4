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
-- What was said and skipped in the last hour, in the open campaigns.
--   -> campaign uuid, name, label, value
WITH recent AS MATERIALIZED (
    SELECT campaign_id, volunteer_id, kind FROM judged_pair
     WHERE judged_at >= now() - interval '1 hour' AND kind <> 'training'
), skipped AS MATERIALIZED (
    SELECT campaign_id, reason FROM skipped_pair
     WHERE skipped_at >= now() - interval '1 hour' AND kind <> 'training'
), each_campaign AS MATERIALIZED (
    SELECT k.id AS campaign_id, (SELECT count(*) FROM recent r WHERE r.campaign_id = k.id) AS pairs,
           (SELECT count(*) FROM skipped s WHERE s.campaign_id = k.id) AS skips
      FROM campaign k WHERE k.state = 'open'
), gold AS MATERIALIZED (
    SELECT w.campaign_id, w.volunteer_id, count(*)::double precision AS judged,
           count(*) FILTER (WHERE j.verdict = i.truth) AS right_ones
      FROM (SELECT DISTINCT campaign_id, volunteer_id FROM recent WHERE kind = 'gold') w
     CROSS JOIN LATERAL (SELECT item_id, verdict FROM judgment
                          WHERE volunteer_id = w.volunteer_id AND judged_at >= now() - interval '1 hour'
                            AND revision = 0 AND NOT training OFFSET 0) j
     CROSS JOIN LATERAL (SELECT campaign_id, gold, truth FROM item WHERE id = j.item_id OFFSET 0) i
     WHERE i.gold AND i.campaign_id = w.campaign_id GROUP BY 1, 2
), gold_sums AS MATERIALIZED (
    SELECT campaign_id, sum(judged) AS judged, sum(right_ones)::double precision AS right_ones,
           sum(judged * judged) AS squares, count(*) AS volunteers
      FROM gold GROUP BY 1
)
SELECT campaign_id, 'pairs' AS name, '' AS label, pairs::double precision AS value FROM each_campaign
 UNION ALL
SELECT k.campaign_id, 'skips', r.reason, (SELECT count(*) FROM skipped s WHERE s.campaign_id = k.campaign_id AND s.reason = r.reason)
  FROM each_campaign k, unnest(ARRAY['cannot_load', 'sensitive', 'recognised', 'other']) AS r (reason)
 UNION ALL
SELECT campaign_id, 'skip_share', '', CASE WHEN pairs + skips > 0 THEN skips::double precision / (pairs + skips) ELSE 0 END
  FROM each_campaign
 UNION ALL
SELECT k.campaign_id, v.name, v.label, v.value
  FROM each_campaign k JOIN gold_sums g ON g.campaign_id = k.campaign_id
 CROSS JOIN LATERAL (VALUES ('gold_accuracy', '', g.right_ones / g.judged), ('hour_gold', 'judged', g.judged),
                            ('hour_gold', 'right', g.right_ones), ('hour_gold', 'squares', g.squares),
                            ('hour_gold', 'volunteers', g.volunteers)) AS v (name, label, value)

-- name: integrity_groups
-- What everybody and each network of note did in the last hour, in the open campaigns (crowd/alarms.h). A declared network
-- is a room of people, and is nobody's group. Skippers skipped so many pairs, and such a share of what they saw.
--   $1 pairs, $2 share: of a skipper; $3 volunteers or $4 skippers: of a network of note
--   -> campaign uuid, pairs, skips, volunteers, skippers, known: all of the campaign, or of the network, who were there
--      before and not within this hour; true: this is everybody
WITH each_one AS MATERIALIZED (
    SELECT acts.campaign_id, acts.volunteer_id, n.network, acts.pairs, acts.skips,
           acts.skips >= $1::integer AND acts.skips >= $2::double precision * (acts.pairs + acts.skips) AS skipper
      FROM (SELECT campaign_id, volunteer_id, sum(pair) AS pairs, sum(skip) AS skips
              FROM (SELECT campaign_id, volunteer_id, 1 AS pair, 0 AS skip FROM judged_pair
                     WHERE judged_at >= now() - interval '1 hour' AND kind <> 'training'
                     UNION ALL
                    SELECT campaign_id, volunteer_id, 0, 1 FROM skipped_pair
                     WHERE skipped_at >= now() - interval '1 hour' AND kind <> 'training') a
             GROUP BY 1, 2) acts
      LEFT JOIN volunteer_network n
             ON n.campaign_id = acts.campaign_id AND n.volunteer_id = acts.volunteer_id AND NOT n.declared
), each_network AS MATERIALIZED (
    SELECT campaign_id, network, sum(pairs) AS pairs, sum(skips) AS skips, count(*) FILTER (WHERE pairs > 0) AS volunteers,
           count(*) FILTER (WHERE skipper) AS skippers
      FROM each_one WHERE network IS NOT NULL GROUP BY 1, 2
)
SELECT k.id AS campaign_id, coalesce(sum(e.pairs), 0)::bigint AS pairs, coalesce(sum(e.skips), 0)::bigint AS skips,
       count(*) FILTER (WHERE e.pairs > 0) AS volunteers, count(*) FILTER (WHERE e.skipper) AS skippers,
       greatest(0, coalesce((SELECT value FROM integrity_figure f
                              WHERE f.campaign_id = k.id AND f.name = 'volunteers' AND f.label = 'all'), 0)
                   - count(e.volunteer_id))::bigint AS known, true AS everybody
  FROM campaign k LEFT JOIN each_one e ON e.campaign_id = k.id WHERE k.state = 'open' GROUP BY k.id
 UNION ALL
SELECT g.campaign_id, g.pairs::bigint, g.skips::bigint, g.volunteers, g.skippers, n.known, false
  FROM each_network g JOIN campaign k ON k.id = g.campaign_id AND k.state = 'open'
 CROSS JOIN LATERAL (SELECT count(*) AS known FROM volunteer_network o
                      WHERE o.campaign_id = g.campaign_id AND o.network = g.network AND NOT o.declared
                        AND o.first_seen < now() - interval '1 hour'
                        AND NOT EXISTS (SELECT FROM each_one e
                                         WHERE e.campaign_id = g.campaign_id AND e.volunteer_id = o.volunteer_id)) n
 WHERE g.volunteers >= $3::integer OR g.skippers >= $4::integer
 ORDER BY everybody DESC, campaign_id

-- name: integrity_before
-- What the open campaigns were before this hour, and on gold by the last fit and in the last hour.
--   -> campaign uuid, hours noted, their pairs, pairs of a volunteer in an hour, then answers to gold, those that are
--      right, sum of squares and volunteers: by the last fit, then in the last hour; 0 where nothing is known
WITH before AS MATERIALIZED (
    SELECT p.campaign_id, extract(epoch FROM now() - min(p.label::timestamptz)) / 3600 AS hours, sum(p.value) AS pairs,
           coalesce(sum(p.value) FILTER (WHERE v.value > 0) / sum(v.value) FILTER (WHERE v.value > 0), 0) AS pairs_each
      FROM integrity_figure p
      LEFT JOIN integrity_figure v ON v.campaign_id = p.campaign_id AND v.name = 'hour_volunteers' AND v.label = p.label
     WHERE p.name = 'hour_pairs' AND p.label::timestamptz < date_trunc('hour', now()) GROUP BY 1
), told AS MATERIALIZED (
    SELECT campaign_id, max(value) FILTER (WHERE name = 'gold_judgments') AS judged,
           max(value) FILTER (WHERE name = 'gold_right') AS right_ones, max(value) FILTER (WHERE name = 'gold_squares') AS squares,
           max(value) FILTER (WHERE name = 'gold_volunteers') AS volunteers,
           max(value) FILTER (WHERE name = 'hour_gold' AND label = 'judged') AS hour_judged,
           max(value) FILTER (WHERE name = 'hour_gold' AND label = 'right') AS hour_right,
           max(value) FILTER (WHERE name = 'hour_gold' AND label = 'squares') AS hour_squares,
           max(value) FILTER (WHERE name = 'hour_gold' AND label = 'volunteers') AS hour_volunteers
      FROM integrity_figure
     WHERE name IN ('gold_judgments', 'gold_right', 'gold_squares', 'gold_volunteers', 'hour_gold') GROUP BY 1
)
SELECT k.id, coalesce(b.hours, 0)::double precision, coalesce(b.pairs, 0), coalesce(b.pairs_each, 0),
       coalesce(t.judged, 0), coalesce(t.right_ones, 0), coalesce(t.squares, 0), coalesce(t.volunteers, 0),
       coalesce(t.hour_judged, 0), coalesce(t.hour_right, 0), coalesce(t.hour_squares, 0), coalesce(t.hour_volunteers, 0)
  FROM campaign k LEFT JOIN before b ON b.campaign_id = k.id LEFT JOIN told t ON t.campaign_id = k.id
 WHERE k.state = 'open'

-- name: integrity_hours
-- Notes what this hour has brought so far, and forgets what is older than a week.
WITH gone AS (
    DELETE FROM integrity_figure WHERE source = 'hours' AND label::timestamptz < now() - interval '7 days'
), this AS MATERIALIZED (
    SELECT campaign_id, count(*) AS pairs, count(DISTINCT volunteer_id) AS volunteers
      FROM judged_pair WHERE judged_at >= date_trunc('hour', now()) AND kind <> 'training' GROUP BY 1
), told AS (
    SELECT campaign_id, 'hour_pairs' AS name, pairs::double precision AS value FROM this
     UNION ALL
    SELECT campaign_id, 'hour_volunteers', volunteers FROM this
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
