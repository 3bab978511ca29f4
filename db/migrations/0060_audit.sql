-- The audit trail: acts of accounts and of command lines, in a chain that shows when it was changed.
-- oldest program: 0056

-- ---------------------------------------------------------------- the chain

CREATE TABLE audit (
    seq              bigint PRIMARY KEY CHECK (seq > 0),
    at               timestamptz NOT NULL,
    kind             text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z][a-z_]{0,39}$'),
    actor_kind       text COLLATE "C" NOT NULL CHECK (actor_kind IN ('account', 'command', 'volunteer', 'visitor', 'system', 'database')),
    actor            text COLLATE "C" CHECK (octet_length(actor) BETWEEN 1 AND 100 AND actor !~ '\n'),
    subject_kind     text COLLATE "C" CHECK (subject_kind ~ '^[a-z][a-z_]{0,39}$'),
    subject          text COLLATE "C" CHECK (octet_length(subject) BETWEEN 1 AND 100 AND subject !~ '\n'),
    before_digest    bytea CHECK (octet_length(before_digest) = 32),
    after_digest     bytea CHECK (octet_length(after_digest) = 32),
    reason_digest    bytea CHECK (octet_length(reason_digest) = 32),
    network_digest   bytea CHECK (octet_length(network_digest) = 32),
    previous         bytea NOT NULL CHECK (octet_length(previous) = 32),
    digest           bytea NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE INDEX audit_by_kind ON audit (kind, seq);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_subject ON audit (subject, seq);
CREATE INDEX audit_by_time ON audit (at, seq);
COMMENT ON TABLE audit IS 'Acts of accounts and command lines, each with the digest of the one before it. Append-only, and written by seal_acts alone: whoever inserts into act gets an entry at the end of the transaction. Holds ids and salted digests, nothing personal.';
COMMENT ON COLUMN audit.seq IS 'Its place in the chain, from 1, without gaps.';
COMMENT ON COLUMN audit.at IS 'When its transaction ended; never before the entry before it.';
COMMENT ON COLUMN audit.kind IS 'What was done: docs/operations.md lists the words.';
COMMENT ON COLUMN audit.actor_kind IS 'account: signed in, or by a token. command: a subcommand of the program. volunteer: about themselves. visitor: who is not signed in. system: a job or thread of a server. database: whoever else wrote in SQL.';
COMMENT ON COLUMN audit.actor IS 'The account''s or the volunteer''s id, the name of the machine''s user, or the role in the database. NULL: nobody is known.';
COMMENT ON COLUMN audit.subject IS 'The id of what it was done to. NULL: nothing of which there is one.';
COMMENT ON COLUMN audit.before_digest IS 'SHA-256 of the salt, the word before, and the values of before (audit_detail). NULL: there are none.';
COMMENT ON COLUMN audit.previous IS 'The digest of the entry before it; of the first, zeros.';
COMMENT ON COLUMN audit.digest IS 'SHA-256 of the columns before it: audit_digest.';

CREATE TABLE audit_detail (
    seq      bigint PRIMARY KEY REFERENCES audit,
    salt     bytea NOT NULL CHECK (octet_length(salt) = 32),
    before   text,
    after    text,
    reason   text,
    network  text
);
COMMENT ON TABLE audit_detail IS 'What entries hold of personal values, with the salt of their digests. Erasure removes rows; without the salt nobody can find out by trying what the digests are of.';
COMMENT ON COLUMN audit_detail.before IS 'JSON: what the act changed, as it was before.';
COMMENT ON COLUMN audit_detail.after IS 'JSON: and as it is since.';
COMMENT ON COLUMN audit_detail.network IS 'A keyed hash of the prefix of the network from which it was asked, as in the log.';

