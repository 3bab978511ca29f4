/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/stats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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
		                             .fitted_at_s = rows_double(rows, 0, 9),
		                             .cohorts = rows_integer(rows, 0, 10),
		                             .cohort_volunteers = rows_integer(rows, 0, 11),
		                             .cohort_changes = rows_integer(rows, 0, 12),
		                             .cohort_share = rows_double(rows, 0, 13),
		                             .decided_full = rows_integer(rows, 0, 14),
		                             .decided_no_gold = rows_integer(rows, 0, 15),
		                             .decided_one_network = rows_integer(rows, 0, 16),
		                             .decided_neither = rows_integer(rows, 0, 17),
		                             .ignored = rows_integer(rows, 0, 18) };
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

/* As many numbers with commas between. */
static void read_counts(const char *text, long long counts[], size_t count)
{
	char *end;

	for (size_t i = 0; i < count && text && *text; i++) {
		counts[i] = strtoll(text, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
}

static void read_stats_days(const struct rows *rows, int column, struct arena *arena,
                            const char *days[STATS_DAYS])
{
	const char *text = rows_text(rows, 0, column);
	char *rest = arena_copy(arena, text, strlen(text));

	for (size_t i = 0; i < STATS_DAYS; i++)
		days[i] = strsep(&rest, ",") ?: "";
}

static struct fit_figures read_last_fit(const struct rows *rows)
{
	return (struct fit_figures){ .retired = rows_integer(rows, 0, 14),
		                         .reopened = rows_integer(rows, 0, 15),
		                         .held = rows_integer(rows, 0, 16),
		                         .disputed = rows_integer(rows, 0, 17),
		                         .withdrawn = rows_integer(rows, 0, 18),
		                         .gold = rows_integer(rows, 0, 19),
		                         .weight = rows_double(rows, 0, 20),
		                         .slope = rows_double(rows, 0, 21),
		                         .cohorts = rows_integer(rows, 0, 23),
		                         .cohort_volunteers = rows_integer(rows, 0, 24),
		                         .cohort_changes = rows_integer(rows, 0, 25),
		                         .cohort_share = rows_double(rows, 0, 26),
		                         .decided_full = rows_integer(rows, 0, 27),
		                         .decided_no_gold = rows_integer(rows, 0, 28),
		                         .decided_one_network = rows_integer(rows, 0, 29),
		                         .decided_neither = rows_integer(rows, 0, 30) };
}

struct error stats_public(struct db *db, struct arena *arena, struct public_figures *ret_figures)
{
	char states[WORD_LIST], types[WORD_LIST];
	auto_rows *rows = NULL;
	struct error err;

	vocabulary_array(item_states, states);
	vocabulary_array(media_types, types);
	if ((err = db_run(db, SQL_STATS_PUBLIC, (const char *[]){ states, types }, &rows)).code)
		return err;
	struct public_figures figures = { .volunteers = rows_integer(rows, 0, 0),
		                              .pairs = rows_integer(rows, 0, 1),
		                              .judgments = rows_integer(rows, 0, 2),
		                              .alpha = rows_double_or_nan(rows, 0, 6),
		                              .low = rows_double_or_nan(rows, 0, 7),
		                              .high = rows_double_or_nan(rows, 0, 8),
		                              .served_fake_rate = rows_double_or_nan(rows, 0, 12),
		                              .fitted_at = rows_copy(rows, 0, 13, arena),
		                              .read_at = rows_copy(rows, 0, 22, arena) };
	if (figures.fitted_at)
		figures.last_fit = read_last_fit(rows);
	read_counts(rows_text(rows, 0, 3), figures.items, ITEM_STATES);
	read_counts(rows_text(rows, 0, 4), figures.items_of, MEDIA_TYPES);
	read_counts(rows_text(rows, 0, 5), figures.judgments_of, MEDIA_TYPES);
	read_stats_days(rows, 9, arena, figures.days);
	read_counts(rows_text(rows, 0, 10), figures.judgments_on, STATS_DAYS);
	read_counts(rows_text(rows, 0, 11), figures.believed, STATS_BARS);
	*ret_figures = figures;
	return ok();
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
