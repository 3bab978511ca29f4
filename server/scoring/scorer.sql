-- SPDX-License-Identifier: Apache-2.0

-- name: consensus_lead
-- Tries to become the one process that scores, for as long as its connection lives.
--   -> leads boolean
SELECT pg_try_advisory_lock(499967689577)
