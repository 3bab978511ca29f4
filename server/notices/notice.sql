-- SPDX-License-Identifier: Apache-2.0
-- What people report.

-- name: notice_item_of_file
-- The item of a file that it shows, or showed: of its original, a rendition or a picture that no other has. Of several, one
-- that can be seen.
--   $1 sha256 hex -> item uuid
SELECT i.id
  FROM (SELECT id FROM item WHERE sha256 = decode($1, 'hex')
         UNION SELECT id FROM item WHERE rendition = decode($1, 'hex')
         UNION SELECT id FROM item
                WHERE poster = decode($1, 'hex')
                  AND (SELECT count(*) FROM (SELECT FROM item WHERE poster = decode($1, 'hex') LIMIT 2) p) = 1
         UNION SELECT item_id FROM item_version WHERE rendition = decode($1, 'hex')
         UNION SELECT item_id FROM item_copy WHERE sha256 = decode($1, 'hex')) f
 CROSS JOIN LATERAL (SELECT id, state FROM item WHERE id = f.id OFFSET 0) i
 ORDER BY i.state = 'withdrawn', i.id LIMIT 1

-- name: notice_waiting_of_file
-- What waits in quarantine and has a file, as its original or its rendition. It is decided by nobody else until the
-- transaction ends.
--   $1 sha256 hex -> contribution uuid
SELECT id FROM contribution
 WHERE state = 'quarantined'
   AND id IN (SELECT id FROM contribution WHERE sha256 = decode($1, 'hex') AND state = 'quarantined'
               UNION SELECT id FROM contribution WHERE rendition = decode($1, 'hex') AND state = 'quarantined')
 ORDER BY id LIMIT 1 FOR KEY SHARE

-- name: notice_item_of_release
-- Of a medium of a release that is ready.
--   $1 name, $2 version, $3 path -> item uuid
SELECT r.item_id
  FROM release e
 CROSS JOIN LATERAL (SELECT sha256 FROM release_file WHERE release_id = e.id AND path = $3 LIMIT 1) f
 CROSS JOIN LATERAL (SELECT item_id FROM release_item WHERE sha256 = f.sha256 AND release_id = e.id
                      ORDER BY path <> $3 LIMIT 1) r
 WHERE e.name = $1 AND e.version = $2 AND e.state = 'ready'

-- name: notice_item
--   $1 item uuid -> item uuid (no row: there is none)
SELECT id FROM item WHERE id = $1::uuid

-- name: notice_turn
-- One notice that may hide at a time, until the transaction ends: so the limits hold.
SELECT pg_advisory_xact_lock(7236837, 5)

-- name: notice_hidden_lately
-- Items hidden by notices within a day.
--   $1 network -> from this network, in all
SELECT (SELECT count(*) FROM notice WHERE network = $1 AND made_at > now() - interval '1 day' AND hides = 'hid'),
       (SELECT count(*) FROM notice WHERE made_at > now() - interval '1 day' AND hides = 'hid')

-- name: notice_add
--   $1 digest hex, $2 item uuid or NULL, $3 target, $4 reason, $5 explanation, $6 name or NULL, $7 email or NULL, $8 network or NULL,
--   $9 priority, $10 hides, $11 contribution uuid or NULL (then $2 is NULL), $12 how its file was found, or NULL
--   -> id uuid, when
INSERT INTO notice (digest, item_id, target, reason, explanation, name, email, good_faith, network, priority, hides,
                    contribution_id, found_by)
VALUES (decode($1, 'hex'), $2::uuid, $3, $4, $5, $6, $7, true, $8, $9::smallint, $10, $11::uuid, $12)
RETURNING id, rfc3339(made_at)

-- name: notice_of_reference
-- A notice by the beginning of a reference's digest, and whose reference it is; the caller compares the whole.
--   $1 first 8 bytes hex -> digest hex, id uuid, party
SELECT encode(digest, 'hex'), id, 'notifier' FROM notice WHERE substr(digest, 1, 8) = decode($1, 'hex')
 UNION ALL
SELECT encode(digest, 'hex'), notice_id, 'contributor' FROM notice_statement WHERE substr(digest, 1, 8) = decode($1, 'hex')

-- name: notice_one
-- A notice with its decisions and complaint.
--   $1 id uuid
--   -> id, item uuid or NULL, target, reason, explanation, name or NULL, email or NULL, state, priority, hides, when, medium, state of
--      the item, sensitive?, hidden?, held?, held until or NULL, complaint and when (or NULL), until when there may be one (or
--      NULL), and of the first decision and of that on the complaint, or NULL: outcome, action, kind of ground, ground, facts,
--      automated?, independent?, authority, when, who; to the last digit when it was made; contribution uuid or NULL, how its
--      file was found or NULL, the contributor's complaint and when, until when there may be one (or NULLs), and is either
--      complaint decided
SELECT * FROM told_notice WHERE id = $1::uuid

