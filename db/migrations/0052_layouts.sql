-- oldest program: 0045
-- Releases in the layouts that tools expect: made of a release when it is ready, by a job of its own.

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('layouts', 2, 5, true, NULL);

CREATE TABLE release_layout_wanted (
    release_id  uuid NOT NULL REFERENCES release,
    layout      text COLLATE "C" NOT NULL CHECK (layout ~ '^[a-z][a-z-]{0,30}$'),
    asked_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (release_id, layout)
);
COMMENT ON TABLE release_layout_wanted IS 'Layouts that are made only when somebody asks, because they repeat the media. Those that do not are made of every release.';

-- Releases that are there already.
INSERT INTO job (kind, subject) SELECT 'layouts', id FROM release WHERE state = 'ready';
