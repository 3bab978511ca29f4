-- The evidence board: who may see evidence, links to fact-checks, and what each account wants its page to spare it.
-- oldest program: 0060

CREATE FUNCTION sees_evidence(dispute uuid, account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM blind_verdict b WHERE b.dispute_id = $1 AND b.account_id = $2)
        OR EXISTS (SELECT FROM dispute d JOIN item i ON i.id = d.item_id
                    WHERE d.id = $1 AND d.state = 'ruled' AND NOT EXISTS (
                          SELECT FROM item k JOIN dispute o ON o.item_id = k.id AND o.state = 'open'
                           WHERE k.lineage = i.lineage
                             AND NOT EXISTS (SELECT FROM blind_verdict v
                                              WHERE v.dispute_id = o.id AND v.account_id = $2)))
$$;
COMMENT ON FUNCTION sees_evidence IS 'Whether a moderator may see the evidence of a dispute: after their own blind verdict, or when it is ruled, unless a dispute on its lineage still waits for a blind verdict of theirs.';

-- ---------------------------------------------------------------- fact-checks

CREATE TABLE fact_check (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    item_id     uuid NOT NULL REFERENCES item,
    title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    publisher   text NOT NULL CHECK (length(publisher) BETWEEN 1 AND 200),
    address     text NOT NULL CHECK (address ~ '^https://[^[:space:]]+$' AND length(address) <= 2000),
    published   date NOT NULL CHECK (published >= '1990-01-01'),
    verdict     text NOT NULL CHECK (length(verdict) BETWEEN 1 AND 100),
    added_by    uuid NOT NULL REFERENCES account,
    added_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    removed_by  uuid REFERENCES account,
    removed_at  timestamptz,
    CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE UNIQUE INDEX fact_check_once ON fact_check (item_id, address) WHERE removed_at IS NULL;
CREATE INDEX fact_check_by_item ON fact_check (item_id, added_at);
COMMENT ON TABLE fact_check IS 'What others have published about an item, typed in by a moderator: context, never a label. Releases hold those that stood when their items were fixed. A row stays when its link is removed, so that a release of before can be told.';
COMMENT ON COLUMN fact_check.verdict IS 'In the words of its publisher.';
COMMENT ON COLUMN fact_check.published IS 'The day on which it was published.';
CREATE FUNCTION fact_check_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['removed_by', 'removed_at'] <> to_jsonb(NEW) - ARRAY['removed_by', 'removed_at']
       OR OLD.removed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a fact-check stays as it was typed in; it is removed once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION fact_check_changes IS 'Of a fact-check only this may change: that it is removed.';
CREATE TRIGGER fact_check_changes BEFORE UPDATE ON fact_check
    FOR EACH ROW EXECUTE FUNCTION fact_check_changes();
CREATE TRIGGER fact_check_stays BEFORE DELETE ON fact_check
    FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER fact_check_keeps BEFORE TRUNCATE ON fact_check
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER act_fact_check AFTER INSERT ON fact_check
    FOR EACH ROW EXECUTE FUNCTION note_act('fact_check_added', 'item', 'item_id', 'id title publisher address published verdict', '', 'added_by');
CREATE TRIGGER act_fact_check_gone AFTER UPDATE OF removed_at ON fact_check
    FOR EACH ROW EXECUTE FUNCTION note_act('fact_check_removed', 'item', 'item_id', 'removed_at', '', 'removed_by');

-- ---------------------------------------------------------------- what a page spares an account

CREATE TABLE account_setting (
    account_id       uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    cover_sensitive  boolean NOT NULL DEFAULT true,
    start_sound      boolean NOT NULL DEFAULT false,
    break_after      smallint NOT NULL DEFAULT 20 CHECK (break_after BETWEEN 0 AND 500),
    break_at         timestamptz
);
CREATE INDEX blind_verdict_by_time ON blind_verdict (account_id, given_at);
CREATE INDEX evidence_seen_by_time ON evidence_seen (account_id, seen_at);
COMMENT ON TABLE account_setting IS 'How an account wants the moderators'' page to behave, wherever they sign in. No row: the defaults.';
COMMENT ON COLUMN account_setting.cover_sensitive IS 'Sensitive media are blurred and grey until asked for.';
COMMENT ON COLUMN account_setting.start_sound IS 'Media that have sound play it at once.';
COMMENT ON COLUMN account_setting.break_after IS 'After so many sensitive items in eight hours the page suggests a break. 0: never.';
COMMENT ON COLUMN account_setting.break_at IS 'When they said last that they take a break; what they saw before does not count.';
