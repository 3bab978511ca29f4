/* SPDX-License-Identifier: Apache-2.0 */
#include "made_up_crowds.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/draws.h"
#include "crowd/specfun.h"

#define COLLUDER_SKILL .95

static const struct crowd_recipe recipes[] = {
	[CROWD_TWO_COIN] = { .name = "two-coin",
	                     .items = 500,
	                     .volunteers = 100,
	                     .each = 7,
	                     .fakes = { .4, .4 },
	                     .skill = { 7.2, 2.8 } },
	[CROWD_DIFFICULTY] = { .name = "difficulty",
	                       .items = 500,
	                       .volunteers = 100,
	                       .each = 9,
	                       .fakes = { .4, .4 },
	                       .skill = { 7.2, 2.8 },
	                       .difficulty = 1 },
	[CROWD_COHORTS] = { .name = "cohorts",
	                    .items = 400,
	                    .volunteers = 60,
	                    .each = 9,
	                    .fakes = { .4, .4 },
	                    .skill = { 7.2, 2.8 },
	                    .busy = 12,
	                    .busy_answers = .6,
	                    .cohort_busy = 5,
	                    .cohort = .2,
	                    .repeats = 2. / 3 },
	[CROWD_BUSY_COHORT] = { .name = "busy-cohort",
	                        .items = 400,
	                        .volunteers = 68,
	                        .each = 5,
	                        .fakes = { .25, .25 },
	                        .skill = { 3.815, 1.185 },
	                        .busy = 8,
	                        .busy_answers = 2. / 3,
	                        .cohort_busy = 3,
	                        .cohort = 1. / 3,
	                        .repeats = .775 },
	[CROWD_COLLUDERS] = { .name = "colluders",
	                      .items = 500,
	                      .volunteers = 100,
	                      .each = 11,
	                      .fakes = { .5, .5 },
	                      .skill = { 7.2, 2.8 },
	                      .colluders = .1,
	                      .targets = .1 },
	[CROWD_SKEWED] = { .name = "skewed",
	                   .items = 500,
	                   .volunteers = 100,
	                   .each = 7,
	                   .fakes = { .05, .15 },
	                   .skill = { 7.2, 2.8 } },
	[CROWD_FEW_WORKERS] = { .name = "few-workers",
	                        .items = 300,
	                        .volunteers = 5,
	                        .volunteers_most = 20,
	                        .each = 5,
	                        .fakes = { .4, .4 },
	                        .skill = { 7.2, 2.8 } },
	[CROWD_ONE_TIMERS] = { .name = "one-timers",
	                       .items = 500,
	                       .volunteers = 40,
	                       .each = 8,
	                       .fakes = { .4, .4 },
	                       .skill = { 7.2, 2.8 },
	                       .one_timers = .5 },
	[CROWD_HARD_FAKES] = { .name = "hard-fakes",
	                       .items = 500,
	                       .volunteers = 100,
	                       .each = 9,
	                       .fakes = { .4, .4 },
	                       .skill = { 7.2, 2.8 },
	                       .hard_fakes = 1. / 3,
	                       .hard = { .35, .45 } },
	[CROWD_TEMP_LIKE] = { .name = "temp-like",
	                      .items = 462,
	                      .volunteers = 76,
	                      .each = 10,
	                      .fakes = { .44, .44 },
	                      .skill = { 9, 2.2 },
	                      .restless = 1,
	                      .spammers = 1. / 6 },
	[CROWD_SP_LIKE] = { .name = "sp-like",
	                    .items = 500,
	                    .volunteers = 143,
	                    .each = 20,
	                    .fakes = { .5, .5 },
	                    .skill = { 9, 2.5 },
	                    .restless = 1,
	                    .spammers = .05 },
};

struct crowd_recipe crowd_recipe(enum crowd_kind kind)
{
	return recipes[kind];
}

/* Who a volunteer is. */
struct cast {
	double right[2]; /* by truth: specificity, sensitivity */
	double weight;   /* how busy among the regulars of his sort */
	bool repeats, colludes, spams;
};

/* What is true of an item whoever judges it. */
struct scenery {
	double ease;
	double says_fake; /* the chance for everybody; below 0: none such */
	bool misleads;    /* the error that a cohort repeats */
	bool target;
};

