-- What separates real from fake media beside their content: measured renditions, and the table of each campaign.
-- oldest program: 0034

CREATE TABLE rendition_trait (
    rendition    bytea PRIMARY KEY CHECK (octet_length(rendition) = 32),
    recipe       smallint NOT NULL CHECK (recipe > 0),
    traits       double precision[] NOT NULL CHECK (cardinality(traits) BETWEEN 1 AND 100),
    measured_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rendition_trait IS 'What renditions tell beside their content, by the bytes that volunteers were served. All of it can be measured anew.';
COMMENT ON COLUMN rendition_trait.recipe IS 'Which traits, in which order: server/media/traits.h.';
COMMENT ON COLUMN rendition_trait.traits IS 'NaN: media of this type have no such trait.';

CREATE TABLE leak_table (
    campaign_id  uuid NOT NULL REFERENCES campaign,
    media_type   text NOT NULL CHECK (media_type IN ('image', 'video', 'audio')),
    fakes        integer NOT NULL CHECK (fakes >= 0),
    reals        integer NOT NULL CHECK (reals >= 0),
    lineages     integer NOT NULL CHECK (lineages >= 0),
    by_truth     integer NOT NULL CHECK (by_truth >= 0),
    by_ruling    integer NOT NULL CHECK (by_ruling >= 0),
    by_crowd     integer NOT NULL CHECK (by_crowd >= 0),
    unmeasured   integer NOT NULL CHECK (unmeasured >= 0),
    measured_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, media_type),
    CHECK (by_truth + by_ruling + by_crowd = fakes + reals)
);
COMMENT ON TABLE leak_table IS 'On which items of a campaign the newest leak table rests. Counts alone: it says of no item what it is.';
COMMENT ON COLUMN leak_table.by_truth IS 'Of these items, those whose truth the source states; by_ruling: a moderator decided; by_crowd: the crowd''s label, retired.';
COMMENT ON COLUMN leak_table.unmeasured IS 'Items that were to be measured and could not be read; they are in no other count.';

CREATE TABLE leak_figure (
    campaign_id  uuid NOT NULL,
    media_type   text NOT NULL,
    trait        text NOT NULL,
    auc          probability NOT NULL,
    low          probability NOT NULL,
    high         probability NOT NULL,
    served       boolean NOT NULL,
    PRIMARY KEY (campaign_id, media_type, trait),
    FOREIGN KEY (campaign_id, media_type) REFERENCES leak_table ON DELETE CASCADE,
    CHECK (low <= high)
);
COMMENT ON TABLE leak_figure IS 'How well each trait alone, and all together, tell fakes from real media: the area under the ROC curve with its 95 % interval. Above 0.5 fakes have more of it, below less.';
COMMENT ON COLUMN leak_figure.served IS 'Volunteers are handed it. Else it is told for the operator, and warns of nothing.';

CREATE TABLE leak_turn (
    campaign_id  uuid PRIMARY KEY REFERENCES campaign,
    counts       text NOT NULL,
    took_ms      bigint NOT NULL CHECK (took_ms >= 0),
    made_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE leak_turn IS 'When a worker last made a leak table of a campaign by itself.';
COMMENT ON COLUMN leak_turn.counts IS 'How many items stood in which state: another text asks for another table.';

INSERT INTO job_kind (name, priority, failures, goes_on, every) VALUES ('leaks', 1, NULL, false, interval '1 minute');
INSERT INTO job (kind) VALUES ('leaks');
