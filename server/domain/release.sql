-- Releases: versioned, immutable datasets.

-- name: release_create
-- Writes a release and, with it, the job that makes it. The salt is 244 bits of the database's
-- strong randomness.
-- $1 name, $2 version, $3 filter json, $4 account uuid or NULL, $5 true: the caller claims the job
-- returns as job_claim
WITH made AS (
    INSERT INTO release (name, version, filter, salt)
    VALUES ($1, $2, $3::jsonb, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
    RETURNING id)
INSERT INTO job (kind, subject, created_by, state, attempts, run_after)
SELECT 'release', id, $4::uuid, CASE WHEN $5::boolean THEN 'running' ELSE 'waiting' END,
       $5::boolean::integer, now() + CASE WHEN $5::boolean THEN interval '2 minutes' ELSE '0' END
  FROM made
RETURNING id, 'release', subject, attempts, attempts

-- name: release_campaign_known
-- $1 campaign name; returns true
SELECT true FROM campaign WHERE name = $1

-- name: release_find
-- Not one that failed: its version may be another's.
-- $1 name, $2 version
-- returns id, name, version, state, items, bytes, created_at seconds, its JSON
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, release_json(release)
  FROM release WHERE name = $1 AND version = $2 AND state <> 'failed'

-- name: release_by_id
-- $1 release uuid; returns as release_find
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, release_json(release)
  FROM release WHERE id = $1::uuid

-- name: release_page
-- Newest first, without those that failed.
-- $1 id of the last one seen, or NULL; $2 how many; returns as release_find
SELECT id, name, version, state, coalesce((summary->>'items')::bigint, 0), coalesce(bytes, 0),
       extract(epoch FROM created_at)::bigint, release_json(release)
  FROM release
 WHERE state <> 'failed'
   AND ($1::uuid IS NULL
        OR (created_at, id) < (SELECT created_at, id FROM release WHERE id = $1::uuid))
 ORDER BY created_at DESC, id DESC LIMIT $2::integer

-- name: release_files_page
-- The files of a release that is ready, tables before media.
-- $1 release uuid, $2 path of the last one seen, or NULL; $3 how many
-- returns path, bytes, sha256 in hexadecimal
SELECT f.path, f.bytes, encode(f.sha256, 'hex')
  FROM release_file f JOIN release r ON r.id = f.release_id AND r.state = 'ready'
 WHERE f.release_id = $1::uuid
   AND ($2::text IS NULL
        OR (position('/' IN f.path) > 0, f.path) > (position('/' IN $2::text) > 0, $2::text))
 ORDER BY position('/' IN f.path) > 0, f.path LIMIT $3::integer

-- name: release_file_find
-- Only of a release that is ready.
-- $1 name, $2 version, $3 path; returns sha256 in hexadecimal, bytes
SELECT encode(f.sha256, 'hex'), f.bytes
  FROM release r JOIN release_file f ON f.release_id = r.id
 WHERE r.name = $1 AND r.version = $2 AND r.state = 'ready' AND f.path = $3

-- name: release_failed
-- $1 release uuid
UPDATE release SET state = 'failed' WHERE id = $1::uuid AND state <> 'ready'

-- name: release_has_filter
-- $1 release uuid, $2 filter json; returns whether it is that of the release
SELECT filter = $2::jsonb FROM release WHERE id = $1::uuid

-- ---------------------------------------------------------------- what goes in

-- name: release_lock
-- One maker at a time for one release.
-- $1 release uuid; returns state, whether its items are fixed
SELECT state, fixed_at IS NOT NULL FROM release WHERE id = $1::uuid FOR UPDATE

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
-- The same bytes never go in under two labels: then only what a moderator ruled on does, or nothing.
-- returns item id, sha256 in hexadecimal, media type, label (NULL: not in this release), former split,
-- true: left out, because its bytes have the other label as well
SELECT i.id, encode(i.sha256, 'hex'), i.media_type, CASE WHEN a.stands THEN a.label END, s.split,
       NOT a.stands
  FROM release_wanted($1::uuid) a
  FULL JOIN item_split s ON s.item_id = a.item_id
  JOIN item i ON i.id = coalesce(a.item_id, s.item_id)
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
                              || ARRAY(SELECT 'identity ' || who FROM unnest(i.identities) who))
                           AS u (key)) ties
        WINDOW by_key AS (PARTITION BY key)) crossing
 WHERE crosses
 ORDER BY key COLLATE "C", place, item_id

