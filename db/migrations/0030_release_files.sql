-- The foreign key of a release's items looks its file up by release and path. While a release is made, the statistics know
-- nothing of it, and an index that has something between the two served that look-up as well, by reading all files of
-- the release for each. The primary key alone serves it now; tables, which have no folder, are few.

DROP INDEX release_file_by_page;
CREATE INDEX release_file_tables ON release_file (release_id, path) WHERE position('/' IN path) = 0;
COMMENT ON INDEX release_file_tables IS 'A page of a release''s files begins with its tables; media follow by the primary key.';
