/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/scorer.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "db/db.h"

#define REST 9 /* after a fit, as many times its own time: volunteers come first */

struct scorer {
	pthread_mutex_t lock; /* guards everything below */
	bool leads;
	unsigned life;             /* of the connection that holds the advisory lock */
	struct standing *standing; /* NULL: no fit yet */
	uint32_t news;             /* judgments taken in since the fit began */
	int64_t fit_took_ms, fit_ended_ms;
};

struct scorer *scorer_new(void)
{
	struct scorer *scorer = calloc(1, sizeof *scorer);

	if (!scorer)
		abort();
	pthread_mutex_init(&scorer->lock, NULL);
	return scorer;
}

void scorer_free(struct scorer *scorer)
{
	if (!scorer)
		return;
	standing_free(scorer->standing);
	pthread_mutex_destroy(&scorer->lock);
	free(scorer);
}

static void lose(struct scorer *scorer)
{
	standing_free(scorer->standing);
	scorer->standing = NULL;
}

/* With the lock held. An advisory lock ends with its session: a new connection must ask again. */
static struct error try_to_lead(struct scorer *scorer, struct db *db)
{
	auto_rows *rows = NULL;

	if (!db_alive(db) || db_life(db) != scorer->life)
		scorer->leads = false;
	if (scorer->leads)
		return ok();
	lose(scorer);
	struct error err = db_run(db, SQL_CONSENSUS_LEAD, NULL, &rows);
	if (err.code)
		return err;
	scorer->leads = rows_flag(rows, 0, 0);
	scorer->life = db_life(db);
	return ok();
}

struct error scorer_catch_up(struct scorer *scorer, struct db *db, struct scoring *ret_scoring)
{
	struct scoring scoring = { .alpha = NAN };

	lock_take(&scorer->lock);
	struct error err = try_to_lead(scorer, db);
	if (!err.code && scorer->leads && scorer->standing)
		err = standing_catch_up(db, scorer->standing, &scoring);
	if (err.code) /* what was taken in may not be written: only a fit puts that right */
		lose(scorer);
	scorer->news += scoring.news;
	lock_release(&scorer->lock);
	*ret_scoring = scoring;
	return err;
}

/* Is a fit due? Marks its beginning. */
static bool begin_fit(struct scorer *scorer)
{
	lock_take(&scorer->lock);
	int64_t rested_ms = clock_monotonic_ms() - scorer->fit_ended_ms;
	bool due = scorer->leads &&
			   (!scorer->standing || (scorer->news && rested_ms >= REST * scorer->fit_took_ms));
	if (due)
		scorer->news = 0;
	lock_release(&scorer->lock);
	return due;
}

/* Hands the new standing over; one that came too late, when another leads, is dropped. */
static void end_fit(struct scorer *scorer, struct standing *standing, int64_t began_ms)
{
	lock_take(&scorer->lock);
	scorer->fit_ended_ms = clock_monotonic_ms();
	scorer->fit_took_ms = scorer->fit_ended_ms - began_ms;
	if (scorer->leads && standing) {
		lose(scorer);
		scorer->standing = standing;
	} else {
		standing_free(standing);
		scorer->news++; /* what this fit was for is still to do */
	}
	lock_release(&scorer->lock);
}

struct error scorer_fit(struct scorer *scorer, struct db *db, bool *ret_fitted,
						struct scoring *ret_scoring)
{
	int64_t began_ms = clock_monotonic_ms();
	struct standing *standing = NULL;
	struct error err;

	*ret_fitted = begin_fit(scorer);
	if (!*ret_fitted)
		return ok();
	err = standing_fit(db, &standing);
	if (!err.code)
		err = standing_publish(db, standing, true, ret_scoring);
	if (err.code) {
		standing_free(standing);
		standing = NULL;
	}
	end_fit(scorer, standing, began_ms);
	return err;
}

struct error scorer_score_once(struct db *db, bool full, bool *ret_scored,
							   struct scoring *ret_scoring)
{
	struct standing *standing = NULL;
	auto_rows *lead = NULL;
	struct error err;

	if ((err = db_run(db, SQL_CONSENSUS_LEAD, NULL, &lead)).code)
		return err;
	if ((err = standing_fit(db, &standing)).code)
		return err;
	*ret_scored = full || standing_news(standing);
	if (*ret_scored)
		err = standing_publish(db, standing, rows_flag(lead, 0, 0), ret_scoring);
	standing_free(standing);
	return err;
}
