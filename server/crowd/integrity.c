/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/integrity.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/alarms.h"
#include "crowd/collusion.h"
#include "crowd/specfun.h"

#define COUNTS_MOST 64 /* verdicts for a label's side: more count as so many */

#define NEWCOMER_GOLD      5  /* judged gold items: fewer is a newcomer */
#define NEWCOMER_JUDGMENTS 20 /* the same where there is no gold */
#define WORSE_LEAST        5  /* volunteers worse than chance: fewer make no share */

/* What is gathered on the way. */
struct integrity_work {
	const struct judgments *judgments;
	const struct fit *fit;
	const struct integrity_known *known;
	struct integrity_campaign *campaigns;
	struct integrity_network *networks;
	size_t *start, *order;  /* judgments by item */
	uint32_t *judgments_of; /* by campaign */
	uint32_t *counts;       /* labels by campaign and verdicts for their side, COUNTS_MOST each */
	fixed *of_network, *of_cohort; /* of one label; all 0 between two */
	uint32_t cohorts;
};

static void order_by_item(struct integrity_work *work)
{
	const struct judgments *judgments = work->judgments;

	work->start = mem_new((size_t)judgments->items + 3, sizeof *work->start);
	work->order = mem_new(judgments->count + 1, sizeof *work->order);
	for (size_t j = 0; j < judgments->count; j++)
		work->start[judgments->item[j] + 2]++;
	for (uint32_t i = 0; i < judgments->items; i++)
		work->start[i + 2] += work->start[i + 1];
	for (size_t j = 0; j < judgments->count; j++)
		work->order[work->start[judgments->item[j] + 1]++] = j;
}

/* What a judgment adds to its label's own side; 0 where it speaks against it. */
static fixed weight_for_label(const struct integrity_work *work, size_t j)
{
	const struct judgments *judgments = work->judgments;
	double weight = influence_weight(work->fit, judgments->volunteer[j], judgments->verdict[j]);
	int label = label_of(work->fit->crowd[judgments->item[j]].mean);

	weight = label == FAKE ? weight : -weight;
	return weight > 0 ? fixed_of(weight) : 0;
}

static uint32_t cohort_of(const struct integrity_work *work, uint32_t volunteer)
{
	return work->known->cohort ? work->known->cohort[volunteer] : 0;
}

/* Of the cohorts that were looked at, this one holds most of a label. */
static void note_carrier(struct integrity_work *work, uint32_t item, uint32_t cohort, fixed all)
{
	if (work->known->carried && all > 0)
		work->known->carried[item] =
			(struct integrity_carried){ cohort,
			                            (float)((double)work->of_cohort[cohort] / (double)all) };
}

/* Who holds half or more of a label whose weights are gathered. */
static void decide_whose(struct integrity_work *work, uint32_t item, fixed all, fixed newcomers)
{
	struct integrity_campaign *campaign = &work->campaigns[work->known->campaign[item]];
	fixed by_network = 0, by_cohort = 0;

	for (size_t n = work->start[item]; n < work->start[item + 1]; n++) {
		size_t j = work->order[n];
		uint32_t network = work->known->network[j];
		uint32_t cohort = cohort_of(work, work->judgments->volunteer[j]);

		if (network && 2 * work->of_network[network] >= all && all > 0)
			work->networks[network].labels++;
		if (network && work->of_network[network] > by_network)
			by_network = work->of_network[network];
		if (cohort && work->of_cohort[cohort] > by_cohort) {
			by_cohort = work->of_cohort[cohort];
			note_carrier(work, item, cohort, all);
		}
		work->of_network[network] = work->of_cohort[cohort] = 0;
	}
	campaign->labels++;
	campaign->by_newcomers += all > 0 && 2 * newcomers >= all;
	campaign->by_network += all > 0 && 2 * by_network >= all;
	campaign->by_cohort += all > 0 && 2 * by_cohort >= all;
}

