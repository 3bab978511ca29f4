/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/cohort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/cohort_spectrum.h"
#include "crowd/judgment_matrix.h"

#define MEETINGS_A_JUDGMENT 16
#define MEETINGS_LEAST      30000000
#define PAIRS_MAX           50000
#define PARTNERS_MIN        3 /* a tetrad needs others; a pair whose ends have fewer is not tested */
#define EXPECTED_MIN        5 /* in the rarest cell of a pair's table: Cochran 1954 */
#define ROUNDS              12
#define TRIMS               4
#define OUTLIER             2
#define SPECTRAL_GROUPS     4 /* named at most, beside those that are linked */

struct cohort_options cohort_options_usual(void)
{
	return (struct cohort_options){ .common_min = 30, .false_alarms = .03, .excess_min = .25 };
}

/* How two volunteers agree: items judged by both, and the correlation of their verdicts (phi). */
struct cohort_pair {
	uint32_t a, b, common;
	double phi;
};

/* One neighbour in the graph of pairs. */
struct cohort_partner {
	uint32_t who;
	double phi, common;
	bool apart; /* too far from what the loadings say to fit them by */
};

struct cohort_pairs {
	struct cohort_pair *pair;
	size_t count;
	bool too_many;
};

/* ---- who is compared ---- */

static uint32_t *judgments_each(const struct judgments *judgments)
{
	uint32_t *each = mem_new((size_t)judgments->volunteers + 1, sizeof *each);

	for (size_t j = 0; j < judgments->count; j++)
		each[judgments->volunteer[j]]++;
	return each;
}

/* How often two of those with at least `least` judgments meet at an item, twice over. */
static uint64_t cohort_meetings(const struct judgments *judgments, const uint32_t each[],
                                uint32_t least)
{
	uint32_t *at = mem_new((size_t)judgments->items + 1, sizeof *at);
	uint64_t meetings = 0;

	for (size_t j = 0; j < judgments->count; j++)
		at[judgments->item[j]] += each[judgments->volunteer[j]] >= least;
	for (uint32_t i = 0; i < judgments->items; i++)
		meetings += (uint64_t)at[i] * at[i];
	free(at);
	return meetings;
}

/* The judgments of those with at least `least` of them; volunteers keep their numbers. */
struct busy_rows {
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	struct judgments judgments, turned; /* turned: items and volunteers exchanged */
};

static struct busy_rows busy_rows_new(const struct judgments *judgments, const uint32_t each[],
                                      uint32_t least)
{
	struct busy_rows busy = { .item = mem_new(judgments->count + 1, sizeof *busy.item),
		                      .volunteer = mem_new(judgments->count + 1, sizeof *busy.volunteer),
		                      .verdict = mem_new(judgments->count + 1, 1) };
	size_t n = 0;

	for (size_t j = 0; j < judgments->count; j++) {
		if (each[judgments->volunteer[j]] < least)
			continue;
		busy.item[n] = judgments->item[j];
		busy.volunteer[n] = judgments->volunteer[j];
		busy.verdict[n++] = judgments->verdict[j];
	}
	busy.judgments = (struct judgments){ .items = judgments->items,
		                                 .volunteers = judgments->volunteers,
		                                 .count = n,
		                                 .item = busy.item,
		                                 .volunteer = busy.volunteer,
		                                 .verdict = busy.verdict };
	busy.turned = (struct judgments){ .items = judgments->volunteers,
		                              .volunteers = judgments->items,
		                              .count = n,
		                              .item = busy.volunteer,
		                              .volunteer = busy.item,
		                              .verdict = busy.verdict };
	return busy;
}

static void busy_rows_clear(struct busy_rows *busy)
{
	free(busy->item);
	free(busy->volunteer);
	free(busy->verdict);
}

/* ---- how pairs correlate ---- */

