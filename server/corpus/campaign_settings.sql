-- SPDX-License-Identifier: Apache-2.0

-- name: campaign_settings_lock
-- The settings of a campaign, held until the transaction ends.
--   $1 text name -> json of all settings, version
SELECT settings_of(k), k.version FROM campaign k WHERE k.name = $1 FOR NO KEY UPDATE OF k

-- name: campaign_settings_write
-- Sets all of them, those that stay too; and asks for a fit, where labels are decided by what changed.
--   $1 text name, $2 json as campaign_settings_lock gives it, $3 is a fit to follow?
WITH changed AS (
    UPDATE campaign k
       SET question = w.question, questions = w.questions, media_types = w.media_types, threshold = w.threshold,
           min_judgments = w.min_judgments, max_judgments = w.max_judgments, random_share = w.random_share,
           fake_rate = w.fake_rate, visibility = w.visibility, gold_dose = w.gold_dose, guidelines = w.guidelines, second_opinion = w.second_opinion,
           second_share = w.second_share
      FROM jsonb_to_record($2::jsonb) AS w (question text, questions jsonb, media_types text[],
           threshold double precision, min_judgments integer, max_judgments integer, random_share double precision,
           fake_rate double precision, visibility text, gold_dose double precision, guidelines text, second_opinion text, second_share real)
     WHERE k.name = $1
    RETURNING k.id
)
INSERT INTO score_pending (items, volunteers, fakes, versions, at_once)
SELECT '{}', '{}', '{}', '{}', true FROM changed WHERE $3::boolean

-- name: campaign_standing
-- Campaigns with their settings and what is in them, in the order of their names.
--   $1 text name: this one; or NULL and $2 text name: those after it, or NULL; $3 integer how many
--   -> name, state, made rfc3339, version, json of settings, json of cut, json of items by state with gold and training,
--      items that wait to be cut, items that cannot be, pairs that are out now
SELECT k.name, k.state, rfc3339(k.created_at), k.version,
       settings_of(k),
       json_build_object('box_width', box_width, 'box_height', box_height, 'window_from_ms', window_from_ms,
                         'window_ms', window_ms, 'noise_db', noise_db, 'shortest', shortest),
       json_build_object(
           'in_service', (SELECT coalesce(sum(items), 0) FROM item_count n WHERE n.campaign_id = k.id AND n.state = 'in_service'),
           'retired', (SELECT coalesce(sum(items), 0) FROM item_count n WHERE n.campaign_id = k.id AND n.state = 'retired'),
           'disputed', (SELECT coalesce(sum(items), 0) FROM item_count n WHERE n.campaign_id = k.id AND n.state = 'disputed'),
           'settled', (SELECT coalesce(sum(items), 0) FROM item_count n WHERE n.campaign_id = k.id AND n.state = 'settled'),
           'withdrawn', (SELECT coalesce(sum(items), 0) FROM item_count n WHERE n.campaign_id = k.id AND n.state = 'withdrawn'),
           'gold', (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.gold AND i.state <> 'withdrawn'),
           'training', (SELECT count(*) FROM item i WHERE i.campaign_id = k.id AND i.training AND i.state <> 'withdrawn'),
           'out_of_service_media', (SELECT coalesce(sum(items), 0) FROM item_count n
                                     WHERE n.campaign_id = k.id AND n.state = 'in_service' AND n.media_type <> ALL (k.media_types))),
       (SELECT count(*) FROM cut_due d JOIN item i ON i.id = d.item_id WHERE i.campaign_id = k.id AND d.why IS NULL),
       (SELECT count(*) FROM cut_due d JOIN item i ON i.id = d.item_id WHERE i.campaign_id = k.id AND d.why IS NOT NULL),
       (SELECT count(*) FROM lease l WHERE l.campaign_id = k.id AND l.expires_at > now())
  FROM campaign k
 WHERE ($1::text IS NULL OR k.name = $1) AND ($2::text IS NULL OR k.name > $2)
 ORDER BY k.name LIMIT $3::integer
