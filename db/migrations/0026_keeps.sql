-- What was said and decided cannot be emptied away, and a release has one way to become ready.
-- oldest program: 0016

CREATE TRIGGER ruling_keeps BEFORE TRUNCATE ON ruling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER blind_verdict_keeps BEFORE TRUNCATE ON blind_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_copy_keeps BEFORE TRUNCATE ON item_copy
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_keeps BEFORE TRUNCATE ON release
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

CREATE OR REPLACE FUNCTION release_stays_ready() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ready' THEN
        RAISE EXCEPTION 'a release that is ready is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'release keeps its rows, under their ids' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION release_stays_ready IS 'A release that is ready never changes, and no release goes: its job names it. One that is given up has failed.';
CREATE TRIGGER release_same BEFORE UPDATE OF id ON release
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION refuse_removal();

CREATE FUNCTION release_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a release begins as one that is being written' USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION release_begins IS 'A release that came as ready would have forgotten no salt, and nobody would have written it.';
CREATE TRIGGER release_begins BEFORE INSERT ON release
    FOR EACH ROW WHEN (NEW.state <> 'writing') EXECUTE FUNCTION release_begins();
