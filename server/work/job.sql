-- The durable queue: claimed with SKIP LOCKED, done at least once.
-- A claim lapses two minutes after it was last renewed. `claims` says whose claim it is; `failures` counts the tries
-- that failed, those whose claim lapsed among them. job_kind says after how many a job is given up.
-- Whoever claims a job that was asked to end ends it as cancelled, and does not begin it.
-- A time further ahead than any wait was written by a clock that has been set back since, and counts as come.

-- name: job_claim
-- Takes a job of some kinds that is due, or whose claim has lapsed: of those that come first the one that has waited
-- longest. None: no row.
-- $1 text[] kinds; returns id, kind, subject (or NULL), claims, failures, whether these are too many, whether one more is,
-- whether it is done again and again, whether it was asked to end
WITH due AS (
    SELECT j.id, j.state = 'running' AS lapsed
      FROM job j
      JOIN job_kind k ON k.name = j.kind
     WHERE j.kind = ANY ($1::text[]) AND j.state IN ('waiting', 'running')
       AND (j.run_after <= now() OR j.run_after > now() + interval '1 hour')
     ORDER BY k.priority, j.run_after
     LIMIT 1 FOR UPDATE OF j SKIP LOCKED
)
UPDATE job j
   SET state = 'running', claims = j.claims + 1, failures = j.failures + due.lapsed::integer,
       run_after = now() + interval '2 minutes', begun_at = now()
  FROM due, job_kind k
 WHERE j.id = due.id AND k.name = j.kind
RETURNING j.id, j.kind, j.subject, j.claims, j.failures, coalesce(j.failures >= k.failures, false),
          coalesce(j.failures + 1 >= k.failures, false), k.every IS NOT NULL, j.cancel_asked_at IS NOT NULL

-- name: job_claim_subject
-- The same for the job of one subject, without waiting for its time; none, or another has it: no row.
-- $1 subject uuid; returns as job_claim
WITH due AS (
    SELECT id, state = 'running' AS lapsed
      FROM job
     WHERE subject = $1::uuid AND (state = 'waiting' OR state = 'running' AND run_after <= now())
     LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE job j
   SET state = 'running', claims = j.claims + 1, failures = j.failures + due.lapsed::integer,
       run_after = now() + interval '2 minutes', begun_at = now()
  FROM due, job_kind k
 WHERE j.id = due.id AND k.name = j.kind
RETURNING j.id, j.kind, j.subject, j.claims, j.failures, coalesce(j.failures >= k.failures, false),
          coalesce(j.failures + 1 >= k.failures, false), k.every IS NOT NULL, j.cancel_asked_at IS NOT NULL

-- name: job_renew
-- Tells how far it is, which keeps the claim.
-- $1 job uuid, $2 its claim, $3 done, $4 total; returns whether one more failure is too many, whether it was
-- asked to end (no row: the claim was lost)
UPDATE job j
   SET run_after = now() + interval '2 minutes', done = $3::bigint, total = $4::bigint,
       failures = CASE WHEN k.goes_on AND $3::bigint > j.done THEN 0 ELSE j.failures END
  FROM job_kind k
 WHERE k.name = j.kind AND j.id = $1::uuid AND j.claims = $2::integer AND j.state = 'running'
RETURNING coalesce(j.failures + 1 >= k.failures, false), j.cancel_asked_at IS NOT NULL

-- name: job_give_back
-- Another try later, and this one has not failed.
-- $1 job uuid, $2 its claim, $3 why, $4 seconds until then
UPDATE job SET state = 'waiting', detail = $3, run_after = now() + make_interval(secs => $4::integer)
 WHERE id = $1::uuid AND claims = $2::integer AND state = 'running'

-- name: job_finish
-- It is done; what is done again and again waits for the next time.
-- $1 job uuid, $2 its claim, $3 what is to be said of it, or NULL
UPDATE job j
   SET state = CASE WHEN k.every IS NULL THEN 'done' ELSE 'waiting' END, done = j.total, detail = $3,
       failures = CASE WHEN k.every IS NULL THEN j.failures ELSE 0 END, run_after = now() + coalesce(k.every, interval '0'), finished_at = now()
  FROM job_kind k
 WHERE k.name = j.kind AND j.id = $1::uuid AND j.claims = $2::integer AND j.state = 'running'

-- name: job_put_back
-- It failed: another try later, each twice as late as the one before.
-- $1 job uuid, $2 its claim, $3 why
UPDATE job j
   SET state = 'waiting', detail = $3, failures = j.failures + 1,
       run_after = now() + CASE WHEN j.cancel_asked_at IS NULL
                                 THEN least(interval '5 seconds' * 2 ^ least(j.failures, 20), interval '10 minutes', k.every)
                                 ELSE '0' END
  FROM job_kind k
 WHERE k.name = j.kind AND j.id = $1::uuid AND j.claims = $2::integer AND j.state = 'running'

-- name: job_fail
-- It is given up: it failed, unless it had failed too often before, or it was asked to end.
-- $1 job uuid, $2 its claim, $3 why
UPDATE job j
   SET state = CASE WHEN j.cancel_asked_at IS NULL THEN 'failed' ELSE 'cancelled' END, detail = $3, finished_at = now(),
       failures = CASE WHEN j.failures >= k.failures OR j.cancel_asked_at IS NOT NULL THEN j.failures ELSE j.failures + 1 END
  FROM job_kind k
 WHERE k.name = j.kind AND j.id = $1::uuid AND j.claims = $2::integer AND j.state = 'running'

-- name: job_progress
-- $1 job uuid; returns id, kind, state, done, total, detail, when it was made and when it ended (or NULL), failures,
-- subject (or NULL), the account that began it (or NULL), when it was asked to end (or NULL), by whom (or NULL),
-- whether jobs of its kind may be cancelled, seconds left (or NULL), name and version of its release (or NULL)
SELECT id, kind, state, done, total, detail, rfc3339(created_at), rfc3339(finished_at), failures, subject, created_by,
       rfc3339(cancel_asked_at), cancelled_by, cancels, seconds_left, name, version
  FROM job_told WHERE id = $1::uuid

-- name: job_list
-- A page of the jobs of one state, newest first.
-- $1 state, $2 made before this time and $3 id (or NULL, NULL), $4 how many; returns as job_progress, and when it was made
-- to the last digit
SELECT id, kind, state, done, total, detail, rfc3339(created_at), rfc3339(finished_at), failures, subject, created_by,
       rfc3339(cancel_asked_at), cancelled_by, cancels, seconds_left, name, version, created_at
  FROM job_told
 WHERE state = $1 AND (created_at, id) < (coalesce($2::timestamptz, 'infinity'),
                                          coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY created_at DESC, id DESC
 LIMIT $4::integer

-- name: job_list_of
-- The same of the jobs that one account began, whatever their state where none is named.
-- $1 state or NULL, $2 to $4 as job_list, $5 account uuid; returns as job_list
SELECT id, kind, state, done, total, detail, rfc3339(created_at), rfc3339(finished_at), failures, subject, created_by,
       rfc3339(cancel_asked_at), cancelled_by, cancels, seconds_left, name, version, created_at
  FROM job_told
 WHERE created_by = $5::uuid AND ($1::text IS NULL OR state = $1)
   AND (created_at, id) < (coalesce($2::timestamptz, 'infinity'),
                           coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
 ORDER BY created_at DESC, id DESC
 LIMIT $4::integer
