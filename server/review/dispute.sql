-- SPDX-License-Identifier: Apache-2.0

-- name: dispute_list
-- The queue, sorted and filtered. What would tell the answer's direction stays undisclosed until the one who asks has
-- given a blind verdict, and nothing is found by it: by technique and disagreement only those whose evidence they
-- may see. Of each kind that is looked for (a state, reason and medium) the first rows are read in the order of an index, and
-- the rest by their keys: so it is, however the planner sees the parameters, and however few of a kind there are. What few
-- have (a technique, what waits for who asks, what who asks has judged blind and therefore knows more of) is found first, each
-- by its key.
--   $1 account uuid, $2 state (open, ruled, withdrawn or NULL for all), $3 opened_at and $4 id of the row before or NULL,
--   $5 medium, $6 campaign's name, $7 reason as it is told, $8 technique, $9 what it waits for (second_opinion, or me:
--   who asks), each or NULL, $10 sort (oldest, newest or disagreement), $11 disagreement of the row before or NULL, $12 limit
--   -> id, media type, reason (NULL: undisclosed), why its crowd is not trusted (words with commas between, or NULL), judgments,
--      opened at, state, closed at (or NULL), closed by, claimed until (or NULL), claimed by the one who asks, verdict
--      given?, sensitive, item uuid, campaign, did the one who asks contribute or import it?, escalated to (or NULL), to the
--      one who asks?, waits for another opinion?, have they given theirs?, and when it was opened to the last digit,
--      disagreement (or NULL)
WITH mine AS MATERIALIZED (
    SELECT dispute_id FROM blind_verdict WHERE account_id = $1::uuid
), made AS MATERIALIZED (
    SELECT d.id FROM mine CROSS JOIN LATERAL (SELECT * FROM dispute WHERE id = mine.dispute_id OFFSET 0) d
     WHERE $8::text IS NOT NULL AND d.techniques @> ARRAY[$8]
     UNION
    SELECT d.id FROM dispute d
     WHERE d.techniques @> ARRAY[$8] AND d.techniques <> '{}' AND d.state = 'ruled'
       AND NOT EXISTS (
           SELECT FROM item i JOIN item n ON n.lineage = i.lineage
             JOIN dispute o ON o.item_id = n.id AND o.state = 'open'
            WHERE i.id = d.item_id AND o.id NOT IN (SELECT dispute_id FROM mine))
), waiting AS MATERIALIZED (
    SELECT id FROM dispute WHERE $9 = 'me' AND escalated_to = $1::uuid
     UNION ALL
    SELECT d.id FROM dispute d
     WHERE $9 = 'second_opinion' AND d.opinions > 0
       AND NOT EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = $1::uuid
                          AND o.undone_at IS NULL AND o.round = dispute_round(d.id))
), kind AS MATERIALIZED (
    SELECT s.state, r.reason, m.media_type, (SELECT id FROM campaign WHERE name = $6) AS campaign_id
      FROM unnest(CASE WHEN $2::text IS NULL THEN ARRAY['open', 'ruled', 'withdrawn'] ELSE ARRAY[$2] END) AS s (state)
     CROSS JOIN unnest(dispute_reasons()) AS r (reason)
     CROSS JOIN unnest(ARRAY['image', 'video', 'audio']) AS m (media_type)
     WHERE $8::text IS NULL AND $9::text IS NULL AND ($5::text IS NULL OR m.media_type = $5)
       AND ($7::text IS NULL OR CASE WHEN reason_is_told(r.reason) THEN r.reason ELSE 'undisclosed' END = $7)
), known AS MATERIALIZED (
    SELECT id FROM made WHERE $8::text IS NOT NULL AND ($9::text IS NULL OR id IN (SELECT id FROM waiting))
     UNION ALL
    SELECT id FROM waiting WHERE $8::text IS NULL
     UNION ALL
    SELECT dispute_id FROM mine
     WHERE $8::text IS NULL AND $9::text IS NULL
       AND ($10 = 'disagreement' OR $7 <> 'undisclosed' AND NOT reason_is_told($7))
)
SELECT d.id, i.media_type,
       CASE WHEN reason_is_told(d.reason) OR b.dispute_id IS NOT NULL THEN d.reason END,
       CASE WHEN d.reason = 'crowd_not_trusted' AND d.state = 'open' THEN array_to_string(distrust(i.campaign_id), ',') END,
       d.judgments, rfc3339(d.opened_at), d.state, rfc3339(CASE WHEN d.state <> 'open' THEN d.closed_at END),
       CASE WHEN d.state = 'ruled' THEN 'moderator' WHEN d.closed_p_fake IS NULL THEN 'operator' ELSE 'crowd' END,
       rfc3339(CASE WHEN c.expires_at > now() AND d.state = 'open' THEN c.expires_at END), c.account_id = $1::uuid,
       b.dispute_id IS NOT NULL, i.sensitive, d.item_id, k.name, has_interest(d.item_id, $1::uuid),
       (SELECT email FROM account WHERE id = d.escalated_to), coalesce(d.escalated_to = $1::uuid, false), d.opinions > 0,
       o.id IS NOT NULL, d.opened_at, d.disagreement
  FROM (SELECT f.id
          FROM (SELECT d.id, d.opened_at, d.disagreement FROM kind k CROSS JOIN LATERAL (
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'oldest' AND $6::text IS NULL AND d.state = k.state
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.opened_at, d.id) > (coalesce($3::timestamptz, '-infinity'),
                                         coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                ORDER BY d.opened_at, d.id LIMIT $12::integer)
               UNION ALL
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'newest' AND $6::text IS NULL AND d.state = k.state
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.opened_at, d.id) < (coalesce($3::timestamptz, 'infinity'),
                                         coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                ORDER BY d.opened_at DESC, d.id DESC LIMIT $12::integer)
               UNION ALL
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'disagreement' AND $6::text IS NULL AND d.state = 'ruled' AND k.state = 'ruled' AND d.disagreement IS NOT NULL
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.disagreement, d.id) < (coalesce($11::real, 2),
                                           coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                  AND (d.id IN (SELECT dispute_id FROM mine) OR NOT EXISTS (
                           SELECT FROM item i JOIN item n ON n.lineage = i.lineage
                             JOIN dispute o ON o.item_id = n.id AND o.state = 'open'
                            WHERE i.id = d.item_id AND o.id NOT IN (SELECT dispute_id FROM mine) OFFSET 0))
                ORDER BY d.disagreement DESC, d.id DESC LIMIT $12::integer)
               UNION ALL
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'oldest' AND d.campaign_id = k.campaign_id AND d.state = k.state
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.opened_at, d.id) > (coalesce($3::timestamptz, '-infinity'),
                                         coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                ORDER BY d.opened_at, d.id LIMIT $12::integer)
               UNION ALL
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'newest' AND d.campaign_id = k.campaign_id AND d.state = k.state
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.opened_at, d.id) < (coalesce($3::timestamptz, 'infinity'),
                                         coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                ORDER BY d.opened_at DESC, d.id DESC LIMIT $12::integer)
               UNION ALL
              (SELECT d.id, d.opened_at, d.disagreement FROM dispute d
                WHERE $10 = 'disagreement' AND d.campaign_id = k.campaign_id AND d.state = 'ruled' AND k.state = 'ruled' AND d.disagreement IS NOT NULL
                  AND d.reason = k.reason AND d.media_type = k.media_type
                  AND (d.disagreement, d.id) < (coalesce($11::real, 2),
                                           coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  AND ($7 IS DISTINCT FROM 'undisclosed' OR d.id NOT IN (SELECT dispute_id FROM mine))
                  AND (d.id IN (SELECT dispute_id FROM mine) OR NOT EXISTS (
                           SELECT FROM item i JOIN item n ON n.lineage = i.lineage
                             JOIN dispute o ON o.item_id = n.id AND o.state = 'open'
                            WHERE i.id = d.item_id AND o.id NOT IN (SELECT dispute_id FROM mine) OFFSET 0))
                ORDER BY d.disagreement DESC, d.id DESC LIMIT $12::integer)) d
                 UNION
                SELECT d.id, d.opened_at, d.disagreement
                  FROM known one CROSS JOIN LATERAL (SELECT * FROM dispute WHERE id = one.id OFFSET 0) d
                 WHERE ($2::text IS NULL OR d.state = $2)
                   AND CASE $10 WHEN 'oldest' THEN (d.opened_at, d.id) > (coalesce($3::timestamptz, '-infinity'),
                                              coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
                                WHEN 'newest' THEN (d.opened_at, d.id) < (coalesce($3::timestamptz, 'infinity'),
                                              coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                                ELSE (d.disagreement, d.id) < (coalesce($11::real, 2),
                                              coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')) END
                   AND ($5::text IS NULL OR d.media_type = $5)
                   AND ($6::text IS NULL OR d.campaign_id = (SELECT id FROM campaign WHERE name = $6))
                   AND ($7::text IS NULL
                        OR CASE WHEN reason_is_told(d.reason)
                                  OR d.id IN (SELECT dispute_id FROM mine) THEN d.reason ELSE 'undisclosed' END = $7)
                   AND ($10 <> 'disagreement' OR d.id IN (SELECT dispute_id FROM mine)
                        OR d.state = 'ruled' AND NOT EXISTS (
                            SELECT FROM item i JOIN item n ON n.lineage = i.lineage
                              JOIN dispute o ON o.item_id = n.id AND o.state = 'open'
                             WHERE i.id = d.item_id AND o.id NOT IN (SELECT dispute_id FROM mine)))) f
         ORDER BY CASE WHEN $10 = 'oldest' THEN f.opened_at END, CASE WHEN $10 = 'oldest' THEN f.id END,
                  CASE WHEN $10 = 'disagreement' THEN f.disagreement END DESC,
                  CASE WHEN $10 = 'newest' THEN f.opened_at END DESC, f.id DESC
         LIMIT $12::integer) f
 CROSS JOIN LATERAL (SELECT * FROM dispute WHERE id = f.id OFFSET 0) d
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = d.item_id OFFSET 0) i
  LEFT JOIN LATERAL (SELECT * FROM claim WHERE dispute_id = d.id OFFSET 0) c ON true
  LEFT JOIN LATERAL (SELECT * FROM blind_verdict WHERE dispute_id = d.id AND account_id = $1::uuid OFFSET 0) b ON true
 CROSS JOIN LATERAL (SELECT name FROM campaign WHERE id = d.campaign_id OFFSET 0) k
  LEFT JOIN LATERAL (SELECT id FROM opinion WHERE d.opinions > 0 AND dispute_id = d.id AND account_id = $1::uuid
                        AND undone_at IS NULL AND round = dispute_round(d.id)) o ON true
 ORDER BY CASE WHEN $10 = 'oldest' THEN d.opened_at END, CASE WHEN $10 = 'oldest' THEN d.id END,
          CASE WHEN $10 = 'disagreement' THEN d.disagreement END DESC,
          CASE WHEN $10 = 'newest' THEN d.opened_at END DESC, d.id DESC

