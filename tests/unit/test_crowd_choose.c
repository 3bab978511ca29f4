/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "crowd/choose.h"
#include "crowd/judgments.h"
#include "suites.h"

#define MANY 60

static const struct asker newcomer = { .sensitivity = .7, .specificity = .7 };

/*
 * Twenty lineages of three: a real and two fakes, each fifth lineage gold, none training.
 */
static void make_candidates(struct candidate candidates[MANY])
{
	for (uint32_t i = 0; i < MANY; i++) {
		bool gold = i / 3 % 5 == 0;

		candidates[i] = (struct candidate){ .item = i,
											.group = i / 3 + 1,
											.p_fake = .5F,
											.gold = gold,
											.truth = (int8_t)(gold ? i % 3 > 0 : UNKNOWN) };
	}
}

static struct choice choose(const struct candidate candidates[], size_t count,
							struct random *random)
{
	struct choose_options options = choose_in_service();

	return choose_pair(candidates, count, &newcomer, &options, random);
}

START_TEST(a_mixed_pair_never_holds_two_of_one_lineage)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(1);
	int matched = 0, mixed = 0;

	make_candidates(candidates);
	for (int draw = 0; draw < 2000; draw++) {
		struct choice choice = choose(candidates, MANY, &random);
		bool related = candidates[choice.left].group == candidates[choice.right].group;

		ck_assert_int_ne(choice.kind, CHOICE_NOTHING);
		ck_assert_uint_ne(choice.left, choice.right);
		ck_assert_int_eq(related, choice.matched);
		matched += choice.matched;
		mixed += !choice.matched;
	}
	ck_assert_int_gt(matched, 600);
	ck_assert_int_gt(mixed, 600);
}
END_TEST

/* Draws gold only, so that truths are known, and counts what pairs hold. */
START_TEST(no_rule_about_pairs_can_be_guessed)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(2);
	struct choose_options options = choose_in_service();
	int seen[2][3] = { 0 };

	make_candidates(candidates);
	for (uint32_t i = 0; i < MANY; i++) {
		candidates[i].gold = true;
		candidates[i].truth = i % 3 > 0 && i % 6 != 4 ? FAKE : REAL; /* two takes in some */
	}
	candidates[0].gold = false;
	candidates[0].truth = UNKNOWN;
	options.gold_first = options.gold_last = 10; /* certain, though one item alone is left */
	for (int draw = 0; draw < 3000; draw++) {
		struct choice choice = choose_pair(candidates, MANY, &newcomer, &options, &random);
		int fakes =
			(candidates[choice.left].truth == FAKE) + (candidates[choice.right].truth == FAKE);

		seen[choice.matched][fakes]++;
	}
	for (int matched = 0; matched < 2; matched++)
		for (int fakes = 0; fakes < 3; fakes++)
			ck_assert_int_gt(seen[matched][fakes], 100);
}
END_TEST

START_TEST(the_gold_dose_falls_as_a_volunteer_becomes_known)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(3);
	struct choose_options options = choose_in_service();
	struct asker asker = newcomer;
	double gold = 0;

	make_candidates(candidates);
	options.matched_share = 0;
	asker.gold_seen = _i ? 1000 : 0;
	for (int draw = 0; draw < 4000; draw++) {
		struct choice choice = choose_pair(candidates, MANY, &asker, &options, &random);

		gold += (double)candidates[choice.left].gold + candidates[choice.right].gold;
	}
	ck_assert_double_eq_tol(gold / 8000, _i ? .1 : .4, .02);
}
END_TEST

START_TEST(training_comes_first_and_ends)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(4);
	struct choose_options options = choose_in_service();
	struct asker asker = newcomer;

	make_candidates(candidates);
	for (int i = 0; i < 6; i++) {
		candidates[i].training = true;
		candidates[i].truth = (int8_t)(i % 2);
	}
	asker.training_left = 2;
	for (int pair = 0; pair < 4; pair++) {
		struct choice choice = choose_pair(candidates, MANY, &asker, &options, &random);

		ck_assert_int_eq(choice.kind == CHOICE_TRAINING, pair < 2);
		ck_assert_int_eq(candidates[choice.left].training, pair < 2);
		ck_assert_int_eq(candidates[choice.right].training, pair < 2);
		choose_count(&asker, candidates, &choice);
	}
}
END_TEST

START_TEST(an_item_at_its_plan_is_passed_over)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(5);

	make_candidates(candidates);
	for (int i = 0; i < MANY; i += 2) {
		candidates[i].judgments = 20;
		candidates[i].in_flight = 5;
	}
	for (int draw = 0; draw < 500; draw++) {
		struct choice choice = choose(candidates, MANY, &random);
		const struct candidate *left = &candidates[choice.left], *right = &candidates[choice.right];

		ck_assert(left->gold || left->judgments == 0);
		ck_assert(right->gold || right->judgments == 0);
	}
}
END_TEST

