-- SPDX-License-Identifier: Apache-2.0

-- name: job_keep
-- Keeps the claim, and tells nothing.
-- $1 job uuid, $2 its claim
UPDATE job SET run_after = now() + interval '2 minutes'
 WHERE id = $1::uuid AND claims = $2::integer AND state = 'running'
