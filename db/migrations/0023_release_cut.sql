-- A release is copied out of one snapshot, and written afterwards, in small transactions; what is counted of a
-- volunteer is read from indexes.
-- Programs of before would take a release whose items are chosen for one whose rows are there.

ALTER TABLE release_draft
    ADD COLUMN split         text CHECK (split IN ('train', 'validation', 'test')),
    ADD COLUMN label         verdict,
    ADD COLUMN label_source  text,
    ADD COLUMN p_fake        probability,
    ADD COLUMN low           probability,
    ADD COLUMN high          probability,
    ADD COLUMN ruling        text,
    ADD COLUMN path          text,
    ADD COLUMN sha256        bytea,
    ADD COLUMN bytes         bigint,
    ADD CONSTRAINT release_draft_whole CHECK (num_nonnulls(split, label, label_source, path, sha256, bytes) IN (0, 6));
COMMENT ON COLUMN release_draft.split IS 'This and what follows becomes a row of release_item and one of release_file. NULL: these rows were written with it, by a program of before.';
COMMENT ON TABLE release_draft IS 'What a release that is being made is made from, as it was in the snapshot that its items were chosen from: all else is written later, while judgments arrive and items are corrected. Dropped by the next try unless the release is fixed; gone once it is ready.';
COMMENT ON COLUMN release.fixed_at IS 'The moment of the snapshot that its items and judgments were chosen from; later ones are not in it.';

CREATE INDEX judged_pair_training ON judged_pair (volunteer_id) WHERE kind = 'training';
COMMENT ON INDEX judged_pair_training IS 'Pairs of training, some few of each volunteer: they are counted whenever somebody arrives.';
CREATE INDEX judgment_training ON judgment (volunteer_id) WHERE training;
COMMENT ON INDEX judgment_training IS 'As judged_pair_training, for what was said.';
