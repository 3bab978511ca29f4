-- SPDX-License-Identifier: Apache-2.0

-- name: release_draft_window
-- As release_window, of what was chosen.
-- $1 release uuid, $2 the last item of the window before, or NULL; $3 how many; returns item id
SELECT item_id FROM (
    SELECT item_id FROM release_draft
     WHERE release_id = $1::uuid AND item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
     ORDER BY item_id LIMIT $3::integer) few
 ORDER BY item_id DESC LIMIT 1

-- name: release_take
-- One window of what was chosen becomes items and files of the release; those that are there already stay.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
WITH taken AS (
    SELECT * FROM release_draft
     WHERE release_id = $1::uuid AND item_id <= $3::uuid AND split IS NOT NULL
       AND item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')),
files AS (
    INSERT INTO release_file (release_id, path, sha256, bytes)
    SELECT release_id, path, sha256, bytes FROM taken
        ON CONFLICT DO NOTHING)
INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label, label_source,
                          p_fake, low, high, judgments, ruling, decided_by, sealed)
SELECT release_id, item_id, path, sha256, bytes, split, label, label_source,
       p_fake, low, high, cardinality(volunteers), ruling, decided_by, sealed
  FROM taken
    ON CONFLICT DO NOTHING

-- name: release_size
-- $1 release uuid; returns how many items, whether volunteers have rows of their own, whether it commits to labels, the
-- disagreement that alpha is measured by
SELECT count(*), coalesce((SELECT (filter->>'volunteers')::boolean FROM release WHERE id = $1::uuid), true),
       coalesce((SELECT (filter->>'seal_test')::boolean FROM release WHERE id = $1::uuid), false)
       OR count(*) FILTER (WHERE sealed) > 0,
       (SELECT disagreement FROM release WHERE id = $1::uuid)
  FROM release_item WHERE release_id = $1::uuid

-- name: release_window
-- The last item of the next few, in order; no row: there are none left.
-- $1 release uuid, $2 the last item of the window before, or NULL; $3 how many
-- returns item id, how many they are
SELECT item_id, count FROM (
    SELECT item_id, row_number() OVER (ORDER BY item_id) AS count FROM (
        SELECT item_id FROM release_item
         WHERE release_id = $1::uuid AND item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
         ORDER BY item_id LIMIT $3::integer) few) numbered
 ORDER BY item_id DESC LIMIT 1

-- name: release_labels
-- One window of labels.csv, in its columns; then source and title for LICENCES; then whether the label is withheld, and
-- the salt in hexadecimal that it is committed with: secret. The statistics know nothing of a release that is
-- being made, so OFFSET 0 has each item's draft found by its key: else all drafts are read for each item.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
SELECT r.item_id, r.split, i.media_type, r.path, r.label, r.label_source,
       r.p_fake, r.low, r.high, r.judgments, r.ruling,
       CASE r.label_source WHEN 'truth' THEN r.label ELSE i.truth END, i.basis,
       array_to_string(i.techniques, ';'), i.generator,
       pseudonym(e.salt, 'lineage', convert_to(i.lineage, 'UTF8')),
       (SELECT string_agg(p, ';' ORDER BY p COLLATE "C") FROM unnest(i.identities) who,
               pseudonym(e.salt, 'identity', convert_to(who, 'UTF8')) p),
       i.width, i.height, i.duration_ms, i.licence, i.credit, r.bytes, encode(r.sha256, 'hex'),
       r.decided_by,
       'http://cv.iptc.org/newscodes/digitalsourcetype/' || (d.item->>'digital_source_type'),
       i.rights, i.people, i.made_how,
       CASE WHEN i.near_group IS NOT NULL THEN pseudonym(e.salt, 'looks', uuid_send(i.near_group)) END,
       CASE r.label_source WHEN 'ruling' THEN coalesce(i.not_independent, false)::text END,
       i.source, i.title, r.sealed,
       (SELECT encode(salt, 'hex') FROM release_seal WHERE release_id = r.release_id AND item_id = r.item_id)
  FROM release_item r
  JOIN release e ON e.id = r.release_id
 CROSS JOIN LATERAL (SELECT item FROM release_draft
                      WHERE release_id = r.release_id AND item_id = r.item_id OFFSET 0) d
 CROSS JOIN LATERAL jsonb_to_record(d.item) AS i (
       media_type text, truth text, basis text, techniques text[], generator text, lineage text, identities text[],
       width integer, height integer, duration_ms integer, licence text, credit text, rights text, people text,
       made_how text, near_group uuid, source text, title text, not_independent boolean)
 WHERE r.release_id = $1::uuid AND r.item_id <= $3::uuid
   AND r.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
 ORDER BY r.item_id