static void weigh_label(struct integrity_work *work, uint32_t item)
{
	size_t count = 0; /* of verdicts for the label's side */
	fixed all = 0, newcomers = 0;

	for (size_t n = work->start[item]; n < work->start[item + 1]; n++) {
		size_t j = work->order[n];
		uint32_t v = work->judgments->volunteer[j];
		fixed weight = weight_for_label(work, j);

		all += weight;
		count += weight > 0;
		newcomers += work->known->newcomer[v] ? weight : 0;
		work->of_network[work->known->network[j]] += weight;
		work->of_cohort[cohort_of(work, v)] += weight;
	}
	work->counts[(size_t)work->known->campaign[item] * (COUNTS_MOST + 1) +
	             (count < COUNTS_MOST ? count : COUNTS_MOST)]++;
	decide_whose(work, item, all, newcomers);
}

int integrity_is_worse(const struct fit *fit, uint32_t volunteer)
{
	struct estimate one = fit->sensitivity[volunteer], other = fit->specificity[volunteer];
	double above = hypot(one.high - one.mean, other.high - other.mean);

	return one.mean + other.mean + above < 1;
}

double integrity_worse_share(const struct integrity_campaign *campaign)
{
	return campaign->worse < WORSE_LEAST ? 0 : (double)campaign->worse / campaign->volunteers;
}

/* Volunteers of each campaign, each once. */
static void count_volunteers(struct integrity_work *work)
{
	const struct judgments *judgments = work->judgments;
	size_t *by = mem_new((size_t)judgments->volunteers + 3, sizeof *by);
	uint32_t *campaigns = mem_new(judgments->count + 1, sizeof *campaigns);
	uint32_t *seen = mem_new((size_t)work->known->campaigns + 1, sizeof *seen);

	for (size_t j = 0; j < judgments->count; j++)
		by[judgments->volunteer[j] + 2]++;
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		by[v + 2] += by[v + 1];
	for (size_t j = 0; j < judgments->count; j++)
		campaigns[by[judgments->volunteer[j] + 1]++] = work->known->campaign[judgments->item[j]];
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		for (size_t n = by[v]; n < by[v + 1]; n++) {
			struct integrity_campaign *campaign = &work->campaigns[campaigns[n]];

			if (seen[campaigns[n]] == v + 1)
				continue;
			seen[campaigns[n]] = v + 1;
			campaign->volunteers++;
			campaign->newcomers += work->known->newcomer[v];
			campaign->worse += (uint32_t)integrity_is_worse(work->fit, v);
			campaign->in_cohorts += cohort_of(work, v) != 0;
		}
	free(by);
	free(campaigns);
	free(seen);
}

static bool is_of_gold(const struct judgments *judgments, size_t judgment)
{
	return judgments->truth && judgments->truth[judgments->item[judgment]] != UNKNOWN;
}

/* Takes what one volunteer gave a campaign or a network, and forgets it. */
static void take_gold(uint32_t *gave, uint32_t *volunteers, double *squares)
{
	*volunteers += *gave > 0;
	*squares += (double)*gave * *gave;
	*gave = 0;
}

/* How many answers to gold each volunteer gave to each network and campaign. `rows` are those of
 * one volunteer; the counts are 0 before and after. */
static void count_gold_of(struct integrity_work *work, const size_t rows[], size_t count,
                          uint32_t by_network[], uint32_t by_campaign[])
{
	const struct integrity_known *known = work->known;
	const uint32_t *item = work->judgments->item;

	for (size_t n = 0; n < count; n++) {
		by_network[known->network[rows[n]]]++;
		by_campaign[known->campaign[item[rows[n]]]]++;
	}
	for (size_t n = 0; n < count; n++) {
		uint32_t network = known->network[rows[n]], campaign = known->campaign[item[rows[n]]];

		take_gold(&by_network[network], &work->networks[network].gold_volunteers,
		          &work->networks[network].gold_squares);
		take_gold(&by_campaign[campaign], &work->campaigns[campaign].gold_volunteers,
		          &work->campaigns[campaign].gold_squares);
	}
}

