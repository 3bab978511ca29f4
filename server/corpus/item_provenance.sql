-- SPDX-License-Identifier: Apache-2.0
-- What originals say of their own origin: those of items, and of contributions that wait for a moderator.

-- name: item_provenance_due
-- The next items to read; withdrawn ones are due no more, and those whose files are encrypted wait.
--   $1 integer how many
--   -> item uuid, sha256 hex
WITH next AS (
    SELECT d.item_id FROM provenance_due d
     WHERE NOT EXISTS (SELECT FROM held_item k WHERE k.item_id = d.item_id AND k.ended_at IS NULL)
     ORDER BY d.item_id LIMIT $1::integer
), gone AS (
    DELETE FROM provenance_due d USING next n, item i
     WHERE d.item_id = n.item_id AND i.id = n.item_id AND i.state = 'withdrawn'
)
SELECT i.id, encode(i.sha256, 'hex') FROM next n JOIN item i ON i.id = n.item_id WHERE i.state <> 'withdrawn'

-- name: item_provenance_store
-- What an original says, in the place of what was known; it is due no more.
--   $1 item uuid, $2 tool, $3 its version, $4 reader, $5 report or NULL, $6 was it cut, $7 digital source type or NULL,
--   $8 C2PA state, $9 C2PA as JSON
WITH done AS (
    DELETE FROM provenance_due WHERE item_id = $1::uuid
)
INSERT INTO provenance AS p (item_id, tool, tool_version, reader, report, report_cut, digital_source_type, c2pa_state, c2pa)
VALUES ($1::uuid, $2, $3, $4::smallint, $5, $6::boolean, $7, $8, $9)
    ON CONFLICT (item_id) DO UPDATE
   SET tool = excluded.tool, tool_version = excluded.tool_version, reader = excluded.reader, report = excluded.report,
       report_cut = excluded.report_cut, digital_source_type = excluded.digital_source_type,
       c2pa_state = excluded.c2pa_state, c2pa = excluded.c2pa, read_at = now()

-- name: item_provenance_again
-- Every item is to be read again: after another version of the tool, or another list of trusted signers.
INSERT INTO provenance_due SELECT id FROM item WHERE state <> 'withdrawn'
    ON CONFLICT DO NOTHING

-- name: item_provenance_counts
-- How originals stand.
--   -> state of their content credentials, or 'due'; how many
SELECT c2pa_state, count(*) FROM provenance GROUP BY c2pa_state
 UNION ALL
SELECT 'due', count(*) FROM provenance_due
 ORDER BY 1

-- name: item_provenance_sent_due
-- The next contributions to read.
--   $1 integer how many
--   -> contribution uuid, sha256 hex
SELECT c.id, encode(c.sha256, 'hex')
  FROM (SELECT contribution_id FROM contribution_provenance_due ORDER BY contribution_id LIMIT $1::integer) d
 CROSS JOIN LATERAL (SELECT id, sha256 FROM contribution WHERE id = d.contribution_id OFFSET 0) c

-- name: item_provenance_sent_store
-- As item_provenance_store, of a contribution. Nothing is kept of one that waits no more. (The lock waits for who decides.)
--   $1 contribution uuid, $2 to $9 as item_provenance_store
WITH waits AS (
    SELECT id FROM contribution WHERE id = $1::uuid AND state = 'quarantined' FOR SHARE
), done AS (
    DELETE FROM contribution_provenance_due WHERE contribution_id = $1::uuid
)
INSERT INTO contribution_provenance AS p (contribution_id, tool, tool_version, reader, report, report_cut, digital_source_type,
                                          c2pa_state, c2pa)
SELECT id, $2, $3, $4::smallint, $5, $6::boolean, $7, $8, $9 FROM waits
    ON CONFLICT (contribution_id) DO UPDATE
   SET tool = excluded.tool, tool_version = excluded.tool_version, reader = excluded.reader, report = excluded.report,
       report_cut = excluded.report_cut, digital_source_type = excluded.digital_source_type,
       c2pa_state = excluded.c2pa_state, c2pa = excluded.c2pa, read_at = now()

-- name: item_provenance_sent_again
-- Everything that waits is to be read again, too.
INSERT INTO contribution_provenance_due SELECT id FROM contribution WHERE state = 'quarantined'
    ON CONFLICT DO NOTHING
