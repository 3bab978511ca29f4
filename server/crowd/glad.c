/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/glad.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/specfun.h"

#define STEPS      5
#define EASE_MOST  3.
#define ABLE_MOST  8.
#define PRIOR_MEAN 1.

struct fitting {
	const struct judgment_matrix *matrix;
	struct glad *glad;
	double *ease;             /* items, as its logarithm */
	double *posterior;        /* items */
	fixed *slope, *curvature; /* volunteers, of the expected log likelihood */
};

static double glad_within(double x, double most)
{
	return fmin(fmax(x, -most), most);
}

static double odds_of(const struct fitting *fitting, uint32_t item)
{
	const struct judgment_matrix *matrix = fitting->matrix;
	fixed sum = 0;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		double able = fitting->glad->ability[matrix->code[j] / 2] * exp(fitting->ease[item]);

		sum += fixed_of(matrix->code[j] & 1 ? able : -able);
	}
	return fixed_value(sum);
}

static double glad_expect(struct fitting *fitting)
{
	const struct judgment_matrix *matrix = fitting->matrix;
	double change = 0;

	for (uint32_t i = 0; i < matrix->items; i++) {
		fitting->glad->odds[i] = odds_of(fitting, i);
		double p =
			judgment_matrix_is_gold(matrix, i) ? matrix->truth[i] : sigmoid(fitting->glad->odds[i]);

		change = fmax(change, fabs(p - fitting->posterior[i]));
		fitting->posterior[i] = p;
	}
	return change;
}

/* One damped Newton step for every item's ease, gathering what the volunteers' steps need. */
static void step_items(struct fitting *fitting)
{
	const struct judgment_matrix *matrix = fitting->matrix;

	for (uint32_t i = 0; i < matrix->items; i++) {
		double ease = exp(fitting->ease[i]);
		fixed slope = fixed_of(PRIOR_MEAN - fitting->ease[i]), curvature = FIXED_ONE;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			uint32_t v = matrix->code[j] / 2;
			double able = fitting->glad->ability[v], right = sigmoid(able * ease);
			double agrees = matrix->code[j] & 1 ? fitting->posterior[i] : 1 - fitting->posterior[i];
			double miss = agrees - right, spread = right * (1 - right);

			slope += fixed_of(miss * able * ease);
			curvature += fixed_of(spread * able * able * ease * ease);
			fitting->slope[v] += fixed_of(miss * ease);
			fitting->curvature[v] += fixed_of(spread * ease * ease);
		}
		fitting->ease[i] = glad_within(
			fitting->ease[i] + glad_within(fixed_value(slope) / fixed_value(curvature), .5),
			EASE_MOST);
	}
}

static void step_volunteers(struct fitting *fitting)
{
	for (uint32_t v = 0; v < fitting->matrix->volunteers; v++) {
		double able = fitting->glad->ability[v];
		double slope = fixed_value(fitting->slope[v]) + PRIOR_MEAN - able;
		double step = glad_within(slope / (fixed_value(fitting->curvature[v]) + 1), .5);

		fitting->glad->ability[v] = glad_within(able + step, ABLE_MOST);
	}
}

static void glad_maximise(struct fitting *fitting)
{
	size_t volunteers = fitting->matrix->volunteers;

	for (int step = 0; step < STEPS; step++) {
		memset(fitting->slope, 0, volunteers * sizeof *fitting->slope);
		memset(fitting->curvature, 0, volunteers * sizeof *fitting->curvature);
		step_items(fitting);
		step_volunteers(fitting);
	}
}

struct glad glad_fit(const struct judgment_matrix *matrix, uint32_t iterations_max,
                     double tolerance)
{
	struct glad glad = { .ability = mem_new(matrix->volunteers, sizeof *glad.ability),
		                 .odds = mem_new(matrix->items, sizeof *glad.odds) };
	struct fitting fitting = { .matrix = matrix,
		                       .glad = &glad,
		                       .ease = mem_new(matrix->items, sizeof *fitting.ease),
		                       .posterior = mem_new(matrix->items, sizeof *fitting.posterior),
		                       .slope = mem_new(matrix->volunteers, sizeof *fitting.slope),
		                       .curvature =
		                           mem_new(matrix->volunteers, sizeof *fitting.curvature) };

	for (uint32_t v = 0; v < matrix->volunteers; v++)
		glad.ability[v] = PRIOR_MEAN;
	glad_expect(&fitting);
	while (!glad.converged && glad.iterations < iterations_max) {
		glad_maximise(&fitting);
		glad.converged = glad_expect(&fitting) <= tolerance;
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