START_TEST(the_odd_one_out_finds_company)
{
	struct candidate two[2] = { { .group = 1, .p_fake = .5F, .truth = UNKNOWN },
								{ .group = 2, .p_fake = .99F, .judgments = 30, .truth = UNKNOWN } };
	struct random random = random_seeded(6);
	struct choice choice = choose(two, 2, &random);

	ck_assert_int_ne(choice.kind, CHOICE_NOTHING);
	ck_assert_uint_eq(choice.left + choice.right, 1);
	two[1].gold = true;
	two[1].truth = FAKE;
	ck_assert_int_eq(choose(two, 2, &random).kind, CHOICE_GOLD);
	two[1].group = 1;
	ck_assert(choose(two, 2, &random).matched);
}
END_TEST

START_TEST(nothing_is_left_when_every_item_has_its_judgments)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(7);
	struct choose_options options = choose_in_service();

	make_candidates(candidates);
	for (int i = 0; i < MANY; i++)
		candidates[i].judgments = 25;
	ck_assert_int_eq(choose(candidates, MANY, &random).kind, CHOICE_NOTHING);
	ck_assert_int_eq(choose(candidates, 0, &random).kind, CHOICE_NOTHING);
	ck_assert_int_eq(choose(candidates, 1, &random).kind, CHOICE_NOTHING);
	options.gold_alone = true;
	ck_assert_int_eq(choose_pair(candidates, MANY, &newcomer, &options, &random).kind, CHOICE_GOLD);
}
END_TEST

START_TEST(what_tells_most_is_asked_and_the_rest_is_not_forgotten)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(8);
	struct choose_options options = choose_in_service();
	int open = 0, sure = 0;

	make_candidates(candidates);
	options.matched_share = options.gold_first = options.gold_last = 0;
	for (int i = 0; i < MANY; i++)
		candidates[i].p_fake = i >= 3 && i < 12 ? .5F : .98F;
	for (int draw = 0; draw < 1000; draw++) {
		struct choice choice = choose_pair(candidates, MANY, &newcomer, &options, &random);

		open += (candidates[choice.left].p_fake < .9F) + (candidates[choice.right].p_fake < .9F);
		sure += (candidates[choice.left].p_fake > .9F) + (candidates[choice.right].p_fake > .9F);
	}
	ck_assert_int_gt(open, 1500);
	ck_assert_int_gt(sure, 200);
}
END_TEST

START_TEST(fakes_stand_left_as_often_as_right)
{
	struct candidate candidates[MANY];
	struct random random = random_seeded(9);
	struct choose_options options = choose_in_service();
	struct asker asker = newcomer;
	int first_left = 0;

	make_candidates(candidates);
	for (int i = 0; i < MANY; i++)
		candidates[i].p_fake = i % 2 ? .9F : .1F;
	for (int draw = 0; draw < 400; draw++) {
		struct choice choice = choose_pair(candidates, MANY, &asker, &options, &random);

		first_left += choice.left < choice.right;
		choose_count(&asker, candidates, &choice);
		ck_assert_double_lt(fabs(asker.fake_left - asker.fake_right), 12);
	}
	ck_assert_int_gt(first_left, 140);
	ck_assert_int_lt(first_left, 260);
}
END_TEST

START_TEST(an_answer_is_worth_most_where_nothing_is_known)
{
	ck_assert_double_gt(choose_information(.5, .8, .8), choose_information(.9, .8, .8));
	ck_assert_double_gt(choose_information(.5, .9, .9), choose_information(.5, .8, .8));
	ck_assert_double_eq_tol(choose_information(.5, 1, 1), 1, 1e-12);
	ck_assert_double_eq_tol(choose_information(.5, .5, .5), 0, 1e-12);
	ck_assert_double_eq(choose_information(1, .8, .8), 0);
}
END_TEST

Suite *crowd_choose_suite(void)
{
	Suite *suite = suite_create("crowd/choose");
	TCase *tests = tcase_create("choose");

	tcase_add_test(tests, a_mixed_pair_never_holds_two_of_one_lineage);
	tcase_add_test(tests, no_rule_about_pairs_can_be_guessed);
	tcase_add_loop_test(tests, the_gold_dose_falls_as_a_volunteer_becomes_known, 0, 2);
	tcase_add_test(tests, training_comes_first_and_ends);
	tcase_add_test(tests, an_item_at_its_plan_is_passed_over);
	tcase_add_test(tests, the_odd_one_out_finds_company);
	tcase_add_test(tests, nothing_is_left_when_every_item_has_its_judgments);
	tcase_add_test(tests, what_tells_most_is_asked_and_the_rest_is_not_forgotten);
	tcase_add_test(tests, fakes_stand_left_as_often_as_right);
	tcase_add_test(tests, an_answer_is_worth_most_where_nothing_is_known);
	suite_add_tcase(suite, tests);
	return suite;
}
