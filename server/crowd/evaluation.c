/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/judgments.h"

#define BINS 10
#define HELD 1e-9

struct forecast {
	double p;
	int truth;
};

/* Equal forecasts in a fixed order (reals first), so that the order of items does not matter. */
static int by_forecast(const void *left, const void *right)
{
	const struct forecast *a = left, *b = right;

	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return a->truth - b->truth;
}

/* Forecasts that are equal share what came true among them, so that where a bin ends does not
 * depend on which of them stands first. */
static double calibration_error(struct forecast forecasts[], size_t count)
{
	double error = 0, *came = mem_new(count ? count : 1, sizeof *came);

	qsort(forecasts, count, sizeof *forecasts, by_forecast);
	for (size_t from = 0, to; from < count; from = to) {
		double fakes = 0;

		for (to = from; to < count && forecasts[to].p == forecasts[from].p; to++)
			fakes += forecasts[to].truth;
		for (size_t i = from; i < to; i++)
			came[i] = fakes / (double)(to - from);
	}
	for (size_t bin = 0; bin < BINS; bin++) {
		double gap = 0;

		for (size_t i = bin * count / BINS; i < (bin + 1) * count / BINS; i++)
			gap += forecasts[i].p - came[i];
		error += fabs(gap);
	}
	free(came);
	return count ? error / (double)count : 0;
}

static double evaluation_ratio(double part, double all)
{
	return all > 0 ? part / all : 0;
}

struct evaluation evaluate(const double p_fake[], const uint8_t label[], const int8_t truth[],
                           size_t items)
{
	struct evaluation result = { 0 };
	struct forecast *forecasts = mem_new(items ? items : 1, sizeof *forecasts);
	double hit[2] = { 0 }, of[2] = { 0 }, called_fake = 0;
	size_t n = 0;

	for (size_t i = 0; i < items; i++) {
		if (truth[i] == UNKNOWN)
			continue;
		double p = fmin(fmax(p_fake[i], HELD), 1 - HELD);

		forecasts[n++] = (struct forecast){ p_fake[i], truth[i] };
		of[truth[i]]++;
		hit[truth[i]] += label[i] == truth[i];
		called_fake += label[i] == FAKE;
		result.log_loss -= truth[i] == FAKE ? log(p) : log1p(-p);
		result.brier += (p_fake[i] - truth[i]) * (p_fake[i] - truth[i]);
	}
	result.items = n;
	result.accuracy = evaluation_ratio(hit[REAL] + hit[FAKE], (double)n);
	result.balanced_accuracy = evaluation_ratio(evaluation_ratio(hit[REAL], of[REAL]) +
	                                                evaluation_ratio(hit[FAKE], of[FAKE]),
	                                            (double)(of[REAL] > 0) + (of[FAKE] > 0));
	result.f1 = evaluation_ratio(2 * hit[FAKE], called_fake + of[FAKE]);
	result.log_loss = evaluation_ratio(result.log_loss, (double)n);
	result.brier = evaluation_ratio(result.brier, (double)n);
	result.ece = calibration_error(forecasts, n);
	free(forecasts);
	return result;
}
