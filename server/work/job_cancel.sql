-- SPDX-License-Identifier: Apache-2.0

-- name: job_cancel_ask
-- Asks that a job end. Who asks for what was asked for before changes nothing.
-- $1 job uuid, $2 who asks
UPDATE job
   SET cancel_asked_at = now(), cancelled_by = $2
 WHERE id = $1::uuid AND state IN ('waiting', 'running') AND cancel_asked_at IS NULL

-- name: job_cancel_claim
-- Claims a job that was asked to end, if nobody works on it.
-- $1 job uuid; returns as job_claim (no row: it has ended, or its worker will end it)
WITH due AS (
    SELECT id, state = 'running' AS lapsed
      FROM job
     WHERE id = $1::uuid AND cancel_asked_at IS NOT NULL
       AND (state = 'waiting' OR state = 'running' AND run_after <= now())
     LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE job j
   SET state = 'running', claims = j.claims + 1, failures = j.failures + due.lapsed::integer,
       run_after = now() + interval '2 minutes'
  FROM due, job_kind k
 WHERE j.id = due.id AND k.name = j.kind
RETURNING j.id, j.kind, j.subject, j.claims, j.failures, coalesce(j.failures >= k.failures, false),
          coalesce(j.failures + 1 >= k.failures, false), k.every IS NOT NULL, j.cancel_asked_at IS NOT NULL
