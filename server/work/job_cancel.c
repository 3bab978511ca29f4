/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job_cancel.h"

#include <string.h>

/* Ends a job that waits, or whose worker died. */
static struct error end_unworked(struct db *db, job_handler_finder finder,
                                 const struct job_progress *of)
{
	const struct job_handler *handler = finder(of->kind);
	auto_rows *rows = NULL;
	struct job job;
	struct error err = db_run(db, SQL_JOB_CANCEL_CLAIM, (const char *[]){ of->id }, &rows);

	if (err.code || rows_count(rows) == 0 || !handler)
		return err;
	job_read(rows, &job);
	return job_give_up(handler, db, &job, JOB_CANCELLED);
}

static bool has_state(const struct job_progress *job, const char *state)
{
	return strcmp(job->state, state) == 0;
}

struct error job_cancel(struct db *db, struct arena *arena, job_handler_finder finder,
                        const char *who, struct job_progress *job)
{
	struct error err;

	if (has_state(job, "cancelled"))
		return ok();
	if (!job->cancels)
		return errorf_because(REASON_JOB_STAYS, "Jobs of the kind %s are not cancelled.",
		                      job->kind);
	err = db_do(db, SQL_JOB_CANCEL_ASK, (const char *[]){ job->id, who }, NULL);
	if (err.code || (err = end_unworked(db, finder, job)).code)
		return err;
	if ((err = job_find(db, arena, job->id, job)).code)
		return err;
	return has_state(job, "done") || has_state(job, "failed")
	           ? errorf_because(REASON_JOB_ENDED, "The job has ended: it is %s.", job->state)
	           : ok();
}
