-- SPDX-License-Identifier: Apache-2.0
-- What those who decide read of contributions that wait, beside what was declared.

-- name: quarantine_origins
-- What files say of their own origin, and whether they were held against the items.
--   $1 contributions uuid[]
--   -> of each, in this order: when its original was read (NULL: not yet), tool, its version, report as JSON (or NULL), was
--      it cut, digital source type (or NULL), C2PA state, C2PA as JSON; when it was compared (NULL: it was not)
SELECT rfc3339(p.read_at), p.tool, p.tool_version, p.report, p.report_cut, p.digital_source_type, p.c2pa_state, p.c2pa,
       rfc3339(f.taken_at)
  FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
  LEFT JOIN LATERAL (SELECT * FROM contribution_provenance WHERE contribution_id = asked.id OFFSET 0) p ON true
  LEFT JOIN LATERAL (SELECT taken_at FROM contribution_fingerprint
                      WHERE contribution_id = asked.id AND fault IS NULL OFFSET 0) f ON true
 ORDER BY asked.place

-- name: quarantine_near
-- Items that contributions look like, and whatever has their bytes: items, withdrawn ones too, and others that wait. The
-- bytes are compared now, and looks as they were found.
--   $1 contributions uuid[], $2 how many of each
--   -> place of the contribution in $1, from 0; item uuid or NULL, contribution uuid or NULL, its state, distance (NULL: looks
--      were not compared), has it the same bytes?
SELECT asked.place - 1, n.item, n.sent, n.state, n.distance, n.same
  FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
 CROSS JOIN LATERAL (
       SELECT id, sha256, rendition FROM contribution WHERE id = asked.id AND state = 'quarantined' OFFSET 0) c
 CROSS JOIN LATERAL (
       SELECT k.item, k.sent, coalesce(i.state, 'quarantined') AS state, min(k.distance) AS distance, bool_or(k.same) AS same
         FROM (SELECT id AS item, NULL::uuid AS sent, NULL::smallint AS distance, true AS same
                 FROM item WHERE sha256 IN (c.sha256, c.rendition)
                UNION ALL
               SELECT id, NULL, NULL, true FROM item WHERE rendition IN (c.sha256, c.rendition)
                UNION ALL
               SELECT item_id, NULL, NULL, true FROM item_copy WHERE sha256 IN (c.sha256, c.rendition)
                UNION ALL
               SELECT NULL, id, NULL, true FROM contribution
                WHERE sha256 IN (c.sha256, c.rendition) AND state = 'quarantined' AND id <> c.id
                UNION ALL
               SELECT NULL, id, NULL, true FROM contribution
                WHERE rendition IN (c.sha256, c.rendition) AND state = 'quarantined' AND id <> c.id
                UNION ALL
               SELECT item_id, NULL, distance, false FROM contribution_near WHERE contribution_id = c.id) k
         LEFT JOIN LATERAL (SELECT state FROM item WHERE id = k.item OFFSET 0) i ON true
        GROUP BY k.item, k.sent, i.state
        ORDER BY same DESC, distance, k.item, k.sent
        LIMIT $2::integer) n
 ORDER BY asked.place, n.same DESC, n.distance, n.item, n.sent
