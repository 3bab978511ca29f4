/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/replay.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/draws.h"
#include "crowd/online.h"
#include "crowd/pair_sampler.h"

#define GAIN_SHARE 10 /* one in so many items is asked about in a round of POLICY_GAIN */

enum state { STATE_OPEN, STATE_RETIRED, STATE_DISPUTED, STATE_RUN_OUT };

/* A volunteer's skill as drawn from what is known of it. */
struct drawn_skill {
	double sensitivity, specificity;
};

/* The recorded judgment of an item that promises most, and how many bits. */
struct promise {
	uint32_t item;
	size_t place; /* in the order of the run */
	double gain;
};

struct replay_run {
	const struct judgments *all;
	enum policy policy;
	const struct stopping *rule;
	const struct model_options *model;
	size_t *start;  /* items + 1 */
	size_t *order;  /* judgments by item, each item's shuffled */
	uint32_t *next; /* items: how many have been asked for */
	int32_t *lead;  /* items: fake minus real verdicts so far */
	enum state *state;
	struct random *random;
	struct fit *fit; /* after a round, where the policy looks at it; or NULL */
	struct deciding_policy rules;
	struct deciding_scope scope;
	uint32_t *gold;                /* volunteers: gold items answered so far */
	struct testimony *testimonies; /* as many as an item has judgments */
	struct judgments asked;        /* what has been asked for; its arrays are ours */
	uint32_t *item, *volunteer;
	uint8_t *verdict, *confidence, *position;
};

/* Sorts by item, then shuffles within each (Fisher & Yates). */
static void replay_shuffle(struct replay_run *run, struct random *random)
{
	const struct judgments *all = run->all;

	for (size_t j = 0; j < all->count; j++)
		run->start[all->item[j] + 1]++;
	for (uint32_t i = 0; i < all->items; i++)
		run->start[i + 1] += run->start[i];
	for (size_t j = 0; j < all->count; j++)
		run->order[run->start[all->item[j]] + run->next[all->item[j]]++] = j;
	for (uint32_t i = 0; i < all->items; i++) {
		size_t *order = run->order + run->start[i];

		for (uint32_t left = run->next[i]; left > 1; left--) {
			uint32_t pick = random_below(random, left);
			size_t swap = order[left - 1];

			order[left - 1] = order[pick];
			order[pick] = swap;
		}
		run->next[i] = 0;
	}
}

static struct replay_run run_new(const struct judgments *all, struct random *random)
{
	struct replay_run run = { .all = all,
		                      .start = mem_new((size_t)all->items + 1, sizeof *run.start),
		                      .order = mem_new(all->count, sizeof *run.order),
		                      .next = mem_new(all->items, sizeof *run.next),
		                      .lead = mem_new(all->items, sizeof *run.lead),
		                      .state = mem_new(all->items, sizeof *run.state),
		                      .item = mem_new(all->count, sizeof *run.item),
		                      .volunteer = mem_new(all->count, sizeof *run.volunteer),
		                      .gold = mem_new(all->volunteers, sizeof *run.gold),
		                      .testimonies = mem_new(all->count, sizeof *run.testimonies),
		                      .verdict = mem_new(all->count, 1),
		                      .confidence = all->confidence ? mem_new(all->count, 1) : NULL,
		                      .position = all->position ? mem_new(all->count, 1) : NULL };

	run.random = random;
	replay_shuffle(&run, random);
	run.asked = *all;
	run.asked.count = 0;
	run.asked.item = run.item;
	run.asked.volunteer = run.volunteer;
	run.asked.verdict = run.verdict;
	run.asked.confidence = run.confidence;
	run.asked.position = run.position;
	return run;
}

static void run_free(struct replay_run *run)
{
	fit_free(run->fit);
	free(run->start);
	free(run->order);
	free(run->next);
	free(run->lead);
	free(run->state);
	free(run->item);
	free(run->volunteer);
	free(run->verdict);
	free(run->gold);
	free(run->testimonies);
	free(run->confidence);
	free(run->position);
}

static void replay_ask(struct replay_run *run, uint32_t item)
{
	size_t j = run->order[run->start[item] + run->next[item]++], at = run->asked.count++;

	run->item[at] = item;
	run->volunteer[at] = run->all->volunteer[j];
	run->verdict[at] = run->all->verdict[j];
	if (run->confidence)
		run->confidence[at] = run->all->confidence[j];
	if (run->position)
		run->position[at] = run->all->position[j];
	run->lead[item] += run->all->verdict[j] == FAKE ? 1 : -1;
}

