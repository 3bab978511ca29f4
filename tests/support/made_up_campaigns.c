/* SPDX-License-Identifier: Apache-2.0 */
#include "made_up_campaigns.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/cohort.h"
#include "crowd/collusion.h"
#include "crowd/deciding.h"
#include "crowd/draws.h"
#include "crowd/integrity.h"
#include "crowd/model.h"
#include "crowd/online.h"
#include "crowd/specfun.h"
#include "crowd/stopping.h"

#define FITS         12
#define HOUR_S       3600
#define DAY_S        (24 * HOUR_S)
#define LOOK_S       600 /* between two looks at the last hour */
#define VISIT_LONG   60  /* pairs */
#define SKIPS_FREE   4   /* a day, as judging/volunteer_cache.h has it; one more for five judged */
#define PICK_TARGETS 12
#define PICKERS      6
#define GOLD_LIARS   18
#define INVADERS     30
#define OPEN_LOOKS   3 /* items, of which the least judged is shown */

/* One who comes, or attacks. */
struct person {
	double skill[2]; /* by the item's truth */
	double skips;
	uint32_t network;
	uint32_t judged, skipped, gold; /* so far */
	int64_t day;
	uint32_t judged_today, skipped_today;
	bool attacks;
};

struct visit {
	int64_t at_s;
	uint32_t person, pairs;
};

/* A pair that was judged or skipped. */
struct act {
	int64_t at_s;
	uint32_t person;
	bool skip;
	uint8_t gold, gold_right; /* of its two */
};

struct campaign {
	enum campaign_attack attack;
	struct random random;
	uint32_t days, people, items, gold, targets, networks; /* items: gold first, then targets */
	double skill, strength, spread, skips, skippers;
	double university; /* share of the people */
	struct person *person;
	struct visit *visit;
	size_t visits;
	struct act *act;
	size_t acts;
	int8_t *truth, *clamp; /* items */
	double *ease;
	uint8_t *retired, *retired_as; /* items */
	uint32_t *asked;
	uint8_t *seen; /* people x items */
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	struct judgments judgments;
	struct gold_tally gold_before; /* as of the last fit */
	struct campaign_outcome outcome;
};

const char *campaign_attack_name(enum campaign_attack attack)
{
	static const char *const names[CAMPAIGN_ATTACKS] = {
		[CAMPAIGN_HONEST] = "honest",
		[CAMPAIGN_PICKERS] = "six of one network who pick",
		[CAMPAIGN_COLLUDERS_10] = "10 % colluders",
		[CAMPAIGN_COLLUDERS_20] = "20 % colluders",
		[CAMPAIGN_BUSY_10] = "10 % colluders, three times as busy",
		[CAMPAIGN_WRONG_ON_GOLD] = "eighteen wrong on gold",
		[CAMPAIGN_TAKEOVER] = "thirty of one network within an hour",
	};

	return names[attack];
}

static double draw_between(struct random *random, double low, double high)
{
	return low + (high - low) * random_unit(random);
}

static uint32_t draw_count(struct random *random, uint32_t low, uint32_t high)
{
	return low + random_below(random, high - low + 1);
}

/* Room for one more than `count`: arrays grow at 0, 1, 2, 4, 8... */
static void *campaign_room(void *memory, size_t count, size_t size)
{
	return count & (count - 1) ? memory : mem_resize(memory, count ? 2 * count : 1, size);
}

/* ---- who comes ---- */

/* A moment of the campaign, by day more than by night: seven parts at its height to one. */
static int64_t draw_moment(struct campaign *campaign, bool by_day)
{
	for (;;) {
		int64_t at_s = (int64_t)(random_unit(&campaign->random) * campaign->days * DAY_S);
		double hour = (double)(at_s % DAY_S) / HOUR_S;
		double busy = .5 - .5 * cos(2 * M_PI * (hour - 4) / 24);

		if (by_day && (hour < 8 || hour > 19))
			continue;
		if (random_unit(&campaign->random) < .125 + .875 * busy)
			return at_s;
	}
}

