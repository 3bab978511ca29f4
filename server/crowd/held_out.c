/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/held_out.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/dawid_skene.h"
#include "crowd/item_subtypes.h"
#include "crowd/refinement.h"

#define SAMPLE         80000u /* judgments, of items drawn where there are more */
#define KNOWN          20.    /* judgments of who gives one, among those tried */
#define KNOWN_LEAST    .25    /* less than this share of them says nothing */
#define ENOUGH         16000u /* answers to predict */
#define TOLERANCE      1e-2
#define MEAN_TOLERANCE 1e-3
#define ROUNDS         40
#define ODDS_MOST      30. /* of one item's difference */

/*
 * Numbers the items of one hash, so that their answers do not all go one way.  Which of them gets
 * which number does not matter: they are the same to every model.
 */
static void number_equals(const struct judgment_matrix *matrix, uint64_t item[])
{
	uint32_t *order = mem_new(matrix->items, sizeof *order);
	uint64_t rank = 0, before = 0;

	for (uint32_t i = 0; i < matrix->items; i++)
		if (judgment_matrix_is_gold(matrix, i))
			item[i] ^= 2u + (unsigned)matrix->truth[i];
	refinement_order(item, matrix->items, order);
	for (uint32_t k = 0; k < matrix->items; k++) {
		uint64_t key = item[order[k]];

		rank = k && key == before ? rank + 1 : 0;
		item[order[k]] = refinement_mix(key + refinement_mix(rank));
		before = key;
	}
	free(order);
}

/* Which fold each judgment belongs to; FOLD_NONE outside the sample of items. */
static uint8_t *draw_folds(const struct judgment_matrix *matrix)
{
	uint64_t *item = mem_new(matrix->items, sizeof *item);
	uint64_t *volunteer = mem_new(matrix->volunteers, sizeof *volunteer);
	uint8_t *fold = mem_new(matrix->count, sizeof *fold);

	refinement_hash(matrix, 2, item, volunteer);
	number_equals(matrix, item);
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

/* Gold is of its class. */
static void clamp_states(double states[STATES], int truth)
{
	double sum = 0;

	for (int state = 0; state < STATES; state++) {
		states[state] *= (state >= SUBTYPES) == (truth == FAKE);
		sum += states[state];
	}
	for (int state = 0; state < STATES; state++)
		states[state] = sum > 0                                  ? states[state] / sum
		                : (state >= SUBTYPES) == (truth == FAKE) ? 1. / SUBTYPES
		                                                         : 0;
}

/* What two models expect of an item. */
static void view_item(struct two_views *views, const struct judgment_matrix *matrix, uint32_t item)
{
	views->fake = sigmoid(dawid_skene_odds(views->coins, item));
	item_subtypes_odds(views->subtypes, item, views->states);
	if (!judgment_matrix_is_gold(matrix, item))
		return;
	views->fake = matrix->truth[item];
	clamp_states(views->states, matrix->truth[item]);
}

/* Adds to each item's gain what its answers in a fold say. */
static void compare_views(fixed gain[], const struct judgment_matrix *matrix, const uint8_t fold[],
                          uint8_t held, struct two_views *views)
{
	for (uint32_t i = 0; i < matrix->items; i++) {
		bool seen = false;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			if (fold[j] != held)
				continue;
			if (!seen)
				view_item(views, matrix, i);
			seen = true;
			gain[i] += fixed_of(gain_of_answer(views, matrix->code[j]));
		}
	}
}

static void try_fold(fixed gain[], const struct judgment_matrix *matrix, const uint8_t fold[],
                     uint8_t held)
{
	struct judgment_matrix rest = judgment_matrix_without(matrix, fold, held);
	struct dawid_skene coins =
		dawid_skene_fit(&rest, &(struct dawid_skene_options){ .way = DAWID_SKENE_LEAVE_OUT,
	                                                          .plain_priors = true,
	                                                          .iterations_max = ROUNDS,
	                                                          .tolerance = TOLERANCE });
	struct item_subtypes subtypes = item_subtypes_fit(&rest, NULL, ROUNDS, MEAN_TOLERANCE);

	compare_views(gain, matrix, fold, held,
	              &(struct two_views){ .coins = &coins, .subtypes = &subtypes });
	dawid_skene_clear(&coins);
	item_subtypes_clear(&subtypes);
	judgment_matrix_clear(&rest);
}

/*
 * How far the judgments that are tried know their volunteers, up to 1: how many whoever gives one
 * has among them.  Who is hardly known errs like anybody.
 */
static double knowledge_share(const struct judgment_matrix *matrix, uint64_t sample)
{
	double squares = 0, count = (double)matrix->count;

	for (uint32_t v = 0; v < matrix->volunteers; v++) {
		double judgments = 0;

		for (uint32_t k = 0; k < matrix->symbols; k++)
			judgments += matrix->total[(size_t)v * matrix->symbols + k];
		squares += judgments * judgments; /* whole numbers: exact */
	}
	double known = squares / count * (double)sample / count / KNOWN;
	return known < KNOWN_LEAST ? 0 : fmin(known, 1);
}

/* The chance that the sum of the gains is above 0. */
static double chance_of_gain(const struct judgment_matrix *matrix, const fixed gain[],
                             const uint8_t fold[])
{
	fixed sum = 0, squares = 0;
	uint64_t items = 0;

	for (uint32_t i = 0; i < matrix->items; i++) {
		double x = fmin(fmax(fixed_value(gain[i]), -ODDS_MOST), ODDS_MOST);

		sum += fixed_of(x);
		squares += fixed_of(x * x);
		items += matrix->start[i] < matrix->start[i + 1] && fold[matrix->start[i]] != FOLD_NONE;
	}
	double all = fixed_value(sum);
	double variance = fixed_value(squares) - all * all / fmax((double)items, 1);
	return variance > 0 ? .5 * erfc(-all / sqrt(2 * variance)) : 0;
}

double held_out_weight(const struct judgment_matrix *matrix)
{
	uint64_t sample = matrix->count < SAMPLE ? matrix->count : SAMPLE;
	double known = matrix->count ? knowledge_share(matrix, sample) : 0;

	if (!(known > 0))
		return 0;
	uint8_t *fold = draw_folds(matrix);
	fixed *gain = mem_new(matrix->items, sizeof *gain);
	for (uint8_t held = 0; held < HELD_FOLDS; held++) {
		if (sample * held >= (uint64_t)ENOUGH * HELD_FOLDS)
			break;
		try_fold(gain, matrix, fold, held);
	}
	double chance = chance_of_gain(matrix, gain, fold);
	free(gain);
	free(fold);
	return known * chance;
}
