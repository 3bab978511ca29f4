/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_TEXT 24

void job_read(const struct rows *rows, struct job *job)
{
	snprintf(job->id, sizeof job->id, "%s", rows_text(rows, 0, 0));
	snprintf(job->subject, sizeof job->subject, "%s", rows_text(rows, 0, 2));
	job->attempts = (int)rows_integer(rows, 0, 3);
	job->tries = (int)rows_integer(rows, 0, 4);
}

bool job_is_spent(const struct job *job)
{
	return job->tries > JOB_TRIES;
}

static struct error claim_job(struct db *db, enum statement statement, const char *const params[],
                              struct job *ret_job, bool *ret_found)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	*ret_found = rows_count(rows) > 0;
	if (*ret_found)
		job_read(rows, ret_job);
	return ok();
}

struct error job_claim(struct db *db, const char *kind, struct job *ret_job, bool *ret_found)
{
	return claim_job(db, SQL_JOB_CLAIM, (const char *[]){ kind }, ret_job, ret_found);
}

struct error job_claim_subject(struct db *db, const char *subject, struct job *ret_job,
                               bool *ret_found)
{
	return claim_job(db, SQL_JOB_CLAIM_SUBJECT, (const char *[]){ subject }, ret_job, ret_found);
}

/* Runs a statement whose first two parameters are the job and whose claim it is. */
static struct error job_change(struct db *db, enum statement statement, const struct job *job,
                               const char *third, const char *fourth)
{
	char attempts[NUMBER_TEXT];
	int64_t touched = 0;
	struct error err;

	snprintf(attempts, sizeof attempts, "%d", job->attempts);
	err = db_do(db, statement, (const char *[]){ job->id, attempts, third, fourth }, &touched);
	if (!err.code && touched == 0)
		return errorf(ERR_GONE, "Another worker has taken this job over.");
	return err;
}

struct error job_renew(struct db *db, const struct job *job, int64_t done, int64_t total)
{
	char done_text[NUMBER_TEXT], total_text[NUMBER_TEXT];

	snprintf(done_text, sizeof done_text, "%lld", (long long)done);
	snprintf(total_text, sizeof total_text, "%lld", (long long)total);
	return job_change(db, SQL_JOB_RENEW, job, done_text, total_text);
}

struct error job_finish(struct db *db, const struct job *job, const char *detail)
{
	return job_change(db, SQL_JOB_FINISH, job, detail, NULL);
}

struct error job_put_back(struct db *db, const struct job *job, const char *why)
{
	return job_change(db, SQL_JOB_PUT_BACK, job, why, NULL);
}

struct error job_give_back(struct db *db, const struct job *job, const char *why, int after_s)
{
	char seconds[NUMBER_TEXT];

	snprintf(seconds, sizeof seconds, "%d", after_s);
	return job_change(db, SQL_JOB_GIVE_BACK, job, why, seconds);
}

struct error job_fail(struct db *db, const struct job *job, const char *why)
{
	return job_change(db, SQL_JOB_FAIL, job, why, NULL);
}

struct error job_find(struct db *db, struct arena *arena, const char *id,
                      struct job_progress *ret_job)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_JOB_PROGRESS, (const char *[]){ id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such job.");
	*ret_job = (struct job_progress){ .id = rows_copy(rows, 0, 0, arena),
		                              .kind = rows_copy(rows, 0, 1, arena),
		                              .state = rows_copy(rows, 0, 2, arena),
		                              .done = rows_integer(rows, 0, 3),
		                              .total = rows_integer(rows, 0, 4),
		                              .detail = rows_copy(rows, 0, 5, arena),
		                              .created_at = rows_copy(rows, 0, 6, arena),
		                              .finished_at = rows_copy(rows, 0, 7, arena) };
	return ok();
}