-- name: release_cut
-- Items with their labels of this snapshot, and the judgments that these come from: the model had so
-- many, and it reads them as they come. OFFSET 0 has each found by its key: for some thousand of them
-- the planner joins whole tables else.
-- $1 release uuid, $2 item uuids
-- returns item id, its row as JSON, whose judgments, how many of them say fake, label, label source, p_fake, low,
-- high, ruling, rendition, its bytes, media type, path below its split
SELECT l.item_id, to_jsonb(i), said.volunteers, said.fake, l.label, l.label_source, l.p_fake, l.low, l.high,
       l.ruling, i.rendition, i.rendition_bytes, i.media_type,
       l.label || '/' || pseudonym(r.salt, 'file', uuid_send(i.id)) ||
       CASE i.rendition_type
            WHEN 'image/jpeg' THEN '.jpg' WHEN 'image/webp' THEN '.webp'
            WHEN 'image/png' THEN '.png' WHEN 'video/mp4' THEN '.mp4'
            WHEN 'audio/mp4' THEN '.mp4' WHEN 'audio/mpeg' THEN '.mp3'
            WHEN 'audio/ogg' THEN '.ogg' WHEN 'audio/flac' THEN '.flac'
            WHEN 'audio/wav' THEN '.wav' ELSE '.bin' END
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
-- Keeps rows of release_cut, as they are, with the splits of their items.
-- $1 the release, $2 item ids, $3 to $14 the other columns of release_cut but the count, $15 splits
INSERT INTO release_draft (release_id, item_id, item, volunteers, label, label_source, p_fake, low, high, ruling,
                           sha256, bytes, path, split)
SELECT ($1::text[])[1]::uuid, u.item_id::uuid, u.item::jsonb, u.volunteers::uuid[], u.label, u.label_source,
       u.p_fake::float8, u.low::float8, u.high::float8, u.ruling, u.rendition::bytea, u.bytes::bigint,
       u.media_type || '/' || u.split || '/' || u.path, u.split
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
       AS u (item_id, item, volunteers, label, label_source, p_fake, low, high, ruling, rendition, bytes,
             media_type, path, split)

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
                          p_fake, low, high, judgments, ruling)
SELECT release_id, item_id, path, sha256, bytes, split, label, label_source,
       p_fake, low, high, cardinality(volunteers), ruling
  FROM taken
    ON CONFLICT DO NOTHING

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
         CROSS JOIN LATERAL jsonb_populate_record(NULL::item, d.item) i,
               unnest(i.identities || i.lineage || encode(d.sha256, 'hex'),
                      array_fill('identity'::text, ARRAY[cardinality(i.identities)])
                      || 'lineage'::text || 'bytes'::text) AS u (value, kind),
               concat(kind, ' ', value) AS tie
         WHERE d.release_id = $1::uuid) ties
 GROUP BY tie HAVING min(split) <> max(split) LIMIT 1

-- name: release_fix
-- $1 release uuid, $2 how many were held back, $3 alpha or NULL, $4 low, $5 high, $6 how many
-- were left out because their bytes have both labels, $7 the moment that they were chosen from
UPDATE release SET fixed_at = $7::timestamptz, held_back = $2::integer, alpha = $3::float8,
                   alpha_low = $4::float8, alpha_high = $5::float8, contradicting = $6::integer
 WHERE id = $1::uuid

-- ---------------------------------------------------------------- what the tables say

