-- How the HTTP interface shows a release is the program's to say (server/api/present).

DROP FUNCTION release_json(release);
