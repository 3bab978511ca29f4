/* SPDX-License-Identifier: Apache-2.0 */
/* Who may decide a label. */
#include <math.h>
#include <string.h>

#include "core/random.h"
#include "crowd/deciding.h"
#include "crowd/specfun.h"
#include "suites.h"

#define STRONG 1.5 /* what a good volunteer's answer adds */

static const struct deciding_scope everything = { .gold = true, .networks = true };
static const struct deciding_scope no_gold = { .networks = true };
static const struct deciding_scope no_networks = { .gold = true };
static const struct deciding_scope neither = { 0 };

static struct testimony says_fake(uint32_t network, uint32_t gold)
{
	return (
		struct testimony){ .weight = STRONG, .network = network, .gold = gold, .verdict = FAKE };
}

static struct deciding weigh(const struct deciding_scope *scope, const struct testimony list[],
                             size_t count)
{
	struct deciding_policy policy = deciding_policy_of(DECIDING_POLICY_NOW);

	return deciding_weigh(&policy, scope, list, count, FAKE);
}

START_TEST(measured_volunteers_of_several_networks_decide)
{
	const struct testimony list[] = { says_fake(0, 5), says_fake(1, 5), says_fake(2, 5),
		                              says_fake(3, 5), says_fake(4, 5) };
	struct deciding deciding = weigh(&everything, list, 5);

	ck_assert_int_eq(deciding.by, DECIDED_BY_ALL);
	ck_assert_uint_eq(deciding.measured, 5);
	ck_assert_uint_eq(deciding.networks, 5);
	ck_assert_double_lt(deciding.left_out, .1 * 5 * STRONG);
}
END_TEST

/* Five networks, of which the first two, or all but one, are one provider's. */
START_TEST(networks_of_one_provider_are_one_network)
{
	struct testimony list[] = { says_fake(0, 5), says_fake(1, 5), says_fake(2, 5), says_fake(3, 5),
		                        says_fake(4, 5) };

	list[0].provider = list[1].provider = 7;
	ck_assert_int_eq(weigh(&everything, list, 5).by, DECIDED_BY_ALL);
	ck_assert_uint_eq(weigh(&everything, list, 5).networks, 4);
	for (uint32_t t = 2; t < 5; t++)
		list[t].provider = 7;
	ck_assert_int_eq(weigh(&everything, list, 5).by, DECIDED_BY_NOBODY);
	ck_assert_uint_eq(weigh(&everything, list, 5).networks, 1);
	list[4].provider = 8;
	ck_assert_uint_eq(weigh(&everything, list, 5).networks, 2);
	ck_assert_int_eq(weigh(&everything, list, 5).by, DECIDED_BY_ALL);
	/* Without the provider of four, the one that is left does not lean to the label. */
	list[4].verdict = REAL;
	list[4].weight = -STRONG;
	ck_assert_int_eq(weigh(&everything, list, 5).by, DECIDED_BY_NOBODY);
}
END_TEST

/* A provider's number is no network's: volunteers of network 3 have nothing to do with provider 3.
 */
START_TEST(a_provider_is_no_network_of_its_number)
{
	struct testimony list[] = { says_fake(3, 5), says_fake(1, 5), says_fake(2, 5) };

	list[1].provider = 3;
	list[2].provider = 4;
	ck_assert_uint_eq(weigh(&everything, list, 3).networks, 3);
}
END_TEST

/* What one network of a provider may weigh is not shared with its other networks. */
START_TEST(each_network_of_a_provider_has_a_share_of_its_own)
{
	struct testimony list[8];

	for (uint32_t t = 0; t < 8; t++) {
		list[t] = says_fake(t, 1000000);
		list[t].provider = t < 6 ? 7 : 0;
	}
	ck_assert_double_lt(weigh(&everything, list, 8).left_out, 1e-3);
	for (uint32_t t = 0; t < 6; t++)
		list[t].network = 0;
	ck_assert_double_eq_tol(weigh(&everything, list, 8).left_out, 4 * STRONG, 1e-3);
}
END_TEST

START_TEST(newcomers_alone_decide_nothing)
{
	struct testimony list[20];

	for (uint32_t t = 0; t < 20; t++)
		list[t] = says_fake(t, 1);
	ck_assert_int_eq(weigh(&everything, list, 20).by, DECIDED_BY_NOBODY);
}
END_TEST

/* Those who were measured say the opposite: their being there lends the liars nothing. */
START_TEST(who_is_measured_counts_on_its_own_side_alone)
{
	struct testimony list[10];

	for (uint32_t t = 0; t < 10; t++)
		list[t] = says_fake(t, t < 7 ? 0 : 9);
	for (uint32_t t = 7; t < 10; t++) {
		list[t].verdict = REAL;
		list[t].weight = -STRONG;
	}
	ck_assert_int_eq(weigh(&everything, list, 10).by, DECIDED_BY_NOBODY);
}
END_TEST

