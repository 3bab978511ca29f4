/* SPDX-License-Identifier: Apache-2.0 */
/* What holds at every address: methods, content types, other sites, and how much one may ask. */
#include <string.h>

#include "another.h"
#include "api/api.h"
#include "client.h"
#include "database.h"
#include "http/router.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

/* An address of that route: the parts that vary filled in. */
static const char *address_of(const struct route *route)
{
	const char *text = "";

	for (const char *at = route->path; *at; at++) {
		if (*at != '{') {
			text = say("%s%c", text, *at);
			continue;
		}
		text = say("%s00000000-0000-4000-8000-000000000000", text);
		at = strchr(at, '}');
	}
	return text;
}

/* Is an address one of a pattern, a part of which may be "{}"? */
static bool is_of(const char *address, const char *pattern)
{
	while (*address && *pattern) {
		size_t a = strcspn(address, "/"), p = strcspn(pattern, "/");

		if (!(p == 2 && strncmp(pattern, "{}", 2) == 0) &&
		    (a != p || strncmp(address, pattern, p) != 0))
			return false;
		address += a + (address[a] == '/');
		pattern += p + (pattern[p] == '/');
	}
	return !*address && !*pattern;
}

/* Does the address take the method, as its own or as one of a wider pattern? */
static bool has(const char *path, const char *method)
{
	for (const struct route *route = api_routes; route->method; route++)
		if (is_of(path, route->path) && strcmp(route->method, method) == 0)
			return true;
	return false;
}

START_TEST(a_method_that_an_address_does_not_take_is_405_and_says_what_it_takes)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH", "TRACE" };
	long long stored = rows_stored();

	for (const struct route *route = api_routes; route->method; route++) {
		if (has(route->path, methods[_i]))
			continue;
		struct answer a = call(&(struct call){ .method = methods[_i], .path = address_of(route) });
		expect_problem(a, 405, "method");
		ck_assert_ptr_nonnull(header_of(a, "Allow"));
		ck_assert_ptr_nonnull(strstr(header_of(a, "Allow"), route->method));
	}
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(an_address_that_takes_several_methods_names_all)
{
	struct answer a = call(&(struct call){ .method = "PATCH", .path = "/api/v1/session" });

	ck_assert_str_eq(header_of(a, "Allow"), "POST, GET, HEAD, DELETE, OPTIONS");
}
END_TEST

