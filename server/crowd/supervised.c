/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/supervised.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/specfun.h"

#define IMAGINED  20. /* volunteers known well who are assumed besides */
#define COMPETENT .75 /* their share of right answers */

/* Counts on gold: given[code][truth], and each volunteer's answers by truth. */
struct supervised {
	const struct judgment_matrix *matrix;
	uint32_t (*given)[2], (*answers)[2];
	double mean[2][SYMBOLS_MAX]; /* the population's answers to reals and to fakes */
	double strength;
	bool no_negative;
};

static void count_gold(struct supervised *supervised)
{
	const struct judgment_matrix *matrix = supervised->matrix;

	for (uint32_t i = 0; i < matrix->items; i++)
		for (size_t j = matrix->start[i];
		     judgment_matrix_is_gold(matrix, i) && j < matrix->start[i + 1]; j++) {
			supervised->given[matrix->code[j]][matrix->truth[i]]++;
			supervised->answers[matrix->code[j] / matrix->symbols][matrix->truth[i]]++;
		}
}

/* The population's mean answers, volunteers weighed by how well each is known. */
static void average_answers(struct supervised *supervised, int truth)
{
	const struct judgment_matrix *matrix = supervised->matrix;
	fixed sum[SYMBOLS_MAX] = { 0 }, all = 0;

	for (size_t code = 0; code < matrix->codes; code++) {
		size_t volunteer = code / matrix->symbols;

		sum[code % matrix->symbols] +=
			fixed_of(supervised->given[code][truth] /
		             (supervised->answers[volunteer][truth] + supervised->strength));
	}
	for (uint32_t k = 0; k < matrix->symbols; k++)
		all += sum[k];
	for (uint32_t k = 0; k < matrix->symbols; k++) {
		bool right = (k >= matrix->symbols / 2) == (truth == FAKE);
		double assumed = (right ? COMPETENT : 1 - COMPETENT) / (.5 * matrix->symbols);

		supervised->mean[truth][k] =
			(fixed_value(sum[k]) + IMAGINED * assumed) / (fixed_value(all) + IMAGINED);
	}
}

/* Log P(answer | truth), without one such answer if `own`. */
static double answer_log(const struct supervised *supervised, uint32_t code, int truth, bool own)
{
	const struct judgment_matrix *matrix = supervised->matrix;
	double prior = supervised->strength * supervised->mean[truth][code % matrix->symbols];
	uint32_t volunteer = code / matrix->symbols;
	double n = supervised->given[code][truth] - (own ? 1. : 0);
	double all = supervised->answers[volunteer][truth] - (own ? 1. : 0);

	return log((n + prior) / (all + supervised->strength));
}

/* What each code adds to the odds of an item of that truth, which is in the counts. */
static double *code_weights(const struct supervised *supervised, int truth)
{
	double *weight = mem_new(supervised->matrix->codes, sizeof *weight);

	for (uint32_t code = 0; code < supervised->matrix->codes; code++)
		if (truth == UNKNOWN || supervised->given[code][truth])
			weight[code] = answer_log(supervised, code, FAKE, truth == FAKE) -
			               answer_log(supervised, code, REAL, truth == REAL);
	for (uint32_t code = 0; supervised->no_negative && code < supervised->matrix->codes; code++)
		if ((weight[code] < 0) == judgment_matrix_says_fake(supervised->matrix, code))
			weight[code] = 0;
	return weight;
}

void supervised_odds(const struct judgment_matrix *matrix, double prior, double strength,
                     bool no_negative, double odds[])
{
	struct supervised supervised = {
		.matrix = matrix,
		.given = mem_new(matrix->codes, sizeof *supervised.given),
		.answers = mem_new(matrix->volunteers, sizeof *supervised.answers),
		.strength = strength,
		.no_negative = no_negative,
	};

	count_gold(&supervised);
	average_answers(&supervised, REAL);
	average_answers(&supervised, FAKE);
	for (int truth = UNKNOWN; truth <= FAKE; truth++) {
		double *weight = code_weights(&supervised, truth);

		for (uint32_t i = 0; i < matrix->items; i++) {
			fixed sum = 0;

			if (matrix->truth[i] != truth)
				continue;
			for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++)
				sum += fixed_of(weight[matrix->code[j]]);
			odds[i] = prior + fixed_value(sum);
		}
		free(weight);
	}
	free(supervised.given);
	free(supervised.answers);
}
