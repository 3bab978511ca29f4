-- SPDX-License-Identifier: Apache-2.0

-- name: set_aside_turn
-- One act at a time; held until the transaction ends.
--   -> nothing of use
SELECT pg_advisory_xact_lock(499967689578)

-- name: set_aside_campaign
--   $1 name -> id uuid
SELECT id FROM campaign WHERE name = $1

-- name: set_aside_make
-- Notes an act, and asks for a fit at once. Volunteers that nobody knows are passed over. For a cohort it is the one
-- of the last fit; for a network, those of one campaign.
--   $1 kind, $2 campaign uuid or NULL, $3 uuid[] volunteers or NULL, $4 cohort or NULL, $5 network or provider in hexadecimal or NULL,
--   $6 from or NULL, $7 to or NULL, $8 reason, $9 by whom
--   -> id uuid, how many volunteers, uuid[] of them (no row: none)
WITH span AS (
    SELECT coalesce($6::timestamptz, '-infinity') AS from_at, coalesce($7::timestamptz, 'infinity') AS to_at
), chosen AS MATERIALIZED (
    SELECT volunteer_id FROM unnest($3::uuid[]) AS w (volunteer_id)
     WHERE EXISTS (SELECT FROM judged_pair p WHERE p.volunteer_id = w.volunteer_id OFFSET 0)
        OR EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer_id OFFSET 0)
     UNION
    SELECT volunteer_id FROM cohort_member WHERE cohort = $4::integer
     UNION
    SELECT volunteer_id FROM volunteer_network
     WHERE decode($5, 'hex') IN (network, provider) AND campaign_id = $2::uuid
     UNION
    SELECT p.volunteer_id FROM judged_pair p, span s
     WHERE $1 = 'time' AND p.judged_at >= s.from_at AND p.judged_at < s.to_at
       AND ($2::uuid IS NULL OR p.campaign_id = $2::uuid)
), asked AS (
    INSERT INTO score_pending (items, volunteers, fakes, versions, at_once)
    SELECT '{}', '{}', '{}', '{}', true WHERE EXISTS (SELECT FROM chosen)
    RETURNING id
), act AS (
    INSERT INTO set_aside (kind, campaign_id, volunteers, network, from_at, to_at, reason, made_by, pending)
    SELECT $1, $2::uuid, (SELECT array_agg(volunteer_id ORDER BY volunteer_id) FROM chosen), decode($5, 'hex'),
           s.from_at, s.to_at, $8, $9, a.id
      FROM span s, asked a
    RETURNING id, campaign_id, volunteers, from_at, to_at
), judges AS (
    INSERT INTO set_aside_volunteer (volunteer_id, set_aside_id, campaign_id, from_at, to_at)
    SELECT c.volunteer_id, a.id, a.campaign_id, a.from_at, a.to_at FROM chosen c, act a
    RETURNING volunteer_id
)
SELECT a.id, (SELECT count(*) FROM judges), a.volunteers FROM act a