static uint32_t draw_pairs(struct campaign *campaign)
{
	double pairs = 2 * pow(1 - random_unit(&campaign->random), -1 / 1.1);

	return pairs < VISIT_LONG ? (uint32_t)pairs : VISIT_LONG;
}

static void campaign_add_visit(struct campaign *campaign, uint32_t person, int64_t at_s,
                               uint32_t pairs)
{
	campaign->visit = campaign_room(campaign->visit, campaign->visits, sizeof *campaign->visit);
	campaign->visit[campaign->visits++] = (struct visit){ at_s, person, pairs };
}

/* Networks: operators 1 to 3, the university 4, those of homes after them. */
static void campaign_people(struct campaign *campaign, uint32_t honest)
{
	struct random *random = &campaign->random;
	double mobile = draw_between(random, .1, .5);
	uint32_t operators = draw_count(random, 1, 3);
	double a = campaign->skill * campaign->strength, b = campaign->strength - a;

	campaign->networks = 4;
	for (uint32_t p = 0; p < campaign->people; p++) {
		struct person *person = &campaign->person[p];
		double where = random_unit(random);

		person->attacks = p >= honest;
		person->skill[REAL] = draw_beta(random, fmax(a, 1), fmax(b, 1));
		person->skill[FAKE] = draw_beta(random, fmax(a, 1), fmax(b, 1));
		person->skips = campaign->skips;
		if (random_unit(random) < campaign->skippers)
			person->skips = draw_between(random, .3, 1);
		if (where < mobile)
			person->network = draw_count(random, 1, operators);
		else if (where < mobile + campaign->university)
			person->network = 4;
		else if (random_unit(random) < .3 && campaign->networks > 4)
			person->network = campaign->networks;
		else
			person->network = ++campaign->networks;
	}
}

static void campaign_visits(struct campaign *campaign, uint32_t honest)
{
	struct random *random = &campaign->random;
	double rush = random_unit(random) < .5 ? draw_between(random, .1, .4) : 0;

	int64_t press_s = draw_moment(campaign, true);

	for (uint32_t p = 0; p < honest; p++) {
		bool by_day = campaign->person[p].network == 4;

		if (random_unit(random) < rush)
			campaign_add_visit(campaign, p,
			                   press_s + (int64_t)(3 * HOUR_S * pow(random_unit(random), 2)),
			                   draw_pairs(campaign));
		else
			campaign_add_visit(campaign, p, draw_moment(campaign, by_day), draw_pairs(campaign));
		while (random_unit(random) < .45) /* and comes again */
			campaign_add_visit(campaign, p, draw_moment(campaign, by_day), draw_pairs(campaign));
	}
}

/* ---- who attacks ---- */

static void campaign_attackers(struct campaign *campaign, uint32_t honest)
{
	struct random *random = &campaign->random;
	bool together = campaign->attack == CAMPAIGN_PICKERS ||
	                campaign->attack == CAMPAIGN_WRONG_ON_GOLD ||
	                campaign->attack == CAMPAIGN_TAKEOVER;
	int64_t begin_s = draw_moment(campaign, true);

	if (honest < campaign->people)
		campaign->networks++;
	for (uint32_t p = honest; p < campaign->people; p++) {
		struct person *person = &campaign->person[p];
		uint32_t visits = campaign->attack == CAMPAIGN_BUSY_10 ? 6 : 2;

		person->network = together ? campaign->networks : campaign->networks++;
		person->skips = campaign->skips;
		if (campaign->attack == CAMPAIGN_TAKEOVER)
			campaign_add_visit(campaign, p, begin_s + random_below(random, HOUR_S), 20);
		else if (campaign->attack == CAMPAIGN_PICKERS)
			for (int hour = 0; hour < 5; hour++)
				campaign_add_visit(campaign, p, begin_s + hour * HOUR_S + random_below(random, 600),
				                   40);
		else
			for (uint32_t v = 0; v < visits; v++)
				campaign_add_visit(campaign, p, draw_moment(campaign, false), draw_pairs(campaign));
		if (campaign->attack == CAMPAIGN_WRONG_ON_GOLD)
			campaign_add_visit(campaign, p, draw_moment(campaign, false), 20);
	}
}

