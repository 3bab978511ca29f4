-- What the statements of the server are given in a database that catalogue.sql filled. EXECUTE takes expressions without
-- subqueries, so lists are made by functions.

CREATE OR REPLACE FUNCTION filled_ids(kind text, first bigint, count bigint) RETURNS uuid[] LANGUAGE sql IMMUTABLE
    RETURN (SELECT array_agg(filled_id(kind, n) ORDER BY filled_id(kind, n)) FROM generate_series(first, first + count - 1) n);
CREATE OR REPLACE FUNCTION filled_assignments(first bigint, count bigint) RETURNS uuid[] LANGUAGE sql IMMUTABLE
    RETURN (SELECT array_agg(filled_assignment(n) ORDER BY n) FROM generate_series(first, first + count - 1) n);
CREATE OR REPLACE FUNCTION filled_hex(kind text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN encode(filled_bytes(kind, n), 'hex');
CREATE OR REPLACE FUNCTION filled_consensus(first bigint, count bigint) RETURNS json LANGUAGE sql IMMUTABLE
    RETURN (SELECT json_agg(json_build_object('item', filled_id('item', n), 'p_fake', 0.9, 'low', 0.8, 'high', 0.95, 'judgments', 500,
                                              'fake', 400, 'judged_from', 1, 'recount', 0) ORDER BY filled_id('item', n))
              FROM generate_series(first, first + count - 1) n);
CREATE OR REPLACE FUNCTION filled_skills(first bigint, count bigint) RETURNS json LANGUAGE sql IMMUTABLE
    RETURN (SELECT json_agg(json_build_object('volunteer', filled_id('volunteer', n), 'sensitivity', 0.9, 'specificity', 0.8, 'judgments', 60, 'gold', 6, 'ignored', false))
              FROM generate_series(first, first + count - 1) n);
-- Some that are asked about retire, and some that are disputed come back.
CREATE OR REPLACE FUNCTION filled_moves(count bigint) RETURNS json LANGUAGE sql IMMUTABLE
    RETURN (SELECT json_agg(json_build_object('item', filled_id('item', n), 'from', CASE WHEN n % 200 = 13 THEN 'disputed' ELSE 'in_service' END,
                                              'to', CASE WHEN n % 200 = 13 THEN 'in_service' WHEN n % 2 = 1 THEN 'retired' ELSE 'disputed' END,
                                              'reason', CASE WHEN n % 200 <> 13 AND n % 2 = 0 THEN 'max_judgments' END,
                                              'judgments', 500, 'judged_from', 1, 'recount', 0, 'p_fake', 0.99))
              FROM generate_series(2000, 2000 + 4 * count) n WHERE n % 200 = 13 OR n % 50 NOT IN (3, 4) AND n % 3 > 0);
