/* SPDX-License-Identifier: Apache-2.0 */
/* What malformed and hostile bytes get: one clear problem, a closed connection, nothing stored. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define GOOD "{\"consent\": true}" /* 17 bytes */

/* A POST that would make a volunteer, were it not for these headers. %s is the host. */
#define POST "POST /api/v1/volunteers HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"

static const char *filled(const char *format)
{
	const char *hole = strstr(format, "%s");

	return hole ? say("%.*s%s%s", (int)(hole - format), format, raw_host(), hole + 2) : format;
}

static const struct {
	const char *bytes;
	int status;
} framings[] = {
	{ POST "Content-Length: 17\r\nTransfer-Encoding: chunked\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: chunked\r\nContent-Length: 17\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n",
	  400 },
	{ POST "Content-Length: 17\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length: 17\r\nContent-Length: 5\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length : 17\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: gzip\r\n\r\n" GOOD, 501 },
	{ POST "Transfer-Encoding: identity\r\n\r\n" GOOD, 501 },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: chunked, identity\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: xchunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "11\r\n" GOOD "\r\n0\r\n\r\n",
	  400 },
	{ POST "Transfer-Encoding : chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\nXX\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n-11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n" GOOD, 0 },
	{ POST "X-Folded: a\r\n b\r\nContent-Length : 17\r\n\r\n" GOOD, 400 },
	{ POST "Host: other.example\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Odd Name: x\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost:\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost : %s\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
};