START_TEST(one_network_decides_nothing_however_many_it_brings)
{
	struct testimony list[30];

	for (uint32_t t = 0; t < 30; t++)
		list[t] = says_fake(7, 40);
	ck_assert_int_eq(weigh(&everything, list, 30).by, DECIDED_BY_NOBODY);
}
END_TEST

START_TEST(those_whose_network_is_not_known_share_one)
{
	struct testimony list[6];

	for (uint32_t t = 0; t < 6; t++)
		list[t] = says_fake(NETWORK_UNKNOWN, 9);
	ck_assert_int_eq(weigh(&everything, list, 6).by, DECIDED_BY_NOBODY);
}
END_TEST

/* Twelve of one network against three: half of what is left is the most that they weigh. */
START_TEST(a_network_weighs_no_more_than_all_others)
{
	struct testimony list[15];

	for (uint32_t t = 0; t < 15; t++)
		list[t] = says_fake(t < 12 ? 99 : t, 1000000);
	for (uint32_t t = 12; t < 15; t++) {
		list[t].verdict = REAL;
		list[t].weight = -STRONG;
	}
	double odds = 12 * STRONG - 3 * STRONG;
	ck_assert_double_eq_tol(odds - weigh(&everything, list, 15).left_out, 0, 1e-3);
}
END_TEST

/* Two fifths of what is left, where the two others have three fifths. */
/* Three of one network say fake, and two of others; three more say fake first, and then real. */
START_TEST(no_network_turns_what_the_others_say)
{
	struct testimony list[] = {
		says_fake(7, 9), says_fake(7, 9), says_fake(7, 9), says_fake(8, 9),
		says_fake(9, 9), says_fake(1, 9), says_fake(2, 9), says_fake(3, 9)
	};

	ck_assert_int_eq(weigh(&everything, list, 8).by, DECIDED_BY_ALL);
	for (int t = 5; t < 8; t++) {
		list[t].verdict = REAL;
		list[t].weight = -.3 * STRONG;
	}
	ck_assert_int_eq(weigh(&everything, list, 8).by, DECIDED_BY_ALL);
	for (int t = 5; t < 8; t++)
		list[t].weight = -.5 * STRONG;
	ck_assert_int_eq(weigh(&everything, list, 8).by, DECIDED_BY_NOBODY);
}
END_TEST

START_TEST(a_volunteer_weighs_no_more_than_two_fifths)
{
	struct testimony list[] = { says_fake(0, 1000000), says_fake(1, 1000000),
		                        says_fake(2, 1000000) };

	list[0].weight = 50;
	ck_assert_double_eq_tol(weigh(&everything, list, 3).left_out, 50 - 2 * STRONG * .4 / .6, 1e-3);
}
END_TEST

/* As somebody worse than chance would be read: "fake" that speaks for real. */
START_TEST(weight_below_zero_is_none)
{
	struct testimony list[] = { says_fake(0, 1000000), says_fake(1, 1000000),
		                        says_fake(2, 1000000) };
	struct testimony worse[4];

	memcpy(worse, list, sizeof list);
	worse[3] = (struct testimony){ .weight = STRONG, .network = 3, .gold = 9, .verdict = REAL };
	struct deciding with = weigh(&everything, worse, 4), without = weigh(&everything, list, 3);
	ck_assert_double_eq_tol(with.left_out, without.left_out, 1e-9);
	ck_assert_uint_eq(with.measured, without.measured);
}
END_TEST

START_TEST(a_newcomers_weight_grows_with_gold)
{
	double last = INFINITY;

	for (uint32_t gold = 0; gold < 20; gold++) {
		const struct testimony list[] = { says_fake(0, gold), says_fake(1, gold),
			                              says_fake(2, gold) };
		double left_out = weigh(&everything, list, 3).left_out;

		ck_assert_double_lt(left_out, last);
		last = left_out;
	}
	ck_assert_double_gt(last, 0);
}
END_TEST

START_TEST(who_skips_can_pick_and_is_known_less)
{
	ck_assert_uint_eq(deciding_gold(11, 66, 0), 11);
	ck_assert_uint_eq(deciding_gold(11, 66, 3), 11);
	ck_assert_uint_eq(deciding_gold(11, 66, 774), 1);
	ck_assert_uint_eq(deciding_gold(0, 0, 0), 0);
}
END_TEST

