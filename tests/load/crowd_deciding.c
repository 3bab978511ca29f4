/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_deciding [SEEDS] -- what the rules of who may decide cost honest crowds, as a table.
 *
 * A made-up campaign: volunteers come one by one, from networks of which some are shared by many (a
 * mobile operator's), and judge items that are open in random order; part of what they see is gold,
 * most at first.  Every so many volunteers the model is fitted and items retire.  The same crowd is
 * asked twice: once everybody decides, once those who may.  Judgments an item and wrong labels,
 * means over SEEDS (10) crowds with the standard deviations of their differences.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/deciding.h"
#include "crowd/draws.h"
#include "crowd/model.h"
#include "crowd/online.h"
#include "crowd/stopping.h"

#define ITEMS      400
#define GOLD       60
#define VOLUNTEERS 4000
#define ROUND      8 /* volunteers between two fits */

struct setting {
	const char *name;
	uint32_t shortest, longest; /* judgments of a volunteer; every fourth gives the shortest */
	double shared;              /* of volunteers are of one of four networks */
	bool gold, declared;
	bool providers; /* networks are of few providers, and a table says which */
};

static const struct setting settings[] = {
	{ "visits of 6 to 40 answers", 6, 40, 0, true, false, false },
	{ "the same, 40 % behind four operators", 6, 40, .4, true, false, false },
	{ "the same, 80 % behind four operators", 6, 40, .8, true, false, false },
	{ "visits of 2 to 12 answers", 2, 12, .4, true, false, false },
	{ "visits of 20 to 100 answers", 20, 100, .4, true, false, false },
	{ "one declared network", 6, 40, 1, true, true, false },
	{ "without gold", 6, 40, .4, false, false, false },
	{ "six providers, known by a table", 6, 40, .4, true, false, true },
	{ "the same, visits of 2 to 12 answers", 2, 12, .4, true, false, true },
	{ "the same, visits of 20 to 100 answers", 20, 100, .4, true, false, true },
	{ "the same, 80 % behind four operators", 6, 40, .8, true, false, true },
};

struct campaign {
	const struct setting *setting;
	struct random random;
	int8_t truth[ITEMS + GOLD], clamp[ITEMS + GOLD];
	bool retired[ITEMS];
	uint32_t network[VOLUNTEERS], provider[VOLUNTEERS], gold[VOLUNTEERS];
	struct judgments judgments;
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	size_t room;
	uint64_t counted; /* judgments of items that are no gold */
};

static double campaign_chance(struct campaign *campaign)
{
	return random_below(&campaign->random, 1000000) / 1e6;
}

static void campaign_judge(struct campaign *campaign, uint32_t volunteer, uint32_t item,
                           double skill)
{
	size_t n = campaign->judgments.count++;
	bool right = campaign_chance(campaign) < skill;

	campaign->item[n] = item;
	campaign->volunteer[n] = volunteer;
	campaign->verdict[n] = (uint8_t)(right ? campaign->truth[item] : !campaign->truth[item]);
	campaign->gold[volunteer] += item >= ITEMS;
	campaign->counted += item < ITEMS;
}

/* One visit: gold with a chance that falls from .4 to .1, else the next open item from a random one
 * on. Nobody sees an item twice. */
static void campaign_visit(struct campaign *campaign, uint32_t volunteer)
{
	const struct setting *setting = campaign->setting;
	static bool seen[ITEMS + GOLD];
	uint32_t answers = setting->shortest;
	double skill = draw_beta(&campaign->random, 8, 2);

	memset(seen, 0, sizeof seen);
	if (volunteer % 4)
		answers += random_below(&campaign->random, setting->longest - setting->shortest + 1);
	for (uint32_t n = 0; n < answers; n++) {
		bool gold = setting->gold && campaign_chance(campaign) < fmax(.4 - .02 * n, .1);
		uint32_t of = gold ? GOLD : ITEMS, first = gold ? ITEMS : 0;
		uint32_t at = random_below(&campaign->random, of), k = 0;

		while (k < of &&
		       (seen[first + (at + k) % of] || (!gold && campaign->retired[(at + k) % of])))
			k++;
		if (k == of)
			continue;
		seen[first + (at + k) % of] = true;
		campaign_judge(campaign, volunteer, first + (at + k) % of, skill);
	}
}

/* Retires what may. Returns how many items are open. */
static uint32_t campaign_settle(struct campaign *campaign, bool everybody)
{
	const struct stopping rule = stopping_in_service();
	struct deciding_policy policy = deciding_policy_of(everybody ? 0 : DECIDING_POLICY_NOW);
	struct deciding_scope scope = { campaign->setting->gold, true };
	struct fit *fit =
		model_fit(&campaign->judgments, &(struct model_options){ .no_negative = !everybody });
	static struct testimony list[ITEMS + GOLD][64];
	uint32_t count[ITEMS + GOLD] = { 0 }, open = 0;

	for (size_t n = 0; n < campaign->judgments.count; n++) {
		uint32_t item = campaign->item[n], volunteer = campaign->volunteer[n];
		struct online_volunteer known = online_volunteer(fit, volunteer);

		if (item < ITEMS && count[item] < 64)
			list[item][count[item]++] =
				(struct testimony){ .weight = online_weight(&known, campaign->verdict[n]),
				                    .network = campaign->network[volunteer],
				                    .provider = campaign->provider[volunteer],
				                    .gold = campaign->gold[volunteer],
				                    .verdict = campaign->verdict[n],
				                    .declared = campaign->setting->declared };
	}
	for (uint32_t i = 0; i < ITEMS; i++) {
		double p = i < fit->items ? fit->crowd[i].mean : .5;
		struct deciding deciding = deciding_weigh(&policy, &scope, list[i], count[i], label_of(p));
		double decides = deciding_probability(fit, fit->odds[i], p, &deciding);

		if (!campaign->retired[i] && count[i])
			campaign->retired[i] =
				stopping_decide(&rule, everybody ? p : decides, count[i]) != DECISION_KEEP_ASKING;
		open += !campaign->retired[i];
	}
	fit_free(fit);
	return open;
}

struct outcome {
	double each, wrong;
};

static uint32_t campaign_wrong(struct campaign *campaign)
{
	struct fit *fit =
		model_fit(&campaign->judgments, &(struct model_options){ .no_negative = true });
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < ITEMS; i++)
		wrong += label_of(fit->crowd[i].mean) != campaign->truth[i];
	fit_free(fit);
	return wrong;
}

