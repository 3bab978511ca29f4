-- Makes the tables that grow with every answer partitioned ones, in a database that is freshly
-- migrated and holds no answer yet. It is no migration: most installations need none of it, and
-- the server's statements are the same for both.
--
--     touchstone migrate
--     psql -f db/partitioned.sql "$TOUCHSTONE_MIGRATE_URL"          (the owner of the tables)
--     psql -v parts=32 -v months=24 -f db/partitioned.sql "$TOUCHSTONE_MIGRATE_URL"
--
-- judged_pair   by range of assignment_id, a partition a month, `months` (12) of them from this one on,
--               and one for whatever falls into none. The ids are UUIDs of version 7, which begin
--               with their time in milliseconds: that of the lease, not of the answer.
-- judgment      by hash of item_id, `parts` (8) of them.
-- consensus     likewise.
--
-- lease stays as it is. The server removes leases by ctid, the fastest way there is, and a ctid names
-- a row of one table only: in a partitioned one, rows of others would go with it. skipped_pair stays,
-- because it is looked up by assignment and by volunteer, and holds some percent of all pairs.
--
-- When: a vacuum or a new index of the whole table takes too long, or old months shall lie on
-- a slower disk (ALTER TABLE judged_pair_2026_11 SET TABLESPACE ...). It makes nothing faster, and each
-- partition has its price: docs/performance.md.
-- The tables must be empty, so decide before the first answer: no way to move a full database has been tried.
--
-- Each month needs its partition before it begins, or its pairs go to judged_pair_rest, and no
-- partition can be made for that month while they are there:
--     SELECT judged_pair_month(date_trunc('month', now() + interval '1 year')::date);
-- It waits for whoever reads the table, and all others wait behind it: SET lock_timeout = '2s' first.
--
-- A month can be detached (ALTER TABLE judged_pair DETACH PARTITION judged_pair_2026_11
-- CONCURRENTLY needs judged_pair_rest to be detached, so do without CONCURRENTLY), but what it holds
-- is then missing: from what volunteers have done, from moderators' evidence, and from the trials.csv of
-- new releases. Move it to another disk instead, unless the campaigns of that time are closed and released.
--
-- Privileges granted on these tables are carried over. Partitions have none of their own: who is no owner reaches
-- their rows through the table alone.

\set ON_ERROR_STOP on
\if :{?parts}
\else
    \set parts 8
\endif
\if :{?months}
\else
    \set months 12
\endif

BEGIN;
SET LOCAL client_min_messages = warning;

