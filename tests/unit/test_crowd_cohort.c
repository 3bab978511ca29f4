/* SPDX-License-Identifier: Apache-2.0 */
/* Who errs together beyond what all share: found where they are, and not where nobody does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/cohort.h"
#include "crowd/draws.h"
#include "crowd/specfun.h"
#include "suites.h"

#define BUSY     8
#define PEOPLE   68
#define TOGETHER 3
#define EACH     5
#define ITEMS    1000
#define SEEDS    20
#define CROWDS   100

/*
 * A quarter of the items are fakes; skills are Beta(7.2, 2.8); the busy give two thirds of the
 * answers. Who shares the item effect repeats an error of the item's own with a chance of .775, so
 * that errors correlate by .6 within a class: the first of the busy and a third of the others.
 */
struct company {
	struct judgments judgments;
	uint32_t item[ITEMS * EACH], volunteer[ITEMS * EACH];
	uint8_t verdict[ITEMS * EACH];
	int8_t truth[ITEMS];
};

struct company_recipe {
	uint32_t items;
	bool together;
	double difficulty; /* spread of the logarithm of an item's ease */
};

static bool is_together(uint32_t v)
{
	return v < TOGETHER || (v >= BUSY && v < BUSY + (PEOPLE - BUSY) / 3);
}

static uint32_t company_ask(struct random *random, bool asked[PEOPLE])
{
	bool busy = random_below(random, 3) > 0;
	uint32_t v;

	do
		v = busy ? random_below(random, BUSY) : BUSY + random_below(random, PEOPLE - BUSY);
	while (asked[v]);
	asked[v] = true;
	return v;
}

static struct company *company_new(struct company_recipe recipe, uint64_t seed)
{
	struct company *company = mem_new(1, sizeof *company);
	struct random random = random_seeded(seed);
	double skill[PEOPLE][2];
	size_t row = 0;

	for (uint32_t v = 0; v < PEOPLE; v++)
		for (int class = 0; class < 2; class ++)
			skill[v][class] = draw_beta(&random, 7.2, 2.8);
	for (uint32_t i = 0; i < recipe.items; i++) {
		bool fake = random_below(&random, 4) == 0, misleads = random_unit(&random) < .28;
		double ease = exp(recipe.difficulty * draw_normal(&random));
		bool asked[PEOPLE] = { false };

		company->truth[i] = fake ? FAKE : REAL;
		for (int k = 0; k < EACH; k++, row++) {
			uint32_t v = company_ask(&random, asked);
			bool right = random_unit(&random) < sigmoid(ease * logit(skill[v][fake]));

			if (recipe.together && is_together(v) && random_unit(&random) < .775)
				right = !misleads;
			company->item[row] = i;
			company->volunteer[row] = v;
			company->verdict[row] = right == fake;
		}
	}
	company->judgments = (struct judgments){ .items = recipe.items,
		                                     .volunteers = PEOPLE,
		                                     .count = row,
		                                     .item = company->item,
		                                     .volunteer = company->volunteer,
		                                     .verdict = company->verdict };
	return company;
}

static const struct company_recipe rigged = { .items = ITEMS, .together = true };

/* How many of the busy who err together are named, and of all who are, how many do not. */
struct named {
	uint32_t right, wrong, crowds;
};

static struct named name_them(struct company_recipe recipe, uint32_t crowds)
{
	const struct cohort_options options = cohort_options_usual();
	struct named named = { 0 };

	for (uint64_t seed = 1; seed <= crowds; seed++) {
		struct company *company = company_new(recipe, seed);
		uint32_t cohort[PEOPLE];

		named.crowds += cohorts_find(&company->judgments, &options, cohort) > 0;
		for (uint32_t v = 0; v < PEOPLE; v++) {
			named.right += cohort[v] && v < TOGETHER;
			named.wrong += cohort[v] && !(recipe.together && is_together(v));
		}
		free(company);
	}
	return named;
}

START_TEST(busy_volunteers_who_err_together_are_named)
{
	struct named named = name_them(rigged, SEEDS);

	ck_assert_msg(named.right * 10 >= 8 * TOGETHER * SEEDS, "named %u of %u", named.right,
	              TOGETHER * SEEDS);
	ck_assert_msg(named.wrong * 10 <= named.right, "%u named wrongly, %u rightly", named.wrong,
	              named.right);
}
END_TEST

START_TEST(crowds_without_a_cohort_raise_alarms_in_one_of_twenty_at_most)
{
	static const struct company_recipe without[] = {
		{ .items = 600 },
		{ .items = ITEMS },
		{ .items = 600, .difficulty = 1 },
		{ .items = ITEMS, .difficulty = 1 },
	};
	struct named named = name_them(without[_i], CROWDS);

	ck_assert_msg(named.crowds * 20 <= CROWDS, "%u false alarms in %d crowds", named.crowds,
	              CROWDS);
}
END_TEST

