-- A release is made from one snapshot.

CREATE TABLE release_draft (
    release_id  uuid NOT NULL REFERENCES release,
    item_id     uuid NOT NULL REFERENCES item,
    item        jsonb NOT NULL,
    volunteers  uuid[] NOT NULL,
    PRIMARY KEY (release_id, item_id)
);
COMMENT ON TABLE release_draft IS 'What a release that is being made is made from, as it was when its items were chosen: its tables are written later, while judgments arrive and items are corrected. Gone once it is ready. Locked by whoever chooses the items of a release.';
COMMENT ON COLUMN release_draft.item IS 'The row of item.';
COMMENT ON COLUMN release_draft.volunteers IS 'Whose judgments on the item belong to the release: as many as release_item counts.';

ALTER TABLE release ADD COLUMN contradicting integer NOT NULL DEFAULT 0 CHECK (contradicting >= 0);
COMMENT ON COLUMN release.contradicting IS 'Items left out because their very bytes have the other label too.';

-- A release that failed keeps its row, for its job, and not its version.
ALTER TABLE release DROP CONSTRAINT release_name_version_key;
CREATE UNIQUE INDEX release_version_once ON release (name, version) WHERE state <> 'failed';
COMMENT ON INDEX release_version_once IS 'A version is made once. One that failed has freed its version.';
COMMENT ON COLUMN release.state IS 'writing: its job makes it. ready: immutable. failed: given up, shown to nobody; its job says why.';

-- A job that failed used to be noted before its release was.
UPDATE release e SET state = 'failed'
 WHERE state = 'writing'
   AND EXISTS (SELECT FROM job j WHERE j.subject = e.id AND j.state = 'failed');

-- Releases that an earlier version has begun.
INSERT INTO release_draft (release_id, item_id, item, volunteers)
SELECT r.release_id, r.item_id, to_jsonb(i),
       ARRAY(SELECT j.volunteer_id FROM judgment j
              WHERE j.item_id = r.item_id AND j.revision = 0 AND NOT j.training
              ORDER BY j.judged_at, j.volunteer_id LIMIT r.judgments)
  FROM release e
  JOIN release_item r ON r.release_id = e.id
  JOIN item i ON i.id = r.item_id
 WHERE e.state = 'writing';

COMMENT ON COLUMN release.fixed_at IS 'When its items and judgments were chosen; later ones are not in it.';
COMMENT ON COLUMN release_item.judgments IS 'How many judgments on it the model had; these are the ones that the release holds.';
