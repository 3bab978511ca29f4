-- name: stats_public
-- The public figures, as one JSON object. The served fake rate is known from gold: told to the
-- last digit, and at once, it would tell anyone the truth of the pair just judged. So it is
-- rounded, counts up to yesterday, and waits for enough judgments.
SELECT json_build_object(
    'volunteers', (SELECT count(DISTINCT volunteer_id) FROM judged_pair),
    'pairs', (SELECT count(*) FROM judged_pair),
    'judgments', (SELECT count(*) FROM judgment WHERE NOT training),
    'items', (SELECT json_build_object(
        'in_service', count(*) FILTER (WHERE state = 'in_service'),
        'retired', count(*) FILTER (WHERE state = 'retired'),
        'disputed', count(*) FILTER (WHERE state = 'disputed'),
        'settled', count(*) FILTER (WHERE state = 'settled'),
        'withdrawn', count(*) FILTER (WHERE state = 'withdrawn')) FROM item),
    'by_media_type', (SELECT json_object_agg(t.media_type, json_build_object(
            'items', (SELECT count(*) FROM item i WHERE i.media_type = t.media_type),
            'judgments', (SELECT count(*) FROM judgment j JOIN item i ON i.id = j.item_id
                           WHERE i.media_type = t.media_type AND NOT j.training)))
        FROM (VALUES ('image'), ('video'), ('audio')) AS t (media_type)),
    'agreement', (SELECT json_build_object('alpha', a.alpha, 'low', a.low, 'high', a.high)
                    FROM (VALUES (1)) AS always
                    LEFT JOIN (SELECT g.* FROM agreement g JOIN campaign c ON c.id = g.campaign_id
                                ORDER BY (SELECT count(*) FROM item i WHERE i.campaign_id = c.id) DESC, c.name
                                LIMIT 1) a ON true),
    'judgments_by_day', (SELECT json_agg(json_build_object('day', day::date, 'judgments',
            (SELECT count(*) FROM judged_pair p
              WHERE p.kind <> 'training' AND p.judged_at >= day AND p.judged_at < day + interval '1 day') * 2) ORDER BY day)
        FROM generate_series(date_trunc('day', now()) - interval '29 days',
                             date_trunc('day', now()), interval '1 day') AS day),
    'posterior_histogram', (SELECT json_agg(json_build_object(
            'from', b / 10.0, 'to', (b + 1) / 10.0,
            'items', (SELECT count(*) FROM consensus c
                       WHERE least(floor(c.p_fake * 10), 9) = b)) ORDER BY b)
        FROM generate_series(0, 9) AS b),
    'served_fake_rate', (SELECT round(avg((i.truth = 'fake')::integer), 2)
        FROM judgment j JOIN item i ON i.id = j.item_id
       WHERE i.truth IS NOT NULL AND NOT j.training AND j.judged_at < date_trunc('day', now())
      HAVING count(*) >= 100),
    'generated_at', rfc3339(now()))