-- name: dispute_open_lonely
-- An item that has been the only one of its campaign and medium for ten minutes can be shown beside nothing, so
-- nobody can be asked about it: it goes to a moderator. Retired items would be company; those for training, those
-- that show the same, near duplicates that were not declared and those whose files are lost are none. Only shelves with
-- few items are looked at.
--   -> how many
WITH shelf AS (
    SELECT n.campaign_id, n.media_type
      FROM item_count n JOIN campaign k ON k.id = n.campaign_id AND k.state = 'open'
     WHERE n.state IN ('in_service', 'retired')
     GROUP BY n.campaign_id, n.media_type
    HAVING sum(n.items) <= 200 AND sum(n.items) FILTER (WHERE n.state = 'in_service') > 0
), lonely AS (
    SELECT i.id FROM shelf s
     CROSS JOIN LATERAL (SELECT * FROM item
                          WHERE campaign_id = s.campaign_id AND state = 'in_service' AND media_type = s.media_type
                            AND NOT gold AND NOT training AND created_at < now() - interval '10 minutes'
                            AND NOT EXISTS (SELECT FROM unready_item l WHERE l.item_id = item.id)
                         OFFSET 0) i
     WHERE NOT EXISTS (SELECT FROM item o
                        WHERE o.campaign_id = i.campaign_id AND o.state IN ('in_service', 'retired')
                          AND o.media_type = i.media_type AND o.id <> i.id AND NOT o.training
                          AND o.rendition <> i.rendition
                          AND (i.near_group IS NULL OR o.near_group IS DISTINCT FROM i.near_group
                               OR o.lineage = i.lineage OR o.pair = i.pair)
                          AND NOT EXISTS (SELECT FROM unready_item l WHERE l.item_id = o.id))
), moved AS (
    UPDATE item SET state = 'disputed'
     WHERE id IN (SELECT id FROM lonely) AND state = 'in_service'
    RETURNING id
), opened AS (
    INSERT INTO dispute (item_id, reason, judgments)
    SELECT m.id, 'no_partner', coalesce(c.judgments, 0)
      FROM moved m LEFT JOIN consensus c ON c.item_id = m.id
        ON CONFLICT (item_id) WHERE state = 'open' DO NOTHING
)
SELECT count(*) FROM moved

