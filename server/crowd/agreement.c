/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/draws.h"

/* Items with the same counts of both verdicts are the same to alpha: so they are kept as kinds. */
struct kind {
	uint32_t fake, real;
	uint64_t items;
};

struct kinds {
	struct kind *kinds;
	size_t count;
	uint64_t items; /* with two judgments or more */
};

static int by_counts(const void *left, const void *right)
{
	const struct kind *a = left, *b = right;

	if (a->fake != b->fake)
		return a->fake < b->fake ? -1 : 1;
	return (a->real > b->real) - (a->real < b->real);
}

static struct kinds kinds_of(const struct judgments *judgments)
{
	struct kind *items = mem_new(judgments->items, sizeof *items);
	size_t paired = 0, count = 0;

	for (size_t j = 0; j < judgments->count; j++) {
		struct kind *item = &items[judgments->item[j]];

		item->fake += judgments->verdict[j] == FAKE;
		item->real += judgments->verdict[j] == REAL;
	}
	for (uint32_t i = 0; i < judgments->items; i++)
		if (items[i].fake + items[i].real >= 2)
			items[paired++] = items[i];
	qsort(items, paired, sizeof *items, by_counts);
	for (size_t i = 0; i < paired; i++) {
		if (!count || by_counts(&items[count - 1], &items[i]) != 0) {
			items[count] = items[i];
			items[count++].items = 0;
		}
		items[count - 1].items++;
	}
	return (struct kinds){ .kinds = items, .count = count, .items = paired };
}

double agreement_expected(uint64_t fake, uint64_t real)
{
	double n = (double)fake + (double)real;

	return n < 2 ? 0 : 2 * (double)fake * (double)real / (n * (n - 1));
}

double agreement_of_item(uint32_t fake, uint32_t real, double expected)
{
	double n = (double)fake + (double)real;

	if (n < 2 || expected <= 0)
		return NAN;
	return 1 - 2 * (double)fake * (double)real / (n * (n - 1)) / expected;
}

/* Alpha where kind k occurs times[k] times. NAN when it is not defined. */
static double alpha_of(const struct kinds *kinds, const uint64_t times[])
{
	double observed = 0;
	uint64_t fake = 0, real = 0;

	for (size_t k = 0; k < kinds->count; k++) {
		const struct kind *kind = &kinds->kinds[k];
		double n = (double)kind->fake + (double)kind->real;

		fake += times[k] * kind->fake;
		real += times[k] * kind->real;
		observed += (double)times[k] * 2 * kind->fake * kind->real / (n - 1);
	}
	double expected = agreement_expected(fake, real);
	return expected > 0 ? 1 - observed / ((double)(fake + real) * expected) : NAN;
}