/* Asks once about every open item. False when none is left. */
static bool ask_all(struct replay_run *run)
{
	size_t before = run->asked.count;

	for (uint32_t i = 0; i < run->all->items; i++) {
		if (run->state[i] != STATE_OPEN)
			continue;
		if (run->start[i] + run->next[i] < run->start[i + 1])
			replay_ask(run, i);
		else
			run->state[i] = STATE_RUN_OUT;
	}
	return run->asked.count > before;
}

/* Nobody's word counts below zero. A draw lies within .01 and .99: nobody is taken for certain. */
static struct drawn_skill draw_skill(const struct fit *fit, uint32_t volunteer,
                                     struct random *random)
{
	struct online_volunteer known = online_volunteer(fit, volunteer);
	double sensitivity = draw_beta(random, fmax(known.hits, 1), fmax(known.misses, 1));
	double specificity = draw_beta(random, fmax(known.passes, 1), fmax(known.alarms, 1));

	if (sensitivity + specificity <= 1)
		return (struct drawn_skill){ .5, .5 };
	return (struct drawn_skill){ fmin(fmax(sensitivity, .01), .99),
		                         fmin(fmax(specificity, .01), .99) };
}

/* The best of what is recorded of an item and not asked for yet; there is some. */
static struct promise best_promise(const struct replay_run *run, uint32_t item,
                                   const struct drawn_skill skills[])
{
	struct promise best = { .item = item, .gain = -1 };

	for (size_t place = run->start[item] + run->next[item]; place < run->start[item + 1]; place++) {
		struct drawn_skill skill = skills[run->all->volunteer[run->order[place]]];
		double gain = pair_sampler_information(run->fit->p_fake[item].mean, skill.sensitivity,
		                                       skill.specificity);

		if (gain > best.gain) {
			best.place = place;
			best.gain = gain;
		}
	}
	return best;
}

static int compare_promises(const void *a, const void *b)
{
	const struct promise *one = a, *other = b;

	if (one->gain != other->gain)
		return one->gain > other->gain ? -1 : 1;
	return (one->item > other->item) - (one->item < other->item);
}

/* What every open item promises, the most promising first. Returns how many there are. */
static uint32_t find_promises(struct replay_run *run, struct promise promises[])
{
	struct drawn_skill *skills = mem_new(run->all->volunteers, sizeof *skills);
	uint32_t count = 0;

	for (uint32_t v = 0; v < run->all->volunteers; v++)
		skills[v] = draw_skill(run->fit, v, run->random);
	for (uint32_t i = 0; i < run->all->items; i++) {
		if (run->state[i] == STATE_OPEN && run->start[i] + run->next[i] == run->start[i + 1])
			run->state[i] = STATE_RUN_OUT;
		if (run->state[i] == STATE_OPEN)
			promises[count++] = best_promise(run, i, skills);
	}
	if (count)
		qsort(promises, count, sizeof *promises, compare_promises);
	free(skills);
	return count;
}

/* Asks for the judgments that promise most. False when none is left. */
static bool ask_by_gain(struct replay_run *run)
{
	struct promise *promises = mem_new(run->all->items, sizeof *promises);
	uint32_t open = find_promises(run, promises);
	uint32_t round = (run->all->items + GAIN_SHARE - 1) / GAIN_SHARE;

	for (uint32_t k = 0; k < open && k < round; k++) {
		size_t *order = run->order, here = promises[k].place;
		size_t next = run->start[promises[k].item] + run->next[promises[k].item];
		size_t chosen = order[here];

		order[here] = order[next];
		order[next] = chosen;
		replay_ask(run, promises[k].item);
	}
	free(promises);
	return open > 0;
}

static bool ask_round(struct replay_run *run)
{
	return run->policy == POLICY_GAIN && run->fit ? ask_by_gain(run) : ask_all(run);
}

/* Gold that each volunteer has answered so far. */
static void replay_count_gold(struct replay_run *run)
{
	memset(run->gold, 0, run->all->volunteers * sizeof *run->gold);
	for (size_t n = 0; run->all->truth && n < run->asked.count; n++)
		run->gold[run->volunteer[n]] += run->all->truth[run->item[n]] != UNKNOWN;
}