CREATE TABLE audit_head (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq     bigint NOT NULL CHECK (seq >= 0),
    at      timestamptz NOT NULL,
    digest  bytea NOT NULL CHECK (octet_length(digest) = 32)
);
INSERT INTO audit_head (seq, at, digest) VALUES (0, now(), decode(repeat('00', 32), 'hex'));
COMMENT ON TABLE audit_head IS 'The one row repeats the last entry, so that entries missing at the end are found; its lock gives entries their order.';

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keeps BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_detail_stays BEFORE UPDATE ON audit_detail
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_detail_keeps BEFORE TRUNCATE ON audit_detail
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_keeps BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION audit_digest(a audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat_ws(E'\n',
        'touchstone audit 1', a.seq, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.kind,
        a.actor_kind, coalesce(a.actor, ''), coalesce(a.subject_kind, ''), coalesce(a.subject, ''),
        coalesce(encode(a.before_digest, 'hex'), ''), coalesce(encode(a.after_digest, 'hex'), ''),
        coalesce(encode(a.reason_digest, 'hex'), ''), coalesce(encode(a.network_digest, 'hex'), ''),
        encode(a.previous, 'hex')), 'UTF8'))
$$;
COMMENT ON FUNCTION audit_digest IS 'The digest that an entry must have: of its columns as lines of text, NULL an empty one.';

