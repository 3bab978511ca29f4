-- The whole first schema: campaigns and items, volunteers and what they said, what the
-- model makes of it, what moderators decide, and what is released.
-- Every rule that the code relies on stands here too.

CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
COMMENT ON FUNCTION rfc3339 IS 'A moment as the HTTP interface writes it.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION refuse_change IS 'What makes a table append-only, for its owner too.';

CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps its rows, under their ids', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION refuse_removal IS 'What keeps rows that others name by id: they may change, but neither go nor take another id.';

CREATE DOMAIN verdict AS text CHECK (VALUE IN ('real', 'fake'));
COMMENT ON DOMAIN verdict IS 'What one may say of an item: real or fake. There is no middle.';

CREATE DOMAIN probability AS double precision CHECK (VALUE BETWEEN 0 AND 1);

-- ---------------------------------------------------------------- campaigns and items

CREATE TABLE campaign (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name           text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    question       text NOT NULL DEFAULT 'How real is each? Both may be real, both may be fake.',
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    threshold      probability NOT NULL DEFAULT 0.97 CHECK (threshold > 0.5 AND threshold < 1),
    min_judgments  integer NOT NULL DEFAULT 5 CHECK (min_judgments BETWEEN 1 AND 1000),
    max_judgments  integer NOT NULL DEFAULT 25 CHECK (max_judgments BETWEEN 1 AND 10000),
    random_share   probability NOT NULL DEFAULT 0.2,
    policy         integer NOT NULL DEFAULT 1 CHECK (policy > 0),
    created_at     timestamptz NOT NULL DEFAULT now(),
    CHECK (min_judgments <= max_judgments)
);
COMMENT ON TABLE campaign IS 'A body of items asked about under one policy.';
COMMENT ON COLUMN campaign.state IS 'open: items are handed out. closed: nothing is, and its gold may be released.';
COMMENT ON COLUMN campaign.threshold IS 'An item retires when P(fake) passes this, or one minus this. Above .985 nothing retires until some 50 gold items calibrate the model.';
COMMENT ON COLUMN campaign.max_judgments IS 'An item with as many judgments and no answer becomes a dispute.';
COMMENT ON COLUMN campaign.random_share IS 'The share of pairs drawn uniformly at random, which keeps estimates unbiased.';
COMMENT ON COLUMN campaign.policy IS 'The version of the rules for assignment and feedback, stored with every judged pair.';

INSERT INTO campaign (name) VALUES ('default');

