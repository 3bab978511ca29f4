-- A new recipe for media makes new renditions of items that are there: versions of an item, which
-- of them each judgment was made on, and from which one on judgments count.

-- ---------------------------------------------------------------- items

ALTER TABLE item
    ADD COLUMN recipe      smallint NOT NULL DEFAULT 1 CHECK (recipe > 0),
    ADD COLUMN version     smallint NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN judged_from smallint NOT NULL DEFAULT 1 CHECK (judged_from > 0),
    ADD CONSTRAINT item_judged_from_check1 CHECK (judged_from <= version);
CREATE INDEX item_by_recipe ON item (recipe);
CREATE INDEX item_judged_anew ON item (id) WHERE judged_from > 1;
COMMENT ON COLUMN item.rendition IS 'The normalised file that volunteers see and releases hold: that of the current version.';
COMMENT ON COLUMN item.recipe IS 'The newest recipe for media known to make this rendition of the original.';
COMMENT ON COLUMN item.version IS 'Which rendition this is, from 1. Every one stands in item_version.';
COMMENT ON COLUMN item.judged_from IS 'The first version whose judgments count.';

CREATE TABLE item_version (
    item_id          uuid NOT NULL REFERENCES item,
    version          smallint NOT NULL CHECK (version > 0),
    recipe           smallint NOT NULL CHECK (recipe > 0),
    rendition        bytea NOT NULL CHECK (octet_length(rendition) = 32),
    rendition_bytes  bigint NOT NULL CHECK (rendition_bytes > 0),
    rendition_type   text NOT NULL,
    poster           bytea CHECK (octet_length(poster) = 32),
    thumbnail        bytea CHECK (octet_length(thumbnail) = 32),
    width            integer CHECK (width > 0),
    height           integer CHECK (height > 0),
    duration_ms      integer CHECK (duration_ms > 0),
    harmless         boolean NOT NULL,
    made_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item_id, version)
);
CREATE INDEX item_version_by_rendition ON item_version (rendition);
COMMENT ON TABLE item_version IS 'Every rendition that an item ever had. With judgment.version it names the file that a volunteer saw. Append-only.';
COMMENT ON COLUMN item_version.recipe IS 'The recipe that made it first; a later one that makes the same bytes is no version.';
COMMENT ON COLUMN item_version.harmless IS 'The change was declared harmless: judgments of the version before count on.';

INSERT INTO item_version (item_id, version, recipe, rendition, rendition_bytes, rendition_type, poster,
                          thumbnail, width, height, duration_ms, harmless, made_at)
SELECT id, version, recipe, rendition, rendition_bytes, rendition_type, poster, thumbnail, width, height,
       duration_ms, true, created_at
  FROM item;

CREATE TRIGGER item_version_stays BEFORE UPDATE OR DELETE ON item_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_version_keeps BEFORE TRUNCATE ON item_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION note_item_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO item_version (item_id, version, recipe, rendition, rendition_bytes, rendition_type, poster,
                              thumbnail, width, height, duration_ms, harmless)
    VALUES (NEW.id, NEW.version, NEW.recipe, NEW.rendition, NEW.rendition_bytes, NEW.rendition_type,
            NEW.poster, NEW.thumbnail, NEW.width, NEW.height, NEW.duration_ms, NEW.judged_from < NEW.version
            OR NEW.version = 1);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_item_version IS 'Writes the row of item_version for an item that is new or has a new version, whoever makes it.';
CREATE TRIGGER item_version_first AFTER INSERT ON item
    FOR EACH ROW EXECUTE FUNCTION note_item_version();
CREATE TRIGGER item_version_next AFTER UPDATE OF version ON item
    FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION note_item_version();

-- ---------------------------------------------------------------- judgments

ALTER TABLE judgment ADD COLUMN version smallint NOT NULL DEFAULT 1 CHECK (version > 0);
COMMENT ON COLUMN judgment.version IS 'The version of the item that the volunteer saw; item_version names its file. From the sealed token, which no volunteer can change, so no judgment is looked up for it.';

