-- SPDX-License-Identifier: Apache-2.0

-- name: readiness_schema
-- The migrations that ran. A column that an older program's table has not is NULL.
--   -> name, checksum, oldest program
SELECT name, checksum, to_jsonb(m)->>'oldest_program'
  FROM schema_migration m
 ORDER BY name COLLATE "C"

-- name: readiness_secret
-- Which secret file the servers of this database share.
--   -> fingerprint hex (no row: none has started yet)
SELECT encode(fingerprint, 'hex') FROM secret_file

-- name: readiness_secret_note
-- The first server's secret is the one that all share.
--   $1 fingerprint hex
INSERT INTO secret_file (fingerprint) VALUES (decode($1, 'hex')) ON CONFLICT DO NOTHING

-- name: readiness_secret_renew
-- From now on the servers share another secret.
--   $1 fingerprint hex
INSERT INTO secret_file AS s (fingerprint) VALUES (decode($1, 'hex'))
    ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint, noted_at = now()
 WHERE s.fingerprint <> excluded.fingerprint

-- name: readiness_owner
-- Whether our role can change what must stay, because it owns the tables: triggers do not hold it.
--   -> true or false
SELECT pg_has_role(c.relowner, 'MEMBER') FROM pg_class c WHERE c.oid = 'judgment'::regclass

-- name: readiness_clock
-- What time the database has.
--   -> seconds since 1970
SELECT extract(epoch FROM clock_timestamp())::float8
