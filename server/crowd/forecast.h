/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast -- when a campaign will be done, if it goes on as it did.
 *
 * How many judgments an item takes until it leaves service is estimated by the product limit of
 * Kaplan & Meier (1958): items that are still asked about tell that they took more than they have,
 * so easy items that left early do not make the rest look as easy.  At its plan's end every item
 * leaves.  How many judgments come in an hour is the mean of past hours, taken as independent; its
 * spread, and that the mean is not known well from few hours, make the interval.  What it cannot
 * see: nights, weekends, campaigns that are told of in the news.  Pure; any thread.
 */
#ifndef CROWD_FORECAST_H
#define CROWD_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORECAST_ENDED 20 /* items that have left: with fewer there is no forecast */
#define FORECAST_HOURS 6  /* past hours: the same */

/* Items by how many judgments they have: ended[n] and open[n] for n from 0 to `plan`. */
struct forecast_items {
	uint32_t plan;
	const uint32_t *ended, *open;
};

/* Judgments that are still to come, in the mean, and their variance; of one item that nobody has
 * judged: fresh. */
struct forecast_left {
	double judgments, variance, fresh, fresh_variance;
	uint32_t ended;
};

struct forecast_left forecast_left_of(const struct forecast_items *items);

/* Adds items that nobody has judged yet. */
void forecast_add_fresh(struct forecast_left *left, double items);

/* Judgments an hour, of `hours` past ones. */
struct forecast_pace {
	double mean, variance;
	size_t hours;
};

struct forecast_pace forecast_pace_of(const double judgments[], size_t hours);

/* Hours from now: the middle, and an interval of 90 %.  `high` NAN: it may as well never end. */
struct forecast_end {
	bool known;
	double hours, low, high;
};

struct forecast_end forecast_end_of(const struct forecast_left *left,
                                    const struct forecast_pace *pace);

#endif
