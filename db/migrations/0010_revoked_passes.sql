-- The address of a medium is a pass that needs no database. So who loses the right to look, before
-- the passes run out, is written here, and every server keeps the list in memory.

CREATE TABLE revoked_pass (
    holder  uuid PRIMARY KEY,
    until   timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);
CREATE INDEX revoked_pass_by_end ON revoked_pass (until);
COMMENT ON TABLE revoked_pass IS 'Whose passes to media work no more: erased volunteers, and sessions and tokens that ended.';
COMMENT ON COLUMN revoked_pass.holder IS 'A volunteer''s id, or the first half of the hash of a session or a token, as in the pass.';
COMMENT ON COLUMN revoked_pass.until IS 'Later than any pass can still be good.';

CREATE FUNCTION revoke_passes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'volunteer' THEN
        INSERT INTO revoked_pass (holder) SELECT id FROM gone ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO revoked_pass (holder)
        SELECT encode(substr(token_hash, 1, 16), 'hex')::uuid FROM gone ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION revoke_passes IS 'Notes whose passes to media end, whatever statement ends the right.';
CREATE TRIGGER volunteer_gone AFTER DELETE ON volunteer REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION revoke_passes();
CREATE TRIGGER session_gone AFTER DELETE ON session REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION revoke_passes();
CREATE TRIGGER api_token_gone AFTER DELETE ON api_token REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION revoke_passes();
