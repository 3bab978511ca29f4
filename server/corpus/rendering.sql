-- Renditions of existing items, made anew by a newer recipe.

-- name: rendering_check
-- How many items have a rendition of an older recipe, and what hangs on them.
--   $1 recipe, $2 campaign name or NULL
--   -> images, films, sounds; judgments on them that count; how many of them the crowd has settled
--      or disputed; how many are in campaigns that are closed
SELECT count(*) FILTER (WHERE i.media_type = 'image'), count(*) FILTER (WHERE i.media_type = 'video'),
       count(*) FILTER (WHERE i.media_type = 'audio'), coalesce(sum(j.count), 0),
       count(*) FILTER (WHERE i.state IN ('retired', 'disputed')),
       count(*) FILTER (WHERE g.state = 'closed')
  FROM item i
  JOIN campaign g ON g.id = i.campaign_id
  LEFT JOIN (SELECT item_id, count(*) FROM counted_judgment GROUP BY item_id) j ON j.item_id = i.id
 WHERE i.recipe < $1::smallint AND i.state <> 'withdrawn' AND g.name = coalesce($2, g.name)

-- name: rendering_due
-- How many items have a rendition of an older recipe.
--   $1 recipe
--   -> items
SELECT count(*) FROM item WHERE recipe < $1::smallint AND state <> 'withdrawn'

-- name: rendering_campaign
--   $1 campaign name
--   -> id uuid
SELECT id FROM campaign WHERE name = $1

-- name: rendering_order
-- Orders a rendering and writes its job. A unique key refuses a second one beside it.
--   $1 campaign uuid or NULL, $2 recipe, $3 harmless boolean
--   -> rendering uuid
WITH ordered AS (
    INSERT INTO rendering (campaign_id, recipe, harmless) VALUES ($1::uuid, $2::smallint, $3::boolean)
    RETURNING id
)
INSERT INTO job (kind, subject) SELECT 'render', id FROM ordered
RETURNING subject

-- name: rendering_under_way
-- The rendering whose job is not done; no row: there is none.
--   -> rendering uuid
SELECT subject FROM job WHERE kind = 'render' AND state IN ('waiting', 'running')

-- name: rendering_find
--   $1 rendering uuid
--   -> campaign uuid or NULL, recipe, harmless, changed, same, unreadable, state of its job, done, total, detail
SELECT r.campaign_id, r.recipe, r.harmless, r.changed, r.same, r.unreadable, j.state, j.done, j.total, j.detail
  FROM rendering r JOIN job j ON j.subject = r.id AND j.kind = 'render'
 WHERE r.id = $1::uuid

-- name: rendering_begin
-- Counts those that cannot be read anew: a run that goes on tries them again.
--   $1 rendering uuid
--   -> items left
WITH anew AS (
    UPDATE rendering SET unreadable = 0 WHERE id = $1::uuid RETURNING *
)
SELECT count(i.id)
  FROM anew r
  LEFT JOIN item i ON i.recipe < r.recipe AND i.state <> 'withdrawn'
                  AND i.campaign_id = coalesce(r.campaign_id, i.campaign_id)
                  AND NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = i.id AND k.ended_at IS NULL)

-- name: rendering_next
-- The next items to render, in order of ids: they are chosen first, and each is asked then what it is cut to. Those whose
-- files are encrypted are left as they are.
--   $1 rendering uuid, $2 the item before, or NULL, $3 how many
--   -> item uuid, version, media type, sha256 hex, rendition hex, poster hex, thumbnail hex, and what it is cut to, as item_cut
SELECT i.id, i.version, i.media_type, encode(i.sha256, 'hex'), encode(i.rendition, 'hex'),
       encode(i.poster, 'hex'), encode(i.thumbnail, 'hex'), c.width, c.height, c.from_ms, c.length_ms, c.noise_db,
       c.region, c.lent, c.lent_width, c.lent_height
  FROM (SELECT o.* FROM rendering r
          JOIN item o ON o.recipe < r.recipe AND o.state <> 'withdrawn'
                     AND o.campaign_id = coalesce(r.campaign_id, o.campaign_id)
         WHERE r.id = $1::uuid AND NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = o.id AND k.ended_at IS NULL)
           AND o.id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
         ORDER BY o.id LIMIT $3::integer) i
 CROSS JOIN LATERAL (SELECT * FROM item_cut WHERE item_id = i.id OFFSET 0) c
 ORDER BY i.id

-- name: rendering_same
-- Notes that a newer recipe makes the same rendition.
--   $1 rendering uuid, $2 item uuid, $3 version that was rendered
WITH noted AS (
    UPDATE item i SET recipe = r.recipe FROM rendering r
     WHERE r.id = $1::uuid AND i.id = $2::uuid AND i.version = $3::smallint AND i.recipe < r.recipe
    RETURNING i.id
)
UPDATE rendering SET same = same + 1 WHERE id = $1::uuid AND EXISTS (SELECT FROM noted)

-- name: rendering_unreadable
--   $1 rendering uuid
UPDATE rendering SET unreadable = unreadable + 1 WHERE id = $1::uuid

