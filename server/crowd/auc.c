/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/auc.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"

#define Z95 1.959963984540054

/* An item in order of its stratum and score. */
struct auc_item {
	uint32_t at, stratum;
	double score;
	uint8_t fake;
};

/* What is counted on the way. `wins` are twice the pairs that an item wins: a tie is half a pair.
 */
struct auc_counts {
	uint64_t *wins;  /* of the item at that index, in its stratum */
	uint64_t *rival; /* how many of the other class are in its stratum */
	uint64_t pairs, won;
	double independent[2]; /* reals and fakes, as many as they count for by their groups */
};

static int compare_scores(const void *a, const void *b)
{
	const struct auc_item *x = a, *y = b;

	if (x->stratum != y->stratum)
		return x->stratum < y->stratum ? -1 : 1;
	return x->score < y->score ? -1 : x->score > y->score;
}

static struct auc_item *sort_scored(const struct scored *scored)
{
	struct auc_item *items = mem_new(scored->count + 1, sizeof *items);

	for (size_t i = 0; i < scored->count; i++)
		items[i] = (struct auc_item){ .at = (uint32_t)i,
			                          .stratum = scored->stratum ? scored->stratum[i] : 0,
			                          .score = scored->score[i],
			                          .fake = scored->fake[i] };
	qsort(items, scored->count, sizeof *items, compare_scores);
	return items;
}

/* Counts one stratum, the items [from, to). A fake wins against reals below it, a real against
 * fakes below it; what a real wins is turned round by the caller. */
static void count_stratum(const struct auc_item *items, size_t from, size_t to,
                          struct auc_counts *counts)
{
	uint64_t all[2] = { 0, 0 }, below[2] = { 0, 0 };

	for (size_t i = from; i < to; i++)
		all[items[i].fake]++;
	for (size_t i = from, end; i < to; i = end) {
		uint64_t equal[2] = { 0, 0 };

		for (end = i; end < to && items[end].score == items[i].score; end++)
			equal[items[end].fake]++;
		for (size_t k = i; k < end; k++) {
			int other = !items[k].fake;

			counts->wins[items[k].at] = 2 * below[other] + equal[other];
			counts->rival[items[k].at] = all[other];
			counts->won += items[k].fake ? counts->wins[items[k].at] : 0;
		}
		below[0] += equal[0];
		below[1] += equal[1];
	}
	counts->pairs += all[0] * all[1];
}

static void count_strata(const struct auc_item *items, size_t count, struct auc_counts *counts)
{
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from; to < count && items[to].stratum == items[from].stratum;)
			to++;
		count_stratum(items, from, to, counts);
	}
}

/* The variance of the share of pairs won, by the influence of each group on it. */
static double grouped_variance(const struct scored *scored, const struct auc_counts *counts,
                               double value)
{
	double *influence = mem_new(scored->count, sizeof *influence), sum = 0;
	bool *there = mem_new(scored->count, sizeof *there);
	size_t groups = 0;

	for (size_t i = 0; i < scored->count; i++) {
		double share = scored->fake[i] ? value : 1 - value; /* of its pairs, on the whole */
		double more = (double)counts->wins[i] / 2 - (double)counts->rival[i] * share;

		influence[scored->group[i]] += scored->fake[i] ? more : -more;
		groups += !there[scored->group[i]];
		there[scored->group[i]] = true;
	}
	for (size_t g = 0; g < scored->count; g++)
		sum += influence[g] * influence[g];
	free(influence);
	free(there);
	double pairs = (double)counts->pairs;
	return groups > 1 ? sum / (pairs * pairs) * (double)groups / (double)(groups - 1) : 0;
}

/* How many independent items those of a class are worth if its items of one group are all alike
 * (Kish 1965): their number where each is of a group of its own. */
static double count_independent(const struct scored *scored, const struct auc_counts *counts,
                                uint8_t fake)
{
	double *of_group = mem_new(scored->count, sizeof *of_group), sum = 0, squares = 0;

	for (size_t i = 0; i < scored->count; i++)
		of_group[scored->group[i]] += scored->fake[i] == fake && counts->rival[i];
	for (size_t g = 0; g < scored->count; g++) {
		sum += of_group[g];
		squares += of_group[g] * of_group[g];
	}
	free(of_group);
	return sum * sum / squares;
}

/* Of an area of `value` under the method's own assumption, negative exponential scores. */
static double assumed_variance(double value, const struct auc_counts *counts)
{
	double m = counts->independent[1], n = counts->independent[0], half = (m + n) / 2;

	return value * (1 - value) * (2 * half - 1 - (3 * half - 3) / ((2 - value) * (1 + value))) /
	       (m * n);
}

/* The smallest area that is still compatible with `value`: where the distance is z deviations. */
static double auc_limit(double value, double wider, const struct auc_counts *counts)
{
	double low = 0, high = value;

	for (int step = 0; step < 60; step++) {
		double middle = (low + high) / 2;

		if (value - middle > Z95 * sqrt(wider * assumed_variance(middle, counts)))
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct auc auc_interval(const struct scored *scored, struct auc_counts *counts)
{
	struct auc auc = { .value = (double)counts->won / 2 / (double)counts->pairs };
	/* At 0 and 1 the assumed variance is nothing: compare half a pair away. */
	double least = 0.5 / (double)(counts->pairs + 1);

	for (int fake = 0; fake < 2; fake++)
		counts->independent[fake] = count_independent(scored, counts, (uint8_t)fake);
	double near = fmin(fmax(auc.value, least), 1 - least);
	double wider =
		fmax(1, grouped_variance(scored, counts, auc.value) / assumed_variance(near, counts));

	auc.low = auc_limit(auc.value, wider, counts);
	auc.high = 1 - auc_limit(1 - auc.value, wider, counts);
	return auc;
}

struct auc auc_of(const struct scored *scored)
{
	struct auc_counts counts = { .wins = mem_new(scored->count + 1, sizeof *counts.wins),
		                         .rival = mem_new(scored->count + 1, sizeof *counts.rival) };
	struct auc_item *items = sort_scored(scored);
	struct auc auc = { NAN, NAN, NAN };

	count_strata(items, scored->count, &counts);
	if (counts.pairs)
		auc = auc_interval(scored, &counts);
	free(items);
	free(counts.wins);
	free(counts.rival);
	return auc;
}

double auc_strength(const struct auc *auc)
{
	return fmax(auc->value, 1 - auc->value);
}

bool auc_passes(const struct auc *auc, double limit)
{
	return auc_strength(auc) > limit && (auc->value > 0.5 ? auc->low > 0.5 : auc->high < 0.5);
}