static bool campaign_is_target(const struct campaign *campaign, uint32_t item)
{
	return item >= campaign->gold && item < campaign->gold + campaign->targets;
}

/* What somebody says of an item, who is right by the own coin; `honest`: what is seen. */
static uint8_t campaign_answer(struct campaign *campaign, const struct person *person,
                               uint32_t item)
{
	uint8_t truth = (uint8_t)campaign->truth[item];
	double odds = logit(fmin(fmax(person->skill[truth], .01), .99)) * campaign->ease[item];
	uint8_t honest = random_unit(&campaign->random) < 1 / (1 + exp(-odds)) ? truth : !truth;
	bool gold = item < campaign->gold;

	if (!person->attacks)
		return honest;
	if (campaign->attack == CAMPAIGN_WRONG_ON_GOLD)
		return gold ? !truth : truth;
	if (campaign->attack == CAMPAIGN_TAKEOVER)
		return gold ? truth : !truth;
	if (gold)
		return truth;
	return campaign_is_target(campaign, item) ? !truth : honest;
}

/* ---- how a visit goes ---- */

/* Something that is open and was not seen: gold by its share, else the least judged of a few.
 * UINT32_MAX: nothing. */
static uint32_t campaign_draw_item(struct campaign *campaign, uint32_t person)
{
	const uint8_t *seen = campaign->seen + (size_t)person * campaign->items;
	uint32_t best = UINT32_MAX, found = 0, from = random_below(&campaign->random, campaign->items);

	for (uint32_t k = 0; k < campaign->items && found < OPEN_LOOKS; k++) {
		uint32_t item = (from + k * 7919) % campaign->items;
		bool gold = item < campaign->gold;

		if (seen[item] || campaign->retired[item])
			continue;
		if (gold && !found)
			return item;
		if (gold)
			continue;
		found++;
		if (best == UINT32_MAX || campaign->asked[item] < campaign->asked[best])
			best = item;
	}
	return best;
}

static struct act *campaign_act(struct campaign *campaign, int64_t at_s, uint32_t person, bool skip)
{
	campaign->act = campaign_room(campaign->act, campaign->acts, sizeof *campaign->act);
	campaign->act[campaign->acts] = (struct act){ .at_s = at_s, .person = person, .skip = skip };
	return &campaign->act[campaign->acts++];
}

static void campaign_judge(struct campaign *campaign, uint32_t p, uint32_t item, struct act *act)
{
	size_t n = campaign->judgments.count++;
	bool gold = item < campaign->gold;

	campaign->item = campaign_room(campaign->item, n, sizeof *campaign->item);
	campaign->volunteer = campaign_room(campaign->volunteer, n, sizeof *campaign->volunteer);
	campaign->verdict = campaign_room(campaign->verdict, n, 1);
	campaign->item[n] = item;
	campaign->volunteer[n] = p;
	campaign->verdict[n] = campaign_answer(campaign, &campaign->person[p], item);
	campaign->asked[item]++;
	campaign->person[p].judged++;
	campaign->person[p].gold += gold;
	act->gold = (uint8_t)(act->gold + gold);
	if (gold && campaign->verdict[n] == campaign->truth[item])
		act->gold_right++;
}

static bool campaign_wants_to_skip(struct campaign *campaign, const struct person *person,
                                   uint32_t one, uint32_t other)
{
	if (person->attacks && campaign->attack == CAMPAIGN_PICKERS)
		return !campaign_is_target(campaign, one) && !campaign_is_target(campaign, other);
	return random_unit(&campaign->random) < person->skips;
}

