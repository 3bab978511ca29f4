-- SPDX-License-Identifier: Apache-2.0

-- name: media_pause
-- Nobody notes anything (media_intake_note) until the transaction ends.
SELECT pg_advisory_xact_lock(7310868735416905829)
