/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "crowd/agreement.h"
#include "crowd/stopping.h"
#include "suites.h"

/* Krippendorff 2011, section B: nominal data of two observers, ten units; alpha is .095. */
static const uint32_t item[] = { 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9 };
static const uint32_t volunteer[] = { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 };
static const uint8_t verdict[] = { 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0 };

static const struct judgments published = { .items = 10,
	                                        .volunteers = 2,
	                                        .count = 20,
	                                        .item = item,
	                                        .volunteer = volunteer,
	                                        .verdict = verdict };

START_TEST(alpha_is_the_published_value)
{
	struct random random = random_seeded(1);
	struct agreement agreement = agreement_alpha(&published, 500, &random);

	ck_assert(agreement.defined);
	ck_assert_double_eq_tol(agreement.alpha, .095, .0005);
	ck_assert_double_lt(agreement.low, agreement.alpha);
	ck_assert_double_gt(agreement.high, agreement.alpha);
}
END_TEST

START_TEST(alpha_without_disagreement_to_expect_is_undefined)
{
	struct random random = random_seeded(1);
	struct judgments none = published;

	none.count = 2; /* two equal verdicts on the second item */
	none.item += 2;
	none.verdict += 2;
	ck_assert(!agreement_alpha(&none, 10, &random).defined);
	none.count = 0;
	ck_assert(!agreement_alpha(&none, 10, &random).defined);
	ck_assert(isnan(agreement_of_item(1, 0, .5)));
}
END_TEST

START_TEST(items_average_to_alpha)
{
	double expected = agreement_expected(6, 14);
	double mean = 5 * agreement_of_item(0, 2, expected) + 4 * agreement_of_item(1, 1, expected) +
	              agreement_of_item(2, 0, expected);
	struct random random = random_seeded(1);

	ck_assert_double_eq_tol(mean / 10, agreement_alpha(&published, 0, &random).alpha, 1e-12);
}
END_TEST

START_TEST(alpha_of_items_that_were_counted_is_the_same_to_the_last_bit)
{
	static const uint8_t said[][2] = { { 0, 2 }, { 2, 0 }, { 1, 1 }, { 0, 1 } }; /* fake, real */
	static const uint32_t order[] = { 2, 0, 2, 0, 0, 3, 2, 0, 2, 0, 1 };
	struct random one = random_seeded(1), other = random_seeded(1);
	struct agreement_tally *tally = agreement_tally_new();

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		agreement_tally_add(tally, said[order[i]][0], said[order[i]][1]);
	struct agreement counted = agreement_alpha_of_tally(tally, 500, &other);
	struct agreement listed = agreement_alpha(&published, 500, &one);
	agreement_tally_free(tally);
	ck_assert(counted.defined);
	ck_assert_double_eq(counted.alpha, listed.alpha);
	ck_assert_double_eq(counted.low, listed.low);
	ck_assert_double_eq(counted.high, listed.high);
}
END_TEST

START_TEST(volunteers_are_measured_against_the_others)
{
	double alpha[2];
	struct judgments alone = published;

	agreement_of_volunteers(&published, alpha);
	/* Both met the other ten times and differed four times. */
	ck_assert_double_eq_tol(alpha[0], 1 - .4 / agreement_expected(6, 14), 1e-12);
	ck_assert_double_eq(alpha[0], alpha[1]);
	alone.count = 1;
	agreement_of_volunteers(&alone, alpha);
	ck_assert(isnan(alpha[0]) && isnan(alpha[1]));
}
END_TEST

START_TEST(fleiss_kappa_needs_equally_many_judgments)
{
	struct judgments uneven = published;

	uneven.count = 19;
	ck_assert(!agreement_fleiss(&uneven).defined);
	/* By hand: 6 of 10 agree; .7 and .3 of the verdicts agree by chance in .58. */
	ck_assert_double_eq_tol(agreement_fleiss(&published).alpha, (.6 - .58) / .42, 1e-12);
}
END_TEST

START_TEST(an_item_retires_when_sure_and_is_disputed_when_asked_out)
{
	static const struct {
		double p_fake;
		uint32_t judgments;
		enum decision decision;
	} cases[] = {
		{ .99, 4, DECISION_KEEP_ASKING }, { .97, 5, DECISION_RETIRE },
		{ .03, 5, DECISION_RETIRE },      { .96, 24, DECISION_KEEP_ASKING },
		{ .96, 25, DECISION_DISPUTE },    { .98, 25, DECISION_RETIRE },
	};
	struct stopping rule = stopping_in_service();

	ck_assert_int_eq(stopping_decide(&rule, cases[_i].p_fake, cases[_i].judgments),
	                 cases[_i].decision);
}
END_TEST

START_TEST(a_sure_crowd_may_contradict_gold)
{
	struct stopping rule = stopping_in_service();

	ck_assert(stopping_contradicts(&rule, .98, 6, REAL));
	ck_assert(!stopping_contradicts(&rule, .98, 6, FAKE));
	ck_assert(!stopping_contradicts(&rule, .98, 6, UNKNOWN));
	ck_assert(!stopping_contradicts(&rule, .90, 6, REAL));
	ck_assert(!stopping_contradicts(&rule, .98, 4, REAL));
}
END_TEST

Suite *crowd_agreement_suite(void)
{
	Suite *suite = suite_create("crowd/agreement and stopping");
	TCase *tests = tcase_create("agreement");

	tcase_set_tags(tests, "pure");
	tcase_add_test(tests, alpha_is_the_published_value);
	tcase_add_test(tests, alpha_without_disagreement_to_expect_is_undefined);
	tcase_add_test(tests, items_average_to_alpha);
	tcase_add_test(tests, alpha_of_items_that_were_counted_is_the_same_to_the_last_bit);
	tcase_add_test(tests, volunteers_are_measured_against_the_others);
	tcase_add_test(tests, fleiss_kappa_needs_equally_many_judgments);
	tcase_add_loop_test(tests, an_item_retires_when_sure_and_is_disputed_when_asked_out, 0, 6);
	tcase_add_test(tests, a_sure_crowd_may_contradict_gold);
	suite_add_tcase(suite, tests);
	return suite;
}
