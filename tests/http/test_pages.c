/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser may rely on for pages and the files they are made of, and operators for health. */
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "client.h"
#include "suites.h"
#include "world.h"

static const char *const pages[] = { "/",
	                                 "/about",
	                                 "/data",
	                                 "/moderate",
	                                 "/admin",
	                                 "/admin/audit",
	                                 "/admin/moderators",
	                                 "/admin/campaigns",
	                                 "/access" };

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

/* The address of the style sheet in a page: with a version. */
static const char *named_file(void)
{
	const char *page = get(NULL, "/").text, *at = strstr(page, "\"/static/");

	ck_assert_ptr_nonnull(at);
	return say("%.*s", (int)strcspn(at + 1, "\""), at + 1);
}

/* The same without its version. */
static const char *plain_file(void)
{
	const char *path = strchr(named_file() + strlen("/static/"), '/');

	ck_assert_ptr_nonnull(path);
	return say("/static%s", path);
}

static struct answer get_as(const char *path, const char *encodings, const char *tag)
{
	return call(&(struct call){ .path = path,
	                            .headers = { say("Accept-Encoding: %s", encodings),
	                                         tag ? say("If-None-Match: %s", tag) : NULL } });
}

START_TEST(what_a_page_names_is_kept_for_ever)
{
	struct answer file = get(NULL, named_file());

	expect_status(file, 200);
	ck_assert_str_eq(header_of(file, "Cache-Control"), "public, max-age=31536000, immutable");
	ck_assert_str_ne(named_file(), plain_file());
}
END_TEST

START_TEST(a_page_and_a_file_without_its_version_are_asked_about_each_time)
{
	const char *another = say("/static/%s%s", "0123456789abcdef", plain_file() + strlen("/static"));
	const char *paths[] = { "/", plain_file(), another };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct answer a = get(NULL, paths[i]);

		expect_status(a, 200);
		ck_assert_str_eq(header_of(a, "Cache-Control"), "no-cache");
		expect_status(get_as(paths[i], "identity", header_of(a, "ETag")), 304);
	}
	ck_assert_str_eq(get(NULL, plain_file()).text, get(NULL, named_file()).text);
	ck_assert_str_eq(get(NULL, another).text, get(NULL, named_file()).text);
}
END_TEST

static const char *unpack(struct answer packed)
{
	static char text[1 << 20];
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)packed.text,
		                .avail_in = (uInt)packed.len,
		                .next_out = (Bytef *)text,
		                .avail_out = sizeof text - 1 };

	ck_assert_int_eq(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
	ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
	text[stream.total_out] = '\0';
	inflateEnd(&stream);
	return text;
}

START_TEST(who_takes_gzip_gets_the_same_in_less)
{
	const char *paths[] = { "/", "/data", plain_file(), named_file() };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct answer full = get(NULL, paths[i]), small = get_as(paths[i], "br, gzip", NULL);

		expect_status(small, 200);
		ck_assert_str_eq(header_of(small, "Content-Encoding"), "gzip");
		ck_assert_ptr_null(header_of(full, "Content-Encoding"));
		ck_assert_str_eq(small.type, full.type);
		ck_assert_uint_lt(small.len, full.len);
		ck_assert_str_eq(unpack(small), full.text);
		ck_assert_str_eq(header_of(small, "Vary"), "Accept-Encoding");
		ck_assert_str_eq(header_of(full, "Vary"), "Accept-Encoding");
		ck_assert_str_ne(header_of(small, "ETag"), header_of(full, "ETag"));
		ck_assert_str_eq(header_of(small, "Cache-Control"), header_of(full, "Cache-Control"));
	}
}
END_TEST

/* Otherwise a cache would give one form to who can read the other alone. */
START_TEST(a_tag_stands_for_one_form_of_a_file)
{
	const char *path = plain_file();
	const char *full = header_of(get(NULL, path), "ETag");
	const char *small = header_of(get_as(path, "gzip", NULL), "ETag");
	struct answer same = get_as(path, "gzip", small);

	expect_status(same, 304);
	ck_assert_str_eq(header_of(same, "ETag"), small);
	ck_assert_str_eq(header_of(same, "Vary"), "Accept-Encoding");
	expect_status(get_as(path, "gzip", full), 200);
	expect_status(get_as(path, "identity", small), 200);
	expect_status(get_as(path, "identity", full), 304);
}
END_TEST

