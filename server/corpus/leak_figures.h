/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leak_figures -- the kept leak tables of campaigns (corpus/leaks.h), for moderators and metrics.
 *
 * A table says of no single item what it is, and of few items of a class it would all the same:
 * where one has fewer than LEAKS_LEAST, the table stays with the operator.
 *
 * Threads: as the struct db; leak_figures_metrics() from any.
 */
#ifndef CORPUS_LEAK_FIGURES_H
#define CORPUS_LEAK_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct arena;
struct db;

/* Texts live as long as the call that lends them. */
struct leak_figure {
	const char *campaign, *media_type, *trait;
	double auc, low, high;
	bool served, warns;
	int64_t fakes, reals;
	const char *at;
};

/* Calls `each` for all that may leave the server, the strongest of a medium first; campaign NULL:
 * of all campaigns. */
struct error leak_figures_each(struct db *db, const char *campaign,
                               void (*each)(void *arg, const struct leak_figure *figure),
                               void *arg) MUST_CHECK;

/* Reads for leak_figures_metrics() what stands: call it every few seconds. */
struct error leak_figures_watch(struct db *db) MUST_CHECK;

/* For /metrics, as of the last leak_figures_watch(): how many warnings stand in each campaign that
 * was measured. In the arena. */
const char *leak_figures_metrics(struct arena *arena);

#endif