CREATE TABLE item (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign_id      uuid NOT NULL REFERENCES campaign,
    state            text NOT NULL DEFAULT 'in_service'
                     CHECK (state IN ('in_service', 'retired', 'disputed', 'settled', 'withdrawn')),
    media_type       text NOT NULL CHECK (media_type IN ('image', 'video', 'audio')),
    sha256           bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    bytes            bigint NOT NULL CHECK (bytes > 0),
    format           text NOT NULL,
    rendition        bytea NOT NULL CHECK (octet_length(rendition) = 32),
    rendition_bytes  bigint NOT NULL CHECK (rendition_bytes > 0),
    rendition_type   text NOT NULL CHECK (rendition_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
    poster           bytea CHECK (octet_length(poster) = 32),
    thumbnail        bytea CHECK (octet_length(thumbnail) = 32),
    width            integer CHECK (width > 0),
    height           integer CHECK (height > 0),
    duration_ms      integer CHECK (duration_ms > 0),
    truth            verdict,
    basis            text CHECK (basis IN ('generated_by_contributor', 'capture_attested',
                         'signed_provenance', 'forensic_report', 'fact_check', 'dataset_label',
                         'crowd', 'ruling')),
    gold             boolean NOT NULL DEFAULT false,
    training         boolean NOT NULL DEFAULT false,
    sensitive        boolean NOT NULL DEFAULT false,
    lineage          text NOT NULL,
    pair             text,
    identities       text[] NOT NULL DEFAULT '{}',
    techniques       text[] NOT NULL DEFAULT '{}'
                     CHECK (techniques <@ ARRAY['face_swap', 'reenactment', 'lip_sync', 'face_edit',
                         'full_synthesis', 'inpainting', 'text_to_video', 'voice_clone',
                         'voice_conversion', 'speech_synthesis', 'splice', 'speed_change', 'cut',
                         'recontextualised', 'overlay', 'other']),
    generator        text,
    source           text,
    licence          text,
    credit           text,
    title            text,
    explanation      text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((media_type = 'audio') = (width IS NULL) AND (width IS NULL) = (height IS NULL)),
    CHECK ((media_type = 'image') = (duration_ms IS NULL)),
    CHECK ((media_type = 'video') = (poster IS NOT NULL)),
    CHECK (truth IS NULL OR basis IS NOT NULL),
    CHECK (truth IS NOT NULL OR NOT (gold OR training)),
    CHECK (NOT (gold AND training))
);
CREATE INDEX item_by_campaign ON item (campaign_id, state);
CREATE INDEX item_by_lineage ON item (lineage);
COMMENT ON TABLE item IS 'One image, video or audio clip. Bytes lie in the store, named by their SHA-256.';
COMMENT ON COLUMN item.state IS 'in_service: handed out. retired: the crowd settled it. disputed: waits for a moderator. settled: ruled. withdrawn: taken out.';
COMMENT ON COLUMN item.sha256 IS 'Of the original file: importing it again is no new item.';
COMMENT ON COLUMN item.rendition IS 'The normalised file that volunteers see and releases hold.';
COMMENT ON COLUMN item.truth IS 'Provenance truth: what the source says. Never the crowd''s opinion nor a ruling.';
COMMENT ON COLUMN item.basis IS 'On what ground the source says so.';
COMMENT ON COLUMN item.gold IS 'Its truth is known and kept secret: it measures volunteers.';
COMMENT ON COLUMN item.training IS 'Its truth is told at once; it never counts for skill or consensus.';
COMMENT ON COLUMN item.lineage IS 'Its group, the manifest''s `group`: an original and all made from it; the item''s own hash when it has none.';
COMMENT ON COLUMN item.pair IS 'Items of one value may be shown as a matched pair.';
COMMENT ON COLUMN item.identities IS 'People or speakers in it; they matter for splits only.';

CREATE TABLE item_split (
    item_id  uuid PRIMARY KEY REFERENCES item,
    split    text NOT NULL CHECK (split IN ('train', 'validation', 'test'))
);
CREATE TRIGGER item_split_stays BEFORE UPDATE OR DELETE ON item_split
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE item_split IS 'The split an item was first released in; it keeps it in every later release.';

-- ---------------------------------------------------------------- volunteers and judgments

CREATE TABLE volunteer (
    id               uuid PRIMARY KEY,
    salt             bytea NOT NULL CHECK (octet_length(salt) = 16),
    consent_version  integer NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE volunteer IS 'Someone who judges. Nothing personal: a random id. Erasure removes the row; judgments stay.';
COMMENT ON COLUMN volunteer.salt IS 'Makes pseudonyms in releases; gone with the row, and with it the way back.';

CREATE TABLE lease (
    id            uuid NOT NULL,
    volunteer_id  uuid NOT NULL,
    campaign_id   uuid NOT NULL,
    left_item     uuid NOT NULL,
    right_item    uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('training', 'gold', 'random', 'informative')),
    matched       boolean NOT NULL,
    policy        integer NOT NULL,
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (volunteer_id, id),
    CHECK (left_item <> right_item)
);
-- Rows come in order of time, so a summary of each few pages finds those that are open.
CREATE INDEX lease_by_end ON lease USING brin (expires_at)
    WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE lease IS 'A pair that was shown to a volunteer and not answered: open until it expires, afterwards a note of what was seen. Written behind, and removed with the answer; a row may be lost without harm, so nothing refers to it and it refers to nothing: the token says the same, sealed.';
COMMENT ON COLUMN lease.kind IS 'Why this pair: to train, to measure (gold), at random, or for the information in it.';
COMMENT ON COLUMN lease.matched IS 'Both from one pair key; otherwise drawn independently.';

-- A foreign key looks its row up, and locks it, once for every row that names it: on the hot path
-- that cost more than the rows themselves, and one campaign's row was locked by everyone at once.
-- So what volunteers write is checked by statement, all new rows together, in triggers below; and
-- campaigns and items, which nothing here ever removes, cannot be removed. (OFFSET 0: look each up
-- by its key, whatever the tables' sizes were when the plan was made.)
CREATE TRIGGER campaign_stays BEFORE DELETE OR UPDATE OF id ON campaign
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER campaign_keeps BEFORE TRUNCATE ON campaign
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER item_stays BEFORE DELETE OR UPDATE OF id ON item
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER item_keeps BEFORE TRUNCATE ON item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();


CREATE TABLE skipped_pair (
    assignment_id  uuid PRIMARY KEY,
    volunteer_id   uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    left_item      uuid NOT NULL,
    right_item     uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('training', 'gold', 'random', 'informative')),
    matched        boolean NOT NULL,
    policy         integer NOT NULL,
    reason         text NOT NULL CHECK (reason IN ('cannot_load', 'sensitive', 'recognised', 'other')),
    skipped_at     timestamptz NOT NULL DEFAULT now(),
    CHECK (left_item <> right_item)
);
CREATE FUNCTION skipped_pair_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f
                WHERE NOT EXISTS (SELECT FROM campaign c WHERE c.id = f.campaign_id OFFSET 0)
                   OR NOT EXISTS (SELECT FROM item i WHERE i.id = f.left_item OFFSET 0)
                   OR NOT EXISTS (SELECT FROM item i WHERE i.id = f.right_item OFFSET 0)) THEN
        RAISE EXCEPTION 'a skipped pair names what is not there'
              USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION skipped_pair_known IS 'A foreign key by statement: every skipped pair names a campaign and two items that are there.';