/* What is believed of an item by who may decide it. */
static double replay_belief(const struct replay_run *run, uint32_t item)
{
	const struct fit *fit = run->fit;
	size_t first = run->start[item], count = run->next[item];

	for (size_t n = 0; n < count; n++) {
		size_t j = run->order[first + n];
		uint32_t volunteer = run->all->volunteer[j];
		struct online_volunteer known = online_volunteer(fit, volunteer);

		run->testimonies[n] =
			(struct testimony){ .weight = online_weight(&known, run->all->verdict[j]),
			                    .network = NETWORK_UNKNOWN,
			                    .gold = run->gold[volunteer],
			                    .verdict = run->all->verdict[j] };
	}
	double p = fit->p_fake[item].mean;
	struct deciding deciding =
		deciding_weigh(&run->rules, &run->scope, run->testimonies, count, label_of(p));
	return deciding_probability(fit, fit->odds[item], p, &deciding);
}

static enum decision replay_decide(const struct replay_run *run, uint32_t item)
{
	const struct stopping *rule = run->rule;
	uint32_t judgments = run->next[item];

	switch (run->policy) {
	case POLICY_FIXED:
		return rule->max && judgments >= rule->max ? DECISION_RETIRE : DECISION_KEEP_ASKING;
	case POLICY_MARGIN:
		if (judgments >= rule->min && abs(run->lead[item]) >= rule->threshold)
			return DECISION_RETIRE;
		return rule->max && judgments >= rule->max ? DECISION_DISPUTE : DECISION_KEEP_ASKING;
	case POLICY_POSTERIOR:
	case POLICY_GAIN:
	default:
		return stopping_decide(rule, replay_belief(run, item), judgments);
	}
}

static const enum state state_after[] = { [DECISION_KEEP_ASKING] = STATE_OPEN,
	                                      [DECISION_RETIRE] = STATE_RETIRED,
	                                      [DECISION_DISPUTE] = STATE_DISPUTED };

/* Decides anew about every item: one that retired on the word of volunteers who are known better
 * by now may have to be asked about again. */
static void decide_round(struct replay_run *run)
{
	fit_free(run->fit);
	run->fit = NULL;
	if (run->policy == POLICY_POSTERIOR || run->policy == POLICY_GAIN)
		run->fit = model_fit(&run->asked, run->model);
	replay_count_gold(run);
	for (uint32_t i = 0; i < run->all->items; i++)
		if (run->state[i] != STATE_RUN_OUT && run->next[i])
			run->state[i] = state_after[replay_decide(run, i)];
}

static double accuracy_of(const struct judgments *judgments, const int8_t truth[],
                          const struct model_options *model)
{
	struct fit *fit = model_fit(judgments, model);
	uint32_t right = 0, known = 0;

	for (uint32_t i = 0; i < judgments->items; i++) {
		known += truth[i] != UNKNOWN;
		right += truth[i] != UNKNOWN && label_of(fit->p_fake[i].mean) == truth[i];
	}
	fit_free(fit);
	return known ? (double)right / known : 0;
}

/* Recorded judgments name no networks; gold is what the caller gives. */
static struct deciding_scope replay_scope(const struct judgments *judgments)
{
	uint32_t gold = 0;

	for (uint32_t i = 0; judgments->truth && i < judgments->items; i++)
		gold += judgments->truth[i] != UNKNOWN;
	return (struct deciding_scope){ .gold = gold >= DECIDING_GOLD_ITEMS };
}

struct replay replay_run(const struct judgments *judgments, const int8_t truth[],
                         enum policy policy, const struct stopping *rule,
                         const struct model_options *model, struct random *random)
{
	struct replay result = { .available = judgments->count };
	struct replay_run run = run_new(judgments, random);

	run.policy = policy;
	run.rule = rule;
	run.model = model;
	run.rules = deciding_policy_of(DECIDING_POLICY_NOW);
	run.scope = replay_scope(judgments);
	while (ask_round(&run))
		decide_round(&run);
	for (uint32_t i = 0; i < judgments->items; i++) {
		result.retired += run.state[i] == STATE_RETIRED;
		result.disputed += run.state[i] == STATE_DISPUTED;
		result.evaluated += truth[i] != UNKNOWN;
	}
	result.used = run.asked.count;
	if (policy == POLICY_POSTERIOR || policy == POLICY_GAIN)
		result.decided_by = run.scope.gold ? DECIDED_WITHOUT_NETWORKS : DECIDED_WITHOUT_EITHER;
	result.accuracy = accuracy_of(&run.asked, truth, model);
	result.baseline_accuracy = accuracy_of(judgments, truth, model);
	run_free(&run);
	return result;
}
