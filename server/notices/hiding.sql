-- SPDX-License-Identifier: Apache-2.0
-- Items that nobody is shown while a notice waits.

-- name: hiding_add
-- Hides an item and all that have its bytes, and ends their addresses. One that is hidden already is held as well, if this
-- notice asks for it.
--   $1 notice uuid, $2 item uuid, $3 held?, $4 days that it is held, $5 account uuid or NULL, $6 its reason or NULL
--   -> how many
WITH same AS (
    SELECT o.id FROM item i JOIN item o ON o.rendition = i.rendition WHERE i.id = $2::uuid
), hidden AS (
    INSERT INTO hiding (item_id, notice_id, held, held_until, hidden_by, hidden_reason)
    SELECT id, $1::uuid, $3::boolean, CASE WHEN $3::boolean THEN now() + make_interval(days => $4::integer) END, $5::uuid, $6
      FROM same
        ON CONFLICT (item_id) WHERE shown_at IS NULL
        DO UPDATE SET held = true, held_until = excluded.held_until, notice_id = excluded.notice_id
           WHERE excluded.held AND NOT hiding.held
    RETURNING item_id
), passes AS (
    INSERT INTO revoked_pass (holder)
    SELECT DISTINCT encode(substr(m.digest, 1, 16), 'hex')::uuid FROM hidden h CROSS JOIN LATERAL item_medium(h.item_id) m
        ON CONFLICT (holder) DO UPDATE SET until = excluded.until)
SELECT count(*) FROM hidden

-- name: hiding_end
-- What hides the item of a notice ends, for all that have its bytes, unless another notice that hides waits; its addresses
-- work again, unless its files are encrypted. What stays hidden for others is held no longer, if none of them is about a child.
--   $1 notice uuid, $2 why, $3 whatever else waits? -> how many
WITH same AS (
    SELECT o.id FROM notice n JOIN item i ON i.id = n.item_id JOIN item o ON o.rendition = i.rendition WHERE n.id = $1::uuid
), shown AS (
    UPDATE hiding SET shown_at = now(), shown_reason = $2
     WHERE shown_at IS NULL AND item_id IN (SELECT id FROM same)
       AND ($3::boolean
            OR NOT EXISTS (SELECT FROM notice w
                            WHERE w.item_id IN (SELECT id FROM same) AND w.id <> $1::uuid AND w.state IN ('open', 'contested')
                              AND w.hides = 'hid'))
    RETURNING item_id
), loosened AS (
    UPDATE hiding SET held = false, held_until = NULL
     WHERE shown_at IS NULL AND held AND item_id IN (SELECT id FROM same) AND item_id NOT IN (SELECT item_id FROM shown)
       AND NOT EXISTS (SELECT FROM notice w
                        WHERE w.item_id IN (SELECT id FROM same) AND w.id <> $1::uuid AND w.state IN ('open', 'contested')
                          AND w.reason = 'child_safety')
), passes AS (
    DELETE FROM revoked_pass
     WHERE holder IN (SELECT encode(substr(m.digest, 1, 16), 'hex')::uuid FROM shown s CROSS JOIN LATERAL item_medium(s.item_id) m
                       WHERE NOT EXISTS (SELECT FROM withdrawn_medium w WHERE w.digest = m.digest)
                         AND NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = s.item_id AND k.ended_at IS NULL)))
SELECT count(*) FROM shown

-- name: hiding_add_waiting
-- Hides what waits in quarantine, as hiding_add does an item.
--   $1 notice uuid, $2 contribution uuid, $3 held?, $4 days that it is held, $5 account uuid or NULL, $6 its reason or NULL
--   -> how many
WITH hidden AS (
    INSERT INTO hiding (contribution_id, notice_id, held, held_until, hidden_by, hidden_reason)
    VALUES ($2::uuid, $1::uuid, $3::boolean,
            CASE WHEN $3::boolean THEN now() + make_interval(days => $4::integer) END, $5::uuid, $6)
        ON CONFLICT (contribution_id) WHERE shown_at IS NULL
        DO UPDATE SET held = true, held_until = excluded.held_until, notice_id = excluded.notice_id
           WHERE excluded.held AND NOT hiding.held
    RETURNING contribution_id
), media AS (
    SELECT d.digest
      FROM hidden h JOIN contribution c ON c.id = h.contribution_id
     CROSS JOIN LATERAL (VALUES (c.sha256), (c.rendition), (c.thumbnail), (c.poster)) AS d (digest)
     WHERE d.digest IS NOT NULL
       AND NOT EXISTS (SELECT FROM item o WHERE o.poster = d.digest AND o.state <> 'withdrawn')
), passes AS (
    INSERT INTO revoked_pass (holder)
    SELECT DISTINCT encode(substr(digest, 1, 16), 'hex')::uuid FROM media
        ON CONFLICT (holder) DO UPDATE SET until = excluded.until)
