/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser may rely on for pages and the files they are made of, and operators for health. */
#include <string.h>

#include "client.h"
#include "suites.h"
#include "world.h"

static const char *const pages[] = { "/", "/about", "/data", "/moderate" };

START_TEST(every_page_is_html_under_a_strict_policy)
{
	struct answer a = get(NULL, pages[_i]);
	const char *policy = header_of(a, "Content-Security-Policy");

	expect_status(a, 200);
	ck_assert_str_eq(a.type, "text/html; charset=utf-8");
	ck_assert_ptr_nonnull(strstr(policy, "default-src 'none'"));
	ck_assert_ptr_nonnull(strstr(policy, "script-src 'self';"));
	ck_assert_ptr_nonnull(strstr(policy, "style-src 'self';"));
	ck_assert_ptr_nonnull(strstr(policy, "frame-ancestors 'none'"));
	ck_assert_ptr_nonnull(strstr(policy, "base-uri 'none'"));
	ck_assert_ptr_null(strstr(policy, "unsafe"));
	ck_assert_ptr_null(strstr(policy, "*"));
	ck_assert_ptr_null(strstr(a.text, "<script>"));
	ck_assert_ptr_null(strstr(a.text, " style="));
	ck_assert_ptr_null(strstr(a.text, " onclick="));
}
END_TEST

/* Calls for whatever a page names below /static/. */
START_TEST(everything_that_a_page_names_is_there)
{
	struct answer page = get(NULL, pages[_i]);
	int named = 0;

	for (const char *at = page.text; (at = strstr(at, "\"/static/")); at++, named++) {
		const char *path = say("%.*s", (int)strcspn(at + 1, "\"#?"), at + 1);
		struct answer file = get(NULL, path);

		expect_status(file, 200);
		ck_assert_uint_gt(file.len, 0);
		ck_assert_str_eq(header_of(file, "X-Content-Type-Options"), "nosniff");
	}
	ck_assert_int_ge(named, 2);
}
END_TEST

static const char *const always[][2] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

START_TEST(every_answer_carries_the_headers_that_protect_it)
{
	static const char *const paths[] = { "/", "/nowhere", "/api/v1/stats", "/api/v1/me",
										 "/healthz" };

	for (size_t p = 0; p < sizeof paths / sizeof paths[0]; p++)
		ck_assert_str_eq(header_of(get(NULL, paths[p]), always[_i][0]), always[_i][1]);
}
END_TEST

START_TEST(answers_of_the_interface_are_not_kept_by_anybody)
{
	struct person person = a_volunteer();

	ck_assert_str_eq(header_of(get(&person, "/api/v1/me"), "Cache-Control"), "no-store");
	ck_assert_str_eq(header_of(get(NULL, "/api/v1/me"), "Cache-Control"), "no-store");
}
END_TEST

START_TEST(a_page_that_has_not_changed_is_not_sent_again)
{
	const char *tag = header_of(get(NULL, "/"), "ETag");
	struct answer a =
		call(&(struct call){ .path = "/", .headers = { say("If-None-Match: %s", tag) } });

	expect_status(a, 304);
	ck_assert_uint_eq(a.len, 0);
}
END_TEST

static const char *const nowhere[] = { "/nowhere",
									   "/index.html",
									   "/about/",
									   "/static",
									   "/static/",
									   "/static/none.js",
									   "/static/css",
									   "/static//css/house.css",
									   "/api",
									   "/api/v1",
									   "/api/v1/",
									   "/api/v1/volunteers/",
									   "/api/v2/stats",
									   "/API/v1/stats",
									   "/static/%2f",
									   "/static/css%2fnone",
									   "/static/.git",
									   "/static/secret",
									   "//",
									   "/%20",
									   "/static/css/house.css/",
									   "/moderate.html",
									   "/favicon.ico%20" };

START_TEST(what_is_not_there_is_404)
{
	expect_problem(get(NULL, nowhere[_i]), 404, "not-found");
}
END_TEST

START_TEST(head_is_answered_like_get_without_the_body)
{
	struct answer full = get(NULL, pages[_i]);
	struct answer head = call(&(struct call){ .method = "HEAD", .path = pages[_i] });

	expect_status(head, 200);
	ck_assert_uint_eq(head.len, 0);
	ck_assert_str_eq(header_of(head, "Content-Length"), header_of(full, "Content-Length"));
}
END_TEST

START_TEST(a_process_that_runs_says_so)
{
	struct answer a = get(NULL, "/healthz");

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "status"), "ok");
}
END_TEST

START_TEST(a_server_that_can_work_says_what_it_looked_at)
{
	struct answer a = get(NULL, "/readyz");

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "status"), "ready");
	ck_assert_str_eq(text_at(a.body, "checks/database"), "ok");
	ck_assert_str_eq(text_at(a.body, "checks/migrations"), "ok");
	ck_assert_str_eq(text_at(a.body, "checks/store"), "ok");
}
END_TEST

/* The number after a metric's name. */
static double metric(const char *name)
{
	struct answer a = get(NULL, "/metrics");
	const char *at = strstr(a.text, say("\n%s ", name));

	expect_status(a, 200);
	ck_assert_ptr_nonnull(strstr(a.type, "text/plain"));
	ck_assert_msg(at != NULL, "no metric %s", name);
	return strtod(at + strlen(name) + 2, NULL);
}

START_TEST(metrics_count_requests_and_answers)
{
	double requests = metric("touchstone_requests_total");
	double refused = metric("touchstone_answers_total{class=\"4xx\"}");

	get(NULL, "/nowhere");
	ck_assert(metric("touchstone_requests_total") >= requests + 3);
	ck_assert(metric("touchstone_answers_total{class=\"4xx\"}") >= refused + 1);
	ck_assert(metric("touchstone_connections") >= 1);
	ck_assert(metric("touchstone_requests_in_flight") >= 1);
}
END_TEST

Suite *http_pages_suite(void)
{
	Suite *suite = suite_create("http/pages");
	TCase *tc = tcase_create("pages");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, every_page_is_html_under_a_strict_policy, 0, 4);
	tcase_add_loop_test(tc, everything_that_a_page_names_is_there, 0, 4);
	tcase_add_loop_test(tc, every_answer_carries_the_headers_that_protect_it, 0, 4);
	tcase_add_test(tc, answers_of_the_interface_are_not_kept_by_anybody);
	tcase_add_test(tc, a_page_that_has_not_changed_is_not_sent_again);
	tcase_add_loop_test(tc, what_is_not_there_is_404, 0, sizeof nowhere / sizeof nowhere[0]);
	tcase_add_loop_test(tc, head_is_answered_like_get_without_the_body, 0, 4);
	suite_add_tcase(suite, tc);
	return suite;
}

Suite *http_health_suite(void)
{
	Suite *suite = suite_create("http/health");
	TCase *tc = tcase_create("health");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_process_that_runs_says_so);
	tcase_add_test(tc, a_server_that_can_work_says_what_it_looked_at);
	tcase_add_test(tc, metrics_count_requests_and_answers);
	suite_add_tcase(suite, tc);
	return suite;
}
