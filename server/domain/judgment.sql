-- name: judgment_store
-- Stores a batch of judged pairs and says, by position, what became of each:
--   stored    now
--   again     by an earlier try with the same body
--   conflict  an earlier try with another body
--   expired   the lease has run out
--   skipped   this pair was skipped
--   seen      this volunteer judged one of the two before
--   nobody    the volunteer is no more
--   raced     another writer is storing it right now: ask again
-- A row that clashes with a concurrent writer may fail the whole statement; the caller then
-- sends its rows one by one.
--   $1 jsonb [{n, assignment, volunteer, campaign, kind, matched, policy, live, body_hash (hex),
--             response_ms, exposure_ms, server_ms, device, training,
--             items: [{item, position, verdict, confidence, tells, marks} x2]}]
--   -> n int, outcome text
WITH wanted AS MATERIALIZED (
    SELECT w.*, (w.items -> 0 ->> 'item')::uuid AS one, (w.items -> 1 ->> 'item')::uuid AS other,
           row_number() OVER (PARTITION BY w.assignment ORDER BY w.n) AS turn
      FROM jsonb_to_recordset($1::jsonb) AS w (
           n integer, assignment uuid, volunteer uuid, campaign uuid, kind text, matched boolean,
           policy integer, live boolean, body_hash text, response_ms integer, exposure_ms integer,
           server_ms integer, device jsonb, training boolean, items jsonb)
), known AS MATERIALIZED (
    SELECT w.n,
           p.assignment_id IS NOT NULL AS judged,
           p.body_hash = decode(w.body_hash, 'hex') AND p.volunteer_id = w.volunteer AS same,
           v.id IS NULL AS nobody,
           EXISTS (SELECT FROM skipped_pair s WHERE s.assignment_id = w.assignment) AS skipped,
           EXISTS (SELECT FROM judgment j WHERE j.volunteer_id = w.volunteer
                      AND j.item_id IN (w.one, w.other)) AS seen
      FROM wanted w
      LEFT JOIN judged_pair p ON p.assignment_id = w.assignment
      LEFT JOIN volunteer v ON v.id = w.volunteer
), fresh AS MATERIALIZED (
    SELECT w.* FROM wanted w JOIN known k USING (n)
     WHERE w.turn = 1 AND w.live AND NOT (k.judged OR k.nobody OR k.skipped OR k.seen)
), pair AS (
    INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, kind, matched, policy,
                             body_hash, response_ms, exposure_ms, server_ms, device)
    SELECT assignment, volunteer, campaign, kind, matched, policy, decode(body_hash, 'hex'),
           response_ms, exposure_ms, server_ms, device
      FROM fresh
     ORDER BY assignment -- two batches that share pairs wait for each other in one order
        ON CONFLICT (assignment_id) DO NOTHING
    RETURNING assignment_id
), said AS (
    INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence,
                          tells, marks, training)
    SELECT s.item, f.volunteer, f.assignment, s.position, s.verdict, s.confidence,
           coalesce(s.tells, '{}'), s.marks, f.training
      FROM fresh f
      JOIN pair p ON p.assignment_id = f.assignment
     CROSS JOIN LATERAL jsonb_to_recordset(f.items) AS s (
           item uuid, position text, verdict text, confidence smallint, tells text[], marks jsonb)
    RETURNING item_id, volunteer_id, verdict, training
), closed AS (
    DELETE FROM lease l USING pair p WHERE l.id = p.assignment_id
), pending AS (
    INSERT INTO score_pending (items, volunteers, fakes)
    SELECT array_agg(item_id), array_agg(volunteer_id), array_agg(verdict = 'fake')
      FROM said WHERE NOT training HAVING count(*) > 0
), news AS (
    INSERT INTO catalogue_news (pairs, volunteers, items)
    SELECT array_agg(f.assignment ORDER BY f.n), array_agg(f.volunteer ORDER BY f.n),
           (SELECT array_agg(i.item ORDER BY g.n)
              FROM fresh g JOIN pair q ON q.assignment_id = g.assignment
             CROSS JOIN LATERAL (VALUES (g.one), (g.other)) AS i (item))
      FROM fresh f JOIN pair p ON p.assignment_id = f.assignment
    HAVING count(*) > 0
)
SELECT w.n,
       CASE WHEN k.judged THEN CASE WHEN k.same THEN 'again' ELSE 'conflict' END
            WHEN k.nobody THEN 'nobody'
            WHEN w.turn > 1 THEN 'raced'
            WHEN p.assignment_id IS NOT NULL THEN 'stored'
            WHEN NOT w.live THEN 'expired'
            WHEN k.skipped THEN 'skipped'
            WHEN k.seen THEN 'seen'
            ELSE 'raced' END
  FROM wanted w
  JOIN known k USING (n)
  LEFT JOIN pair p ON p.assignment_id = w.assignment
 ORDER BY w.n