-- name: dispute_counts
--   -> open, ruled, withdrawn
SELECT coalesce(sum(disputes) FILTER (WHERE state = 'open'), 0), coalesce(sum(disputes) FILTER (WHERE state = 'ruled'), 0),
       coalesce(sum(disputes) FILTER (WHERE state = 'withdrawn'), 0)
  FROM dispute_count

-- name: dispute_one
-- One dispute as this moderator may see it: evidence and rulings after their own verdict, or when it
-- is ruled, unless a dispute on its lineage still waits for a blind verdict of theirs.
--   $1 dispute uuid, $2 account uuid
--   -> as dispute_list up to their opinion; may see the evidence?, partner item uuid (or NULL), of the own verdict, or NULL:
--      verdict, confidence, blind, when it was given; the campaign's guidelines (or NULL), can anybody else rule on it?
SELECT d.id, i.media_type,
       CASE WHEN reason_is_told(d.reason) OR s.evidence THEN d.reason END,
       CASE WHEN d.reason = 'crowd_not_trusted' AND d.state = 'open' THEN array_to_string(distrust(i.campaign_id), ',') END,
       d.judgments, rfc3339(d.opened_at), d.state, rfc3339(CASE WHEN d.state <> 'open' THEN d.closed_at END),
       CASE WHEN d.state = 'ruled' THEN 'moderator' WHEN d.closed_p_fake IS NULL THEN 'operator' ELSE 'crowd' END,
       rfc3339(CASE WHEN c.expires_at > now() AND d.state = 'open' THEN c.expires_at END), c.account_id = $2::uuid,
       b.dispute_id IS NOT NULL, i.sensitive, d.item_id, k.name, has_interest(d.item_id, $2::uuid),
       (SELECT email FROM account WHERE id = d.escalated_to), coalesce(d.escalated_to = $2::uuid, false), d.opinions > 0,
       o.id IS NOT NULL, s.evidence,
       (SELECT p.id FROM item p WHERE p.pair = i.pair AND p.id <> i.id
         ORDER BY p.truth IS NOT DISTINCT FROM i.truth, p.id LIMIT 1),
       b.verdict, b.confidence, b.blind, rfc3339(b.given_at), k.guidelines, another_may_rule(d.item_id, $2::uuid)
  FROM dispute d
  JOIN item i ON i.id = d.item_id
  JOIN campaign k ON k.id = d.campaign_id
  LEFT JOIN claim c ON c.dispute_id = d.id
  LEFT JOIN blind_verdict b ON b.dispute_id = d.id AND b.account_id = $2::uuid
  LEFT JOIN LATERAL (SELECT id FROM opinion WHERE d.opinions > 0 AND dispute_id = d.id AND account_id = $2::uuid
                        AND undone_at IS NULL AND round = dispute_round(d.id)) o ON true
 CROSS JOIN LATERAL (SELECT sees_evidence(d.id, $2::uuid) AS evidence OFFSET 0) s
 WHERE d.id = $1::uuid

