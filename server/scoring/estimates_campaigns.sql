-- SPDX-License-Identifier: Apache-2.0

-- name: estimates_campaigns
-- What this fit counted of each campaign.
--   $1 json [{campaign, figures}]
INSERT INTO campaign_fit AS f (campaign_id, figures)
SELECT campaign, figures FROM jsonb_to_recordset($1::jsonb) AS w (campaign uuid, figures jsonb) ORDER BY campaign
    ON CONFLICT (campaign_id) DO UPDATE SET figures = excluded.figures, fitted_at = now()

-- name: estimates_carried
-- Replaces the labels that one cohort carries.
--   $1 json [{item, campaign, cohort, share, turns}]
WITH told AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json)
        AS w (item uuid, campaign uuid, cohort integer, share double precision, turns boolean)
), gone AS (
    DELETE FROM carried_label l WHERE NOT EXISTS (SELECT FROM told t WHERE t.item = l.item_id)
)
INSERT INTO carried_label AS l (item_id, campaign_id, cohort, share, turns)
SELECT item, campaign, cohort, share, turns FROM told ORDER BY item
    ON CONFLICT (item_id) DO UPDATE
   SET campaign_id = excluded.campaign_id, cohort = excluded.cohort, share = excluded.share, turns = excluded.turns
