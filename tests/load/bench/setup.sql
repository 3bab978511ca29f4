-- What a load needs in a freshly migrated database: numbered items and volunteers, and room for
-- the checker.
--   :items  how many items    :renditions  a file of digests in hexadecimal, one a line

CREATE FUNCTION bench_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rpad(reverse(n::text), 32, '0')::uuid;
COMMENT ON FUNCTION bench_id IS 'The id of item or volunteer number n: its digits backwards, so that neighbours lie far apart in an index.';

CREATE UNLOGGED TABLE bench_issued (tag bigint, assignment uuid, volunteer uuid, one uuid, other uuid);
CREATE UNLOGGED TABLE bench_said (tag bigint, status integer, at_ms bigint);
CREATE UNLOGGED TABLE bench_rendition (n bigint GENERATED ALWAYS AS IDENTITY, digest text);
\copy bench_rendition (digest) from pstdin

-- They never retire, so that every run finds the same.
INSERT INTO campaign (name, min_judgments, max_judgments) VALUES ('bench', 1000, 10000);
INSERT INTO item (id, campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes,
                  rendition_type, width, height, lineage)
SELECT bench_id(i.n), c.id, 'image', sha256(int8send(i.n)), 51200, 'jpeg', decode(r.digest, 'hex'),
       51200, 'image/jpeg', 640, 480, i.n::text
  FROM campaign c
 CROSS JOIN generate_series(1, :items) AS i (n)
  JOIN bench_rendition r ON r.n = 1 + i.n % (SELECT count(*) FROM bench_rendition)
 WHERE c.name = 'bench';
ANALYZE;
