-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_write
-- Stores what the model infers, but never on fewer judgments than are scored already, nor on
-- judgments that no longer count. A fit moves every item by a hair; rewriting all of them each time
-- would be most of what the database does.
--   $1 json [{item, p_fake, low, high, judgments, fake, alpha (null: as it was), judged_from, recount,
--            decided_by, decides}]
INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes, alpha, judged_from, recount, decided_by, decides)
SELECT w.item, w.p_fake, w.low, w.high, w.judgments, w.fake, w.alpha, w.judged_from, w.recount, w.decided_by,
       w.decides
  FROM json_to_recordset($1::json) AS w (
       item uuid, p_fake double precision, low double precision, high double precision,
       judgments integer, fake integer, alpha double precision, judged_from smallint, recount integer,
       decided_by text, decides double precision)
 ORDER BY w.item
    ON CONFLICT (item_id) DO UPDATE
   SET p_fake = excluded.p_fake, low = excluded.low, high = excluded.high,
       judgments = excluded.judgments, fake_votes = excluded.fake_votes,
       alpha = coalesce(excluded.alpha, c.alpha), decided_by = excluded.decided_by, decides = excluded.decides,
       updated_at = now()
 WHERE c.judged_from = excluded.judged_from AND c.recount = excluded.recount AND (c.judgments < excluded.judgments
    OR (c.judgments = excluded.judgments
        AND (abs(c.p_fake - excluded.p_fake) > 0.0005 OR abs(c.low - excluded.low) > 0.0005
             OR abs(c.high - excluded.high) > 0.0005 OR c.fake_votes <> excluded.fake_votes
             OR c.decided_by IS DISTINCT FROM excluded.decided_by OR coalesce(abs(c.decides - excluded.decides) > 0.0005, true)
             OR c.alpha IS DISTINCT FROM coalesce(excluded.alpha, c.alpha))))

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
-- settled since are withdrawn, unless a moderator has begun or a notice asks for one. Only items move that are still where the
-- model saw them, and of which the same judgments count. (begun_at stands in the row, so that a
-- verdict given meanwhile is seen.) Disputes are locked before items, as by a ruling, and both in the
-- order of items: two that settle the same ones wait for each other and do not deadlock.
--   $1 json [{item, from, to, reason (of a dispute), judgments, judged_from, recount, p_fake}]
--   -> retired bigint, disputed bigint, reopened bigint, withdrawn bigint
WITH wanted AS (
    SELECT * FROM json_to_recordset($1::json)
        AS w (item uuid, "from" text, "to" text, reason text, judgments integer, judged_from smallint,
              recount integer, p_fake double precision)
), disputes_in_turn AS MATERIALIZED (
    SELECT d.id FROM wanted w JOIN dispute d ON d.item_id = w.item
     WHERE w."from" = 'disputed' AND d.state = 'open'
     ORDER BY d.item_id FOR NO KEY UPDATE OF d
), closed AS (
    UPDATE dispute d
       SET state = 'withdrawn', closed_at = now(), closed_p_fake = w.p_fake, closed_judgments = w.judgments
      FROM wanted w
     WHERE (SELECT count(*) FROM disputes_in_turn) > 0
       AND w."from" = 'disputed' AND d.item_id = w.item AND d.state = 'open' AND d.begun_at IS NULL AND d.reason <> 'notice'
       AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())
       AND EXISTS (SELECT FROM item i WHERE i.id = w.item AND i.judged_from = w.judged_from AND i.recount = w.recount)
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
       AND i.recount = w.recount AND (w."from" <> 'disputed' OR EXISTS (SELECT FROM closed c WHERE c.item_id = w.item))
    RETURNING i.id, w."from", w."to", w.reason, w.judgments
), opened AS (
    INSERT INTO dispute (item_id, reason, judgments)
    SELECT id, reason, judgments FROM moved WHERE reason IS NOT NULL
        ON CONFLICT (item_id) WHERE state = 'open' DO NOTHING
)
SELECT count(*) FILTER (WHERE "to" = 'retired'), count(*) FILTER (WHERE "to" = 'disputed'),
       count(*) FILTER (WHERE "from" = 'retired'), (SELECT count(*) FROM closed)
  FROM moved
