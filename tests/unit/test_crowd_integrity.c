/* SPDX-License-Identifier: Apache-2.0 */
/* On whom labels rest: small crowds by hand, and made-up honest ones, which alarm nobody. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/collusion.h"
#include "crowd/draws.h"
#include "crowd/integrity.h"
#include "suites.h"

#define MOST 12000

struct scene {
	struct judgments judgments;
	uint32_t item[MOST], volunteer[MOST], network[MOST];
	uint32_t campaign[400], cohort[400], cost[400];
	uint8_t verdict[MOST], label[400], newcomer[400];
	int8_t truth[400];
	struct integrity_campaign of[2];
	struct integrity_network networks[400];
};

static struct scene *integrity_scene(uint32_t items, uint32_t volunteers)
{
	struct scene *scene = mem_new(1, sizeof *scene);

	scene->judgments = (struct judgments){ .items = items,
		                                   .volunteers = volunteers,
		                                   .item = scene->item,
		                                   .volunteer = scene->volunteer,
		                                   .verdict = scene->verdict,
		                                   .truth = scene->truth };
	memset(scene->truth, UNKNOWN, sizeof scene->truth);
	memset(scene->label, 1, sizeof scene->label);
	return scene;
}

static void says(struct scene *scene, uint32_t volunteer, uint32_t item, uint8_t verdict)
{
	size_t n = scene->judgments.count++;

	ck_assert_uint_lt(n, MOST);
	scene->item[n] = item;
	scene->volunteer[n] = volunteer;
	scene->verdict[n] = verdict;
}

static void weigh(struct scene *scene, uint32_t campaigns, uint32_t networks)
{
	struct fit *fit = model_fit(&scene->judgments, &(struct model_options){ .intervals = true });
	const struct integrity_known known = { .campaigns = campaigns,
		                                   .networks = networks,
		                                   .campaign = scene->campaign,
		                                   .label = scene->label,
		                                   .network = scene->network,
		                                   .cohort = scene->cohort,
		                                   .newcomer = scene->newcomer,
		                                   .flip_cost = scene->cost };

	influence_cost(&scene->judgments, fit, scene->cost);
	integrity_of(&scene->judgments, fit, &known, scene->of, scene->networks);
	fit_free(fit);
}

/* Ten judge forty items rightly; items from 20 on belong to a second campaign. */
static struct scene *a_sure_crowd(void)
{
	struct scene *scene = integrity_scene(40, 10);

	for (uint32_t i = 0; i < 40; i++) {
		scene->campaign[i] = i >= 20;
		if (i % 20 < 4) {
			scene->truth[i] = (int8_t)(i % 2);
			scene->label[i] = 0;
		}
		for (uint32_t v = 0; v < 10; v++)
			says(scene, v, i, i % 2);
	}
	return scene;
}

START_TEST(a_group_with_half_of_the_weight_decides_a_label)
{
	struct scene *scene = a_sure_crowd();
	static const uint32_t cases[][3] = { { 4, 0, 0 }, { 5, 16, 16 }, { 6, 16, 16 } };
	uint32_t members = cases[_i][0];

	for (uint32_t v = 0; v < members; v++)
		scene->cohort[v] = scene->newcomer[v] = 1;
	for (size_t j = 0; j < scene->judgments.count; j++)
		scene->network[j] = scene->campaign[scene->item[j]] == 0 && scene->volunteer[j] < members;
	weigh(scene, 2, 1);
	ck_assert_uint_eq(scene->of[0].labels, 16);
	ck_assert_uint_eq(scene->of[0].by_newcomers, cases[_i][1]);
	ck_assert_uint_eq(scene->of[0].by_cohort, cases[_i][1]);
	ck_assert_uint_eq(scene->of[0].by_network, cases[_i][1]);
	ck_assert_uint_eq(scene->networks[1].labels, cases[_i][1]);
	ck_assert_uint_eq(scene->of[1].by_network, 0);
	ck_assert_uint_eq(scene->of[1].by_newcomers, cases[_i][2]);
	ck_assert_uint_eq(scene->of[1].newcomers, members);
	free(scene);
}
END_TEST

START_TEST(the_cost_to_flip_is_told_by_campaign)
{
	struct scene *scene = a_sure_crowd();

	weigh(scene, 2, 0);
	ck_assert_uint_ge(scene->of[0].flip_lowest, 5);
	ck_assert_uint_le(scene->of[0].flip_lowest, 6);
	ck_assert_double_le(scene->of[0].flip_median, 6);
	ck_assert_uint_eq(scene->of[0].flip_by_one + scene->of[0].flip_by_two, 0);
	ck_assert_uint_eq(scene->of[0].volunteers, 10);
	ck_assert_uint_eq(scene->of[0].gold, 40);
	ck_assert_uint_eq(scene->of[0].gold_right, 40);
	free(scene);
}
END_TEST

START_TEST(who_is_worse_than_chance_is_counted)
{
	struct scene *scene = a_sure_crowd();

	for (size_t j = 0; j < scene->judgments.count; j++)
		if (scene->volunteer[j] < 2)
			scene->verdict[j] = !scene->verdict[j];
	weigh(scene, 2, 0);
	ck_assert_uint_eq(scene->of[0].worse, 2);
	ck_assert_uint_eq(scene->of[1].worse, 2);
	free(scene);
}
END_TEST