-- name: set_aside_take
-- Items are found by their keys (ANY of an array, OFFSET 0): a join would read all of them, once the act is of some size.
-- What the crowd inferred of the items of an act counts no more: the posterior is what it was at first, and an item
-- that the crowd had settled is in service until the fit that was asked for. How it stood is kept.
--   $1 act uuid, $2 uuid[] of its volunteers -> judgments, items, labels among them (retired before)
WITH hit AS MATERIALIZED (
    SELECT j.item_id, count(*) AS judgments
      FROM set_aside a
     CROSS JOIN LATERAL unnest($2::uuid[]) AS v (id)
     CROSS JOIN LATERAL (SELECT * FROM judgment WHERE volunteer_id = v.id OFFSET 0) j
     CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = j.item_id OFFSET 0) i
     WHERE a.id = $1::uuid AND j.revision = 0 AND NOT j.training AND j.counts
       AND j.judged_at >= a.from_at AND j.judged_at < a.to_at
       AND (a.campaign_id IS NULL OR a.campaign_id = i.campaign_id)
     GROUP BY j.item_id
), in_turn AS MATERIALIZED (
    SELECT i.id, i.state, i.judged_from FROM item i WHERE i.id = ANY (ARRAY(SELECT item_id FROM hit))
     ORDER BY i.id FOR NO KEY UPDATE OF i
), kept AS (
    INSERT INTO set_aside_item (set_aside_id, item_id, retired, p_fake, low, high, judgments, fake_votes, alpha,
                                judged_from)
    SELECT $1::uuid, t.id, t.state = 'retired', c.p_fake, c.low, c.high, c.judgments, c.fake_votes, c.alpha,
           c.judged_from
      FROM in_turn t LEFT JOIN LATERAL (SELECT * FROM consensus WHERE item_id = t.id OFFSET 0) c ON true
        ON CONFLICT DO NOTHING
), moved AS (
    UPDATE item i
       SET recount = i.recount + 1, state = CASE i.state WHEN 'retired' THEN 'in_service' ELSE i.state END
      FROM in_turn t WHERE i.id = t.id AND i.id = ANY (ARRAY(SELECT id FROM in_turn))
    RETURNING i.id, i.judged_from, i.recount
), forgotten AS (
    INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes, judged_from, recount)
    SELECT id, 0.5, 0, 1, 0, 0, judged_from, recount FROM moved
        ON CONFLICT (item_id) DO UPDATE
       SET p_fake = 0.5, low = 0, high = 1, judgments = 0, fake_votes = 0, alpha = NULL,
           judged_from = excluded.judged_from, recount = excluded.recount, updated_at = now()
)
SELECT coalesce((SELECT sum(judgments) FROM hit), 0), count(*), count(*) FILTER (WHERE state = 'retired') FROM in_turn

-- name: set_aside_undo
-- Ends an act, and asks for a fit at once.
--   $1 act uuid, $2 reason, $3 by whom -> true, how many volunteers (no row: there is none, or it was undone)
WITH asked AS (
    INSERT INTO score_pending (items, volunteers, fakes, versions, at_once)
    SELECT '{}', '{}', '{}', '{}', true
     WHERE EXISTS (SELECT FROM set_aside WHERE id = $1::uuid AND undone_at IS NULL)
    RETURNING id
), act AS (
    UPDATE set_aside
       SET undone_at = now(), undone_by = $3, undone_reason = $2, network = NULL, pending = (SELECT id FROM asked),
           labels_changed = NULL
     WHERE id = $1::uuid AND undone_at IS NULL AND EXISTS (SELECT FROM asked)
    RETURNING id, volunteers
), judges AS (
    DELETE FROM set_aside_volunteer WHERE set_aside_id = $1::uuid AND EXISTS (SELECT FROM act)
)
SELECT true, cardinality(volunteers) FROM act

