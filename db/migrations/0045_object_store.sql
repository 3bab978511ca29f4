-- oldest program: 0034
-- A store over a network is asked once a minute whether lost media are back.

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('mend', 4, NULL, false, interval '1 minute');
INSERT INTO job (kind) VALUES ('mend');