START_TEST(neither_the_order_of_rows_nor_names_change_who_is_found)
{
	const struct cohort_options options = cohort_options_usual();
	struct company *one = company_new(rigged, 7), *other = company_new(rigged, 7);
	uint32_t of_one[PEOPLE], of_other[PEOPLE];
	size_t rows = one->judgments.count;

	for (size_t row = 0; row < rows; row++) {
		other->item[row] = ITEMS - 1 - one->item[rows - 1 - row];
		other->volunteer[row] = PEOPLE - 1 - one->volunteer[rows - 1 - row];
		other->verdict[row] = one->verdict[rows - 1 - row];
	}
	ck_assert_uint_eq(cohorts_find(&one->judgments, &options, of_one), 1);
	ck_assert_uint_eq(cohorts_find(&other->judgments, &options, of_other), 1);
	for (uint32_t v = 0; v < PEOPLE; v++)
		ck_assert_uint_eq(of_one[v], of_other[PEOPLE - 1 - v]);
	free(one);
	free(other);
}
END_TEST

START_TEST(what_a_cohort_carries_and_turns_is_counted)
{
	const struct cohort_options options = cohort_options_usual();
	const struct model_options model = { .method = METHOD_DEFAULT };
	struct company *company = company_new(rigged, 7);
	struct cohorts cohorts = cohorts_of(&company->judgments, &options);
	struct fit *with = model_fit(&company->judgments, &model);
	struct fit *without = cohorts_fit_without(&company->judgments, &cohorts, &model);
	uint8_t turned[ITEMS];
	uint32_t turns = 0, right[2] = { 0 };
	size_t theirs = 0;

	cohorts_compare(&cohorts, with, without, NULL, turned);
	for (size_t row = 0; row < company->judgments.count; row++)
		theirs += cohorts.of[company->volunteer[row]] > 0;
	for (uint32_t i = 0; i < ITEMS; i++) {
		turns += turned[i];
		right[0] += label_of(with->p_fake[i].mean) == company->truth[i];
		right[1] += label_of(without->p_fake[i].mean) == company->truth[i];
	}
	ck_assert_uint_eq(cohorts.volunteers, TOGETHER);
	ck_assert_uint_eq(cohorts.judgments, theirs);
	ck_assert_uint_eq(cohorts.judged, ITEMS);
	ck_assert_uint_gt(cohorts.carried, 0);
	ck_assert_uint_gt(turns, ITEMS / 20);
	ck_assert_uint_eq(cohorts.changed, turns);
	ck_assert_msg(right[1] > right[0], "%u right with them, %u without", right[0], right[1]);
	fit_free(with);
	fit_free(without);
	cohorts_clear(&cohorts);
	free(company);
}
END_TEST

START_TEST(gold_carries_and_turns_nothing)
{
	const struct cohort_options options = cohort_options_usual();
	const struct model_options model = { .method = METHOD_DEFAULT };
	struct company *company = company_new(rigged, 7);

	company->judgments.truth = company->truth;
	struct cohorts cohorts = cohorts_of(&company->judgments, &options);
	struct fit *with = model_fit(&company->judgments, &model);
	struct fit *without = cohorts_fit_without(&company->judgments, &cohorts, &model);
	cohorts_compare(&cohorts, with, without, company->truth, NULL);

	ck_assert_uint_eq(cohorts.count, 1);
	ck_assert_uint_eq(cohorts.judged + cohorts.carried + cohorts.changed + cohorts.alone, 0);
	fit_free(with);
	fit_free(without);
	cohorts_clear(&cohorts);
	free(company);
}
END_TEST

START_TEST(who_cannot_be_compared_is_in_no_cohort)
{
	const struct cohort_options options = cohort_options_usual();
	struct company *company = company_new(rigged, 7);
	struct judgments none = { .items = 3, .volunteers = 2 };
	uint32_t cohort[PEOPLE];

	company->judgments.count = 60;
	ck_assert_uint_eq(cohorts_find(&company->judgments, &options, cohort), 0);
	ck_assert_uint_eq(cohorts_find(&none, &options, cohort), 0);
	ck_assert_uint_eq(cohort[0] + cohort[1], 0);
	free(company);
}
END_TEST

Suite *crowd_cohort_suite(void)
{
	Suite *s = suite_create("crowd_cohort");
	TCase *tc = tcase_create("cohort");

	tcase_set_tags(tc, "pure");
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, busy_volunteers_who_err_together_are_named);
	tcase_add_loop_test(tc, crowds_without_a_cohort_raise_alarms_in_one_of_twenty_at_most, 0, 4);
	tcase_add_test(tc, neither_the_order_of_rows_nor_names_change_who_is_found);
	tcase_add_test(tc, what_a_cohort_carries_and_turns_is_counted);
	tcase_add_test(tc, gold_carries_and_turns_nothing);
	tcase_add_test(tc, who_cannot_be_compared_is_in_no_cohort);
	suite_add_tcase(s, tc);
	return s;
}
