-- Accounts over HTTP: named tokens for some routes, sessions that are seen and ended, one-time links, a second factor, and
-- researchers who ask for access.
-- oldest program: 0056

-- ---------------------------------------------------------------- tokens and sessions

ALTER TABLE api_token
    ADD name     text NOT NULL DEFAULT 'a token' CHECK (octet_length(name) BETWEEN 1 AND 100),
    ADD scopes   text COLLATE "C" CHECK (octet_length(scopes) BETWEEN 3 AND 2000),
    ADD used_at  timestamptz;
COMMENT ON COLUMN api_token.scopes IS 'A line for each: a method, or *, and the beginning of a route. NULL: all that the account may.';
COMMENT ON COLUMN api_token.used_at IS 'When it was last used, to the minute; NULL: never.';

DROP TRIGGER act_token_made ON api_token;
CREATE TRIGGER act_token_made AFTER INSERT ON api_token
    FOR EACH ROW EXECUTE FUNCTION note_act('token_made', 'account', 'account_id', 'id name scopes expires_at');

ALTER TABLE session
    ADD id        uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD begun_at  timestamptz NOT NULL DEFAULT now(),
    ADD network   text COLLATE "C" CHECK (network ~ '^[0-9a-f]{16}$');
CREATE UNIQUE INDEX session_by_id ON session (id);
COMMENT ON COLUMN session.id IS 'What it goes by where sessions are listed and ended; it opens nothing.';
COMMENT ON COLUMN session.network IS 'A keyed hash of the prefix of the network that it was begun from, as in the log. NULL: begun before this was noted.';

CREATE TABLE known_network (
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    network     text COLLATE "C" NOT NULL CHECK (network ~ '^[0-9a-f]{16}$'),
    seen_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, network)
);
COMMENT ON TABLE known_network IS 'From where somebody signed in, by keyed hashes of prefixes: for ninety days, whoever tries passwords elsewhere does not slow them down there.';

CREATE INDEX account_newest ON account (created_at, id);

-- ---------------------------------------------------------------- one-time links

CREATE TABLE password_link (
    account_id  uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    made_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE password_link IS 'A link by which somebody chooses the password of an account, once. Only a hash is kept; a new one replaces the one before.';
CREATE TRIGGER act_password_link AFTER INSERT OR UPDATE ON password_link
    FOR EACH ROW EXECUTE FUNCTION note_act('password_link_made', 'account', 'account_id', 'expires_at');

-- ---------------------------------------------------------------- second factor

CREATE TABLE second_factor (
    account_id    uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    sealed        text COLLATE "C" NOT NULL,
    confirmed_at  timestamptz,
    last_step     bigint NOT NULL DEFAULT 0,
    wrong         integer NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    wrong_at      timestamptz
);
COMMENT ON TABLE second_factor IS 'A secret that an app makes codes of (TOTP, RFC 6238), for sign-ins.';
COMMENT ON COLUMN second_factor.sealed IS 'The secret and the account, sealed under the secret file: worth nothing to who has the database alone.';
COMMENT ON COLUMN second_factor.confirmed_at IS 'When the first code was right; NULL: not in force yet.';
COMMENT ON COLUMN second_factor.last_step IS 'The half minute of the last code that was taken: neither it nor an earlier one is taken again.';
COMMENT ON COLUMN second_factor.wrong IS 'Wrong codes with the right password since the last right one.';
CREATE TRIGGER act_factor_on AFTER UPDATE OF confirmed_at ON second_factor
    FOR EACH ROW WHEN (OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION note_act('second_factor_on', 'account', 'account_id', '', '', 'account_id');
CREATE TRIGGER act_factor_off AFTER DELETE ON second_factor
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION note_act('second_factor_off', 'account', 'account_id', '', '', 'account_id');

CREATE FUNCTION has_factor(account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM second_factor WHERE account_id = account AND confirmed_at IS NOT NULL)
$$;
COMMENT ON FUNCTION has_factor IS 'Does signing in to this account take a code besides?';

CREATE TABLE recovery_code (
    account_id  uuid NOT NULL REFERENCES second_factor ON DELETE CASCADE,
    code_hash   bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    used_at     timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
COMMENT ON TABLE recovery_code IS 'Each stands once for a code of the second factor. Only hashes are kept, of 80 random bits.';
CREATE TRIGGER act_recovery_code AFTER UPDATE OF used_at ON recovery_code
    FOR EACH ROW WHEN (OLD.used_at IS NULL AND NEW.used_at IS NOT NULL)
    EXECUTE FUNCTION note_act('recovery_code_used', 'account', 'account_id', '', '', 'account_id');

-- ---------------------------------------------------------------- access for researchers

CREATE TABLE access_terms (
    version  integer PRIMARY KEY CHECK (version > 0),
    text     text NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 50000),
    since    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE access_terms IS 'What researchers agree to. A version never changes; the largest is in force.';
INSERT INTO access_terms (version, text) VALUES (1, 'I use what I am given for the purpose that I named. I try to identify nobody who judged. I give my account and my tokens to nobody. I cite the release that I used. When an item is withdrawn, I remove my copies of it.');
CREATE TRIGGER access_terms_stay BEFORE UPDATE OR DELETE ON access_terms
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_terms_keep BEFORE TRUNCATE ON access_terms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER act_terms AFTER INSERT ON access_terms
    FOR EACH ROW EXECUTE FUNCTION note_act('access_terms_made', 'access_terms', 'version', '');

CREATE TABLE access_request (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    state        text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused')),
    email        text COLLATE "C" NOT NULL CHECK (email = lower(email) AND octet_length(email) <= 254),
    name         text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    institution  text NOT NULL CHECK (octet_length(institution) BETWEEN 1 AND 200),
    purpose      text NOT NULL CHECK (octet_length(purpose) BETWEEN 1 AND 4000),
    terms        integer NOT NULL REFERENCES access_terms,
    made_at      timestamptz NOT NULL DEFAULT now(),
    decided_at   timestamptz,
    decided_by   uuid REFERENCES account,
    reason       text CHECK (octet_length(reason) BETWEEN 1 AND 2000),
    account_id   uuid REFERENCES account,
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK (state <> 'refused' OR reason IS NOT NULL),
    CHECK ((state = 'approved') = (account_id IS NOT NULL))
);
CREATE INDEX access_request_newest ON access_request (made_at, id);
CREATE INDEX access_request_by_state ON access_request (state, made_at, id);
CREATE INDEX access_request_by_decider ON access_request (decided_by);
CREATE INDEX access_request_by_account ON access_request (account_id);
COMMENT ON TABLE access_request IS 'Researchers who ask for an account. The id is known to who asked, and opens the answer.';
COMMENT ON COLUMN access_request.terms IS 'The version that they agreed to.';
COMMENT ON COLUMN access_request.account_id IS 'What approval made.';
CREATE TRIGGER act_access_asked AFTER INSERT ON access_request
    FOR EACH ROW EXECUTE FUNCTION note_act('access_asked', 'access_request', 'id', 'terms');
CREATE TRIGGER act_access_decided AFTER UPDATE OF state ON access_request
    FOR EACH ROW EXECUTE FUNCTION note_act('access_decided', 'access_request', 'id', 'state account_id', 'reason', 'decided_by');
