-- What is taken down leaves releases: why, which bytes, and revisions of releases without them.

CREATE TABLE withdrawal (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id       uuid NOT NULL UNIQUE REFERENCES item,
    reason_class  text NOT NULL CHECK (reason_class IN ('rights', 'consent', 'privacy', 'illegal', 'mistake', 'other')),
    withdrawn_at  timestamptz NOT NULL DEFAULT now(),
    by            text NOT NULL CHECK (by <> '')
);
COMMENT ON TABLE withdrawal IS 'Items that were taken down, which everybody may learn. Append-only, and written one after the other: rows are seen in the order of seq.';
COMMENT ON COLUMN withdrawal.seq IS 'Its place in what clients follow.';
COMMENT ON COLUMN withdrawal.reason_class IS 'On what ground. The words of the reason are in item_change, and not published.';
COMMENT ON COLUMN withdrawal.by IS 'As item_change.who. Not published.';
CREATE TRIGGER withdrawal_stays BEFORE UPDATE OR DELETE ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawal_keeps BEFORE TRUNCATE ON withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE withdrawn_medium (
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    item_id  uuid NOT NULL REFERENCES withdrawal (item_id),
    PRIMARY KEY (digest, item_id)
);
COMMENT ON TABLE withdrawn_medium IS 'The bytes of items that were taken down: all renditions that they ever had. No release gives them out, whichever item they stand for.';
CREATE TRIGGER withdrawn_medium_stays BEFORE UPDATE OR DELETE ON withdrawn_medium
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawn_medium_keeps BEFORE TRUNCATE ON withdrawn_medium
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX release_item_by_digest ON release_item (sha256);
COMMENT ON INDEX release_item_by_digest IS 'In which releases bytes lie that were taken down.';
CREATE VIEW release_withdrawn AS
    SELECT r.release_id, r.item_id, r.path, r.sha256, w.seq, w.item_id AS withdrawn_item, w.reason_class, w.withdrawn_at
      FROM withdrawn_medium m
      JOIN release_item r ON r.sha256 = m.digest
      JOIN withdrawal w ON w.item_id = m.item_id;
COMMENT ON VIEW release_withdrawn IS 'What of releases was taken down: the item itself, or another one that has its bytes.';

ALTER TABLE release
    ADD COLUMN revises  uuid REFERENCES release,
    ADD COLUMN revision integer CHECK (revision > 0),
    ADD CONSTRAINT release_revision CHECK ((revises IS NULL) = (revision IS NULL)),
    DROP CONSTRAINT release_version_check,
    ADD CONSTRAINT release_version_check CHECK (version ~ '^[a-z0-9][a-z0-9._-]{0,62}(\+r[0-9]+)?$'
                                                AND (position('+r' IN version) > 0) = (revises IS NOT NULL));
COMMENT ON COLUMN release.revises IS 'The release that was asked for, of which this one is what is left. NULL: it was asked for itself.';
COMMENT ON COLUMN release.revision IS 'The N of its version, which ends with +rN.';
CREATE UNIQUE INDEX release_revision_once ON release (revises, revision) WHERE revises IS NOT NULL AND state <> 'failed';

CREATE FUNCTION newest_revision(r release) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT n.version FROM release n
     WHERE n.revises = coalesce(r.revises, r.id) AND n.state = 'ready' AND n.revision > coalesce(r.revision, 0)
       AND NOT EXISTS (SELECT FROM release_withdrawn w WHERE w.release_id = n.id)
     ORDER BY n.revision DESC LIMIT 1
$$;
COMMENT ON FUNCTION newest_revision IS 'The newest revision to use in place of a release; NULL: there is none of which nothing was taken down.';

-- What a revision holds was released before: its items may be in service as anything by now.
CREATE OR REPLACE FUNCTION release_item_spent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    campaigns uuid[];
    campaign record;
BEGIN
    IF NOT EXISTS (SELECT FROM taken t JOIN release e ON e.id = t.release_id
                    WHERE e.revises IS NULL
                       OR NOT EXISTS (SELECT FROM release_item f
                                       WHERE f.release_id = e.revises AND f.item_id = t.item_id
                                         AND (f.path, f.sha256, f.split, f.label, f.label_source)
                                             = (t.path, t.sha256, t.split, t.label, t.label_source))) THEN
        RETURN NULL;
    END IF;
    campaigns := ARRAY(SELECT DISTINCT i.campaign_id FROM taken t JOIN item i ON i.id = t.item_id
                        WHERE i.training OR i.gold AND i.state <> 'settled');
    FOR campaign IN
        SELECT name, state FROM campaign WHERE id = ANY (campaigns) ORDER BY id FOR SHARE
    LOOP
        IF campaign.state <> 'closed' THEN
            RAISE EXCEPTION 'gold of %, which is open, cannot be released', campaign.name
                  USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM taken t JOIN item i ON i.id = t.item_id
                WHERE t.label_source = 'truth'
                  AND (t.label IS DISTINCT FROM i.truth OR NOT (i.gold OR i.training))) THEN
        RAISE EXCEPTION 'a label is not the truth that it is said to be'
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION release_item_spent IS 'Keeps gold and training items of open campaigns out of releases; and a label that is said to be the truth is. A revision holds what its release held.';

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('revise', 1, 5, false, NULL);
