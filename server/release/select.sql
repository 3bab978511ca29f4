-- SPDX-License-Identifier: Apache-2.0

-- name: release_preview
-- A release that is asked what it would hold, in a transaction that is rolled back.
-- $1 filter json; returns its id
INSERT INTO release (name, version, filter, salt)
VALUES ('preview', gen_random_uuid()::text, $1::jsonb, sha256(uuid_send(gen_random_uuid())))
RETURNING id

-- name: release_turn
-- One at a time chooses items and gives them splits; held until the transaction ends. The transaction neither
-- reads nor writes until all is chosen, so that it keeps nothing from anybody but the next who would choose.
LOCK TABLE release_decision IN SHARE ROW EXCLUSIVE MODE

-- name: release_turn_lasts
-- Whoever has the turn is idle while another connection reads.
-- returns nothing of use
SELECT set_config('idle_in_transaction_session_timeout', '0', true)

-- name: release_fixed
-- $1 release uuid; returns whether its items are fixed
SELECT fixed_at IS NOT NULL FROM release WHERE id = $1::uuid

-- name: release_moment
-- returns the moment of this snapshot
SELECT now()

-- name: release_candidates
-- Items that the release asks for, and all that ever had a split.
-- $1 release uuid
-- The same bytes never go in under two labels: then only what a moderator ruled on does, or nothing. Nor does what cannot
-- be cut as the others are.
-- What a notice hides goes without, too.
-- A label that was published cannot be sealed: a release that seals its test split goes without such items. One that
-- another release has sealed stays so, and so do its bytes under another id.
-- returns item id, how its sha256 begins in hexadecimal, media type, label (NULL: not in this release), former split,
-- true: left out, because its bytes have the other label as well; true: it would go in, and waits to be cut; true: left
-- out, because it cannot be cut as the others are; true: left out, because its label was published; true: in the test split
-- it is sealed
SELECT i.id, encode(substr(i.sha256, 1, 16), 'hex'), i.media_type,
       CASE WHEN a.stands AND d.item_id IS NULL AND h.item_id IS NULL AND NOT (f.seal AND coalesce(g.published, false)) THEN a.label END, s.split,
       NOT a.stands, coalesce(a.stands, false) AND d.item_id IS NOT NULL AND d.why IS NULL,
       coalesce(a.stands, false) AND d.why IS NOT NULL,
       coalesce(a.stands, false) AND d.item_id IS NULL AND f.seal AND coalesce(g.published, false),
       f.seal OR coalesce(NOT g.published, false)
  FROM release_wanted($1::uuid) a
  FULL JOIN item_split s ON s.item_id = a.item_id
  JOIN item i ON i.id = coalesce(a.item_id, s.item_id)
  LEFT JOIN cut_due d ON d.item_id = a.item_id
  LEFT JOIN item_hidden h ON h.item_id = a.item_id
 CROSS JOIN (SELECT coalesce((SELECT (filter->>'seal_test')::boolean FROM release WHERE id = $1::uuid), false) AS seal,
                    EXISTS (SELECT FROM release WHERE filter ? 'seal_test') AS any_seal) f
  LEFT JOIN LATERAL (
       SELECT bool_or(NOT sealed) AS published
         FROM (SELECT sealed FROM test_given WHERE f.any_seal AND item_id = i.id
                UNION ALL
               SELECT sealed FROM test_given WHERE f.any_seal AND sha256 = i.rendition) t OFFSET 0) g
       ON f.any_seal AND a.item_id IS NOT NULL AND (s.split IS NULL OR s.split = 'test')
 ORDER BY i.id

-- name: release_links
-- What ties candidates of a release together: equal keys, next to each other.
-- $1 release uuid
-- returns key, item id
SELECT t.key COLLATE "C" AS key, i.id
  FROM (SELECT item_id FROM release_wanted($1::uuid) UNION SELECT item_id FROM item_split) c
  JOIN item i ON i.id = c.item_id
 CROSS JOIN LATERAL (
       SELECT 'lineage ' || i.lineage AS key
        UNION ALL
       SELECT 'identity ' || identity FROM unnest(i.identities) identity
        UNION ALL
       SELECT 'looks ' || i.near_group WHERE i.near_group IS NOT NULL
        UNION ALL
       SELECT 'bytes ' || encode(i.rendition, 'hex')) t
 ORDER BY key