START_TEST(the_weaker_rule_is_named)
{
	struct testimony list[] = { says_fake(4, 0), says_fake(5, 0), says_fake(6, 0) };

	ck_assert_int_eq(weigh(&no_gold, list, 3).by, DECIDED_WITHOUT_GOLD);
	ck_assert_int_eq(weigh(&neither, list, 3).by, DECIDED_WITHOUT_EITHER);
	ck_assert_double_eq(weigh(&neither, list, 3).left_out, 0);
	for (uint32_t t = 0; t < 3; t++)
		list[t] = says_fake(0, 5);
	ck_assert_int_eq(weigh(&no_networks, list, 3).by, DECIDED_WITHOUT_NETWORKS);
	ck_assert_int_eq(weigh(&everything, list, 3).by, DECIDED_BY_NOBODY);
	for (uint32_t t = 0; t < 3; t++)
		list[t].declared = true;
	ck_assert_int_eq(weigh(&everything, list, 3).by, DECIDED_WITHOUT_NETWORKS);
	ck_assert_int_eq(weigh(&no_gold, list, 3).by, DECIDED_WITHOUT_EITHER);
	ck_assert_str_eq(decided_by_name(DECIDED_WITHOUT_EITHER), "no_gold_one_network");
	ck_assert_ptr_null(decided_by_name(DECIDED_BY_NOBODY));
	ck_assert_int_eq(decided_by_read("one_network"), DECIDED_WITHOUT_NETWORKS);
	ck_assert_int_eq(decided_by_read("majority"), DECIDED_BY_NOBODY);
	ck_assert_int_eq(decided_by_read(NULL), DECIDED_BY_NOBODY);
}
END_TEST

/* A class that others take part beside is one network like any other. */
START_TEST(a_declared_network_beside_others_is_one_of_them)
{
	struct testimony list[] = { says_fake(0, 5), says_fake(0, 5), says_fake(0, 5), says_fake(1, 5),
		                        says_fake(2, 5) };

	for (uint32_t t = 0; t < 3; t++)
		list[t].declared = true;
	ck_assert_int_eq(weigh(&everything, list, 5).by, DECIDED_BY_ALL);
}
END_TEST

START_TEST(the_order_of_judgments_changes_nothing)
{
	struct testimony list[24], turned[24];

	for (uint32_t t = 0; t < 24; t++) {
		list[t] = says_fake(t % 5, t * 7 % 11);
		list[t].weight = .1 * (t + 1) * (t % 3 ? 1 : -1);
		list[t].verdict = t % 3 ? FAKE : REAL;
		turned[23 - t] = list[t];
	}
	struct deciding one = weigh(&everything, list, 24), other = weigh(&everything, turned, 24);
	ck_assert_mem_eq(&one.left_out, &other.left_out, sizeof one.left_out);
	ck_assert_int_eq(one.by, other.by);
}
END_TEST

START_TEST(nothing_is_decided_surer_than_it_is_believed)
{
	const struct fit fit = { .caution = .03 };
	struct deciding deciding = { .by = DECIDED_BY_ALL, .left_out = -2 };

	ck_assert_double_eq(deciding_probability(&fit, 3, .9, &deciding), .9);
	deciding.left_out = 2;
	ck_assert_double_lt(deciding_probability(&fit, 3, .9, &deciding), .8);
	deciding.left_out = 6; /* the other label, without what may not decide */
	ck_assert_double_eq(deciding_probability(&fit, 3, .9, &deciding), .5);
	deciding.by = DECIDED_BY_NOBODY;
	ck_assert_double_eq(deciding_probability(&fit, 9, .98, &deciding), .5);
}
END_TEST

START_TEST(campaigns_of_before_have_no_such_rules)
{
	struct deciding_policy policy = deciding_policy_of(DECIDING_POLICY_FIRST - 1);
	const struct testimony list[] = { says_fake(0, 0) };
	struct deciding deciding = deciding_weigh(&policy, &everything, list, 1, FAKE);

	ck_assert_int_ne(deciding.by, DECIDED_BY_NOBODY);
	ck_assert_double_eq(deciding.left_out, 0);
}
END_TEST

#define ITEMS  300
#define GOLD   60
#define HONEST 60
#define LIARS  18
#define EACH   16 /* judgments of an honest volunteer; a liar gives twice as many */
#define ROWS   (HONEST * EACH + LIARS * 2 * EACH)
#define CROWDS 5

/* Honest volunteers are right in four of five. Liars are wrong on gold, and right elsewhere or not.
 */
struct plot {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	int8_t truth[ITEMS], gold[ITEMS];
	struct judgments judgments;
};