-- name: rendering_changed
-- Gives an item the next version; a trigger writes its row of item_version. Unless the change is
-- harmless, what the crowd said of it counts no more: its posterior is what it was at first, and an item
-- that the crowd has settled, or disputed without a moderator having begun, is asked about again.
-- Such a dispute is withdrawn, on no judgments. Rulings stand. (begun_at stands in the row, so that a
-- verdict given meanwhile is seen.)
--   $1 rendering uuid, $2 item uuid, $3 version that was rendered, $4 rendition hex, $5 its bytes,
--   $6 its type, $7 poster hex, $8 thumbnail hex, $9 width, $10 height, $11 duration_ms
WITH closed AS (
    UPDATE dispute d
       SET state = 'withdrawn', closed_at = now(), closed_p_fake = 0.5, closed_judgments = 0
      FROM rendering r
     WHERE r.id = $1::uuid AND NOT r.harmless
       AND d.item_id = $2::uuid AND d.state = 'open' AND d.begun_at IS NULL
       AND NOT EXISTS (SELECT FROM claim m WHERE m.dispute_id = d.id AND m.expires_at > now())
       AND EXISTS (SELECT FROM item i
                    WHERE i.id = $2::uuid AND i.version = $3::smallint AND i.recipe < r.recipe)
    RETURNING d.item_id
), made AS (
    UPDATE item i
       SET version = i.version + 1, recipe = r.recipe, rendition = decode($4, 'hex'),
           rendition_bytes = $5::bigint, rendition_type = $6, poster = decode($7, 'hex'),
           thumbnail = decode($8, 'hex'), width = $9::integer, height = $10::integer,
           duration_ms = $11::integer,
           judged_from = CASE WHEN r.harmless THEN i.judged_from ELSE i.version + 1 END,
           state = CASE WHEN NOT r.harmless AND (i.state = 'retired' OR i.state = 'disputed'
                                                 AND EXISTS (SELECT FROM closed))
                        THEN 'in_service' ELSE i.state END
      FROM rendering r
     WHERE r.id = $1::uuid AND i.id = $2::uuid AND i.version = $3::smallint AND i.recipe < r.recipe
    RETURNING i.id, i.judged_from, NOT r.harmless AS anew
), forgotten AS (
    INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes, judged_from)
    SELECT id, 0.5, 0, 1, 0, 0, judged_from FROM made WHERE anew
        ON CONFLICT (item_id) DO UPDATE
       SET p_fake = 0.5, low = 0, high = 1, judgments = 0, fake_votes = 0, alpha = NULL,
           judged_from = excluded.judged_from, updated_at = now()
)
UPDATE rendering SET changed = changed + 1 WHERE id = $1::uuid AND EXISTS (SELECT FROM made)

-- name: recut_next
-- The next items to cut anew, those that wait longest first; withdrawn ones wait no more.
--   $1 how many
--   -> as rendering_next; then whether its region is new to us, and since when it waits
WITH next AS (
    SELECT d.item_id, d.due_at FROM cut_due d
     WHERE d.why IS NULL AND NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = d.item_id AND k.ended_at IS NULL)
     ORDER BY d.due_at, d.item_id LIMIT $1::integer
), gone AS (
    DELETE FROM cut_due d USING next n, item i
     WHERE d.item_id = n.item_id AND i.id = n.item_id AND i.state = 'withdrawn'
)
SELECT i.id, i.version, i.media_type, encode(i.sha256, 'hex'), encode(i.rendition, 'hex'),
       encode(i.poster, 'hex'), encode(i.thumbnail, 'hex'), c.width, c.height, c.from_ms, c.length_ms, c.noise_db,
       c.region, c.lent, c.lent_width, c.lent_height, i.region IS NOT NULL AND i.region_of IS NULL, n.due_at
  FROM next n JOIN item i ON i.id = n.item_id JOIN item_cut c ON c.item_id = i.id
 WHERE i.state <> 'withdrawn'
 ORDER BY n.due_at, i.id

-- name: recut_done
-- The item is as it is to be, unless it became due again meanwhile.
--   $1 item uuid, $2 and $3 width and height of its original, or NULL, $4 since when it waited
WITH done AS (
    DELETE FROM cut_due WHERE item_id = $1::uuid AND due_at = $4::timestamptz
)
UPDATE item SET region_of = ARRAY[$2::integer, $3::integer]
 WHERE id = $1::uuid AND $2::integer IS NOT NULL AND region IS NOT NULL AND region_of IS NULL

-- name: recut_changed
-- Gives an item the next version. Nobody has judged it as it was; whoever has begun to did so for nothing.
--   $1 item uuid, $2 version that was rendered, $3 recipe, $4 rendition hex, $5 its bytes, $6 its type, $7 poster hex,
--   $8 thumbnail hex, $9 width, $10 height, $11 duration_ms
UPDATE item
   SET version = version + 1, judged_from = version + 1, recipe = $3::smallint, rendition = decode($4, 'hex'),
       rendition_bytes = $5::bigint, rendition_type = $6, poster = decode($7, 'hex'), thumbnail = decode($8, 'hex'),
       width = $9::integer, height = $10::integer, duration_ms = $11::integer
 WHERE id = $1::uuid AND version = $2::smallint

-- name: recut_failed
--   $1 item uuid, $2 why, $3 since when it waited
UPDATE cut_due SET why = $2 WHERE item_id = $1::uuid AND due_at = $3::timestamptz