CREATE FUNCTION audit_salted(salt bytea, name text, value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(salt || convert_to(name || E'\n' || value, 'UTF8'));
COMMENT ON FUNCTION audit_salted IS 'The digest of one value of audit_detail; NULL of NULL.';

-- ---------------------------------------------------------------- how acts get into it

CREATE TABLE act (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text COLLATE "C" NOT NULL,
    actor         text COLLATE "C",
    subject_kind  text COLLATE "C",
    subject       text COLLATE "C",
    before        text,
    after         text,
    reason        text
);
COMMENT ON TABLE act IS 'Acts of transactions that have not ended: always empty to others. Each becomes an entry of audit at the end.';
COMMENT ON COLUMN act.actor IS 'Who is meant where the connection does not act for an account or a command: KIND:ID, as in the setting touchstone.actor.';

CREATE FUNCTION seal_act(noted act, INOUT head audit_head) LANGUAGE plpgsql AS $$
DECLARE
    who text := coalesce(nullif(current_setting('touchstone.actor', true), ''), 'database:' || session_user);
    salt bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    network text := nullif(current_setting('touchstone.network', true), '');
    entry audit;
BEGIN
    IF noted.actor IS NOT NULL AND split_part(who, ':', 1) NOT IN ('account', 'command') THEN
        who := noted.actor;
    END IF;
    head.seq := head.seq + 1;
    head.at := greatest(head.at, clock_timestamp());
    entry.seq := head.seq;
    entry.at := head.at;
    entry.previous := head.digest;
    entry.kind := noted.kind;
    entry.actor_kind := split_part(who, ':', 1);
    entry.actor := nullif(substr(who, length(entry.actor_kind) + 2), '');
    entry.subject_kind := noted.subject_kind;
    entry.subject := noted.subject;
    entry.before_digest := audit_salted(salt, 'before', noted.before);
    entry.after_digest := audit_salted(salt, 'after', noted.after);
    entry.reason_digest := audit_salted(salt, 'reason', noted.reason);
    entry.network_digest := audit_salted(salt, 'network', network);
    entry.digest := audit_digest(entry);
    head.digest := entry.digest;
    INSERT INTO audit SELECT entry.*;
    IF num_nonnulls(noted.before, noted.after, noted.reason, network) > 0 THEN
        INSERT INTO audit_detail VALUES (entry.seq, salt, noted.before, noted.after, noted.reason, network);
    END IF;
END $$;
COMMENT ON FUNCTION seal_act IS 'Makes the entry of an act, which follows on the head given, and gives the head that it makes.';

-- The lock of the head is the last that a transaction takes, and is held for its commit alone: entries wait for one
-- another no longer than the disk takes, and whatever an act waits for, nobody waits for it. The first act of a
-- transaction seals all that stand: a head that changed with every act would leave as many rows behind, for each to be
-- passed by the next.
CREATE FUNCTION seal_acts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    head audit_head;
    noted act;
BEGIN
    IF NOT EXISTS (SELECT FROM act WHERE id = NEW.id) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO STRICT head FROM audit_head WHERE one FOR UPDATE;
    FOR noted IN SELECT * FROM act WHERE id >= NEW.id ORDER BY id LOOP
        head := seal_act(noted, head);
    END LOOP;
    DELETE FROM act WHERE id >= NEW.id;
    UPDATE audit_head SET (seq, at, digest) = (head.seq, head.at, head.digest) WHERE one;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION seal_acts IS 'Makes the entries of a transaction''s acts. Runs with the rights of the tables'' owner, so that the role that serves can add an entry and write none.';
CREATE CONSTRAINT TRIGGER act_sealed AFTER INSERT ON act DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION seal_acts();

CREATE FUNCTION act_values(row_of jsonb, names text, other jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(key, value)::text FROM jsonb_each(row_of)
     WHERE key = ANY (string_to_array(names, ' ')) AND value <> 'null' AND other -> key IS DISTINCT FROM value
$$;
COMMENT ON FUNCTION act_values IS 'JSON of the columns named, of those that have a value and, where there is another row, differ from it.';

CREATE FUNCTION note_act() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    row_of jsonb := coalesce(after, before);
    was text := act_values(before, TG_ARGV[3], after);
    became text := act_values(after, TG_ARGV[3], before);
BEGIN
    IF TG_OP = 'UPDATE' AND TG_ARGV[3] <> '' AND was IS NULL AND became IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO act (kind, actor, subject_kind, subject, before, after, reason)
    VALUES (TG_ARGV[0], 'account:' || (row_of ->> TG_ARGV[5]), TG_ARGV[1], row_of ->> TG_ARGV[2], was, became,
            nullif(row_of ->> TG_ARGV[4], ''));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_act IS 'Notes an act where a row changes, whatever statement changes it. Arguments: kind, kind of the subject, the column with its id, the columns to note, the column with the reason, the column with the account that acts.';

-- ---------------------------------------------------------------- accounts

CREATE TRIGGER act_account_made AFTER INSERT ON account
    FOR EACH ROW EXECUTE FUNCTION note_act('account_made', 'account', 'id', 'email role');
CREATE TRIGGER act_account_role AFTER UPDATE OF role ON account
    FOR EACH ROW EXECUTE FUNCTION note_act('account_role', 'account', 'id', 'role');
CREATE TRIGGER act_account_state AFTER UPDATE OF state ON account
    FOR EACH ROW EXECUTE FUNCTION note_act('account_state', 'account', 'id', 'state');
CREATE TRIGGER act_account_email AFTER UPDATE OF email ON account
    FOR EACH ROW EXECUTE FUNCTION note_act('account_email', 'account', 'id', 'email');
CREATE TRIGGER act_account_password AFTER UPDATE OF password_hash ON account
    FOR EACH ROW WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash)
    EXECUTE FUNCTION note_act('account_password', 'account', 'id', '');
CREATE TRIGGER act_account_gone AFTER DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION note_act('account_removed', 'account', 'id', 'email role');
CREATE TRIGGER act_signed_in AFTER INSERT ON session
    FOR EACH ROW EXECUTE FUNCTION note_act('signed_in', 'account', 'account_id', '', '', 'account_id');
CREATE TRIGGER act_signed_out AFTER DELETE ON session
    FOR EACH ROW WHEN (OLD.expires_at > now())
    EXECUTE FUNCTION note_act('session_ended', 'account', 'account_id', '', '', 'account_id');
CREATE TRIGGER act_token_made AFTER INSERT ON api_token
    FOR EACH ROW EXECUTE FUNCTION note_act('token_made', 'account', 'account_id', 'id expires_at');
CREATE TRIGGER act_token_revoked AFTER DELETE ON api_token
    FOR EACH ROW WHEN (OLD.expires_at > now())
    EXECUTE FUNCTION note_act('token_revoked', 'account', 'account_id', 'id');

-- ---------------------------------------------------------------- moderation

CREATE TRIGGER act_claimed AFTER INSERT ON claim
    FOR EACH ROW EXECUTE FUNCTION note_act('dispute_claimed', 'dispute', 'dispute_id', '', '', 'account_id');
CREATE TRIGGER act_claimed_over AFTER UPDATE OF account_id ON claim
    FOR EACH ROW WHEN (OLD.account_id <> NEW.account_id)
    EXECUTE FUNCTION note_act('dispute_claimed', 'dispute', 'dispute_id', '', '', 'account_id');
CREATE TRIGGER act_verdict AFTER INSERT ON blind_verdict
    FOR EACH ROW EXECUTE FUNCTION note_act('dispute_verdict', 'dispute', 'dispute_id', 'verdict confidence blind', '', 'account_id');
CREATE TRIGGER act_evidence AFTER INSERT ON evidence_seen
    FOR EACH ROW EXECUTE FUNCTION note_act('evidence_seen', 'dispute', 'dispute_id', '', '', 'account_id');
CREATE TRIGGER act_ruling AFTER INSERT ON ruling
    FOR EACH ROW EXECUTE FUNCTION note_act('ruling_made', 'dispute', 'dispute_id', 'id item_id ruling correction undoes', 'reason', 'account_id');
CREATE TRIGGER act_set_aside AFTER INSERT ON set_aside
    FOR EACH ROW EXECUTE FUNCTION note_act('set_aside_made', 'set_aside', 'id', 'kind campaign_id volunteers from_at to_at', 'reason');
CREATE TRIGGER act_set_aside_undone AFTER UPDATE OF undone_at ON set_aside
    FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL)
    EXECUTE FUNCTION note_act('set_aside_undone', 'set_aside', 'id', '', 'undone_reason');