-- name: release_crossing
-- Released items that share a key with one of another split: they were not known to be tied when they
-- were released. Equal keys stand next to each other, the larger split first.
-- returns key, item id
SELECT key, item_id
  FROM (SELECT key, item_id, place,
               min(place) OVER by_key <> max(place) OVER by_key AS crosses
          FROM (SELECT u.key, i.id AS item_id,
                       array_position(ARRAY['train', 'validation', 'test'], s.split) AS place
                  FROM item_split s JOIN item i ON i.id = s.item_id,
                       unnest('lineage ' || i.lineage || ('bytes ' || encode(i.rendition, 'hex'))
                              || ARRAY(SELECT 'identity ' || who FROM unnest(i.identities) who)
                              || ARRAY(SELECT 'looks ' || i.near_group WHERE i.near_group IS NOT NULL))
                           AS u (key)) ties
        WINDOW by_key AS (PARTITION BY key)) crossing
 WHERE crosses
 ORDER BY key COLLATE "C", place, item_id

-- name: release_cut
-- Items with their labels of this snapshot, and the judgments that these come from: the model had so
-- many, and it reads them as they come. OFFSET 0 has each found by its key: for some thousand of them
-- the planner joins whole tables else.
-- $1 release uuid, $2 item uuids, $3 types of renditions, $4 their endings
-- returns item id, its row as JSON (with the digital source type that its original states, and whether its ruling is not independent), whose judgments, how many
-- of them say fake, label, label source, p_fake, low, high, ruling, rendition, its bytes, media type, path below its
-- split, by which rule the crowd decided
SELECT l.item_id,
       to_jsonb(i) - 'imported_by'
           || jsonb_build_object('digital_source_type',
                                 (SELECT o.digital_source_type FROM provenance o WHERE o.item_id = t.item_id),
                                 'not_independent',
                                 l.label_source = 'ruling' AND (SELECT u.not_independent FROM ruling u
                                                                 WHERE u.item_id = t.item_id ORDER BY u.number DESC LIMIT 1)),
       said.volunteers, said.fake, l.label, l.label_source, l.p_fake, l.low, l.high,
       l.ruling, i.rendition, i.rendition_bytes, i.media_type,
       l.label || '/' || pseudonym(r.salt, 'file', uuid_send(i.id)) ||
       coalesce(($4::text[])[array_position($3::text[], i.rendition_type)], '.bin'),
       CASE l.label_source WHEN 'crowd' THEN (SELECT decided_by FROM consensus WHERE item_id = t.item_id) END
  FROM release r
 CROSS JOIN unnest($2::uuid[]) t (item_id)
 CROSS JOIN LATERAL (SELECT * FROM releasable WHERE item_id = t.item_id OFFSET 0) l
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = t.item_id OFFSET 0) i
 CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(j.volunteer_id), '{}') AS volunteers, count(*) FILTER (WHERE j.verdict = 'fake') AS fake
         FROM (SELECT volunteer_id, verdict FROM counted_judgment
                WHERE item_id = t.item_id
                ORDER BY judged_at, volunteer_id LIMIT l.judgments) j) said
 WHERE r.id = $1::uuid

-- name: release_draft_add
-- Keeps rows of release_cut, as they are, with the splits of their items; paths of sealed ones begin with sealed/.
-- $1 the release, $2 item ids, $3 to $15 the other columns of release_cut but the count, $16 splits
INSERT INTO release_draft (release_id, item_id, item, volunteers, label, label_source, p_fake, low, high, ruling,
                           sha256, bytes, path, decided_by, split, sealed)
SELECT ($1::text[])[1]::uuid, u.item_id::uuid, u.item::jsonb, u.volunteers::uuid[], u.label, u.label_source,
       u.p_fake::float8, u.low::float8, u.high::float8, u.ruling, u.rendition::bytea, u.bytes::bigint,
       u.media_type || '/' || u.split || '/' || u.path, u.decided_by, u.split, u.path LIKE 'sealed/%'
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
       AS u (item_id, item, volunteers, label, label_source, p_fake, low, high, ruling, rendition, bytes,
             media_type, path, decided_by, split)

-- name: release_keep_splits
-- $1 item uuids, $2 their splits
INSERT INTO item_split (item_id, split)
SELECT item_id::uuid, split FROM unnest($1::uuid[], $2::text[]) t (item_id, split)
ON CONFLICT DO NOTHING

-- name: release_leak
-- Something that lies in two splits of what was chosen; no row: nothing does.
-- $1 release uuid; returns one item
SELECT min(item_id::text)
  FROM (SELECT d.item_id, d.split, tie
          FROM release_draft d
         CROSS JOIN LATERAL (
               SELECT 'identity ' || who AS tie FROM jsonb_array_elements_text(d.item->'identities') who
                UNION ALL
               SELECT kind || ' ' || value
                 FROM (VALUES ('lineage', d.item->>'lineage'), ('bytes', encode(d.sha256, 'hex')),
                              ('looks', d.item->>'near_group')) AS u (kind, value)
                WHERE value IS NOT NULL) t
         WHERE d.release_id = $1::uuid) ties
 GROUP BY tie HAVING min(split) <> max(split) LIMIT 1
