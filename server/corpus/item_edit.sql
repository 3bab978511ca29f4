-- SPDX-License-Identifier: Apache-2.0

-- name: item_differences
-- What a manifest says otherwise than the item. The group that an item had before it was joined
-- with its twins is no difference.
--   $1 item uuid, $2 campaign uuid, $3 json of the columns that the manifest gives
--   -> column, there (NULL: nothing), here
SELECT field, there, here
  FROM (SELECT 'withdrawn' AS field, 'true' AS there, 'false' AS here, 0 AS place
          FROM item WHERE id = $1::uuid AND state = 'withdrawn'
         UNION ALL
        SELECT 'campaign', c.name, (SELECT name FROM campaign WHERE id = $2::uuid), 1
          FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE i.id = $1::uuid
         UNION ALL
        SELECT here.key,
               CASE WHEN here.key IN ('identity', 'technique')
                    THEN array_to_string(canonical_names(string_to_array(there.value, ';')), ';')
                    ELSE there.value END,
               CASE WHEN here.key IN ('identity', 'technique')
                    THEN array_to_string(canonical_names(string_to_array(here.value, ';')), ';')
                    WHEN here.key IN ('group', 'pair') THEN canonical_name(here.value)
                    ELSE here.value END, 2
          FROM item i
         CROSS JOIN jsonb_each_text($3::jsonb) AS here
          LEFT JOIN LATERAL jsonb_each_text(item_facts(i)) AS there ON there.key = here.key
         WHERE i.id = $1::uuid) AS facts
 WHERE there IS DISTINCT FROM here
   AND NOT (field = 'group' AND EXISTS (
           SELECT FROM item_change
            WHERE item_id = $1::uuid AND item_change.field = 'group' AND before = here
              AND reason = 'it shows what another item shows'))
 ORDER BY place, field

-- name: item_correction_begin
-- Who corrects items until the transaction ends, and why: for item_change.
--   $1 who, $2 reason, or NULL
SELECT set_config('touchstone.who', $1, true), set_config('touchstone.reason', coalesce($2, ''), true)

-- name: item_corrected
-- What would be known of an item after a correction. Holds the item until the transaction ends.
--   $1 item uuid, $2 json of the columns to change; null empties one
--   -> state, json
SELECT state, (item_facts(i) || $2::jsonb)::text FROM item i WHERE id = $1::uuid FOR UPDATE

-- name: item_correct
--   $1 item uuid, $2 json as in item_corrected
UPDATE item i
   SET truth = CASE WHEN w ? 'truth' THEN w->>'truth' ELSE truth END,
       basis = CASE WHEN w ? 'basis' THEN w->>'basis' ELSE basis END,
       gold = CASE WHEN w ? 'gold' THEN coalesce((w->>'gold')::boolean, false) ELSE gold END,
       training = CASE WHEN w ? 'training' THEN coalesce((w->>'training')::boolean, false)
                       ELSE training END,
       sensitive = CASE WHEN w ? 'sensitive' THEN coalesce((w->>'sensitive')::boolean, false)
                        ELSE sensitive END,
       lineage = CASE WHEN w ? 'group'
                      THEN coalesce(canonical_name(w->>'group'),
                                    CASE WHEN w ? 'pair' THEN canonical_name(w->>'pair')
                                         ELSE pair END,
                                    encode(sha256, 'hex'))
                      ELSE lineage END,
       pair = CASE WHEN w ? 'pair' THEN canonical_name(w->>'pair') ELSE pair END,
       identities = CASE WHEN w ? 'identity'
                         THEN coalesce(canonical_names(string_to_array(w->>'identity', ';')), '{}')
                         ELSE identities END,
       techniques = CASE WHEN w ? 'technique'
                         THEN coalesce(canonical_names(string_to_array(w->>'technique', ';')), '{}')
                         ELSE techniques END,
       generator = CASE WHEN w ? 'generator' THEN w->>'generator' ELSE generator END,
       source = CASE WHEN w ? 'source' THEN w->>'source' ELSE source END,
       licence = CASE WHEN w ? 'licence' THEN w->>'licence' ELSE licence END,
       credit = CASE WHEN w ? 'credit' THEN w->>'credit' ELSE credit END,
       title = CASE WHEN w ? 'title' THEN w->>'title' ELSE title END,
       explanation = CASE WHEN w ? 'explanation' THEN w->>'explanation' ELSE explanation END,
       rights = CASE WHEN w ? 'rights' THEN w->>'rights' ELSE rights END,
       people = CASE WHEN w ? 'people' THEN w->>'people' ELSE people END,
       made_by = CASE WHEN w ? 'made_by' THEN w->>'made_by' ELSE made_by END,
       made_how = CASE WHEN w ? 'made_how' THEN w->>'made_how' ELSE made_how END,
       region = CASE WHEN w ? 'region' THEN string_to_array(w->>'region', ';')::integer[] ELSE region END
  FROM (SELECT $2::jsonb AS w) AS wanted
 WHERE i.id = $1::uuid

-- name: item_boxed
--   $1 item uuid -> was it judged? (no row: it is cut to no box)
SELECT EXISTS (SELECT FROM judgment j WHERE j.item_id = c.item_id)
  FROM item_cut c WHERE c.item_id = $1::uuid AND c.width IS NOT NULL

