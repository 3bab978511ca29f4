/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/item_subtypes.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define UNIT       0x1p20 /* of a pull */
#define PULL_LIMIT 30.    /* so that STRIDE pulls fit in 32 bits */
#define STRIDE     64
#define STRENGTH   5. /* answers assumed for each volunteer and state ... */
#define RIGHT      .8 /* ... of which so many are right */
#define SPARE      .1 /* items assumed for each subtype */

/* A judgment's log probability by state, and by how much it falls once the asking item takes its
 * own share, at most 1, out of the counts: straight between, on the log scale. */
struct subtype_pull {
	int32_t base[STATES], own[STATES];
};

static int state_class(int state)
{
	return state >= SUBTYPES ? FAKE : REAL;
}

/* What is assumed of an answer: right four times in five, at any confidence. */
static double subtype_assumed(const struct judgment_matrix *matrix, uint32_t symbol, int state)
{
	bool right = (symbol >= matrix->symbols / 2) == (state_class(state) == FAKE);

	return STRENGTH * (right ? RIGHT : 1 - RIGHT) / (.5 * matrix->symbols);
}

/* A logarithm in pulls. Single precision is finer than they are. */
static int32_t pull_log(double x)
{
	double log = (double)logf((float)x);

	return (int32_t)lrint((log < -PULL_LIMIT ? -PULL_LIMIT : log) * UNIT);
}

/* By what factor a count stands above itself less one, as far as there is one to take. */
static double own_ratio(double n)
{
	return n / fmax(n - 1, .2 * n);
}

/* Expected answers of a volunteer to items of a state, with what is assumed. */
static double subtype_answers(const struct item_subtypes *subtypes, uint32_t volunteer, int state)
{
	uint32_t symbols = subtypes->matrix->symbols;
	const fixed *given = &subtypes->given[(size_t)volunteer * symbols * STATES];
	fixed all = 0;

	for (uint32_t k = 0; k < symbols; k++)
		all += given[k * STATES + (uint32_t)state];
	return fixed_value(all) + STRENGTH;
}

static double subtype_count(const struct item_subtypes *subtypes, size_t code, int state)
{
	const struct judgment_matrix *matrix = subtypes->matrix;

	return fixed_value(subtypes->given[code * STATES + (size_t)state]) +
	       subtype_assumed(matrix, (uint32_t)(code % matrix->symbols), state);
}

double item_subtypes_share(const struct item_subtypes *subtypes, size_t code, int state)
{
	uint32_t volunteer = (uint32_t)(code / subtypes->matrix->symbols);

	return subtype_count(subtypes, code, state) / subtype_answers(subtypes, volunteer, state);
}

static void subtypes_weigh_volunteer(struct item_subtypes *subtypes, uint32_t volunteer)
{
	uint32_t symbols = subtypes->matrix->symbols;

	for (int state = 0; state < STATES; state++) {
		double all = subtype_answers(subtypes, volunteer, state), own = own_ratio(all);

		for (uint32_t k = 0; k < symbols; k++) {
			size_t code = (size_t)volunteer * symbols + k;
			double n = subtype_count(subtypes, code, state);

			subtypes->pull[code].base[state] = pull_log(n / all);
			subtypes->pull[code].own[state] = pull_log(own_ratio(n) / own);
		}
	}
}

/* Shares of the states: of the classes among items that are not gold, of the subtypes in all. */
static void subtypes_weigh_states(struct item_subtypes *subtypes)
{
	const struct judgment_matrix *matrix = subtypes->matrix;
	fixed all[STATES] = { 0 }, open[2] = { 0 };

	for (uint32_t i = 0; i < matrix->items; i++) {
		if (matrix->start[i] == matrix->start[i + 1])
			continue;
		for (int state = 0; state < STATES; state++) {
			fixed share = fixed_of((double)subtypes->share[(size_t)i * STATES + (size_t)state]);

			all[state] += share;
			if (!judgment_matrix_is_gold(matrix, i))
				open[state_class(state)] += share;
		}
	}
	for (int state = 0; state < STATES; state++) {
		int first = state_class(state) * SUBTYPES;
		double class = SUBTYPES * SPARE;

		for (int other = first; other < first + SUBTYPES; other++)
			class += fixed_value(all[other]);
		subtypes->prior[state] = log(fixed_value(open[state_class(state)]) + 1) +
		                         log((fixed_value(all[state]) + SPARE) / class);
	}
}

