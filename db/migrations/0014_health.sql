-- What tells an operator that something around the program is not as it was.
-- oldest program: 0010

CREATE TABLE lost_item (
    item_id   uuid PRIMARY KEY REFERENCES item,
    found_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE lost_item IS 'Items whose rendition or poster the media store has lost. They are handed out again once the files are back.';
COMMENT ON COLUMN lost_item.found_at IS 'When somebody asked for it in vain, or a check of the store found it.';
CREATE TRIGGER lost_item_new AFTER INSERT ON lost_item REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER lost_item_mended AFTER DELETE ON lost_item REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE INDEX item_by_poster ON item (poster) WHERE poster IS NOT NULL;

CREATE TABLE secret_file (
    one          boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint  bytea NOT NULL CHECK (octet_length(fingerprint) = 16),
    noted_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE secret_file IS 'The one row tells which secret file the servers of this database share; no row: none has started yet.';
COMMENT ON COLUMN secret_file.fingerprint IS 'Derived from the secret, which it says nothing of.';
