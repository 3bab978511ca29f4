-- Alarms that honest campaigns do not raise: figures of groups, and from where most people come.
-- oldest program: 0034

ALTER TABLE integrity_figure DROP CONSTRAINT integrity_figure_source_check;
ALTER TABLE integrity_figure ADD CONSTRAINT integrity_figure_source_check
    CHECK (source IN ('fit', 'activity', 'groups', 'hours'));
COMMENT ON COLUMN integrity_figure.source IS 'fit: the last full fit; activity and groups: what was said and skipped of late, twice a minute, by all and by each network; hours: one row an hour, kept for a week.';

CREATE INDEX volunteer_network_by_network ON volunteer_network (campaign_id, network, first_seen) WHERE NOT declared;
