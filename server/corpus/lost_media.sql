-- SPDX-License-Identifier: Apache-2.0

-- name: lost_media_note
-- Notes that the store has no such files: items that need one are handed out no more.
--   $1 text[] of digests in hex
-- Those that were removed, or are encrypted, are no loss.
INSERT INTO lost_item (item_id)
SELECT id
  FROM (SELECT id FROM item
         WHERE rendition = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
         UNION
        SELECT id FROM item
         WHERE poster = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))) i
 WHERE NOT EXISTS (SELECT FROM removal WHERE item_id = i.id)
   AND NOT EXISTS (SELECT FROM held_item WHERE item_id = i.id AND ended_at IS NULL)
ON CONFLICT DO NOTHING

-- name: lost_media_list
-- Items that are handed out no more because of their files.
--   -> item uuid, rendition hex, poster hex or NULL
SELECT i.id, encode(i.rendition, 'hex'), encode(i.poster, 'hex')
  FROM lost_item l JOIN item i ON i.id = l.item_id
 ORDER BY random()

-- name: lost_media_count
-- How many items are handed out no more because of their files.
--   -> count
SELECT count(*) FROM lost_item

-- name: lost_media_mended
-- The files of these items are back.
--   $1 uuid[]
DELETE FROM lost_item WHERE item_id = ANY ($1::uuid[])

-- name: lost_media_files
-- Every file that some items name, and what it is; one may come more than once. Of an item that was withdrawn at most the
-- original is still there, once its files were removed. Of one that is held the encrypted file is named.
--   $1 uuid of the last item before them, $2 integer how many items
--   -> digest hex (NULL: it was removed), what, item uuid; in the order of items
SELECT CASE WHEN r.item_id IS NULL OR f.what = 'original' AND NOT r.original THEN encode(coalesce(h.stored, f.digest), 'hex') END, f.what, i.id
  FROM (SELECT * FROM item WHERE id > $1::uuid ORDER BY id LIMIT $2::integer) i
 CROSS JOIN LATERAL (
       VALUES ('rendition', i.rendition), ('poster', i.poster),
              ('thumbnail', i.thumbnail), ('original', i.sha256)
        UNION ALL
       SELECT 'earlier ' || o.what, o.digest
         FROM item_version v
        CROSS JOIN LATERAL (VALUES ('rendition', v.rendition), ('poster', v.poster),
                                   ('thumbnail', v.thumbnail)) AS o (what, digest)
        WHERE v.item_id = i.id AND i.rendition <> v.rendition) AS f (what, digest)
  LEFT JOIN removal r ON r.item_id = i.id AND r.done_at IS NOT NULL
  LEFT JOIN held_item k ON k.item_id = i.id AND k.ended_at IS NULL
  LEFT JOIN held_file h ON k.item_id IS NOT NULL AND h.digest = f.digest
 WHERE f.digest IS NOT NULL
 ORDER BY i.id

-- name: lost_media_release_files
-- Some files of releases, and what was made of them; or what they are in encrypted form, where they are held.
--   $1 uuid of the release and $2 path of the last one before them, $3 integer how many
--   -> digest hex (NULL: it was removed), what, name, version and path; release uuid, path
SELECT CASE WHEN NOT EXISTS (SELECT FROM removed_file WHERE digest = f.sha256) THEN encode(coalesce(h.stored, f.sha256), 'hex') END,
       f.what, r.name || ' ' || r.version || ' ' || f.path, f.release_id, f.path
  FROM (SELECT * FROM (
           (SELECT release_id, path, sha256, 'release file' AS what FROM release_file
             WHERE (release_id, path) > ($1::uuid, $2) ORDER BY release_id, path LIMIT $3::integer)
            UNION ALL
           (SELECT release_id, path, sha256, 'release artefact' FROM release_artefact
             WHERE (release_id, path) > ($1::uuid, $2) ORDER BY release_id, path LIMIT $3::integer)) AS named
         ORDER BY release_id, path LIMIT $3::integer) f
  JOIN release r ON r.id = f.release_id
  LEFT JOIN held_file h ON h.digest = f.sha256 AND h.blocks
 ORDER BY f.release_id, f.path

-- name: lost_media_contribution_files
-- The files of contributions that wait for a moderator.
--   -> digest hex, what, contribution uuid
SELECT encode(coalesce(h.stored, f.digest), 'hex'), f.what, c.id
  FROM contribution c
 CROSS JOIN LATERAL (VALUES ('contributed rendition', c.rendition), ('contributed poster', c.poster),
                            ('contributed thumbnail', c.thumbnail), ('contributed original', c.sha256)) AS f (what, digest)
  LEFT JOIN held_file h ON h.digest = f.digest AND h.blocks
 WHERE c.state = 'quarantined' AND f.digest IS NOT NULL

-- name: lost_media_copies
-- Further files of items: they are kept, but nobody misses them.
--   $1 digest in hex after which they come, $2 integer how many
--   -> digest hex, item uuid, digest hex of the encrypted file or NULL
SELECT encode(c.sha256, 'hex'), c.item_id, encode(h.stored, 'hex')
  FROM (SELECT * FROM item_copy WHERE sha256 > decode($1, 'hex') ORDER BY sha256 LIMIT $2::integer) c
  LEFT JOIN held_file h ON h.digest = c.sha256
 ORDER BY c.sha256
