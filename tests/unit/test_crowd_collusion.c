/* SPDX-License-Identifier: Apache-2.0 */
/* Rigging, online updates, calibration and replay: what stands around the model. */
#include <math.h>

#include "crowd/calibration.h"
#include "crowd/cohort.h"
#include "crowd/collusion.h"
#include "crowd/deciding.h"
#include "crowd/draws.h"
#include "crowd/online.h"
#include "crowd/replay.h"
#include "crowd/specfun.h"
#include "suites.h"

#define ITEMS      300
#define VOLUNTEERS 30
#define COLLUDERS  5
#define ROWS       (ITEMS * 15)

/* Fifteen judge each item, right 3 times in 4. The first five lie together about the last 100. */
struct plot {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	struct judgments judgments;
};

static int truth_of(uint32_t item)
{
	return item % 2 ? FAKE : REAL;
}

static void plot_make(struct plot *plot, bool lies, uint64_t seed)
{
	struct random random = random_seeded(seed);

	for (uint32_t i = 0, row = 0; i < ITEMS; i++)
		for (uint32_t k = 0; k < 15; k++, row++) {
			uint32_t v = (i * 11 + k) % VOLUNTEERS;
			bool right = random_below(&random, 4) > 0;

			if (lies && v < COLLUDERS && i >= 200)
				right = false;
			plot->item[row] = i;
			plot->volunteer[row] = v;
			plot->verdict[row] = (uint8_t)(right ? truth_of(i) : !truth_of(i));
		}
	plot->judgments = (struct judgments){ .items = ITEMS,
		                                  .volunteers = VOLUNTEERS,
		                                  .count = ROWS,
		                                  .item = plot->item,
		                                  .volunteer = plot->volunteer,
		                                  .verdict = plot->verdict };
}

static const struct model_options plain = { .method = METHOD_DEFAULT };

START_TEST(those_who_lie_together_are_found)
{
	const struct cohort_options usual = cohort_options_usual();
	struct plot plot;
	uint32_t cohort[VOLUNTEERS];

	plot_make(&plot, true, 1);
	ck_assert_uint_ge(cohorts_find(&plot.judgments, &usual, cohort), 1);
	for (uint32_t v = COLLUDERS; v < VOLUNTEERS; v++)
		ck_assert_uint_eq(cohort[v], 0);
	ck_assert_uint_gt(cohort[0] + cohort[2] + cohort[4], 0);
}
END_TEST

START_TEST(honest_crowds_raise_no_alarm)
{
	const struct cohort_options usual = cohort_options_usual();
	struct plot plot;
	uint32_t cohort[VOLUNTEERS];

	plot_make(&plot, false, (uint64_t)_i);
	ck_assert_uint_eq(cohorts_find(&plot.judgments, &usual, cohort), 0);
}
END_TEST

START_TEST(a_label_that_hangs_on_few_flips_without_them)
{
	/* Three judge the last item, two against one; those in favour of its label are removed. */
	struct plot plot;
	uint8_t removed[VOLUNTEERS] = { 0 }, flips[ITEMS];
	uint32_t cost[ITEMS], dearest = 0;

	plot_make(&plot, false, 9);
	plot.judgments.count = ROWS - 12;
	plot.verdict[ROWS - 15] = REAL;
	plot.verdict[ROWS - 14] = plot.verdict[ROWS - 13] = FAKE;
	struct fit *fit = model_fit(&plot.judgments, &plain);
	for (uint32_t row = ROWS - 15; row < ROWS - 12; row++)
		removed[plot.volunteer[row]] = plot.verdict[row] == label_of(fit->crowd[ITEMS - 1].mean);

	ck_assert_uint_ge(influence_flips(&plot.judgments, fit, removed, flips), 1);
	ck_assert_uint_eq(flips[ITEMS - 1], 1);
	influence_cost(&plot.judgments, fit, cost);
	ck_assert_uint_le(cost[ITEMS - 1], 2);
	for (uint32_t i = 0; i < ITEMS; i++)
		dearest = cost[i] > dearest ? cost[i] : dearest;
	ck_assert_uint_ge(dearest, 4);
	fit_free(fit);
}
END_TEST