-- name: dispute_seen
-- Notes that a moderator reads the evidence of a dispute without a verdict of their own.
--   $1 dispute uuid, $2 account uuid
INSERT INTO evidence_seen (dispute_id, account_id) VALUES ($1::uuid, $2::uuid)
    ON CONFLICT (dispute_id, account_id) DO NOTHING

-- name: dispute_evidence
-- What is known of a disputed item beside its judgments: for eyes that have judged it themselves.
--   $1 item uuid, $2 partner uuid or NULL
--   -> of its posterior p_fake, low, high, judgments (or NULL); item's alpha, campaign's alpha (or NULL); of its provenance
--      truth, basis, gold, title, source, licence, credit, generator, techniques (words with commas between), explanation,
--      sha256 in hexadecimal, original format; truth of the partner; of what the original says (NULL: not read) when it was
--      read, tool, its version, report as JSON (or NULL), was it cut, digital source type (or NULL), C2PA state, C2PA as JSON
SELECT c.p_fake, c.low, c.high, c.judgments, c.alpha,
       (SELECT g.alpha FROM agreement g WHERE g.campaign_id = i.campaign_id),
       i.truth, i.basis, i.gold, i.title, i.source, i.licence, i.credit, i.generator,
       array_to_string(i.techniques, ','), i.explanation, encode(i.sha256, 'hex'), i.format,
       (SELECT p.truth FROM item p WHERE p.id = $2::uuid),
       rfc3339(o.read_at), o.tool, o.tool_version, o.report, o.report_cut, o.digital_source_type, o.c2pa_state, o.c2pa
  FROM item i
  LEFT JOIN consensus c ON c.item_id = i.id
  LEFT JOIN provenance o ON o.item_id = i.id
 WHERE i.id = $1::uuid

