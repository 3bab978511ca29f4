/* SPDX-License-Identifier: Apache-2.0 */
/* What gives files away: areas known by hand, and made-up catalogues with and without a leak. */
#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/auc.h"
#include "crowd/draws.h"
#include "crowd/joint_leak.h"
#include "suites.h"

#define MOST 400

static struct auc auc_alone(size_t count, const double score[], const uint8_t fake[])
{
	uint32_t group[MOST];

	for (uint32_t i = 0; i < count; i++)
		group[i] = i;
	return auc_of(&(struct scored){ .count = count, .score = score, .fake = fake, .group = group });
}

START_TEST(an_area_counts_pairs_and_half_of_the_ties)
{
	/* Fakes at 2, 3 and 5, reals at 1, 2 and 4: 1 + .5 of 3, 2 of 3, 3 of 3. */
	const double score[] = { 2, 3, 5, 1, 2, 4 };
	const uint8_t fake[] = { 1, 1, 1, 0, 0, 0 };
	struct auc auc = auc_alone(6, score, fake);

	ck_assert_double_eq_tol(auc.value, 6.5 / 9, 1e-12);
	ck_assert(auc.low < auc.value && auc.value < auc.high);
}
END_TEST

START_TEST(the_other_class_on_top_is_the_mirror_image)
{
	const double score[] = { 2, 3, 5, 1, 2, 4 }, turned[] = { -2, -3, -5, -1, -2, -4 };
	const uint8_t fake[] = { 1, 1, 1, 0, 0, 0 };
	struct auc auc = auc_alone(6, score, fake), mirror = auc_alone(6, turned, fake);

	ck_assert_double_eq_tol(auc.value, 1 - mirror.value, 1e-12);
	ck_assert_double_eq_tol(auc.low, 1 - mirror.high, 1e-9);
	ck_assert_double_eq_tol(auc_strength(&auc), auc_strength(&mirror), 1e-12);
}
END_TEST

START_TEST(what_is_the_same_for_all_tells_nothing)
{
	const double score[] = { 7, 7, 7, 7 };
	const uint8_t fake[] = { 1, 0, 1, 0 };
	struct auc auc = auc_alone(4, score, fake);

	ck_assert_double_eq(auc.value, 0.5);
	ck_assert(!auc_passes(&auc, 0.4));
}
END_TEST

START_TEST(one_class_alone_has_no_area)
{
	const double score[] = { 1, 2, 3 };
	const uint8_t fake[] = { 1, 1, 1 };
	struct auc auc = auc_alone(3, score, fake);

	ck_assert(isnan(auc.value) && isnan(auc.low) && isnan(auc.high));
	ck_assert(!auc_passes(&auc, 0));
	auc = auc_alone(0, score, fake);
	ck_assert(isnan(auc.value));
}
END_TEST

START_TEST(five_that_stand_above_five_are_a_leak_and_two_above_two_are_none)
{
	const double score[] = { 6, 7, 8, 9, 10, 1, 2, 3, 4, 5 }, few[] = { 3, 4, 1, 2 };
	const uint8_t fake[] = { 1, 1, 1, 1, 1, 0, 0, 0, 0, 0 }, of_few[] = { 1, 1, 0, 0 };
	struct auc five = auc_alone(10, score, fake), two = auc_alone(4, few, of_few);

	ck_assert_double_eq(five.value, 1);
	ck_assert_double_eq(five.high, 1);
	ck_assert(auc_passes(&five, 0.6));
	ck_assert_double_eq(two.value, 1);
	ck_assert(!auc_passes(&two, 0.6));
}
END_TEST

START_TEST(pairs_are_compared_inside_a_stratum_only)
{
	/* Each stratum tells nothing; together the second one's fakes would stand above all. */
	const double score[] = { 1, 1, 1, 9, 9, 9 };
	const uint8_t fake[] = { 0, 0, 1, 1, 1, 0 };
	const uint32_t group[] = { 0, 1, 2, 3, 4, 5 }, stratum[] = { 0, 0, 0, 1, 1, 1 };
	struct scored scored = { 6, score, fake, group, NULL };

	ck_assert_double_gt(auc_of(&scored).value, 0.6);
	scored.stratum = stratum;
	ck_assert_double_eq(auc_of(&scored).value, 0.5);
}
END_TEST

