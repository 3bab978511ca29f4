/* SPDX-License-Identifier: Apache-2.0 */
/* Groups whose members share too few items to be compared in pairs are found by their spectrum. */
#include <stdio.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/cohort.h"
#include "crowd/cohort_spectrum.h"
#include "crowd/draws.h"
#include "crowd/specfun.h"
#include "suites.h"

#define PEOPLE    130
#define LIARS     13 /* the first ones; each answers three times as much as another */
#define ACTIVITY  3
#define ITEMS     650
#define EACH      10
#define TARGETS   5 /* one item in so many */
#define CROWDS    10
#define ROWS      (ITEMS * EACH)
#define MANY      2000 /* more than are compared */
#define MANY_EACH 14

struct scattered {
	struct judgments judgments;
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
};

static uint32_t scattered_ask(struct random *random, bool asked[PEOPLE])
{
	uint32_t v;

	do {
		v = random_below(random, PEOPLE + LIARS * (ACTIVITY - 1));
		v = v < PEOPLE ? v : (v - PEOPLE) % LIARS;
	} while (asked[v]);
	asked[v] = true;
	return v;
}

/* Half of the items are fakes; skills are Beta(7.2, 2.8); an item's ease spreads by `difficulty`.
 * Those who lie do so on targets, and are as good as others elsewhere. */
static struct scattered *scattered_new(bool lies, double difficulty, uint64_t seed)
{
	struct scattered *crowd = mem_new(1, sizeof *crowd);
	struct random random = random_seeded(seed);
	double skill[PEOPLE];
	size_t row = 0;

	for (uint32_t v = 0; v < PEOPLE; v++)
		skill[v] = draw_beta(&random, 7.2, 2.8);
	for (uint32_t i = 0; i < ITEMS; i++) {
		bool fake = random_below(&random, 2), asked[PEOPLE] = { false };
		double ease = exp(difficulty * draw_normal(&random));

		for (int k = 0; k < EACH; k++, row++) {
			uint32_t v = scattered_ask(&random, asked);
			bool right = random_unit(&random) < sigmoid(ease * logit(skill[v]));

			if (lies && v < LIARS && i % TARGETS == 0)
				right = false;
			crowd->item[row] = i;
			crowd->volunteer[row] = v;
			crowd->verdict[row] = right == fake;
		}
	}
	crowd->judgments = (struct judgments){ .items = ITEMS,
		                                   .volunteers = PEOPLE,
		                                   .count = row,
		                                   .item = crowd->item,
		                                   .volunteer = crowd->volunteer,
		                                   .verdict = crowd->verdict };
	return crowd;
}

/* Of two who lie, how many items both judged, at most. */
static uint32_t most_shared(const struct scattered *crowd)
{
	uint32_t shared[LIARS][LIARS] = { 0 }, most = 0;

	for (size_t from = 0; from < ROWS; from += EACH)
		for (size_t a = from; a < from + EACH; a++)
			for (size_t b = from; b < a; b++) {
				uint32_t one = crowd->volunteer[a], other = crowd->volunteer[b];
				if (one >= LIARS || other >= LIARS)
					continue;
				uint32_t *count = one < other ? &shared[one][other] : &shared[other][one];
				most = ++*count > most ? *count : most;
			}
	return most;
}

START_TEST(those_who_share_few_items_are_named_by_their_group)
{
	const struct cohort_options options = cohort_options_usual();
	uint32_t crowds = 0, right = 0, wrong = 0;

	for (uint64_t seed = 1; seed <= CROWDS; seed++) {
		struct scattered *crowd = scattered_new(true, 0, seed);
		uint32_t cohort[PEOPLE], named = 0;

		ck_assert_uint_lt(most_shared(crowd), 2 * options.common_min);
		cohorts_find(&crowd->judgments, &options, cohort);
		for (uint32_t v = 0; v < PEOPLE; v++) {
			named += v < LIARS && cohort[v];
			wrong += v >= LIARS && cohort[v];
		}
		crowds += named >= LIARS / 2;
		right += named;
		free(crowd);
	}
	printf("spectrum: %u of %u who lie named, in %u of %u crowds at least half; %u others\n", right,
	       LIARS * CROWDS, crowds, CROWDS, wrong);
	ck_assert_uint_ge(crowds, CROWDS * 8 / 10);
	ck_assert_uint_lt(wrong, right / 5);
}
END_TEST

/* Neither without difficulty nor where items differ in it. */
START_TEST(nobody_is_named_where_nobody_lies)
{
	uint32_t crowds = 0;

	for (uint64_t seed = 1; seed <= 2 * CROWDS; seed++) {
		struct scattered *crowd = scattered_new(false, _i * .5, seed);
		uint32_t cohort[PEOPLE] = { 0 };

		crowds += cohort_spectrum_find(&crowd->judgments, 1, cohort);
		free(crowd);
	}
	ck_assert_uint_eq(crowds, 0);
}
END_TEST

/* All of `people` judge all of the items, and err in one of seven: what they agree on is the truth.
 */