static void count_all_gold(struct integrity_work *work)
{
	const struct judgments *judgments = work->judgments;
	size_t *by = mem_new((size_t)judgments->volunteers + 3, sizeof *by);
	size_t *rows = mem_new(judgments->count + 1, sizeof *rows);
	uint32_t *by_network = mem_new((size_t)work->known->networks + 1, sizeof *by_network);
	uint32_t *by_campaign = mem_new((size_t)work->known->campaigns + 1, sizeof *by_campaign);

	for (size_t j = 0; j < judgments->count; j++)
		by[judgments->volunteer[j] + 2] += is_of_gold(judgments, j);
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		by[v + 2] += by[v + 1];
	for (size_t j = 0; j < judgments->count; j++)
		if (is_of_gold(judgments, j))
			rows[by[judgments->volunteer[j] + 1]++] = j;
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		count_gold_of(work, rows + by[v], by[v + 1] - by[v], by_network, by_campaign);
	free(by);
	free(rows);
	free(by_network);
	free(by_campaign);
}

static void count_judgments(struct integrity_work *work)
{
	const struct judgments *judgments = work->judgments;

	for (size_t j = 0; j < judgments->count; j++) {
		uint32_t i = judgments->item[j];
		struct integrity_campaign *campaign = &work->campaigns[work->known->campaign[i]];
		struct integrity_network *network = &work->networks[work->known->network[j]];
		int truth = judgments->truth ? judgments->truth[i] : UNKNOWN;
		uint32_t right = truth == judgments->verdict[j];

		work->judgments_of[work->known->campaign[i]]++;
		network->campaign = work->known->campaign[i];
		network->judgments++;
		if (truth == UNKNOWN)
			continue;
		network->gold++;
		network->gold_right += right;
		campaign->gold++;
		campaign->gold_right += right;
	}
}

/* P(at least half of n), each with probability p. */
static double half_of(uint32_t n, double p)
{
	double sum = 0;

	if (p >= 1)
		return 1;
	for (uint32_t k = (n + 1) / 2; k <= n; k++)
		sum += exp(lgamma(n + 1.) - lgamma(k + 1.) - lgamma(n - k + 1.) + k * log(p) +
		           (n - k) * log1p(-p));
	return fmin(sum, 1);
}

static void find_excess(struct integrity_work *work, uint32_t network)
{
	struct integrity_network *of = &work->networks[network];
	struct integrity_campaign *campaign = &work->campaigns[of->campaign];
	double share = (double)of->judgments / work->judgments_of[of->campaign], expected = 0;

	if (!of->labels)
		return;
	for (uint32_t n = 1; n <= COUNTS_MOST; n++) {
		uint32_t labels = work->counts[(size_t)of->campaign * (COUNTS_MOST + 1) + n];

		expected += labels ? labels * half_of(n, share) : 0;
	}
	double excess = (of->labels - expected) / sqrt(expected + 1);
	of->excess = excess;
	if (excess > campaign->network_excess)
		campaign->network_excess = excess;
}

static void find_gap(struct integrity_work *work, uint32_t network)
{
	const struct integrity_network *of = &work->networks[network];
	struct integrity_campaign *campaign = &work->campaigns[of->campaign];
	const struct gold_tally part = { of->gold, of->gold_right, of->gold_squares,
		                             of->gold_volunteers };
	const struct gold_tally others = { campaign->gold - of->gold,
		                               campaign->gold_right - of->gold_right,
		                               campaign->gold_squares - of->gold_squares,
		                               campaign->gold_volunteers - of->gold_volunteers };
	double gap = gold_below(&part, &others);

	if (gap > campaign->gold_gap)
		campaign->gold_gap = gap;
}

static int compare_costs(const void *left, const void *right)
{
	uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;

	return (one > other) - (one < other);
}