START_TEST(ten_copies_of_one_lineage_count_for_one)
{
	double score[40];
	uint8_t fake[40];
	uint32_t alone[40], lineage[40];

	for (uint32_t i = 0; i < 40; i++) { /* four lineages of ten, each of one class and score */
		static const double of[] = { 1, 3, 2, 4 };

		score[i] = of[i / 10];
		fake[i] = i / 10 % 2;
		alone[i] = i;
		lineage[i] = i / 10;
	}
	struct scored scored = { 40, score, fake, alone, NULL };
	struct auc many = auc_of(&scored);
	scored.group = lineage;
	struct auc four = auc_of(&scored);
	ck_assert_double_eq(many.value, four.value);
	ck_assert(auc_passes(&many, 0.6));
	ck_assert(!auc_passes(&four, 0.6));
}
END_TEST

/* Made-up scores, fakes `apart` deviations above reals: the area is Phi(apart / sqrt 2). */
static struct auc auc_drawn(struct random *random, size_t each, double apart)
{
	double score[MOST];
	uint8_t fake[MOST];

	for (size_t i = 0; i < 2 * each; i++) {
		fake[i] = i % 2;
		score[i] = draw_normal(random) + (fake[i] ? apart : 0);
	}
	return auc_alone(2 * each, score, fake);
}

START_TEST(intervals_hold_the_true_area_nineteen_times_of_twenty)
{
	static const struct {
		size_t each;
		double apart;
	} cases[] = { { 8, 0 }, { 20, 0 }, { 100, 0 }, { 8, 1 }, { 20, 1 }, { 20, 2 }, { 100, 2 } };
	struct random random = random_seeded(7);
	double truth = erfc(-cases[_i].apart / 2) / 2;
	int held = 0, draws = 2000;

	for (int draw = 0; draw < draws; draw++) {
		struct auc auc = auc_drawn(&random, cases[_i].each, cases[_i].apart);

		held += auc.low <= truth && truth <= auc.high;
	}
	ck_assert_msg(held >= draws * 0.935 && held <= draws * 0.99,
	              "%zu of each, %.0f apart: %d of %d", cases[_i].each, cases[_i].apart, held,
	              draws);
}
END_TEST

/* ------------------------------------------------------------------ together */

struct catalogue {
	double x[MOST * 4];
	uint8_t fake[MOST];
	uint32_t group[MOST];
	struct joint_data data;
};

static struct catalogue *catalogue_new(size_t count, unsigned features)
{
	struct catalogue *made = mem_new(1, sizeof *made);

	made->data = (struct joint_data){ count, features, made->x, made->fake, made->group };
	for (uint32_t i = 0; i < count; i++) {
		made->fake[i] = i % 2;
		made->group[i] = i;
	}
	return made;
}

START_TEST(a_leak_that_only_two_features_show_together_is_found)
{
	struct random random = random_seeded(3);
	struct catalogue *made = catalogue_new(200, 2);
	double first[MOST];

	for (size_t i = 0; i < 200;
	     i++) { /* the difference tells; each alone is mostly noise of both */
		double shared = 5 * draw_normal(&random);

		made->x[2 * i] = first[i] = shared + (made->fake[i] ? 1 : 0) + 0.3 * draw_normal(&random);
		made->x[2 * i + 1] = shared;
	}
	struct auc alone = auc_alone(200, first, made->fake), together = joint_leak(&made->data, 1);
	ck_assert_double_lt(auc_strength(&alone), 0.65);
	ck_assert_double_gt(together.value, 0.95);
	ck_assert(auc_passes(&together, 0.6));
	free(made);
}
END_TEST

