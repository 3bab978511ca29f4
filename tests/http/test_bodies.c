/* SPDX-License-Identifier: Apache-2.0 */
/* What bad JSON gets, at every address that takes JSON: one clear problem, and nothing stored. */
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

static const struct {
	const char *method, *path, *role;
} takers[] = {
	{ "POST", "/api/v1/volunteers", NULL },
	{ "POST", "/api/v1/assignments", "volunteer" },
	{ "POST", "/api/v1/judgments", "volunteer" },
	{ "POST", "/api/v1/skips", "volunteer" },
	{ "POST", "/api/v1/session", NULL },
	{ "PUT", "/api/v1/me/password", "moderator" },
	{ "POST", "/api/v1/disputes/00000000-0000-4000-8000-000000000000/verdict", "moderator" },
	{ "POST", "/api/v1/disputes/00000000-0000-4000-8000-000000000000/ruling", "moderator" },
	{ "POST", "/api/v1/releases", "researcher" },
};

#define TAKERS (sizeof takers / sizeof takers[0])

/* Lengths are told where a text holds NUL. */
static const struct {
	const char *text;
	size_t len;
	long status;
} bodies[] = {
	{ "", 0, 400 },
	{ " ", 0, 400 },
	{ "{", 0, 400 },
	{ "}", 0, 400 },
	{ "{\"consent\": true", 0, 400 },
	{ "{\"consent\": tru}", 0, 400 },
	{ "{'consent': true}", 0, 400 },
	{ "{consent: true}", 0, 400 },
	{ "{\"consent\": true,}", 0, 400 },
	{ "{\"consent\": true} {}", 0, 400 },
	{ "{\"consent\": true}x", 0, 400 },
	{ "// {}\n{\"consent\": true}", 0, 400 },
	{ "consent=true", 0, 400 },
	{ "<consent>true</consent>", 0, 400 },
	{ "{\"consent\": true, \"consent\": true}", 0, 400 },
	{ "{\"assignment\": \"a\", \"assignment\": \"b\"}", 0, 400 },
	{ "{\"email\": {\"a\": 1, \"a\": 2}}", 0, 400 },
	{ "{\"consent\": NaN}", 0, 400 },
	{ "{\"consent\": Infinity}", 0, 400 },
	{ "{\"consent\": 1e999}", 0, 400 },
	{ "{\"consent\": 99999999999999999999999999}", 0, 400 },
	{ "{\"consent\": 0x10}", 0, 400 },
	{ "{\"consent\": 01}", 0, 400 },
	{ "{\"consent\": +1}", 0, 400 },
	{ "{\"consent\": .5}", 0, 400 },
	{ "{\"consent\": \"\xff\xfe\"}", 0, 400 },
	{ "{\"consent\": \"\xc0\xaf\"}", 0, 400 },
	{ "{\"consent\": \"\xed\xa0\x80\"}", 0, 400 },
	{ "{\"consent\": \"\\ud800\"}", 0, 400 },
	{ "{\"consent\": \"\\u0000\"}", 0, 400 },
	{ "{\"\\u0000\": 1}", 0, 400 },
	{ "{\"consent\": \"\\x41\"}", 0, 400 },
	{ "{\"consent\": \"\n\"}", 0, 400 },
	{ "{\"consent\": \"a\0b\"}", 17, 400 },
	{ "{\"consent\": true}\0", 18, 400 },
	{ "\0", 1, 400 },
	{ "\xef\xbb\xbf{\"consent\": true}", 0, 400 },
	{ "[]", 0, 422 },
	{ "[{\"consent\": true}]", 0, 422 },
	{ "null", 0, 422 },
	{ "true", 0, 422 },
	{ "1", 0, 422 },
	{ "\"text\"", 0, 422 },
	{ "{\"no such field\": 1}", 0, 422 },
	{ "{\"__proto__\": {}}", 0, 422 },
};

#define BODIES (sizeof bodies / sizeof bodies[0])

static struct person asker(size_t taker)
{
	if (!takers[taker].role)
		return (struct person){ 0 };
	return strcmp(takers[taker].role, "volunteer") == 0 ? a_volunteer()
	                                                    : an_account(takers[taker].role);
}

