/* SPDX-License-Identifier: Apache-2.0 */
#include "release/split.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* Wanted items of each stratum in each split, so far and in all. The last stratum is all of them.
 */
struct label_counts {
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
static uint32_t split_root_of(struct split_item items[], uint32_t i)
{
	while (items[i].parent != i) {
		items[i].parent = items[items[i].parent].parent;
		i = items[i].parent;
	}
	return i;
}

void split_tie(struct split_item items[], uint32_t a, uint32_t b)
{
	a = split_root_of(items, a);
	b = split_root_of(items, b);
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
static int best_split(const struct label_counts *tally, const double sizes[SPLIT_STRATA + 1])
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

static void split_measure(const struct split_item items[], const uint32_t members[], uint32_t count,
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
static uint32_t split_place(struct split_item items[], const uint32_t members[], uint32_t count,
                            int split, struct label_counts *tally)
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
static uint32_t split_walk(struct split_item items[], const uint32_t order[], uint32_t count,
                           bool free_ones, struct label_counts *tally)
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
			split_measure(items, order + first, end - first, sizes);
			split = best_split(tally, sizes);
		}
		held_back += split_place(items, order + first, end - first, split, tally);
	}
	return held_back;
}

/* ------------------------------------------------------------------ both labels in a split */

/* Items in the order of their components, and what has been placed. */
struct split_layout {
	struct split_item *items;
	const uint32_t *order;
	uint32_t count;
	struct label_counts *tally;
};

/* One component, free to be moved: its members, its split, its size in each stratum. */
struct component {
	const uint32_t *members;
	uint32_t count;
	int split;
	double sizes[SPLIT_STRATA + 1];
};

/* Does the split hold one label alone of a type of which there are both? */
static bool lacks_a_label(const struct label_counts *tally, int split, unsigned type)
{
	const double *have = tally->have[split] + (size_t)2 * type,
				 *total = tally->total + (size_t)2 * type;

	return total[0] > 0 && total[1] > 0 && (have[0] > 0) != (have[1] > 0);
}

static unsigned count_lacks(const struct label_counts *tally)
{
	unsigned lacks = 0;

	for (int s = SPLIT_TRAIN; s < SPLITS; s++)
		for (unsigned type = 0; type < SPLIT_STRATA / 2; type++)
			lacks += lacks_a_label(tally, s, type);
	return lacks;
}

static void tally_move(struct label_counts *tally, const double sizes[], int from, int to)
{
	for (unsigned t = 0; t <= SPLIT_STRATA; t++) {
		tally->have[from][t] -= sizes[t];
		tally->have[to][t] += sizes[t];
	}
}

/* How far the splits are from their shares: what best_split() lessens. */
static double split_distance(const struct label_counts *tally)
{
	double sum = 0;

	for (int s = SPLIT_TRAIN; s < SPLITS; s++)
		for (unsigned t = 0; t <= SPLIT_STRATA; t++) {
			double target = share[s] * tally->total[t], off = tally->have[s][t] - target;

			if (target > 0)
				sum += off * off / target;
		}
	return sum;
}

/* The next component from *at on that holds wanted items and none that was released before. */
static bool next_free(const struct split_layout *l, uint32_t *at, struct component *component)
{
	while (*at < l->count) {
		uint32_t first = *at, end = first + 1, root = l->items[l->order[first]].parent;

		while (end < l->count && l->items[l->order[end]].parent == root)
			end++;
		*at = end;
		component->members = l->order + first;
		component->count = end - first;
		split_measure(l->items, component->members, component->count, component->sizes);
		if (component->sizes[SPLIT_STRATA] == 0 ||
		    former_of(l->items, component->members, component->count) != SPLIT_NONE)
			continue;
		component->split = SPLIT_NONE;
		for (uint32_t m = 0; m < component->count; m++)
			if (l->items[component->members[m]].wanted)
				component->split = l->items[component->members[m]].split;
		return true;
	}
	return false;
}

static void split_move(const struct split_layout *l, const struct component *component, int to)
{
	for (uint32_t m = 0; m < component->count; m++)
		if (l->items[component->members[m]].wanted)
			l->items[component->members[m]].split = (uint8_t)to;
	tally_move(l->tally, component->sizes, component->split, to);
}

/* Would it bring the split `to` a label that it lacks? */
static bool brings_a_label(const struct label_counts *tally, const struct component *component,
                           int to)
{
	for (unsigned t = 0; t < SPLIT_STRATA; t++)
		if (component->sizes[t] > 0 && tally->have[to][t] == 0 && lacks_a_label(tally, to, t / 2))
			return true;
	return false;
}

/*
 * Moves the one component that mends most, and of these the one that leaves the splits nearest to
 * their shares. False: none mends anything.
 */
static bool bring_one(const struct split_layout *l)
{
	struct component component, best = { 0 };
	unsigned fewest = count_lacks(l->tally);
	double nearest = 0;
	int best_to = SPLIT_NONE;

	for (uint32_t at = 0; next_free(l, &at, &component);)
		for (int to = SPLIT_TRAIN; to < SPLITS; to++) {
			if (to == component.split || !brings_a_label(l->tally, &component, to))
				continue;
			tally_move(l->tally, component.sizes, component.split, to);
			unsigned lacks = count_lacks(l->tally);
			double off = split_distance(l->tally);
			tally_move(l->tally, component.sizes, to, component.split);
			if (lacks > fewest || (lacks == fewest && (!best_to || off >= nearest - 1e-9)))
				continue;
			best = component;
			best_to = to;
			fewest = lacks;
			nearest = off;
		}
	if (best_to)
		split_move(l, &best, best_to);
	return best_to != SPLIT_NONE;
}

static double size_of_type(const double sizes[], unsigned type)
{
	return sizes[(size_t)2 * type] + sizes[(size_t)2 * type + 1];
}

/* Moves all of a type from a split to train. False: some of it was released there before. */
static bool give_to_train(const struct split_layout *l, int split, unsigned type)
{
	struct component component;
	double held = size_of_type(l->tally->have[split], type);

	for (uint32_t at = 0; next_free(l, &at, &component);)
		if (component.split == split)
			held -= size_of_type(component.sizes, type);
	if (held > 0)
		return false;
	for (uint32_t at = 0; next_free(l, &at, &component);)
		if (component.split == split && size_of_type(component.sizes, type) > 0)
			split_move(l, &component, SPLIT_TRAIN);
	return true;
}

/* One type in one split; true when something was moved. */
static bool empty_one(const struct split_layout *l)
{
	for (int s = SPLIT_VALIDATION; s < SPLITS; s++)
		for (unsigned type = 0; type < SPLIT_STRATA / 2; type++)
			if (lacks_a_label(l->tally, s, type) && give_to_train(l, s, type))
				return true;
	return false;
}

static void even_out(const struct split_layout *l)
{
	while (bring_one(l))
		;
	while (empty_one(l))
		;
}

uint32_t split_assign(struct split_item items[], uint32_t count)
{
	struct label_counts tally = { 0 };
	uint32_t *order = mem_new(count + 1u, sizeof *order);
	uint32_t held_back;

	for (uint32_t i = 0; i < count; i++) {
		items[i].parent = split_root_of(items, i);
		items[i].split = SPLIT_NONE;
		order[i] = i;
	}
	qsort_r(order, count, sizeof *order, by_root, items);
	split_measure(items, order, count, tally.total);
	held_back = split_walk(items, order, count, false, &tally);
	held_back += split_walk(items, order, count, true, &tally);
	even_out(&(struct split_layout){ items, order, count, &tally });
	free(order);
	return held_back;
}