static void subtypes_weigh(struct item_subtypes *subtypes)
{
	for (uint32_t v = 0; v < subtypes->matrix->volunteers; v++)
		if (judgment_matrix_is_active(subtypes->matrix, v))
			subtypes_weigh_volunteer(subtypes, v);
	subtypes_weigh_states(subtypes);
}

/* Adds the pulls of at most STRIDE judgments. */
static void sum_some_pulls(const struct item_subtypes *subtypes, size_t from, size_t to,
                           int32_t some[2 * STATES])
{
	for (size_t j = from; j < to; j++) {
		const struct subtype_pull *pull = &subtypes->pull[subtypes->matrix->code[j]];

		for (int state = 0; state < STATES; state++) {
			some[state] += pull->base[state];
			some[STATES + state] += pull->own[state];
		}
	}
}

/* Adds the pulls of an item's judgments. */
static void sum_pulls(const struct item_subtypes *subtypes, uint32_t item, int64_t base[STATES],
                      int64_t own[STATES])
{
	const struct judgment_matrix *matrix = subtypes->matrix;
	size_t end = matrix->start[item + 1];

	for (size_t from = matrix->start[item]; from < end; from += STRIDE) {
		int32_t some[2 * STATES] = { 0 };

		sum_some_pulls(subtypes, from, end - from > STRIDE ? from + STRIDE : end, some);
		for (int state = 0; state < STATES; state++) {
			base[state] += some[state];
			own[state] += some[STATES + state];
		}
	}
}

/* Log weights of an item's states, of which only differences mean something. */
static void weigh_states(const struct item_subtypes *subtypes, uint32_t item, double weight[STATES])
{
	int64_t base[STATES] = { 0 }, own[STATES] = { 0 };
	const float *share = &subtypes->share[(size_t)item * STATES];
	double lent = subtypes->lent_odds ? subtypes->lent_odds[item] : 0;

	sum_pulls(subtypes, item, base, own);
	for (int state = 0; state < STATES; state++)
		weight[state] = subtypes->prior[state] + (state_class(state) == FAKE ? lent : 0) +
		                ((double)base[state] - (double)share[state] * (double)own[state]) / UNIT;
}

static double log_sum(const double weight[SUBTYPES])
{
	double most = fmax(weight[0], fmax(weight[1], weight[2])), sum = 0;

	for (int subtype = 0; subtype < SUBTYPES; subtype++)
		sum += exp(weight[subtype] - most);
	return most + log(sum);
}

double item_subtypes_odds(const struct item_subtypes *subtypes, uint32_t item,
                          double ret_states[STATES])
{
	double weight[STATES];

	weigh_states(subtypes, item, weight);
	double real = log_sum(weight), fake = log_sum(weight + SUBTYPES), odds = fake - real;
	for (int state = 0; ret_states && state < STATES; state++) {
		bool is_fake = state_class(state) == FAKE;

		ret_states[state] =
			sigmoid(is_fake ? odds : -odds) * exp(weight[state] - (is_fake ? fake : real));
	}
	return odds;
}

/* The shares of an item's states from their weights. Gold is of its class. Returns P(fake). */
static float settle_item(const struct judgment_matrix *matrix, uint32_t item,
                         const double weight[STATES], float share[STATES])
{
	bool gold = judgment_matrix_is_gold(matrix, item);
	double most = -INFINITY;
	float sum = 0, fake = 0;

	for (int state = 0; state < STATES; state++)
		if (!gold || state_class(state) == matrix->truth[item])
			most = fmax(most, weight[state]);
	for (int state = 0; state < STATES; state++) {
		bool may = !gold || state_class(state) == matrix->truth[item];

		share[state] = may ? expf((float)(weight[state] - most)) : 0;
		sum += share[state];
	}
	for (int state = 0; state < STATES; state++) {
		share[state] /= sum;
		fake += state_class(state) == FAKE ? share[state] : 0;
	}
	return fake;
}

