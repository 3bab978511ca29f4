/* SPDX-License-Identifier: Apache-2.0 */
/* When a campaign will be done: by hand, and against campaigns that are played to their end. */
#include <math.h>

#include "core/random.h"
#include "crowd/forecast.h"
#include "suites.h"

START_TEST(without_open_items_the_fresh_take_the_mean_of_what_ended)
{
	const uint32_t ended[] = { 0, 0, 10, 0, 30, 0, 0, 0, 0, 0, 0 }, open[11] = { 0 };
	struct forecast_left left =
		forecast_left_of(&(struct forecast_items){ .plan = 10, .ended = ended, .open = open });

	ck_assert_uint_eq(left.ended, 40);
	ck_assert_double_eq_tol(left.judgments, 0, 1e-12);
	ck_assert_double_eq_tol(left.fresh, (10 * 2 + 30 * 4) / 40., 1e-12);
	ck_assert_double_eq_tol(left.fresh_variance, (10 * 2.25 + 30 * .25) / 40., 1e-12);
	forecast_add_fresh(&left, 100);
	ck_assert_double_eq_tol(left.judgments, 350, 1e-9);
}
END_TEST

/* Ten ended at 2, ten go on and have 4 already: half of all take more than 4, up to the plan. */
START_TEST(items_that_go_on_count_for_as_long_as_they_have_gone)
{
	const uint32_t ended[] = { 0, 0, 10, 0, 0, 0, 0 }, open[] = { 0, 0, 0, 0, 10, 0, 0 };
	struct forecast_left left =
		forecast_left_of(&(struct forecast_items){ .plan = 6, .ended = ended, .open = open });

	ck_assert_double_eq_tol(left.judgments, 10 * 2, 1e-12);
	ck_assert_double_eq_tol(left.fresh, .5 * 2 + .5 * 6, 1e-12);
}
END_TEST

START_TEST(an_item_whose_plan_is_spent_takes_no_more)
{
	const uint32_t ended[] = { 0, 0, 0, 0 }, open[] = { 2, 0, 0, 5 };
	struct forecast_left left =
		forecast_left_of(&(struct forecast_items){ .plan = 3, .ended = ended, .open = open });

	ck_assert_double_eq_tol(left.judgments, 2 * 3, 1e-12);
	ck_assert_double_eq_tol(left.variance, 0, 1e-12);
}
END_TEST

static struct forecast_left some_left(double judgments)
{
	return (struct forecast_left){ .judgments = judgments, .ended = FORECAST_ENDED };
}

START_TEST(a_pace_that_never_changes_tells_the_hour)
{
	const double hours[FORECAST_HOURS] = { 50, 50, 50, 50, 50, 50 };
	struct forecast_pace pace = forecast_pace_of(hours, FORECAST_HOURS);
	struct forecast_left left = some_left(1000);
	struct forecast_end end = forecast_end_of(&left, &pace);

	ck_assert(end.known);
	ck_assert_double_eq_tol(end.hours, 20, 1e-9);
	ck_assert_double_eq_tol(end.low, 20, 1e-9);
	ck_assert_double_eq_tol(end.high, 20, 1e-9);
}
END_TEST

START_TEST(it_is_not_known_from_too_little)
{
	const double hours[FORECAST_HOURS] = { 50, 50, 50, 50, 50, 50 }, none[FORECAST_HOURS] = { 0 };
	struct forecast_left left = some_left(1000), few = left;
	struct forecast_pace pace = forecast_pace_of(hours, FORECAST_HOURS);
	struct forecast_pace young = forecast_pace_of(hours, FORECAST_HOURS - 1);
	struct forecast_pace idle = forecast_pace_of(none, FORECAST_HOURS);

	few.ended--;
	ck_assert(forecast_end_of(&left, &pace).known);
	ck_assert(!forecast_end_of(&few, &pace).known);
	ck_assert(!forecast_end_of(&left, &young).known);
	ck_assert(!forecast_end_of(&left, &idle).known);
}
END_TEST

START_TEST(a_pace_that_may_be_nothing_has_no_late_end)
{
	const double hours[FORECAST_HOURS] = { 300, 0, 0, 0, 0, 0 };
	struct forecast_pace pace = forecast_pace_of(hours, FORECAST_HOURS);
	struct forecast_left left = some_left(1000);
	struct forecast_end end = forecast_end_of(&left, &pace);

	ck_assert(end.known);
	ck_assert(isnan(end.high));
	ck_assert(end.low > 0 && end.low < end.hours);
}
END_TEST

START_TEST(what_is_all_but_done_may_be_done_now)
{
	const double hours[FORECAST_HOURS] = { 50, 40, 60, 50, 50, 50 };
	struct forecast_pace pace = forecast_pace_of(hours, FORECAST_HOURS);
	struct forecast_left left = some_left(10);
	left.variance = 100;
	struct forecast_end end = forecast_end_of(&left, &pace);

	ck_assert_double_eq(end.low, 0);
	ck_assert(end.high > end.hours);
}
END_TEST

/* Judgments of one hour: of mean 60 and variance 1,200. */
static double play_hour(struct random *random)
{
	return random_below(random, 121);
}

/* True: the campaign of 40 past hours ended within the interval that was told. */
static bool play_campaign(struct random *random)
{
	double hours[40], come = 0, took = 0;
	struct forecast_left left = some_left(3000);

	for (int h = 0; h < 40; h++)
		hours[h] = play_hour(random);
	struct forecast_pace pace = forecast_pace_of(hours, 40);
	struct forecast_end end = forecast_end_of(&left, &pace);
	while (come < left.judgments) {
		double more = play_hour(random);

		took += come + more < left.judgments ? 1 : (left.judgments - come) / more;
		come += more;
	}
	return took >= end.low && took <= end.high;
}

START_TEST(nine_of_ten_campaigns_end_within_the_interval)
{
	struct random random = random_seeded(7);
	int within = 0;

	for (int n = 0; n < 2000; n++)
		within += play_campaign(&random);
	ck_assert_int_ge(within, 1740);
	ck_assert_int_le(within, 1860);
}
END_TEST

Suite *crowd_forecast_suite(void)
{
	Suite *suite = suite_create("crowd/forecast");
	TCase *tc = tcase_create("forecast");

	tcase_add_test(tc, without_open_items_the_fresh_take_the_mean_of_what_ended);
	tcase_add_test(tc, items_that_go_on_count_for_as_long_as_they_have_gone);
	tcase_add_test(tc, an_item_whose_plan_is_spent_takes_no_more);
	tcase_add_test(tc, a_pace_that_never_changes_tells_the_hour);
	tcase_add_test(tc, it_is_not_known_from_too_little);
	tcase_add_test(tc, a_pace_that_may_be_nothing_has_no_late_end);
	tcase_add_test(tc, what_is_all_but_done_may_be_done_now);
	tcase_add_test(tc, nine_of_ten_campaigns_end_within_the_interval);
	suite_add_tcase(suite, tc);
	return suite;
}
