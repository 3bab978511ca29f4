/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/collusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/deciding.h"
#include "crowd/draws.h"
#include "crowd/judgment_matrix.h"
#include "crowd/online.h"
#include "crowd/specfun.h"
#include "crowd/stopping.h"

struct collusion collusion_standard(double colluders)
{
	return (struct collusion){ .items = 2000,
		                       .gold = 200,
		                       .targets = 100,
		                       .volunteers = 600,
		                       .judgments_each = 21,
		                       .colluders = colluders,
		                       .skill = .72,
		                       .concentration = 10,
		                       .coverage = .95 };
}

/* Items are gold first, then targets, then the others; every second one is fake. */
struct scene {
	const struct collusion *rig;
	struct judgments judgments;
	uint32_t *item, *volunteer;
	uint8_t *honest, *verdict; /* what would have been said, and what was */
	int8_t *truth, *gold;
};

static struct scene scene_new(const struct collusion *rig)
{
	size_t count = (size_t)rig->items * rig->judgments_each;
	struct scene scene = { .rig = rig,
		                   .item = mem_new(count, sizeof *scene.item),
		                   .volunteer = mem_new(count, sizeof *scene.volunteer),
		                   .honest = mem_new(count, 1),
		                   .verdict = mem_new(count, 1),
		                   .truth = mem_new(rig->items, 1),
		                   .gold = mem_new(rig->items, 1) };

	for (uint32_t i = 0; i < rig->items; i++) {
		scene.truth[i] = i % 2 ? FAKE : REAL;
		scene.gold[i] = (int8_t)(i < rig->gold ? scene.truth[i] : UNKNOWN);
	}
	scene.judgments = (struct judgments){ .items = rig->items,
		                                  .volunteers = rig->volunteers,
		                                  .count = count,
		                                  .item = scene.item,
		                                  .volunteer = scene.volunteer,
		                                  .verdict = scene.verdict,
		                                  .truth = scene.gold };
	return scene;
}

static void scene_clear(struct scene *scene)
{
	free(scene->item);
	free(scene->volunteer);
	free(scene->honest);
	free(scene->verdict);
	free(scene->truth);
	free(scene->gold);
}

static bool is_target(const struct collusion *rig, uint32_t item)
{
	return item >= rig->gold && item < rig->gold + rig->targets;
}

/* One answer. A colluder knows gold, lies about targets and is like others elsewhere. */
static void collusion_answer(struct scene *scene, size_t row, bool colludes, double skill,
                             struct random *random)
{
	uint32_t item = scene->item[row];
	uint8_t truth = (uint8_t)scene->truth[item];
	bool right = random_unit(random) < skill;
	uint8_t honest = right ? truth : !truth;

	scene->honest[row] = scene->verdict[row] = honest;
	if (colludes && scene->gold[item] != UNKNOWN)
		scene->verdict[row] = truth;
	if (colludes && is_target(scene->rig, item))
		scene->verdict[row] = !truth;
}

/* Every item gets its judgments from volunteers drawn at random, without repetition. */
static void scene_play(struct scene *scene, struct random *random)
{
	const struct collusion *rig = scene->rig;
	uint32_t liars = (uint32_t)lrint(rig->colluders * rig->volunteers);
	double *skill = mem_new((size_t)rig->volunteers * 2, sizeof *skill);
	uint32_t *deck = mem_new(rig->volunteers, sizeof *deck);
	double a = rig->skill * rig->concentration, b = (1 - rig->skill) * rig->concentration;

	for (uint32_t v = 0; v < rig->volunteers; v++) {
		skill[v * 2 + REAL] = draw_beta(random, a, b);
		skill[v * 2 + FAKE] = draw_beta(random, a, b);
		deck[v] = v;
	}
	for (size_t row = 0; row < scene->judgments.count; row++) {
		uint32_t item = (uint32_t)(row / rig->judgments_each);
		uint32_t dealt = (uint32_t)(row % rig->judgments_each);
		uint32_t pick = dealt + random_below(random, rig->volunteers - dealt), v = deck[pick];

		deck[pick] = deck[dealt];
		deck[dealt] = v;
		scene->item[row] = item;
		scene->volunteer[row] = v;
		collusion_answer(scene, row, v < liars, skill[v * 2 + (uint8_t)scene->truth[item]], random);
	}
	free(skill);
	free(deck);
}