-- name: release_size
-- $1 release uuid; returns how many items, whether volunteers have rows of their own
SELECT count(*), coalesce((SELECT (filter->>'volunteers')::boolean FROM release WHERE id = $1::uuid), true)
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
-- One window of labels.csv, in its columns; then source and title for LICENCES.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
SELECT r.item_id, r.split, i.media_type, r.path, r.label, r.label_source,
       r.p_fake, r.low, r.high, r.judgments, r.ruling,
       CASE r.label_source WHEN 'truth' THEN r.label ELSE i.truth END, i.basis,
       array_to_string(i.techniques, ';'), i.generator,
       pseudonym(e.salt, 'lineage', convert_to(i.lineage, 'UTF8')),
       (SELECT string_agg(p, ';' ORDER BY p COLLATE "C") FROM unnest(i.identities) who,
               pseudonym(e.salt, 'identity', convert_to(who, 'UTF8')) p),
       i.width, i.height, i.duration_ms, i.licence, i.credit, r.bytes, encode(r.sha256, 'hex'),
       i.source, i.title
  FROM release_item r
  JOIN release e ON e.id = r.release_id
  JOIN release_draft d ON d.release_id = r.release_id AND d.item_id = r.item_id
 CROSS JOIN LATERAL jsonb_populate_record(NULL::item, d.item) i
 WHERE r.release_id = $1::uuid AND r.item_id <= $3::uuid
   AND r.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
 ORDER BY r.item_id

-- name: release_judgments
-- One window of judgments.csv, in its columns: those that count. Of each only what
-- was said: whatever else were the same in another release would join the two, row by row. Rows of
-- an item come in an order of this release alone.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
SELECT j.item_id, pseudonym(e.salt, 'volunteer', uuid_send(j.volunteer_id)), j.verdict,
       confidence_step(j.confidence)
  FROM release_draft d
  JOIN release e ON e.id = d.release_id
 CROSS JOIN LATERAL unnest(d.volunteers) AS judge
 CROSS JOIN LATERAL (SELECT * FROM judgment WHERE item_id = d.item_id AND volunteer_id = judge
                        AND revision = 0 OFFSET 0) j
 WHERE d.release_id = $1::uuid AND d.item_id <= $3::uuid
   AND d.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
 ORDER BY j.item_id, pseudonym(e.salt, 'judgment', uuid_send(j.item_id) || uuid_send(j.volunteer_id))

-- name: release_trials
-- One window of trials.csv, in its columns: the same judgments without the volunteer, with how the item
-- was shown. They come in an order of their own, or it would give the volunteers back.
-- `gold` as the kind of a pair would tell volunteers which of their items is gold: it reads `chosen`.
-- A pair that is not there (its month was detached) leaves fields empty.
-- Which two were one pair is not told: whoever is without a partner was shown beside gold.
-- $1 release uuid, $2 after this item, or NULL; $3 up to this item
SELECT j.item_id, j.verdict, confidence_step(j.confidence), j.position,
       (SELECT string_agg(tell, ';' ORDER BY tell COLLATE "C") FROM unnest(j.tells) AS tell),
       CASE WHEN p.matched THEN 'true' WHEN NOT p.matched THEN 'false' END,
       CASE WHEN p.kind = 'random' AND p.policy >= 2 THEN 'random' WHEN p.kind IS NOT NULL THEN 'chosen' END,
       exposure_step(p.exposure_ms), to_char(j.judged_at AT TIME ZONE 'UTC', 'YYYY-MM')
  FROM release_draft d
  JOIN release e ON e.id = d.release_id
 CROSS JOIN LATERAL unnest(d.volunteers) AS judge
 CROSS JOIN LATERAL (SELECT * FROM judgment WHERE item_id = d.item_id AND volunteer_id = judge
                        AND revision = 0 OFFSET 0) j
  LEFT JOIN LATERAL (SELECT * FROM judged_pair
                      WHERE assignment_id = j.assignment_id OFFSET 0) p ON true
 WHERE d.release_id = $1::uuid AND d.item_id <= $3::uuid
   AND d.item_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
 ORDER BY j.item_id, pseudonym(e.salt, 'trial', uuid_send(j.item_id) || uuid_send(j.assignment_id))

-- name: release_media
-- Some media of a release.
-- $1 release uuid, $2 path of the last one before them, or NULL; $3 how many
-- returns path, sha256 in hexadecimal
SELECT path, encode(sha256, 'hex') FROM release_item
 WHERE release_id = $1::uuid AND ($2::text IS NULL OR path > $2) ORDER BY path LIMIT $3::integer