/* Verdicts on the items that a volunteer shares with the one at hand. */
struct cohort_table {
	uint32_t common, own, other, both; /* items; called fake by the one, by the other, by both */
};

struct cohort_walk {
	struct judgment_matrix by_item, by_volunteer;
	struct cohort_table *table; /* volunteers */
	uint32_t *met;              /* whose tables are not empty, so that few are cleared */
	uint32_t met_count;
};

static void cohort_meet(struct cohort_walk *walk, uint32_t v, uint32_t fake, uint32_t item)
{
	const struct judgment_matrix *rows = &walk->by_item;

	for (size_t j = rows->start[item]; j < rows->start[item + 1]; j++) {
		uint32_t other = rows->code[j] / 2, says = rows->code[j] & 1;

		if (other <= v)
			continue;
		struct cohort_table *table = &walk->table[other];

		if (!table->common++)
			walk->met[walk->met_count++] = other;
		table->own += fake;
		table->other += says;
		table->both += fake & says;
	}
}

static bool table_tells(const struct cohort_table *table, uint32_t common_min)
{
	double n = table->common, own = fmin(table->own, n - table->own);
	double other = fmin(table->other, n - table->other);

	return table->common >= common_min && own * other >= EXPECTED_MIN * n;
}

static double table_phi(const struct cohort_table *table)
{
	double n = table->common, own = table->own, other = table->other;

	return (n * table->both - own * other) / sqrt(own * (n - own) * other * (n - other));
}

/* Keeps the pairs of v that can be compared, and forgets whom v met. */
static void cohort_keep(struct cohort_walk *walk, uint32_t v, uint32_t common_min,
                        struct cohort_pairs *pairs)
{
	for (uint32_t k = 0; k < walk->met_count; k++) {
		uint32_t other = walk->met[k];
		struct cohort_table *table = &walk->table[other];

		if (!pairs->too_many && table_tells(table, common_min)) {
			pairs->too_many = pairs->count == PAIRS_MAX;
			if (!pairs->too_many)
				pairs->pair[pairs->count++] =
					(struct cohort_pair){ v, other, table->common, table_phi(table) };
		}
		*table = (struct cohort_table){ 0 };
	}
	walk->met_count = 0;
}

static struct cohort_pairs cohort_pairs_of(const struct judgments *judgments, const uint32_t each[],
                                           uint32_t least, uint32_t common_min)
{
	struct busy_rows busy = busy_rows_new(judgments, each, least);
	struct cohort_walk walk = { .by_item = judgment_matrix_new(&busy.judgments, false),
		                        .by_volunteer = judgment_matrix_new(&busy.turned, false),
		                        .table =
		                            mem_new((size_t)judgments->volunteers + 1, sizeof *walk.table),
		                        .met =
		                            mem_new((size_t)judgments->volunteers + 1, sizeof *walk.met) };
	struct cohort_pairs pairs = { .pair = mem_new(PAIRS_MAX, sizeof *pairs.pair) };
	const struct judgment_matrix *own = &walk.by_volunteer;

	busy_rows_clear(&busy);
	for (uint32_t v = 0; v < judgments->volunteers && !pairs.too_many; v++) {
		for (size_t j = own->start[v]; j < own->start[v + 1]; j++)
			cohort_meet(&walk, v, own->code[j] & 1, own->code[j] / 2);
		cohort_keep(&walk, v, common_min, &pairs);
	}
	judgment_matrix_clear(&walk.by_item);
	judgment_matrix_clear(&walk.by_volunteer);
	free(walk.table);
	free(walk.met);
	return pairs;
}

/* Of the busiest for whom it is affordable: who have done less are left out together, whatever
 * their names, until it is. */
static struct cohort_pairs cohort_affordable(const struct judgments *judgments, uint32_t common_min)
{
	uint64_t most = (uint64_t)judgments->count * MEETINGS_A_JUDGMENT;
	uint32_t *each = judgments_each(judgments), least = common_min ? common_min : 1;
	struct cohort_pairs pairs = { .too_many = true };

