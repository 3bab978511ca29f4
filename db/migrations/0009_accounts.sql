-- What a leaked password, session or token opens, and for how long.

ALTER TABLE account
    ADD one_time_until   timestamptz,
    ADD one_time_spent   boolean NOT NULL DEFAULT false,
    ADD failed_sign_ins  integer NOT NULL DEFAULT 0 CHECK (failed_sign_ins >= 0);
UPDATE account SET one_time_until = now() + interval '7 days' WHERE one_time;
ALTER TABLE account ADD CHECK (NOT one_time OR one_time_until IS NOT NULL);
ALTER TABLE account ALTER one_time_until SET DEFAULT now() + interval '7 days';
COMMENT ON COLUMN account.one_time_until IS 'When a one-time password lapses.';
COMMENT ON COLUMN account.one_time_spent IS 'A one-time password was used: it opens no second session.';
COMMENT ON COLUMN account.failed_sign_ins IS 'Wrong passwords since the last sign-in: told to the owner at the next.';

ALTER TABLE session ADD seen_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN session.seen_at IS 'When it was last used, to the minute: one that was idle for long has ended.';

-- Tokens without an end were forgotten ones sooner or later. Those that are there have a year.
UPDATE api_token SET expires_at = now() + interval '365 days' WHERE expires_at IS NULL;
ALTER TABLE api_token ALTER expires_at SET NOT NULL;
