/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job_run.h"

#include <string.h>

#include "core/log.h"

#define HANDLERS_MAX 8
#define UNFIT_S      60 /* for a worker that is fit to take the job */

struct error job_tell(struct job_run *run, int64_t done, int64_t total)
{
	struct job_news news;
	struct error err = job_renew(run->db, run->job, done, total, &news);

	if (err.code)
		return err;
	run->last = news.last;
	if (news.cancelled)
		run->cancelled = true;
	if (run->cancelled)
		return errorf(ERR_UNAVAILABLE, JOB_CANCELLED);
	if (!run->also)
		return ok();
	err = run->also->tell(run->also->arg, done, total);
	run->stopped = err.code != OK;
	return err;
}

static struct error tell_job(void *run, int64_t done, int64_t total)
{
	return job_tell(run, done, total);
}

struct progress_listener job_listener(struct job_run *run)
{
	return (struct progress_listener){ tell_job, run };
}

struct error job_give_up(const struct job_handler *handler, struct db *db, const struct job *job,
                         const char *why)
{
	return handler->give_up ? handler->give_up(db, job, why) : job_fail(db, job, why);
}

/* What went wrong is told to whoever asked, but for our own faults, which the log tells. */
static struct error note_failed_try(const struct job_handler *handler, const struct job_run *run,
                                    struct error why)
{
	const struct job *job = run->job;
	const char *text =
		why.code == ERR_INTERNAL ? "An internal fault; see the server's log." : why.detail;

	if (why.code == ERR_GONE)
		return ok(); /* another worker has it now */
	if (run->cancelled)
		return job_give_up(handler, run->db, job, JOB_CANCELLED);
	if (run->stopped || run->unfit)
		return job_give_back(run->db, job, text, run->stopped ? 0 : UNFIT_S);
	if (run->last || (why.code == ERR_INVALID && !job->periodic))
		return job_give_up(handler, run->db, job, text);
	return job_put_back(run->db, job, text);
}

static struct error handle_held(const struct job_handler *handler, struct job_run *run)
{
	auto_hold *hold = job_hold(run->db, run->job, &run->cancelled);

	db_stop_when(run->db, &run->cancelled);
	struct error err = handler->handle(run);
	db_stop_when(run->db, NULL);
	if (err.code && run->cancelled && err.code != ERR_GONE)
		return errorf(ERR_CONFLICT, JOB_CANCELLED);
	return err;
}

/* Why it is not to be begun; NULL: it is. */
static const char *why_not_begun(const struct job *job)
{
	if (job->cancelled)
		return JOB_CANCELLED;
	return job->spent ? JOB_SPENT : NULL;
}

static struct error finish_job(const struct job_handler *handler, const struct job_run *run)
{
	const char *detail = run->detail[0] ? run->detail : NULL;

	return handler->finish ? handler->finish(run->db, run->job, detail)
	                       : job_finish(run->db, run->job, detail);
}

static struct error run_claimed_job(const struct job_handler *handler, struct job_run *run)
{
	const struct job *job = run->job;
	const char *why = why_not_begun(job);
	struct error noted, err = why ? errorf(ERR_INVALID, "%s", why) : handle_held(handler, run);

	if (!err.code)
		return finish_job(handler, run);
	noted = why ? job_give_up(handler, run->db, job, why) : note_failed_try(handler, run, err);
	if (noted.code)
		log_error("jobs: the end of one cannot be noted (%s): %s", job->kind, noted.detail);
	return err;
}

struct error job_do(const struct job_handler *handler, struct db *db, struct store *store,
                    const struct job *job, const struct progress_listener *also)
{
	struct job_run run = { .db = db, .store = store, .job = job, .also = also, .last = job->last };

	return run_claimed_job(handler, &run);
}

/* What is done every minute is told when it fails. */
static void tell_outcome(const struct job *job, struct error err)
{
	if (err.code)
		log_warn("jobs: %s%s%s, after %d failed tries: %s", job->kind, job->subject[0] ? " " : "",
		         job->subject, job->failures, err.detail);
	else if (!job->periodic)
		log_info("jobs: %s %s is done", job->kind, job->subject);
}

static const struct job_handler *handler_of(const struct job_handler *const handlers[],
                                            const char *kind)
{
	while (*handlers && strcmp((*handlers)->kind, kind) != 0)
		handlers++;
	return *handlers;
}

struct error job_work(const struct job_handler *const handlers[], struct db *db,
                      struct store *store, const struct progress_listener *also, bool *ret_worked)
{
	const char *kinds[HANDLERS_MAX + 1] = { NULL };
	struct job job;
	struct error err;

	for (size_t i = 0; handlers[i] && i < HANDLERS_MAX; i++)
		kinds[i] = handlers[i]->kind;
	if ((err = job_claim(db, kinds, &job, ret_worked)).code || !*ret_worked)
		return err;
	struct job_run run = { .db = db, .store = store, .job = &job, .also = also, .last = job.last };
	err = run_claimed_job(handler_of(handlers, job.kind), &run);
	if (run.stopped)
		return ok();
	tell_outcome(&job, err);
	return err.code == ERR_UNAVAILABLE ? err : ok();
}