/* An honest person who has skipped all that may be skipped goes; an attacker judges. */
static void campaign_visit(struct campaign *campaign, const struct visit *visit)
{
	struct person *person = &campaign->person[visit->person];
	uint8_t *seen = campaign->seen + (size_t)visit->person * campaign->items;
	int64_t at_s = visit->at_s, day = at_s / DAY_S;

	if (day != person->day)
		person->judged_today = person->skipped_today = 0;
	person->day = day;
	for (uint32_t n = 0; n < visit->pairs; n++) {
		uint32_t one = campaign_draw_item(campaign, visit->person);
		if (one == UINT32_MAX)
			return;
		seen[one] = 1;
		uint32_t other = campaign_draw_item(campaign, visit->person);
		if (other == UINT32_MAX)
			return;
		seen[other] = 1;
		bool may = person->skipped_today < SKIPS_FREE + person->judged_today / 5;
		bool skip = campaign_wants_to_skip(campaign, person, one, other);

		if (skip && !may && !person->attacks)
			return;
		skip = skip && may;
		at_s += draw_count(&campaign->random, 10, 45);
		struct act *act = campaign_act(campaign, at_s, visit->person, skip);
		person->judged_today += !skip;
		person->skipped_today += skip;
		person->skipped += skip;
		if (skip) /* it may come again */
			seen[one] = seen[other] = 0;
		else {
			campaign_judge(campaign, visit->person, one, act);
			campaign_judge(campaign, visit->person, other, act);
		}
	}
}

/* ---- what a fit finds ---- */

static void campaign_raise(struct campaign *campaign, enum alarm alarm, double value)
{
	campaign->outcome.most[alarm] = fmax(campaign->outcome.most[alarm], value);
}

static size_t campaign_testimonies(const struct campaign *campaign, const struct fit *fit,
                                   uint32_t item, struct testimony list[])
{
	size_t count = 0;

	for (size_t n = 0; n < campaign->judgments.count; n++) {
		const struct person *person = &campaign->person[campaign->volunteer[n]];

		if (campaign->item[n] != item)
			continue;
		struct online_volunteer known = online_volunteer(fit, campaign->volunteer[n]);
		list[count++] = (struct testimony){
			.weight = online_weight(&known, campaign->verdict[n]),
			.network = person->network,
			.gold = deciding_gold(person->gold, person->judged, 2 * person->skipped),
			.verdict = campaign->verdict[n],
		};
	}
	return count;
}

/* Retires what may, and says which items have a label. */
static void campaign_settle(struct campaign *campaign, const struct fit *fit, uint8_t label[])
{
	const struct stopping rule = stopping_in_service();
	struct deciding_policy policy = deciding_policy_of(DECIDING_POLICY_NOW);
	struct deciding_scope scope = { campaign->gold >= DECIDING_GOLD_ITEMS, true };
	struct testimony *list = mem_new(campaign->people + 1, sizeof *list);

	for (uint32_t i = campaign->gold; i < campaign->items; i++) {
		size_t count = campaign_testimonies(campaign, fit, i, list);
		double p = fit->crowd[i].mean;
		struct deciding deciding = deciding_weigh(&policy, &scope, list, count, label_of(p));
		double decides = deciding_probability(fit, fit->odds[i], p, &deciding);
		enum decision decision = stopping_decide(&rule, decides, (uint32_t)count);

		if (!campaign->retired[i] && decision != DECISION_KEEP_ASKING) {
			campaign->retired[i] = decision == DECISION_RETIRE ? 1 : 2; /* 2: a moderator has it */
			campaign->retired_as[i] = (uint8_t)label_of(p);
		}
		label[i] = campaign->retired[i] == 1 || decision == DECISION_RETIRE;
	}
	free(list);
}

