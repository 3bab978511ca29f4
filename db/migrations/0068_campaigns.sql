-- Campaigns that admins make, change, pause and watch while they run.

ALTER TABLE campaign
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN questions jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(questions) = 'object'),
    ADD COLUMN media_types text[] NOT NULL DEFAULT '{image,video,audio}'
        CHECK (media_types <> '{}' AND media_types <@ '{image,video,audio}'),
    ADD COLUMN fake_rate probability NOT NULL DEFAULT 0.5 CHECK (fake_rate BETWEEN 0.2 AND 0.8),
    ADD CONSTRAINT campaign_question CHECK (octet_length(question) BETWEEN 1 AND 500),
    DROP CONSTRAINT campaign_state_check,
    ADD CONSTRAINT campaign_state_check CHECK (state IN ('preparing', 'open', 'closed', 'paused'));
COMMENT ON COLUMN campaign.state IS 'preparing: items come in, nobody is asked, and what they are cut to is not settled. open: volunteers are asked. paused: nobody is asked for now, and nothing else ends. closed: no more.';
COMMENT ON COLUMN campaign.version IS 'Counts changes, so that nobody changes what they have not seen.';
COMMENT ON COLUMN campaign.questions IS 'The question in other languages, by BCP 47 tag; a page takes the one of its language, and else question.';
COMMENT ON COLUMN campaign.media_types IS 'Of these media pairs are handed out.';
COMMENT ON COLUMN campaign.fake_rate IS 'Of practice items and of partners that are drawn, how many are to be fake.';

CREATE INDEX item_training ON item (campaign_id) WHERE training;
COMMENT ON INDEX item_training IS 'How many practice items a campaign has.';

CREATE FUNCTION settings_of(k campaign) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object('question', k.question, 'questions', k.questions, 'media_types', k.media_types,
                             'threshold', k.threshold, 'min_judgments', k.min_judgments, 'max_judgments', k.max_judgments,
                             'random_share', k.random_share, 'fake_rate', k.fake_rate, 'guidelines', k.guidelines,
                             'second_opinion', k.second_opinion,
                             'second_share', k.second_share::text::double precision)
$$;
COMMENT ON FUNCTION settings_of IS 'What of a campaign can be changed, as the interface names it.';

CREATE FUNCTION campaign_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'version' IS DISTINCT FROM to_jsonb(OLD) - 'version' THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION campaign_counts IS 'Whoever changes a campaign, its version tells.';
CREATE TRIGGER campaign_counts BEFORE UPDATE ON campaign
    FOR EACH ROW EXECUTE FUNCTION campaign_counts();

DROP TRIGGER campaign_stays_closed ON campaign;
CREATE TRIGGER campaign_stays_closed BEFORE UPDATE OF state ON campaign
    FOR EACH ROW WHEN (OLD.state = 'closed' AND NEW.state <> 'closed')
    EXECUTE FUNCTION campaign_stays_closed();

DROP TRIGGER act_campaign_guided ON campaign;
CREATE TRIGGER act_campaign_guided AFTER UPDATE OF guidelines, second_opinion, second_share, questions, media_types, fake_rate ON campaign
    FOR EACH ROW EXECUTE FUNCTION note_act('campaign_changed', 'campaign', 'id', 'guidelines second_opinion second_share questions media_types fake_rate');

CREATE TABLE campaign_fit (
    campaign_id  uuid PRIMARY KEY REFERENCES campaign,
    fitted_at    timestamptz NOT NULL DEFAULT now(),
    figures      jsonb NOT NULL
);
COMMENT ON TABLE campaign_fit IS 'What the last full fit counted of a campaign, for those who watch it: nothing of it is worth counting at each look.';
COMMENT ON COLUMN campaign_fit.figures IS 'judgments; gold, right; histogram: items that are no gold by tenths of what is believed; judgments and fake verdicts on each side; served: judgments on items of known truth, and of fakes; left: what is still to be judged (crowd/forecast); cohorts.';

-- ---------------------------------------------------------------- who carries which label

CREATE INDEX volunteer_network_by_provider ON volunteer_network (campaign_id, provider) WHERE provider IS NOT NULL;
COMMENT ON INDEX volunteer_network_by_provider IS 'How many volunteers came by one provider.';

CREATE TABLE carried_label (
    item_id      uuid PRIMARY KEY REFERENCES item,
    campaign_id  uuid NOT NULL REFERENCES campaign,
    cohort       integer NOT NULL CHECK (cohort > 0),
    share        double precision NOT NULL CHECK (share BETWEEN 0 AND 1),
    turns        boolean NOT NULL
);
CREATE INDEX carried_label_by_share ON carried_label (campaign_id, share DESC, item_id);
COMMENT ON TABLE carried_label IS 'Labels that one cohort mainly decides, by the last fit; at most some hundreds of a campaign.';
COMMENT ON COLUMN carried_label.share IS 'Of the weight for the label, how much is the cohort''s.';
COMMENT ON COLUMN carried_label.turns IS 'The label is another in a fit without all cohorts.';
