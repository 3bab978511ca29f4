-- Tables and functions as PostgreSQL wants them, and rows without what nobody asks for.
-- Programs of before would take a short digest for another body, so none of them may run on this.

-- From 15.20 on PostgreSQL adds no column with a default to a table whose row a function with an SQL body takes. A body
-- that is text is looked at when it runs, and plans of queries hold it all the same.
CREATE OR REPLACE FUNCTION release_json(r release) RETURNS json
    LANGUAGE sql STABLE
    AS $$ SELECT json_build_object(
        'name', r.name, 'version', r.version, 'state', r.state, 'created_at', rfc3339(r.created_at),
        'items', coalesce(r.summary->'items', '0'),
        'splits', coalesce(r.summary->'splits', '{"train": {"real": 0, "fake": 0}, "validation": {"real": 0, "fake": 0}, "test": {"real": 0, "fake": 0}}'),
        'media_types', coalesce(r.summary->'media_types', '{"image": 0, "video": 0, "audio": 0}'),
        'alpha', r.alpha, 'alpha_low', r.alpha_low, 'alpha_high', r.alpha_high,
        'bytes', coalesce(r.bytes, 0),
        'url', '/api/v1/releases/' || r.name || '/' || r.version) $$;
CREATE OR REPLACE FUNCTION item_facts(i item) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT jsonb_build_object(
        'truth', i.truth, 'basis', i.basis, 'gold', i.gold, 'training', i.training,
        'group', CASE WHEN i.lineage <> encode(i.sha256, 'hex') THEN i.lineage END,
        'identity', name_list(array_to_string(i.identities, ';')), 'pair', i.pair,
        'technique', name_list(array_to_string(i.techniques, ';')), 'generator', i.generator,
        'source', i.source, 'licence', i.licence, 'credit', i.credit, 'title', i.title,
        'explanation', i.explanation, 'sensitive', i.sensitive) $$;

-- Rows that are written again and again stay in their page, and no index hears of it, where the page has room. Pages that
-- are there get it as their rows move.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT oid FROM pg_class WHERE oid = 'consensus'::regclass AND relkind = 'r'
                 UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = 'consensus'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 70)', part);
    END LOOP;
END $$;
ALTER TABLE volunteer_skill SET (fillfactor = 70);
ALTER TABLE item SET (fillfactor = 90);

-- With the state in an index, each change of it wrote to all indexes of item. Counts by state stand in item_count, and
-- item_by_shelf finds a campaign's items.
DROP INDEX item_by_campaign;

-- 48 bytes a judged pair: an empty list is no list, and 16 bytes of a digest tell a retry as well as 32. Rows of before
-- stay as they are, and are not read for it: the shorter digest is checked in new rows alone, where there are others.
ALTER TABLE judgment ALTER COLUMN tells DROP NOT NULL, ALTER COLUMN tells DROP DEFAULT;
COMMENT ON COLUMN judgment.tells IS 'What gave the item away, in words of a list. NULL, and {} in old rows: nothing was named.';
ALTER TABLE judged_pair DROP CONSTRAINT judged_pair_body_hash_check;
ALTER TABLE judged_pair ADD CONSTRAINT judged_pair_body_hash_check CHECK (octet_length(body_hash) IN (16, 32)) NOT VALID;
COMMENT ON COLUMN judged_pair.body_hash IS
    'The first 16 bytes of a SHA-256 of what was sent (all 32 in old rows): the same again is a retry, another is a conflict.';
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM judged_pair) THEN
        ALTER TABLE judged_pair VALIDATE CONSTRAINT judged_pair_body_hash_check;
    END IF;
END $$;
