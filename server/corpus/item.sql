-- SPDX-License-Identifier: Apache-2.0

-- name: item_create
-- A new item; nothing happens when its bytes are known already.
--   $1 campaign uuid, $2 media_type, $3 sha256 hex, $4 bytes, $5 format, $6 rendition hex,
--   $7 rendition bytes, $8 rendition type, $9 poster hex, $10 thumbnail hex, $11 width,
--   $12 height, $13 duration_ms, $14 truth, $15 basis, $16 gold, $17 training, $18 sensitive,
--   $19 lineage, $20 pair, $21 identities text[], $22 techniques text[], $23 generator,
--   $24 source, $25 licence, $26 credit, $27 title, $28 explanation, $29 streams hex,
--   $30 recipe of the rendition, $31 its id, or NULL, $32 rights, $33 people, $34 made_by, $35 made_how,
--   $36 region integer[], $37 width and height of the original that it is in, integer[] or NULL,
--   $38 the account that imports it, or NULL
--   -> id uuid (no row: it was there)
INSERT INTO item (id, campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes,
                  rendition_type, poster, thumbnail, width, height, duration_ms, truth, basis,
                  gold, training, sensitive, lineage, pair, identities, techniques, generator,
                  source, licence, credit, title, explanation, streams, recipe,
                  rights, people, made_by, made_how, region, region_of, imported_by)
VALUES (coalesce($31::uuid, gen_random_uuid()), $1::uuid, $2, decode($3, 'hex'), $4::bigint, $5, decode($6, 'hex'), $7::bigint,
        $8, decode($9, 'hex'), decode($10, 'hex'), $11::integer, $12::integer, $13::integer, $14,
        $15, $16::boolean, $17::boolean, $18::boolean, $19, $20, $21::text[], $22::text[], $23,
        $24, $25, $26, $27, $28, decode($29, 'hex'), $30::smallint,
        $32, $33, $34, $35, $36::integer[], $37::integer[], $38::uuid)
ON CONFLICT (sha256) DO NOTHING
RETURNING id

-- name: item_known
-- The item of a file: by its bytes, by those of a copy, by what it shows, or by its streams, unless
-- another clock makes them run faster or slower. Of several that show the same, one that is not
-- withdrawn, and the oldest.
--   $1 sha256 hex, $2 rendition hex, $3 streams hex, $4 duration_ms, the last three or NULL
--   -> id uuid, sha256 hex, rendition hex, poster hex, thumbnail hex
SELECT id, encode(sha256, 'hex'), encode(rendition, 'hex'), encode(poster, 'hex'),
       encode(thumbnail, 'hex')
  FROM (SELECT i.*, 1 AS place FROM item i WHERE i.sha256 = decode($1, 'hex')
         UNION ALL
        SELECT i.*, 2 FROM item_copy c JOIN item i ON i.id = c.item_id
         WHERE c.sha256 = decode($1, 'hex')
         UNION ALL
        SELECT i.*, 3 FROM item i WHERE i.rendition = decode($2, 'hex')
         UNION ALL
        SELECT i.*, 4 FROM item i
         WHERE i.streams = decode($3, 'hex') AND abs(i.duration_ms - $4::integer) <= 100) AS known
 ORDER BY place, state = 'withdrawn', created_at, id
 LIMIT 1

-- name: item_lock_contents
-- One at a time makes items with this rendition, these streams, or of this pair. Held until the transaction ends.
--   $1 rendition hex, $2 streams hex, or NULL, $3 campaign and $4 pair, or NULL
SELECT pg_advisory_xact_lock(key)
  FROM (SELECT DISTINCT hashtextextended(contents, 0) AS key
          FROM unnest(ARRAY['rendition ' || $1, 'streams ' || $2, 'pair ' || $3 || ' ' || canonical_name($4)]) AS contents
         WHERE contents IS NOT NULL
         ORDER BY key) AS keys

-- name: item_note_due
-- A new item whose file was made before its campaign's length was settled, or whose original was not looked at for its
-- region, is to be cut anew.
--   $1 item uuid
INSERT INTO cut_due (item_id)
SELECT i.id FROM item i JOIN campaign g ON g.id = i.campaign_id
 WHERE i.id = $1::uuid
   AND (abs(i.duration_ms - g.window_ms) > 2 OR i.pair IS NOT NULL AND i.region IS NOT NULL AND i.region_of IS NULL)
    ON CONFLICT DO NOTHING

-- name: item_copy_add
-- A further file that shows what an item shows.
--   $1 sha256 hex, $2 item uuid, $3 bytes, $4 format
INSERT INTO item_copy (sha256, item_id, bytes, format)
VALUES (decode($1, 'hex'), $2::uuid, $3::bigint, $4)
ON CONFLICT (sha256) DO NOTHING

-- name: item_media
-- What a page needs to show some items, in the order asked for.
--   $1 uuid[]
--   -> id, media_type, rendition hex, rendition_type, poster hex, thumbnail hex, width, height,
--      duration_ms, sensitive, sha256 hex, format, was it taken down, or is it hidden?
SELECT i.id, i.media_type, encode(i.rendition, 'hex'), i.rendition_type, encode(i.poster, 'hex'),
       encode(i.thumbnail, 'hex'), i.width, i.height, i.duration_ms, i.sensitive,
       encode(i.sha256, 'hex'), i.format,
       EXISTS (SELECT FROM withdrawal w WHERE w.item_id = i.id OFFSET 0)
       OR EXISTS (SELECT FROM item_hidden h WHERE h.item_id = i.id OFFSET 0)
  FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
  JOIN item i USING (id)
 ORDER BY asked.place