-- name: release_facts
-- What the card says of the whole release.
-- $1 release uuid
-- returns name, version, date, held back, alpha, alpha's low, alpha's high, filter, items, bytes of
-- media, by crowd, by ruling, of these two with a truth, of these labelled as their truth, the media types,
-- by truth, of these judged, of these judged to be what they are, items of closed campaigns that the
-- crowd has not settled, items left out because their bytes have both labels
SELECT e.name, e.version, to_char(e.fixed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), e.held_back,
       round(e.alpha::numeric, 3), round(e.alpha_low::numeric, 3), round(e.alpha_high::numeric, 3),
       e.filter, n.items, n.bytes, n.crowd, n.ruled, n.known, n.agree, n.types, n.gold, n.judged, n.right,
       (SELECT count(*) FROM item i JOIN campaign g ON g.id = i.campaign_id AND g.state = 'closed'
         WHERE i.state IN ('in_service', 'disputed')
           AND NOT EXISTS (SELECT FROM release_item r WHERE r.release_id = e.id AND r.item_id = i.id)
           AND g.name = coalesce(e.filter->>'campaign', g.name)
           AND i.media_type = coalesce(e.filter->>'media_type', i.media_type)),
       e.contradicting
  FROM release e,
       (SELECT count(*) AS items, sum(r.bytes) AS bytes,
               count(*) FILTER (WHERE r.label_source = 'crowd') AS crowd,
               count(*) FILTER (WHERE r.label_source = 'ruling') AS ruled,
               count(i.truth) FILTER (WHERE r.label_source <> 'truth') AS known,
               count(*) FILTER (WHERE r.label_source <> 'truth' AND i.truth::text = r.label) AS agree,
               count(*) FILTER (WHERE r.label_source = 'truth') AS gold,
               count(r.p_fake) FILTER (WHERE r.label_source = 'truth') AS judged,
               count(*) FILTER (WHERE r.label_source = 'truth' AND (r.p_fake >= 0.5) = (r.label = 'fake')) AS right,
               string_agg(DISTINCT i.media_type COLLATE "C", ' ') AS types
          FROM release_item r JOIN release_draft d USING (release_id, item_id)
         CROSS JOIN LATERAL jsonb_populate_record(NULL::item, d.item) i
         WHERE r.release_id = $1::uuid) n
 WHERE e.id = $1::uuid

-- name: release_judgment_facts
-- $1 release uuid
-- returns judgments, volunteers, of them on items labelled fake, on the left, in matched pairs,
-- in random pairs (before policy 2 the second item was not drawn so); saying fake
SELECT count(*), count(DISTINCT j.volunteer_id), count(*) FILTER (WHERE r.label = 'fake'),
       count(*) FILTER (WHERE j.position = 'left'), count(*) FILTER (WHERE p.matched),
       count(*) FILTER (WHERE p.kind = 'random' AND p.policy >= 2), count(*) FILTER (WHERE j.verdict = 'fake')
  FROM release_item r
  JOIN release_draft d USING (release_id, item_id)
 CROSS JOIN LATERAL unnest(d.volunteers) AS judge
  JOIN judgment j ON j.item_id = d.item_id AND j.volunteer_id = judge AND j.revision = 0
  LEFT JOIN judged_pair p ON p.assignment_id = j.assignment_id
 WHERE r.release_id = $1::uuid

-- name: release_recognisable
-- What matches a release to another one that holds the same items. A sum of hashes stands for the set of
-- what a volunteer said.
-- $1 release uuid
-- returns rows that are the only one of their item, verdict and confidence; volunteers; those of whom
-- nobody else said the same of the same items
WITH said AS (
    SELECT j.item_id, j.volunteer_id, j.verdict, confidence_step(j.confidence) AS confidence
      FROM release_draft d
     CROSS JOIN LATERAL unnest(d.volunteers) AS judge
      JOIN judgment j ON j.item_id = d.item_id AND j.volunteer_id = judge AND j.revision = 0
     WHERE d.release_id = $1::uuid)
SELECT (SELECT count(*) FROM (SELECT FROM said GROUP BY item_id, verdict, confidence
                              HAVING count(*) = 1) single),
       (SELECT count(DISTINCT volunteer_id) FROM said),
       (SELECT count(*) FROM (SELECT FROM (SELECT sum(hashtextextended(item_id || verdict, 0)) AS all_of_it
                                             FROM said GROUP BY volunteer_id) sets
                               GROUP BY all_of_it HAVING count(*) = 1) alone)

