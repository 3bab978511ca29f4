/* SPDX-License-Identifier: Apache-2.0 */
/* The made-up crowds are what their header says of them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../support/made_up_crowds.h"
#include "core/mem.h"
#include "suites.h"

static struct made_up_crowd *crowd_of(enum crowd_kind kind, uint64_t seed)
{
	struct crowd_recipe recipe = crowd_recipe(kind);

	return made_up_crowd(&recipe, seed);
}

static bool is_right(const struct made_up_crowd *crowd, size_t row)
{
	return crowd->verdict[row] == crowd->truth[crowd->item[row]];
}

START_TEST(the_same_seed_gives_the_same_crowd_and_another_another)
{
	struct made_up_crowd *one = crowd_of((enum crowd_kind)_i, 7);
	struct made_up_crowd *same = crowd_of((enum crowd_kind)_i, 7);
	struct made_up_crowd *other = crowd_of((enum crowd_kind)_i, 8);
	size_t count = one->judgments.count;

	ck_assert_uint_eq(count, same->judgments.count);
	ck_assert(!memcmp(one->volunteer, same->volunteer, count * sizeof *one->volunteer));
	ck_assert(!memcmp(one->verdict, same->verdict, count));
	ck_assert(memcmp(one->truth, other->truth, one->judgments.items));
	made_up_crowd_free(one);
	made_up_crowd_free(same);
	made_up_crowd_free(other);
}
END_TEST

START_TEST(nobody_judges_an_item_twice)
{
	struct made_up_crowd *crowd = crowd_of((enum crowd_kind)_i, 1);
	size_t volunteers = crowd->judgments.volunteers;
	uint8_t *seen = mem_new(volunteers * crowd->judgments.items, 1);

	for (size_t row = 0; row < crowd->judgments.count; row++) {
		ck_assert_uint_lt(crowd->volunteer[row], volunteers);
		ck_assert(!seen[crowd->item[row] * volunteers + crowd->volunteer[row]]++);
	}
	free(seen);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(gold_is_the_truth_of_half_of_the_items)
{
	struct made_up_crowd *crowd = crowd_of((enum crowd_kind)_i, 2);
	uint32_t gold = 0;

	for (uint32_t i = 0; i < crowd->judgments.items; i++) {
		ck_assert(crowd->gold[i] == UNKNOWN || crowd->gold[i] == crowd->truth[i]);
		gold += crowd->gold[i] != UNKNOWN;
	}
	ck_assert_uint_eq(gold, (crowd->judgments.items + 1) / 2);
	ck_assert_ptr_null(crowd->judgments.truth);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(eight_busy_volunteers_give_two_thirds_of_the_answers)
{
	struct made_up_crowd *crowd = crowd_of(CROWD_BUSY_COHORT, 3);
	double busy = 0, cohort = 0;

	for (size_t row = 0; row < crowd->judgments.count; row++)
		busy += crowd->volunteer[row] < 8;
	for (uint32_t v = 0; v < crowd->judgments.volunteers; v++)
		cohort += crowd->cohort[v];
	ck_assert_double_eq_tol(busy / (double)crowd->judgments.count, 2. / 3, .03);
	ck_assert_double_eq(cohort, 3 + 20);
	made_up_crowd_free(crowd);
}
END_TEST

/* The correlation of the errors of two on the same item, over all pairs that are both of the cohort
 * or both not, in many crowds: their mean products less the product of their means. */
static double error_correlation(bool cohort)
{
	double pairs = 0, one = 0, both = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct made_up_crowd *crowd = crowd_of(CROWD_BUSY_COHORT, seed);

		for (size_t row = 0; row < crowd->judgments.count; row++)
			for (size_t k = row; k-- > 0 && crowd->item[k] == crowd->item[row];) {
				bool wrong = !is_right(crowd, row), also = !is_right(crowd, k);

				if (crowd->cohort[crowd->volunteer[row]] != cohort ||
				    crowd->cohort[crowd->volunteer[k]] != cohort)
					continue;
				pairs++;
				one += wrong / 2. + also / 2.;
				both += wrong && also;
			}
		made_up_crowd_free(crowd);
	}
	double mean = one / pairs;
	return (both / pairs - mean * mean) / (mean - mean * mean);
}