-- name: set_aside_give
-- Items of an act that was undone stand as they did before it, where nothing else that stands has touched them and no
-- other version came; of others the posterior is what it is at first, until the fit.
--   $1 act uuid -> judgments, items, labels given back
WITH hit AS MATERIALIZED (
    SELECT j.item_id, count(*) AS judgments
      FROM set_aside a
     CROSS JOIN LATERAL unnest(a.volunteers) AS v (id)
     CROSS JOIN LATERAL (SELECT * FROM judgment WHERE volunteer_id = v.id OFFSET 0) j
     CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = j.item_id OFFSET 0) i
     WHERE a.id = $1::uuid AND j.revision = 0 AND NOT j.training AND j.counts
       AND j.judged_at >= a.from_at AND j.judged_at < a.to_at
       AND (a.campaign_id IS NULL OR a.campaign_id = i.campaign_id)
     GROUP BY j.item_id
), in_turn AS MATERIALIZED (
    SELECT i.id, i.state, i.judged_from FROM item i WHERE i.id = ANY (ARRAY(SELECT item_id FROM hit))
     ORDER BY i.id FOR NO KEY UPDATE OF i
), before AS MATERIALIZED (
    SELECT t.id, t.state, k.p_fake IS NOT NULL AND k.judged_from = t.judged_from AS known, k.*
      FROM in_turn t
      LEFT JOIN LATERAL (
           SELECT * FROM set_aside_item w
            WHERE w.set_aside_id = $1::uuid AND w.item_id = t.id
              AND NOT EXISTS (SELECT FROM set_aside_item o
                               WHERE o.item_id = t.id AND o.set_aside_id <> $1::uuid
                                 AND EXISTS (SELECT FROM set_aside s
                                              WHERE s.id = o.set_aside_id AND s.undone_at IS NULL OFFSET 0) OFFSET 0)
           OFFSET 0) k ON true
), moved AS (
    UPDATE item i
       SET recount = i.recount + 1,
           state = CASE WHEN i.state IN ('in_service', 'retired')
                        THEN CASE WHEN b.known AND b.retired THEN 'retired' ELSE 'in_service' END ELSE i.state END
      FROM before b WHERE i.id = b.id AND i.id = ANY (ARRAY(SELECT id FROM before))
    RETURNING i.id, i.judged_from, i.recount, i.state
), given AS (
    INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes, alpha, judged_from, recount)
    SELECT m.id, CASE WHEN b.known THEN b.p_fake ELSE 0.5 END, CASE WHEN b.known THEN b.low ELSE 0 END,
           CASE WHEN b.known THEN b.high ELSE 1 END, CASE WHEN b.known THEN b.judgments ELSE 0 END,
           CASE WHEN b.known THEN b.fake_votes ELSE 0 END, CASE WHEN b.known THEN b.alpha END, m.judged_from, m.recount
      FROM moved m JOIN before b ON b.id = m.id
        ON CONFLICT (item_id) DO UPDATE
       SET p_fake = excluded.p_fake, low = excluded.low, high = excluded.high, judgments = excluded.judgments,
           fake_votes = excluded.fake_votes, alpha = excluded.alpha, judged_from = excluded.judged_from,
           recount = excluded.recount, updated_at = now()
)
SELECT coalesce((SELECT sum(judgments) FROM hit), 0), count(*), count(*) FILTER (WHERE state = 'retired') FROM moved

-- name: set_aside_widen
-- Volunteers who came from a network since it was set aside. One whose campaign is closed is forgotten.
--   -> act uuid, uuid[] the new ones
WITH ended AS (
    UPDATE set_aside a SET network = NULL
      FROM campaign k WHERE a.network IS NOT NULL AND k.id = a.campaign_id AND k.state = 'closed'
    RETURNING a.id
), fresh AS MATERIALIZED (
    SELECT a.id, a.campaign_id, a.from_at, a.to_at, n.volunteer_id
      FROM set_aside a
      JOIN volunteer_network n ON n.campaign_id = a.campaign_id AND a.network IN (n.network, n.provider)
     WHERE a.network IS NOT NULL AND a.undone_at IS NULL AND a.to_at > now()
       AND a.id NOT IN (SELECT id FROM ended) AND n.volunteer_id <> ALL (a.volunteers)
), judges AS (
    INSERT INTO set_aside_volunteer (volunteer_id, set_aside_id, campaign_id, from_at, to_at)
    SELECT volunteer_id, id, campaign_id, from_at, to_at FROM fresh
        ON CONFLICT DO NOTHING
), asked AS (
    INSERT INTO score_pending (items, volunteers, fakes, versions, at_once)
    SELECT '{}', '{}', '{}', '{}', true WHERE EXISTS (SELECT FROM fresh)
    RETURNING id
)
UPDATE set_aside a
   SET volunteers = a.volunteers || f.more, pending = (SELECT id FROM asked), labels_changed = NULL
  FROM (SELECT id, array_agg(volunteer_id) AS more FROM fresh GROUP BY id) f
 WHERE a.id = f.id
RETURNING a.id, f.more

