-- name: consensus_lead
-- Tries to become the one process that scores, for as long as its connection lives.
--   -> leads boolean
SELECT pg_try_advisory_lock(499967689577)

-- name: consensus_folded
-- Which news a fit of this moment has read.
--   -> id bigint
SELECT id FROM score_pending ORDER BY id

-- name: consensus_fold
-- Forgets news that a fit has read.
--   $1 bigint[]
DELETE FROM score_pending WHERE id = ANY ($1::bigint[])

-- name: consensus_news
-- Single judgments that no fit has read, oldest first. Their order of numbers is not their
-- order of commit: the caller asks from some way back and passes over what it knows. A row without
-- judgments asks for a fit: its item is NULL.
--   $1 bigint after which number, $2 bigint[] numbers that are known
--   -> id bigint, item uuid, volunteer uuid, says fake boolean, version of the item
SELECT p.id, n.item, n.volunteer, n.fake, coalesce(n.version, 1)
  FROM score_pending p LEFT JOIN LATERAL unnest(p.items, p.volunteers, p.fakes, p.versions)
       AS n (item, volunteer, fake, version) ON true
 WHERE p.id > $1::bigint AND p.id <> ALL ($2::bigint[])
 ORDER BY p.id

-- name: consensus_judgments
-- What the model reads.
--   -> item uuid, volunteer uuid, says fake boolean, confidence, on the left?
SELECT item_id, volunteer_id, verdict = 'fake', confidence, position = 'left'
  FROM counted_judgment

-- name: consensus_items
-- What is known of all items that have judgments. How many, the caller counts, who reads them all: to sort them by item
-- here took three times as long as all the rest.
--   -> id uuid, campaign uuid, gold, truth, state, threshold, min, max,
--      judgments before it was last reopened, p_fake (NULL: none yet), judgments scored, 0, 0,
--      reason of its open dispute (NULL: none, or a moderator has begun with it), the first version whose
--      judgments count
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       coalesce(o.judgments, 0),
       c.p_fake, coalesce(c.judgments, 0), 0, 0,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from
  FROM item i
  JOIN campaign k ON k.id = i.campaign_id
  LEFT JOIN consensus c ON c.item_id = i.id
  LEFT JOIN reopened o ON o.item_id = i.id
 WHERE NOT i.training AND EXISTS (SELECT FROM counted_judgment j WHERE j.item_id = i.id)

-- name: consensus_touched
-- The same of some items. Each is found by its key: OFFSET 0 keeps the planner from joining whole tables, which it
-- would choose by statistics from before the crowd came.
--   $1 uuid[], each once
SELECT i.id, i.campaign_id, i.gold, i.truth, i.state, k.threshold,
       k.min_judgments, k.max_judgments,
       coalesce((SELECT o.judgments FROM reopened o WHERE o.item_id = i.id), 0),
       c.p_fake, coalesce(c.judgments, 0), 0, 0,
       (SELECT d.reason FROM dispute d
         WHERE i.state = 'disputed' AND d.item_id = i.id AND d.state = 'open' AND d.begun_at IS NULL
           AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())),
       i.judged_from
  FROM unnest($1::uuid[]) AS a (id)
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = a.id AND NOT training OFFSET 0) i
 CROSS JOIN LATERAL (SELECT * FROM campaign WHERE id = i.campaign_id OFFSET 0) k
  LEFT JOIN LATERAL (SELECT * FROM consensus WHERE item_id = i.id OFFSET 0) c ON true