static void campaign_fit(struct campaign *campaign)
{
	const struct cohort_options usual = cohort_options_usual();
	struct judgments *judgments = &campaign->judgments;
	struct integrity_campaign of;
	struct integrity_network *networks = mem_new((size_t)campaign->networks + 1, sizeof *networks);
	uint32_t *network = mem_new(judgments->count + 1, sizeof *network);
	uint32_t *of_campaign = mem_new(campaign->items, sizeof *of_campaign);
	uint32_t *cost = mem_new(campaign->items, sizeof *cost);
	uint8_t *label = mem_new(campaign->items, 1), *newcomer = mem_new(campaign->people, 1);

	judgments->item = campaign->item;
	judgments->volunteer = campaign->volunteer;
	judgments->verdict = campaign->verdict;
	struct fit *fit =
		model_fit(judgments, &(struct model_options){ .no_negative = true, .intervals = true });
	struct cohorts cohorts = cohorts_of(judgments, &usual);
	for (size_t n = 0; n < judgments->count; n++)
		network[n] = campaign->person[campaign->volunteer[n]].network;
	campaign_settle(campaign, fit, label);
	integrity_newcomers(judgments, newcomer);
	influence_cost(judgments, fit, cost);
	integrity_of(judgments, fit,
	             &(struct integrity_known){ .campaigns = 1,
	                                        .networks = campaign->networks,
	                                        .campaign = of_campaign,
	                                        .label = label,
	                                        .network = network,
	                                        .cohort = cohorts.of,
	                                        .newcomer = newcomer,
	                                        .flip_cost = cost },
	             &of, networks);
	campaign_raise(campaign, ALARM_NETWORK_LABELS, of.network_excess);
	campaign_raise(campaign, ALARM_COHORT, of.in_cohorts);
	campaign_raise(campaign, ALARM_WORSE_THAN_CHANCE, integrity_worse_share(&of));
	campaign_raise(campaign, ALARM_NETWORK_GOLD, of.gold_gap);
	campaign->gold_before =
		(struct gold_tally){ of.gold, of.gold_right, of.gold_squares, of.gold_volunteers };
	cohorts_clear(&cohorts);
	fit_free(fit);
	free(networks);
	free(network);
	free(of_campaign);
	free(cost);
	free(label);
	free(newcomer);
}

/* ---- what the last hour shows ---- */

/* One person, within the hour. */
struct hour_person {
	uint32_t pairs, skips, gold, gold_right;
};

struct hour {
	struct hour_person *person;
	struct hour_group *network; /* the first is everybody */
	struct gold_tally gold;
};

/* Who was there before the hour and not within it is known. */
static void hour_gather(const struct campaign *campaign, const struct act acts[], size_t from,
                        size_t to, struct hour *hour)
{
	uint8_t *before = mem_new(campaign->people, 1);

	memset(hour->person, 0, campaign->people * sizeof *hour->person);
	memset(hour->network, 0, (campaign->networks + 1) * sizeof *hour->network);
	hour->gold = (struct gold_tally){ 0 };
	for (size_t n = 0; n < to; n++) {
		struct hour_person *person = &hour->person[acts[n].person];

		before[acts[n].person] |= !acts[n].skip;
		if (n < from)
			continue;
		person->pairs += !acts[n].skip;
		person->skips += acts[n].skip;
		person->gold += acts[n].gold;
		person->gold_right += acts[n].gold_right;
	}
	for (uint32_t p = 0; p < campaign->people; p++) {
		const struct hour_person *person = &hour->person[p];
		struct hour_group *groups[] = { &hour->network[0],
			                            &hour->network[campaign->person[p].network] };

		for (int g = 0; g < 2; g++) {
			groups[g]->pairs += person->pairs;
			groups[g]->skips += person->skips;
			groups[g]->volunteers += person->pairs > 0;
			groups[g]->skippers += hour_is_skipper(person->pairs, person->skips);
			groups[g]->known += before[p] && !person->pairs && !person->skips;
		}
		hour->gold.judged += person->gold;
		hour->gold.right += person->gold_right;
		hour->gold.squares += (double)person->gold * person->gold;
		hour->gold.volunteers += person->gold > 0;
	}
	free(before);
}

static void campaign_hour(struct campaign *campaign, const struct hour *hour,
                          const struct hours_before *before)
{
	for (uint32_t n = 0; n <= campaign->networks; n++) {
		campaign_raise(campaign, ALARM_SKIPS, hour_skip_share(&hour->network[n]));
		if (n)
			campaign_raise(campaign, ALARM_ONE_NETWORK,
			               hour_network_rush(&hour->network[n], &hour->network[0]));
	}
	campaign_raise(campaign, ALARM_RISE, hour_rise(&hour->network[0], before));
	campaign_raise(campaign, ALARM_GOLD_FALL, gold_below(&hour->gold, &campaign->gold_before));
}

