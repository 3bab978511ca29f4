/* SPDX-License-Identifier: Apache-2.0 */
/* What slow and many clients get. The last suite: the dripping client needs its time. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "another.h"
#include "client.h"
#include "drip.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define CROWD 300

START_TEST(many_idle_connections_keep_nobody_out)
{
	int idle[CROWD];

	for (int i = 0; i < CROWD; i++)
		idle[i] = raw_open();
	expect_status(get(NULL, "/api/v1/stats"), 200);
	for (int i = 0; i < CROWD; i++)
		raw_close(idle[i]);
}
END_TEST

/*
 * libmicrohttpd fetches 128 events at once. Connections are shared out between two threads, one
 * more each time, so that before there are 256 one of them has just so many.
 */
START_TEST(however_many_ask_at_the_same_moment_all_are_answered)
{
	static const char ask[] = "GET /healthz HTTP/1.1\r\nHost: touchstone.example\r\n\r\n";
	struct another server = another_start((const char *const[]){ NULL });
	unsigned port = (unsigned)atoi(strrchr(server.url, ':') + 1);
	int connections[260];

	for (size_t count = 0; count < sizeof connections / sizeof connections[0]; count++) {
		connections[count] = raw_open_at(port);
		ck_assert(raw_write(connections[count], ask, strlen(ask)));
		ck_assert_uint_eq(raw_read_all(&connections[count], 1, 3000), 1);
		if (count < 127)
			continue;
		kill(server.process, SIGSTOP);
		for (size_t i = 0; i <= count; i++)
			ck_assert(raw_write(connections[i], ask, strlen(ask)));
		kill(server.process, SIGCONT);
		ck_assert_uint_eq(raw_read_all(connections, count + 1, 3000), count + 1);
	}
	for (size_t i = 0; i < sizeof connections / sizeof connections[0]; i++)
		raw_close(connections[i]);
	another_stop(&server);
}
END_TEST

START_TEST(a_client_that_drips_a_byte_a_second_is_hung_up_on)
{
	int seconds = drip_seconds((enum drip)_i);

	ck_assert_int_ge(seconds, 15);
	ck_assert_int_le(seconds, 30);
}
END_TEST

/* The server takes three quarters of the descriptors it may have: 120 connections. */
START_TEST(connections_beyond_the_limit_wait_until_others_leave)
{
	const struct rlimit files = { 160, 160 };
	const char *const options[] = { "--trusted-proxies", "127.0.0.1", NULL }; /* may hold all */
	int crowd[150];
	struct raw_answer a = { 0 };

	setrlimit(RLIMIT_NOFILE, &files); /* of this test and of its server alone */
	struct another server = another_start(options);
	unsigned port = (unsigned)atoi(strrchr(server.url, ':') + 1);
	const char *ask = say("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", port);
	for (int i = 0; i < 130; i++)
		crowd[i] = raw_open_at(port);

	raw_write(crowd[0], ask, strlen(ask));
	ck_assert_int_eq(raw_read(crowd[0], 300).status, 200); /* who is in is served */
	raw_write(crowd[129], ask, strlen(ask));
	ck_assert_int_eq(raw_read(crowd[129], 300).answers, 0); /* who is not waits */
	for (int i = 0; i < 40; i++)
		raw_close(crowd[i]);
	a = raw_read(crowd[129], 300);
	for (int i = 40; i < 130; i++)
		raw_close(crowd[i]);
	another_stop(&server);
	ck_assert_int_eq(a.status, 200);
}
END_TEST

static struct raw_answer ask_from(const char *address, unsigned port)
{
	static const char ask[] = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	int connection = raw_open_from(address, port);

	raw_write(connection, ask, strlen(ask));
	struct raw_answer a = raw_read(connection, 6000);
	raw_close(connection);
	return a;
}