/* The costs of a campaign's labels, sorted. */
static void tell_costs(struct integrity_campaign *campaign, uint32_t costs[], uint32_t count)
{
	qsort(costs, count, sizeof *costs, compare_costs);
	campaign->flip_lowest = count ? costs[0] : UINT32_MAX;
	uint32_t low = count ? costs[(count - 1) / 2] : 0, high = count ? costs[count / 2] : 0;
	campaign->flip_median = count ? ((double)low + high) / 2 : NAN;
	for (uint32_t n = 0; n < count; n++) {
		campaign->flip_by_one += costs[n] <= 1;
		campaign->flip_by_two += costs[n] == 2;
	}
}

static void find_costs(struct integrity_work *work)
{
	const struct integrity_known *known = work->known;
	size_t *start = mem_new((size_t)known->campaigns + 3, sizeof *start);
	uint32_t *costs = mem_new((size_t)work->judgments->items + 1, sizeof *costs);

	for (uint32_t i = 0; i < work->judgments->items; i++)
		start[known->campaign[i] + 2] += known->label[i];
	for (uint32_t c = 0; c < known->campaigns; c++)
		start[c + 2] += start[c + 1];
	for (uint32_t i = 0; i < work->judgments->items; i++)
		if (known->label[i])
			costs[start[known->campaign[i] + 1]++] = known->flip_cost[i];
	for (uint32_t c = 0; c < known->campaigns; c++)
		tell_costs(&work->campaigns[c], costs + start[c], (uint32_t)(start[c + 1] - start[c]));
	free(start);
	free(costs);
}

void integrity_newcomers(const struct judgments *judgments, uint8_t newcomer[])
{
	uint32_t *gold = mem_new((size_t)judgments->volunteers + 1, sizeof *gold);
	uint32_t *all = mem_new((size_t)judgments->volunteers + 1, sizeof *all);
	bool any = false;

	for (size_t j = 0; j < judgments->count; j++) {
		all[judgments->volunteer[j]]++;
		gold[judgments->volunteer[j]] += is_of_gold(judgments, j);
		any |= is_of_gold(judgments, j);
	}
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		newcomer[v] = any ? gold[v] < NEWCOMER_GOLD : all[v] < NEWCOMER_JUDGMENTS;
	free(gold);
	free(all);
}

static void work_clear(struct integrity_work *work)
{
	free(work->start);
	free(work->order);
	free(work->judgments_of);
	free(work->counts);
	free(work->of_network);
	free(work->of_cohort);
}

void integrity_of(const struct judgments *judgments, const struct fit *fit,
                  const struct integrity_known *known, struct integrity_campaign campaigns[],
                  struct integrity_network networks[])
{
	struct integrity_work work = { .judgments = judgments,
		                           .fit = fit,
		                           .known = known,
		                           .campaigns = campaigns,
		                           .networks = networks };

	for (uint32_t c = 0; c < known->campaigns; c++)
		campaigns[c] = (struct integrity_campaign){ 0 };
	for (uint32_t n = 0; n <= known->networks; n++)
		networks[n] = (struct integrity_network){ 0 };
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		if (cohort_of(&work, v) > work.cohorts)
			work.cohorts = cohort_of(&work, v);
	work.of_network = mem_new((size_t)known->networks + 1, sizeof *work.of_network);
	work.of_cohort = mem_new((size_t)work.cohorts + 1, sizeof *work.of_cohort);
	work.judgments_of = mem_new((size_t)known->campaigns + 1, sizeof *work.judgments_of);
	work.counts = mem_new((size_t)known->campaigns * (COUNTS_MOST + 1) + 1, sizeof *work.counts);
	order_by_item(&work);
	count_judgments(&work);
	count_all_gold(&work);
	count_volunteers(&work);
	for (uint32_t i = 0; i < judgments->items; i++)
		if (known->label[i])
			weigh_label(&work, i);
	for (uint32_t n = 1; n <= known->networks; n++) {
		find_excess(&work, n);
		find_gap(&work, n);
	}
	find_costs(&work);
	work_clear(&work);
}