-- Few items were ever judged anew, and an index holds them alone: nearly every judgment passes
-- without a look at its item.
CREATE VIEW counted_judgment AS
    SELECT j.item_id, j.volunteer_id, j.assignment_id, j.position, j.verdict, j.confidence, j.tells, j.marks,
           j.judged_at, j.version
      FROM judgment j
     WHERE j.revision = 0 AND NOT j.training
       AND NOT EXISTS (SELECT FROM item i
                        WHERE i.id = j.item_id AND i.judged_from > 1 AND i.judged_from > j.version);
COMMENT ON VIEW counted_judgment IS 'The judgments that count, for the model and for releases: blind verdicts, training excepted, on a version of the item that has not been replaced by one that differs in more than looks.';

ALTER TABLE score_pending
    ADD COLUMN versions smallint[] NOT NULL DEFAULT '{}'
        CHECK (cardinality(versions) IN (0, cardinality(items))),
    ALTER versions SET STORAGE EXTERNAL;
COMMENT ON COLUMN score_pending.versions IS 'Which version of each item was judged; empty: the first of all.';

-- ---------------------------------------------------------------- what follows from a new version

ALTER TABLE consensus ADD COLUMN judged_from smallint NOT NULL DEFAULT 1 CHECK (judged_from > 0);
COMMENT ON COLUMN consensus.judged_from IS 'As item.judged_from, when it was inferred: what is inferred from judgments that counted before must not take the place of what is inferred without them.';

CREATE OR REPLACE VIEW reopened AS
    SELECT r.item_id, max(d.judgments) AS judgments
      FROM ruling r
      JOIN dispute d ON d.id = r.dispute_id
     WHERE r.ruling = 'reopen'
       AND NOT EXISTS (SELECT FROM item i JOIN item_version v ON v.item_id = i.id AND v.version = i.judged_from
                        WHERE i.id = r.item_id AND i.judged_from > 1 AND v.made_at > d.opened_at)
     GROUP BY r.item_id;
COMMENT ON VIEW reopened IS 'Items that the crowd is asked about again, and how many judgments they had before: a whole plan follows. Judgments that no longer count were none.';

CREATE OR REPLACE VIEW catalogue AS
    SELECT i.id, i.state = 'in_service' AS in_service,
           (CASE i.media_type WHEN 'image' THEN 0 WHEN 'video' THEN 1 ELSE 2 END)::smallint AS media_type,
           lineage_key(i.lineage) AS lineage, lineage_key(i.pair) AS pair, i.gold, i.training,
           i.truth = 'fake' AS fake, i.campaign_id, coalesce(c.p_fake, 0.5) AS p_fake,
           coalesce(c.judgments, 0) - coalesce(o.judgments, 0) AS judgments,
           i.rendition, i.rendition_type, i.poster, i.width, i.height, i.duration_ms, i.sensitive,
           i.version, i.judged_from
      FROM item i
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN reopened o ON o.item_id = i.id;

-- ---------------------------------------------------------------- the job

CREATE TABLE rendering (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign_id  uuid REFERENCES campaign,
    recipe       smallint NOT NULL CHECK (recipe > 0),
    harmless     boolean NOT NULL,
    changed      bigint NOT NULL DEFAULT 0,
    same         bigint NOT NULL DEFAULT 0,
    unreadable   bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rendering IS 'An order to make the renditions of existing items anew by a newer recipe; its job does the work.';
COMMENT ON COLUMN rendering.campaign_id IS 'NULL: the items of all campaigns.';
COMMENT ON COLUMN rendering.harmless IS 'Judgments on items whose rendition changes count on.';
COMMENT ON COLUMN rendering.changed IS 'Items that got a new version.';
COMMENT ON COLUMN rendering.same IS 'Items whose rendition came out the same.';
COMMENT ON COLUMN rendering.unreadable IS 'Items that stay as they were, because the new recipe cannot read the original; of the last run of the job.';

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('release', 'render'));
CREATE UNIQUE INDEX job_render_once ON job (kind) WHERE kind = 'render' AND state IN ('waiting', 'running');
COMMENT ON COLUMN job.subject IS 'The release to make, or the rendering to do.';
