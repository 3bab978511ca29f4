-- SPDX-License-Identifier: Apache-2.0

-- name: release_facts
-- What the card says of the whole release: of sealed items only how many there are, and their bytes. As in
-- release_labels, each item's rows are found by their keys.
-- $1 release uuid
-- returns name, version, date, held back, alpha, alpha's low, alpha's high, filter, items, bytes of
-- media, by crowd, by ruling, of these two with a truth, of these labelled as their truth, the media types,
-- by truth, of these judged, of these judged to be what they are, items of closed campaigns that the
-- crowd has not settled, items left out because their bytes have both labels; of those by crowd how many were decided by
-- the full rule, without gold, within one declared network, by neither; the fewest, the mean and the most judgments of an
-- item; items without any; sealed items; items left out because they cannot be cut as others are; of those by ruling how
-- many rulings are not independent; is it for approved researchers alone?
SELECT e.name, e.version, to_char(e.fixed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), e.held_back,
       round(e.alpha::numeric, 3), round(e.alpha_low::numeric, 3), round(e.alpha_high::numeric, 3),
       e.filter, n.items, n.bytes, n.crowd, n.ruled, n.known, n.agree, n.types, n.gold, n.judged, n.right,
       (SELECT count(*) FROM item i JOIN campaign g ON g.id = i.campaign_id AND g.state = 'closed' AND g.visibility = 'everyone'
         WHERE i.state IN ('in_service', 'disputed')
           AND (SELECT count(*) FROM release_item r WHERE r.release_id = e.id AND r.item_id = i.id) = 0
           AND g.name = coalesce(e.filter->>'campaign', g.name)
           AND i.media_type = coalesce(e.filter->>'media_type', i.media_type)),
       e.contradicting, n.decided_full, n.decided_no_gold, n.decided_one_network, n.decided_neither,
       n.fewest, n.mean, n.most, n.unjudged, n.sealed, e.uncuttable, n.not_independent,
       release_audience(e) = 'researchers'
  FROM release e,
       (SELECT count(*) AS items, sum(r.bytes) AS bytes, count(*) FILTER (WHERE r.sealed) AS sealed,
               count(*) FILTER (WHERE NOT r.sealed AND r.label_source = 'crowd') AS crowd,
               count(*) FILTER (WHERE NOT r.sealed AND r.label_source = 'ruling') AS ruled,
               count(d.truth) FILTER (WHERE NOT r.sealed AND r.label_source <> 'truth') AS known,
               count(*) FILTER (WHERE NOT r.sealed AND r.label_source <> 'truth' AND d.truth = r.label) AS agree,
               count(*) FILTER (WHERE NOT r.sealed AND r.label_source = 'truth') AS gold,
               count(r.p_fake) FILTER (WHERE NOT r.sealed AND r.label_source = 'truth') AS judged,
               count(*) FILTER (WHERE NOT r.sealed AND r.label_source = 'truth'
                                      AND (r.p_fake >= 0.5) = (r.label = 'fake')) AS right,
               count(*) FILTER (WHERE NOT r.sealed AND r.decided_by = 'full') AS decided_full,
               count(*) FILTER (WHERE NOT r.sealed AND r.decided_by = 'no_gold') AS decided_no_gold,
               count(*) FILTER (WHERE NOT r.sealed AND r.decided_by = 'one_network') AS decided_one_network,
               count(*) FILTER (WHERE NOT r.sealed AND r.decided_by = 'no_gold_one_network') AS decided_neither,
               coalesce(min(r.judgments) FILTER (WHERE NOT r.sealed), 0) AS fewest,
               coalesce(round(avg(r.judgments) FILTER (WHERE NOT r.sealed), 1), 0) AS mean,
               coalesce(max(r.judgments) FILTER (WHERE NOT r.sealed), 0) AS most,
               count(*) FILTER (WHERE NOT r.sealed AND r.judgments = 0) AS unjudged,
               count(*) FILTER (WHERE NOT r.sealed AND d.not_independent) AS not_independent,
               string_agg(DISTINCT split_part(r.path, '/', 1) COLLATE "C", ' ') AS types
          FROM release_item r
         CROSS JOIN LATERAL (SELECT item->>'truth' AS truth, (item->>'not_independent')::boolean AS not_independent FROM release_draft
                              WHERE release_id = r.release_id AND item_id = r.item_id OFFSET 0) d
         WHERE r.release_id = $1::uuid) n
 WHERE e.id = $1::uuid

-- name: release_table
-- $1 release uuid; returns media type, split, real, fake, sealed
SELECT split_part(r.path, '/', 1), r.split, count(*) FILTER (WHERE r.label = 'real' AND NOT r.sealed),
       count(*) FILTER (WHERE r.label = 'fake' AND NOT r.sealed), count(*) FILTER (WHERE r.sealed)
  FROM release_item r
 WHERE r.release_id = $1::uuid
 GROUP BY 1, 2
 ORDER BY 1, position(r.split IN 'train validation test')

-- name: release_licences
-- $1 release uuid; returns licence, items; the 100 most frequent
SELECT coalesce(d.item->>'licence', 'not stated') COLLATE "C", count(*)
  FROM release_draft d
 WHERE d.release_id = $1::uuid GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100

