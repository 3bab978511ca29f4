-- Tables and functions as PostgreSQL wants them.
-- oldest program: 0016

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

-- With the state in an index, each change of it wrote to all indexes of item. Counts by state stand in item_count.
DROP INDEX item_by_campaign;
CREATE INDEX item_by_campaign ON item (campaign_id, media_type);