-- name: dispute_near
-- What looks like a disputed item, nearest first. It says nothing of what is real: a photograph and its
-- manipulation look alike by nature.
--   $1 item uuid, $2 how many
--   -> item uuid, distance in bits, declared to be of its lineage or pair?, state
SELECT o.id, n.distance, o.lineage = i.lineage OR coalesce(o.pair = i.pair, false), o.state
  FROM item i
 CROSS JOIN LATERAL (
       SELECT item_b AS other, distance FROM near_duplicate WHERE item_a = $1::uuid
        UNION ALL
       SELECT item_a, distance FROM near_duplicate WHERE item_b = $1::uuid
        ORDER BY distance, other LIMIT $2::integer) n
 CROSS JOIN LATERAL (SELECT id, lineage, pair, state FROM item WHERE id = n.other OFFSET 0) o
 WHERE i.id = $1::uuid
 ORDER BY n.distance, o.id

-- name: dispute_judgments
-- The judgments on a disputed item, in the order in which they were made, but for those that no longer count. Volunteers are
-- shown by their place in it alone, and with nothing so exact that it would find them in the evidence of another item:
-- skills to a twentieth, times in steps, days.
--   $1 item uuid
--   -> position, verdict, confidence, sensitivity, specificity, tells (words with commas between), marks as JSON,
--      exposure in ms, day
SELECT j.position, j.verdict, j.confidence, round(s.sensitivity::numeric * 20) / 20.0,
       round(s.specificity::numeric * 20) / 20.0, array_to_string(j.tells, ','), coalesce(j.marks, '[]'::jsonb),
       (1000 * exposure_step(p.exposure_ms))::integer, rfc3339(date_trunc('day', j.judged_at, 'UTC'))
  FROM item i
  JOIN counted_judgment j ON j.item_id = i.id
  JOIN judged_pair p ON p.assignment_id = j.assignment_id
  LEFT JOIN volunteer_skill s ON s.volunteer_id = j.volunteer_id
 WHERE i.id = $1::uuid
 ORDER BY j.judged_at, j.volunteer_id