static struct answer send(size_t taker, struct person *as, const char *text, size_t len)
{
	return call(&(struct call){ .method = takers[taker].method,
	                            .path = takers[taker].path,
	                            .as = as,
	                            .text = text,
	                            .text_len = len });
}

START_TEST(what_is_no_json_is_400_and_what_is_no_request_is_422)
{
	struct person person = asker((size_t)_i);
	long long stored = rows_stored();

	for (size_t b = 0; b < BODIES; b++) {
		struct answer a = send((size_t)_i, &person, bodies[b].text, bodies[b].len);
		ck_assert_msg(a.status == bodies[b].status, "%s with body %zu (%s): %ld %s",
		              takers[_i].path, b, bodies[b].text, a.status, a.text);
		expect_problem(a, bodies[b].status, a.status == 400 ? "malformed" : "invalid");
		ck_assert_msg(json_is_string(at(a.body, "detail")), "body %zu", b);
	}
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

/* `depth` arrays inside each other. */
static const char *nested(int depth, char open, char close)
{
	char *text = say("{\"consent\": %*s}", 2 * depth, ""), *start = strchr(text, ' ') + 1;

	memset(start, open, (size_t)depth);
	memset(start + depth, close, (size_t)depth);
	return text;
}

static const int depths[] = { 16, 17, 100, 2000, 30000 };

START_TEST(deep_nesting_is_refused_before_it_costs_anything)
{
	long long stored = rows_stored();

	expect_problem(send(0, NULL, nested(depths[_i], '[', ']'), 0), 400, "malformed");
	expect_problem(send(0, NULL, nested(depths[_i], '[', ' '), 0), 400, "malformed");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(brackets_in_a_text_do_not_nest)
{
	char brackets[101] = { 0 };

	memset(brackets, '[', 100);
	expect_problem(
		post(NULL, "/api/v1/session",
	         json_pack("{s:s, s:s}", "email", "nobody@example.org", "password", brackets)),
		401, "wrong-sign-in");
}
END_TEST

/* A body of exactly `len` bytes that is good JSON and no good request. */
static const char *sized(size_t len)
{
	return say("{\"a\":\"%*s\"}", (int)(len - strlen("{\"a\":\"\"}")), "");
}

static const struct {
	size_t len;
	bool chunked;
	long status;
} sizes[] = {
	{ 65536, false, 422 }, { 65537, false, 413 }, { 1000000, false, 413 },
	{ 65536, true, 422 },  { 65537, true, 413 },  { 1000000, true, 413 },
};

START_TEST(a_body_has_at_most_64_kib_however_it_is_framed)
{
	struct answer a = call(&(struct call){
		.path = "/api/v1/volunteers", .text = sized(sizes[_i].len), .chunked = sizes[_i].chunked });

	expect_problem(a, sizes[_i].status, sizes[_i].status == 413 ? "too-large" : "invalid");
	expect_status(get(NULL, "/healthz"), 200);
}
END_TEST

START_TEST(a_chunked_body_is_as_good_as_any)
{
	struct person person = { 0 };

	expect_status(call(&(struct call){ .as = &person,
	                                   .path = "/api/v1/volunteers",
	                                   .text = "{\"consent\": true}",
	                                   .chunked = true }),
	              201);
}
END_TEST

START_TEST(a_problem_names_the_place_in_the_body)
{
	struct answer a = send(0, NULL, "{\n\"consent\": tru\n}", 0);

	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), "Line 2"));
}
END_TEST

Suite *http_bodies_suite(void)
{
	Suite *suite = suite_create("http/bodies");
	TCase *tc = tcase_create("bodies");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, what_is_no_json_is_400_and_what_is_no_request_is_422, 0, TAKERS);
	tcase_add_loop_test(tc, deep_nesting_is_refused_before_it_costs_anything, 0, 5);
	tcase_add_test(tc, brackets_in_a_text_do_not_nest);
	tcase_add_loop_test(tc, a_body_has_at_most_64_kib_however_it_is_framed, 0, 6);
	tcase_add_test(tc, a_chunked_body_is_as_good_as_any);
	tcase_add_test(tc, a_problem_names_the_place_in_the_body);
	suite_add_tcase(suite, tc);
	return suite;
}