CREATE TRIGGER skipped_pair_known AFTER INSERT ON skipped_pair REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION skipped_pair_known();
CREATE INDEX skipped_pair_by_volunteer ON skipped_pair (volunteer_id);
COMMENT ON TABLE skipped_pair IS 'A pair that a volunteer would not judge, and why.';

CREATE TABLE judged_pair (
    assignment_id  uuid PRIMARY KEY,
    volunteer_id   uuid NOT NULL,
    campaign_id    uuid NOT NULL,
    media_type     text NOT NULL CHECK (media_type IN ('image', 'video', 'audio')),
    kind           text NOT NULL CHECK (kind IN ('training', 'gold', 'random', 'informative')),
    matched        boolean NOT NULL,
    policy         integer NOT NULL,
    body_hash      bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    response_ms    integer CHECK (response_ms >= 0),
    exposure_ms    integer CHECK (exposure_ms >= 0),
    server_ms      integer NOT NULL CHECK (server_ms >= 0),
    device         jsonb,
    judged_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX judged_pair_by_volunteer ON judged_pair (volunteer_id, judged_at);
CREATE INDEX judged_pair_by_time ON judged_pair (judged_at);
CREATE FUNCTION judged_pair_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f
                WHERE NOT EXISTS (SELECT FROM campaign c WHERE c.id = f.campaign_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a judged pair names a campaign that is not there'
              USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION judged_pair_known IS 'A foreign key by statement: every judged pair names a campaign that is there.';
CREATE TRIGGER judged_pair_known AFTER INSERT ON judged_pair REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION judged_pair_known();
CREATE TRIGGER judged_pair_stays BEFORE UPDATE OR DELETE ON judged_pair
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER judged_pair_keeps BEFORE TRUNCATE ON judged_pair
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE judged_pair IS 'One answer that was acknowledged: what both its judgments share.';
COMMENT ON COLUMN judged_pair.body_hash IS 'SHA-256 of what was sent: the same again is a retry, another is a conflict.';
COMMENT ON COLUMN judged_pair.exposure_ms IS 'From shown to judged, as the page measured it.';
COMMENT ON COLUMN judged_pair.server_ms IS 'From issued to received, as the server measured it.';

CREATE TABLE tally (
    day         date NOT NULL,
    media_type  text NOT NULL,
    training    boolean NOT NULL,
    pairs       bigint NOT NULL,
    PRIMARY KEY (day, media_type, training)
);
COMMENT ON TABLE tally IS 'How many pairs were judged, for the public figures: those of judged_pair before tally_end, counted once.';

CREATE TABLE tally_end (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    counted_to  timestamptz NOT NULL,
    volunteers  bigint NOT NULL
);
INSERT INTO tally_end (counted_to, volunteers) VALUES ('2000-01-01', 0);
COMMENT ON TABLE tally_end IS 'The one row says up to when tally has counted, and how many volunteers had judged by then.';

CREATE TABLE judgment (
    item_id        uuid NOT NULL,
    volunteer_id   uuid NOT NULL,
    revision       smallint NOT NULL DEFAULT 0 CHECK (revision >= 0),
    assignment_id  uuid NOT NULL,
    position       text NOT NULL CHECK (position IN ('left', 'right')),
    verdict        verdict NOT NULL,
    confidence     smallint NOT NULL CHECK (confidence BETWEEN 50 AND 100),
    tells          text[] NOT NULL DEFAULT '{}'
                   CHECK (tells <@ ARRAY['anatomy', 'style', 'function', 'physics', 'context',
                       'edges', 'motion', 'voice', 'edit', 'recognised', 'gut']),
    marks          jsonb,
    training       boolean NOT NULL,
    judged_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item_id, volunteer_id, revision)
);
CREATE INDEX judgment_by_volunteer ON judgment (volunteer_id);
CREATE FUNCTION judgment_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f
                WHERE NOT EXISTS (SELECT FROM item i WHERE i.id = f.item_id OFFSET 0)
                   OR NOT EXISTS (SELECT FROM judged_pair p
                                   WHERE p.assignment_id = f.assignment_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a judgment names what is not there'
              USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION judgment_known IS 'A foreign key by statement: every judgment names an item and a judged pair that are there.';
CREATE TRIGGER judgment_known AFTER INSERT ON judgment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION judgment_known();
CREATE TRIGGER judgment_stays BEFORE UPDATE OR DELETE ON judgment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER judgment_keeps BEFORE TRUNCATE ON judgment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE judgment IS 'One volunteer''s verdict on one item. Append-only: a revision is another row.';
COMMENT ON COLUMN judgment.revision IS '0 is the blind verdict, the only one that the model reads.';
COMMENT ON COLUMN judgment.training IS 'The item was shown to train: never counts for skill or consensus.';

CREATE TABLE score_pending (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    items       uuid[] NOT NULL,
    volunteers  uuid[] NOT NULL CHECK (cardinality(volunteers) = cardinality(items)),
    fakes       boolean[] NOT NULL CHECK (cardinality(fakes) = cardinality(items))
);
ALTER TABLE score_pending ALTER items SET STORAGE EXTERNAL, ALTER volunteers SET STORAGE EXTERNAL;
COMMENT ON TABLE score_pending IS 'Judgments that no full fit has read yet, one row a batch; written with them, folded into the next fit.';

CREATE TABLE catalogue_news (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    told_at     timestamptz NOT NULL DEFAULT now(),
    changed     uuid[] NOT NULL DEFAULT '{}',
    pairs       uuid[] NOT NULL DEFAULT '{}',
    volunteers  uuid[] NOT NULL DEFAULT '{}',
    items       uuid[] NOT NULL DEFAULT '{}',
    skipped     boolean NOT NULL DEFAULT false,
    CHECK (cardinality(volunteers) = cardinality(pairs)
           AND cardinality(items) = 2 * cardinality(pairs))
);
CREATE INDEX catalogue_news_by_xact ON catalogue_news (xact);
ALTER TABLE catalogue_news
    ALTER changed SET STORAGE EXTERNAL, ALTER pairs SET STORAGE EXTERNAL,
    ALTER volunteers SET STORAGE EXTERNAL, ALTER items SET STORAGE EXTERNAL;
COMMENT ON TABLE catalogue_news IS 'What servers must know to keep what they hold in memory true, a row a statement; kept for some minutes.';
COMMENT ON COLUMN catalogue_news.xact IS 'Who wrote it. A reader asks for all that its last snapshot could not see: numbers of rows are not in order of commit, snapshots are.';
COMMENT ON COLUMN catalogue_news.changed IS 'Items whose own row, or consensus, is another now.';
COMMENT ON COLUMN catalogue_news.pairs IS 'Assignments that were judged, or skipped; volunteers says by whom.';
COMMENT ON COLUMN catalogue_news.items IS 'The items of each pair, two by two.';

-- ---------------------------------------------------------------- what the model infers

CREATE TABLE consensus (
    item_id      uuid PRIMARY KEY REFERENCES item,
    p_fake       probability NOT NULL,
    low          probability NOT NULL,
    high         probability NOT NULL,
    judgments    integer NOT NULL CHECK (judgments >= 0),
    fake_votes   integer NOT NULL CHECK (fake_votes BETWEEN 0 AND judgments),
    alpha        double precision,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (low <= high)
);
COMMENT ON TABLE consensus IS 'Crowd posterior of each item: what the model infers from judgments, never from its truth.';
COMMENT ON COLUMN consensus.low IS 'Lower end of the 90 % credible interval of P(fake).';

CREATE FUNCTION tell_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'item' THEN
        INSERT INTO catalogue_news (changed) SELECT array_agg(id) FROM touched HAVING count(*) > 0;
    ELSE
        INSERT INTO catalogue_news (changed)
        SELECT array_agg(item_id) FROM touched HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_catalogue IS 'Notes which items a statement changed, for the servers that hold them in memory.';
CREATE TRIGGER item_new AFTER INSERT ON item REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER item_changed AFTER UPDATE ON item REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER consensus_new AFTER INSERT ON consensus REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();
CREATE TRIGGER consensus_changed AFTER UPDATE ON consensus REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION tell_catalogue();

CREATE TABLE volunteer_skill (
    volunteer_id  uuid PRIMARY KEY,
    sensitivity   probability NOT NULL,
    specificity   probability NOT NULL,
    judgments     integer NOT NULL,
    updated_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE volunteer_skill IS 'How well a volunteer tells: P(says fake | fake) and P(says real | real), by the last fit.';

CREATE TABLE agreement (
    campaign_id  uuid PRIMARY KEY REFERENCES campaign,
    alpha        double precision,
    low          double precision,
    high         double precision,
    updated_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE agreement IS 'Krippendorff''s alpha over the judgments of a campaign, with a bootstrap interval; NULL where undefined.';

-- ---------------------------------------------------------------- accounts

CREATE TABLE account (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email          text NOT NULL CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$'),
    role           text NOT NULL CHECK (role IN ('volunteer', 'researcher', 'moderator', 'admin')),
    password_hash  text NOT NULL,
    one_time       boolean NOT NULL DEFAULT true,
    state          text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_by_email ON account (email);
COMMENT ON TABLE account IS 'Those who sign in. Volunteers need none.';
COMMENT ON COLUMN account.one_time IS 'The password was made by us and must be changed before anything else.';

CREATE TABLE session (
    token_hash  bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);
COMMENT ON TABLE session IS 'Who is signed in. Only a hash of the cookie is kept.';

CREATE TABLE api_token (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_token_by_account ON api_token (account_id);
COMMENT ON TABLE api_token IS 'Bearer tokens for programs. Only a hash is kept.';

-- ---------------------------------------------------------------- disputes and rulings

CREATE TABLE dispute (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item_id    uuid NOT NULL REFERENCES item,
    reason     text NOT NULL CHECK (reason IN ('max_judgments', 'crowd_against_gold',
                   'crowd_against_provenance', 'crowd_against_ruling')),
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ruled')),
    judgments  integer NOT NULL,
    opened_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX dispute_open_once ON dispute (item_id) WHERE state = 'open';
CREATE INDEX dispute_queue ON dispute (state, opened_at, id);
COMMENT ON TABLE dispute IS 'What the crowd cannot settle, or settles against what is known.';

CREATE TABLE claim (
    dispute_id  uuid PRIMARY KEY REFERENCES dispute,
    account_id  uuid NOT NULL REFERENCES account,
    expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE claim IS 'One moderator at a time works on a dispute.';

CREATE TABLE blind_verdict (
    dispute_id  uuid NOT NULL REFERENCES dispute,
    account_id  uuid NOT NULL REFERENCES account,
    verdict     verdict NOT NULL,
    confidence  smallint NOT NULL CHECK (confidence BETWEEN 50 AND 100),
    blind       boolean NOT NULL,
    given_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dispute_id, account_id)
);
COMMENT ON COLUMN blind_verdict.blind IS 'False for who has seen evidence on this item, or on one of its lineage, in an earlier dispute.';
CREATE TRIGGER blind_verdict_stays BEFORE UPDATE OR DELETE ON blind_verdict
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE blind_verdict IS 'What a moderator said before seeing any evidence. Never changes.';

CREATE TABLE ruling (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dispute_id  uuid NOT NULL,
    item_id     uuid NOT NULL REFERENCES item,
    account_id  uuid NOT NULL,
    ruling      text NOT NULL CHECK (ruling IN ('real', 'fake', 'exclude', 'reopen')),
    reason      text NOT NULL CHECK (length(reason) BETWEEN 10 AND 2000),
    ruled_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (dispute_id),
    FOREIGN KEY (dispute_id, account_id) REFERENCES blind_verdict
);
CREATE INDEX ruling_by_item ON ruling (item_id, ruled_at);
CREATE TRIGGER ruling_stays BEFORE UPDATE OR DELETE ON ruling
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE ruling IS 'A moderator''s decision. Only who gave a blind verdict may rule; the last one of an item counts.';

CREATE VIEW standing_ruling AS
    SELECT DISTINCT ON (item_id) item_id, ruling, reason, ruled_at
      FROM ruling ORDER BY item_id, ruled_at DESC, id;
COMMENT ON VIEW standing_ruling IS 'The ruling in force of each item.';

CREATE VIEW reopened AS
    SELECT r.item_id, max(d.judgments) AS judgments
      FROM ruling r JOIN dispute d ON d.id = r.dispute_id
     WHERE r.ruling = 'reopen' GROUP BY r.item_id;
COMMENT ON VIEW reopened IS 'Items that the crowd is asked about again, and how many judgments they had before: a whole plan follows.';

CREATE FUNCTION lineage_key(lineage text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(lineage, 0);
COMMENT ON FUNCTION lineage_key IS 'A lineage or a pair key as a number, for comparing in memory; never stored.';

CREATE VIEW catalogue AS
    SELECT i.id, i.state = 'in_service' AS in_service,
           (CASE i.media_type WHEN 'image' THEN 0 WHEN 'video' THEN 1 ELSE 2 END)::smallint AS media_type,
           lineage_key(i.lineage) AS lineage, lineage_key(i.pair) AS pair, i.gold, i.training,
           i.truth = 'fake' AS fake, i.campaign_id, coalesce(c.p_fake, 0.5) AS p_fake,
           coalesce(c.judgments, 0) - coalesce(o.judgments, 0) AS judgments,
           i.rendition, i.rendition_type, i.poster, i.width, i.height, i.duration_ms, i.sensitive
      FROM item i
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN reopened o ON o.item_id = i.id;
COMMENT ON VIEW catalogue IS 'What a server must know of an item to hand it out; judgments are those since it was last reopened.';

-- ---------------------------------------------------------------- jobs and releases

CREATE TABLE job (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind         text NOT NULL CHECK (kind IN ('release')),
    subject      uuid NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    run_after    timestamptz NOT NULL DEFAULT now(),
    done         bigint NOT NULL DEFAULT 0,
    total        bigint NOT NULL DEFAULT 0,
    detail       text,
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz
);
CREATE INDEX job_by_subject ON job (subject);
CREATE INDEX job_next ON job (run_after) WHERE state IN ('waiting', 'running');
COMMENT ON TABLE job IS 'Work that follows, written in the same transaction as its cause; done at least once.';
COMMENT ON COLUMN job.run_after IS 'Not before this moment; for a running job, when its claim lapses.';

CREATE TABLE release (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    version      text NOT NULL CHECK (version ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    state        text NOT NULL DEFAULT 'writing' CHECK (state IN ('writing', 'ready', 'failed')),
    filter       jsonb NOT NULL DEFAULT '{}',
    salt         bytea NOT NULL CHECK (octet_length(salt) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    fixed_at     timestamptz,
    held_back    integer NOT NULL DEFAULT 0,
    alpha        double precision,
    alpha_low    double precision,
    alpha_high   double precision,
    summary      json,
    bytes        bigint,
    finished_at  timestamptz,
    UNIQUE (name, version),
    CHECK (state <> 'ready' OR (fixed_at IS NOT NULL AND summary IS NOT NULL
                                AND bytes IS NOT NULL AND finished_at IS NOT NULL))
);
CREATE INDEX release_newest ON release (created_at DESC, id DESC);
COMMENT ON TABLE release IS 'A versioned dataset, immutable once it is ready.';
COMMENT ON COLUMN release.filter IS 'What was asked for: campaign, media_type, min_judgments, min_confidence.';
COMMENT ON COLUMN release.salt IS 'Secret. Makes this release''s pseudonyms and file names unlike every other''s.';
COMMENT ON COLUMN release.fixed_at IS 'When its items were chosen; later judgments are not in it.';
COMMENT ON COLUMN release.held_back IS 'Items left out because they tie together items that were released in different splits.';
COMMENT ON COLUMN release.alpha IS 'Krippendorff''s alpha over the judgments in it, with a 95 % bootstrap interval; NULL where undefined.';
COMMENT ON COLUMN release.summary IS 'Its counts: items, splits, media_types.';

CREATE FUNCTION release_stays_ready() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ready' THEN
        RAISE EXCEPTION 'a release that is ready is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_stays BEFORE UPDATE OR DELETE ON release
    FOR EACH ROW EXECUTE FUNCTION release_stays_ready();

CREATE FUNCTION release_json(r release) RETURNS json
    LANGUAGE sql STABLE
    RETURN json_build_object(
        'name', r.name, 'version', r.version, 'state', r.state, 'created_at', rfc3339(r.created_at),
        'items', coalesce(r.summary->'items', '0'),
        'splits', coalesce(r.summary->'splits', '{"train": {"real": 0, "fake": 0}, "validation": {"real": 0, "fake": 0}, "test": {"real": 0, "fake": 0}}'),
        'media_types', coalesce(r.summary->'media_types', '{"image": 0, "video": 0, "audio": 0}'),
        'alpha', r.alpha, 'alpha_low', r.alpha_low, 'alpha_high', r.alpha_high,
        'bytes', coalesce(r.bytes, 0),
        'url', '/api/v1/releases/' || r.name || '/' || r.version);
COMMENT ON FUNCTION release_json IS 'A release as the HTTP interface shows it.';

CREATE TABLE release_file (
    release_id  uuid NOT NULL REFERENCES release,
    path        text NOT NULL CHECK (path !~ '(^|/)\.\.?(/|$)' AND path !~ '^/'),
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (release_id, path)
);
CREATE TRIGGER release_file_stays BEFORE UPDATE OR DELETE ON release_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE release_file IS 'The files of a release: names for bytes in the store.';

CREATE TABLE release_item (
    release_id    uuid NOT NULL REFERENCES release,
    item_id       uuid NOT NULL REFERENCES item,
    path          text NOT NULL,
    sha256        bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes         bigint NOT NULL,
    split         text NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    label         verdict NOT NULL,
    label_source  text NOT NULL CHECK (label_source IN ('crowd', 'ruling')),
    p_fake        probability,
    low           probability,
    high          probability,
    judgments     integer NOT NULL,
    ruling        text CHECK (ruling IN ('real', 'fake')),
    PRIMARY KEY (release_id, item_id),
    UNIQUE (release_id, path),
    FOREIGN KEY (release_id, path) REFERENCES release_file,
    CHECK ((label_source = 'ruling') = (ruling IS NOT NULL)),
    CHECK (label = coalesce(ruling, CASE WHEN p_fake >= 0.5 THEN 'fake' ELSE 'real' END)),
    CHECK (ruling IS NOT NULL OR p_fake IS NOT NULL)
);
CREATE TRIGGER release_item_stays BEFORE UPDATE OR DELETE ON release_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_growth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM grown g JOIN release r ON r.id = g.release_id AND r.state = 'ready') THEN
        RAISE EXCEPTION 'a release that is ready is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION refuse_growth IS 'Keeps rows from being added to a release that is ready.';
CREATE TRIGGER release_item_grows AFTER INSERT ON release_item REFERENCING NEW TABLE AS grown
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_growth();
CREATE TRIGGER release_file_grows AFTER INSERT ON release_file REFERENCING NEW TABLE AS grown
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_growth();
CREATE TRIGGER release_file_keeps BEFORE TRUNCATE ON release_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_item_keeps BEFORE TRUNCATE ON release_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_split_keeps BEFORE TRUNCATE ON item_split
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE release_item IS 'What a release says of an item: its label, where the label comes from, and the crowd posterior beside it.';
COMMENT ON COLUMN release_item.sha256 IS 'Of its file, as in release_file: reading a release must not hang on a join of two big tables whose statistics are stale.';
COMMENT ON COLUMN release_item.path IS 'Its file. The name says nothing but type, split and label.';

CREATE VIEW releasable AS
    SELECT i.id AS item_id, i.campaign_id, i.media_type,
           coalesce(r.ruling, CASE WHEN c.p_fake >= 0.5 THEN 'fake' ELSE 'real' END) AS label,
           CASE WHEN r.ruling IS NULL THEN 'crowd' ELSE 'ruling' END AS label_source,
           c.p_fake, c.low, c.high, coalesce(c.judgments, 0) AS judgments, r.ruling
      FROM item i
      JOIN campaign g ON g.id = i.campaign_id
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN standing_ruling s ON s.item_id = i.id
      LEFT JOIN LATERAL (SELECT s.ruling WHERE s.ruling IN ('real', 'fake')) r ON true
     WHERE (i.state = 'retired' AND (r.ruling IS NOT NULL OR c.p_fake IS NOT NULL)
            OR i.state = 'settled' AND r.ruling IS NOT NULL)
       AND s.ruling IS DISTINCT FROM 'exclude'
       AND (g.state = 'closed' OR NOT (i.training OR i.gold AND i.state <> 'settled'))
       AND NOT EXISTS (SELECT FROM dispute d WHERE d.item_id = i.id AND d.state = 'open');
COMMENT ON VIEW releasable IS 'Items that a release may hold, and their labels: the ruling if there is one, else the crowd''s. Truth has no say. Gold that was ruled on is out of service, and may be released.';

CREATE FUNCTION pseudonym(salt bytea, kind bytea, who bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(encode(sha256(salt || kind || '\x00'::bytea || who), 'hex'), 20);
COMMENT ON FUNCTION pseudonym IS 'A name that means nothing outside the release whose salt made it.';