	most = most < MEETINGS_LEAST ? MEETINGS_LEAST : most;
	while (cohort_meetings(judgments, each, least) > most)
		least += least / 4 + 1;
	while (pairs.too_many) {
		free(pairs.pair);
		pairs = cohort_pairs_of(judgments, each, least, common_min);
		least += least / 4 + 1;
	}
	free(each);
	return pairs;
}

/* ---- one loading for each volunteer ---- */

struct cohort_graph {
	uint32_t volunteers;
	size_t *start; /* volunteers + 1 */
	struct cohort_partner *partner;
	double *loading, *variance; /* volunteers */
};

static struct cohort_graph cohort_graph_new(const struct cohort_pairs *pairs, uint32_t volunteers)
{
	struct cohort_graph graph = {
		.volunteers = volunteers,
		.start = mem_new((size_t)volunteers + 2, sizeof *graph.start),
		.partner = mem_new(2 * pairs->count + 1, sizeof *graph.partner),
		.loading = mem_new((size_t)volunteers + 1, sizeof *graph.loading),
		.variance = mem_new((size_t)volunteers + 1, sizeof *graph.variance),
	};

	/* start[v + 1] runs from where v's partners begin to where they end. */
	for (size_t k = 0; k < pairs->count; k++) {
		graph.start[pairs->pair[k].a + 2]++;
		graph.start[pairs->pair[k].b + 2]++;
	}
	for (uint32_t v = 2; v <= volunteers; v++)
		graph.start[v] += graph.start[v - 1];
	for (size_t k = 0; k < pairs->count; k++) {
		const struct cohort_pair *pair = &pairs->pair[k];

		graph.partner[graph.start[pair->a + 1]++] =
			(struct cohort_partner){ pair->b, pair->phi, pair->common, false };
		graph.partner[graph.start[pair->b + 1]++] =
			(struct cohort_partner){ pair->a, pair->phi, pair->common, false };
	}
	return graph;
}

static void cohort_graph_clear(struct cohort_graph *graph)
{
	free(graph->start);
	free(graph->partner);
	free(graph->loading);
	free(graph->variance);
}

struct weighted {
	double value, weight;
};

static int cohort_by_value(const void *left, const void *right)
{
	const struct weighted *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->weight > b->weight) - (a->weight < b->weight);
}

/* Halfway between the lower and the upper weighted median. Sorts. */
static double weighted_median(struct weighted terms[], size_t count)
{
	double all = 0, below = 0;
	size_t k = 0;

	qsort(terms, count, sizeof *terms, cohort_by_value);
	for (size_t n = 0; n < count; n++)
		all += terms[n].weight;
	while (k + 1 < count && below + terms[k].weight < all / 2 * (1 - 1e-12))
		below += terms[k++].weight;
	if (k + 1 < count && below + terms[k].weight <= all / 2 * (1 + 1e-12))
		return (terms[k].value + terms[k + 1].value) / 2;
	return terms[k].value;
}

/* The typical loading, where all begin. */
static double cohort_typical(const struct cohort_pairs *pairs)
{
	struct weighted *terms = mem_new(pairs->count + 1, sizeof *terms);

	for (size_t k = 0; k < pairs->count; k++)
		terms[k] = (struct weighted){ pairs->pair[k].phi, pairs->pair[k].common };
	double phi = pairs->count ? weighted_median(terms, pairs->count) : 0;
	free(terms);
	return sqrt(fmax(phi, .01));
}

/*
 * The loading of v given those of the others: the one of least absolute residuals, which is the
 * median of phi / loading weighted by common * |loading|. *ret_variance: that of such a median,
 * pi / 2 times the variance of least squares.
 */