START_TEST(random_assignment_leaves_little_to_rig)
{
	struct collusion rig = collusion_standard(.10);
	struct random random = random_seeded(7);
	struct collusion_outcome outcome = collusion_run(&rig, &plain, &random);

	ck_assert_double_le(outcome.flipped, .10);
	ck_assert_double_le(outcome.wrong_published, .015);
	rig.colluders = 0;
	ck_assert_double_eq(collusion_run(&rig, &plain, &random).flipped, 0);
}
END_TEST

/* By the rules of service, everybody from a network of their own. */
START_TEST(few_targets_retire_under_the_label_of_liars)
{
	static const struct {
		double colluders, most;
	} cases[] = { { .10, .04 }, { .20, .10 } };
	const struct model_options service = { .method = METHOD_DEFAULT, .no_negative = true };
	struct collusion rig = collusion_standard(cases[_i].colluders);
	struct random random = random_seeded(7);

	rig.policy = DECIDING_POLICY_NOW;
	struct collusion_outcome outcome = collusion_run(&rig, &service, &random);
	ck_assert_double_le(outcome.retired_wrong, cases[_i].most);
	ck_assert_double_le(outcome.undecided, .8);
	rig.gold = 0; /* nobody can be measured: the weaker rule still lets items retire */
	random = random_seeded(7);
	ck_assert_double_le(collusion_run(&rig, &service, &random).undecided, .9);
}
END_TEST

START_TEST(judgments_taken_in_one_by_one_agree_with_the_fit)
{
	struct plot plot;
	struct online_item items[ITEMS];
	struct online_volunteer volunteers[VOLUNTEERS];
	double p[ITEMS];
	int same = 0;

	plot_make(&plot, false, 3);
	struct fit *fit = model_fit(&plot.judgments, &plain);
	for (uint32_t i = 0; i < ITEMS; i++)
		items[i] = online_item(fit, UINT32_MAX, UNKNOWN);
	for (uint32_t v = 0; v < VOLUNTEERS; v++)
		volunteers[v] = online_volunteer(fit, UINT32_MAX);
	for (uint32_t row = 0; row < ROWS; row++)
		p[plot.item[row]] = online_judge(fit, &items[plot.item[row]],
		                                 &volunteers[plot.volunteer[row]], plot.verdict[row]);

	for (uint32_t i = 0; i < ITEMS; i++)
		same += label_of(p[i]) == label_of(fit->p_fake[i].mean);
	ck_assert_int_ge(same, 290);
	ck_assert_uint_eq(items[0].judgments, 15);
	fit_free(fit);
}
END_TEST

START_TEST(gold_teaches_online_what_it_is)
{
	struct plot plot;

	plot_make(&plot, false, 4);
	struct fit *fit = model_fit(&plot.judgments, &plain);
	struct online_item gold = online_item(fit, UINT32_MAX, FAKE);
	struct online_volunteer volunteer = online_volunteer(fit, 0);
	double hits = volunteer.hits, passes = volunteer.passes;

	double p = online_judge(fit, &gold, &volunteer, FAKE);
	ck_assert_double_eq_tol(volunteer.hits, hits + 1, 1e-12);
	ck_assert_double_eq(volunteer.passes, passes);
	ck_assert_double_gt(p, .5);
	ck_assert_double_lt(p, 1);
	fit_free(fit);
}
END_TEST