struct making {
	const struct crowd_recipe *recipe;
	struct random random;
	struct made_up_crowd *crowd;
	uint32_t regulars, once; /* of each item's judgments, how many are by one-timers */
	struct cast *cast;
	struct scenery *scenery;
	double *key;      /* regulars */
	uint32_t *ticket; /* who of the one-timers answers next */
	uint32_t tickets, next;
};

static bool happens(struct making *making, double chance)
{
	return random_unit(&making->random) < chance;
}

static double within(struct making *making, struct two ends)
{
	return ends.a + (ends.b - ends.a) * random_unit(&making->random);
}

static double draw_skill(struct making *making)
{
	return draw_beta(&making->random, making->recipe->skill.a, making->recipe->skill.b);
}

static void cast_volunteer(struct making *making, uint32_t volunteer)
{
	const struct crowd_recipe *recipe = making->recipe;
	struct cast *cast = &making->cast[volunteer];
	uint32_t others =
		recipe->busy + (uint32_t)lrint(recipe->cohort * (making->regulars - recipe->busy));
	uint32_t colluders = (uint32_t)lrint(recipe->colluders * making->regulars);
	uint32_t spammers = (uint32_t)lrint(recipe->spammers * making->regulars);
	double bias = random_unit(&making->random);

	*cast = (struct cast){ .right = { draw_skill(making), draw_skill(making) },
		                   .colludes = volunteer < colluders,
		                   .spams = volunteer < spammers,
		                   .repeats = volunteer < recipe->cohort_busy ||
		                              (volunteer >= recipe->busy && volunteer < others) };
	cast->weight = exp(recipe->restless * draw_normal(&making->random));
	if (cast->colludes)
		cast->right[REAL] = cast->right[FAKE] = COLLUDER_SKILL;
	if (cast->spams) {
		cast->right[FAKE] = bias;
		cast->right[REAL] = 1 - bias;
	}
	making->crowd->cohort[volunteer] = cast->repeats || cast->colludes;
}

static void set_scene(struct making *making, uint32_t item, double fakes)
{
	const struct crowd_recipe *recipe = making->recipe;
	struct scenery *scenery = &making->scenery[item];
	double error = recipe->skill.b / (recipe->skill.a + recipe->skill.b);
	bool fake = happens(making, fakes);

	making->crowd->truth[item] = fake ? FAKE : REAL;
	making->crowd->gold[item] = (int8_t)(item % 2 ? UNKNOWN : fake);
	*scenery = (struct scenery){ .ease = exp(recipe->difficulty * draw_normal(&making->random)),
		                         .misleads = happens(making, error),
		                         .target = item % 2 && happens(making, 2 * recipe->targets),
		                         .says_fake = -1 };
	if (fake && happens(making, recipe->hard_fakes))
		scenery->says_fake = within(making, recipe->hard);
}

static bool says_fake(struct making *making, uint32_t volunteer, uint32_t item)
{
	const struct cast *cast = &making->cast[volunteer];
	const struct scenery *scenery = &making->scenery[item];
	bool fake = making->crowd->truth[item];
	double right = cast->right[fake];

	if (cast->colludes && scenery->target)
		return !fake;
	if (scenery->says_fake >= 0)
		return happens(making, scenery->says_fake);
	if (cast->repeats && happens(making, making->recipe->repeats))
		return fake != scenery->misleads;
	if (!cast->spams && making->recipe->difficulty > 0)
		right = sigmoid(logit(right) * scenery->ease);
	return happens(making, right) == fake;
}

static void judge(struct making *making, uint32_t volunteer, uint32_t item)
{
	struct made_up_crowd *crowd = making->crowd;
	size_t row = crowd->judgments.count++;

	crowd->item[row] = item;
	crowd->volunteer[row] = volunteer;
	crowd->verdict[row] = says_fake(making, volunteer, item);
}

/* Whom to ask of the regulars from `first` up to `end`: the one of the largest key. */
static uint32_t best_key(const struct making *making, uint32_t first, uint32_t end)
{
	uint32_t best = first;

	for (uint32_t v = first + 1; v < end; v++)
		if (making->key[v] > making->key[best])
			best = v;
	return best;
}

/* The regulars of one item, by weight and without repetition: those with the largest keys
 * log(uniform) / weight (Efraimidis & Spirakis 2006). */
