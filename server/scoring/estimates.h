/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimates -- how every item and volunteer stands: the last full fit, and what came since.
 *
 *   Properties   A full fit reads every judgment in one snapshot and notes which news
 *                (score_pending) it has read.  Between two fits each new judgment moves its item
 *                and its volunteer in constant time (crowd/online).
 *   Operation    estimates_fit() reads and fits, estimates_publish() writes all that changed,
 *                estimates_catch_up() takes in single judgments and writes what they touch.
 *                How often a fit may take back what an earlier one settled is bounded.
 *   Safety       News leaves the table only when a published fit has read it, so a crash
 *                anywhere loses nothing: the next leader fits everything anew.
 *
 * Threads: a estimates belongs to one thread at a time; scoring/scorer hands it over.
 */
#ifndef SCORING_ESTIMATES_H
#define SCORING_ESTIMATES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "crowd/deciding.h"

struct db;
struct estimates;

/* What one step did, for the log and the command line. */
struct scoring {
	uint64_t judgments; /* behind the fit */
	uint32_t items, volunteers, iterations;
	uint32_t news;  /* judgments that are new in this step */
	bool at_once;   /* judgments count no more, or again: only a fit puts that right */
	uint32_t moved; /* posteriors that changed by .01 or more */
	uint32_t retired, disputed;
	uint32_t reopened;  /* retired items that came back, to be asked about or to a moderator */
	uint32_t held;      /* that would have: one fit unsettles few */
	uint32_t withdrawn; /* disputes that the crowd closed */
	uint32_t gold;      /* on which the fit was calibrated */
	double weight, slope;
	uint32_t cohorts, cohort_volunteers; /* who err together beyond what all share */
	double cohort_share;                 /* of the judgments */
	uint32_t cohort_changes;             /* labels that turn in a fit without them */
	uint32_t decided[DECIDED_BY_KINDS];  /* retired items by who may decide them, when it began */
	uint32_t ignored;                    /* volunteers worse than chance */
	double alpha;                        /* of the first campaign; NAN: undefined */
};

/* Reads everything and fits. Memory: some 30 bytes a judgment while it runs. */
struct error estimates_fit(struct db *db, struct estimates **ret_standing) MUST_CHECK;
void estimates_free(struct estimates *estimates);

/* How much news the fit has read that no fit before it had. */
uint32_t estimates_news(const struct estimates *estimates);

/*
 * Writes what the fit changed, and settles items.  With `forget`, the news that it has read is
 * dropped: only the process that leads may, or another would never hear of it.
 */
struct error estimates_publish(struct db *db, struct estimates *estimates, bool forget,
                               struct scoring *ret_scoring) MUST_CHECK;

/* Takes in what arrived since a fit that was published with `forget`; writes and settles the items
 * it touched. */
struct error estimates_catch_up(struct db *db, struct estimates *estimates,
                                struct scoring *ret_scoring) MUST_CHECK;

#endif
