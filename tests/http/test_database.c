/* SPDX-License-Identifier: Apache-2.0 */
/* What clients see of a database that hangs, or starts again. */
#include "another.h"
#include "client.h"
#include "database.h"
#include "relay.h"
#include "suites.h"
#include "world.h"

static struct another a_server_by_relay(void)
{
	const char *const options[] = { "--database-url", relay_start(), NULL };

	return another_start(options);
}

static struct answer ask(const struct another *server, const char *path, struct person *as)
{
	return call(&(struct call){ .server = server->url, .path = path, .as = as });
}

START_TEST(a_database_that_started_again_is_noticed_by_nobody)
{
	struct another server = a_server_by_relay();
	struct person moderator = an_account("moderator");
	long status[16];

	for (int i = 0; i < 8; i++) /* each of the lane's connections has been used */
		ask(&server, "/readyz", NULL);
	relay_hang_up();
	wait_ms(300);
	for (int i = 0; i < 16; i++)
		status[i] =
			ask(&server, i % 2 ? "/readyz" : "/api/v1/disputes", i % 2 ? NULL : &moderator).status;
	another_stop(&server);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(status[i], 200);
}
END_TEST

START_TEST(a_database_that_hangs_is_told_in_time_and_the_judgment_can_be_sent_again)
{
	struct another server = a_server_by_relay();
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	double began = now_s();

	relay_be_silent(true);
	struct answer ready = ask(&server, "/readyz", NULL);
	double ready_s = now_s() - began;
	began = now_s();
	struct answer judged = call(&(struct call){ .server = server.url,
												.path = "/api/v1/judgments",
												.as = &person,
												.body = verdicts_on(token, "real", "fake") });
	double judged_s = now_s() - began;
	relay_be_silent(false);
	struct answer again = { 0 };
	for (int try = 0; try < 100 && again.status != 200 && again.status != 201; try++) {
		wait_ms(100);
		again = call(&(struct call){ .server = server.url,
									 .path = "/api/v1/judgments",
									 .as = &person,
									 .body = verdicts_on(token, "real", "fake") });
	}
	another_stop(&server);
	expect_status(ready, 503);
	ck_assert_ptr_nonnull(header_of(ready, "Retry-After"));
	ck_assert_msg(ready_s < 3, "%.1f s", ready_s);
	expect_status(judged, 503);
	ck_assert_ptr_nonnull(header_of(judged, "Retry-After"));
	ck_assert_msg(judged_s < 6, "%.1f s", judged_s);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'", volunteer_id(&person)),
		2);
}
END_TEST

Suite *http_database_suite(void)
{
	Suite *suite = suite_create("http/database");
	TCase *tc = tcase_create("database");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_database_that_started_again_is_noticed_by_nobody);
	tcase_add_test(tc, a_database_that_hangs_is_told_in_time_and_the_judgment_can_be_sent_again);
	suite_add_tcase(suite, tc);
	return suite;
}
