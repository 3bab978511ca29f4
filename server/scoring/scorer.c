/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/scorer.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/mem.h"
#include "db/db.h"

#define REST 9 /* after a fit, as many times its own time: volunteers come first */

struct scorer {
	pthread_mutex_t lock; /* guards everything up to the line */
	bool leads;
	unsigned term;            /* counts how often this process came to lead */
	bool needs_fit;           /* there is nothing to take judgments into */
	struct estimates *fitted; /* handed over by a fit, and not yet taken; NULL: none */
	uint32_t news;            /* judgments taken in since the fit began */
	int64_t fit_took_ms, fit_ended_ms;
	/* ------------------------------------------------ the first hand's alone */
	unsigned life;               /* of the connection that holds the advisory lock */
	struct estimates *estimates; /* NULL: no fit yet */
};

struct scorer *scorer_new(void)
{
	struct scorer *scorer = mem_new(1, sizeof *scorer);

	pthread_mutex_init(&scorer->lock, NULL);
	return scorer;
}

void scorer_free(struct scorer *scorer)
{
	if (!scorer)
		return;
	estimates_free(scorer->estimates);
	estimates_free(scorer->fitted);
	pthread_mutex_destroy(&scorer->lock);
	free(scorer);
}

/* What a fit hands over while this process does not lead, or no more, is stale when it leads again.
 */
static void set_leads(struct scorer *scorer, bool leads)
{
	estimates_free(scorer->estimates);
	scorer->estimates = NULL;
	lock_take(&scorer->lock);
	struct estimates *stale = scorer->fitted;
	scorer->fitted = NULL;
	scorer->leads = leads;
	scorer->term += leads;
	scorer->needs_fit = true;
	lock_release(&scorer->lock);
	estimates_free(stale);
}

/* An advisory lock ends with its session: a new connection must ask again. */
static struct error try_to_lead(struct scorer *scorer, struct db *db, bool *ret_leads)
{
	auto_rows *rows = NULL;

	lock_take(&scorer->lock);
	bool leads = scorer->leads;
	lock_release(&scorer->lock);
	if (leads && db_alive(db) && db_life(db) == scorer->life) {
		*ret_leads = true;
		return ok();
	}
	if (leads)
		set_leads(scorer, false);
	struct error err = db_run(db, SQL_CONSENSUS_LEAD, NULL, &rows);
	if (err.code)
		return err;
	scorer->life = db_life(db);
	*ret_leads = rows_flag(rows, 0, 0);
	if (*ret_leads)
		set_leads(scorer, true);
	return ok();
}

static void take_fitted(struct scorer *scorer)
{
	lock_take(&scorer->lock);
	struct estimates *fitted = scorer->fitted;
	scorer->fitted = NULL;
	lock_release(&scorer->lock);
	if (!fitted)
		return;
	estimates_free(scorer->estimates);
	scorer->estimates = fitted;
}

/* What was taken in may not be written: only a fit puts that right. */
static void lose_standing(struct scorer *scorer)
{
	estimates_free(scorer->estimates);
	scorer->estimates = NULL;
	lock_take(&scorer->lock);
	scorer->needs_fit = !scorer->fitted;
	lock_release(&scorer->lock);
}

struct error scorer_catch_up(struct scorer *scorer, struct db *db, struct scoring *ret_scoring)
{
	struct scoring scoring = { .alpha = NAN };
	bool leads = false;
	struct error err = try_to_lead(scorer, db, &leads);

	if (!err.code && leads) {
		take_fitted(scorer);
		if (scorer->estimates)
			err = estimates_catch_up(db, scorer->estimates, &scoring);
	}
	if (err.code || scoring.at_once)
		lose_standing(scorer);
	lock_take(&scorer->lock);
	scorer->news += scoring.news;
	lock_release(&scorer->lock);
	*ret_scoring = scoring;
	return err;
}

/* Is a fit due? Marks its beginning, and tells in which term. */
static bool begin_fit(struct scorer *scorer, unsigned *ret_term)
{
	lock_take(&scorer->lock);
	int64_t rested_ms = clock_monotonic_ms() - scorer->fit_ended_ms;
	bool due = scorer->leads &&
	           (scorer->needs_fit || (scorer->news && rested_ms >= REST * scorer->fit_took_ms));
	if (due)
		scorer->news = 0;
	*ret_term = scorer->term;
	lock_release(&scorer->lock);
	return due;
}

/* Hands the new standing over; one of an earlier term is dropped, for others led meanwhile. */
static void end_fit(struct scorer *scorer, struct estimates *estimates, unsigned term,
                    int64_t began_ms)
{
	struct estimates *unused = estimates;

	lock_take(&scorer->lock);
	scorer->fit_ended_ms = clock_monotonic_ms();
	scorer->fit_took_ms = scorer->fit_ended_ms - began_ms;
	if (scorer->leads && scorer->term == term && estimates) {
		unused = scorer->fitted;
		scorer->fitted = estimates;
		scorer->needs_fit = false;
	} else {
		scorer->news++; /* what this fit was for is still to do */
	}
	lock_release(&scorer->lock);
	estimates_free(unused);
}

struct error scorer_fit(struct scorer *scorer, struct db *db, bool *ret_fitted,
                        struct scoring *ret_scoring)
{
	int64_t began_ms = clock_monotonic_ms();
	struct estimates *estimates = NULL;
	unsigned term;
	struct error err;

	*ret_fitted = begin_fit(scorer, &term);
	if (!*ret_fitted)
		return ok();
	err = estimates_fit(db, &estimates);
	if (!err.code)
		err = estimates_publish(db, estimates, true, ret_scoring);
	if (err.code) {
		estimates_free(estimates);
		estimates = NULL;
	}
	end_fit(scorer, estimates, term, began_ms);
	return err;
}

struct error scorer_score_once(struct db *db, bool full, bool *ret_scored,
                               struct scoring *ret_scoring)
{
	struct estimates *estimates = NULL;
	auto_rows *lead = NULL;
	struct error err;

	if ((err = db_run(db, SQL_CONSENSUS_LEAD, NULL, &lead)).code)
		return err;
	if ((err = estimates_fit(db, &estimates)).code)
		return err;
	*ret_scored = full || estimates_news(estimates);
	if (*ret_scored)
		err = estimates_publish(db, estimates, rows_flag(lead, 0, 0), ret_scoring);
	estimates_free(estimates);
	return err;
}