-- name: consensus_write
-- Stores what the model infers, but never on fewer judgments than are scored already, nor on
-- judgments that no longer count. A fit moves every item by a hair; rewriting all of them each time
-- would be most of what the database does.
--   $1 json [{item, p_fake, low, high, judgments, fake, alpha (null: as it was), judged_from}]
INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes, alpha, judged_from)
SELECT w.item, w.p_fake, w.low, w.high, w.judgments, w.fake, w.alpha, w.judged_from
  FROM json_to_recordset($1::json) AS w (
       item uuid, p_fake double precision, low double precision, high double precision,
       judgments integer, fake integer, alpha double precision, judged_from smallint)
 ORDER BY w.item
    ON CONFLICT (item_id) DO UPDATE
   SET p_fake = excluded.p_fake, low = excluded.low, high = excluded.high,
       judgments = excluded.judgments, fake_votes = excluded.fake_votes,
       alpha = coalesce(excluded.alpha, c.alpha), updated_at = now()
 WHERE c.judged_from = excluded.judged_from AND (c.judgments < excluded.judgments
    OR (c.judgments = excluded.judgments
        AND (abs(c.p_fake - excluded.p_fake) > 0.0005 OR abs(c.low - excluded.low) > 0.0005
             OR abs(c.high - excluded.high) > 0.0005 OR c.fake_votes <> excluded.fake_votes
             OR c.alpha IS DISTINCT FROM coalesce(excluded.alpha, c.alpha))))

-- name: consensus_write_skills
-- Stores how well volunteers tell; those who were erased have no skill any more.
--   $1 json [{volunteer, sensitivity, specificity, judgments}]
INSERT INTO volunteer_skill AS s (volunteer_id, sensitivity, specificity, judgments)
SELECT w.volunteer, w.sensitivity, w.specificity, w.judgments
  FROM json_to_recordset($1::json) AS w (
       volunteer uuid, sensitivity double precision, specificity double precision,
       judgments integer)
  JOIN volunteer v ON v.id = w.volunteer
 ORDER BY w.volunteer
    ON CONFLICT (volunteer_id) DO UPDATE
   SET sensitivity = excluded.sensitivity, specificity = excluded.specificity,
       judgments = excluded.judgments, updated_at = now()
 WHERE (s.sensitivity, s.specificity, s.judgments)
       IS DISTINCT FROM (excluded.sensitivity, excluded.specificity, excluded.judgments)

-- name: consensus_write_agreement
-- Stores alpha of a campaign, how its crowd does on gold, and whether it is trusted.
--   $1 campaign uuid, $2 alpha, $3 low, $4 high (NULL: undefined), $5 gold items, $6 of them right, $7 trusted
INSERT INTO agreement (campaign_id, alpha, low, high, gold, gold_right, trusted)
VALUES ($1::uuid, $2::double precision, $3::double precision, $4::double precision, $5::integer, $6::integer,
        $7::boolean)
    ON CONFLICT (campaign_id) DO UPDATE
   SET alpha = excluded.alpha, low = excluded.low, high = excluded.high, gold = excluded.gold,
       gold_right = excluded.gold_right, trusted = excluded.trusted, updated_at = now()

-- name: consensus_distrust
-- Campaigns whose crowd is not trusted, with disputes that are there for nothing else.
--   -> name, how many disputes, why in words
SELECT k.name, count(*), replace(array_to_string(distrust(k.id), ', '), '_', ' ')
  FROM dispute d
  JOIN item i ON i.id = d.item_id
  JOIN campaign k ON k.id = i.campaign_id
 WHERE d.state = 'open' AND d.reason = 'crowd_not_trusted' AND distrust(k.id) IS NOT NULL
 GROUP BY k.id, k.name
 ORDER BY k.name

