/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/blocs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/collusion.h"

#define SKILL_EDGE 1e-6 /* no vote weighs without end */

/* One item, as the rest of crowd/ reads it. */
struct bloc_view {
	struct fit fit;
	struct judgments judgments;
	uint32_t *item, *volunteer;
	uint8_t *verdict, *removed;
};

static double off_the_edge(double skill)
{
	return fmin(fmax(skill, SKILL_EDGE), 1 - SKILL_EDGE);
}

static struct bloc_view bloc_view_new(const struct bloc_vote votes[], uint32_t count)
{
	struct bloc_view view = { .item = mem_new(count, sizeof *view.item),
		                      .volunteer = mem_new(count, sizeof *view.volunteer),
		                      .verdict = mem_new(count, sizeof *view.verdict),
		                      .removed = mem_new(count, sizeof *view.removed) };

	view.fit = (struct fit){ .items = 1,
		                     .volunteers = count,
		                     .sensitivity = mem_new(count, sizeof *view.fit.sensitivity),
		                     .specificity = mem_new(count, sizeof *view.fit.specificity),
		                     .prevalence = { .5, .5, .5 } };
	for (uint32_t v = 0; v < count; v++) {
		view.volunteer[v] = v;
		view.verdict[v] = votes[v].verdict;
		view.fit.sensitivity[v].mean = off_the_edge(votes[v].sensitivity);
		view.fit.specificity[v].mean = off_the_edge(votes[v].specificity);
	}
	view.judgments = (struct judgments){ .items = 1,
		                                 .volunteers = count,
		                                 .count = count,
		                                 .item = view.item,
		                                 .volunteer = view.volunteer,
		                                 .verdict = view.verdict };
	return view;
}

static void bloc_view_clear(struct bloc_view *view)
{
	free(view->item);
	free(view->volunteer);
	free(view->verdict);
	free(view->removed);
	free(view->fit.sensitivity);
	free(view->fit.specificity);
}

static double probability_of(double odds)
{
	return 1 / (1 + exp(-odds));
}

static struct bloc_outcome weigh_bloc(struct bloc_view *view, const struct bloc_vote votes[],
                                      uint32_t bloc)
{
	struct bloc_outcome outcome = { 0 };
	double alone = 0, without = 0;
	uint8_t turns = 0;

	for (uint32_t v = 0; v < view->fit.volunteers; v++) {
		double weight = influence_weight(&view->fit, v, votes[v].verdict);

		view->removed[v] = votes[v].blocs >> bloc & 1;
		outcome.volunteers += view->removed[v];
		outcome.saying_fake += view->removed[v] && votes[v].verdict == FAKE;
		*(view->removed[v] ? &alone : &without) += weight;
	}
	influence_flips(&view->judgments, &view->fit, view->removed, &turns);
	outcome.alone = probability_of(alone);
	outcome.without = probability_of(without);
	outcome.turns = turns;
	return outcome;
}

void blocs_weigh(const struct bloc_vote votes[], uint32_t count, uint32_t blocs,
                 struct bloc_outcome outcomes[], struct bloc_whole *ret_whole)
{
	struct bloc_view view = bloc_view_new(votes, count);
	double all = 0;

	for (uint32_t b = 0; b < blocs; b++)
		outcomes[b] = weigh_bloc(&view, votes, b);
	for (uint32_t v = 0; v < count; v++)
		all += influence_weight(&view.fit, v, votes[v].verdict);
	influence_cost(&view.judgments, &view.fit, &ret_whole->flip_cost);
	ret_whole->p_fake = probability_of(all);
	bloc_view_clear(&view);
}

static int by_skill(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* How many of those in order are less. */
static uint32_t count_below(const double ordered[], uint32_t count, double skill)
{
	uint32_t from = 0, to = count;

	while (from < to) {
		uint32_t middle = (from + to) / 2;

		if (ordered[middle] < skill)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void blocs_thirds(const double skill[], uint32_t count, uint8_t third[])
{
	double *ordered = mem_new(count, sizeof *ordered);

	memcpy(ordered, skill, count * sizeof *ordered);
	qsort(ordered, count, sizeof *ordered, by_skill);
	for (uint32_t i = 0; i < count; i++)
		third[i] = (uint8_t)(3ull * count_below(ordered, count, skill[i]) / count);
	free(ordered);
}