START_TEST(without_a_leak_together_is_a_half_within_its_interval)
{
	struct random random = random_seeded(11);
	double sum = 0;
	int held = 0, draws = 100;

	for (int draw = 0; draw < draws; draw++) {
		struct catalogue *made = catalogue_new(60, 4);

		for (size_t k = 0; k < 240; k++)
			made->x[k] = draw_normal(&random);
		struct auc auc = joint_leak(&made->data, 1);
		sum += auc.value;
		held += auc.low <= 0.5 && 0.5 <= auc.high;
		free(made);
	}
	ck_assert_double_eq_tol(sum / draws, 0.5, 0.02);
	ck_assert_msg(held >= 90, "%d of %d", held, draws);
}
END_TEST

START_TEST(what_only_names_the_lineage_is_no_leak)
{
	/* Forty lineages of five, each of one class, with numbers of their own: whoever has seen a
	 * lineage knows its class, who has not knows nothing. */
	struct random random = random_seeded(5);
	double sum = 0;

	for (int draw = 0; draw < 40; draw++) {
		struct catalogue *made = catalogue_new(200, 4);

		for (uint32_t i = 0; i < 200; i++) {
			made->group[i] = i / 5;
			made->fake[i] = i / 5 % 2;
			for (unsigned f = 0; f < 4; f++)
				made->x[4 * i + f] = i % 5 ? made->x[4 * (i - 1) + f] : draw_normal(&random);
		}
		sum += joint_leak(&made->data, 1).value;
		free(made);
	}
	ck_assert_double_eq_tol(sum / 40, 0.5, 0.05);
}
END_TEST

START_TEST(constant_and_unknown_features_do_no_harm)
{
	struct random random = random_seeded(9);
	struct catalogue *made = catalogue_new(100, 4);

	for (size_t i = 0; i < 100; i++) {
		made->x[4 * i] = 1e9;
		made->x[4 * i + 1] = NAN;
		made->x[4 * i + 2] = draw_normal(&random) + (made->fake[i] ? 2 : 0);
		made->x[4 * i + 3] = i % 3 ? draw_normal(&random) : NAN;
	}
	struct auc auc = joint_leak(&made->data, 1);
	ck_assert_double_gt(auc.value, 0.85);
	struct auc again = joint_leak(&made->data, 1);
	ck_assert_double_eq(auc.value, again.value);
	free(made);
}
END_TEST

START_TEST(a_class_of_one_lineage_cannot_be_cross_validated)
{
	struct catalogue *made = catalogue_new(20, 1);

	for (uint32_t i = 0; i < 20; i++) {
		made->x[i] = made->fake[i];
		made->group[i] = made->fake[i] ? 0 : i;
	}
	/* Where its only lineage is left out, the model knows no fakes: it tells nothing, or cannot. */
	struct auc auc = joint_leak(&made->data, 1);
	ck_assert(!auc_passes(&auc, 0.6));
	free(made);
}
END_TEST

Suite *crowd_leaks_suite(void)
{
	Suite *suite = suite_create("crowd/leaks");
	TCase *alone = tcase_create("alone"), *together = tcase_create("together");

	tcase_add_test(alone, an_area_counts_pairs_and_half_of_the_ties);
	tcase_add_test(alone, the_other_class_on_top_is_the_mirror_image);
	tcase_add_test(alone, what_is_the_same_for_all_tells_nothing);
	tcase_add_test(alone, one_class_alone_has_no_area);
	tcase_add_test(alone, five_that_stand_above_five_are_a_leak_and_two_above_two_are_none);
	tcase_add_test(alone, pairs_are_compared_inside_a_stratum_only);
	tcase_add_test(alone, ten_copies_of_one_lineage_count_for_one);
	tcase_add_loop_test(alone, intervals_hold_the_true_area_nineteen_times_of_twenty, 0, 7);
	suite_add_tcase(suite, alone);
	tcase_add_test(together, a_leak_that_only_two_features_show_together_is_found);
	tcase_add_test(together, without_a_leak_together_is_a_half_within_its_interval);
	tcase_add_test(together, what_only_names_the_lineage_is_no_leak);
	tcase_add_test(together, constant_and_unknown_features_do_no_harm);
	tcase_add_test(together, a_class_of_one_lineage_cannot_be_cross_validated);
	tcase_set_timeout(together, 60);
	suite_add_tcase(suite, together);
	return suite;
}