/* As the server notes it: full hours of the clock, and who judged within each. */
static struct hours_before hours_before(const struct campaign *campaign, const struct act acts[],
                                        size_t count, int64_t now_s)
{
	int64_t end_s = now_s / HOUR_S * HOUR_S, first_s = acts[0].at_s / HOUR_S * HOUR_S, hour = -1;
	int64_t *last = mem_new(campaign->people, sizeof *last);
	double pairs = 0, people = 0;

	first_s = first_s > now_s - 7 * DAY_S ? first_s : now_s - 7 * DAY_S;
	for (size_t n = 0; n < count; n++) {
		hour = acts[n].at_s / HOUR_S;
		if (acts[n].skip || acts[n].at_s < first_s || acts[n].at_s >= end_s)
			continue;
		pairs++;
		people += last[acts[n].person] != hour + 1;
		last[acts[n].person] = hour + 1;
	}
	free(last);
	return (struct hours_before){ .hours = (double)(now_s - first_s) / HOUR_S,
		                          .pairs = pairs,
		                          .pairs_each = people > 0 ? pairs / people : 0 };
}

static int compare_acts(const void *left, const void *right)
{
	const struct act *one = left, *other = right;

	if (one->at_s != other->at_s)
		return one->at_s < other->at_s ? -1 : 1;
	return (one->person > other->person) - (one->person < other->person);
}

/* Looks at the hours until `to_s`, with what the last fit knew. Returns when it looked last. */
static int64_t campaign_look(struct campaign *campaign, int64_t from_s, int64_t to_s)
{
	struct act *acts = mem_new(campaign->acts + 1, sizeof *acts);
	struct hour hour = { .person = mem_new(campaign->people, sizeof *hour.person),
		                 .network = mem_new((size_t)campaign->networks + 1, sizeof *hour.network) };
	size_t from = 0, to = 0;
	int64_t at_s = from_s;

	memcpy(acts, campaign->act, campaign->acts * sizeof *acts);
	qsort(acts, campaign->acts, sizeof *acts, compare_acts);
	for (; at_s + LOOK_S <= to_s; at_s += LOOK_S) {
		for (; to < campaign->acts && acts[to].at_s < at_s + LOOK_S; to++)
			;
		for (; from < to && acts[from].at_s < at_s + LOOK_S - HOUR_S; from++)
			;
		if (from == to)
			continue;
		struct hours_before before = hours_before(campaign, acts, to, at_s + LOOK_S);
		hour_gather(campaign, acts, from, to, &hour);
		campaign_hour(campaign, &hour, &before);
	}
	free(acts);
	free(hour.person);
	free(hour.network);
	return at_s;
}

/* ---- the whole ---- */

static int compare_visits(const void *left, const void *right)
{
	const struct visit *one = left, *other = right;

	if (one->at_s != other->at_s)
		return one->at_s < other->at_s ? -1 : 1;
	return (one->person > other->person) - (one->person < other->person);
}

static uint32_t attackers_of(enum campaign_attack attack, uint32_t honest)
{
	switch (attack) {
	case CAMPAIGN_PICKERS:
		return PICKERS;
	case CAMPAIGN_COLLUDERS_10:
	case CAMPAIGN_BUSY_10:
		return (honest + 4) / 9;
	case CAMPAIGN_COLLUDERS_20:
		return (honest + 2) / 4;
	case CAMPAIGN_WRONG_ON_GOLD:
		return GOLD_LIARS;
	case CAMPAIGN_TAKEOVER:
		return INVADERS;
	case CAMPAIGN_HONEST:
	case CAMPAIGN_ATTACKS:
	default:
		return 0;
	}
}

static void campaign_items(struct campaign *campaign)
{
	struct random *random = &campaign->random;
	double fakes = draw_between(random, .3, .7), spread = random_unit(random);

	campaign->truth = mem_new(campaign->items, 1);
	campaign->clamp = mem_new(campaign->items, 1);
	campaign->ease = mem_new(campaign->items, sizeof *campaign->ease);
	campaign->retired = mem_new(campaign->items, 1);
	campaign->retired_as = mem_new(campaign->items, 1);
	campaign->asked = mem_new(campaign->items, sizeof *campaign->asked);
	for (uint32_t i = 0; i < campaign->items; i++) {
		campaign->truth[i] = random_unit(random) < fakes ? FAKE : REAL;
		campaign->clamp[i] = (int8_t)(i < campaign->gold ? campaign->truth[i] : UNKNOWN);
		campaign->ease[i] = exp(spread * draw_normal(random));
	}
}