CREATE TRIGGER act_contributed AFTER INSERT ON contribution
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL)
    EXECUTE FUNCTION note_act('contribution_made', 'contribution', 'id', 'campaign_id direct url rights people', '', 'account_id');
CREATE TRIGGER act_contribution_approved AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'approved')
    EXECUTE FUNCTION note_act('contribution_approved', 'contribution', 'id', 'state item_id', 'reason');
CREATE TRIGGER act_contribution_rejected AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'rejected')
    EXECUTE FUNCTION note_act('contribution_rejected', 'contribution', 'id', 'state', 'reason');
CREATE TRIGGER act_invitation_made AFTER INSERT ON invitation
    FOR EACH ROW EXECUTE FUNCTION note_act('invitation_made', 'invitation', 'id', 'campaign_id name sensitive most until');
CREATE TRIGGER act_invitation_withdrawn AFTER UPDATE OF revoked_at ON invitation
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION note_act('invitation_withdrawn', 'invitation', 'id', '');

-- ---------------------------------------------------------------- items, campaigns, releases, operation

CREATE TRIGGER act_item_corrected AFTER INSERT ON item_change
    FOR EACH ROW WHEN (NEW.field <> 'withdrawn')
    EXECUTE FUNCTION note_act('item_corrected', 'item', 'item_id', 'field before after', 'reason');
CREATE TRIGGER act_item_withdrawn AFTER INSERT ON item_change
    FOR EACH ROW WHEN (NEW.field = 'withdrawn')
    EXECUTE FUNCTION note_act('item_withdrawn', 'item', 'item_id', 'before after', 'reason');
CREATE TRIGGER act_withdrawal AFTER INSERT ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION note_act('withdrawal_made', 'item', 'item_id', 'seq reason_class');
CREATE TRIGGER act_campaign_made AFTER INSERT ON campaign
    FOR EACH ROW EXECUTE FUNCTION note_act('campaign_made', 'campaign', 'id', 'name question state threshold min_judgments max_judgments random_share policy box_width box_height window_from_ms window_ms shortest noise_db');