START_TEST(nobody_confirms_himself)
{
	struct plot plot;

	plot_make(&plot, false, 4);
	struct fit *fit = model_fit(&plot.judgments, &plain);
	struct online_item fresh = { .odds = 0, .truth = UNKNOWN };
	struct online_volunteer volunteer = online_volunteer(fit, 0);
	double hits = volunteer.hits, alarms = volunteer.alarms;

	online_judge(fit, &fresh, &volunteer, FAKE);
	ck_assert_double_eq_tol(volunteer.hits, hits + .5, 1e-12);
	ck_assert_double_eq_tol(volunteer.alarms, alarms + .5, 1e-12);
	ck_assert_double_gt(fresh.odds, 0);
	fit_free(fit);
}
END_TEST

START_TEST(boastful_odds_are_calibrated)
{
	double odds[2000];
	int8_t truth[2000];
	struct random random = random_seeded(5);
	struct calibration calibration;

	/* Odds three times what they should be. */
	for (int i = 0; i < 2000; i++) {
		double honest = 4 * random_unit(&random) - 2;

		odds[i] = 3 * honest;
		truth[i] = random_unit(&random) < sigmoid(honest) ? FAKE : REAL;
	}
	calibration = calibration_fit(odds, truth, 2000);
	ck_assert_uint_eq(calibration.known, 2000);
	for (double honest = -1.5; honest < 2; honest += .5)
		ck_assert_double_eq_tol(sigmoid(calibration_apply(&calibration, 3 * honest)),
		                        sigmoid(honest), .05);
	calibration = calibration_fit(odds, truth, 0);
	ck_assert_double_eq(calibration.weight, 0);
	ck_assert_double_eq(calibration_apply(&calibration, 1.5), 1.5);
}
END_TEST

/* Beliefs about items of which this many are known, `wrong` of them told wrong by a sure crowd. */
static struct calibration calibration_after(int known, int wrong, double sure)
{
	double odds[1000];
	int8_t truth[1000];

	for (int i = 0; i < known; i++) {
		truth[i] = i % 2 ? FAKE : REAL;
		odds[i] = (truth[i] == FAKE) != (i < wrong) ? sure : -sure;
	}
	return calibration_fit(odds, truth, (size_t)known);
}

START_TEST(gold_that_the_crowd_gets_right_lowers_no_belief)
{
	for (int known = 2; known <= 1000; known += 2) {
		struct calibration calibration = calibration_after(known, 0, 8);

		for (double odds = .5; odds < 20; odds += .5) {
			ck_assert_double_ge(calibration_apply(&calibration, odds), odds - 1e-6);
			ck_assert_double_le(calibration_apply(&calibration, -odds), 1e-6 - odds);
		}
	}
}
END_TEST

START_TEST(gold_that_a_sure_crowd_gets_wrong_is_told_by_the_map)
{
	struct calibration calibration = calibration_after(1000, 100, 8);

	ck_assert_double_eq_tol(sigmoid(calibration_apply(&calibration, 8)), .9, .01);
}
END_TEST

START_TEST(calibration_keeps_the_order_of_items)
{
	double odds[60];
	int8_t truth[60];

	/* Four groups, real and fake by turns: no rising map can follow them. */
	for (int i = 0; i < 60; i++) {
		odds[i] = (i / 15 - 1.5) * 4 + .01 * i;
		truth[i] = i / 15 % 2 ? FAKE : REAL;
	}
	struct calibration calibration = calibration_fit(odds, truth, 60);
	for (double z = -30; z < 30; z += .25)
		ck_assert_double_ge(calibration_apply(&calibration, z + .25),
		                    calibration_apply(&calibration, z));
}
END_TEST

START_TEST(replay_saves_judgments_and_loses_little)
{
	struct plot plot;
	int8_t truth[ITEMS];
	struct random random = random_seeded(6);
	struct stopping rule = { .threshold = .97, .min = 2 };

	plot_make(&plot, false, 6);
	for (uint32_t i = 0; i < ITEMS; i++)
		truth[i] = (int8_t)truth_of(i);
	struct replay replay =
		replay_run(&plot.judgments, truth, POLICY_POSTERIOR, &rule, &plain, &random);

	ck_assert_uint_eq(replay.available, ROWS);
	ck_assert_uint_lt(replay.used, ROWS * 2 / 3);
	ck_assert_double_ge(replay.accuracy, replay.baseline_accuracy - .06);
	ck_assert_uint_gt(replay.retired, 240);
}
END_TEST