-- name: notice_queue_list
-- Notices of one state, those first that cannot wait, then the oldest: a page is read in the index.
--   $1 state, $2 priority, $3 when and $4 id of the last one seen, or NULLs, $5 how many
--   -> as notice_one
SELECT t.*
  FROM (SELECT id FROM notice
         WHERE state = $1
           AND (priority, made_at, id) > (coalesce($2::smallint, -1::smallint), coalesce($3::timestamptz, '-infinity'),
                                          coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
         ORDER BY priority, made_at, id LIMIT $5::integer) n
 CROSS JOIN LATERAL (SELECT * FROM told_notice WHERE id = n.id OFFSET 0) t
 ORDER BY t.priority, t.made_at, t.id

-- name: notice_queue_of_reason
-- The same of one reason.
--   $1 state, $2 priority, $3 when and $4 id of the last one seen, or NULLs, $5 how many, $6 reason
--   -> as notice_one
SELECT t.*
  FROM (SELECT id FROM notice
         WHERE state = $1 AND reason = $6
           AND (priority, made_at, id) > (coalesce($2::smallint, -1::smallint), coalesce($3::timestamptz, '-infinity'),
                                          coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
         ORDER BY priority, made_at, id LIMIT $5::integer) n
 CROSS JOIN LATERAL (SELECT * FROM told_notice WHERE id = n.id OFFSET 0) t
 ORDER BY t.priority, t.made_at, t.id

-- name: notice_contest
-- A complaint of a party against the decision in force, within six months.
--   $1 id uuid, $2 text, $3 party -> true (no row: there is no decision that it can contest, or none any more)
WITH due AS (
    UPDATE notice SET state = 'contested'
     WHERE id = $1::uuid AND state <> 'open' AND forgotten_at IS NULL
       AND NOT EXISTS (SELECT FROM notice_complaint c WHERE c.notice_id = $1::uuid AND c.party = $3)
       AND (SELECT d.decided_at > now() - interval '6 months' AND may_contest($3, d.stage, d.outcome, d.action)
              FROM notice_decision d WHERE d.notice_id = $1::uuid ORDER BY d.decided_at DESC LIMIT 1)
    RETURNING id)
INSERT INTO notice_complaint (notice_id, text, party) SELECT id, $2, $3 FROM due
    ON CONFLICT DO NOTHING RETURNING true

-- name: notice_forget
-- What is kept for a while alone: networks, for a week; names, addresses and references, until there can be no complaint any
-- more.
--   -> how many notices are forgotten
WITH late AS (
    SELECT n.id FROM notice n
      JOIN LATERAL (SELECT max(decided_at) AS at FROM notice_decision WHERE notice_id = n.id OFFSET 0) d ON true
     WHERE n.state IN ('decided', 'closed') AND n.forgotten_at IS NULL AND n.made_at < now() - interval '6 months'
       AND d.at < now() - interval '6 months'
     LIMIT 1000
), networks AS (
    UPDATE notice SET network = NULL
     WHERE network IS NOT NULL AND made_at < now() - interval '7 days' AND id NOT IN (SELECT id FROM late)
), forgotten AS (
    UPDATE notice SET state = 'closed', name = NULL, email = NULL, digest = NULL, network = NULL, forgotten_at = now()
     WHERE id IN (SELECT id FROM late)
    RETURNING id
), statements AS (
    UPDATE notice_statement SET digest = NULL WHERE digest IS NOT NULL AND notice_id IN (SELECT id FROM late)
)
SELECT count(*) FROM forgotten

-- name: notice_figures
-- What a transparency report tells (Article 24), by month and reason: notices, how many hid the item at once or would have,
-- what was decided, by which means, how long it took (median, in hours), and what became of complaints.
--   -> month, reason, notices, hid, over limit, open, upheld, rejected, withdrawn, to review, on the law, on terms, automated,
--      not independent, median hours or NULL, complaints, complaints that changed the decision
SELECT to_char(date_trunc('month', n.made_at AT TIME ZONE 'UTC'), 'YYYY-MM'), n.reason, count(*),
       count(*) FILTER (WHERE n.hides = 'hid'), count(*) FILTER (WHERE n.hides = 'over_limit'),
       count(*) FILTER (WHERE n.state = 'open'),
       count(*) FILTER (WHERE coalesce(s.outcome, f.outcome) = 'upheld'),
       count(*) FILTER (WHERE coalesce(s.outcome, f.outcome) = 'rejected'),
       count(*) FILTER (WHERE coalesce(s.action, f.action) = 'withdraw'),
       count(*) FILTER (WHERE coalesce(s.action, f.action) = 'review'),
       count(*) FILTER (WHERE coalesce(s.ground_kind, f.ground_kind) = 'law'),
       count(*) FILTER (WHERE coalesce(s.ground_kind, f.ground_kind) = 'terms'),
       count(*) FILTER (WHERE f.automated), count(*) FILTER (WHERE NOT f.independent OR NOT s.independent),
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.decided_at - n.made_at)) / 3600)::numeric, 1),
       coalesce(sum(c.complaints), 0), count(*) FILTER (WHERE s.outcome <> f.outcome OR s.action <> f.action)
  FROM notice n
  LEFT JOIN notice_decision f ON f.notice_id = n.id AND f.stage = 'first'
  LEFT JOIN (SELECT DISTINCT ON (notice_id) * FROM notice_decision
              WHERE stage <> 'first' ORDER BY notice_id, stage DESC) s ON s.notice_id = n.id
  LEFT JOIN (SELECT notice_id, count(*) AS complaints FROM notice_complaint GROUP BY notice_id) c ON c.notice_id = n.id
 GROUP BY 1, 2
 ORDER BY 1, 2
