-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_fold
-- Forgets news that a fit has read, and keeps the networks in it: some may have come after they were last noted.
--   $1 bigint[]
WITH gone AS (
    DELETE FROM score_pending WHERE id = ANY ($1::bigint[]) RETURNING id, items, volunteers, networks
)
INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared, provider)
SELECT DISTINCT ON (i.campaign_id, n.volunteer)
       i.campaign_id, n.volunteer, substr(n.network, 1, 16), get_byte(n.network, 16) = 1,
       nullif(substr(n.network, 18), '')
  FROM gone
 CROSS JOIN LATERAL unnest(gone.items, gone.volunteers, gone.networks) AS n (item, volunteer, network)
 CROSS JOIN LATERAL (SELECT campaign_id FROM item WHERE id = n.item OFFSET 0) i
 CROSS JOIN LATERAL (SELECT FROM campaign WHERE id = i.campaign_id AND state IN ('open', 'paused') OFFSET 0) k
 CROSS JOIN LATERAL (SELECT FROM volunteer WHERE id = n.volunteer OFFSET 0) v
 WHERE n.network IS NOT NULL
   AND NOT EXISTS (SELECT FROM volunteer_network o
                    WHERE o.campaign_id = i.campaign_id AND o.volunteer_id = n.volunteer OFFSET 0)
 ORDER BY i.campaign_id, n.volunteer, gone.id
    ON CONFLICT DO NOTHING

-- name: consensus_write_skills
-- Stores how well volunteers tell; those who were erased have no skill any more.
--   $1 json [{volunteer, sensitivity, specificity, judgments, gold, ignored}]
INSERT INTO volunteer_skill AS s (volunteer_id, sensitivity, specificity, judgments, gold, ignored)
SELECT w.volunteer, w.sensitivity, w.specificity, w.judgments, w.gold, w.ignored
  FROM json_to_recordset($1::json) AS w (
       volunteer uuid, sensitivity double precision, specificity double precision,
       judgments integer, gold integer, ignored boolean)
  JOIN volunteer v ON v.id = w.volunteer
 ORDER BY w.volunteer
    ON CONFLICT (volunteer_id) DO UPDATE
   SET sensitivity = excluded.sensitivity, specificity = excluded.specificity,
       judgments = excluded.judgments, gold = excluded.gold, ignored = excluded.ignored, updated_at = now()
 WHERE (s.sensitivity, s.specificity, s.judgments, s.gold, s.ignored)
       IS DISTINCT FROM (excluded.sensitivity, excluded.specificity, excluded.judgments, excluded.gold,
                         excluded.ignored)

-- name: consensus_write_agreement
-- Stores alpha of a campaign, how its crowd does on gold, and whether it is trusted.
--   $1 campaign uuid, $2 alpha, $3 low, $4 high (NULL: undefined), $5 gold items, $6 of them right, $7 trusted
INSERT INTO agreement (campaign_id, alpha, low, high, gold, gold_right, trusted)
VALUES ($1::uuid, $2::double precision, $3::double precision, $4::double precision, $5::integer, $6::integer,
        $7::boolean)
    ON CONFLICT (campaign_id) DO UPDATE
   SET alpha = excluded.alpha, low = excluded.low, high = excluded.high, gold = excluded.gold,
       gold_right = excluded.gold_right, trusted = excluded.trusted, updated_at = now()

-- name: consensus_write_fit
-- Notes what a full fit changed, and on what calibration.
--   $1 json {judgments, items, moved, retired, reopened, held, disputed, withdrawn, gold, weight, slope, cohorts,
--     cohort_volunteers, cohort_share, cohort_changes, decided_full, decided_no_gold, decided_one_network,
--     decided_neither, ignored}
INSERT INTO last_fit AS f (judgments, items, moved, retired, reopened, held, disputed, withdrawn,
                           gold, weight, slope, retired_all, reopened_all, disputed_all, withdrawn_all,
                           cohorts, cohort_volunteers, cohort_share, cohort_changes, decided_full,
                           decided_no_gold, decided_one_network, decided_neither, ignored)
SELECT w.judgments, w.items, w.moved, w.retired, w.reopened, w.held, w.disputed, w.withdrawn,
       w.gold, w.weight, w.slope, w.retired, w.reopened, w.disputed, w.withdrawn,
       w.cohorts, w.cohort_volunteers, w.cohort_share, w.cohort_changes, w.decided_full,
       w.decided_no_gold, w.decided_one_network, w.decided_neither, w.ignored
  FROM json_to_record($1::json) AS w (
       judgments bigint, items integer, moved integer, retired integer, reopened integer, held integer,
       disputed integer, withdrawn integer, gold integer, weight double precision, slope double precision,
       cohorts integer, cohort_volunteers integer, cohort_share double precision, cohort_changes integer,
       decided_full integer, decided_no_gold integer, decided_one_network integer, decided_neither integer,
       ignored integer)
    ON CONFLICT (one) DO UPDATE
   SET fitted_at = now(), judgments = excluded.judgments, items = excluded.items, moved = excluded.moved,
       retired = excluded.retired, reopened = excluded.reopened, held = excluded.held,
       disputed = excluded.disputed, withdrawn = excluded.withdrawn, gold = excluded.gold,
       weight = excluded.weight, slope = excluded.slope, cohorts = excluded.cohorts,
       cohort_volunteers = excluded.cohort_volunteers, cohort_share = excluded.cohort_share,
       cohort_changes = excluded.cohort_changes, decided_full = excluded.decided_full,
       decided_no_gold = excluded.decided_no_gold, decided_one_network = excluded.decided_one_network,
       decided_neither = excluded.decided_neither, ignored = excluded.ignored, fits = f.fits + 1,
       retired_all = f.retired_all + excluded.retired, reopened_all = f.reopened_all + excluded.reopened,
       disputed_all = f.disputed_all + excluded.disputed, withdrawn_all = f.withdrawn_all + excluded.withdrawn
