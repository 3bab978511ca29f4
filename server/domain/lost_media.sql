-- name: lost_media_note
-- Notes that the store has no such files: items that need one are handed out no more.
--   $1 text[] of digests in hex
INSERT INTO lost_item (item_id)
SELECT id FROM item
 WHERE rendition = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
 UNION
SELECT id FROM item
 WHERE poster = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
ON CONFLICT DO NOTHING

-- name: lost_media_list
-- Items that are handed out no more because of their files.
--   -> item uuid, rendition hex, poster hex or NULL
SELECT i.id, encode(i.rendition, 'hex'), encode(i.poster, 'hex')
  FROM lost_item l JOIN item i ON i.id = l.item_id

-- name: lost_media_mended
-- The files of these items are back.
--   $1 uuid[]
DELETE FROM lost_item WHERE item_id = ANY ($1::uuid[])

-- name: lost_media_files
-- Every file that the database names, and whose it is; one may come more than once.
--   -> digest hex, what, whose: item uuid, or name, version and path of a release
SELECT encode(f.digest, 'hex'), f.what, i.id::text
  FROM item i
 CROSS JOIN LATERAL (VALUES ('rendition', i.rendition), ('poster', i.poster),
                            ('thumbnail', i.thumbnail), ('original', i.sha256)) AS f (what, digest)
 WHERE f.digest IS NOT NULL
 UNION ALL
SELECT encode(f.digest, 'hex'), 'earlier ' || f.what, v.item_id::text
  FROM item_version v JOIN item i ON i.id = v.item_id
 CROSS JOIN LATERAL (VALUES ('rendition', v.rendition), ('poster', v.poster),
                            ('thumbnail', v.thumbnail)) AS f (what, digest)
 WHERE f.digest IS NOT NULL AND i.rendition <> v.rendition
 UNION ALL
SELECT encode(f.sha256, 'hex'), 'release file', r.name || ' ' || r.version || ' ' || f.path
  FROM release_file f JOIN release r ON r.id = f.release_id
