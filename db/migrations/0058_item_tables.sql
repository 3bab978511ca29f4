-- What releases say of each item beside its label: how far its judgments agree, and on what devices they were given.
-- oldest program: 0056

ALTER TABLE release ADD COLUMN uncuttable integer NOT NULL DEFAULT 0 CHECK (uncuttable >= 0),
    ADD COLUMN disagreement probability;
COMMENT ON COLUMN release.uncuttable IS 'Items left out because they cannot be cut as the others of their campaign or pair are.';
COMMENT ON COLUMN release.disagreement IS 'How many pairs of its judgments would differ if nothing but chance paired them: what alpha, and each item''s part in it, is measured by. NULL: it is not fixed yet, or was by a program of before.';

CREATE FUNCTION device_class(device jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN device->>'pointer' IN ('mouse', 'keyboard') THEN 'computer'
                WHEN device->>'pointer' IN ('touch', 'pen') AND least((device->>'width')::integer, (device->>'height')::integer) > 0
                THEN CASE WHEN least((device->>'width')::integer, (device->>'height')::integer) < 600 THEN 'phone' ELSE 'tablet' END END;
COMMENT ON FUNCTION device_class IS 'Which of three kinds of devices a judgment was given on, from what judged_pair.device says; NULL: it does not tell. Of what is touched, a phone is what is narrower than 600 pixels of CSS, as Android draws the line. No more is released: sizes and zoom could tell one device from others.';
