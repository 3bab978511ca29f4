/* SPDX-License-Identifier: Apache-2.0 */
/* What blocs of volunteers make of an item, by hand. */
#include <math.h>

#include "crowd/blocs.h"
#include "crowd/judgments.h"
#include "suites.h"

#define VOTE(skill, said, bits)                                                            \
	{                                                                                      \
		.sensitivity = (skill), .specificity = (skill), .verdict = (said), .blocs = (bits) \
	}

START_TEST(votes_multiply_the_odds_by_their_skills)
{
	/* Odds of 4 for fake, 4 for fake, 4 for real: 4 : 1. */
	const struct bloc_vote votes[] = { VOTE(.8, FAKE, 1), VOTE(.8, FAKE, 2), VOTE(.8, REAL, 2) };
	struct bloc_outcome outcomes[2];
	struct bloc_whole whole;

	blocs_weigh(votes, 3, 2, outcomes, &whole);
	ck_assert_double_eq_tol(whole.p_fake, .8, 1e-9);
	ck_assert_uint_eq(outcomes[0].volunteers, 1);
	ck_assert_uint_eq(outcomes[0].saying_fake, 1);
	ck_assert_double_eq_tol(outcomes[0].alone, .8, 1e-9);
	ck_assert_double_eq_tol(outcomes[0].without, .5, 1e-9);
	ck_assert_uint_eq(outcomes[1].volunteers, 2);
	ck_assert_uint_eq(outcomes[1].saying_fake, 1);
	ck_assert_double_eq_tol(outcomes[1].alone, .5, 1e-9);
	ck_assert_double_eq_tol(outcomes[1].without, .8, 1e-9);
}
END_TEST

START_TEST(a_bloc_turns_the_label_that_is_another_without_it)
{
	const struct bloc_vote votes[] = { VOTE(.9, FAKE, 1), VOTE(.9, FAKE, 1), VOTE(.8, REAL, 2),
		                               VOTE(.6, FAKE, 4) };
	struct bloc_outcome outcomes[3];
	struct bloc_whole whole;

	blocs_weigh(votes, 4, 3, outcomes, &whole);
	ck_assert(outcomes[0].turns);
	ck_assert_double_lt(outcomes[0].without, .5);
	ck_assert(!outcomes[1].turns);
	ck_assert(!outcomes[2].turns);
}
END_TEST

START_TEST(the_cost_is_how_many_would_have_turned_it)
{
	const struct bloc_vote votes[] = { VOTE(.8, FAKE, 1), VOTE(.8, FAKE, 1), VOTE(.8, FAKE, 1) };
	struct bloc_outcome outcomes[1];
	struct bloc_whole whole;

	blocs_weigh(votes, 3, 1, outcomes, &whole);
	ck_assert_uint_eq(whole.flip_cost, 2);
	blocs_weigh(votes, 1, 1, outcomes, &whole);
	ck_assert_uint_eq(whole.flip_cost, 1);
}
END_TEST

START_TEST(who_can_tell_nothing_weighs_nothing)
{
	const struct bloc_vote votes[] = { VOTE(.5, FAKE, 1), VOTE(.8, REAL, 2) };
	struct bloc_outcome outcomes[2];
	struct bloc_whole whole;

	blocs_weigh(votes, 2, 2, outcomes, &whole);
	ck_assert_double_eq_tol(whole.p_fake, .2, 1e-9);
	ck_assert_double_eq_tol(outcomes[0].alone, .5, 1e-9);
	ck_assert(!outcomes[0].turns);
}
END_TEST

START_TEST(skills_at_the_edge_stay_finite)
{
	const struct bloc_vote votes[] = { VOTE(1, FAKE, 1), VOTE(1, REAL, 1), VOTE(0, REAL, 1) };
	struct bloc_outcome outcomes[1];
	struct bloc_whole whole;

	blocs_weigh(votes, 3, 1, outcomes, &whole);
	ck_assert(isfinite(whole.p_fake));
	ck_assert_double_gt(whole.p_fake, .5);
}
END_TEST

START_TEST(no_votes_leave_even_odds)
{
	struct bloc_outcome outcomes[2];
	struct bloc_whole whole;

	blocs_weigh(NULL, 0, 2, outcomes, &whole);
	ck_assert_double_eq_tol(whole.p_fake, .5, 1e-9);
	ck_assert_uint_eq(outcomes[1].volunteers, 0);
	ck_assert_uint_eq(whole.flip_cost, 0);
}
END_TEST

START_TEST(thirds_go_by_rank_and_equals_stay_together)
{
	const double skill[] = { .9, .5, .7, .5, .7, .9, .6 };
	const uint8_t due[] = { 2, 0, 1, 0, 1, 2, 0 };
	uint8_t third[7];

	blocs_thirds(skill, 7, third);
	for (int i = 0; i < 7; i++)
		ck_assert_uint_eq(third[i], due[i]);
	blocs_thirds((const double[]){ .8, .8, .8 }, 3, third);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(third[i], 0);
}
END_TEST

Suite *crowd_blocs_suite(void)
{
	Suite *suite = suite_create("crowd/blocs");
	TCase *tc = tcase_create("blocs");

	tcase_add_test(tc, votes_multiply_the_odds_by_their_skills);
	tcase_add_test(tc, a_bloc_turns_the_label_that_is_another_without_it);
	tcase_add_test(tc, the_cost_is_how_many_would_have_turned_it);
	tcase_add_test(tc, who_can_tell_nothing_weighs_nothing);
	tcase_add_test(tc, skills_at_the_edge_stay_finite);
	tcase_add_test(tc, no_votes_leave_even_odds);
	tcase_add_test(tc, thirds_go_by_rank_and_equals_stay_together);
	suite_add_tcase(suite, tc);
	return suite;
}