static void ask_regulars(struct making *making, uint32_t item, uint32_t count)
{
	uint32_t busy = making->recipe->busy;

	for (uint32_t v = 0; v < making->regulars; v++)
		making->key[v] = log(random_unit(&making->random) + 0x1p-33) / making->cast[v].weight;
	for (uint32_t k = 0; k < count; k++) {
		bool asks_busy = busy && happens(making, making->recipe->busy_answers);
		uint32_t volunteer =
			asks_busy ? best_key(making, 0, busy) : best_key(making, busy, making->regulars);

		making->key[volunteer] = -INFINITY;
		judge(making, volunteer, item);
	}
}

/* The next one-timers in the shuffled queue; one who has judged the item already is left out. */
static void ask_one_timers(struct making *making, uint32_t item, uint32_t count)
{
	const struct made_up_crowd *crowd = making->crowd;

	for (uint32_t k = 0; k < count; k++) {
		uint32_t volunteer = making->ticket[making->next++];
		bool twice = false;

		for (size_t row = crowd->judgments.count; row-- > 0 && crowd->item[row] == item;)
			twice = twice || crowd->volunteer[row] == volunteer;
		if (!twice)
			judge(making, volunteer, item);
	}
}

/* One, two or three tickets for each one-timer until there are enough, shuffled. Returns how many
 * volunteers there are with them. */
static uint32_t deal_tickets(struct making *making)
{
	uint32_t volunteers = making->regulars;

	making->ticket = mem_new(making->tickets, sizeof *making->ticket);
	for (uint32_t dealt = 0; dealt < making->tickets; volunteers++)
		for (uint32_t n = 1 + random_below(&making->random, 3); n-- && dealt < making->tickets;)
			making->ticket[dealt++] = volunteers;
	for (uint32_t k = making->tickets; k > 1; k--) {
		uint32_t other = random_below(&making->random, k), kept = making->ticket[k - 1];

		making->ticket[k - 1] = making->ticket[other];
		making->ticket[other] = kept;
	}
	return volunteers;
}

static struct making making_begin(const struct crowd_recipe *recipe, uint64_t seed)
{
	struct making making = { .recipe = recipe,
		                     .random = random_seeded(seed),
		                     .regulars = recipe->volunteers,
		                     .once = (uint32_t)lrint(recipe->one_timers * recipe->each),
		                     .crowd = mem_new(1, sizeof *making.crowd) };
	struct made_up_crowd *crowd = making.crowd;
	size_t count = (size_t)recipe->items * recipe->each;

	if (recipe->volunteers_most)
		making.regulars +=
			random_below(&making.random, recipe->volunteers_most - recipe->volunteers + 1);
	making.tickets = making.once * recipe->items;
	uint32_t volunteers = deal_tickets(&making);
	making.key = mem_new(making.regulars, sizeof *making.key);
	making.cast = mem_new(volunteers, sizeof *making.cast);
	making.scenery = mem_new(recipe->items, sizeof *making.scenery);
	crowd->item = mem_new(count, sizeof *crowd->item);
	crowd->volunteer = mem_new(count, sizeof *crowd->volunteer);
	crowd->verdict = mem_new(count, 1);
	crowd->truth = mem_new(recipe->items, 1);
	crowd->gold = mem_new(recipe->items, 1);
	crowd->cohort = mem_new(volunteers, 1);
	crowd->judgments = (struct judgments){ .items = recipe->items,
		                                   .volunteers = volunteers,
		                                   .item = crowd->item,
		                                   .volunteer = crowd->volunteer,
		                                   .verdict = crowd->verdict };
	return making;
}

struct made_up_crowd *made_up_crowd(const struct crowd_recipe *recipe, uint64_t seed)
{
	struct making making = making_begin(recipe, seed);
	double fakes = within(&making, recipe->fakes);

	for (uint32_t v = 0; v < making.crowd->judgments.volunteers; v++)
		cast_volunteer(&making, v);
	for (uint32_t i = 0; i < recipe->items; i++) {
		set_scene(&making, i, fakes);
		ask_regulars(&making, i, recipe->each - making.once);
		ask_one_timers(&making, i, making.once);
	}
	free(making.key);
	free(making.cast);
	free(making.scenery);
	free(making.ticket);
	return making.crowd;
}

void made_up_crowd_free(struct made_up_crowd *crowd)
{
	free(crowd->item);
	free(crowd->volunteer);
	free(crowd->verdict);
	free(crowd->truth);
	free(crowd->gold);
	free(crowd->cohort);
	free(crowd);
}
