-- A released label says by which rule the crowd's word was taken.
-- oldest program: 0034

ALTER TABLE release_draft ADD COLUMN decided_by text
    CHECK (decided_by IN ('full', 'no_gold', 'one_network', 'no_gold_one_network'));
COMMENT ON COLUMN release_draft.decided_by IS 'consensus.decided_by in the snapshot, of labels that are the crowd''s.';
ALTER TABLE release_item ADD COLUMN decided_by text
    CHECK (decided_by IN ('full', 'no_gold', 'one_network', 'no_gold_one_network')),
    ADD CONSTRAINT release_item_decided CHECK (decided_by IS NULL OR label_source = 'crowd');
COMMENT ON COLUMN release_item.decided_by IS 'By which rule the crowd''s label was decided; NULL: it is no label of the crowd, or was decided before there were such rules.';
