-- An assignment has one answer: it is judged or skipped, never both. Each of the two statements
-- looked into the other's table, but two that run at once do not see each other's rows. So the
-- triggers look again when the rows are there, one after the other: who skips waits for all who
-- judge at that moment, and they for it.

CREATE FUNCTION one_answer_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 499967689578;
COMMENT ON FUNCTION one_answer_lock IS 'The advisory lock that orders skips and judgments: shared by judgments, exclusive for a skip. Taken last in a statement, after all locks of rows, so that it is part of no circle.';

CREATE OR REPLACE FUNCTION skipped_pair_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f
                WHERE NOT EXISTS (SELECT FROM campaign c WHERE c.id = f.campaign_id OFFSET 0)
                   OR NOT EXISTS (SELECT FROM item i WHERE i.id = f.left_item OFFSET 0)
                   OR NOT EXISTS (SELECT FROM item i WHERE i.id = f.right_item OFFSET 0)) THEN
        RAISE EXCEPTION 'a skipped pair names what is not there'
              USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(one_answer_lock());
    -- A new snapshot: it sees who committed while we waited.
    IF EXISTS (SELECT FROM fresh f
                WHERE EXISTS (SELECT FROM judged_pair p
                               WHERE p.assignment_id = f.assignment_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a pair that was judged cannot be skipped'
              USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION skipped_pair_known IS 'Keys by statement: every skipped pair names a campaign and two items that are there, and was not judged.';

CREATE OR REPLACE FUNCTION judged_pair_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f
                WHERE NOT EXISTS (SELECT FROM campaign c WHERE c.id = f.campaign_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a judged pair names a campaign that is not there'
              USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(one_answer_lock());
    IF EXISTS (SELECT FROM fresh f
                WHERE EXISTS (SELECT FROM skipped_pair s
                               WHERE s.assignment_id = f.assignment_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a pair that was skipped cannot be judged'
              USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION judged_pair_known IS 'Keys by statement: every judged pair names a campaign that is there, and was not skipped.';
