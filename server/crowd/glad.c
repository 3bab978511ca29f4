/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/glad.h"

#include <stdlib.h>
#include <string.h>

#include "crowd/special.h"

#define STEPS      5
#define EASE_MOST  3.
#define ABLE_MOST  8.
#define PRIOR_MEAN 1.

struct fitting {
	const struct sheet *sheet;
	struct glad *glad;
	double *ease;             /* items, as its logarithm */
	double *posterior;        /* items */
	fixed *slope, *curvature; /* volunteers, of the expected log likelihood */
};

static double within(double x, double most)
{
	return fmin(fmax(x, -most), most);
}

static double odds_of(const struct fitting *fitting, uint32_t item)
{
	const struct sheet *sheet = fitting->sheet;
	fixed sum = 0;

	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++) {
		double able = fitting->glad->ability[sheet->code[j] / 2] * exp(fitting->ease[item]);

		sum += fixed_of(sheet->code[j] & 1 ? able : -able);
	}
	return fixed_value(sum);
}

static double expect(struct fitting *fitting)
{
	const struct sheet *sheet = fitting->sheet;
	double change = 0;

	for (uint32_t i = 0; i < sheet->items; i++) {
		fitting->glad->odds[i] = odds_of(fitting, i);
		double p = sheet_is_gold(sheet, i) ? sheet->truth[i] : sigmoid(fitting->glad->odds[i]);

		change = fmax(change, fabs(p - fitting->posterior[i]));
		fitting->posterior[i] = p;
	}
	return change;
}

/* One damped Newton step for every item's ease, gathering what the volunteers' steps need. */
static void step_items(struct fitting *fitting)
{
	const struct sheet *sheet = fitting->sheet;

	for (uint32_t i = 0; i < sheet->items; i++) {
		double ease = exp(fitting->ease[i]);
		fixed slope = fixed_of(PRIOR_MEAN - fitting->ease[i]), curvature = FIXED_ONE;

		for (size_t j = sheet->start[i]; j < sheet->start[i + 1]; j++) {
			uint32_t v = sheet->code[j] / 2;
			double able = fitting->glad->ability[v], right = sigmoid(able * ease);
			double agrees = sheet->code[j] & 1 ? fitting->posterior[i] : 1 - fitting->posterior[i];
			double miss = agrees - right, spread = right * (1 - right);

			slope += fixed_of(miss * able * ease);
			curvature += fixed_of(spread * able * able * ease * ease);
			fitting->slope[v] += fixed_of(miss * ease);
			fitting->curvature[v] += fixed_of(spread * ease * ease);
		}
		fitting->ease[i] = within(
			fitting->ease[i] + within(fixed_value(slope) / fixed_value(curvature), .5), EASE_MOST);
	}
}

static void step_volunteers(struct fitting *fitting)
{
	for (uint32_t v = 0; v < fitting->sheet->volunteers; v++) {
		double able = fitting->glad->ability[v];
		double slope = fixed_value(fitting->slope[v]) + PRIOR_MEAN - able;
		double step = within(slope / (fixed_value(fitting->curvature[v]) + 1), .5);

		fitting->glad->ability[v] = within(able + step, ABLE_MOST);
	}
}

static void maximise(struct fitting *fitting)
{
	size_t volunteers = fitting->sheet->volunteers;

	for (int step = 0; step < STEPS; step++) {
		memset(fitting->slope, 0, volunteers * sizeof *fitting->slope);
		memset(fitting->curvature, 0, volunteers * sizeof *fitting->curvature);
		step_items(fitting);
		step_volunteers(fitting);
	}
}

struct glad glad_fit(const struct sheet *sheet, uint32_t iterations_max, double tolerance)
{
	struct glad glad = { .ability = crowd_alloc(sheet->volunteers, sizeof *glad.ability),
						 .odds = crowd_alloc(sheet->items, sizeof *glad.odds) };
	struct fitting fitting = { .sheet = sheet,
							   .glad = &glad,
							   .ease = crowd_alloc(sheet->items, sizeof *fitting.ease),
							   .posterior = crowd_alloc(sheet->items, sizeof *fitting.posterior),
							   .slope = crowd_alloc(sheet->volunteers, sizeof *fitting.slope),
							   .curvature =
								   crowd_alloc(sheet->volunteers, sizeof *fitting.curvature) };

	for (uint32_t v = 0; v < sheet->volunteers; v++)
		glad.ability[v] = PRIOR_MEAN;
	expect(&fitting);
	while (!glad.converged && glad.iterations < iterations_max) {
		maximise(&fitting);
		glad.converged = expect(&fitting) <= tolerance;
		glad.iterations++;
	}
	free(fitting.ease);
	free(fitting.posterior);
	free(fitting.slope);
	free(fitting.curvature);
	return glad;
}

void glad_clear(struct glad *glad)
{
	free(glad->ability);
	free(glad->odds);
}