START_TEST(a_range_of_a_page_is_all_of_it)
{
	struct answer a =
		call(&(struct call){ .path = named_file(), .headers = { "Range: bytes=0-9" } });

	expect_status(a, 200);
	ck_assert_uint_eq(a.len, get(NULL, named_file()).len);
	ck_assert_ptr_null(header_of(a, "Accept-Ranges"));
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
	                                   "/favicon.ico%20",
	                                   "/static/0123456789abcdef",
	                                   "/static/0123456789abcdef/",
	                                   "/static/0123456789abcdef/css/none.css",
	                                   "/static/0123456789abcdef/0123456789abcdef/css/house.css",
	                                   "/static/0123456789abcde/css/house.css",
	                                   "/static/0123456789abcdeg/css/house.css" };

START_TEST(what_is_not_there_is_404)
{
	expect_problem(get(NULL, nowhere[_i]), 404, "not-found");
}
END_TEST

/* By what the client weighs, and not by what its header happens to mention. */
static const struct {
	const char *first, *second;
	bool page;
} wishes[] = {
	{ "text/html", NULL, true },
	{ "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", NULL, true },
	{ "application/json;q=0.1", "Text/HTML", true },
	{ "text/*;q=0.7, */*;q=0.1", NULL, true },
	{ "text/html;q=0.5;x=\"a,b\", text/html;charset=utf-8;q=0.3", NULL, true },
	{ "application/problem+json;q=0.2, text/html;q=0.25", NULL, true },
	{ "*/*", NULL, false },
	{ "application/json", NULL, false },
	{ "text/html;q=0", NULL, false },
	{ "text/html;q=0.000, */*", NULL, false },
	{ "text/html ; Q=0.2 , application/problem+json", NULL, false },
	{ "text/html;q=0.3, application/*;q=0.4", NULL, false },
	{ "text/html;level=1", NULL, false },
	{ "text/htmlx", NULL, false },
	{ "x/y;z=\"text/html, text/html\"", NULL, false },
	{ "text/html;q=x", NULL, false },
	{ "text/html;q=2", NULL, false },
	{ "text/html;q=0.0001", NULL, false },
	{ ", ,;,", NULL, false },
};

START_TEST(what_is_not_there_is_told_in_the_form_that_the_client_likes_best)
{
	static const char *const paths[] = { "/nowhere", "/api/v1/nowhere" };
	struct call ask = { .path = paths[_i % 2] };
	bool is_page = wishes[_i / 2].page && _i % 2 == 0;

	ask.headers[0] = say("Accept: %s", wishes[_i / 2].first);
	ask.headers[1] = wishes[_i / 2].second ? say("Accept: %s", wishes[_i / 2].second) : NULL;
	struct answer a = call(&ask);
	ck_assert_int_eq(a.status, 404);
	ck_assert_str_eq(a.type, is_page ? "text/html; charset=utf-8" : "application/problem+json");
	ck_assert_int_eq(strcasestr(a.headers, "\nVary: Accept\r") != NULL, _i % 2 == 0);
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
	ck_assert_str_eq(text_at(a.body, "checks/secret"), "ok");
	ck_assert_str_eq(text_at(a.body, "checks/clock"), "ok");
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
	tcase_add_test(tc, what_a_page_names_is_kept_for_ever);
	tcase_add_test(tc, a_page_and_a_file_without_its_version_are_asked_about_each_time);
	tcase_add_test(tc, who_takes_gzip_gets_the_same_in_less);
	tcase_add_test(tc, a_tag_stands_for_one_form_of_a_file);
	tcase_add_test(tc, a_range_of_a_page_is_all_of_it);
	tcase_add_loop_test(tc, what_is_not_there_is_404, 0, sizeof nowhere / sizeof nowhere[0]);
	tcase_add_loop_test(tc, what_is_not_there_is_told_in_the_form_that_the_client_likes_best, 0,
	                    2 * sizeof wishes / sizeof wishes[0]);
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
