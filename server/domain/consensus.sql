-- name: consensus_lead
-- One process scores at a time, until its transaction ends.
--   -> leads boolean
SELECT pg_try_advisory_xact_lock(499967689577)

-- name: consensus_take_pending
-- Takes the news, so that it is gone if, and only if, this transaction commits.
--   -> item uuid (repeats are possible)
WITH taken AS (DELETE FROM score_pending RETURNING items)
SELECT unnest(items) FROM taken

-- name: consensus_judgments
-- What the model reads: blind verdicts, training excepted.
--   -> item uuid, volunteer uuid, says fake boolean, confidence, on the left?
SELECT item_id, volunteer_id, verdict = 'fake', confidence, position = 'left'
  FROM judgment
 WHERE revision = 0 AND NOT training

-- name: consensus_items
-- What is known of the items that have judgments.
--   -> id uuid, campaign number, gold, truth, state, threshold, min, max, reopened,
--      p_fake (NULL: none yet), judgments, campaign uuid
SELECT i.id, dense_rank() OVER (ORDER BY i.campaign_id) - 1, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       (SELECT count(*) FROM ruling r WHERE r.item_id = i.id AND r.ruling = 'reopen'),
       c.p_fake, coalesce(c.judgments, 0), i.campaign_id
  FROM item i
  JOIN campaign k ON k.id = i.campaign_id
  LEFT JOIN consensus c ON c.item_id = i.id
 WHERE NOT i.training
   AND EXISTS (SELECT FROM judgment j WHERE j.item_id = i.id)
 ORDER BY i.id

-- name: consensus_write
-- Stores what the model infers.
--   $1 json [{item, p_fake, low, high, judgments, fake, alpha}]
INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes, alpha)
SELECT w.item, w.p_fake, w.low, w.high, w.judgments, w.fake, w.alpha
  FROM json_to_recordset($1::json) AS w (
       item uuid, p_fake double precision, low double precision, high double precision,
       judgments integer, fake integer, alpha double precision)
    ON CONFLICT (item_id) DO UPDATE
   SET p_fake = excluded.p_fake, low = excluded.low, high = excluded.high,
       judgments = excluded.judgments, fake_votes = excluded.fake_votes, alpha = excluded.alpha,
       updated_at = now()

-- name: consensus_write_skills
-- Stores how well volunteers tell; those who were erased have no skill any more.
--   $1 json [{volunteer, sensitivity, specificity, judgments}]
INSERT INTO volunteer_skill AS s (volunteer_id, sensitivity, specificity, judgments)
SELECT w.volunteer, w.sensitivity, w.specificity, w.judgments
  FROM json_to_recordset($1::json) AS w (
       volunteer uuid, sensitivity double precision, specificity double precision,
       judgments integer)
  JOIN volunteer v ON v.id = w.volunteer
    ON CONFLICT (volunteer_id) DO UPDATE
   SET sensitivity = excluded.sensitivity, specificity = excluded.specificity,
       judgments = excluded.judgments, updated_at = now()
 WHERE (s.sensitivity, s.specificity, s.judgments)
       IS DISTINCT FROM (excluded.sensitivity, excluded.specificity, excluded.judgments)

-- name: consensus_write_agreement
-- Stores alpha of a campaign.
--   $1 campaign uuid, $2 alpha, $3 low, $4 high (NULL: undefined)
INSERT INTO agreement (campaign_id, alpha, low, high)
VALUES ($1::uuid, $2::double precision, $3::double precision, $4::double precision)
    ON CONFLICT (campaign_id) DO UPDATE
   SET alpha = excluded.alpha, low = excluded.low, high = excluded.high, updated_at = now()

-- name: consensus_settle
-- Items that the crowd settled retire; those it cannot settle, or settles against what is
-- known, become disputes. Only items still in service move.
--   $1 json [{item, reason (null: retire), judgments}]
--   -> retired bigint, disputed bigint
WITH wanted AS (
    SELECT * FROM json_to_recordset($1::json) AS w (item uuid, reason text, judgments integer)
), moved AS (
    UPDATE item i
       SET state = CASE WHEN w.reason IS NULL THEN 'retired' ELSE 'disputed' END
      FROM wanted w
     WHERE i.id = w.item AND i.state = 'in_service'
    RETURNING i.id, w.reason, w.judgments
), opened AS (
    INSERT INTO dispute (item_id, reason, judgments)
    SELECT id, reason, judgments FROM moved WHERE reason IS NOT NULL
        ON CONFLICT (item_id) WHERE state = 'open' DO NOTHING
)
SELECT count(*) FILTER (WHERE reason IS NULL), count(*) FILTER (WHERE reason IS NOT NULL)
  FROM moved