/* How sure a label is, and whether it is wrong. */
struct published {
	double sure;
	bool wrong;
};

static int collusion_by_sureness(const void *left, const void *right)
{
	const struct published *a = left, *b = right;

	if (a->sure != b->sure)
		return a->sure > b->sure ? -1 : 1;
	return (int)a->wrong - (int)b->wrong;
}

static double wrong_published(const struct scene *scene, const struct fit *fit)
{
	uint32_t first = scene->rig->gold + scene->rig->targets, others = scene->rig->items - first;
	struct published *all = mem_new(others, sizeof *all);
	uint32_t kept = (uint32_t)(scene->rig->coverage * others), wrong = 0;

	for (uint32_t k = 0; k < others; k++) {
		double p = fit->p_fake[first + k].mean;

		all[k] = (struct published){ fabs(p - .5), label_of(p) != scene->truth[first + k] };
	}
	qsort(all, others, sizeof *all, collusion_by_sureness);
	for (uint32_t k = 0; k < kept; k++)
		wrong += all[k].wrong;
	free(all);
	return kept ? (double)wrong / kept : 0;
}

/* Answers to gold of each volunteer; the caller frees them. */
static uint32_t *collusion_gold(const struct scene *scene)
{
	uint32_t *gold = mem_new(scene->rig->volunteers, sizeof *gold);

	for (size_t row = 0; row < scene->judgments.count; row++)
		gold[scene->volunteer[row]] += scene->item[row] < scene->rig->gold;
	return gold;
}

/* What those believe of an item who may decide it: the rows of an item stand together. */
static double collusion_belief(const struct scene *scene, const struct fit *fit,
                               const uint32_t gold[], uint32_t item)
{
	const struct deciding_policy policy = deciding_policy_of(scene->rig->policy);
	const struct deciding_scope scope = { .gold = scene->rig->gold >= DECIDING_GOLD_ITEMS,
		                                  .networks = true };
	uint32_t count = scene->rig->judgments_each;
	struct testimony *testimonies = mem_new(count, sizeof *testimonies);
	double p = fit->crowd[item].mean;

	for (uint32_t n = 0; n < count; n++) {
		size_t row = (size_t)item * count + n;
		uint32_t v = scene->volunteer[row];
		struct online_volunteer known = online_volunteer(fit, v);

		testimonies[n] =
			(struct testimony){ .weight = online_weight(&known, scene->judgments.verdict[row]),
			                    .network = v,
			                    .gold = gold[v],
			                    .verdict = scene->judgments.verdict[row] };
	}
	struct deciding deciding = deciding_weigh(&policy, &scope, testimonies, count, label_of(p));
	free(testimonies);
	return deciding_probability(fit, fit->odds[item], p, &deciding);
}

static void count_targets(const struct scene *scene, const struct fit *rigged,
                          struct collusion_outcome *outcome)
{
	const struct collusion *rig = scene->rig;
	const struct stopping rule = stopping_in_service();
	uint32_t *gold = collusion_gold(scene);

	for (uint32_t i = rig->gold; i < rig->gold + rig->targets; i++) {
		double p = rig->policy ? collusion_belief(scene, rigged, gold, i) : rigged->crowd[i].mean;
		bool retires = stopping_decide(&rule, p, rig->judgments_each) == DECISION_RETIRE;

		outcome->retired_wrong += retires && label_of(p) != scene->truth[i];
		outcome->undecided += !retires;
	}
	outcome->retired_wrong /= fmax(rig->targets, 1);
	outcome->undecided /= fmax(rig->targets, 1);
	free(gold);
}