/* Two hundred items, seven judgments each, sixty volunteers of whom `shared` are behind one
 * network; an eighth is gold. */
static struct scene *an_honest_crowd(uint64_t seed, uint32_t shared)
{
	struct scene *scene = integrity_scene(200, 60);
	struct random random = random_seeded(seed);
	uint32_t deck[60];
	double skill[60];

	for (uint32_t v = 0; v < 60; v++)
		skill[v] = draw_beta(&random, 7.5, 2.5);
	for (uint32_t v = 0; v < 60; v++)
		deck[v] = v;
	for (uint32_t i = 0; i < 200; i++) {
		uint8_t truth = i % 8 ? i % 2 : i / 8 % 2;

		scene->truth[i] = (int8_t)(i % 8 ? UNKNOWN : truth);
		scene->label[i] = i % 8 != 0;
		for (uint32_t k = 0; k < 7; k++) {
			uint32_t pick = k + random_below(&random, 60 - k), v = deck[pick];

			deck[pick] = deck[k];
			deck[k] = v;
			scene->network[scene->judgments.count] = v < shared ? 1 : v + 2;
			says(scene, v, i, random_unit(&random) < skill[v] ? truth : !truth);
		}
	}
	return scene;
}

START_TEST(honest_crowds_behind_shared_networks_alarm_nobody)
{
	uint32_t alarms = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct scene *scene = an_honest_crowd(seed, 6 + (uint32_t)(seed % 19));

		weigh(scene, 1, 62);
		alarms += scene->of[0].network_excess >= 6 || scene->of[0].gold_gap >= 5 ||
		          scene->of[0].worse >= 5;
		free(scene);
	}
	ck_assert_uint_le(alarms, 2);
}
END_TEST

/* Six of one network lie together on twenty items, each with three honest judgments beside. */
START_TEST(a_network_that_decides_chosen_labels_stands_out)
{
	struct scene *scene = an_honest_crowd(5, 0);

	scene->judgments.items = 220;
	scene->judgments.volunteers = 66;
	for (uint32_t i = 200; i < 220; i++)
		for (uint32_t k = 0; k < 9; k++) {
			scene->network[scene->judgments.count] = k < 6 ? 1 : (i + k) % 60 + 2;
			says(scene, k < 6 ? 60 + k : (i + k) % 60, i, k < 6 ? i % 2 : 1 - i % 2);
		}
	weigh(scene, 1, 62);
	ck_assert_uint_eq(scene->networks[1].labels, 20);
	ck_assert_double_ge(scene->of[0].network_excess, 6);
	free(scene);
}
END_TEST

START_TEST(a_network_that_is_wrong_on_gold_stands_out)
{
	struct scene *scene = an_honest_crowd(5, 12);

	for (size_t j = 0; j < scene->judgments.count; j++)
		if (scene->network[j] == 1 && scene->truth[scene->item[j]] != UNKNOWN)
			scene->verdict[j] = !scene->truth[scene->item[j]];
	weigh(scene, 1, 62);
	ck_assert_double_ge(scene->of[0].gold_gap, 5);
	free(scene);
}
END_TEST

START_TEST(the_order_of_rows_changes_nothing)
{
	struct scene *scene = an_honest_crowd(9, 20), *other = an_honest_crowd(9, 20);
	size_t count = scene->judgments.count;

	for (size_t j = 0; j < count; j++) {
		other->item[j] = scene->item[count - 1 - j];
		other->volunteer[j] = scene->volunteer[count - 1 - j];
		other->verdict[j] = scene->verdict[count - 1 - j];
		other->network[j] = scene->network[count - 1 - j];
	}
	weigh(scene, 1, 62);
	weigh(other, 1, 62);
	ck_assert_mem_eq(&scene->of[0], &other->of[0], sizeof scene->of[0]);
	ck_assert_mem_eq(scene->networks, other->networks, sizeof scene->networks);
	free(scene);
	free(other);
}
END_TEST

START_TEST(nothing_judged_is_nothing_known)
{
	struct scene *scene = integrity_scene(0, 0);

	weigh(scene, 1, 0);
	ck_assert_uint_eq(scene->of[0].labels, 0);
	ck_assert_uint_eq(scene->of[0].flip_lowest, UINT32_MAX);
	ck_assert(isnan(scene->of[0].flip_median));
	free(scene);
}
END_TEST

Suite *crowd_integrity_suite(void)
{
	Suite *suite = suite_create("crowd/integrity");
	TCase *tc = tcase_create("integrity");

	tcase_set_tags(tc, "pure");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_group_with_half_of_the_weight_decides_a_label, 0, 3);
	tcase_add_test(tc, the_cost_to_flip_is_told_by_campaign);
	tcase_add_test(tc, who_is_worse_than_chance_is_counted);
	tcase_add_test(tc, honest_crowds_behind_shared_networks_alarm_nobody);
	tcase_add_test(tc, a_network_that_decides_chosen_labels_stands_out);
	tcase_add_test(tc, a_network_that_is_wrong_on_gold_stands_out);
	tcase_add_test(tc, the_order_of_rows_changes_nothing);
	tcase_add_test(tc, nothing_judged_is_nothing_known);
	suite_add_tcase(suite, tc);
	return suite;
}