SELECT count(*) FROM hidden

-- name: hiding_end_waiting
-- As hiding_end, of a notice on what waits in quarantine.
--   $1 notice uuid, $2 why, $3 whatever else waits? -> how many
WITH same AS (
    SELECT contribution_id AS id FROM notice WHERE id = $1::uuid
), shown AS (
    UPDATE hiding SET shown_at = now(), shown_reason = $2
     WHERE shown_at IS NULL AND contribution_id = (SELECT id FROM same)
       AND ($3::boolean
            OR NOT EXISTS (SELECT FROM notice w
                            WHERE w.contribution_id = (SELECT id FROM same) AND w.id <> $1::uuid
                              AND w.state IN ('open', 'contested') AND w.hides = 'hid'))
    RETURNING contribution_id
), loosened AS (
    UPDATE hiding SET held = false, held_until = NULL
     WHERE shown_at IS NULL AND held AND contribution_id = (SELECT id FROM same)
       AND contribution_id NOT IN (SELECT contribution_id FROM shown)
       AND NOT EXISTS (SELECT FROM notice w
                        WHERE w.contribution_id = (SELECT id FROM same) AND w.id <> $1::uuid
                          AND w.state IN ('open', 'contested') AND w.reason = 'child_safety')
), passes AS (
    DELETE FROM revoked_pass
     WHERE holder IN (SELECT encode(substr(d.digest, 1, 16), 'hex')::uuid
                        FROM shown s JOIN contribution c ON c.id = s.contribution_id
                       CROSS JOIN LATERAL (VALUES (c.sha256), (c.rendition), (c.thumbnail), (c.poster)) AS d (digest)
                       WHERE d.digest IS NOT NULL
                         AND NOT EXISTS (SELECT FROM withdrawn_medium w WHERE w.digest = d.digest)))
SELECT count(*) FROM shown

-- name: hiding_of_network
-- Other notices whose hides may be undone with that of one: those that hid something within a week, from the same network.
--   $1 notice uuid -> notice uuids
SELECT o.id
  FROM notice n JOIN notice o ON o.network = n.network AND o.id <> n.id AND o.made_at > now() - interval '7 days'
 WHERE n.id = $1::uuid AND o.hides = 'hid' AND o.state = 'open'
   AND (EXISTS (SELECT FROM hiding h WHERE h.item_id = o.item_id AND h.shown_at IS NULL)
        OR EXISTS (SELECT FROM hiding h WHERE h.contribution_id = o.contribution_id AND h.shown_at IS NULL))
 ORDER BY o.id LIMIT 1000

-- name: hiding_medium
-- What a moderator looks at to decide a notice.
--   $1 notice uuid -> rendition hex, its type, held?, is it gone?
SELECT encode(coalesce(i.rendition, c.rendition), 'hex'), coalesce(i.rendition_type, c.rendition_type),
       n.reason = 'child_safety' OR EXISTS (SELECT FROM item_hidden h WHERE h.item_id = n.item_id AND h.held)
       OR EXISTS (SELECT FROM contribution_hidden h WHERE h.contribution_id = n.contribution_id AND h.held)
       OR EXISTS (SELECT FROM notice o WHERE o.item_id = n.item_id AND o.reason = 'child_safety' AND o.state IN ('open', 'contested'))
       OR EXISTS (SELECT FROM notice o WHERE o.contribution_id = n.contribution_id AND o.reason = 'child_safety'
                                         AND o.state IN ('open', 'contested')),
       coalesce(i.state = 'withdrawn', c.state IN ('rejected', 'failed'))
  FROM notice n LEFT JOIN item i ON i.id = n.item_id LEFT JOIN contribution c ON c.id = n.contribution_id
 WHERE n.id = $1::uuid

-- name: hiding_viewed
-- Notes that an account looked at it.
--   $1 notice uuid
INSERT INTO act (kind, subject_kind, subject) SELECT 'media_viewed', 'notice', $1