START_TEST(a_cohort_errs_on_the_same_items_and_the_others_do_not)
{
	ck_assert_double_eq_tol(error_correlation(true), .6, .05);
	ck_assert_double_eq_tol(error_correlation(false), 0, .05);
}
END_TEST

START_TEST(colluders_are_excellent_on_gold_and_lie_elsewhere)
{
	struct made_up_crowd *crowd = crowd_of(CROWD_COLLUDERS, 4);
	double gold[2] = { 0 }, rest[2] = { 0 };

	for (size_t row = 0; row < crowd->judgments.count; row++) {
		bool on_gold = crowd->gold[crowd->item[row]] != UNKNOWN;

		if (crowd->cohort[crowd->volunteer[row]])
			(on_gold ? gold : rest)[is_right(crowd, row)]++;
	}
	ck_assert_double_eq_tol(gold[1] / (gold[0] + gold[1]), .95, .03);
	ck_assert_double_eq_tol(rest[1] / (rest[0] + rest[1]), .95 * .8, .06);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(half_of_the_answers_come_from_those_who_give_three_at_most)
{
	struct made_up_crowd *crowd = crowd_of(CROWD_ONE_TIMERS, 5);
	uint32_t *answers = mem_new(crowd->judgments.volunteers, sizeof *answers);
	double few = 0;

	for (size_t row = 0; row < crowd->judgments.count; row++)
		answers[crowd->volunteer[row]]++;
	for (uint32_t v = 0; v < crowd->judgments.volunteers; v++)
		few += answers[v] <= 3 ? answers[v] : 0;
	ck_assert_double_eq_tol(few / (double)crowd->judgments.count, .5, .01);
	free(answers);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(on_a_third_of_the_fakes_the_crowd_is_worse_than_a_coin)
{
	struct crowd_recipe recipe = crowd_recipe(CROWD_HARD_FAKES);
	double fakes = 0, missed = 0;

	recipe.each = 100;
	struct made_up_crowd *crowd = made_up_crowd(&recipe, 6);
	for (uint32_t i = 0; i < recipe.items; i++) {
		uint32_t says_fake = 0;

		for (size_t row = (size_t)i * 100; row < (size_t)(i + 1) * 100; row++)
			says_fake += crowd->verdict[row];
		fakes += crowd->truth[i];
		missed += crowd->truth[i] && says_fake <= 50;
	}
	ck_assert_double_eq_tol(missed / fakes, 1. / 3, .08);
	made_up_crowd_free(crowd);
}
END_TEST

Suite *crowd_made_up_suite(void)
{
	Suite *suite = suite_create("crowd/made-up crowds");
	TCase *tests = tcase_create("made up");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240);
	tcase_add_loop_test(tests, the_same_seed_gives_the_same_crowd_and_another_another, 0,
	                    CROWD_KINDS);
	tcase_add_loop_test(tests, nobody_judges_an_item_twice, 0, CROWD_KINDS);
	tcase_add_loop_test(tests, gold_is_the_truth_of_half_of_the_items, 0, CROWD_KINDS);
	tcase_add_test(tests, eight_busy_volunteers_give_two_thirds_of_the_answers);
	tcase_add_test(tests, a_cohort_errs_on_the_same_items_and_the_others_do_not);
	tcase_add_test(tests, colluders_are_excellent_on_gold_and_lie_elsewhere);
	tcase_add_test(tests, half_of_the_answers_come_from_those_who_give_three_at_most);
	tcase_add_test(tests, on_a_third_of_the_fakes_the_crowd_is_worse_than_a_coin);
	suite_add_tcase(suite, tests);
	return suite;
}