START_TEST(one_network_holds_so_many_connections_and_no_more)
{
	struct another server = another_start((const char *const[]){ "--connections", "50", NULL });
	unsigned port = (unsigned)atoi(strrchr(server.url, ':') + 1);
	int crowd[60], refused = 0;

	wait_ms(500); /* the connections by which its start was noticed are gone */
	for (int i = 0; i < 60; i++)
		crowd[i] = raw_open_at(port);
	wait_ms(1000);
	for (int i = 0; i < 60; i++) { /* any ten: several threads accept, in no order */
		struct raw_answer a = raw_read(crowd[i], 20);

		refused += a.status == 429 && a.closed && strstr(a.text, "/problems/too-many-connections");
	}
	struct raw_answer other = ask_from("127.0.1.1", port);
	for (int i = 0; i < 60; i++)
		raw_close(crowd[i]);
	wait_ms(500);
	struct raw_answer again = ask_from("127.0.0.1", port);
	another_stop(&server);
	ck_assert_int_eq(refused, 10);
	ck_assert_int_eq(other.status, 200);
	ck_assert_int_eq(again.status, 200);
}
END_TEST

/* 120 can be open, as above: one network takes them all, and does nothing with them. */
START_TEST(idle_connections_of_the_largest_holder_make_room_for_others)
{
	const struct rlimit files = { 160, 160 };
	int crowd[130], gone = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	struct another server = another_start((const char *const[]){ "--connections", "1000", NULL });
	unsigned port = (unsigned)atoi(strrchr(server.url, ':') + 1);
	for (int i = 0; i < 130; i++)
		crowd[i] = raw_open_at(port);
	struct raw_answer other = ask_from("127.0.1.1", port);
	for (int i = 0; i < 130; i++) {
		gone += raw_read(crowd[i], 1).closed;
		raw_close(crowd[i]);
	}
	another_stop(&server);
	ck_assert_int_eq(other.status, 200);
	ck_assert_int_ge(gone, 10);
}
END_TEST

START_TEST(many_reads_of_one_network_leave_the_lane_to_others)
{
	const char *const options[] = { "--budgets", "reads=1/h:20", NULL };
	struct another server = another_start(options);
	struct answer a = { 0 };

	for (int i = 0; i < 21; i++)
		a = call(&(struct call){ .server = server.url, .path = "/readyz" });
	struct answer page = call(&(struct call){ .server = server.url, .path = "/about" });
	struct answer medium = call(&(struct call){ .server = server.url, .path = "/api/v1/media/x" });
	another_stop(&server);
	expect_problem(a, 429, "too-many");
	ck_assert_str_ne(text_at(a.body, "detail"), "(null)");
	expect_status(page, 200); /* what memory answers needs no budget */
	expect_status(medium, 404);
}
END_TEST

#define SIGN_IN "{\"email\": \"nobody@example.org\", \"password\": \"wrong horse wrong staple\"}"
#define SIGNERS 100 /* three times what its lane holds: one thread, and 32 who wait */

START_TEST(a_full_lane_refuses_at_once_and_soon_takes_requests_again)
{
	const char *ask = say("POST /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
	                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n" SIGN_IN,
	                      raw_host(), strlen(SIGN_IN));
	int signers[SIGNERS], served = 0, refused = 0;

	for (int i = 0; i < SIGNERS; i++)
		raw_write(signers[i] = raw_open(), ask, strlen(ask));
	struct raw_answer last = raw_read(signers[SIGNERS - 1], 1000); /* while many still wait */
	ck_assert_int_eq(last.status, 503);
	ck_assert_ptr_nonnull(strstr(last.text, "\r\nRetry-After: "));
	ck_assert_ptr_nonnull(strstr(last.text, "/problems/busy"));
	ck_assert_int_eq(raw_read(signers[SIGNERS - 2], 1000).status, 503);
	for (int i = 0; i < SIGNERS - 2; i++) {
		struct raw_answer a = raw_read(signers[i], 10000);

		served += a.status == 401;
		refused += a.status == 503;
	}
	ck_assert_int_eq(served + refused, SIGNERS - 2);
	ck_assert_int_ge(served, 32);
	ck_assert_int_eq(raw_ask(ask).status, 401);
	for (int i = 0; i < SIGNERS; i++)
		raw_close(signers[i]);
}
END_TEST

