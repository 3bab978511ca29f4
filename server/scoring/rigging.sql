-- SPDX-License-Identifier: Apache-2.0

-- name: rigging_fit
--   $1 text name of a campaign -> id, when it was fitted (NULL: never)
SELECT k.id, rfc3339(f.fitted_at) FROM campaign k LEFT JOIN campaign_fit f ON f.campaign_id = k.id WHERE k.name = $1

-- name: rigging_cohorts
--   $1 campaign uuid, $2 integer how many
--   -> cohort, volunteers, judgments, labels, turns, agree, others_agree (NULL: not known); those with most labels first
SELECT c.cohort, c.volunteers, c.judgments, c.labels, c.turns, c.agree, c.others_agree
  FROM campaign_fit f
 CROSS JOIN LATERAL jsonb_to_recordset(f.figures -> 'cohorts') AS c (cohort integer, volunteers integer,
            judgments integer, labels integer, turns integer, agree double precision, others_agree double precision)
 WHERE f.campaign_id = $1::uuid
 ORDER BY c.labels DESC, c.judgments DESC, c.cohort LIMIT $2::integer

-- name: rigging_networks
-- The busiest networks and providers, as the last fit wrote them; those of most weight first.
--   $1 campaign uuid, $2 integer how many
--   -> hexadecimal, is it a provider?, volunteers, judgments, labels, excess, gold accuracy (NULL: no gold), share of all
--      judgments
SELECT j.label, j.name = 'provider_judgments',
       (SELECT count(*) FROM volunteer_network n
         WHERE n.campaign_id = $1::uuid AND n.network = decode(j.label, 'hex') AND NOT n.declared)
     + (SELECT count(*) FROM volunteer_network n
         WHERE n.campaign_id = $1::uuid AND n.provider = decode(j.label, 'hex')),
       j.value::bigint, coalesce(l.value, 0)::bigint, coalesce(x.value, 0), a.value,
       j.value / greatest(1, (f.figures ->> 'judgments')::double precision)
  FROM integrity_figure j
  JOIN campaign_fit f ON f.campaign_id = j.campaign_id
  LEFT JOIN integrity_figure l ON l.campaign_id = j.campaign_id AND l.label = j.label
        AND l.name = replace(j.name, '_judgments', '_labels')
  LEFT JOIN integrity_figure x ON x.campaign_id = j.campaign_id AND x.label = j.label
        AND x.name = replace(j.name, '_judgments', '_label_excess')
  LEFT JOIN integrity_figure a ON a.campaign_id = j.campaign_id AND a.label = j.label
        AND a.name = replace(j.name, '_judgments', '_gold_accuracy')
 WHERE j.campaign_id = $1::uuid AND j.name IN ('network_judgments', 'provider_judgments')
 ORDER BY coalesce(x.value, 0) DESC, j.value DESC, j.label LIMIT $2::integer

-- name: rigging_labels
-- Labels that one cohort carries, the most one-sided first.
--   $1 campaign uuid, $2 integer how many -> item uuid, its state, cohort, share, does it turn?, p_fake (NULL: none)
SELECT l.item_id, i.state, l.cohort, l.share, l.turns, c.p_fake
  FROM carried_label l
 CROSS JOIN LATERAL (SELECT state FROM item WHERE id = l.item_id OFFSET 0) i
  LEFT JOIN LATERAL (SELECT p_fake FROM consensus WHERE item_id = l.item_id OFFSET 0) c ON true
 WHERE l.campaign_id = $1::uuid ORDER BY l.share DESC, l.item_id LIMIT $2::integer
