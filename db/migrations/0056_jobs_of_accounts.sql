-- Jobs belong to whoever began them: they may be cancelled, and one mail tells of their end.
-- oldest program: 0053

ALTER TABLE job_kind ADD COLUMN cancels boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT job_kind_cancels CHECK (NOT cancels OR every IS NULL);
COMMENT ON COLUMN job_kind.cancels IS 'A job of this kind may be cancelled: nobody but who began it waits for it. A revision may not, because what was taken down would stay in the release.';
UPDATE job_kind SET cancels = true WHERE name IN ('release', 'layouts', 'render', 'contribute', 'fetch');

ALTER TABLE job DROP CONSTRAINT job_state_check,
    ADD CONSTRAINT job_state_check CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled'));
ALTER TABLE job
    ADD COLUMN cancel_asked_at timestamptz,
    ADD COLUMN cancelled_by text CHECK (octet_length(cancelled_by) BETWEEN 1 AND 254),
    ADD COLUMN begun_at timestamptz,
    ADD CONSTRAINT job_cancelled_by_somebody CHECK ((cancel_asked_at IS NULL) = (cancelled_by IS NULL)),
    ADD CONSTRAINT job_cancelled_when_asked CHECK (state <> 'cancelled' OR cancel_asked_at IS NOT NULL);
COMMENT ON COLUMN job.cancel_asked_at IS 'When somebody asked that it end. Its worker stops within seconds and notes it as cancelled; one that waits is never begun. A job that was done before its worker heard of it is done.';
COMMENT ON COLUMN job.cancelled_by IS 'Who asked: the address of an account, or at the command line the name of a user of the machine.';
COMMENT ON COLUMN job.begun_at IS 'When its last try began; NULL: it was never begun.';
COMMENT ON COLUMN job.created_by IS 'The account that began it; NULL: it follows from something, or an operator began it.';
CREATE INDEX job_by_creator ON job (created_by, created_at, id) WHERE created_by IS NOT NULL;

ALTER TABLE job ADD COLUMN mail boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT job_mail_has_reader CHECK (NOT mail OR created_by IS NOT NULL);
COMMENT ON COLUMN job.mail IS 'Whoever began it is to be told of its end by mail.';

INSERT INTO job_kind (name, priority, failures, goes_on, every) VALUES ('mail', 1, 1000, false, NULL);
CREATE TABLE mail (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind        text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
    recipient   text NOT NULL CHECK (octet_length(recipient) BETWEEN 3 AND 254),
    subject     text NOT NULL,
    text        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE mail IS 'Mail that is to be sent, written in the transaction of its cause; a job for each sends it. Gone once it is sent or given up.';
COMMENT ON COLUMN mail.kind IS 'What it is about, for the operator.';

CREATE VIEW job_told AS
SELECT j.id, j.kind, j.state, j.done, j.total, j.detail, j.created_at, j.finished_at, j.failures, j.subject, j.created_by,
       j.cancel_asked_at, j.cancelled_by, k.cancels,
       CASE WHEN j.state = 'running' AND j.done > 0 AND j.done < j.total
            THEN ceil(extract(epoch FROM now() - j.begun_at) * (j.total - j.done) / j.done)::bigint END AS seconds_left,
       e.name, e.version
  FROM job j
  JOIN job_kind k ON k.name = j.kind
  LEFT JOIN release e ON e.id = j.subject AND j.kind IN ('release', 'layouts', 'revise');
COMMENT ON VIEW job_told IS 'Jobs as they are told of: with the release that they are about, and what their last try needs yet if it goes on as it went.';
