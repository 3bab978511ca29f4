/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/held_out.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/dawid_skene.h"
#include "crowd/item_subtypes.h"
#include "crowd/refinement.h"

#define SAMPLE         80000u /* judgments, of items drawn where there are more */
#define KNOWN          20     /* judgments of who gives one, in the sample */
#define ENOUGH         16000u /* answers to predict */
#define TOLERANCE      1e-2
#define MEAN_TOLERANCE 1e-3
#define ROUNDS         40
#define ODDS_MOST      30. /* of one item's difference */

/* Sums over items of what the second model gains, and of its squares. */
struct gain {
	fixed sum, squares;
	uint64_t items;
};

/* Which fold each judgment belongs to; FOLD_NONE outside the sample of items. */
static uint8_t *draw_folds(const struct judgment_matrix *matrix)
{
	uint64_t *item = mem_new(matrix->items, sizeof *item);
	uint64_t *volunteer = mem_new(matrix->volunteers, sizeof *volunteer);
	uint8_t *fold = mem_new(matrix->count, sizeof *fold);

	refinement_hash(matrix, matrix->count > SAMPLE ? 1 : 2, item, volunteer);
	for (uint32_t i = 0; i < matrix->items; i++) {
		bool drawn = item[i] % (matrix->count + 1) < SAMPLE;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			uint64_t whose = refinement_mix(volunteer[matrix->code[j] / matrix->symbols]);

			fold[j] = drawn ? (uint8_t)(refinement_mix(item[i] ^ whose) % HELD_FOLDS) : FOLD_NONE;
		}
	}
	free(item);
	free(volunteer);
	return fold;
}

/* What two models expect of the answers to an item. */
struct two_views {
	const struct dawid_skene *coins;
	const struct item_subtypes *subtypes;
	double fake, states[STATES];
};

static double gain_of_answer(const struct two_views *views, uint32_t code)
{
	double coins = views->fake * dawid_skene_share(views->coins, code, FAKE) +
	               (1 - views->fake) * dawid_skene_share(views->coins, code, REAL);
	double subtypes = 0;

	for (int state = 0; state < STATES; state++)
		subtypes += views->states[state] * item_subtypes_share(views->subtypes, code, state);
	return log(subtypes / coins);
}

/* What two models expect of an item, gold as it is. */
static void view_item(struct two_views *views, const struct judgment_matrix *matrix, uint32_t item)
{
	views->fake = judgment_matrix_is_gold(matrix, item)
	                  ? matrix->truth[item]
	                  : sigmoid(dawid_skene_odds(views->coins, item));
	item_subtypes_odds(views->subtypes, item, views->states);
}

static void compare_views(struct gain *gain, const struct judgment_matrix *matrix,
                          const uint8_t fold[], uint8_t held, struct two_views *views)
{
	for (uint32_t i = 0; i < matrix->items; i++) {
		fixed sum = 0;
		bool any = false;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			if (fold[j] != held)
				continue;
			if (!any)
				view_item(views, matrix, i);
			any = true;
			sum += fixed_of(gain_of_answer(views, matrix->code[j]));
		}
		double x = fmin(fmax(fixed_value(sum), -ODDS_MOST), ODDS_MOST);
		gain->sum += fixed_of(x);
		gain->squares += fixed_of(x * x);
		gain->items += any;
	}
}

static void try_fold(struct gain *gain, const struct judgment_matrix *matrix, const uint8_t fold[],
                     uint8_t held)
{
	struct judgment_matrix rest = judgment_matrix_without(matrix, fold, held);
	struct dawid_skene coins =
		dawid_skene_fit(&rest, &(struct dawid_skene_options){ .way = DAWID_SKENE_LEAVE_OUT,
	                                                          .iterations_max = ROUNDS,
	                                                          .tolerance = TOLERANCE });
	struct item_subtypes subtypes = item_subtypes_fit(&rest, NULL, ROUNDS, MEAN_TOLERANCE);

	compare_views(gain, matrix, fold, held,
	              &(struct two_views){ .coins = &coins, .subtypes = &subtypes });
	dawid_skene_clear(&coins);
	item_subtypes_clear(&subtypes);
	judgment_matrix_clear(&rest);
}

/* Whether a sample of so many judgments still knows its volunteers: how many judgments whoever
 * gives one has there. */
static bool sample_knows_volunteers(const struct judgment_matrix *matrix, uint64_t sample)
{
	double squares = 0;

	for (uint32_t v = 0; v < matrix->volunteers; v++) {
		double judgments = 0;

		for (uint32_t k = 0; k < matrix->symbols; k++)
			judgments += matrix->total[(size_t)v * matrix->symbols + k];
		squares += judgments * judgments; /* whole numbers: exact */
	}
	double each = squares / (double)matrix->count;
	return sample == matrix->count || each * (double)sample / (double)matrix->count >= KNOWN;
}

double held_out_weight(const struct judgment_matrix *matrix)
{
	struct gain gain = { 0 };
	uint64_t sample = matrix->count < SAMPLE ? matrix->count : SAMPLE;

	if (!matrix->count || !sample_knows_volunteers(matrix, sample))
		return 0;
	uint8_t *fold = draw_folds(matrix);

	for (uint8_t held = 0; held < HELD_FOLDS; held++) {
		if (sample * held >= (uint64_t)ENOUGH * HELD_FOLDS)
			break;
		try_fold(&gain, matrix, fold, held);
	}
	free(fold);
	if (!gain.items)
		return 0;
	double sum = fixed_value(gain.sum), mean = sum / (double)gain.items;
	double variance = fixed_value(gain.squares) - sum * mean;
	return variance > 0 ? .5 * erfc(-sum / sqrt(2 * variance)) : .5;
}
