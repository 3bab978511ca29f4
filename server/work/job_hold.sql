-- SPDX-License-Identifier: Apache-2.0

-- name: job_keep
-- Keeps the claim, and tells nothing.
-- $1 job uuid, $2 its claim; returns whether it was asked to end (no row: the claim was lost)
UPDATE job SET run_after = now() + interval '2 minutes'
 WHERE id = $1::uuid AND claims = $2::integer AND state = 'running'
RETURNING cancel_asked_at IS NOT NULL

-- name: job_look
-- $1 job uuid, $2 its claim; returns as job_keep
SELECT cancel_asked_at IS NOT NULL FROM job
 WHERE id = $1::uuid AND claims = $2::integer AND state = 'running'
