-- Which passes to media work no more.

-- name: revocation_list
--   -> holder uuid
SELECT holder FROM revoked_pass WHERE until > now()

-- name: revocation_sweep
DELETE FROM revoked_pass WHERE until < now()
