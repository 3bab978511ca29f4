/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/pair_prior.h"

#include <stdlib.h>

#include "core/mem.h"
#include "crowd/specfun.h"

#define DAMPING .5 /* of the messages of items with several partners */

/* What was told to either item of a link by the other, and P(fake) of either without that. */
struct exchange {
	fixed to_a, to_b;
	double a, b;
};

/* The joint prior over what it says of each item alone: 1 everywhere if truths are independent. */
struct ratios {
	double both, one, none;
};

struct pair_prior {
	const struct judgment_matrix *matrix;
	double both, half, none;   /* P(both fake), half of P(exactly one), P(none) */
	double base;               /* log odds of fake of an item that stands in a pair */
	struct exchange *messages; /* links */
	uint32_t *partners;        /* items: how many links */
	fixed *term;               /* items: what their partners add, the change of prior included */
};

struct pair_prior *pair_prior_new(const struct judgment_matrix *matrix)
{
	if (!matrix->link_count)
		return NULL;
	struct pair_prior *pairs = mem_new(1, sizeof *pairs);

	pairs->matrix = matrix;
	pairs->both = pairs->half = pairs->none = .25;
	pairs->messages = mem_new(matrix->link_count, sizeof *pairs->messages);
	pairs->partners = mem_new(matrix->items, sizeof *pairs->partners);
	pairs->term = mem_new(matrix->items, sizeof *pairs->term);
	for (size_t k = 0; k < matrix->link_count; k++) {
		pairs->partners[matrix->links[k].a]++;
		pairs->partners[matrix->links[k].b]++;
	}
	return pairs;
}

void pair_prior_free(struct pair_prior *pairs)
{
	if (!pairs)
		return;
	free(pairs->messages);
	free(pairs->partners);
	free(pairs->term);
	free(pairs);
}

/* Nothing is known of an item without judgments, unless it is gold. */
static bool is_spoken_of(const struct pair_prior *pairs, uint32_t item)
{
	return judgment_matrix_is_gold(pairs->matrix, item) ||
	       judgment_matrix_judgments(pairs->matrix, item) > 0;
}

/* P(the item is fake) without what one partner told it. */
static double pair_cavity(const struct pair_prior *pairs, uint32_t item, const float odds[],
                          fixed heard)
{
	if (judgment_matrix_is_gold(pairs->matrix, item))
		return pairs->matrix->truth[item];
	return sigmoid((double)odds[item] - fixed_value(heard));
}

static struct ratios joint_ratios(const struct pair_prior *pairs)
{
	double m = sigmoid(pairs->base);

	return (struct ratios){ pairs->both / (m * m), pairs->half / (m * (1 - m)),
		                    pairs->none / ((1 - m) * (1 - m)) };
}

/* Counts the pairs by what is believed of them, and learns the joint prior from that. */
static void learn_joint(struct pair_prior *pairs, const float odds[], double prior)
{
	const struct judgment_matrix *matrix = pairs->matrix;
	struct ratios ratios = joint_ratios(pairs);
	double share = sigmoid(prior);
	fixed both = 0, none = 0, count = 0;

	for (size_t k = 0; k < matrix->link_count; k++) {
		struct item_pair link = matrix->links[k];
		struct exchange *told = &pairs->messages[k];
		double a = told->a = pair_cavity(pairs, link.a, odds, told->to_a);
		double b = told->b = pair_cavity(pairs, link.b, odds, told->to_b);

		if (!is_spoken_of(pairs, link.a) || !is_spoken_of(pairs, link.b))
			continue;
		double fakes = ratios.both * a * b, reals = ratios.none * (1 - a) * (1 - b);
		double all = fakes + reals + ratios.one * (a * (1 - b) + b * (1 - a));

		both += fixed_of(fakes / all);
		none += fixed_of(reals / all);
		count += FIXED_ONE;
	}
	double all = fixed_value(count) + PAIR_PRIOR_STRENGTH;

	pairs->both = (fixed_value(both) + PAIR_PRIOR_STRENGTH * share * share) / all;
	pairs->none = (fixed_value(none) + PAIR_PRIOR_STRENGTH * (1 - share) * (1 - share)) / all;
	pairs->half = (1 - pairs->both - pairs->none) / 2;
	pairs->base = logit(pairs->both + pairs->half);
}

/* What item a hears from item b next, which is fake with probability p by all others. */
static fixed pair_hear(const struct pair_prior *pairs, const struct ratios *ratios,
                       struct item_pair ab, double p, fixed before)
{
	if (judgment_matrix_is_gold(pairs->matrix, ab.a) || !is_spoken_of(pairs, ab.b))
		return 0;
	fixed message = fixed_of(log((ratios->both * p + ratios->one * (1 - p)) /
	                             (ratios->one * p + ratios->none * (1 - p))));

	if (pairs->partners[ab.a] > 1 || pairs->partners[ab.b] > 1)
		message = fixed_of(DAMPING * fixed_value(before) + (1 - DAMPING) * fixed_value(message));
	return message;
}

void pair_prior_learn(struct pair_prior *pairs, const float odds[], double prior)
{
	const struct judgment_matrix *matrix = pairs->matrix;

	learn_joint(pairs, odds, prior);
	struct ratios ratios = joint_ratios(pairs);
	fixed change = fixed_of(pairs->base - prior);
	for (uint32_t i = 0; i < matrix->items; i++)
		pairs->term[i] = pairs->partners[i] && !judgment_matrix_is_gold(matrix, i) ? change : 0;
	for (size_t k = 0; k < matrix->link_count; k++) {
		struct item_pair ab = matrix->links[k], ba = { ab.b, ab.a };
		struct exchange *told = &pairs->messages[k];

		told->to_a = pair_hear(pairs, &ratios, ab, told->b, told->to_a);
		told->to_b = pair_hear(pairs, &ratios, ba, told->a, told->to_b);
		pairs->term[ab.a] += told->to_a;
		pairs->term[ab.b] += told->to_b;
	}
}

double pair_prior_term(const struct pair_prior *pairs, uint32_t item)
{
	return pairs ? fixed_value(pairs->term[item]) : 0;
}

struct pair_shares pair_prior_shares(const struct pair_prior *pairs)
{
	return (struct pair_shares){ pairs->both, 2 * pairs->half, pairs->none };
}
