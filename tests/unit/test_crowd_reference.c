/* SPDX-License-Identifier: Apache-2.0 */
/* The published methods that ours are compared with, on made-up crowds. Beside their authors'
 * figures they stand in test_crowd_sets.c. */
#include <math.h>
#include <stdlib.h>

#include "../support/made_up_crowds.h"
#include "../support/reference_bcc.h"
#include "core/mem.h"
#include "suites.h"

/* iBCC (0) and EBCC (1), from one start. */
static struct reference_bcc_options options_of(int which)
{
	struct reference_bcc_options options = which ? reference_ebcc() : reference_ibcc();

	options.starts = 1;
	return options;
}

START_TEST(the_bound_never_falls)
{
	struct crowd_recipe recipe = crowd_recipe(CROWD_BUSY_COHORT);
	struct made_up_crowd *crowd = made_up_crowd(&recipe, 1);
	struct reference_bcc_options options = options_of(_i);
	double *p = mem_new(recipe.items, sizeof *p), last = -INFINITY;

	for (options.iterations_max = 1; options.iterations_max <= 60; options.iterations_max++) {
		double bound = reference_bcc(&crowd->judgments, &options, p).elbo;

		ck_assert_double_ge(bound, last - 1e-8);
		last = bound;
	}
	ck_assert(isfinite(last));
	free(p);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(gold_is_clamped_and_teaches)
{
	struct crowd_recipe recipe = crowd_recipe(CROWD_BUSY_COHORT);
	struct made_up_crowd *crowd = made_up_crowd(&recipe, 2);
	struct reference_bcc_options options = options_of(_i);
	struct judgments judgments = crowd->judgments;
	double *alone = mem_new(recipe.items, sizeof *alone);
	double *taught = mem_new(recipe.items, sizeof *taught), loss[2] = { 0 };

	reference_bcc(&judgments, &options, alone);
	judgments.truth = crowd->gold;
	reference_bcc(&judgments, &options, taught);
	for (uint32_t i = 0; i < recipe.items; i++) {
		if (crowd->gold[i] != UNKNOWN) {
			ck_assert_double_eq_tol(taught[i], crowd->gold[i], 1e-12);
			continue;
		}
		loss[0] += fabs(alone[i] - crowd->truth[i]);
		loss[1] += fabs(taught[i] - crowd->truth[i]);
	}
	ck_assert_double_lt(loss[1], loss[0]);
	free(alone);
	free(taught);
	made_up_crowd_free(crowd);
}
END_TEST

START_TEST(nothing_judged_gives_finite_beliefs)
{
	struct judgments judgments = { .items = 3, .volunteers = 2 };
	struct reference_bcc_options options = options_of(_i);
	double p[3];

	ck_assert(isfinite(reference_bcc(&judgments, &options, p).elbo));
	ck_assert(p[0] > 0 && p[0] < 1);
}
END_TEST

Suite *crowd_reference_suite(void)
{
	Suite *suite = suite_create("crowd/reference methods");
	TCase *tests = tcase_create("reference");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, the_bound_never_falls, 0, 2);
	tcase_add_loop_test(tests, gold_is_clamped_and_teaches, 0, 2);
	tcase_add_loop_test(tests, nothing_judged_gives_finite_beliefs, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