/* Draws as many items as there are, with replacement: how often each kind comes up. */
static void draw_kinds(const struct kinds *kinds, uint64_t times[], struct random *random)
{
	uint64_t left = kinds->items, draws = kinds->items;

	for (size_t k = 0; k < kinds->count; k++) {
		uint64_t here = kinds->kinds[k].items;

		times[k] = here == left ? draws : draw_binomial(random, draws, (double)here / (double)left);
		left -= here;
		draws -= times[k];
	}
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void agreement_bootstrap(const struct kinds *kinds, unsigned resamples,
                                struct random *random, struct agreement *agreement)
{
	uint64_t *times = mem_new(kinds->count, sizeof *times);
	double *draws = mem_new(resamples, sizeof *draws);
	unsigned kept = 0;

	for (unsigned draw = 0; draw < resamples; draw++) {
		draw_kinds(kinds, times, random);
		double alpha = alpha_of(kinds, times);

		if (!isnan(alpha))
			draws[kept++] = alpha;
	}
	qsort(draws, kept, sizeof *draws, by_value);
	if (kept) {
		agreement->low = draws[(size_t)(.025 * (kept - 1))];
		agreement->high = draws[(size_t)ceil(.975 * (kept - 1))];
	}
	free(times);
	free(draws);
}

static struct agreement alpha_of_kinds(const struct kinds *kinds, unsigned resamples,
                                       struct random *random)
{
	struct agreement agreement = { 0 };
	uint64_t *once = mem_new(kinds->count, sizeof *once);

	for (size_t k = 0; k < kinds->count; k++)
		once[k] = kinds->kinds[k].items;
	double alpha = alpha_of(kinds, once);
	if (!isnan(alpha)) {
		agreement = (struct agreement){ true, alpha, alpha, alpha };
		if (resamples)
			agreement_bootstrap(kinds, resamples, random, &agreement);
	}
	free(once);
	return agreement;
}

struct agreement agreement_alpha(const struct judgments *judgments, unsigned resamples,
                                 struct random *random)
{
	struct kinds kinds = kinds_of(judgments);
	struct agreement agreement = alpha_of_kinds(&kinds, resamples, random);

	free(kinds.kinds);
	return agreement;
}

struct agreement_tally {
	struct kinds kinds; /* in the order of their counts */
	size_t room;
};

struct agreement_tally *agreement_tally_new(void)
{
	return mem_new(1, sizeof(struct agreement_tally));
}

void agreement_tally_free(struct agreement_tally *tally)
{
	if (tally)
		free(tally->kinds.kinds);
	free(tally);
}

/* Where the kind stands, or would stand. */
static size_t tally_place(const struct kinds *kinds, const struct kind *kind)
{
	size_t low = 0, high = kinds->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (by_counts(&kinds->kinds[middle], kind) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void agreement_tally_add(struct agreement_tally *tally, uint32_t fake, uint32_t real)
{
	const struct kind kind = { .fake = fake, .real = real };
	struct kinds *kinds = &tally->kinds;

	if (fake + real < 2)
		return;
	size_t at = tally_place(kinds, &kind);
	if (at == kinds->count || by_counts(&kinds->kinds[at], &kind) != 0) {
		if (kinds->count == tally->room) {
			tally->room = tally->room ? 2 * tally->room : 64;
			kinds->kinds = mem_resize(kinds->kinds, tally->room, sizeof kind);
		}
		memmove(&kinds->kinds[at + 1], &kinds->kinds[at], (kinds->count - at) * sizeof kind);
		kinds->kinds[at] = kind;
		kinds->count++;
	}
	kinds->kinds[at].items++;
	kinds->items++;
}

struct agreement agreement_alpha_of_tally(const struct agreement_tally *tally, unsigned resamples,
                                          struct random *random)
{
	return alpha_of_kinds(&tally->kinds, resamples, random);
}

double agreement_tally_expected(const struct agreement_tally *tally)
{
	uint64_t fake = 0, real = 0;

	for (size_t k = 0; k < tally->kinds.count; k++) {
		const struct kind *kind = &tally->kinds.kinds[k];

		fake += kind->items * kind->fake;
		real += kind->items * kind->real;
	}
	return agreement_expected(fake, real);
}

void agreement_of_volunteers(const struct judgments *judgments, double alpha[])
{
	uint64_t *said = mem_new((size_t)judgments->items * 2, sizeof *said), totals[2] = { 0 };
	uint64_t *met = mem_new(judgments->volunteers, sizeof *met);
	uint64_t *differed = mem_new(judgments->volunteers, sizeof *differed);

	for (size_t j = 0; j < judgments->count; j++)
		said[(size_t)judgments->item[j] * 2 + judgments->verdict[j]]++;
	for (size_t j = 0; j < judgments->count; j++) {
		const uint64_t *here = &said[(size_t)judgments->item[j] * 2];
		uint32_t v = judgments->volunteer[j];

		met[v] += here[REAL] + here[FAKE] - 1;
		differed[v] += here[!judgments->verdict[j]];
		totals[judgments->verdict[j]] += here[REAL] + here[FAKE] > 1;
	}
	double expected = agreement_expected(totals[FAKE], totals[REAL]);
	for (uint32_t v = 0; v < judgments->volunteers; v++)
		alpha[v] =
			met[v] && expected > 0 ? 1 - (double)differed[v] / (double)met[v] / expected : NAN;
	free(said);
	free(met);
	free(differed);
}

struct agreement agreement_fleiss(const struct judgments *judgments)
{
	struct kinds kinds = kinds_of(judgments);
	struct agreement agreement = { 0 };
	double observed = 0, fake = 0, real = 0;
	uint32_t each = kinds.count ? kinds.kinds[0].fake + kinds.kinds[0].real : 0;
	bool even = each >= 2 && kinds.items * each == judgments->count;

	for (size_t k = 0; even && k < kinds.count; k++) {
		const struct kind *kind = &kinds.kinds[k];
		double items = (double)kind->items, f = kind->fake, r = kind->real;

		even = kind->fake + kind->real == each;
		fake += items * f;
		real += items * r;
		observed += items * (f * (f - 1) + r * (r - 1)) / ((double)each * (each - 1));
	}
	if (even && fake > 0 && real > 0) {
		double share = fake / (fake + real), chance = share * share + (1 - share) * (1 - share);
		double kappa = (observed / (double)kinds.items - chance) / (1 - chance);

		agreement = (struct agreement){ true, kappa, kappa, kappa };
	}
	free(kinds.kinds);
	return agreement;
}