START_TEST(replay_policies_keep_their_limits)
{
	struct plot plot;
	int8_t truth[ITEMS];
	struct random random = random_seeded(6);
	struct stopping four = { .max = 4 }, margin = { .threshold = 3, .min = 1, .max = 9 };

	plot_make(&plot, false, 6);
	for (uint32_t i = 0; i < ITEMS; i++)
		truth[i] = (int8_t)truth_of(i);
	struct replay replay = replay_run(&plot.judgments, truth, POLICY_FIXED, &four, &plain, &random);

	ck_assert_uint_eq(replay.used, 4 * ITEMS);
	ck_assert_uint_eq(replay.retired, ITEMS);
	replay = replay_run(&plot.judgments, truth, POLICY_MARGIN, &margin, &plain, &random);
	ck_assert_uint_ge(replay.used, 3 * ITEMS);
	ck_assert_uint_le(replay.used, 9 * ITEMS);
	ck_assert_uint_eq(replay.retired + replay.disputed, ITEMS);
}
END_TEST

START_TEST(draws_have_their_means)
{
	struct random random = random_seeded(8);
	double beta = 0, binomial = 0, normal = 0;

	for (int i = 0; i < 20000; i++) {
		beta += draw_beta(&random, 7.2, 2.8) / 20000;
		binomial += (double)draw_binomial(&random, i % 2 ? 1000 : 10, .3) / 20000;
		normal += draw_normal(&random) / 20000;
	}
	ck_assert_double_eq_tol(beta, .72, .005);
	ck_assert_double_eq_tol(binomial, 151.5, 1);
	ck_assert_double_eq_tol(normal, 0, .03);
}
END_TEST

START_TEST(special_functions_are_right)
{
	ck_assert_double_eq_tol(digamma(1), -.5772156649, 1e-9);
	ck_assert_double_eq_tol(trigamma(1), 1.6449340668, 1e-8);
	ck_assert_double_eq_tol(beta_quantile(1, 1, .05), .05, 1e-8);
	ck_assert_double_eq_tol(beta_quantile(2, 5, .5), .26444998, 1e-7);
	ck_assert_double_eq_tol(beta_quantile(400, 100, .95), .82867, 1e-4);
}
END_TEST

Suite *crowd_rigging_suite(void)
{
	Suite *suite = suite_create("crowd/collusion, online, calibration, replay");
	TCase *tests = tcase_create("collusion");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240);
	tcase_add_test(tests, those_who_lie_together_are_found);
	tcase_add_loop_test(tests, honest_crowds_raise_no_alarm, 10, 15);
	tcase_add_test(tests, a_label_that_hangs_on_few_flips_without_them);
	tcase_add_test(tests, random_assignment_leaves_little_to_rig);
	tcase_add_loop_test(tests, few_targets_retire_under_the_label_of_liars, 0, 2);
	tcase_add_test(tests, judgments_taken_in_one_by_one_agree_with_the_fit);
	tcase_add_test(tests, gold_teaches_online_what_it_is);
	tcase_add_test(tests, nobody_confirms_himself);
	tcase_add_test(tests, boastful_odds_are_calibrated);
	tcase_add_test(tests, gold_that_the_crowd_gets_right_lowers_no_belief);
	tcase_add_test(tests, gold_that_a_sure_crowd_gets_wrong_is_told_by_the_map);
	tcase_add_test(tests, calibration_keeps_the_order_of_items);
	tcase_add_test(tests, replay_saves_judgments_and_loses_little);
	tcase_add_test(tests, replay_policies_keep_their_limits);
	tcase_add_test(tests, draws_have_their_means);
	tcase_add_test(tests, special_functions_are_right);
	suite_add_tcase(suite, tests);
	return suite;
}
