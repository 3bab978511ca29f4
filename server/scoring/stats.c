/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/stats.h"

#include <pthread.h>

#include "core/clock.h"
#include "core/lock.h"
#include "db/db.h"
#include "work/job_run.h"

#define FOLD_MOST_MS 200 /* then it rests for as long */

static pthread_mutex_t fit_lock = PTHREAD_MUTEX_INITIALIZER; /* guards last_fit */
static struct fit_figures last_fit;

struct error stats_watch_fit(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONSENSUS_LAST_FIT, NULL, &rows);

	if (err.code || !rows_count(rows))
		return err;
	lock_take(&fit_lock);
	last_fit = (struct fit_figures){ .fits = rows_integer(rows, 0, 0),
		                             .retired = rows_integer(rows, 0, 1),
		                             .reopened = rows_integer(rows, 0, 2),
		                             .disputed = rows_integer(rows, 0, 3),
		                             .withdrawn = rows_integer(rows, 0, 4),
		                             .held = rows_integer(rows, 0, 5),
		                             .gold = rows_integer(rows, 0, 6),
		                             .weight = rows_double(rows, 0, 7),
		                             .slope = rows_double(rows, 0, 8),
		                             .fitted_at_s = rows_double(rows, 0, 9) };
	lock_release(&fit_lock);
	return ok();
}

struct fit_figures stats_fit(void)
{
	lock_take(&fit_lock);
	struct fit_figures figures = last_fit;
	lock_release(&fit_lock);
	return figures;
}

struct error stats_public(struct db *db, struct arena *arena, const char **ret_json)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_STATS_PUBLIC, NULL, &rows);

	if (!err.code)
		*ret_json = rows_copy(rows, 0, 0, arena);
	return err;
}

/* Counts at most a day; nothing, where another server is at it. */
static struct error fold_some(struct db *db, bool *ret_more)
{
	auto_rows *end = NULL;
	int64_t counted = 0;
	struct error err = db_run(db, SQL_STATS_FOLD_END, NULL, &end);

	if (err.code)
		return err;
	err = db_do(db, SQL_STATS_FOLD, (const char *[]){ rows_text(end, 0, 0) }, &counted);
	*ret_more = counted && rows_flag(end, 0, 1);
	return err;
}

struct error stats_fold(struct db *db, bool *ret_more)
{
	int64_t until_ms = clock_monotonic_ms() + FOLD_MOST_MS;
	struct error err = db_do(db, SQL_STATS_FOLD_AGAIN, NULL, NULL);

	*ret_more = false;
	do
		if (err.code || (err = fold_some(db, ret_more)).code)
			return err;
	while (*ret_more && clock_monotonic_ms() < until_ms);
	return *ret_more ? ok() : db_do(db, SQL_STATS_COMPACT, NULL, NULL);
}

/* Whoever asks for the figures counts what is not rolled up yet. Volunteers come first: it works
 * half of the time. */
static struct error roll_up_figures(struct job_run *run)
{
	bool more = true;
	struct error err = ok();

	while (!err.code && more) {
		int64_t began_ms = clock_monotonic_ms();

		if (!(err = stats_fold(run->db, &more)).code)
			err = job_tell(run, 0, 0);
		if (!err.code && more)
			clock_rest_ms(clock_monotonic_ms() - began_ms);
	}
	return err;
}

const struct job_handler figures_job = { .kind = "figures", .handle = roll_up_figures };