CREATE TRIGGER act_campaign_changed AFTER UPDATE ON campaign
    FOR EACH ROW EXECUTE FUNCTION note_act('campaign_changed', 'campaign', 'id', 'name question state threshold min_judgments max_judgments random_share policy box_width box_height window_from_ms window_ms shortest noise_db');
CREATE TRIGGER act_rendering AFTER INSERT ON rendering
    FOR EACH ROW EXECUTE FUNCTION note_act('rendering_begun', 'rendering', 'id', 'campaign_id recipe harmless');
CREATE TRIGGER act_release_asked AFTER INSERT ON release
    FOR EACH ROW WHEN (NEW.revises IS NULL)
    EXECUTE FUNCTION note_act('release_asked', 'release', 'id', 'name version filter');
CREATE TRIGGER act_release_revised AFTER INSERT ON release
    FOR EACH ROW WHEN (NEW.revises IS NOT NULL)
    EXECUTE FUNCTION note_act('release_revised', 'release', 'id', 'name version revises');
CREATE TRIGGER act_release_ended AFTER UPDATE OF state ON release
    FOR EACH ROW EXECUTE FUNCTION note_act('release_ended', 'release', 'id', 'state');
CREATE TRIGGER act_unseal_asked AFTER INSERT ON job
    FOR EACH ROW WHEN (NEW.kind = 'unseal')
    EXECUTE FUNCTION note_act('unseal_asked', 'release', 'subject', '', '', 'created_by');
CREATE TRIGGER act_release_unsealed AFTER INSERT ON release_unsealed
    FOR EACH ROW EXECUTE FUNCTION note_act('release_unsealed', 'release', 'release_id', '');
CREATE TRIGGER act_layout_asked AFTER INSERT ON release_layout_wanted
    FOR EACH ROW EXECUTE FUNCTION note_act('layout_asked', 'release', 'release_id', 'layout');
CREATE TRIGGER act_job_cancelled AFTER UPDATE OF cancel_asked_at ON job
    FOR EACH ROW WHEN (OLD.cancel_asked_at IS NULL AND NEW.cancel_asked_at IS NOT NULL)
    EXECUTE FUNCTION note_act('job_cancelled', 'job', 'id', '');
CREATE TRIGGER act_store_bound AFTER INSERT OR UPDATE OF id ON media_store
    FOR EACH ROW EXECUTE FUNCTION note_act('store_bound', 'store', 'id', 'id last_path');
CREATE TRIGGER act_secret AFTER INSERT OR UPDATE OF fingerprint ON secret_file
    FOR EACH ROW EXECUTE FUNCTION note_act('secret_noted', 'secret', '', 'fingerprint');
CREATE TRIGGER act_signing_key AFTER INSERT ON release_key
    FOR EACH ROW EXECUTE FUNCTION note_act('signing_key_made', 'signing_key', 'name', 'public_key');
CREATE TRIGGER act_signing_key_retired AFTER UPDATE OF retired_at ON release_key
    FOR EACH ROW WHEN (OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL)
    EXECUTE FUNCTION note_act('signing_key_retired', 'signing_key', 'name', '');

-- ---------------------------------------------------------------- erasure

CREATE FUNCTION erase_acts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM audit_detail WHERE seq IN (
        SELECT seq FROM audit WHERE subject = OLD.id::text OR actor = OLD.id::text
         UNION ALL
        SELECT a.seq FROM contribution c JOIN audit a ON a.subject = c.id::text WHERE c.volunteer_id = OLD.id);
    INSERT INTO act (kind, actor, subject_kind, subject)
    VALUES ('volunteer_erased', 'volunteer:' || OLD.id, 'volunteer', OLD.id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION erase_acts IS 'Whoever is erased leaves ids and digests in the audit trail, no values. That they were erased is an act.';
CREATE TRIGGER act_erased AFTER DELETE ON volunteer
    FOR EACH ROW EXECUTE FUNCTION erase_acts();
