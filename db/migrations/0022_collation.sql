-- Names, addresses and paths are compared, lowered and sorted by their bytes, whatever the database was created with: a
-- Turkish one lowers I to a letter of its own, and every language sorts in its own way.
-- oldest program: 0016

ALTER TABLE account DROP CONSTRAINT account_email_check;
ALTER TABLE account ALTER COLUMN email TYPE text COLLATE "C";
ALTER TABLE account ADD CONSTRAINT account_email_check CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$');

ALTER TABLE campaign ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE release_item ALTER COLUMN path TYPE text COLLATE "C";
ALTER TABLE release_file ALTER COLUMN path TYPE text COLLATE "C";

CREATE INDEX release_file_by_page ON release_file (release_id, (position('/' IN path) > 0), path);
COMMENT ON INDEX release_file_by_page IS 'Pages of a release''s files, tables before media, begin where the last one ended.';

CREATE OR REPLACE FUNCTION name_list(list text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT string_agg(DISTINCT name COLLATE "C", ';' ORDER BY name COLLATE "C")
              FROM (SELECT normalize(btrim(part), NFC) AS name
                      FROM unnest(string_to_array(list, ';')) AS part) AS parts
              WHERE name <> '');