-- name: item_cut_due
-- The item is to be cut anew.
--   $1 item uuid
INSERT INTO cut_due (item_id) VALUES ($1::uuid) ON CONFLICT (item_id) DO UPDATE SET why = NULL, due_at = clock_timestamp()

-- name: item_fit_pair
--   $1 item uuid, $2 is a region another?
--   -> an item that was judged and would have to be cut, or NULL (no row: it has no pair)
SELECT fit_pair(campaign_id, pair, media_type, $2::boolean) FROM item WHERE id = $1::uuid AND pair IS NOT NULL

-- name: item_splits
-- The splits that an item now ties together: its own, and those of items of its lineage, with a
-- person of it, or that show the same.
--   $1 item uuid
--   -> splits, separated by commas (NULL: less than two)
SELECT CASE WHEN count(DISTINCT s.split) > 1 THEN string_agg(DISTINCT s.split, ', ') END
  FROM item i
 CROSS JOIN LATERAL (
       SELECT o.id FROM item o WHERE o.lineage = i.lineage
        UNION
       SELECT o.id FROM item o WHERE o.rendition = i.rendition
        UNION
       SELECT o.id FROM item o WHERE o.identities && i.identities AND o.identities <> '{}') o
 CROSS JOIN LATERAL (SELECT split FROM item_split WHERE item_id = o.id OFFSET 0) s
 WHERE i.id = $1::uuid

-- name: item_withdraw
-- Takes an item out for good, with the disputes on it that nobody has ruled.
--   $1 item uuid
--   -> how many disputes (no row: it was withdrawn, or is not there)
WITH closed AS (
    UPDATE dispute SET state = 'withdrawn', closed_at = now() WHERE item_id = $1::uuid AND state = 'open'
    RETURNING id
), unclaimed AS (
    DELETE FROM claim WHERE dispute_id IN (SELECT id FROM closed)
), gone AS (
    UPDATE item SET state = 'withdrawn' WHERE id = $1::uuid AND state <> 'withdrawn'
    RETURNING id
)
SELECT (SELECT count(*) FROM closed) FROM gone

-- name: item_find
-- Items by id, or by the SHA-256 of a file of theirs.
--   $1 id or digest in hexadecimal
--   -> id uuid
SELECT id FROM item WHERE id = CASE WHEN $1 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $1::uuid END
 UNION
SELECT id FROM item WHERE sha256 = CASE WHEN $1 ~* '^[0-9a-f]{64}$' THEN decode($1, 'hex') END
 UNION
SELECT id FROM item WHERE rendition = CASE WHEN $1 ~* '^[0-9a-f]{64}$' THEN decode($1, 'hex') END
 UNION
SELECT item_id FROM item_copy WHERE sha256 = CASE WHEN $1 ~* '^[0-9a-f]{64}$' THEN decode($1, 'hex') END
 ORDER BY id

-- name: item_describe
-- Everything about an item, a line each.
--   $1 item uuid
--   -> name, value
SELECT lines.name, lines.value
  FROM item i
  JOIN campaign g ON g.id = i.campaign_id
  LEFT JOIN consensus c ON c.item_id = i.id
 CROSS JOIN LATERAL (
       SELECT 0 AS place, n AS line, v.name, v.value
         FROM (VALUES (1, 'item', i.id::text), (2, 'campaign', g.name), (3, 'state', i.state),
                      (4, 'media type', i.media_type), (5, 'sha256', encode(i.sha256, 'hex')),
                      (6, 'format', i.format), (7, 'rendition', encode(i.rendition, 'hex')),
                      (8, 'imported', rfc3339(i.created_at))) AS v (n, name, value)
        UNION ALL
       SELECT 1, row_number() OVER (ORDER BY c.found_at, c.sha256), 'shown by',
              encode(c.sha256, 'hex') || ' ' || c.format
         FROM item_copy c WHERE c.item_id = i.id
        UNION ALL
       SELECT 2, row_number() OVER (ORDER BY f.key), f.key, f.value
         FROM jsonb_each_text(item_facts(i)) f
        UNION ALL
       SELECT 3, 1, 'judgments', count(*)::text
         FROM counted_judgment j WHERE j.item_id = i.id
        UNION ALL
       SELECT 3, 2, 'crowd', 'p_fake ' || round(c.p_fake::numeric, 3) WHERE c.p_fake IS NOT NULL
        UNION ALL
       SELECT 3, 3, 'ruling', r.ruling FROM standing_ruling r WHERE r.item_id = i.id
        UNION ALL
       SELECT 3, 4, 'split', s.split FROM item_split s WHERE s.item_id = i.id
        UNION ALL
       SELECT 4, row_number() OVER (ORDER BY e.created_at), 'release', e.name || ' ' || e.version
         FROM release_item t JOIN release e ON e.id = t.release_id
        WHERE t.item_id = i.id AND e.state = 'ready'
        UNION ALL
       SELECT 5, h.id, 'change',
              concat(rfc3339(h.changed_at), ' ', h.field, ': ', coalesce(h.before, '(nothing)'),
                     ' -> ', coalesce(h.after, '(nothing)'), ', by ', h.who, ', ' || h.reason)
         FROM item_change h WHERE h.item_id = i.id) AS lines
 WHERE i.id = $1::uuid AND lines.value IS NOT NULL
 ORDER BY lines.place, lines.line
