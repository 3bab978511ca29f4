-- SPDX-License-Identifier: Apache-2.0

-- name: leak_figures_read
-- Figures of campaigns, those apart that rest on so few items that they would tell of single ones.
--   $1 campaign name, or NULL for all; $2 how many of each class there must be
--   -> campaign, media type, trait, auc, low, high, served, fakes, reals, when
SELECT g.name, t.media_type, f.trait, f.auc, f.low, f.high, f.served, t.fakes, t.reals, rfc3339(t.measured_at)
  FROM leak_table t
  JOIN campaign g ON g.id = t.campaign_id
  JOIN leak_figure f ON f.campaign_id = t.campaign_id AND f.media_type = t.media_type
 WHERE ($1::text IS NULL OR g.name = $1) AND least(t.fakes, t.reals) >= $2::integer
 ORDER BY g.name COLLATE "C", position(t.media_type IN 'image video audio'), greatest(f.auc, 1 - f.auc) DESC, f.trait
