/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/stacking.h"

#include <math.h>
#include <stdbool.h>

#include "crowd/judgments.h"
#include "crowd/specfun.h"

#define PRIOR  5.   /* known items that the weights of before count as much as */
#define SUREST .985 /* what a view is taken at most to promise */
#define ROUNDS 200
#define STEADY 1e-6
#define LEAST  1e-12 /* a weight of less is none */

static double log_sigmoid(double z)
{
	return -(fmax(-z, 0) + log1p(exp(-fabs(z))));
}

static double mixture_odds(const struct stacking *stacking, size_t item, const double shift[])
{
	double fake[VIEWS_MAX], real[VIEWS_MAX], top[2] = { -INFINITY, -INFINITY }, sum[2] = { 0 };
	int live = 0;

	for (int k = 0; k < stacking->views; k++) {
		const struct view *view = &stacking->view[k];

		if (view->weight < LEAST)
			continue;
		fake[live] = log(view->weight) + log_sigmoid(view->odds[item] + shift[k]);
		real[live] = log(view->weight) + log_sigmoid(-view->odds[item] - shift[k]);
		top[FAKE] = fmax(top[FAKE], fake[live]);
		top[REAL] = fmax(top[REAL], real[live]);
		live++;
	}
	if (live == 1)
		return fake[0] - real[0];
	for (int k = 0; k < live; k++) {
		sum[FAKE] += exp(fake[k] - top[FAKE]);
		sum[REAL] += exp(real[k] - top[REAL]);
	}
	return top[FAKE] + log(sum[FAKE]) - top[REAL] - log(sum[REAL]);
}

double stacking_odds(const struct stacking *stacking, size_t item)
{
	static const double none[VIEWS_MAX];

	return mixture_odds(stacking, item, none);
}

double stacking_odds_from(const struct stacking *stacking, size_t item, double known_prior)
{
	double shift[VIEWS_MAX] = { 0 };

	for (int k = 0; k < stacking->views; k++)
		shift[k] = known_prior - stacking->view[k].prior;
	return mixture_odds(stacking, item, shift);
}

/* What a view gives to what the item is. */
static double view_promise(const struct view *view, size_t item, int truth, double known_prior)
{
	double odds = view->odds[item] + known_prior - view->prior;

	return 1 - SUREST + (2 * SUREST - 1) * sigmoid(truth == FAKE ? odds : -odds);
}

/* One round of EM for the weights of a mixture. Returns the largest change. */
static double stacking_step(struct stacking *stacking, const int8_t truth[], size_t items,
                            double known_prior, const double before[])
{
	fixed sum[VIEWS_MAX] = { 0 };
	size_t known = 0;
	double change = 0;

	for (size_t i = 0; i < items; i++) {
		double part[VIEWS_MAX], all = 0;

		if (truth[i] == UNKNOWN)
			continue;
		for (int k = 0; k < stacking->views; k++) {
			const struct view *view = &stacking->view[k];

			part[k] = view->weight * view_promise(view, i, truth[i], known_prior);
			all += part[k];
		}
		for (int k = 0; k < stacking->views; k++)
			sum[k] += fixed_of(part[k] / all);
		known++;
	}
	for (int k = 0; k < stacking->views; k++) {
		double weight = (fixed_value(sum[k]) + PRIOR * before[k]) / ((double)known + PRIOR);

		change = fmax(change, fabs(weight - stacking->view[k].weight));
		stacking->view[k].weight = weight;
	}
	return change;
}

void stacking_learn(struct stacking *stacking, const int8_t truth[], size_t items,
                    double known_prior)
{
	double before[VIEWS_MAX] = { 0 };

	for (int k = 0; k < stacking->views; k++)
		before[k] = stacking->view[k].weight;
	for (int round = 0; round < ROUNDS; round++)
		if (stacking_step(stacking, truth, items, known_prior, before) <= STEADY)
			break;
}
