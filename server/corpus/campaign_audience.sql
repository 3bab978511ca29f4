-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_audience_find
-- A campaign that is not closed, and whom it is for.
--   $1 text name, $2 uuid of a volunteer or NULL
--   -> id uuid, visibility, was the volunteer invited?
SELECT id, visibility, coalesce(is_invited(id, $2::uuid), false) FROM campaign WHERE name = $1 AND state <> 'closed'