-- name: dispute_claim
-- Takes or renews a claim, unless another holds one, or the dispute is not theirs to rule on: it was passed to a colleague,
-- they gave their opinion, or the item is their own and somebody else may rule.
--   $1 dispute uuid, $2 account uuid, $3 seconds
--   -> expires_at (no row: another holds it, or the dispute is closed, unknown or not theirs)
WITH open AS (
    SELECT d.id FROM dispute d
     WHERE d.id = $1::uuid AND d.state = 'open' AND coalesce(d.escalated_to, $2::uuid) = $2::uuid
       AND NOT (has_interest(d.item_id, $2::uuid) AND another_may_rule(d.item_id, $2::uuid))
       AND NOT EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = $2::uuid
                          AND o.undone_at IS NULL AND o.round = dispute_round(d.id))
       FOR SHARE
)
INSERT INTO claim AS c (dispute_id, account_id, expires_at)
SELECT o.id, $2::uuid, now() + make_interval(secs => $3::integer) FROM open o
    ON CONFLICT (dispute_id) DO UPDATE
   SET account_id = excluded.account_id, expires_at = excluded.expires_at
 WHERE c.account_id = excluded.account_id OR c.expires_at <= now()
RETURNING rfc3339(expires_at)

-- name: dispute_unclaim
-- Gives a claim back.
--   $1 dispute uuid, $2 account uuid
--   -> id (no row: there is no such dispute)
WITH given_back AS (
    DELETE FROM claim WHERE dispute_id = $1::uuid AND account_id = $2::uuid
)
SELECT id FROM dispute WHERE id = $1::uuid

-- name: dispute_lock
-- Holds a dispute and its item: what is decided about either comes one after the other. What is read
-- afterwards, by another statement, is what those before have left.
--   $1 dispute uuid
--   -> id (no row: there is none)
SELECT d.id FROM dispute d JOIN item i ON i.id = d.item_id
 WHERE d.id = $1::uuid
   FOR UPDATE OF d FOR NO KEY UPDATE OF i

-- name: dispute_state
-- How a dispute, which dispute_lock holds, stands for one moderator.
--   $1 dispute uuid, $2 account uuid
--   -> state, holds the claim, verdict, confidence (NULL: none given), passed to another?, opinion given?, an item of their
--      own that somebody else may rule on?
SELECT d.state, coalesce(c.account_id = $2::uuid AND c.expires_at > now(), false),
       b.verdict, b.confidence, coalesce(d.escalated_to <> $2::uuid, false),
       EXISTS (SELECT FROM opinion o WHERE o.dispute_id = d.id AND o.account_id = $2::uuid
                  AND o.undone_at IS NULL AND o.round = dispute_round(d.id)),
       has_interest(d.item_id, $2::uuid) AND another_may_rule(d.item_id, $2::uuid)
  FROM dispute d
  LEFT JOIN claim c ON c.dispute_id = d.id
  LEFT JOIN blind_verdict b ON b.dispute_id = d.id AND b.account_id = $2::uuid
 WHERE d.id = $1::uuid

-- name: dispute_verdict
-- Stores a verdict given before the evidence of this dispute opens; it never changes. It is
-- noted whether the same moderator has seen evidence on the item, or on its lineage, before, or
-- approved one of them when it was sent, and read what its file says of its origin. From then on
-- the crowd does not withdraw the dispute.
--   $1 dispute uuid, $2 account uuid, $3 verdict, $4 confidence
WITH begun AS (
    UPDATE dispute SET begun_at = now() WHERE id = $1::uuid AND begun_at IS NULL
)
INSERT INTO blind_verdict (dispute_id, account_id, verdict, confidence, blind)
SELECT $1::uuid, $2::uuid, $3, $4::smallint,
       NOT EXISTS (
           SELECT FROM (SELECT dispute_id FROM blind_verdict WHERE account_id = $2::uuid
                         UNION ALL
                        SELECT dispute_id FROM evidence_seen WHERE account_id = $2::uuid) b
             JOIN dispute d ON d.id = b.dispute_id
             JOIN item seen ON seen.id = d.item_id
             JOIN dispute this ON this.id = $1::uuid
             JOIN item i ON i.id = this.item_id
            WHERE seen.lineage = i.lineage)
       AND NOT EXISTS (
           SELECT FROM dispute this
             JOIN item i ON i.id = this.item_id
             JOIN item k ON k.lineage = i.lineage
             JOIN contribution c ON c.id = k.id
             JOIN account a ON a.email = c.decided_by
            WHERE this.id = $1::uuid AND a.id = $2::uuid)
