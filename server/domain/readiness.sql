-- name: readiness_schema
-- The migrations that ran. A column that an older program's table has not is NULL.
--   -> name, checksum, oldest program
SELECT name, checksum, to_jsonb(m)->>'oldest_program'
  FROM schema_migration m
 ORDER BY name COLLATE "C"
