/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job.h"

#include <stdio.h>
#include <string.h>

#include "core/vocabulary.h"

#define NUMBER_TEXT 24

void job_read(const struct rows *rows, struct job *job)
{
	*job = (struct job){ .claim = (int)rows_integer(rows, 0, 3),
		                 .failures = (int)rows_integer(rows, 0, 4),
		                 .spent = rows_flag(rows, 0, 5),
		                 .last = rows_flag(rows, 0, 6),
		                 .periodic = rows_flag(rows, 0, 7),
		                 .cancelled = rows_flag(rows, 0, 8) };
	snprintf(job->id, sizeof job->id, "%s", rows_text(rows, 0, 0));
	snprintf(job->kind, sizeof job->kind, "%s", rows_text(rows, 0, 1));
	if (rows_text(rows, 0, 2))
		snprintf(job->subject, sizeof job->subject, "%s", rows_text(rows, 0, 2));
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

struct error job_claim(struct db *db, const char *const kinds[], struct job *ret_job,
                       bool *ret_found)
{
	char list[WORD_LIST];

	vocabulary_array(kinds, list);
	return claim_job(db, SQL_JOB_CLAIM, (const char *[]){ list }, ret_job, ret_found);
}

struct error job_claim_subject(struct db *db, const char *subject, struct job *ret_job,
                               bool *ret_found)
{
	return claim_job(db, SQL_JOB_CLAIM_SUBJECT, (const char *[]){ subject }, ret_job, ret_found);
}

static struct error claim_lost(void)
{
	return errorf(ERR_GONE, "Another worker has taken this job over.");
}

/* Runs a statement whose first two parameters are the job and the number of its claim. */
static struct error job_change(struct db *db, enum statement statement, const struct job *job,
                               const char *third, const char *fourth)
{
	char claim[NUMBER_TEXT];
	int64_t touched = 0;

	snprintf(claim, sizeof claim, "%d", job->claim);
	struct error err =
		db_do(db, statement, (const char *[]){ job->id, claim, third, fourth }, &touched);
	return !err.code && touched == 0 ? claim_lost() : err;
}

struct error job_renew(struct db *db, const struct job *job, int64_t done, int64_t total,
                       struct job_news *ret_news)
{
	char claim[NUMBER_TEXT], done_text[NUMBER_TEXT], total_text[NUMBER_TEXT];
	auto_rows *rows = NULL;

	snprintf(claim, sizeof claim, "%d", job->claim);
	snprintf(done_text, sizeof done_text, "%lld", (long long)done);
	snprintf(total_text, sizeof total_text, "%lld", (long long)total);
	struct error err =
		db_run(db, SQL_JOB_RENEW, (const char *[]){ job->id, claim, done_text, total_text }, &rows);
	if (!err.code && rows_count(rows) == 0)
		return claim_lost();
	if (!err.code)
		*ret_news = (struct job_news){ rows_flag(rows, 0, 0), rows_flag(rows, 0, 1) };
	return err;
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

static struct job_progress read_job_progress(const struct rows *rows, size_t row,
                                             struct arena *arena)
{
	return (struct job_progress){ .id = rows_copy(rows, row, 0, arena),
		                          .kind = rows_copy(rows, row, 1, arena),
		                          .state = rows_copy(rows, row, 2, arena),
		                          .done = rows_integer(rows, row, 3),
		                          .total = rows_integer(rows, row, 4),
		                          .detail = rows_copy(rows, row, 5, arena),
		                          .created_at = rows_copy(rows, row, 6, arena),
		                          .finished_at = rows_copy(rows, row, 7, arena),
		                          .failures = rows_integer(rows, row, 8),
		                          .subject = rows_copy(rows, row, 9, arena),
		                          .created_by = rows_copy(rows, row, 10, arena),
		                          .cancel_asked_at = rows_copy(rows, row, 11, arena),
		                          .cancelled_by = rows_copy(rows, row, 12, arena),
		                          .cancels = rows_flag(rows, row, 13),
		                          .seconds_left =
		                              rows_text(rows, row, 14) ? rows_integer(rows, row, 14) : -1,
		                          .release = rows_copy(rows, row, 15, arena),
		                          .version = rows_copy(rows, row, 16, arena) };
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
	*ret_job = read_job_progress(rows, 0, arena);
	return ok();
}

static struct error run_job_list(struct db *db, const struct job_query *query, struct rows **rows)
{
	const struct job_place *after = query->after;
	char one_more[NUMBER_TEXT];
	const char *const params[] = { query->state, after ? after->created_at : NULL,
		                           after ? after->id : NULL, one_more, query->account };

	snprintf(one_more, sizeof one_more, "%u", query->limit + 1);
	return db_run(db, query->account ? SQL_JOB_LIST_OF : SQL_JOB_LIST, params, rows);
}

struct error job_list(struct db *db, struct arena *arena, const struct job_query *query,
                      struct job_progress jobs[], size_t *ret_count, bool *ret_more,
                      struct job_place *ret_next)
{
	unsigned limit = query->limit;
	auto_rows *rows = NULL;
	struct error err = run_job_list(db, query, &rows);

	if (err.code)
		return err;
	*ret_more = rows_count(rows) > limit;
	*ret_count = *ret_more ? limit : rows_count(rows);
	for (size_t i = 0; i < *ret_count; i++)
		jobs[i] = read_job_progress(rows, i, arena);
	if (*ret_more) {
		snprintf(ret_next->created_at, sizeof ret_next->created_at, "%s",
		         rows_text(rows, limit - 1, 17));
		snprintf(ret_next->id, sizeof ret_next->id, "%s", rows_text(rows, limit - 1, 0));
	}
	return ok();
}
