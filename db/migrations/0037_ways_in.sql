-- oldest program: 0034
-- Ways in: uploads that can go on where they broke off, contributions and what moderators decide about them, and which
-- files an import or a contribution is about to keep, so that what a crash leaves is found.

CREATE TABLE media_intake (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    digests   text[] NOT NULL CHECK (cardinality(digests) BETWEEN 1 AND 8),
    noted_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_intake_by_age ON media_intake (noted_at);
COMMENT ON TABLE media_intake IS 'Files that somebody is about to keep in the media store, written before and removed in the transaction that names them. What an old row lists and nothing names was left by a crash, or by a file that was refused in the end.';
COMMENT ON COLUMN media_intake.digests IS 'SHA-256 in lower-case hexadecimal.';

CREATE TABLE upload (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id    uuid REFERENCES account,
    volunteer_id  uuid,
    network       text NOT NULL,
    length        bigint NOT NULL CHECK (length > 0),
    folder        text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    CHECK ((account_id IS NULL) <> (volunteer_id IS NULL))
);
CREATE INDEX upload_by_volunteer ON upload (volunteer_id) WHERE volunteer_id IS NOT NULL;
CREATE INDEX upload_by_network ON upload (network);
CREATE INDEX upload_by_expiry ON upload (expires_at);
COMMENT ON TABLE upload IS 'A file that comes in pieces (tus 1.0), until it becomes a contribution or its time is over. How much has come is the size of the file.';
COMMENT ON COLUMN upload.network IS 'A keyed hash of the client''s network, to bound what one network may hold open. It goes with the row.';
COMMENT ON COLUMN upload.folder IS 'A scratch folder of the media store; the file in it is called `bytes`.';

CREATE TABLE contribution (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    state            text NOT NULL DEFAULT 'processing'
                     CHECK (state IN ('processing', 'quarantined', 'approved', 'rejected', 'failed')),
    direct           boolean NOT NULL,
    account_id       uuid REFERENCES account,
    volunteer_id     uuid,
    network          text,
    campaign_id      uuid NOT NULL REFERENCES campaign,
    url              text,
    folder           text,
    facts            jsonb NOT NULL,
    rights           text NOT NULL CHECK (rights IN ('own_work', 'licensed', 'public_domain')),
    people           text NOT NULL CHECK (people IN ('nobody', 'consented', 'public_role')),
    made_by          text,
    made_how         text,
    media_type       text CHECK (media_type IN ('image', 'video', 'audio')),
    sha256           bytea CHECK (octet_length(sha256) = 32),
    bytes            bigint CHECK (bytes > 0),
    format           text,
    rendition        bytea CHECK (octet_length(rendition) = 32),
    rendition_bytes  bigint CHECK (rendition_bytes > 0),
    rendition_type   text,
    poster           bytea CHECK (octet_length(poster) = 32),
    thumbnail        bytea CHECK (octet_length(thumbnail) = 32),
    width            integer,
    height           integer,
    duration_ms      integer,
    streams          bytea CHECK (octet_length(streams) = 32),
    recipe           smallint,
    item_id          uuid REFERENCES item,
    detail           text,
    decided_by       text,
    reason           text,
    decided_at       timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT contribution_by_one CHECK ((account_id IS NULL) <> (volunteer_id IS NULL)),
    CONSTRAINT contribution_direct CHECK (NOT direct OR account_id IS NOT NULL),
    CONSTRAINT contribution_source CHECK (state <> 'processing' OR url IS NOT NULL OR folder IS NOT NULL),
    CONSTRAINT contribution_media CHECK (state <> 'quarantined' OR rendition IS NOT NULL),
    CONSTRAINT contribution_item CHECK ((state = 'approved') = (item_id IS NOT NULL)),
    CONSTRAINT contribution_reason CHECK (state <> 'rejected' OR reason IS NOT NULL)
);
CREATE INDEX contribution_by_state ON contribution (state, created_at, id);
CREATE INDEX contribution_by_volunteer ON contribution (volunteer_id) WHERE volunteer_id IS NOT NULL;
CREATE INDEX contribution_by_network ON contribution (network) WHERE network IS NOT NULL;
CREATE INDEX contribution_by_sha256 ON contribution (sha256) WHERE sha256 IS NOT NULL;
CREATE TRIGGER contribution_stays BEFORE DELETE ON contribution
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER contribution_keeps BEFORE TRUNCATE ON contribution
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
COMMENT ON TABLE contribution IS 'One medium that somebody sent, with what they declared of it. It is no item before it is approved, so nothing of it is handed out, scored or released.';
COMMENT ON COLUMN contribution.state IS 'processing: a job looks at the file. quarantined: it waits for a moderator. approved: it is an item. rejected: a moderator said no. failed: the file cannot be taken; `detail` says why.';
COMMENT ON COLUMN contribution.direct IS 'Sent by an account that may add items: it becomes one without a moderator.';
COMMENT ON COLUMN contribution.network IS 'As upload.network; forgotten with the decision.';
COMMENT ON COLUMN contribution.facts IS 'The columns of a manifest that were given.';
COMMENT ON COLUMN contribution.rights IS 'On what ground whoever sent it may give it away; facts.licence names the licence.';
COMMENT ON COLUMN contribution.people IS 'Those who are shown or heard: nobody; they consented; or they act in a public role.';

CREATE TABLE contribution_change (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contribution_id  uuid NOT NULL REFERENCES contribution,
    before           text,
    after            text NOT NULL,
    who              text NOT NULL CHECK (who <> ''),
    reason           text,
    changed_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contribution_change_by_contribution ON contribution_change (contribution_id, id);
CREATE TRIGGER contribution_change_stays BEFORE UPDATE OR DELETE ON contribution_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contribution_change_keeps BEFORE TRUNCATE ON contribution_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE contribution_change IS 'Every change of a contribution''s state: from, to, by whom and why. Append-only.';
COMMENT ON COLUMN contribution_change.who IS 'An account''s address, the system''s user at the command line, or the database''s user.';

CREATE FUNCTION note_contribution_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contribution_change (contribution_id, before, after, who, reason)
    VALUES (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state,
            coalesce(nullif(current_setting('touchstone.who', true), ''), session_user),
            coalesce(nullif(current_setting('touchstone.reason', true), ''), NEW.reason, NEW.detail));
    RETURN NULL;
END $$;
CREATE TRIGGER contribution_made AFTER INSERT ON contribution
    FOR EACH ROW EXECUTE FUNCTION note_contribution_change();
CREATE TRIGGER contribution_changed AFTER UPDATE OF state ON contribution
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_contribution_change();

-- Whoever is erased takes back what nobody has decided about, the names they gave, and what they said of all that is no item.
CREATE FUNCTION forget_contributor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE upload SET expires_at = '-infinity' WHERE volunteer_id = OLD.id;
    UPDATE contribution
       SET made_by = NULL, network = NULL,
           facts = CASE WHEN state = 'approved' THEN facts ELSE '{}' END,
           url = CASE WHEN state = 'approved' THEN url END,
           state = CASE WHEN state IN ('processing', 'quarantined') THEN 'failed' ELSE state END,
           detail = CASE WHEN state IN ('processing', 'quarantined') THEN 'taken back by whoever sent it' ELSE detail END
     WHERE volunteer_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER volunteer_takes_back AFTER DELETE ON volunteer
    FOR EACH ROW EXECUTE FUNCTION forget_contributor();

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('contribute', 1, 5, false, NULL),
       ('fetch', 1, 5, false, NULL),
       ('intake_sweep', 0, NULL, false, interval '5 minutes');
ALTER TABLE job DROP CONSTRAINT job_has_subject,
    ADD CONSTRAINT job_has_subject CHECK (subject IS NOT NULL OR kind NOT IN ('release', 'render', 'contribute', 'fetch'));
COMMENT ON COLUMN job.subject IS 'The release to make, the rendering to do, or the contribution to take in. NULL: a job that is done again and again.';
INSERT INTO job (kind) VALUES ('intake_sweep');