struct collusion_outcome collusion_run(const struct collusion *rig,
                                       const struct model_options *model, struct random *random)
{
	struct scene scene = scene_new(rig);
	struct collusion_outcome outcome = { 0 };

	scene_play(&scene, random);
	struct fit *rigged = model_fit(&scene.judgments, model);
	count_targets(&scene, rigged, &outcome);
	scene.judgments.verdict = scene.honest;
	struct fit *honest = model_fit(&scene.judgments, model);

	for (uint32_t i = rig->gold; i < rig->gold + rig->targets; i++) {
		bool wrong = label_of(rigged->p_fake[i].mean) != scene.truth[i];

		outcome.wrong_targets += wrong;
		outcome.flipped += wrong && label_of(honest->p_fake[i].mean) == scene.truth[i];
	}
	outcome.flipped /= fmax(rig->targets, 1);
	outcome.wrong_targets /= fmax(rig->targets, 1);
	outcome.wrong_published = wrong_published(&scene, rigged);
	fit_free(rigged);
	fit_free(honest);
	scene_clear(&scene);
	return outcome;
}

double influence_weight(const struct fit *fit, uint32_t volunteer, uint8_t verdict)
{
	double sensitivity = fit->sensitivity[volunteer].mean;
	double specificity = fit->specificity[volunteer].mean;

	return verdict == FAKE ? log(sensitivity) - log1p(-specificity)
	                       : log1p(-sensitivity) - log(specificity);
}

size_t influence_flips(const struct judgments *judgments, const struct fit *fit,
                       const uint8_t removed[], uint8_t flips[])
{
	fixed *with = mem_new(judgments->items, sizeof *with);
	fixed *without = mem_new(judgments->items, sizeof *without);
	fixed prior = fixed_of(logit(fit->prevalence.mean));
	size_t count = 0;

	for (size_t j = 0; j < judgments->count; j++) {
		uint32_t v = judgments->volunteer[j];
		fixed weight = fixed_of(influence_weight(fit, v, judgments->verdict[j]));

		with[judgments->item[j]] += weight;
		without[judgments->item[j]] += removed[v] ? 0 : weight;
	}
	for (uint32_t i = 0; i < judgments->items; i++) {
		bool gold = judgments->truth && judgments->truth[i] != UNKNOWN;

		flips[i] = !gold && (with[i] + prior > 0) != (without[i] + prior > 0);
		count += flips[i];
	}
	free(with);
	free(without);
	return count;
}

static int by_swing(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a < b) - (a > b);
}

void influence_cost(const struct judgments *judgments, const struct fit *fit, uint32_t cost[])
{
	struct judgment_matrix matrix = judgment_matrix_new(judgments, false);
	double *swing = mem_new(judgments->count, sizeof *swing);

	for (uint32_t i = 0; i < matrix.items; i++) {
		uint32_t n = judgment_matrix_judgments(&matrix, i), turned = 0;
		fixed odds = fixed_of(logit(fit->prevalence.mean));

		for (size_t j = matrix.start[i]; j < matrix.start[i + 1]; j++)
			odds += fixed_of(influence_weight(fit, matrix.code[j] / 2, matrix.code[j] & 1));
		double left = fixed_value(odds), side = left > 0 ? 1 : -1;

		for (uint32_t k = 0; k < n; k++) {
			uint32_t code = matrix.code[matrix.start[i] + k];
			double now = influence_weight(fit, code / 2, code & 1);

			swing[k] = side * (now - influence_weight(fit, code / 2, !(code & 1)));
		}
		qsort(swing, n, sizeof *swing, by_swing);
		for (left *= side; turned < n && swing[turned] > 0 && left > 0; turned++)
			left -= swing[turned];
		cost[i] = left > 0 ? UINT32_MAX : turned;
	}
	free(swing);
	judgment_matrix_clear(&matrix);
}
