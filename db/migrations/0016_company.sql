-- The last item of a campaign is shown beside one that has retired, and what is said of that one does not count.
-- Programs of before would count it, so none of them may run on this.

ALTER TABLE judgment ADD COLUMN counts boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN judgment.counts IS 'False: the item had retired and was shown to keep another company. No model, consensus or release reads it.';

ALTER TABLE lease ADD COLUMN company text CHECK (company IN ('left', 'right'));
COMMENT ON COLUMN lease.company IS 'The side on which a retired item keeps the other company: what is said of it does not count. NULL: both count.';

CREATE OR REPLACE VIEW counted_judgment AS
    SELECT j.item_id, j.volunteer_id, j.assignment_id, j.position, j.verdict, j.confidence, j.tells, j.marks,
           j.judged_at, j.version
      FROM judgment j
     WHERE j.revision = 0 AND NOT j.training AND j.counts
       AND NOT EXISTS (SELECT FROM item i
                        WHERE i.id = j.item_id AND i.judged_from > 1 AND i.judged_from > j.version);
COMMENT ON VIEW counted_judgment IS 'The judgments that count, for the model and for releases: blind verdicts, but for training and company, on a version of the item that has not been replaced by one that differs in more than looks.';

CREATE OR REPLACE VIEW catalogue AS
    SELECT i.id, i.state = 'in_service' AS in_service,
           (CASE i.media_type WHEN 'image' THEN 0 WHEN 'video' THEN 1 ELSE 2 END)::smallint AS media_type,
           lineage_key(i.lineage) AS lineage, lineage_key(i.pair) AS pair, i.gold, i.training,
           i.truth = 'fake' AS fake, i.campaign_id, coalesce(c.p_fake, 0.5) AS p_fake,
           coalesce(c.judgments, 0) - coalesce(o.judgments, 0) AS judgments,
           i.rendition, i.rendition_type, i.poster, i.width, i.height, i.duration_ms, i.sensitive,
           i.version, i.judged_from, i.state = 'retired' AS retired
      FROM item i
      LEFT JOIN consensus c ON c.item_id = i.id
      LEFT JOIN reopened o ON o.item_id = i.id;

ALTER TABLE dispute
    DROP CONSTRAINT dispute_reason_check,
    ADD CONSTRAINT dispute_reason_check CHECK (reason IN ('max_judgments', 'crowd_not_trusted', 'no_partner',
        'crowd_against_gold', 'crowd_against_provenance', 'crowd_against_ruling'));
COMMENT ON COLUMN dispute.reason IS 'max_judgments: the plan is spent and the crowd split. crowd_not_trusted: the plan is spent, and the crowd agrees but is not trusted to settle. no_partner: no other item of its campaign and medium can be shown beside it. The others: it is against what is known.';
