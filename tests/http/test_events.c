/* SPDX-License-Identifier: Apache-2.0 */
/* What a classroom, a newsroom or an event may rely on: declared networks and invitations. */
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

/* The tests come from loopback: here as a class that is spared, and as a newsroom that is not. */
static const char *const a_class[] = { "--networks", "class=127.0.0.0/8", NULL };
static const char *const a_newsroom[] = { "--networks", "news=127.0.0.0/8+sensitive", NULL };

static struct answer ask_at(const char *server, struct person *as, const char *campaign)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", campaign) });
}

static void await_pair(const char *server, struct person *as, const char *campaign,
                       struct answer *ret_answer)
{
	await_desk(server);
	*ret_answer = ask_at(server, as, campaign);
}

/* Plain items, and sensitive ones of every kind that could stand in a pair. */
static const char *a_mixed_campaign(int plain)
{
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = plain });
	make_items(&(struct items){ .campaign = campaign, .count = 12, .sensitive = true });
	make_items(&(struct items){
		.campaign = campaign, .count = 4, .truth = "real", .training = true, .sensitive = true });
	make_items(&(struct items){
		.campaign = campaign, .count = 4, .truth = "fake", .gold = true, .sensitive = true });
	make_items(
		&(struct items){ .campaign = campaign, .count = 4, .state = "retired", .sensitive = true });
	return campaign;
}

START_TEST(a_declared_network_is_shown_nothing_sensitive)
{
	const char *campaign = a_mixed_campaign(9);
	struct another server = another_start(a_class);
	struct person person = a_volunteer();
	struct answer a;

	await_pair(server.url, &person, campaign, &a);
	for (int pair = 0; pair < 4; pair++, a = ask_at(server.url, &person, campaign)) {
		expect_status(a, 201);
		ck_assert(!true_at(a.body, "sensitive"));
		ck_assert(!true_at(a.body, "training"));
		expect_status(call(&(struct call){
						  .server = server.url,
						  .path = "/api/v1/judgments",
						  .as = &person,
						  .body = verdicts_on(text_at(a.body, "assignment"), "real", "fake") }),
		              201);
	}
	expect_status(a, 204); /* the ninth has nothing beside it but what is sensitive */
	another_stop(&server);
}
END_TEST

START_TEST(a_declared_network_is_shown_all_if_the_operator_says_so)
{
	const char *campaign = a_mixed_campaign(0);
	struct another server = another_start(a_newsroom);
	struct person person = a_volunteer();
	struct answer a;

	await_pair(server.url, &person, campaign, &a);
	expect_status(a, 201);
	ck_assert(true_at(a.body, "sensitive"));
	another_stop(&server);
}
END_TEST

/* Handed out elsewhere, or before the item was marked. */
START_TEST(a_pair_that_is_held_is_not_shown_again_where_it_is_sensitive)
{
	const char *campaign = a_campaign();
	struct another server = another_start(a_class);
	struct person person = a_volunteer();
	struct answer a;

	make_items(&(struct items){ .campaign = campaign, .count = 2, .sensitive = true });
	await_pair(NULL, &person, campaign, &a);
	expect_status(a, 201);
	expect_status(ask_at(NULL, &person, campaign), 204);
	await_db(
		20, say("SELECT count(*) = 1 FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)));
	await_pair(server.url, &person, campaign, &a);
	expect_status(a, 204);
	another_stop(&server);
}
END_TEST

Suite *http_events_suite(void)
{
	Suite *suite = suite_create("http/events");
	TCase *tc = tcase_create("events");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_declared_network_is_shown_nothing_sensitive);
	tcase_add_test(tc, a_declared_network_is_shown_all_if_the_operator_says_so);
	tcase_add_test(tc, a_pair_that_is_held_is_not_shown_again_where_it_is_sensitive);
	suite_add_tcase(suite, tc);
	return suite;
}
