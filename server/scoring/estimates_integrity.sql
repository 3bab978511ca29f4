-- SPDX-License-Identifier: Apache-2.0

-- name: estimates_cohorts
-- Replaces who was found to err together.
--   $1 json [{volunteer, cohort}]
WITH told AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS w (volunteer uuid, cohort integer)
), gone AS (
    DELETE FROM cohort_member m WHERE NOT EXISTS (SELECT FROM told t WHERE t.volunteer = m.volunteer_id)
)
INSERT INTO cohort_member AS m (volunteer_id, cohort)
SELECT volunteer, cohort FROM told ORDER BY volunteer
    ON CONFLICT (volunteer_id) DO UPDATE SET cohort = excluded.cohort WHERE m.cohort <> excluded.cohort