static double cohort_loading(const struct cohort_graph *graph, uint32_t v, struct weighted terms[],
                             double *ret_variance)
{
	double information = 0;
	size_t count = 0;

	for (size_t k = graph->start[v]; k < graph->start[v + 1]; k++) {
		const struct cohort_partner *with = &graph->partner[k];
		double loading = graph->loading[with->who];

		if (with->apart || fabs(loading) < 1e-6)
			continue;
		terms[count++] = (struct weighted){ with->phi / loading, with->common * fabs(loading) };
		information += with->common * loading * loading;
	}
	*ret_variance = count ? M_PI_2 / information : 1;
	return count ? fmin(fmax(weighted_median(terms, count), -1), 1) : 0;
}

/* All at once, each `step` of the way, so that the order of names does not matter. */
static void cohort_fit_once(struct cohort_graph *graph, int rounds, double step)
{
	struct weighted *terms = mem_new((size_t)graph->volunteers + 1, sizeof *terms);
	double *next = mem_new((size_t)graph->volunteers + 1, sizeof *next);

	for (int round = 0; round < rounds; round++) {
		for (uint32_t v = 0; v < graph->volunteers; v++)
			if (graph->start[v] < graph->start[v + 1])
				next[v] = (1 - step) * graph->loading[v] +
				          step * cohort_loading(graph, v, terms, &graph->variance[v]);
		memcpy(graph->loading, next, graph->volunteers * sizeof *next);
	}
	free(next);
	free(terms);
}

/* The correlation beyond what the two loadings explain. */
static double cohort_excess(const struct cohort_graph *graph, uint32_t v,
                            const struct cohort_partner *with)
{
	return with->phi - graph->loading[v] * graph->loading[with->who];
}

/* The same in standard errors. */
static double cohort_score(const struct cohort_graph *graph, uint32_t v,
                           const struct cohort_partner *with)
{
	double a = graph->loading[v], b = graph->loading[with->who];
	double variance =
		1 / with->common + b * b * graph->variance[v] + a * a * graph->variance[with->who];

	return cohort_excess(graph, v, with) / sqrt(variance);
}

static void cohort_set_apart(struct cohort_graph *graph)
{
	for (uint32_t v = 0; v < graph->volunteers; v++)
		for (size_t k = graph->start[v]; k < graph->start[v + 1]; k++) {
			struct cohort_partner *with = &graph->partner[k];

			with->apart = fabs(cohort_score(graph, v, with)) > OUTLIER;
		}
}

/*
 * First loadings stand against a typical partner, so that two who share much cannot lift each
 * other. Pairs too far from them are set apart before and between the fits: medians bend a little
 * with a cohort, and less without the pairs that bend them. On both sides, or loadings would come
 * out too small.
 */
static void cohort_fit_loadings(struct cohort_graph *graph, double typical)
{
	for (uint32_t v = 0; v < graph->volunteers; v++)
		graph->loading[v] = typical;
	cohort_fit_once(graph, 1, 1);
	for (int trim = 0; trim < TRIMS; trim++) {
		cohort_set_apart(graph);
		cohort_fit_once(graph, ROUNDS, .5);
	}
}

/* ---- who is linked ---- */

/* The normal score that chance exceeds with probability q (Abramowitz & Stegun 26.2.23). */
static double score_of(double q)
{
	double t = sqrt(-2 * log(fmin(q, .5)));

	return t - (2.515517 + t * (.802853 + t * .010328)) /
	               (1 + t * (1.432788 + t * (.189269 + t * .001308)));
}

static uint32_t cohort_root_of(uint32_t parent[], uint32_t v)
{
	while (parent[v] != v)
		v = parent[v] = parent[parent[v]];
	return v;
}

/* Pairs that are tested, once each: v below the other. */
struct cohort_test {
	uint32_t a, b;
	double score, excess;
};

static int cohort_by_score(const void *left, const void *right)
{
	double a = ((const struct cohort_test *)left)->score;
	double b = ((const struct cohort_test *)right)->score;

	return (a < b) - (a > b);
}

