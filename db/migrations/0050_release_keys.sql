-- The public halves of the keys that releases are signed with.
-- oldest program: 0047

CREATE TABLE release_key (
    public_key  bytea PRIMARY KEY CHECK (octet_length(public_key) = 32),
    name        text COLLATE "C" NOT NULL CHECK (name ~ '^[!-*,-~]{1,64}$'),
    made_at     timestamptz NOT NULL DEFAULT now(),
    retired_at  timestamptz CHECK (retired_at >= made_at)
);
COMMENT ON TABLE release_key IS 'Keys that releases are or were signed with (Ed25519). The secret half of the current one lies in a file that the servers of this database share.';
COMMENT ON COLUMN release_key.name IS 'What signed notes call it; it never changes, because the hash of the key in a note is made with it.';
COMMENT ON COLUMN release_key.retired_at IS 'When another took its place. What it signed before stays good. NULL: the current one.';
CREATE UNIQUE INDEX release_key_current ON release_key ((true)) WHERE retired_at IS NULL;
COMMENT ON INDEX release_key_current IS 'One key is current.';