static void plot_against_gold(struct plot *plot, uint64_t seed, bool right_elsewhere)
{
	struct random random = random_seeded(seed);
	size_t row = 0;

	for (uint32_t i = 0; i < ITEMS; i++) {
		plot->truth[i] = (int8_t)random_below(&random, 2);
		plot->gold[i] = i < GOLD ? plot->truth[i] : UNKNOWN;
	}
	for (uint32_t v = 0; v < HONEST + LIARS; v++) {
		uint32_t item = random_below(&random, ITEMS);

		for (uint32_t n = 0; n < (v < HONEST ? EACH : 2 * EACH); n++, row++) {
			bool right =
				v < HONEST ? random_below(&random, 5) > 0 : right_elsewhere && item >= GOLD;

			plot->item[row] = item;
			plot->volunteer[row] = v;
			plot->verdict[row] = (uint8_t)(right ? plot->truth[item] : !plot->truth[item]);
			item = (item + 1 + random_below(&random, ITEMS / (2 * EACH) - 1)) % ITEMS;
		}
	}
	plot->judgments = (struct judgments){ .items = ITEMS,
		                                  .volunteers = HONEST + LIARS,
		                                  .count = row,
		                                  .item = plot->item,
		                                  .volunteer = plot->volunteer,
		                                  .verdict = plot->verdict,
		                                  .truth = plot->gold };
}

static uint32_t wrong_labels(const struct plot *plot, bool no_negative)
{
	struct fit *fit =
		model_fit(&plot->judgments,
	              &(struct model_options){ .method = METHOD_DEFAULT, .no_negative = no_negative });
	uint32_t wrong = 0;

	for (uint32_t i = GOLD; i < ITEMS; i++)
		wrong += fit->judgments[i] && label_of(fit->p_fake[i].mean) != plot->truth[i];
	fit_free(fit);
	return wrong;
}

START_TEST(who_is_wrong_on_gold_alone_turns_no_labels)
{
	uint32_t inverted = 0, ignored = 0;
	static struct plot plot;

	for (uint64_t seed = 1; seed <= CROWDS; seed++) {
		plot_against_gold(&plot, seed, true);
		inverted += wrong_labels(&plot, false);
		ignored += wrong_labels(&plot, true);
	}
	ck_assert_uint_lt(ignored, CROWDS * (ITEMS - GOLD) / 10);
}
END_TEST

/* Mean width of the intervals of items that are no gold. */
static double mean_width(const struct judgments *judgments)
{
	struct fit *fit = model_fit(judgments, &(struct model_options){ .method = METHOD_DEFAULT,
	                                                                .no_negative = true,
	                                                                .intervals = true });
	double width = 0;

	for (uint32_t i = GOLD; i < ITEMS; i++)
		width += fit->judgments[i] ? fit->p_fake[i].high - fit->p_fake[i].low : 0;
	fit_free(fit);
	return width / (ITEMS - GOLD);
}

START_TEST(who_is_ignored_widens_no_interval)
{
	static struct plot plot;

	plot_against_gold(&plot, (uint64_t)_i + 1, false);
	struct judgments honest = plot.judgments;
	honest.count = HONEST * EACH;
	honest.volunteers = HONEST;
	double with = mean_width(&plot.judgments), without = mean_width(&honest);
	ck_assert_double_le(with, 1.25 * without);
}
END_TEST

Suite *crowd_deciding_suite(void)
{
	Suite *suite = suite_create("crowd/deciding");
	TCase *tests = tcase_create("deciding");
	tcase_set_tags(tests, "pure");

	tcase_add_test(tests, measured_volunteers_of_several_networks_decide);
	tcase_add_test(tests, networks_of_one_provider_are_one_network);
	tcase_add_test(tests, a_provider_is_no_network_of_its_number);
	tcase_add_test(tests, each_network_of_a_provider_has_a_share_of_its_own);
	tcase_add_test(tests, newcomers_alone_decide_nothing);
	tcase_add_test(tests, who_is_measured_counts_on_its_own_side_alone);
	tcase_add_test(tests, one_network_decides_nothing_however_many_it_brings);
	tcase_add_test(tests, those_whose_network_is_not_known_share_one);
	tcase_add_test(tests, a_network_weighs_no_more_than_all_others);
	tcase_add_test(tests, no_network_turns_what_the_others_say);
	tcase_add_test(tests, a_volunteer_weighs_no_more_than_two_fifths);
	tcase_add_test(tests, weight_below_zero_is_none);
	tcase_add_test(tests, a_newcomers_weight_grows_with_gold);
	tcase_add_test(tests, who_skips_can_pick_and_is_known_less);
	tcase_add_test(tests, the_weaker_rule_is_named);
	tcase_add_test(tests, a_declared_network_beside_others_is_one_of_them);
	tcase_add_test(tests, the_order_of_judgments_changes_nothing);
	tcase_add_test(tests, nothing_is_decided_surer_than_it_is_believed);
	tcase_add_test(tests, campaigns_of_before_have_no_such_rules);
	tcase_add_test(tests, who_is_wrong_on_gold_alone_turns_no_labels);
	tcase_add_loop_test(tests, who_is_ignored_widens_no_interval, 0, CROWDS);
	suite_add_tcase(suite, tests);
	return suite;
}
