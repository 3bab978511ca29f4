/* SPDX-License-Identifier: Apache-2.0 */
#include "release/split.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Wanted items of each stratum in each split, so far and in all. The last stratum is all of them.
 */
struct tally {
	double have[SPLITS][SPLIT_STRATA + 1];
	double total[SPLIT_STRATA + 1];
};

static const double share[SPLITS] = { 0, .8, .1, .1 };
static const char *const names[SPLITS] = { "", "train", "validation", "test" };

const char *split_name(enum split split)
{
	return names[split];
}

enum split split_read(const char *text)
{
	for (int s = SPLIT_TRAIN; s < SPLITS; s++)
		if (strcmp(text, names[s]) == 0)
			return (enum split)s;
	return SPLIT_NONE;
}

void split_start(struct split_item items[], uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		items[i].parent = i;
}

/* Union-find with path halving; the smaller key is the root, so a root names its component. */
static uint32_t root_of(struct split_item items[], uint32_t i)
{
	while (items[i].parent != i) {
		items[i].parent = items[items[i].parent].parent;
		i = items[i].parent;
	}
	return i;
}

void split_tie(struct split_item items[], uint32_t a, uint32_t b)
{
	a = root_of(items, a);
	b = root_of(items, b);
	if (a == b)
		return;
	if (memcmp(items[a].key, items[b].key, SPLIT_KEY_BYTES) < 0)
		items[b].parent = a;
	else
		items[a].parent = b;
}

static int by_root(const void *a, const void *b, void *arg)
{
	const struct split_item *items = arg;
	uint32_t root_a = items[*(const uint32_t *)a].parent;
	uint32_t root_b = items[*(const uint32_t *)b].parent;

	return memcmp(items[root_a].key, items[root_b].key, SPLIT_KEY_BYTES);
}

/* The split that former items of a component agree on; NONE without any, SPLITS if they differ. */
static int former_of(const struct split_item items[], const uint32_t members[], uint32_t count)
{
	int former = SPLIT_NONE;

	for (uint32_t m = 0; m < count; m++) {
		int this = items[members[m]].former;

		if (this != SPLIT_NONE && former != SPLIT_NONE && this != former)
			return SPLITS;
		if (this != SPLIT_NONE)
			former = this;
	}
	return former;
}

/*
 * Where the component lessens sum((have - target)^2 / target) most, over the strata and
 * all items together; the tie goes to the larger split. The square keeps a big component out of
 * a small split; the sum over all items keeps small strata from going to train one and all.
 */
static int best_split(const struct tally *tally, const double sizes[SPLIT_STRATA + 1])
{
	int best = SPLIT_TRAIN;
	double best_gain = -1e300;

	for (int s = SPLIT_TRAIN; s < SPLITS; s++) {
		double gain = 0;

		for (unsigned t = 0; t <= SPLIT_STRATA; t++) {
			double target = share[s] * tally->total[t];

			if (sizes[t] > 0)
				gain += sizes[t] * (2 * (target - tally->have[s][t]) - sizes[t]) / target;
		}
		if (gain > best_gain + 1e-9) {
			best = s;
			best_gain = gain;
		}
	}
	return best;
}

static void measure(const struct split_item items[], const uint32_t members[], uint32_t count,
					double sizes[SPLIT_STRATA + 1])
{
	memset(sizes, 0, (SPLIT_STRATA + 1) * sizeof sizes[0]);
	for (uint32_t m = 0; m < count; m++)
		if (items[members[m]].wanted) {
			sizes[items[members[m]].stratum]++;
			sizes[SPLIT_STRATA]++;
		}
}

/* Puts the wanted items of one component into `split`; SPLITS: each stays where it was. */
static uint32_t place(struct split_item items[], const uint32_t members[], uint32_t count,
					  int split, struct tally *tally)
{
	uint32_t held_back = 0;

	for (uint32_t m = 0; m < count; m++) {
		struct split_item *item = &items[members[m]];
		uint8_t own = split == SPLITS ? item->former : (uint8_t)split;

		if (!item->wanted)
			continue;
		item->split = own;
		held_back += own == SPLIT_NONE;
		tally->have[own][item->stratum]++;
		tally->have[own][SPLIT_STRATA]++;
	}
	return held_back;
}

/* One walk over the components: first those with a former split, then the free ones. */
static uint32_t walk(struct split_item items[], const uint32_t order[], uint32_t count,
					 bool free_ones, struct tally *tally)
{
	uint32_t held_back = 0, end;
	double sizes[SPLIT_STRATA + 1];

	for (uint32_t first = 0; first < count; first = end) {
		for (end = first + 1; end < count && items[order[end]].parent == items[order[first]].parent;
			 end++)
			;
		int split = former_of(items, order + first, end - first);

		if ((split == SPLIT_NONE) != free_ones)
			continue;
		if (free_ones) {
			measure(items, order + first, end - first, sizes);
			split = best_split(tally, sizes);
		}
		held_back += place(items, order + first, end - first, split, tally);
	}
	return held_back;
}

uint32_t split_assign(struct split_item items[], uint32_t count)
{
	struct tally tally = { 0 };
	uint32_t *order = calloc(count + 1u, sizeof *order);
	uint32_t held_back;

	if (!order)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		items[i].parent = root_of(items, i);
		items[i].split = SPLIT_NONE;
		order[i] = i;
	}
	qsort_r(order, count, sizeof *order, by_root, items);
	measure(items, order, count, tally.total);
	held_back = walk(items, order, count, false, &tally);
	held_back += walk(items, order, count, true, &tally);
	free(order);
	return held_back;
}
