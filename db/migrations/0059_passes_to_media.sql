-- Addresses of media end with what they show, too: of an item that was taken down.
-- oldest program: 0056

COMMENT ON TABLE revoked_pass IS 'Which passes to media work no more: of erased volunteers, of sessions and tokens that ended, and to the bytes of what was taken down.';
COMMENT ON COLUMN revoked_pass.holder IS 'A volunteer''s id, or the first half of the hash of a session or a token, as in the pass; or the first half of the digest of the bytes that it leads to.';