static struct campaign campaign_new(enum campaign_attack attack, uint64_t seed)
{
	struct campaign campaign = { .attack = attack, .random = random_seeded(seed) };
	struct random *random = &campaign.random;
	uint32_t honest = (uint32_t)exp(draw_between(random, log(30), log(400)));

	if (attack != CAMPAIGN_HONEST && honest < 60)
		honest = 60;
	campaign.days = draw_count(random, 2, 14);
	campaign.people = honest + attackers_of(attack, honest);
	campaign.items = draw_count(random, 100, 600);
	campaign.gold = (uint32_t)(draw_between(random, .05, .2) * campaign.items);
	campaign.targets = attack == CAMPAIGN_PICKERS ? PICK_TARGETS : campaign.items / 10;
	campaign.skill = draw_between(random, .65, .85);
	campaign.strength = draw_between(random, 6, 20);
	campaign.skips = draw_between(random, 0, .1);
	campaign.skippers = draw_between(random, .02, .06);
	campaign.university = draw_between(random, 0, .15);
	campaign.person = mem_new(campaign.people, sizeof *campaign.person);
	campaign.seen = mem_new((size_t)campaign.people * campaign.items, 1);
	campaign_items(&campaign);
	campaign_people(&campaign, honest);
	campaign_visits(&campaign, honest);
	campaign_attackers(&campaign, honest);
	campaign.judgments = (struct judgments){ .items = campaign.items,
		                                     .volunteers = campaign.people,
		                                     .truth = campaign.clamp };
	qsort(campaign.visit, campaign.visits, sizeof *campaign.visit, compare_visits);
	return campaign;
}

static void campaign_free(struct campaign *campaign)
{
	free(campaign->person);
	free(campaign->visit);
	free(campaign->act);
	free(campaign->truth);
	free(campaign->clamp);
	free(campaign->ease);
	free(campaign->retired);
	free(campaign->retired_as);
	free(campaign->asked);
	free(campaign->seen);
	free(campaign->item);
	free(campaign->volunteer);
	free(campaign->verdict);
}

static void campaign_count(struct campaign *campaign)
{
	struct campaign_outcome *outcome = &campaign->outcome;

	outcome->volunteers = campaign->people;
	outcome->items = campaign->items;
	outcome->answers = (uint32_t)campaign->judgments.count;
	for (uint32_t i = campaign->gold; i < campaign->items; i++) {
		bool wrong = campaign->retired[i] == 1 && campaign->retired_as[i] != campaign->truth[i];

		outcome->retired += campaign->retired[i] == 1;
		outcome->retired_wrong += wrong;
		outcome->targets += campaign_is_target(campaign, i);
		outcome->targets_wrong += wrong && campaign_is_target(campaign, i);
	}
}

struct campaign_outcome made_up_campaign(enum campaign_attack attack, uint64_t seed)
{
	struct campaign campaign = campaign_new(attack, seed);
	int64_t looked_s = 0;
	size_t done = 0;

	for (size_t fit = 1; fit <= FITS; fit++) {
		size_t until = campaign.visits * fit / FITS;

		for (; done < until; done++)
			campaign_visit(&campaign, &campaign.visit[done]);
		if (!campaign.judgments.count)
			continue;
		int64_t now_s = until < campaign.visits ? campaign.visit[until].at_s
		                                        : campaign.visit[until - 1].at_s + HOUR_S;
		looked_s = campaign_look(&campaign, looked_s, now_s);
		campaign_fit(&campaign);
	}
	campaign_count(&campaign);
	struct campaign_outcome outcome = campaign.outcome;
	campaign_free(&campaign);
	return outcome;
}