-- name: release_table
-- $1 release uuid; returns media type, split, real, fake
SELECT i.media_type, r.split, count(*) FILTER (WHERE r.label = 'real'),
       count(*) FILTER (WHERE r.label = 'fake')
  FROM release_item r JOIN release_draft d USING (release_id, item_id)
 CROSS JOIN LATERAL jsonb_populate_record(NULL::item, d.item) i
 WHERE r.release_id = $1::uuid
 GROUP BY 1, 2
 ORDER BY 1, position(r.split IN 'train validation test')

-- name: release_licences
-- $1 release uuid; returns licence, items; the 100 most frequent
SELECT coalesce(i.licence, 'not stated') COLLATE "C", count(*)
  FROM release_draft d, jsonb_populate_record(NULL::item, d.item) i
 WHERE d.release_id = $1::uuid GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100

-- name: release_corrections
-- What was corrected since the release of this name before this one; no row: it is the first.
-- $1 release uuid
-- returns its version, items of this release whose truth was corrected, items of it with any other
-- correction, items of the former release that were withdrawn
SELECT f.version, c.truths, c.others,
       (SELECT count(*) FROM release_item r JOIN item i ON i.id = r.item_id
         WHERE r.release_id = f.id AND i.state = 'withdrawn')
  FROM (SELECT b.* FROM release e
          JOIN release b ON b.name = e.name AND b.state = 'ready' AND b.fixed_at < e.fixed_at
         WHERE e.id = $1::uuid ORDER BY b.fixed_at DESC LIMIT 1) f
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT h.item_id) FILTER (WHERE h.field = 'truth') AS truths,
              count(DISTINCT h.item_id) FILTER (WHERE h.field <> 'truth') AS others
         FROM item_change h JOIN release_item r ON r.item_id = h.item_id AND r.release_id = $1::uuid
        WHERE h.changed_at > f.fixed_at) c

-- name: release_add_file
-- $1 release uuid, $2 path, $3 sha256 in hexadecimal, $4 bytes
INSERT INTO release_file (release_id, path, sha256, bytes)
VALUES ($1::uuid, $2, decode($3, 'hex'), $4::bigint)

-- name: release_summary
-- Counted before the release is finished, for it may take a while.
-- $1 release uuid; returns the summary as JSON, the bytes of its media
SELECT json_build_object(
    'items', sum(n),
    'splits', json_build_object(
        'train', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'train' AND label = 'real'), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'train' AND label = 'fake'), 0)),
        'validation', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'validation' AND label = 'real'), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'validation' AND label = 'fake'), 0)),
        'test', json_build_object(
            'real', coalesce(sum(n) FILTER (WHERE split = 'test' AND label = 'real'), 0),
            'fake', coalesce(sum(n) FILTER (WHERE split = 'test' AND label = 'fake'), 0))),
    'media_types', json_build_object(
        'image', coalesce(sum(n) FILTER (WHERE media_type = 'image'), 0),
        'video', coalesce(sum(n) FILTER (WHERE media_type = 'video'), 0),
        'audio', coalesce(sum(n) FILTER (WHERE media_type = 'audio'), 0))),
       coalesce(sum(bytes), 0)
  FROM (SELECT r.split, r.label, split_part(r.path, '/', 1) AS media_type, count(*) AS n, sum(r.bytes) AS bytes
          FROM release_item r
         WHERE r.release_id = $1::uuid GROUP BY 1, 2, 3) cells

-- name: release_finish
-- $1 release uuid, $2 its summary as JSON, $3 the bytes of all its files
UPDATE release
   SET state = 'ready', finished_at = now(), bytes = $3::bigint, summary = $2::json
 WHERE id = $1::uuid

-- name: release_undraft
-- What a release was made from is not needed once it is made, or given up. Comes before any lock on
-- the release, as release_turn does.
-- $1 release uuid
DELETE FROM release_draft WHERE release_id = $1::uuid

-- name: release_export
-- Some files of a release that is ready.
-- $1 release uuid, $2 path of the last one before them, or NULL; $3 how many
-- returns path, sha256 in hexadecimal, bytes
SELECT f.path, encode(f.sha256, 'hex'), f.bytes
  FROM release_file f JOIN release r ON r.id = f.release_id AND r.state = 'ready'
 WHERE f.release_id = $1::uuid AND ($2::text IS NULL OR f.path > $2) ORDER BY f.path LIMIT $3::integer
