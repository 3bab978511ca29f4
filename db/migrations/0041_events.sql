-- Events: a link by which volunteers enter a campaign as guests of something that the operator names.
-- oldest program: 0040

CREATE TABLE invitation (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign_id uuid NOT NULL REFERENCES campaign,
    name        text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 60),
    network     bytea NOT NULL CHECK (octet_length(network) = 16),
    sensitive   boolean NOT NULL,
    most        integer NOT NULL CHECK (most BETWEEN 1 AND 100000),
    entered     integer NOT NULL DEFAULT 0,
    made_at     timestamptz NOT NULL DEFAULT now(),
    made_by     text NOT NULL,
    until       timestamptz NOT NULL,
    revoked_at  timestamptz,
    revoked_by  text,
    CONSTRAINT invitation_is_not_overdrawn CHECK (entered BETWEEN 0 AND most),
    CONSTRAINT invitation_ends CHECK (until <= made_at + interval '91 days'),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX invitation_by_campaign ON invitation (campaign_id);
CREATE INDEX invitation_newest ON invitation (made_at, id);
COMMENT ON TABLE invitation IS 'A link to an event. What is sealed in it is the id and the end, so nothing here lets anybody in. Who entered stands in volunteer_network, and nowhere once the campaign is closed.';
COMMENT ON COLUMN invitation.network IS 'What stands for the event among the networks of its campaign: the keyed hash of its name, as of a network that TOUCHSTONE_NETWORKS declares by that name.';
COMMENT ON COLUMN invitation.sensitive IS 'Guests are shown sensitive items too.';
COMMENT ON COLUMN invitation.most IS 'So many may enter; who enters again counts once, who was erased still counts.';
COMMENT ON COLUMN invitation.until IS 'From then on nobody enters, and guests have their network''s budgets again. Ninety days at most; one more for clocks that differ.';

COMMENT ON COLUMN volunteer_network.network IS 'Keyed hash of the prefix (/24 of IPv4, /48 of IPv6), or of the name of an event or of a network that the operator declared. The key is the campaign''s own, so that two campaigns cannot be compared. Who follows an invitation later is the event''s from then on.';
COMMENT ON COLUMN volunteer_network.declared IS 'The operator declared this network (TOUCHSTONE_NETWORKS), or invited to this event.';