START_TEST(options_tells_what_each_address_takes)
{
	long long stored = rows_stored();

	for (const struct route *route = api_routes; route->method; route++) {
		struct answer a = call(&(struct call){ .method = "OPTIONS", .path = address_of(route) });

		expect_status(a, 204);
		ck_assert_ptr_nonnull(strstr(header_of(a, "Allow"), route->method));
		ck_assert_ptr_nonnull(strstr(header_of(a, "Allow"), "OPTIONS"));
	}
	expect_problem(call(&(struct call){ .method = "OPTIONS", .path = "/nowhere" }), 404,
	               "not-found");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

/* Of the server, of an address, with a body that nobody asked for, for another one's page. */
START_TEST(options_may_be_asked_of_the_whole_server)
{
	const char *ask = say("OPTIONS * HTTP/1.1\r\nHost: %s\r\n", raw_host());
	struct raw_answer a = raw_ask(say("%sConnection: close\r\n\r\n", ask));

	ck_assert_int_eq(a.status, 204);
	ck_assert_ptr_null(strstr(a.text, "Content-Length"));
	for (const struct route *route = api_routes; route->method; route++)
		ck_assert_ptr_nonnull(strstr(strstr(a.text, "\r\nAllow: "), route->method));
	a = raw_ask(say("%sConnection: close\r\nContent-Length: 2\r\n\r\n{}", ask));
	ck_assert_int_eq(a.status, 204);
	ck_assert_int_eq(a.answers, 1);
	a = raw_ask(say("%sOrigin: http://evil.example\r\nConnection: close\r\n\r\n", ask));
	ck_assert_int_eq(a.status, 403);
	ck_assert_ptr_null(strstr(a.text, "Access-Control-"));
}
END_TEST

static const struct {
	const char *line;
	int status;
} methods_known[] = {
	{ "BREW /api/v1/stats", 501 },
	{ "BREW /nowhere", 501 },
	{ "get /healthz", 501 },
	{ "GETS /healthz", 501 },
	{ "PROPFIND /healthz", 501 },
	{ "head /healthz", 501 },
	{ "TRACE /healthz", 405 },
	{ "CONNECT /healthz", 405 },
	{ "CONNECT 127.0.0.1:80", 501 },
	{ "CONNECT example.org", 501 },
	{ "PATCH /healthz", 405 },
	{ "PATCH /nowhere", 404 },
	{ "POST *", 400 },
	{ "HEAD *", 400 },
	{ "OPTIONS **", 400 },
	{ "OPTIONS *?x", 400 },
	{ "OPTIONS /%2a", 404 },
};

START_TEST(a_method_that_http_does_not_know_is_told_from_one_that_is_not_taken)
{
	struct raw_answer a = raw_ask(say("%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	                                  methods_known[_i].line, raw_host()));

	ck_assert_msg(a.status == methods_known[_i].status, "%d: %s", a.status, a.text);
	ck_assert_int_eq(a.answers, 1);
}
END_TEST

static const char *const types[] = { "",
	                                 "text/plain",
	                                 "application/x-www-form-urlencoded",
	                                 "multipart/form-data; boundary=x",
	                                 "application/jsonp",
	                                 "application/json5",
	                                 "text/json",
	                                 "json",
	                                 ";",
	                                 "text/plain; application/json",
	                                 "application/json text",
	                                 "application/json; charset=utf-16",
	                                 "application/json;charset=\"latin1\"",
	                                 "application/json; charset=utf-8; charset=utf-16" };

START_TEST(only_json_is_read)
{
	long long stored = rows_stored();
	struct answer a = call(&(struct call){
		.path = "/api/v1/volunteers", .text = "{\"consent\": true}", .type = types[_i] });

	expect_problem(a, 415, "content-type");
	ck_assert_ptr_nonnull(header_of(a, "Accept"));
	ck_assert_str_eq(header_of(a, "Accept"), "application/json");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const char *const good_types[] = { "application/json", "APPLICATION/JSON",
	                                      "application/json; charset=utf-8",
	                                      "application/json;charset=utf-8",
	                                      "application/json ; charset=\"UTF-8\"; x=y" };

START_TEST(json_may_be_spelled_as_one_likes)
{
	expect_status(call(&(struct call){ .path = "/api/v1/volunteers",
	                                   .text = "{\"consent\": true}",
	                                   .type = good_types[_i] }),
	              201);
}
END_TEST

START_TEST(a_body_that_is_encoded_is_refused_with_what_is_taken)
{
	struct answer a = call(&(struct call){ .path = "/api/v1/volunteers",
	                                       .text = "{\"consent\": true}",
	                                       .headers = { "Content-Encoding: gzip" } });

	expect_problem(a, 415, "content-type");
	ck_assert_str_eq(header_of(a, "Accept-Encoding"), "identity");
}
END_TEST

static const struct {
	const char *first, *second; /* %s: the page's tag */
	long status;
} tag_lists[] = {
	{ "%s", NULL, 304 },    { "W/%s", NULL, 304 },    { "\"a\", %s", NULL, 304 },
	{ "\"a\"", "%s", 304 }, { "*", NULL, 304 },       { "\"a\"", NULL, 200 },
	{ "x%s", NULL, 200 },   { "\"a%s\"", NULL, 200 },
};

START_TEST(tags_are_read_as_a_list_of_whole_tags_in_any_number_of_lines)
{
	const char *tag = header_of(get(NULL, "/about"), "ETag");
	const char *first = tag_lists[_i].first, *hole = strstr(first, "%s");
	struct call again = { .path = "/about" };

	again.headers[0] =
		hole ? say("If-None-Match: %.*s%s%s", (int)(hole - first), first, tag, hole + 2)
			 : say("If-None-Match: %s", first);
	again.headers[1] = tag_lists[_i].second ? say("If-None-Match: %s", tag) : NULL;
	expect_status(call(&again), tag_lists[_i].status);
}
END_TEST

/* HEAD says the length that GET sends, 304 the same; and no byte stands between two answers. */
START_TEST(what_is_held_already_has_the_length_of_what_is_not_sent_again)
{
	static const char *const codings[] = { "identity", "gzip" };
	const char *coding = codings[_i % 2], *method = _i / 2 ? "HEAD" : "GET";
	const char *accept = say("Accept-Encoding: %s", coding);
	struct answer whole = call(&(struct call){ .path = "/about", .headers = { accept } });
	struct raw_answer a =
		raw_ask(say("%s /about HTTP/1.1\r\nHost: %s\r\n%s\r\nIf-None-Match: %s\r\n\r\n"
	                "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	                method, raw_host(), accept, header_of(whole, "ETag"), raw_host()));
	const char *end = strstr(a.text, "\r\n\r\n"), *length = strstr(a.text, "Content-Length: ");

	ck_assert_int_eq(a.status, 304);
	ck_assert_int_eq(a.answers, 2);
	ck_assert_int_eq(strncmp(end, "\r\n\r\nHTTP/1.1 200", 16), 0);
	ck_assert_ptr_nonnull(header_of(whole, "Content-Length"));
	if (length && length < end)
		ck_assert_int_eq(atol(length + 16), atol(header_of(whole, "Content-Length")));
}
END_TEST

/* Whatever there is; the one that is there, in a list, in the second line; only what is there. */
static const struct {
	const char *first, *second; /* %s: the page's tag */
	long status;
} wanted[] = {
	{ "*", NULL, 200 },         { "%s", NULL, 200 },
	{ "\"a\", %s", NULL, 200 }, { "\"a\"", "%s", 200 },
	{ "\"a\"", NULL, 412 },     { "W/%s", NULL, 412 },
	{ "\"a%s\"", NULL, 412 },   { "\"a\", W/%s", "\"b\"", 412 },
	{ "none", NULL, 412 },
};

static const char *with_tag(const char *format, const char *tag)
{
	const char *hole = strstr(format, "%s");

	return hole ? say("%.*s%s%s", (int)(hole - format), format, tag, hole + 2) : format;
}

START_TEST(what_is_wanted_only_as_it_was_is_not_sent_when_it_is_another)
{
	static const char *const methods[] = { "GET", "HEAD" };
	const char *tag = header_of(get(NULL, "/about"), "ETag");
	const char *second = wanted[_i / 2].second;
	struct answer a = call(&(struct call){
		.method = methods[_i % 2],
		.path = "/about",
		.headers = { say("If-Match: %s", with_tag(wanted[_i / 2].first, tag)),
	                 second ? say("If-Match: %s", with_tag(second, tag)) : "X: y" } });

	expect_status(a, wanted[_i / 2].status);
	if (wanted[_i / 2].status == 412) {
		ck_assert_str_eq(header_of(a, "Cache-Control"), "no-store");
		ck_assert_ptr_null(header_of(a, "ETag"));
		ck_assert_str_eq(a.type, "application/problem+json");
	}
}
END_TEST

/* What must not be done if something changed meanwhile is not done where nobody could tell. */
START_TEST(nothing_is_changed_on_a_condition_that_does_not_hold)
{
	struct person person = a_volunteer();
	long long stored = rows_stored();
	const char *condition = "If-Match: \"x\"";

	expect_problem(
		call(&(struct call){
			.method = "DELETE", .path = "/api/v1/me", .as = &person, .headers = { condition } }),
		412, "precondition");
	expect_problem(call(&(struct call){ .path = "/api/v1/volunteers",
	                                    .text = "{\"consent\": true}",
	                                    .headers = { condition } }),
	               412, "precondition");
	expect_problem(
		call(&(struct call){ .path = "/api/v1/me", .as = &person, .headers = { condition } }), 412,
		"precondition");
	expect_problem(call(&(struct call){ .path = "/api/v1/nowhere", .headers = { condition } }), 404,
	               "not-found");
	ck_assert_int_eq(rows_stored(), stored);
	expect_status(call(&(struct call){ .method = "DELETE",
	                                   .path = "/api/v1/me",
	                                   .as = &person,
	                                   .headers = { "If-Match: *" } }),
	              204);
}
END_TEST

START_TEST(a_volunteer_is_not_asked_for_a_token)
{
	ck_assert_str_eq(header_of(get(NULL, "/api/v1/me"), "WWW-Authenticate"),
	                 "Cookie realm=\"touchstone\"");
	ck_assert_str_eq(header_of(get(NULL, "/api/v1/disputes"), "WWW-Authenticate"),
	                 "Bearer realm=\"touchstone\"");
}
END_TEST

static const char *const other_sites[][2] = {
	{ "Origin: http://evil.example" },
	{ "Origin: https://127.0.0.1" },
	{ "Origin: null" },
	{ "Origin: " },
	{ "Sec-Fetch-Site: cross-site" },
	{ "Sec-Fetch-Site: same-site" },
	{ "Sec-Fetch-Site: none" },
	{ "Origin: http://evil.example", "Sec-Fetch-Site: same-origin" },
};

START_TEST(what_another_site_makes_a_browser_send_is_refused)
{
	struct person person = a_volunteer();
	long long stored = rows_stored();
	struct answer a = call(&(struct call){ .path = "/api/v1/assignments",
	                                       .as = &person,
	                                       .body = json_object(),
	                                       .headers = { other_sites[_i][0], other_sites[_i][1] } });

	if (strcmp(other_sites[_i][0], "Origin: ") == 0) { /* libcurl leaves an empty header out */
		ck_assert(a.status < 300);
		return;
	}
	expect_problem(a, 403, "other-site");
	a = call(&(struct call){ .method = "DELETE",
	                         .path = "/api/v1/me",
	                         .as = &person,
	                         .headers = { other_sites[_i][0], other_sites[_i][1] } });
	expect_problem(a, 403, "other-site");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(what_our_own_pages_send_is_taken)
{
	struct person person = { 0 };

	expect_status(call(&(struct call){ .path = "/api/v1/volunteers",
	                                   .as = &person,
	                                   .body = json_pack("{s:b}", "consent", 1),
	                                   .headers = { say("Origin: %s", getenv("SERVER_URL")),
	                                                "Sec-Fetch-Site: same-origin" } }),
	              201);
}
END_TEST

START_TEST(looking_is_allowed_from_anywhere)
{
	expect_status(call(&(struct call){
					  .path = "/api/v1/stats",
					  .headers = { "Origin: http://evil.example", "Sec-Fetch-Site: cross-site" } }),
	              200);
}
END_TEST

START_TEST(no_answer_lets_another_site_read_it)
{
	struct answer a = call(
		&(struct call){ .path = "/api/v1/stats", .headers = { "Origin: http://evil.example" } });

	ck_assert_ptr_null(header_of(a, "Access-Control-Allow-Origin"));
	ck_assert_ptr_null(header_of(a, "Access-Control-Allow-Credentials"));
}
END_TEST

#define MANY 20

/* Answers of one length are written on the same sheets, round after round. */
START_TEST(everybody_gets_their_own_answer_when_many_ask_at_once)
{
	struct person people[MANY];
	int connections[MANY];

	for (int i = 0; i < MANY; i++) {
		people[i] = a_volunteer();
		connections[i] = raw_open();
	}
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < MANY; i++) {
			const char *ask = say("GET /api/v1/me HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n",
			                      raw_host(), people[i].cookie);
			raw_write(connections[i], ask, strlen(ask));
		}
		for (int i = 0; i < MANY; i++) {
			struct raw_answer a = raw_read_one(connections[i]);
			ck_assert_int_eq(a.status, 200);
			ck_assert_ptr_nonnull(strstr(a.text, volunteer_id(&people[i])));
		}
	}
	for (int i = 0; i < MANY; i++)
		raw_close(connections[i]);
}
END_TEST

START_TEST(a_network_may_make_so_many_volunteers_and_no_more)
{
	const char *const options[] = { "--budgets", "volunteers=2/h", NULL };
	struct another server = another_start(options);
	long long before = count_db("SELECT count(*) FROM volunteer");
	struct answer a = { 0 };

	for (int try = 0; try < 3; try++)
		a = call(&(struct call){ .server = server.url,
		                         .path = "/api/v1/volunteers",
		                         .body = json_pack("{s:b}", "consent", 1) });
	another_stop(&server);
	expect_problem(a, 429, "too-many-volunteers");
	ck_assert_int_ge(atoi(header_of(a, "Retry-After")), 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer"), before + 2);
}
END_TEST

START_TEST(a_network_may_write_so_often_and_no_more)
{
	const char *const options[] = { "--budgets", "writes=1/m:2", NULL };
	struct another server = another_start(options);
	struct person person = a_volunteer();
	struct answer a = { 0 };

	for (int try = 0; try < 3; try++)
		a = call(&(struct call){
			.server = server.url, .path = "/api/v1/skips", .as = &person, .body = json_object() });
	struct answer look =
		call(&(struct call){ .server = server.url, .path = "/api/v1/me", .as = &person });
	another_stop(&server);
	expect_problem(a, 429, "too-many");
	expect_status(look, 200);
}
END_TEST

START_TEST(a_forwarded_address_is_believed_of_trusted_proxies_alone)
{
	static const struct {
		const char *trusted;
		long status;
	} cases[] = { { "", 429 }, { "10.9.8.7", 429 }, { "127.0.0.1", 201 } };
	const char *const options[] = { "--budgets", "volunteers=1/h:1", "--trusted-proxies",
		                            cases[_i].trusted, NULL };
	struct another server = another_start(options);
	struct answer a = { 0 };

	for (int try = 0; try < 2; try++)
		a = call(&(struct call){ .server = server.url,
		                         .path = "/api/v1/volunteers",
		                         .body = json_pack("{s:b}", "consent", 1),
		                         .headers = { say("X-Forwarded-For: 203.0.%d.7", 113 + try) } });
	another_stop(&server);
	expect_status(a, cases[_i].status);
}
END_TEST

static long enter_from(const char *server, const char *address)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/volunteers",
	                            .body = json_pack("{s:b}", "consent", 1),
	                            .headers = { say("X-Forwarded-For: %s", address) } })
	    .status;
}

/* One volunteer an hour for each /56, and no more than eight for all of a /48. */
START_TEST(a_block_of_ipv6_is_no_more_than_eight_homes)
{
	static const char *const options[] = { "--budgets", "volunteers=1/h:1", "--trusted-proxies",
		                                   "127.0.0.1", NULL };
	struct another server = another_start(options);
	long first[8], second[2];

	for (int home = 0; home < 8; home++)
		first[home] = enter_from(server.url, say("2001:db8:7:%x00::1", home + 1));
	second[0] = enter_from(server.url, "2001:db8:7:900::1");
	second[1] = enter_from(server.url, "2001:db8:8:900::1");
	another_stop(&server);
	for (int home = 0; home < 8; home++)
		ck_assert_int_eq(first[home], 201);
	ck_assert_int_eq(second[0], 429);
	ck_assert_int_eq(second[1], 201);
}
END_TEST

Suite *http_manners_suite(void)
{
	Suite *suite = suite_create("http/manners");
	TCase *tc = tcase_create("manners");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_method_that_an_address_does_not_take_is_405_and_says_what_it_takes, 0,
	                    6);
	tcase_add_test(tc, an_address_that_takes_several_methods_names_all);
	tcase_add_test(tc, options_tells_what_each_address_takes);
	tcase_add_test(tc, options_may_be_asked_of_the_whole_server);
	tcase_add_loop_test(tc, a_method_that_http_does_not_know_is_told_from_one_that_is_not_taken, 0,
	                    sizeof methods_known / sizeof methods_known[0]);
	tcase_add_loop_test(tc, only_json_is_read, 0, sizeof types / sizeof types[0]);
	tcase_add_test(tc, a_body_that_is_encoded_is_refused_with_what_is_taken);
	tcase_add_loop_test(tc, tags_are_read_as_a_list_of_whole_tags_in_any_number_of_lines, 0, 8);
	tcase_add_loop_test(tc, what_is_held_already_has_the_length_of_what_is_not_sent_again, 0, 4);
	tcase_add_loop_test(tc, what_is_wanted_only_as_it_was_is_not_sent_when_it_is_another, 0,
	                    2 * sizeof wanted / sizeof wanted[0]);
	tcase_add_test(tc, nothing_is_changed_on_a_condition_that_does_not_hold);
	tcase_add_test(tc, a_volunteer_is_not_asked_for_a_token);
	tcase_add_loop_test(tc, json_may_be_spelled_as_one_likes, 0, 5);
	tcase_add_loop_test(tc, what_another_site_makes_a_browser_send_is_refused, 0, 8);
	tcase_add_test(tc, what_our_own_pages_send_is_taken);
	tcase_add_test(tc, looking_is_allowed_from_anywhere);
	tcase_add_test(tc, no_answer_lets_another_site_read_it);
	tcase_add_test(tc, everybody_gets_their_own_answer_when_many_ask_at_once);
	tcase_add_test(tc, a_network_may_make_so_many_volunteers_and_no_more);
	tcase_add_test(tc, a_network_may_write_so_often_and_no_more);
	tcase_add_loop_test(tc, a_forwarded_address_is_believed_of_trusted_proxies_alone, 0, 3);
	tcase_add_test(tc, a_block_of_ipv6_is_no_more_than_eight_homes);
	suite_add_tcase(suite, tc);
	return suite;
}
