/* SPDX-License-Identifier: Apache-2.0 */
/* Kept leak tables: whom they warn, of what, and what stays with the operator. */
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* A campaign whose pictures were measured, and of which the server makes no table by itself;
 * `served` as SQL has it. */
static const char *a_leaky_campaign(int of_each_class, const char *auc, const char *served)
{
	const char *name = a_campaign();

	tell_db("INSERT INTO leak_turn (campaign_id, counts, took_ms) SELECT id, '', 3600000 FROM "
	        "campaign WHERE name = '%s'",
	        name);
	tell_db("INSERT INTO leak_table (campaign_id, media_type, fakes, reals, lineages, by_truth, "
	        "by_ruling, by_crowd, unmeasured) SELECT id, 'image', %d, %d, 5, 0, 0, %d, 0 FROM "
	        "campaign WHERE name = '%s'",
	        of_each_class, of_each_class, 2 * of_each_class, name);
	tell_db("INSERT INTO leak_figure (campaign_id, media_type, trait, auc, low, high, served) "
	        "SELECT id, 'image', 'width', %s, %s FROM campaign WHERE name = '%s'",
	        auc, served, name);
	return name;
}

static struct answer leaks_of(const char *campaign)
{
	struct person moderator = an_account("moderator");
	struct answer a = get(&moderator, say("/api/v1/stats/leaks?campaign=%s", campaign));

	expect_status(a, 200);
	return a;
}

START_TEST(what_passes_the_limit_warns_if_its_interval_leaves_a_half_out)
{
	static const struct {
		const char *auc, *served;
		size_t warnings;
	} cases[] = {
		{ "0.61, 0.52, 0.70", "true", 1 },  { "0.59, 0.52, 0.66", "true", 0 },
		{ "0.75, 0.49, 0.95", "true", 0 },  { "0.20, 0.10, 0.45", "true", 1 },
		{ "0.20, 0.10, 0.55", "true", 0 },  { "0.41, 0.35, 0.48", "true", 0 },
		{ "0.99, 0.90, 1.00", "false", 0 },
	};
	const char *campaign = a_leaky_campaign(10, cases[_i].auc, cases[_i].served);
	struct answer a = leaks_of(campaign);

	ck_assert_uint_eq(json_array_size(at(a.body, "warnings")), cases[_i].warnings);
	ck_assert_uint_eq(json_array_size(at(a.body, "figures")), 1);
	ck_assert_str_eq(text_at(a.body, "figures/0/trait"), "width");
	ck_assert_str_eq(text_at(a.body, "figures/0/campaign"), campaign);
}
END_TEST

START_TEST(what_rests_on_few_items_stays_with_the_operator)
{
	struct answer a = leaks_of(a_leaky_campaign(9, "0.99, 0.90, 1.00", "true"));

	ck_assert_uint_eq(json_array_size(at(a.body, "figures")), 0);
	ck_assert_uint_eq(json_array_size(at(a.body, "warnings")), 0);
}
END_TEST

START_TEST(a_figure_of_another_campaign_is_not_told)
{
	const char *campaign = a_campaign();

	a_leaky_campaign(10, "0.99, 0.90, 1.00", "true");
	ck_assert_uint_eq(json_array_size(at(leaks_of(campaign).body, "figures")), 0);
}
END_TEST

START_TEST(metrics_count_the_warnings_of_a_campaign)
{
	const char *line = say("touchstone_leaks{campaign=\"%s\"} 1\n",
	                       a_leaky_campaign(10, "0.99, 0.90, 1.00", "true"));
	double began_s = now_s();

	while (!strstr(get(NULL, "/metrics").text, line) && now_s() < began_s + 60)
		wait_ms(200);
	ck_assert_ptr_nonnull(strstr(get(NULL, "/metrics").text, line));
}
END_TEST

START_TEST(moderators_see_leaks_and_nobody_else)
{
	static const struct {
		const char *role;
		long status;
	} cases[] = {
		{ "volunteer", 403 }, { "researcher", 403 }, { "moderator", 200 }, { "admin", 200 }
	};
	struct person person = an_account(cases[_i].role);

	expect_status(get(&person, "/api/v1/stats/leaks"), cases[_i].status);
	expect_status(get(NULL, "/api/v1/stats/leaks"), 401);
}
END_TEST

Suite *http_leaks_suite(void)
{
	Suite *suite = suite_create("http/leaks");
	TCase *tc = tcase_create("leaks");

	tcase_set_timeout(tc, 90);
	tcase_add_loop_test(tc, what_passes_the_limit_warns_if_its_interval_leaves_a_half_out, 0, 7);
	tcase_add_test(tc, what_rests_on_few_items_stays_with_the_operator);
	tcase_add_test(tc, a_figure_of_another_campaign_is_not_told);
	tcase_add_test(tc, metrics_count_the_warnings_of_a_campaign);
	tcase_add_loop_test(tc, moderators_see_leaks_and_nobody_else, 0, 4);
	suite_add_tcase(suite, tc);
	return suite;
}
