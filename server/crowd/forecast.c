/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"

#define INTERVAL_90 1.6448536269514722 /* standard deviations to each side */

/* longer[n]: the share of items that take more than n judgments. */
static void product_limit(const struct forecast_items *items, double longer[])
{
	double at_risk = 0;

	for (uint32_t n = 0; n <= items->plan; n++)
		at_risk += (double)items->ended[n] + items->open[n];
	longer[0] = 1;
	for (uint32_t n = 1; n <= items->plan; n++) {
		at_risk -= (double)items->ended[n - 1] + items->open[n - 1];
		longer[n] = longer[n - 1] * (at_risk > 0 ? 1 - items->ended[n] / at_risk : 1);
	}
	longer[items->plan] = 0;
}

/* Of an item with `has` judgments: how many more, in the mean, and their variance. */
static void residual_of(const double longer[], uint32_t plan, uint32_t has, double *ret_mean,
                        double *ret_variance)
{
	double mean = 0, square = 0;

	for (uint32_t n = has; n < plan && longer[has] > 0; n++) {
		double share = longer[n] / longer[has];

		mean += share;
		square += (2. * (n - has) + 1) * share;
	}
	*ret_mean = mean;
	*ret_variance = fmax(0, square - mean * mean);
}

struct forecast_left forecast_left_of(const struct forecast_items *items)
{
	double *longer = mem_new((size_t)items->plan + 1, sizeof *longer);
	struct forecast_left left = { 0 };

	product_limit(items, longer);
	for (uint32_t n = 0; n <= items->plan; n++) {
		double mean, variance;

		left.ended += items->ended[n];
		if (!items->open[n])
			continue;
		residual_of(longer, items->plan, n, &mean, &variance);
		left.judgments += items->open[n] * mean;
		left.variance += items->open[n] * variance;
	}
	residual_of(longer, items->plan, 0, &left.fresh, &left.fresh_variance);
	free(longer);
	return left;
}

void forecast_add_fresh(struct forecast_left *left, double items)
{
	left->judgments += items * left->fresh;
	left->variance += items * left->fresh_variance;
}

struct forecast_pace forecast_pace_of(const double judgments[], size_t hours)
{
	struct forecast_pace pace = { .hours = hours };
	double squares = 0;

	for (size_t h = 0; h < hours; h++)
		pace.mean += judgments[h] / (double)hours;
	for (size_t h = 0; h < hours; h++)
		squares += (judgments[h] - pace.mean) * (judgments[h] - pace.mean);
	pace.variance = hours > 1 ? squares / (double)(hours - 1) : 0;
	return pace;
}

/*
 * After n hours as many judgments have come as are left, but for `z` standard deviations of both:
 * (n mean - left)^2 = z^2 (n variance + n^2 variance / hours + variance of what is left), and of
 * the two n that solve this one is the early end, one the late.
 */
struct forecast_end forecast_end_of(const struct forecast_left *left,
                                    const struct forecast_pace *pace)
{
	double z2 = INTERVAL_90 * INTERVAL_90, mean = pace->mean;
	struct forecast_end end = { .high = NAN };

	if (left->ended < FORECAST_ENDED || pace->hours < FORECAST_HOURS || !(mean > 0))
		return end;
	double a = mean * mean - z2 * pace->variance / (double)pace->hours;
	double b = -(2 * mean * left->judgments + z2 * pace->variance);
	double c = left->judgments * left->judgments - z2 * left->variance;
	double root = sqrt(fmax(0, b * b - 4 * a * c));

	end.known = true;
	end.hours = left->judgments / mean;
	end.low = c <= 0 ? 0 : 2 * c / (root - b);
	end.high = a > 0 ? (root - b) / (2 * a) : NAN;
	return end;
}
