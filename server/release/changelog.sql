-- SPDX-License-Identifier: Apache-2.0
-- The history of a name.

-- name: changelog_versions
-- All of a name that is ready or is the one being written, newest first, with its revisions.
-- $1 name, $2 release uuid being written
-- returns version, its day, how many items, the version before it or NULL, what changed as JSON or NULL, of a revision the
-- version that it revises or NULL, what it leaves out by class as JSON or NULL
SELECT e.version, to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
       CASE WHEN e.state = 'ready' THEN (e.summary->>'items')::bigint
            ELSE (SELECT count(*) FROM release_item r WHERE r.release_id = e.id) END,
       b.version, d.counts, root.version,
       CASE WHEN root.id IS NOT NULL THEN
           (SELECT json_object_agg(c.reason_class, c.items)
              FROM (SELECT first.reason_class, count(*) AS items
                      FROM (SELECT DISTINCT ON (w.item_id) w.item_id, w.reason_class FROM release_withdrawn w
                             WHERE w.release_id = root.id
                               AND NOT EXISTS (SELECT FROM release_item k
                                                WHERE k.release_id = e.id AND k.item_id = w.item_id OFFSET 0)
                             ORDER BY w.item_id, w.seq) first
                     GROUP BY 1 ORDER BY 1) c) END
  FROM release e
  LEFT JOIN release_difference d ON d.release_id = e.id AND d.follows
  LEFT JOIN release b ON b.id = d.since_id
  LEFT JOIN release root ON root.id = e.revises
 WHERE e.name = $1 AND (e.state = 'ready' OR e.id = $2::uuid)
 ORDER BY e.created_at DESC, e.id DESC
