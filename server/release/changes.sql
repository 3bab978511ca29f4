-- SPDX-License-Identifier: Apache-2.0
-- What changed between releases of one name, and why.

-- name: changes_versions
-- Releases of a name that were asked for and are ready, newest first.
-- $1 name; returns id, version
SELECT id, version FROM release
 WHERE name = $1 AND state = 'ready' AND revises IS NULL
 ORDER BY created_at DESC, id DESC

-- name: changes_unsettled
-- Those of its name that were asked for before it and are not ready yet.
-- $1 release uuid; returns version
SELECT b.version FROM release e JOIN release b ON b.name = e.name
 WHERE e.id = $1::uuid AND b.state = 'writing' AND b.revises IS NULL
   AND (b.created_at, b.id) < (e.created_at, e.id)

-- name: changes_rows
-- What the database keeps of labels.csv of a release: some rows of it, in their order.
-- $1 release uuid, $2 after this item, or NULL; $3 how many
-- returns item, split, medium, label, its source, p_fake, low, high, judgments, ruling, sha256 in hexadecimal, by which rule
-- the crowd decided, whether the label is withheld
SELECT r.item_id, r.split, i.media_type, r.label, r.label_source, r.p_fake, r.low, r.high, r.judgments, r.ruling,
       encode(r.sha256, 'hex'), r.decided_by, r.sealed
  FROM (SELECT * FROM release_item
         WHERE release_id = $1::uuid AND item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
         ORDER BY item_id LIMIT $3::integer) r
 CROSS JOIN LATERAL (SELECT media_type FROM item WHERE id = r.item_id OFFSET 0) i
 ORDER BY r.item_id

-- name: changes_facts
-- What is known of items between two releases: after what the older one was chosen from, and up to what the newer one was.
-- A revision was chosen when it was begun.
-- $1 older release uuid, $2 newer release uuid, $3 item uuids
-- returns item, the class of what took its bytes down or NULL, its newest ruling or NULL, whether it was imported, the
-- fields that were corrected with ' ' between them or NULL, whether it was rendered anew, whether the older release asked for
-- others, whether the newer one did, whether it was judged, whether the newer release held items back and it looks like one of
-- another split
SELECT t.item_id,
       (SELECT w.reason_class FROM withdrawn_medium m JOIN withdrawal w ON w.item_id = m.item_id
         WHERE m.digest = was.sha256 AND w.withdrawn_at <= s.upto ORDER BY w.seq LIMIT 1),
       (SELECT u.ruling FROM ruling u
         WHERE u.item_id = t.item_id AND u.ruled_at > s.since AND u.ruled_at <= s.upto
         ORDER BY u.ruled_at DESC, u.id LIMIT 1),
       i.created_at > s.since,
       (SELECT string_agg(DISTINCT h.field, ' ') FROM item_change h
         WHERE h.item_id = t.item_id AND h.changed_at > s.since AND h.changed_at <= s.upto),
       EXISTS (SELECT FROM item_version v
                WHERE v.item_id = t.item_id AND v.version > 1 AND v.made_at > s.since AND v.made_at <= s.upto),
       coalesce(s.older_filter->>'campaign' <> g.name, false)
       OR coalesce(s.older_filter->>'media_type' <> i.media_type, false)
       OR coalesce((s.older_filter->>'min_judgments')::integer > now_is.judgments, false),
       coalesce(s.newer_filter->>'campaign' <> g.name, false) OR g.visibility <> 'everyone'
       OR coalesce(s.newer_filter->>'media_type' <> i.media_type, false)
       OR coalesce((s.newer_filter->>'min_judgments')::integer > was.judgments, false)
       OR coalesce(was.label_source = 'crowd' AND (s.newer_filter->>'min_confidence')::float8
                   > greatest(was.p_fake, 1 - was.p_fake), false),
       EXISTS (SELECT FROM judgment j
                WHERE j.item_id = t.item_id AND j.judged_at > s.since AND j.judged_at <= s.upto),
       s.held_back > 0 AND i.near_group IS NOT NULL
       AND EXISTS (SELECT FROM item k JOIN item_split ks ON ks.item_id = k.id JOIN item_split own ON own.item_id = i.id
                    WHERE k.near_group = i.near_group AND ks.split <> own.split)
  FROM (SELECT o.id AS older, n.id AS newer, o.filter AS older_filter, n.filter AS newer_filter, n.held_back,
               CASE WHEN o.revises IS NULL THEN o.fixed_at ELSE o.created_at END AS since,
               CASE WHEN n.revises IS NULL THEN n.fixed_at ELSE n.created_at END AS upto
          FROM release o, release n WHERE o.id = $1::uuid AND n.id = $2::uuid) s
 CROSS JOIN unnest($3::uuid[]) t (item_id)
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = t.item_id OFFSET 0) i
  JOIN campaign g ON g.id = i.campaign_id
  LEFT JOIN LATERAL (SELECT * FROM release_item WHERE release_id = s.older AND item_id = t.item_id OFFSET 0) was ON true
  LEFT JOIN LATERAL (SELECT * FROM release_item WHERE release_id = s.newer AND item_id = t.item_id OFFSET 0) now_is ON true
 ORDER BY t.item_id

-- name: changes_known
-- $1 older release uuid, $2 newer release uuid; returns what was counted, as JSON (no row: nothing was yet)
SELECT counts FROM release_difference WHERE since_id = $1::uuid AND release_id = $2::uuid

-- name: changes_keep
-- $1 older release uuid, $2 newer release uuid, $3 what was counted as JSON, $4 whether the older one is that before it
INSERT INTO release_difference (since_id, release_id, counts, follows)
VALUES ($1::uuid, $2::uuid, $3::jsonb, $4::boolean)
ON CONFLICT DO NOTHING

-- name: changes_before
-- $1 release uuid
-- returns the version before it, what changed since as JSON (no row: there is none, or it was made before this was counted)
SELECT b.version, d.counts
  FROM release_difference d JOIN release b ON b.id = d.since_id
 WHERE d.release_id = $1::uuid AND d.follows
