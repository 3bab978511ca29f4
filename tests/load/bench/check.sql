-- The checker: what was acknowledged against what is stored, for the tags :first to :next - 1.
-- bench_said holds what the client was told (status 0: it never heard), bench_issued what was
-- sealed; what a tag says follows from its number (tests/load/bench_requests.c).
-- :issued is false where the server itself sealed the tokens.
-- Prints one line of JSON; every list is empty or zero when all is well.
-- Tables grow faster than their statistics: without these, the planner would join them row by row.
SET enable_nestloop = off;
SET work_mem = '256MB';
SET jit = off;
WITH pair AS MATERIALIZED (
    SELECT response_ms::bigint AS tag, assignment_id, volunteer_id
      FROM judged_pair WHERE response_ms >= :first AND response_ms < :next
), stored AS MATERIALIZED (
    SELECT p.tag, p.assignment_id, p.volunteer_id, count(j.item_id) AS verdicts,
           min(j.item_id::text) FILTER (WHERE j.position = 'left') AS one,
           min(j.item_id::text) FILTER (WHERE j.position = 'right') AS other,
           bool_and(j.volunteer_id = p.volunteer_id AND j.revision = 0
                    AND j.verdict = CASE (CASE j.position WHEN 'left' THEN p.tag ELSE p.tag / 2 END) % 2
                                    WHEN 1 THEN 'fake' ELSE 'real' END
                    AND j.confidence = 50 + (CASE j.position WHEN 'left' THEN p.tag ELSE p.tag / 51 END) % 51)
               AS as_sent
      FROM pair p LEFT JOIN judgment j USING (assignment_id)
     GROUP BY p.tag, p.assignment_id, p.volunteer_id
), said AS MATERIALIZED (
    SELECT tag, bool_or(status IN (200, 201)) AS acknowledged
      FROM bench_said WHERE tag >= :first AND tag < :next GROUP BY tag
)
SELECT json_build_object(
    'stored', (SELECT count(*) FROM stored),
    'acknowledged', (SELECT count(*) FROM said WHERE acknowledged),
    'lost', (SELECT count(*) FROM said s WHERE acknowledged
                AND NOT EXISTS (SELECT FROM stored t WHERE t.tag = s.tag)),
    'twice', (SELECT count(*) FROM (SELECT FROM stored GROUP BY tag HAVING count(*) > 1) t),
    'changed', (SELECT count(*) FROM stored
                 WHERE verdicts <> 2 OR one IS NULL OR other IS NULL OR as_sent IS NOT TRUE),
    'never_issued', CASE WHEN :issued THEN (
        SELECT count(*) FROM stored t WHERE NOT EXISTS (
            SELECT FROM bench_issued i
             WHERE i.tag = t.tag AND i.assignment = t.assignment_id AND i.volunteer = t.volunteer_id
               AND i.one::text = t.one AND i.other::text = t.other)) ELSE 0 END,
    'unheard', (SELECT count(*) FROM stored t
                 WHERE NOT EXISTS (SELECT FROM said s WHERE s.tag = t.tag AND s.acknowledged)),
    'examples', (SELECT coalesce(json_agg(tag), '[]') FROM (
        SELECT tag FROM said s WHERE acknowledged
           AND NOT EXISTS (SELECT FROM stored t WHERE t.tag = s.tag) ORDER BY tag LIMIT 5) x))