-- Statement triggers of a partitioned table do not fire for what is done to a partition itself.
CREATE OR REPLACE FUNCTION guard_partition(part regclass, whole regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    definition text;
BEGIN
    FOR definition IN
        SELECT replace(pg_get_triggerdef(oid), format(' ON %s.%I ', relnamespace::regnamespace, relname),
                       format(' ON %s ', part))
          FROM (SELECT t.oid, c.relname, c.relnamespace FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                 WHERE t.tgrelid = whole AND NOT t.tgisinternal AND t.tgtype & 1 = 0) AS by_statement
    LOOP
        EXECUTE definition;
    END LOOP;
END $$;
COMMENT ON FUNCTION guard_partition IS 'Gives a partition the statement triggers of its table, for those who write to it directly.';

CREATE OR REPLACE FUNCTION uuid_at(moment timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rpad(lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
COMMENT ON FUNCTION uuid_at IS 'The least UUID of version 7 of a moment; all ids made before it are less.';

CREATE OR REPLACE FUNCTION judged_pair_month(month date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    name   text := to_char(month, '"judged_pair_"YYYY_MM');
    start  timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    finish timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF judged_pair FOR VALUES FROM (%L) TO (%L)',
                       name, uuid_at(start), uuid_at(finish));
        PERFORM guard_partition(name::regclass, 'judged_pair');
    END IF;
    RETURN name;
END $$;
COMMENT ON FUNCTION judged_pair_month IS 'Makes the partition for pairs handed out in a month (UTC), unless there is one.';

-- Puts an empty partitioned table in the place of an empty plain one: the same columns, checks, keys,
-- indexes, triggers and comments under the same names, and the same views on it.
CREATE FUNCTION pg_temp.divide(plain regclass, how text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name        text := plain::text;
    definition  text;
    definitions text[];
    held        boolean;
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', plain);
    IF (SELECT relkind FROM pg_class WHERE oid = plain) <> 'r' THEN
        RAISE EXCEPTION '% is partitioned already', plain;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', plain) INTO held;
    IF held THEN
        RAISE EXCEPTION '% is not empty', plain;
    END IF;
    -- In this order: keys, other indexes, triggers, the comment, views, privileges.
    definitions := ARRAY(
        SELECT command FROM (
            SELECT 1, conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', plain, conname, pg_get_constraintdef(oid))
              FROM pg_constraint WHERE conrelid = plain AND contype IN ('p', 'u', 'f')
            UNION ALL
            SELECT 2, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
              FROM pg_index i WHERE indrelid = plain
               AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND conrelid = plain)
            UNION ALL
            SELECT 3, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = plain AND NOT tgisinternal
            UNION ALL
            SELECT 4, '', format('COMMENT ON TABLE %s IS %L', plain, obj_description(plain, 'pg_class'))
            UNION ALL
            SELECT DISTINCT 5, r.ev_class::regclass::text,
                   format('CREATE OR REPLACE VIEW %s AS %s', r.ev_class::regclass, pg_get_viewdef(r.ev_class))
              FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
             WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = plain
            UNION ALL
            SELECT 6, privilege || part, format('GRANT %s %s ON %s TO %s', privilege, part, plain,
                                                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
              FROM (SELECT p.grantee, p.privilege_type, '' FROM pg_class c, aclexplode(c.relacl) p
                     WHERE c.oid = plain AND p.grantee <> c.relowner
                     UNION ALL
                    SELECT p.grantee, p.privilege_type, format('(%I)', a.attname) FROM pg_attribute a, aclexplode(a.attacl) p
                     WHERE a.attrelid = plain AND NOT a.attisdropped) AS granted (grantee, privilege, part)
        ) AS all_of_it (step, what, command) ORDER BY step, what);
    EXECUTE format('CREATE TABLE divided (LIKE %s INCLUDING ALL EXCLUDING INDEXES) PARTITION BY %s', plain, how);
    -- The views hold the plain table until they are told of the other, and it holds the names.
    EXECUTE 'CREATE SCHEMA set_aside';
    EXECUTE format('ALTER TABLE %s SET SCHEMA set_aside', plain);
    EXECUTE format('ALTER TABLE divided RENAME TO %I', name);
    FOREACH definition IN ARRAY definitions LOOP
        EXECUTE definition;
    END LOOP;
    EXECUTE format('DROP TABLE set_aside.%I', name);
    EXECUTE 'DROP SCHEMA set_aside';
END $$;

-- Partitions have the storage parameters (fillfactor) that the plain table had; the whole can have none.
CREATE FUNCTION pg_temp.divide_by_hash(plain text, what text, parts integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    options text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = plain::regclass);
BEGIN
    PERFORM pg_temp.divide(plain, format('HASH (%I)', what));
    FOR n IN 0 .. parts - 1 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s) %s',
                       plain || '_' || n, plain, parts, n, 'WITH (' || options || ')');
        PERFORM guard_partition((plain || '_' || n)::regclass, plain);
    END LOOP;
END $$;

\o /dev/null
DO $$
BEGIN
    PERFORM pg_temp.divide('judged_pair', 'RANGE (assignment_id)');
    CREATE TABLE judged_pair_rest PARTITION OF judged_pair DEFAULT;
    PERFORM guard_partition('judged_pair_rest', 'judged_pair');
END $$;
SELECT judged_pair_month((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n))::date)
  FROM generate_series(0, :months - 1) AS n;
SELECT pg_temp.divide_by_hash('judgment', 'item_id', :parts);
SELECT pg_temp.divide_by_hash('consensus', 'item_id', :parts);

COMMIT;