static void subtypes_add(struct item_subtypes *subtypes, uint32_t item)
{
	const struct judgment_matrix *matrix = subtypes->matrix;
	const float *share = &subtypes->share[(size_t)item * STATES];
	fixed of[STATES];

	for (int state = 0; state < STATES; state++)
		of[state] = fixed_of((double)share[state]);
	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		fixed *given = &subtypes->given[(size_t)matrix->code[j] * STATES];

		for (int state = 0; state < STATES; state++)
			given[state] += of[state];
	}
}

/* The beginning: of its class by its share of "fake" verdicts with one of each added, of its
 * subtype by how near that share is to 0, to .5 and to 1. */
static void subtypes_begin(struct item_subtypes *subtypes)
{
	const struct judgment_matrix *matrix = subtypes->matrix;

	for (uint32_t i = 0; i < matrix->items; i++) {
		uint32_t n = judgment_matrix_judgments(matrix, i);
		double says = (judgment_matrix_fakes(matrix, i) + 1.) / (n + 2.);
		double fake = judgment_matrix_is_gold(matrix, i) ? matrix->truth[i] : says;

		if (!n)
			continue;
		for (int state = 0; state < STATES; state++) {
			bool is_fake = state_class(state) == FAKE;
			double place = (SUBTYPES - 1) * (is_fake ? says : 1 - says);
			double near = fmax(1 - fabs(place - state % SUBTYPES), 0);

			subtypes->share[(size_t)i * STATES + (size_t)state] =
				(float)((is_fake ? fake : 1 - fake) * near);
		}
		subtypes_add(subtypes, i);
	}
}

/* Expects every item anew. Returns the mean change of a probability of fake. */
static double subtypes_expect(struct item_subtypes *subtypes)
{
	const struct judgment_matrix *matrix = subtypes->matrix;
	double weight[STATES];
	fixed change = 0;

	memset(subtypes->given, 0, matrix->codes * STATES * sizeof *subtypes->given);
	for (uint32_t i = 0; i < matrix->items; i++) {
		float *share = &subtypes->share[(size_t)i * STATES], before = 0;

		if (matrix->start[i] == matrix->start[i + 1])
			continue;
		for (int state = SUBTYPES; state < STATES; state++)
			before += share[state];
		weigh_states(subtypes, i, weight);
		float after = settle_item(matrix, i, weight, share);
		change += fixed_of(fabs((double)after - (double)before));
		subtypes_add(subtypes, i);
	}
	subtypes->iterations++;
	return fixed_value(change) / fmax(matrix->judged, 1);
}

struct item_subtypes item_subtypes_fit(const struct judgment_matrix *matrix,
                                       const double lent_odds[], uint32_t iterations_max,
                                       double tolerance)
{
	struct item_subtypes subtypes = {
		.matrix = matrix,
		.lent_odds = lent_odds,
		.pull = mem_new(matrix->codes, sizeof *subtypes.pull),
		.given = mem_new(matrix->codes * STATES, sizeof *subtypes.given),
		.share = mem_new((size_t)matrix->items * STATES, sizeof *subtypes.share),
	};

	subtypes_begin(&subtypes);
	subtypes_weigh(&subtypes);
	while (!subtypes.converged && subtypes.iterations < iterations_max) {
		subtypes.converged = subtypes_expect(&subtypes) <= tolerance;
		subtypes_weigh(&subtypes);
	}
	return subtypes;
}

void item_subtypes_clear(struct item_subtypes *subtypes)
{
	free(subtypes->pull);
	free(subtypes->given);
	free(subtypes->share);
}
