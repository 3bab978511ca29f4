-- name: item_create
-- A new item; nothing happens when its bytes are known already.
--   $1 campaign uuid, $2 media_type, $3 sha256 hex, $4 bytes, $5 format, $6 rendition hex,
--   $7 rendition bytes, $8 rendition type, $9 poster hex, $10 thumbnail hex, $11 width,
--   $12 height, $13 duration_ms, $14 truth, $15 basis, $16 gold, $17 training, $18 sensitive,
--   $19 lineage, $20 pair, $21 identities text[], $22 techniques text[], $23 generator,
--   $24 source, $25 licence, $26 credit, $27 title, $28 explanation, $29 recipe of the rendition
--   -> id uuid (no row: it was there)
INSERT INTO item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes,
                  rendition_type, poster, thumbnail, width, height, duration_ms, truth, basis,
                  gold, training, sensitive, lineage, pair, identities, techniques, generator,
                  source, licence, credit, title, explanation, recipe)
VALUES ($1::uuid, $2, decode($3, 'hex'), $4::bigint, $5, decode($6, 'hex'), $7::bigint,
        $8, decode($9, 'hex'), decode($10, 'hex'), $11::integer, $12::integer, $13::integer, $14,
        $15, $16::boolean, $17::boolean, $18::boolean, $19, $20, $21::text[], $22::text[], $23,
        $24, $25, $26, $27, $28, $29::smallint)
ON CONFLICT (sha256) DO NOTHING
RETURNING id

-- name: item_known
-- Are these bytes an item already?
--   $1 sha256 hex
--   -> id uuid
SELECT id FROM item WHERE sha256 = decode($1, 'hex')

-- name: item_media
-- What a page needs to show some items, in the order asked for.
--   $1 uuid[]
--   -> id, media_type, rendition hex, rendition_type, poster hex, thumbnail hex, width, height,
--      duration_ms, sensitive, sha256 hex, format
SELECT i.id, i.media_type, encode(i.rendition, 'hex'), i.rendition_type, encode(i.poster, 'hex'),
       encode(i.thumbnail, 'hex'), i.width, i.height, i.duration_ms, i.sensitive,
       encode(i.sha256, 'hex'), i.format
  FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
  JOIN item i USING (id)
 ORDER BY asked.place

-- name: item_training_truth
-- The truth of training items, and of no others.
--   $1 uuid[]
--   -> id, truth, explanation
SELECT id, truth, explanation FROM item WHERE id = ANY ($1::uuid[]) AND training