static size_t cohort_partners(const struct cohort_graph *graph, uint32_t v)
{
	return graph->start[v + 1] - graph->start[v];
}

static size_t cohort_tests(const struct cohort_graph *graph, struct cohort_test tests[])
{
	size_t count = 0;

	for (uint32_t v = 0; v < graph->volunteers; v++)
		for (size_t k = graph->start[v]; k < graph->start[v + 1]; k++) {
			const struct cohort_partner *with = &graph->partner[k];

			if (with->who > v && cohort_partners(graph, v) >= PARTNERS_MIN &&
			    cohort_partners(graph, with->who) >= PARTNERS_MIN)
				tests[count++] = (struct cohort_test){ v, with->who, cohort_score(graph, v, with),
					                                   cohort_excess(graph, v, with) };
		}
	return count;
}

/* The share of false links is held (Benjamini & Hochberg 1995): without cohorts that is the chance
 * of any link, and with one its pairs lend each other weight. */
static void cohort_link(const struct cohort_graph *graph, size_t pairs,
                        const struct cohort_options *options, uint32_t parent[])
{
	struct cohort_test *tests = mem_new(pairs + 1, sizeof *tests);
	size_t count = cohort_tests(graph, tests), linked = 0;

	qsort(tests, count, sizeof *tests, cohort_by_score);
	for (size_t k = 1; k <= count; k++)
		if (tests[k - 1].score >= score_of(options->false_alarms * (double)k / (double)count))
			linked = k;
	for (size_t k = 0; k < linked; k++)
		if (tests[k].excess >= options->excess_min)
			parent[cohort_root_of(parent, tests[k].b)] = cohort_root_of(parent, tests[k].a);
	free(tests);
}

static uint32_t cohort_number(uint32_t parent[], uint32_t volunteers, uint32_t cohort[])
{
	uint32_t *members = mem_new((size_t)volunteers + 1, sizeof *members), groups = 0;
	uint32_t *name = mem_new((size_t)volunteers + 1, sizeof *name);

	for (uint32_t v = 0; v < volunteers; v++)
		members[cohort_root_of(parent, v)]++;
	for (uint32_t v = 0; v < volunteers; v++) {
		uint32_t root = cohort_root_of(parent, v);

		if (members[root] > 1 && !name[root])
			name[root] = ++groups;
		cohort[v] = name[root];
	}
	free(members);
	free(name);
	return groups;
}

static uint32_t cohorts_link(const struct judgments *judgments,
                             const struct cohort_options *options, uint32_t cohort[])
{
	struct cohort_pairs pairs = cohort_affordable(judgments, options->common_min);
	struct cohort_graph graph = cohort_graph_new(&pairs, judgments->volunteers);
	uint32_t *parent = mem_new((size_t)judgments->volunteers + 1, sizeof *parent);

	for (uint32_t v = 0; v < judgments->volunteers; v++)
		parent[v] = v;
	cohort_fit_loadings(&graph, cohort_typical(&pairs));
	cohort_link(&graph, pairs.count, options, parent);
	uint32_t groups = cohort_number(parent, judgments->volunteers, cohort);

	free(parent);
	free(pairs.pair);
	cohort_graph_clear(&graph);
	return groups;
}

uint32_t cohorts_find(const struct judgments *judgments, const struct cohort_options *options,
                      uint32_t cohort[])
{
	uint32_t linked = cohorts_link(judgments, options, cohort), groups = linked;

	while (groups < linked + SPECTRAL_GROUPS && cohort_spectrum_find(judgments, groups + 1, cohort))
		groups++;
	return groups;
}

/* ---- what they carry ---- */

static bool is_clamped(const int8_t truth[], uint32_t item)
{
	return truth && truth[item] != UNKNOWN;
}