static bool names_whole_crowd(uint32_t people, uint32_t items, uint64_t seed)
{
	struct random random = random_seeded(seed);
	uint32_t *item = mem_new((size_t)people * items, sizeof *item);
	uint32_t *volunteer = mem_new((size_t)people * items, sizeof *volunteer);
	uint8_t *verdict = mem_new((size_t)people * items, 1);
	uint32_t *cohort = mem_new(people, sizeof *cohort);
	size_t row = 0;

	for (uint32_t i = 0; i < items; i++)
		for (uint32_t v = 0; v < people; v++, row++) {
			item[row] = i;
			volunteer[row] = v;
			verdict[row] = (i & 1) ^ (random_below(&random, 7) == 0);
		}
	struct judgments judgments = { .items = items,
		                           .volunteers = people,
		                           .count = row,
		                           .item = item,
		                           .volunteer = volunteer,
		                           .verdict = verdict };
	bool named = cohort_spectrum_find(&judgments, 1, cohort);
	free(item);
	free(volunteer);
	free(verdict);
	free(cohort);
	return named;
}

START_TEST(nobody_is_named_where_all_are_good_and_judge_everything)
{
	uint32_t crowds = 0;

	for (uint64_t seed = 1; seed <= 50; seed++)
		crowds += names_whole_crowd(30, 50, seed) + names_whole_crowd(14, 100, seed);
	ck_assert_uint_le(crowds, 1);
}
END_TEST

/* The same crowd, its rows backwards and its volunteers and items renamed. */
static struct scattered *scattered_renamed(const struct scattered *from)
{
	struct scattered *to = mem_new(1, sizeof *to);

	for (size_t row = 0; row < ROWS; row++) {
		to->item[ROWS - 1 - row] = ITEMS - 1 - from->item[row];
		to->volunteer[ROWS - 1 - row] = (from->volunteer[row] * 7 + 3) % PEOPLE;
		to->verdict[ROWS - 1 - row] = from->verdict[row];
	}
	to->judgments = from->judgments;
	to->judgments.item = to->item;
	to->judgments.volunteer = to->volunteer;
	to->judgments.verdict = to->verdict;
	return to;
}

START_TEST(neither_rows_nor_names_decide_who_is_in_the_group)
{
	struct scattered *crowd = scattered_new(true, 0, 3);
	struct scattered *renamed = scattered_renamed(crowd);
	uint32_t one[PEOPLE] = { 0 }, other[PEOPLE] = { 0 };

	ck_assert(cohort_spectrum_find(&crowd->judgments, 1, one));
	ck_assert(cohort_spectrum_find(&renamed->judgments, 1, other));
	for (uint32_t v = 0; v < PEOPLE; v++)
		ck_assert_uint_eq(one[v], other[(v * 7 + 3) % PEOPLE]);
	free(renamed);
	free(crowd);
}
END_TEST

/* Who is in a cohort already is not compared, and stays there. */
START_TEST(a_group_that_is_known_is_not_found_again)
{
	struct scattered *crowd = scattered_new(true, 0, 3);
	uint32_t cohort[PEOPLE] = { 0 };

	ck_assert(cohort_spectrum_find(&crowd->judgments, 7, cohort));
	ck_assert(!cohort_spectrum_find(&crowd->judgments, 8, cohort));
	for (uint32_t v = 0; v < PEOPLE; v++)
		ck_assert(cohort[v] == 0 || cohort[v] == 7);
	free(crowd);
}
END_TEST

/* Two thousand with 14 judgments each are too many: all of them alike are left out. */
START_TEST(of_many_only_the_busiest_are_compared)
{
	uint32_t *item = mem_new((size_t)MANY * MANY_EACH, sizeof *item);
	uint32_t *volunteer = mem_new((size_t)MANY * MANY_EACH, sizeof *volunteer);
	uint8_t *verdict = mem_new((size_t)MANY * MANY_EACH, 1);
	uint32_t *cohort = mem_new(MANY, sizeof *cohort);
	size_t row = 0;

	for (uint32_t v = 0; v < MANY; v++)
		for (uint32_t k = 0; k < MANY_EACH; k++, row++) {
			item[row] = (v + k * 131) % MANY;
			volunteer[row] = v;
			verdict[row] = item[row] % 2;
		}
	struct judgments judgments = { .items = MANY,
		                           .volunteers = MANY,
		                           .count = row,
		                           .item = item,
		                           .volunteer = volunteer,
		                           .verdict = verdict };
	ck_assert(!cohort_spectrum_find(&judgments, 1, cohort));
	free(item);
	free(volunteer);
	free(verdict);
	free(cohort);
}
END_TEST

Suite *crowd_cohort_spectrum_suite(void)
{
	Suite *s = suite_create("crowd_cohort_spectrum");
	TCase *tc = tcase_create("cohort spectrum");

	tcase_set_tags(tc, "pure");
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, those_who_share_few_items_are_named_by_their_group);
	tcase_add_loop_test(tc, nobody_is_named_where_nobody_lies, 0, 2);
	tcase_add_test(tc, nobody_is_named_where_all_are_good_and_judge_everything);
	tcase_add_test(tc, neither_rows_nor_names_decide_who_is_in_the_group);
	tcase_add_test(tc, a_group_that_is_known_is_not_found_again);
	tcase_add_test(tc, of_many_only_the_busiest_are_compared);
	suite_add_tcase(s, tc);
	return s;
}