-- name: release_people
-- What is declared of those whom the items show.
-- $1 release uuid; returns items with nobody, whose people consented, act in a public role, of which nothing is declared
SELECT count(*) FILTER (WHERE d.item->>'people' = 'nobody'), count(*) FILTER (WHERE d.item->>'people' = 'consented'),
       count(*) FILTER (WHERE d.item->>'people' = 'public_role'), count(*) FILTER (WHERE d.item->>'people' IS NULL)
  FROM release_draft d WHERE d.release_id = $1::uuid AND NOT d.sealed

-- name: release_corrections
-- What was corrected since the release of this name before this one; no row: it is the first.
-- $1 release uuid
-- returns its version, items of this release whose truth was corrected, items of it with any other
-- correction, items of the former release that were withdrawn
SELECT f.version, c.truths, c.others,
       (SELECT count(*) FROM release_item r JOIN item i ON i.id = r.item_id
         WHERE r.release_id = f.id AND i.state = 'withdrawn')
  FROM (SELECT b.* FROM release e
          JOIN release b ON b.name = e.name AND b.state = 'ready' AND b.fixed_at < e.fixed_at
         WHERE e.id = $1::uuid ORDER BY b.fixed_at DESC LIMIT 1) f
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT h.item_id) FILTER (WHERE h.field = 'truth') AS truths,
              count(DISTINCT h.item_id) FILTER (WHERE h.field <> 'truth') AS others
         FROM item_change h JOIN release_item r ON r.item_id = h.item_id AND r.release_id = $1::uuid AND NOT r.sealed
        WHERE h.changed_at > f.fixed_at) c

-- name: release_set_aside
-- What was set aside when the release was made.
-- $1 release uuid
-- returns acts that stood; judgments, volunteers and items of this release that they touch; items that had a label
-- before, were asked for and are not in it
WITH acts AS MATERIALIZED (
    SELECT a.*, e.id AS release_id, e.fixed_at, e.filter
      FROM release e
      JOIN set_aside a ON a.made_at <= e.fixed_at AND (a.undone_at IS NULL OR a.undone_at > e.fixed_at)
     WHERE e.id = $1::uuid
)
SELECT (SELECT count(*) FROM acts), n.judgments, n.volunteers, n.items,
       (SELECT count(DISTINCT k.item_id)
          FROM acts a
          JOIN set_aside_item k ON k.set_aside_id = a.id AND k.retired
         CROSS JOIN LATERAL (SELECT campaign_id, media_type FROM item WHERE id = k.item_id OFFSET 0) i
         CROSS JOIN LATERAL (SELECT name FROM campaign WHERE id = i.campaign_id OFFSET 0) g
         WHERE g.name = coalesce(a.filter->>'campaign', g.name)
           AND i.media_type = coalesce(a.filter->>'media_type', i.media_type)
           AND NOT EXISTS (SELECT FROM release_item r WHERE r.release_id = a.release_id AND r.item_id = k.item_id OFFSET 0))
  FROM (SELECT count(DISTINCT (j.item_id, j.volunteer_id)) AS judgments, count(DISTINCT j.volunteer_id) AS volunteers,
               count(DISTINCT j.item_id) AS items
          FROM acts a
         CROSS JOIN LATERAL unnest(a.volunteers) AS v (id)
         CROSS JOIN LATERAL (SELECT * FROM judgment WHERE volunteer_id = v.id OFFSET 0) j
         CROSS JOIN LATERAL (SELECT item_id FROM release_item
                              WHERE release_id = a.release_id AND item_id = j.item_id OFFSET 0) r
         CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = j.item_id OFFSET 0) i
         WHERE j.revision = 0 AND NOT j.training AND j.counts
           AND j.judged_at >= a.from_at AND j.judged_at < a.to_at AND j.judged_at <= a.fixed_at
           AND (a.campaign_id IS NULL OR a.campaign_id = i.campaign_id)) n

-- name: release_campaigns
-- What its campaigns ask of a label, the largest first.
-- $1 release uuid; returns name, threshold, fewest and most judgments of an item, items of the release
SELECT g.name, g.threshold, g.min_judgments, g.max_judgments, count(*)
  FROM release_draft d JOIN campaign g ON g.id = (d.item->>'campaign_id')::uuid
 WHERE d.release_id = $1::uuid GROUP BY g.id ORDER BY count(*) DESC, g.name LIMIT 20

-- name: release_opinions
-- What moderators said, blind of one another, of items of the release that are not sealed: a row for each time that two or
-- more said real or fake.
-- $1 release uuid; returns fake, real, of these as the label
SELECT count(*) FILTER (WHERE o.ruling = 'fake'), count(*) FILTER (WHERE o.ruling = 'real'),
       count(*) FILTER (WHERE o.ruling = r.label)
  FROM release e
  JOIN opinion o ON o.given_at <= e.fixed_at AND o.undone_at IS NULL AND o.ruling IN ('fake', 'real')
 CROSS JOIN LATERAL (SELECT * FROM release_item WHERE release_id = e.id AND item_id = o.item_id OFFSET 0) r
 WHERE e.id = $1::uuid AND NOT r.sealed
 GROUP BY o.dispute_id, o.round
HAVING count(*) > 1