/* Of six providers: those four that share an address too, and others. The largest has 40 %. */
static uint32_t campaign_provider(struct campaign *campaign, uint32_t volunteer)
{
	static const double shares[] = { .4, .65, .8, .9, .95 };
	double chance = campaign_chance(campaign);
	uint32_t provider = 0;

	while (provider < sizeof shares / sizeof *shares && chance >= shares[provider])
		provider++;
	return campaign->network[volunteer] < 4 ? campaign->network[volunteer] : provider;
}

static struct outcome campaign_run(const struct setting *setting, uint64_t seed, bool everybody)
{
	struct campaign *campaign = mem_new(1, sizeof *campaign);

	campaign->setting = setting;
	campaign->random = random_seeded(seed);
	campaign->room = (size_t)VOLUNTEERS * setting->longest;
	campaign->item = mem_new(campaign->room, sizeof *campaign->item);
	campaign->volunteer = mem_new(campaign->room, sizeof *campaign->volunteer);
	campaign->verdict = mem_new(campaign->room, 1);
	for (uint32_t i = 0; i < ITEMS + GOLD; i++) {
		campaign->truth[i] = (int8_t)random_below(&campaign->random, 2);
		campaign->clamp[i] = i < ITEMS ? UNKNOWN : campaign->truth[i];
	}
	for (uint32_t v = 0; v < VOLUNTEERS; v++)
		campaign->network[v] = campaign_chance(campaign) < setting->shared
		                           ? setting->declared ? 0 : random_below(&campaign->random, 4)
		                           : 4 + v;
	for (uint32_t v = 0; setting->providers && v < VOLUNTEERS; v++)
		campaign->provider[v] = 1 + campaign_provider(campaign, v);
	campaign->judgments = (struct judgments){ .items = ITEMS + GOLD,
		                                      .item = campaign->item,
		                                      .volunteer = campaign->volunteer,
		                                      .verdict = campaign->verdict,
		                                      .truth = setting->gold ? campaign->clamp : NULL };
	uint32_t volunteer = 0;
	do {
		for (uint32_t n = 0; n < ROUND && volunteer < VOLUNTEERS; n++)
			campaign_visit(campaign, volunteer++);
		campaign->judgments.volunteers = volunteer;
	} while (campaign_settle(campaign, everybody) && volunteer < VOLUNTEERS);
	struct outcome outcome = { (double)campaign->counted / ITEMS,
		                       (double)campaign_wrong(campaign) / ITEMS };
	free(campaign->item);
	free(campaign->volunteer);
	free(campaign->verdict);
	free(campaign);
	return outcome;
}

static void compare_setting(const struct setting *setting, uint64_t seeds)
{
	double before[2] = { 0 }, after[2] = { 0 }, sum = 0, squares = 0;

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct outcome all = campaign_run(setting, seed, true);
		struct outcome some = campaign_run(setting, seed, false);
		double ratio = some.each / all.each;

		before[0] += all.each / (double)seeds;
		before[1] += all.wrong / (double)seeds;
		after[0] += some.each / (double)seeds;
		after[1] += some.wrong / (double)seeds;
		sum += ratio / (double)seeds;
		squares += ratio * ratio / (double)seeds;
	}
	printf("| %s | %.2f | %.2f | %.3f (%.3f) | %.4f | %.4f |\n", setting->name, before[0], after[0],
	       sum, sqrt(fmax(squares - sum * sum, 0)), before[1], after[1]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 10;

	puts("| crowd | judgments an item: everybody decides | who may decides | ratio | wrong: "
	     "everybody | who may |");
	puts("|---|---|---|---|---|---|");
	for (size_t s = 0; s < sizeof settings / sizeof *settings; s++)
		compare_setting(&settings[s], seeds);
	return 0;
}
