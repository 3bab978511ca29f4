/* SPDX-License-Identifier: Apache-2.0 */
/* What alarms and what does not: the last hour by hand, and whole campaigns (a short form of `make
 * crowd-alarms`). */
#include "../support/made_up_campaigns.h"
#include "crowd/alarms.h"
#include "suites.h"

START_TEST(a_few_who_skip_much_are_no_group)
{
	static const struct {
		uint32_t pairs, skips, skippers;
		double share;
	} cases[] = { { 0, 30, 3, 0 }, { 0, 19, 4, 0 }, { 60, 20, 4, .25 }, { 0, 20, 4, 1 } };
	struct hour_group group = { .pairs = cases[_i].pairs,
		                        .skips = cases[_i].skips,
		                        .skippers = cases[_i].skippers };

	ck_assert_double_eq(hour_skip_share(&group), cases[_i].share);
	ck_assert(!hour_is_skipper(0, 3));
	ck_assert(hour_is_skipper(12, 4));
	ck_assert(!hour_is_skipper(13, 4));
}
END_TEST

/* Ten volunteers with ten pairs each, of whom `of` come from the network; sixty were there before.
 */
START_TEST(a_network_that_is_usually_there_rushes_nowhere)
{
	static const struct {
		uint32_t of, known;
		double low, high;
	} cases[] = { { 4, 0, 0, 0 }, { 6, 0, 5, 6 }, { 10, 0, 8, 10 }, { 10, 30, 0, 3 } };
	const struct hour_group everybody = { .pairs = 100, .volunteers = 10, .known = 60 };
	const struct hour_group network = { .pairs = 10 * cases[_i].of,
		                                .volunteers = cases[_i].of,
		                                .known = cases[_i].known };
	double rush = hour_network_rush(&network, &everybody);

	ck_assert_double_ge(rush, cases[_i].low);
	ck_assert_double_le(rush, cases[_i].high);
}
END_TEST

START_TEST(a_rush_of_people_is_no_rise)
{
	const struct hours_before before = { .hours = 48, .pairs = 480, .pairs_each = 10 };
	struct hour_group hour = { .pairs = 300, .volunteers = 30 };

	ck_assert_double_eq(hour_rise(&hour, &before), 1);
	hour.volunteers = 2;
	ck_assert_double_eq(hour_rise(&hour, &before), 15);
	hour.pairs = 99;
	ck_assert_double_eq(hour_rise(&hour, &before), 0);
}
END_TEST

/* Of 100 answers half are right: by ten volunteers that is far from the others, by four less. */
START_TEST(answers_of_few_say_little_of_gold)
{
	const struct gold_tally whole = { 1000, 800, 10000, 100 };
	struct gold_tally part = { 100, 50, 1000, 10 };
	double of_ten = gold_below(&part, &whole);

	ck_assert_double_gt(of_ten, 5);
	part.squares = 2500;
	part.volunteers = 4;
	ck_assert_double_lt(gold_below(&part, &whole), of_ten - 1);
	part.volunteers = 3;
	ck_assert_double_eq(gold_below(&part, &whole), 0);
}
END_TEST

static bool campaign_alarms(const struct campaign_outcome *outcome)
{
	for (enum alarm alarm = 0; alarm < ALARM_KINDS; alarm++)
		if (outcome->most[alarm] >= alarm_rules[alarm].threshold)
			return true;
	return false;
}

START_TEST(honest_campaigns_alarm_nobody)
{
	uint32_t alarms = 0;

	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct campaign_outcome outcome = made_up_campaign(CAMPAIGN_HONEST, seed);

		ck_assert_uint_gt(outcome.answers, 100);
		alarms += campaign_alarms(&outcome);
	}
	ck_assert_uint_le(alarms, 1);
}
END_TEST

START_TEST(attacks_of_one_network_alarm)
{
	static const struct {
		enum campaign_attack attack;
		enum alarm alarm;
	} cases[] = { { CAMPAIGN_PICKERS, ALARM_SKIPS },
		          { CAMPAIGN_WRONG_ON_GOLD, ALARM_NETWORK_GOLD },
		          { CAMPAIGN_TAKEOVER, ALARM_ONE_NETWORK } };

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct campaign_outcome outcome = made_up_campaign(cases[_i].attack, seed);

		ck_assert_double_ge(outcome.most[cases[_i].alarm], alarm_rules[cases[_i].alarm].threshold);
	}
}
END_TEST

Suite *crowd_alarms_suite(void)
{
	Suite *suite = suite_create("crowd/alarms");
	TCase *tc = tcase_create("alarms");
	tcase_set_tags(tc, "pure");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_few_who_skip_much_are_no_group, 0, 4);
	tcase_add_loop_test(tc, a_network_that_is_usually_there_rushes_nowhere, 0, 4);
	tcase_add_test(tc, a_rush_of_people_is_no_rise);
	tcase_add_test(tc, answers_of_few_say_little_of_gold);
	tcase_add_test(tc, honest_campaigns_alarm_nobody);
	tcase_add_loop_test(tc, attacks_of_one_network_alarm, 0, 3);
	suite_add_tcase(suite, tc);
	return suite;
}
