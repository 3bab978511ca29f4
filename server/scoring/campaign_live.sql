-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_live_facts
-- What is counted already of a campaign.
--   $1 text name
--   -> id, state, now, when it was fitted (NULL: never), json of the fit's figures, alpha, low, high (NULL: undefined),
--      is its crowd trusted?, json of items by state, items in service that are neither gold nor practice,
--      volunteers by the last fit, answers to gold in the last hour, right ones
SELECT k.id, k.state, rfc3339(now()), rfc3339(f.fitted_at), f.figures::text, a.alpha, a.low, a.high,
       coalesce(a.trusted, false),
       json_build_object('in_service', n.in_service, 'retired', n.retired, 'disputed', n.disputed, 'settled', n.settled,
                         'withdrawn', n.withdrawn)::text,
       greatest(0, n.in_service
           - (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.gold AND i.state = 'in_service')
           - (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.training AND NOT i.gold AND i.state = 'in_service')),
       coalesce((SELECT value FROM integrity_figure v
                  WHERE v.campaign_id = k.id AND v.name = 'volunteers' AND v.label = 'all'), 0)::bigint,
       coalesce((SELECT value FROM integrity_figure v
                  WHERE v.campaign_id = k.id AND v.name = 'hour_gold' AND v.label = 'judged'), 0)::bigint,
       coalesce((SELECT value FROM integrity_figure v
                  WHERE v.campaign_id = k.id AND v.name = 'hour_gold' AND v.label = 'right'), 0)::bigint
  FROM campaign k
  LEFT JOIN campaign_fit f ON f.campaign_id = k.id
  LEFT JOIN agreement a ON a.campaign_id = k.id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(items) FILTER (WHERE state = 'in_service'), 0)::bigint AS in_service,
              coalesce(sum(items) FILTER (WHERE state = 'retired'), 0)::bigint AS retired,
              coalesce(sum(items) FILTER (WHERE state = 'disputed'), 0)::bigint AS disputed,
              coalesce(sum(items) FILTER (WHERE state = 'settled'), 0)::bigint AS settled,
              coalesce(sum(items) FILTER (WHERE state = 'withdrawn'), 0)::bigint AS withdrawn
         FROM item_count c WHERE c.campaign_id = k.id) n
 WHERE k.name = $1

-- name: campaign_live_hour
-- The last hour of a campaign, by the index of judged_pair by time. Practice is not counted.
--   $1 campaign uuid
--   -> json of judgments by minute, the oldest first; pairs; volunteers; a tenth, half and nine tenths of response_ms
WITH recent AS MATERIALIZED (
    SELECT volunteer_id, response_ms, least(59, floor(extract(epoch FROM now() - judged_at) / 60))::integer AS ago
      FROM judged_pair
     WHERE judged_at > now() - interval '1 hour' AND campaign_id = $1::uuid AND kind <> 'training'
), minutes AS MATERIALIZED (
    SELECT ago, 2 * count(*) AS judgments FROM recent GROUP BY ago
)
SELECT (SELECT json_build_object('minutes', json_agg(coalesce(m.judgments, 0) ORDER BY g.ago DESC))::text
          FROM generate_series(0, 59) AS g (ago) LEFT JOIN minutes m ON m.ago = g.ago),
       count(*), count(DISTINCT volunteer_id),
       percentile_cont(0.1) WITHIN GROUP (ORDER BY response_ms), percentile_cont(0.5) WITHIN GROUP (ORDER BY response_ms),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY response_ms)
  FROM recent

-- name: campaign_live_hours
-- Pairs of each whole hour since the campaign's first within a week, those with none too.
--   $1 campaign uuid -> pairs
SELECT coalesce(f.value, 0)
  FROM (SELECT min(label::timestamptz) AS first FROM integrity_figure
         WHERE campaign_id = $1::uuid AND name = 'hour_pairs') b,
       generate_series(greatest(b.first, date_trunc('hour', now()) - interval '7 days'),
                       date_trunc('hour', now()) - interval '1 hour', interval '1 hour') AS h (hour)
  LEFT JOIN integrity_figure f ON f.campaign_id = $1::uuid AND f.name = 'hour_pairs' AND f.label = rfc3339(h.hour)

-- name: campaign_live_ends
-- Moments so many hours from now; none where that is not known, or beyond a thousand years.
--   $1, $2 and $3 hours or NULL -> rfc3339 of each, or NULL
SELECT rfc3339(CASE WHEN h.a < 8766000 THEN now() + make_interval(hours => 1) * h.a END),
       rfc3339(CASE WHEN h.b < 8766000 THEN now() + make_interval(hours => 1) * h.b END),
       rfc3339(CASE WHEN h.c < 8766000 THEN now() + make_interval(hours => 1) * h.c END)
  FROM (SELECT $1::double precision AS a, $2::double precision AS b, $3::double precision AS c) h
