/* SPDX-License-Identifier: Apache-2.0 */
/* stats -- the public figures. */
#ifndef SCORING_STATS_H
#define SCORING_STATS_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

struct db;
struct job_handler;

/* What the last full fit told, and sums over all; `fits` is 0 before the first. */
struct fit_figures {
	long long fits, retired, reopened, disputed, withdrawn;
	long long held, gold; /* of the last one */
	double weight, slope; /* of its calibration */
	double fitted_at_s;   /* since 1970 */
};

/* Reads them: call it every few seconds, so that stats_fit() need not wait for the database. */
struct error stats_watch_fit(struct db *db) MUST_CHECK;

/* As they were last read. Any thread. */
struct fit_figures stats_fit(void);

/* Counts the pairs of the past, so that stats_public() need not. *ret_more: there is more to
 * count, but the time for it is over; call again soon. */
struct error stats_fold(struct db *db, bool *ret_more) MUST_CHECK;

/* Counts all of them. */
extern const struct job_handler figures_job;

/* The public figures as one JSON text in the arena. */
struct error stats_public(struct db *db, struct arena *arena, const char **ret_json) MUST_CHECK;

#endif