START_TEST(a_budget_that_was_spent_comes_back_when_it_was_promised)
{
	const char *const options[] = { "--budgets", "writes=1/s:2", NULL };
	struct another server = another_start(options);
	struct person person = a_volunteer();
	struct call skip = {
		.server = server.url, .path = "/api/v1/skips", .as = &person, .text = "{}"
	};
	struct answer a = { 0 };

	for (int try = 0; try < 3; try++)
		a = call(&skip);
	expect_problem(a, 429, "too-many");
	wait_ms(1000L * atoi(header_of(a, "Retry-After")));
	a = call(&skip);
	another_stop(&server);
	expect_problem(a, 422, "invalid"); /* read again, that is */
}
END_TEST

static struct answer see_pair(const char *server, struct person *as)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", common_campaign()) });
}

START_TEST(a_network_sees_so_many_pairs_and_no_more)
{
	const char *const options[] = { "--budgets", "views=1/h:2", NULL };
	struct another server = another_start(options);
	struct person people[] = { a_volunteer(), a_volunteer(), a_volunteer() };
	struct answer answers[3];

	for (int n = 0; n < 3; n++)
		answers[n] = see_pair(server.url, &people[n]);
	another_stop(&server);
	expect_status(answers[0], 201);
	expect_status(answers[1], 201);
	expect_problem(answers[2], 429, "too-many");
}
END_TEST

/* What is shown again is nothing new. */
START_TEST(a_volunteer_sees_so_many_new_pairs_and_no_more)
{
	const char *const options[] = { "--budgets", "volunteer_views=1/h:3", NULL };
	struct another server = another_start(options);
	struct person person = a_volunteer(), other = a_volunteer();
	struct answer answers[6], judged;

	for (int n = 0; n < 4; n++)
		answers[n] = see_pair(server.url, &person);
	for (int n = 0; n < 2; n++) {
		judged = call(&(struct call){
			.server = server.url,
			.path = "/api/v1/judgments",
			.as = &person,
			.body = verdicts_on(text_at(answers[n].body, "assignment"), "real", "real") });
		expect_status(judged, 201);
	}
	answers[4] = see_pair(server.url, &person);
	answers[5] = see_pair(server.url, &person);
	struct answer of_other = see_pair(server.url, &other);
	another_stop(&server);
	expect_status(answers[1], 201);
	expect_status(answers[3], 200);
	expect_status(answers[4], 201);
	expect_problem(answers[5], 429, "too-many");
	expect_status(of_other, 201);
}
END_TEST

Suite *http_limits_suite(void)
{
	Suite *suite = suite_create("http/limits");
	TCase *tc = tcase_create("limits");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, many_idle_connections_keep_nobody_out);
	tcase_add_test(tc, however_many_ask_at_the_same_moment_all_are_answered);
	tcase_add_loop_test(tc, a_client_that_drips_a_byte_a_second_is_hung_up_on, 0, DRIPS);
	tcase_add_test(tc, connections_beyond_the_limit_wait_until_others_leave);
	tcase_add_test(tc, one_network_holds_so_many_connections_and_no_more);
	tcase_add_test(tc, idle_connections_of_the_largest_holder_make_room_for_others);
	tcase_add_test(tc, many_reads_of_one_network_leave_the_lane_to_others);
	tcase_add_test(tc, a_full_lane_refuses_at_once_and_soon_takes_requests_again);
	tcase_add_test(tc, a_budget_that_was_spent_comes_back_when_it_was_promised);
	tcase_add_test(tc, a_network_sees_so_many_pairs_and_no_more);
	tcase_add_test(tc, a_volunteer_sees_so_many_new_pairs_and_no_more);
	suite_add_tcase(suite, tc);
	return suite;
}