static void cohorts_weigh(struct cohorts *cohorts, const struct judgments *judgments)
{
	uint32_t *all = mem_new((size_t)judgments->items + 1, sizeof *all);
	uint32_t *theirs = mem_new((size_t)judgments->items + 1, sizeof *theirs);

	for (size_t j = 0; j < judgments->count; j++) {
		bool of_them = cohorts->of[judgments->volunteer[j]];

		all[judgments->item[j]]++;
		theirs[judgments->item[j]] += of_them;
		cohorts->judgments += of_them;
	}
	for (uint32_t i = 0; i < judgments->items; i++) {
		if (!all[i] || is_clamped(judgments->truth, i))
			continue;
		cohorts->judged++;
		cohorts->carried += theirs[i] * 2 >= all[i];
	}
	free(all);
	free(theirs);
}

struct cohorts cohorts_of(const struct judgments *judgments, const struct cohort_options *options)
{
	struct cohorts cohorts = { .of = mem_new((size_t)judgments->volunteers + 1, sizeof *cohorts.of),
		                       .judgments_all = judgments->count };

	cohorts.count = cohorts_find(judgments, options, cohorts.of);
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		cohorts.volunteers += cohorts.of[v] != 0;
	cohorts_weigh(&cohorts, judgments);
	return cohorts;
}

void cohorts_clear(struct cohorts *cohorts)
{
	free(cohorts->of);
	*cohorts = (struct cohorts){ 0 };
}

/* A column of the judgments without the cohorts' rows; NULL stays NULL. */
static void *cohort_others(const struct judgments *judgments, const struct cohorts *cohorts,
                           const void *column, size_t width)
{
	const char *from = column;
	char *to = column ? mem_new(judgments->count + 1, width) : NULL;
	size_t n = 0;

	for (size_t j = 0; to && j < judgments->count; j++)
		if (!cohorts->of[judgments->volunteer[j]])
			memcpy(to + n++ * width, from + j * width, width);
	return to;
}

struct fit *cohorts_fit_without(const struct judgments *judgments, const struct cohorts *cohorts,
                                const struct model_options *model)
{
	if (!cohorts->count)
		return NULL;
	uint32_t *item = cohort_others(judgments, cohorts, judgments->item, sizeof *item);
	uint32_t *volunteer =
		cohort_others(judgments, cohorts, judgments->volunteer, sizeof *volunteer);
	uint8_t *verdict = cohort_others(judgments, cohorts, judgments->verdict, 1);
	uint8_t *confidence = cohort_others(judgments, cohorts, judgments->confidence, 1);
	uint8_t *position = cohort_others(judgments, cohorts, judgments->position, 1);
	struct judgments others = { .items = judgments->items,
		                        .volunteers = judgments->volunteers,
		                        .count = judgments->count - cohorts->judgments,
		                        .item = item,
		                        .volunteer = volunteer,
		                        .verdict = verdict,
		                        .confidence = confidence,
		                        .position = position,
		                        .truth = judgments->truth,
		                        .pairs = judgments->pairs,
		                        .pair_count = judgments->pair_count };
	struct fit *fit = model_fit(&others, model);

	free(item);
	free(volunteer);
	free(verdict);
	free(confidence);
	free(position);
	return fit;
}

void cohorts_compare(struct cohorts *cohorts, const struct fit *with, const struct fit *without,
                     const int8_t truth[], uint8_t turned[])
{
	if (!without)
		return;
	cohorts->prevalence = with->prevalence.mean;
	cohorts->prevalence_without = without->prevalence.mean;
	for (uint32_t i = 0; i < with->items; i++) {
		bool judged = with->judgments[i] && !is_clamped(truth, i), left = without->judgments[i];
		bool turns =
			judged && left && label_of(with->p_fake[i].mean) != label_of(without->p_fake[i].mean);

		cohorts->changed += turns;
		cohorts->alone += judged && !left;
		if (turned)
			turned[i] = turns;
	}
}
