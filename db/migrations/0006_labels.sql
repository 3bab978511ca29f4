-- Disputes that the crowd settles after all, and what a full fit changed.

ALTER TABLE dispute
    ADD COLUMN begun_at timestamptz,
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_p_fake probability,
    ADD COLUMN closed_judgments integer,
    DROP CONSTRAINT dispute_state_check;

UPDATE dispute d
   SET begun_at = (SELECT min(b.given_at) FROM blind_verdict b WHERE b.dispute_id = d.id),
       closed_at = (SELECT r.ruled_at FROM ruling r WHERE r.dispute_id = d.id);

ALTER TABLE dispute
    ADD CONSTRAINT dispute_state_check CHECK (state IN ('open', 'ruled', 'withdrawn')),
    ADD CONSTRAINT dispute_withdrawn_check CHECK (state <> 'withdrawn' OR closed_at IS NOT NULL),
    ADD CONSTRAINT dispute_settled_check CHECK (closed_p_fake IS NULL OR
        (state = 'withdrawn' AND begun_at IS NULL AND closed_judgments IS NOT NULL));
COMMENT ON COLUMN dispute.state IS 'open: waits for a moderator. ruled: a moderator closed it, with a ruling. withdrawn: the crowd closed it, because later fits settled the item or no longer contradict what is known (then closed_p_fake says so), or its item was withdrawn.';
COMMENT ON COLUMN dispute.begun_at IS 'When the first blind verdict was given. From then on only a ruling closes the dispute.';
COMMENT ON COLUMN dispute.closed_at IS 'When it was ruled or withdrawn.';
COMMENT ON COLUMN dispute.closed_p_fake IS 'Of a withdrawn dispute: the crowd posterior that closed it.';
COMMENT ON COLUMN dispute.closed_judgments IS 'Of a withdrawn dispute: how many judgments that posterior rests on.';

CREATE TABLE last_fit (
    one          boolean PRIMARY KEY DEFAULT true CHECK (one),
    fitted_at    timestamptz NOT NULL DEFAULT now(),
    judgments    bigint NOT NULL CHECK (judgments >= 0),
    items        integer NOT NULL CHECK (items >= 0),
    moved        integer NOT NULL CHECK (moved >= 0),
    retired      integer NOT NULL CHECK (retired >= 0),
    reopened     integer NOT NULL CHECK (reopened >= 0),
    held         integer NOT NULL CHECK (held >= 0),
    disputed     integer NOT NULL CHECK (disputed >= 0),
    withdrawn    integer NOT NULL CHECK (withdrawn >= 0),
    gold         integer NOT NULL CHECK (gold >= 0),
    weight       probability NOT NULL,
    slope        double precision NOT NULL,
    fits         bigint NOT NULL DEFAULT 1,
    retired_all  bigint NOT NULL,
    reopened_all bigint NOT NULL,
    disputed_all bigint NOT NULL,
    withdrawn_all bigint NOT NULL
);
COMMENT ON TABLE last_fit IS 'What the last full fit changed and on what calibration, one row; and sums over all fits. What single judgments changed between two fits is not in it.';
COMMENT ON COLUMN last_fit.moved IS 'Posteriors that changed by .01 or more.';
COMMENT ON COLUMN last_fit.reopened IS 'Retired items of which the crowd is clearly less sure now: asked about again, or disputed when their plan is spent.';
COMMENT ON COLUMN last_fit.held IS 'Retired items that have faded likewise, but stay retired for now: one fit unsettles few.';
COMMENT ON COLUMN last_fit.disputed IS 'Disputes opened, those of faded items among them.';
COMMENT ON COLUMN last_fit.withdrawn IS 'Disputes that the crowd closed.';
COMMENT ON COLUMN last_fit.gold IS 'Gold items with judgments, on which the fit was calibrated.';
COMMENT ON COLUMN last_fit.weight IS 'Of calibration: 0 is none, and caution alone holds beliefs off certainty.';
COMMENT ON COLUMN last_fit.slope IS 'What calibration makes of one more unit of log odds, far out; below 1 the crowd is too sure.';

COMMENT ON COLUMN consensus.low IS 'Lower end of the interval in which p_fake would lie, in 90 %, if the skills of the volunteers were known. No rule looks at it.';

COMMENT ON COLUMN campaign.threshold IS 'An item retires when P(fake) passes this, or one minus this. Without gold, caution holds beliefs within .015 and .985, so above .985 nothing retires until gold calibrates the model.';
COMMENT ON COLUMN campaign.random_share IS 'The share of places, of those that are not gold, whose item is drawn uniformly from what is open and unseen. Beside a first item so drawn stands another, or gold; a pair of two such items is of kind random.';
COMMENT ON COLUMN lease.kind IS 'Why this pair: to train, to measure (gold: at least one item is), at random (both items, from those open then), or for the information in it.';
COMMENT ON COLUMN campaign.policy IS 'The version of the rules for assignment and feedback, stored with every judged pair. From 2 on, both items of a random pair are drawn uniformly; before, the first one.';

ALTER TABLE campaign ALTER policy SET DEFAULT 2;
UPDATE campaign SET policy = 2 WHERE policy = 1;
