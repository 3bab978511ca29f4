-- Millions of times become steps while a release is written: whole numbers are compared faster than decimals are divided.
-- oldest program: 0053

CREATE OR REPLACE FUNCTION exposure_step(ms integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ms < 500 THEN 0 WHEN ms < 1000 THEN 0.5 WHEN ms < 2000 THEN 1 WHEN ms < 3000 THEN 2
                WHEN ms < 5000 THEN 3 WHEN ms < 8000 THEN 5 WHEN ms < 13000 THEN 8 WHEN ms < 21000 THEN 13
                WHEN ms < 34000 THEN 21 WHEN ms < 55000 THEN 34 WHEN ms >= 55000 THEN 55 END;