-- name: set_aside_follow
-- Acts whose fit has come: how many labels are others now, or none any more.
--   -> id uuid, undone?, labels changed, items, by whom, reason
WITH due AS MATERIALIZED (
    SELECT a.id FROM set_aside a
     WHERE a.pending IS NOT NULL AND NOT EXISTS (SELECT FROM score_pending p WHERE p.id = a.pending OFFSET 0)
       FOR NO KEY UPDATE
), changed AS (
    SELECT d.id, count(k.item_id) AS items,
           count(k.item_id) FILTER (WHERE k.retired AND (i.state NOT IN ('retired', 'settled', 'disputed')
                                                         OR (k.p_fake >= 0.5) <> (c.p_fake >= 0.5))
                                       OR NOT k.retired AND i.state = 'retired') AS labels
      FROM due d
      LEFT JOIN set_aside_item k ON k.set_aside_id = d.id
      LEFT JOIN item i ON i.id = k.item_id
      LEFT JOIN consensus c ON c.item_id = k.item_id
     GROUP BY d.id
)
UPDATE set_aside a SET pending = NULL, labels_changed = h.labels
  FROM changed h WHERE a.id = h.id
RETURNING a.id, a.undone_at IS NOT NULL, h.labels, h.items, coalesce(a.undone_by, a.made_by),
          coalesce(a.undone_reason, a.reason)

-- name: set_aside_list
-- All acts, the newest first, a page of them.
--   $1 made_at or NULL, $2 id or NULL: after this one; $3 how many
--   -> id, kind, campaign name or NULL, volunteers, from or NULL, to or NULL, reason, by whom, at, undone: reason, by whom,
--      at (NULL: it stands); items, labels changed (NULL: the fit has not come), made_at to the last digit
SELECT a.id, a.kind, k.name, cardinality(a.volunteers),
       CASE WHEN isfinite(a.from_at) THEN rfc3339(a.from_at) END, CASE WHEN isfinite(a.to_at) THEN rfc3339(a.to_at) END,
       a.reason, a.made_by, rfc3339(a.made_at), a.undone_reason, a.undone_by, rfc3339(a.undone_at),
       (SELECT count(*) FROM set_aside_item i WHERE i.set_aside_id = a.id), a.labels_changed, a.made_at
  FROM set_aside a LEFT JOIN campaign k ON k.id = a.campaign_id
 WHERE $1::timestamptz IS NULL OR (a.made_at, a.id) < ($1::timestamptz, $2::uuid)
 ORDER BY a.made_at DESC, a.id DESC LIMIT $3::integer

-- name: set_aside_one
-- The same of one act.
--   $1 id uuid
SELECT a.id, a.kind, k.name, cardinality(a.volunteers),
       CASE WHEN isfinite(a.from_at) THEN rfc3339(a.from_at) END, CASE WHEN isfinite(a.to_at) THEN rfc3339(a.to_at) END,
       a.reason, a.made_by, rfc3339(a.made_at), a.undone_reason, a.undone_by, rfc3339(a.undone_at),
       (SELECT count(*) FROM set_aside_item i WHERE i.set_aside_id = a.id), a.labels_changed, a.made_at
  FROM set_aside a LEFT JOIN campaign k ON k.id = a.campaign_id
 WHERE a.id = $1::uuid

-- name: set_aside_changes
-- Items of an act whose label is another now, or none any more; the first 500.
--   $1 act uuid -> item uuid, label before (NULL: none), label now (NULL: none), p_fake before, p_fake now
SELECT item_id, was, is_now, p_before, p_now
  FROM (SELECT k.item_id, CASE WHEN k.retired THEN CASE WHEN k.p_fake >= 0.5 THEN 'fake' ELSE 'real' END END AS was,
               CASE WHEN i.state = 'retired' THEN CASE WHEN c.p_fake >= 0.5 THEN 'fake' ELSE 'real' END END AS is_now,
               k.p_fake AS p_before, c.p_fake AS p_now
          FROM set_aside_item k
          JOIN item i ON i.id = k.item_id
          JOIN consensus c ON c.item_id = k.item_id
         WHERE k.set_aside_id = $1::uuid) of_act
 WHERE was IS DISTINCT FROM is_now
 ORDER BY item_id LIMIT 500