-- name: consensus_settle
-- Items that the crowd settled retire; those it cannot settle, or settles against what is
-- known, become disputes; those of which it is no longer sure come back; and disputes that it has
-- settled since are withdrawn, unless a moderator has begun. Only items move that are still where the
-- model saw them, and of which the same judgments count. (begun_at stands in the row, so that a
-- verdict given meanwhile is seen.) Disputes are locked before items, as by a ruling, and both in the
-- order of items: two that settle the same ones wait for each other and do not deadlock.
--   $1 json [{item, from, to, reason (of a dispute), judgments, judged_from, p_fake}]
--   -> retired bigint, disputed bigint, reopened bigint, withdrawn bigint
WITH wanted AS (
    SELECT * FROM json_to_recordset($1::json)
        AS w (item uuid, "from" text, "to" text, reason text, judgments integer, judged_from smallint,
              p_fake double precision)
), disputes_in_turn AS MATERIALIZED (
    SELECT d.id FROM wanted w JOIN dispute d ON d.item_id = w.item
     WHERE w."from" = 'disputed' AND d.state = 'open'
     ORDER BY d.item_id FOR NO KEY UPDATE OF d
), closed AS (
    UPDATE dispute d
       SET state = 'withdrawn', closed_at = now(), closed_p_fake = w.p_fake, closed_judgments = w.judgments
      FROM wanted w
     WHERE (SELECT count(*) FROM disputes_in_turn) > 0
       AND w."from" = 'disputed' AND d.item_id = w.item AND d.state = 'open' AND d.begun_at IS NULL
       AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())
       AND EXISTS (SELECT FROM item i WHERE i.id = w.item AND i.judged_from = w.judged_from)
    RETURNING d.item_id
), items_in_turn AS MATERIALIZED (
    SELECT i.id FROM wanted w JOIN item i ON i.id = w.item
     WHERE i.state = w."from" AND (SELECT count(*) FROM closed) >= 0
     ORDER BY i.id FOR NO KEY UPDATE OF i
), moved AS (
    UPDATE item i SET state = w."to"
      FROM wanted w
     WHERE (SELECT count(*) FROM items_in_turn) > 0
       AND i.id = w.item AND i.state = w."from" AND i.judged_from = w.judged_from
       AND (w."from" <> 'disputed' OR EXISTS (SELECT FROM closed c WHERE c.item_id = w.item))
    RETURNING i.id, w."from", w."to", w.reason, w.judgments
), opened AS (
    INSERT INTO dispute (item_id, reason, judgments)
    SELECT id, reason, judgments FROM moved WHERE reason IS NOT NULL
        ON CONFLICT (item_id) WHERE state = 'open' DO NOTHING
)
SELECT count(*) FILTER (WHERE "to" = 'retired'), count(*) FILTER (WHERE "to" = 'disputed'),
       count(*) FILTER (WHERE "from" = 'retired'), (SELECT count(*) FROM closed)
  FROM moved

-- name: consensus_write_fit
-- Notes what a full fit changed, and on what calibration.
--   $1 json {judgments, items, moved, retired, reopened, held, disputed, withdrawn, gold, weight, slope}
INSERT INTO last_fit AS f (judgments, items, moved, retired, reopened, held, disputed, withdrawn,
                           gold, weight, slope, retired_all, reopened_all, disputed_all, withdrawn_all)
SELECT w.judgments, w.items, w.moved, w.retired, w.reopened, w.held, w.disputed, w.withdrawn,
       w.gold, w.weight, w.slope, w.retired, w.reopened, w.disputed, w.withdrawn
  FROM json_to_record($1::json) AS w (
       judgments bigint, items integer, moved integer, retired integer, reopened integer, held integer,
       disputed integer, withdrawn integer, gold integer, weight double precision, slope double precision)
    ON CONFLICT (one) DO UPDATE
   SET fitted_at = now(), judgments = excluded.judgments, items = excluded.items, moved = excluded.moved,
       retired = excluded.retired, reopened = excluded.reopened, held = excluded.held,
       disputed = excluded.disputed, withdrawn = excluded.withdrawn, gold = excluded.gold,
       weight = excluded.weight, slope = excluded.slope, fits = f.fits + 1,
       retired_all = f.retired_all + excluded.retired, reopened_all = f.reopened_all + excluded.reopened,
       disputed_all = f.disputed_all + excluded.disputed, withdrawn_all = f.withdrawn_all + excluded.withdrawn

-- name: consensus_last_fit
-- What the last full fit changed, for /metrics.
--   -> fits, retired, reopened, disputed, withdrawn in all; held, gold, weight, slope, seconds since the epoch
--      (no row: nothing was fitted yet)
SELECT fits, retired_all, reopened_all, disputed_all, withdrawn_all, held, gold, weight, slope,
       extract(epoch FROM fitted_at)
  FROM last_fit
