-- The durable queue: claimed with SKIP LOCKED, done at least once.
-- A claim lapses two minutes after it was last renewed. `attempts` says whose claim it is, and without
-- `given_back` how often it was tried.

-- name: job_claim
-- Takes the job of one kind that has waited longest, or whose claim has lapsed; none: no row.
-- $1 kind; returns id, kind, subject, attempts, tries
UPDATE job SET state = 'running', attempts = attempts + 1, run_after = now() + interval '2 minutes'
 WHERE id = (SELECT id FROM job
              WHERE kind = $1 AND state IN ('waiting', 'running') AND run_after <= now()
              ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject, attempts, attempts - given_back

-- name: job_claim_subject
-- The same for the job of one subject, without waiting for its time; none, or another has it: no row.
-- $1 subject uuid; returns id, kind, subject, attempts, tries
UPDATE job SET state = 'running', attempts = attempts + 1, run_after = now() + interval '2 minutes'
 WHERE id = (SELECT id FROM job
              WHERE subject = $1::uuid
                AND (state = 'waiting' OR state = 'running' AND run_after <= now())
              FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING id, kind, subject, attempts, attempts - given_back

-- name: job_renew
-- Tells how far it is, which keeps the claim. No row touched: the claim was lost. A rendering goes on
-- where it was, so one that got further is not in vain.
-- $1 job uuid, $2 attempts, $3 done, $4 total
UPDATE job SET run_after = now() + interval '2 minutes', done = $3::bigint, total = $4::bigint,
               given_back = CASE WHEN kind = 'render' AND $3::bigint > done THEN attempts - 1 ELSE given_back END
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'

-- name: job_give_back
-- Another try later, and this one does not count.
-- $1 job uuid, $2 attempts, $3 why, $4 seconds until then
UPDATE job SET state = 'waiting', detail = $3, given_back = given_back + 1,
               run_after = now() + make_interval(secs => $4::integer)
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'

-- name: job_finish
-- $1 job uuid, $2 attempts, $3 what is to be said of it, or NULL
UPDATE job SET state = 'done', done = total, detail = $3, finished_at = now()
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'

-- name: job_put_back
-- Another try later, each twice as late as the one before.
-- $1 job uuid, $2 attempts, $3 why
UPDATE job SET state = 'waiting', detail = $3,
               run_after = now() + least(interval '5 seconds' * 2 ^ (least(attempts - given_back, 20) - 1), interval '10 minutes')
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'

-- name: job_fail
-- Gives up.
-- $1 job uuid, $2 attempts, $3 why
UPDATE job SET state = 'failed', detail = $3, finished_at = now()
 WHERE id = $1::uuid AND attempts = $2::integer AND state = 'running'

-- name: job_progress
-- $1 job uuid; returns id, kind, state, done, total, detail, when it was made and when it ended (or NULL)
SELECT id, kind, state, done, total, detail, rfc3339(created_at), rfc3339(finished_at)
  FROM job WHERE id = $1::uuid