START_TEST(a_body_whose_length_is_in_doubt_is_refused_and_the_connection_ends)
{
	long long stored = rows_stored();
	struct raw_answer a = raw_ask(filled(framings[_i].bytes));

	if (framings[_i].status)
		ck_assert_msg(a.status == framings[_i].status, "%d: %s", a.status, a.text);
	else
		ck_assert_msg(a.status == 0 || a.status >= 400, "%d: %s", a.status, a.text);
	ck_assert_int_le(a.answers, 1);
	ck_assert(a.closed);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const char *const lengths[] = { "+17", "17, 17", "0x11", "-1", "", "99999999999999999999" };

/* These never reach us: libmicrohttpd answers them, in HTML. */
START_TEST(a_length_that_is_no_number_is_refused)
{
	long long stored = rows_stored();
	struct raw_answer a =
		raw_ask(filled(say(POST "Content-Length: %s\r\n\r\n" GOOD, "%s", lengths[_i])));

	ck_assert_msg(a.status == 400 || a.status == 413, "%d: %s", a.status, a.text);
	ck_assert(a.closed);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

/* What libmicrohttpd does not answer itself is a problem document. */
START_TEST(the_guards_refusals_are_problem_documents)
{
	static const int ours[] = { 0, 2, 4, 5, 15, 17 };
	struct raw_answer a = raw_ask(filled(framings[ours[_i]].bytes));

	ck_assert_ptr_nonnull(strstr(a.text, "Content-Type: application/problem+json\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, "\r\nConnection: close\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, "\"status\":"));
}
END_TEST

START_TEST(what_follows_a_refused_request_is_never_read_as_another)
{
	long long stored = rows_stored();
	const char *smuggled = POST "Content-Length: 17\r\n\r\n" GOOD;
	struct raw_answer a = raw_ask(
		say("%s%s", filled(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
			filled(smuggled)));

	ck_assert_int_eq(a.status, 400);
	ck_assert_int_eq(a.answers, 1);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const struct {
	const char *target;
	int status;
} targets[] = {
	{ "/..", 400 },
	{ "/../", 400 },
	{ "/static/../secret", 400 },
	{ "/static/%2e%2e/secret", 400 },
	{ "/static/%2E%2e/secret", 400 },
	{ "/static/.%2e/secret", 400 },
	{ "/static/..%2fsecret", 400 },
	{ "/static/%2e%2e%2f%2e%2e%2fetc/passwd", 400 },
	{ "/static/..\\secret", 400 },
	{ "/static/%5csecret", 400 },
	{ "/healthz%00", 400 },
	{ "/%00", 400 },
	{ "/static/css/house.css%00.png", 400 },
	{ "/healthz%0a", 400 },
	{ "/healthz%0d%0aX: y", 400 },
	{ "/healthz%7f", 400 },
	{ "/healthz%", 400 },
	{ "/healthz%4", 400 },
	{ "/healthz%zz", 400 },
	{ "/api/v1/stats?x=%00", 400 },
	{ "*", 400 },
	{ "healthz", 400 },
	{ "http://127.0.0.1/healthz", 400 },
	{ "/static/...", 404 },
	{ "/static/%252e%252e/secret", 404 },
	{ "/static/./css/house.css", 404 },
	{ "/%68ealthz", 200 },
	{ "/healthz?", 200 },
	{ "/healthz?..%2f", 200 },
};

START_TEST(an_address_that_climbs_or_hides_something_is_refused)
{
	struct raw_answer a = raw_ask(say("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
									  targets[_i].target, raw_host()));

	ck_assert_msg(a.status == targets[_i].status, "%d: %s", a.status, a.text);
	ck_assert(a.closed);
}
END_TEST

static const char *const lines[] = {
	"GET\r\n\r\n",
	"GET /healthz\r\n\r\n",
	"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
	"GET /healthz FTP/1.1\r\nHost: x\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"GET /healthz HTTP/1.1\r\nHost\r\n\r\n",
	"GET /healthz HTTP/1.1\r\n: x\r\nHost: x\r\n\r\n",
	"\r\n\r\n\r\n\r\n",
	"GET /health\x01z HTTP/1.1\r\nHost: x\r\n\r\n",
};

START_TEST(what_is_hardly_http_does_no_harm)
{
	long long stored = rows_stored();
	int connection = raw_open();

	raw_write(connection, lines[_i], strlen(lines[_i]));
	struct raw_answer a = raw_read(connection, 200);
	raw_close(connection);
	ck_assert_msg(a.status == 0 || a.status / 100 == 4 || a.status == 505, "%d: %s", a.status,
				  a.text);
	ck_assert_int_eq(rows_stored(), stored);
	expect_status(get(NULL, "/healthz"), 200);
}
END_TEST

static const size_t header_sizes[] = { 10 << 10, 20 << 10, 1 << 20 };

START_TEST(huge_headers_are_refused)
{
	char *value = keep(malloc(header_sizes[_i] + 1));

	memset(value, 'x', header_sizes[_i]);
	value[header_sizes[_i]] = '\0';
	struct raw_answer a = raw_ask(say("GET /healthz HTTP/1.1\r\nHost: %s\r\nX: %s\r\n"
									  "Connection: close\r\n\r\n",
									  raw_host(), value));
	/* With so much still unread, the answer itself may be lost on the way. */
	ck_assert_msg(_i == 0 ? a.status == 200 : a.status == 431 || a.status == 413 || a.status == 0,
				  "%d: %s", a.status, a.text);
	expect_status(get(NULL, "/healthz"), 200);
}
END_TEST

START_TEST(a_long_address_is_refused)
{
	char *path = keep(malloc(30001));

	memset(path, 'a', 30000);
	path[30000] = '\0';
	struct raw_answer a = raw_ask(say("GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n", path, raw_host()));
	ck_assert_msg(a.status == 414 || a.status == 431, "%d: %.200s", a.status, a.text);
}
END_TEST

START_TEST(http_1_0_is_answered_and_hung_up_on)
{
	struct raw_answer a = raw_ask(say("GET /healthz HTTP/1.0\r\nHost: %s\r\n\r\n", raw_host()));

	ck_assert_int_eq(a.status, 200);
	ck_assert(a.closed);
}
END_TEST

START_TEST(requests_in_a_row_are_answered_in_their_order)
{
	int connection = raw_open();
	const char *bytes =
		say("GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n"
			"GET /nowhere HTTP/1.1\r\nHost: %s\r\n\r\n%s"
			"GET /api/v1/stats HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
			raw_host(), raw_host(), filled(POST "Content-Length: 17\r\n\r\n" GOOD), raw_host());

	raw_write(connection, bytes, strlen(bytes));
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	ck_assert_int_eq(a.answers, 4);
	const char *ok = strstr(a.text, "HTTP/1.1 200"), *lost = strstr(a.text, "HTTP/1.1 404");
	const char *made = strstr(a.text, "HTTP/1.1 201"), *stats = strstr(a.text, "\"volunteers\"");
	ck_assert(ok && lost && made && stats && ok < lost && lost < made && made < stats);
}
END_TEST

START_TEST(a_folded_header_is_one_value_or_none_but_never_a_second_length)
{
	long long volunteers = count_db("SELECT count(*) FROM volunteer");
	struct raw_answer a =
		raw_ask(filled(POST "X-Note: a\r\n Content-Length: 5\r\nContent-Length: 17\r\n"
							"Connection: close\r\n\r\n" GOOD));

	ck_assert_msg(a.status == 201 || a.status == 400, "%d: %s", a.status, a.text);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer"), volunteers + (a.status == 201));
}
END_TEST

START_TEST(half_a_body_stores_nothing)
{
	long long stored = rows_stored();
	int connection = raw_open();
	const char *bytes = filled(POST "Content-Length: 18\r\n\r\n" GOOD);

	raw_write(connection, bytes, strlen(bytes));
	struct raw_answer a = raw_read(connection, 200);
	raw_close(connection);
	ck_assert_int_eq(a.answers, 0);
	wait_ms(100);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

Suite *http_framing_suite(void)
{
	Suite *suite = suite_create("http/framing");
	TCase *tc = tcase_create("framing");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_body_whose_length_is_in_doubt_is_refused_and_the_connection_ends, 0,
						sizeof framings / sizeof framings[0]);
	tcase_add_loop_test(tc, a_length_that_is_no_number_is_refused, 0, 6);
	tcase_add_loop_test(tc, the_guards_refusals_are_problem_documents, 0, 6);
	tcase_add_test(tc, what_follows_a_refused_request_is_never_read_as_another);
	tcase_add_loop_test(tc, an_address_that_climbs_or_hides_something_is_refused, 0,
						sizeof targets / sizeof targets[0]);
	tcase_add_loop_test(tc, what_is_hardly_http_does_no_harm, 0, sizeof lines / sizeof lines[0]);
	tcase_add_loop_test(tc, huge_headers_are_refused, 0, 3);
	tcase_add_test(tc, a_long_address_is_refused);
	tcase_add_test(tc, http_1_0_is_answered_and_hung_up_on);
	tcase_add_test(tc, requests_in_a_row_are_answered_in_their_order);
	tcase_add_test(tc, a_folded_header_is_one_value_or_none_but_never_a_second_length);
	tcase_add_test(tc, half_a_body_stores_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
