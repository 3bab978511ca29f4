-- SPDX-License-Identifier: Apache-2.0

-- name: job_keep
-- Keeps the claim, and tells nothing.
-- $1 job uuid, $2 attempts
UPDATE job SET run_after = now() + interval '2 minutes'
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'
