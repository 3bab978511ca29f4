-- Files that are made of a release when it is ready already: its tables in a further format, an archive of it.
-- SHA256SUMS and release_file are frozen with the release and do not list them.
-- oldest program: 0016

CREATE TABLE release_artefact (
    release_id  uuid NOT NULL REFERENCES release,
    path        text COLLATE "C" NOT NULL CHECK (path ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$'),
    format      text COLLATE "C" NOT NULL CHECK (format ~ '^[a-z][a-z0-9]*$'),
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    made_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (release_id, path)
);
COMMENT ON TABLE release_artefact IS 'Files made of a release after it was ready. A file of the release itself is in release_file.';
COMMENT ON COLUMN release_artefact.path IS 'Its name, beside the tables of the release and unlike any of them.';
COMMENT ON COLUMN release_artefact.format IS 'The format that its writer has in server/release/formats, or that of an archive.';
COMMENT ON COLUMN release_artefact.sha256 IS 'Of its bytes in the store. SHA256SUMS does not list it.';

CREATE FUNCTION release_artefact_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN release r ON r.id = a.release_id WHERE r.state <> 'ready') THEN
        RAISE EXCEPTION 'an artefact is made of a release that is ready' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM added a JOIN release_file f ON f.release_id = a.release_id AND f.path = a.path) THEN
        RAISE EXCEPTION 'the release has a file of this name' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_artefact_fits IS 'Keeps artefacts from releases that still change, and from the names of their files.';
CREATE TRIGGER release_artefact_fits AFTER INSERT ON release_artefact REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION release_artefact_fits();
CREATE TRIGGER release_artefact_stays BEFORE UPDATE OR DELETE ON release_artefact
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_artefact_keeps BEFORE TRUNCATE ON release_artefact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
