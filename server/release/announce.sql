-- SPDX-License-Identifier: Apache-2.0

-- name: release_announced
-- Whom a job that has ended is to be told, and what.
-- $1 job uuid; returns address, name, version, state of the job, its detail or NULL, who cancelled it or NULL, items, bytes
-- (no row: nobody is to be told)
SELECT a.email, e.name, e.version, j.state, j.detail, j.cancelled_by, coalesce((e.summary->>'items')::bigint, 0),
       coalesce(e.bytes, 0)
  FROM job j
  JOIN account a ON a.id = j.created_by AND a.state = 'active'
  JOIN release e ON e.id = j.subject
 WHERE j.id = $1::uuid AND j.mail AND j.state IN ('done', 'failed', 'cancelled')
   AND (j.state <> 'cancelled' OR j.cancelled_by <> a.email)
