/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of an app, by the vectors of RFC 6238, and which routes a scope covers. */
#include <check.h>
#include <string.h>

#include "crypto/totp.h"
#include "people/api_token.h"
#include "suites.h"

static const unsigned char secret[TOTP_SECRET] = "12345678901234567890";

/* Appendix B: the last six of its eight digits. */
static const struct {
	int64_t at_s;
	const char *code;
} vectors[] = {
	{ 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
};

START_TEST(codes_are_those_of_the_rfc)
{
	int64_t step = 0;

	ck_assert(totp_fits(secret, vectors[_i].code, vectors[_i].at_s, &step));
	ck_assert_int_eq(step, vectors[_i].at_s / TOTP_STEP_S);
}
END_TEST

START_TEST(a_code_fits_half_a_minute_early_or_late_and_no_more)
{
	static const struct {
		int64_t off_s;
		bool fits;
	} cases[] = { { -60, false }, { -30, true }, { 0, true }, { 30, true }, { 60, false } };
	int64_t step = 0;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert(totp_fits(secret, "005924", 1234567890 + cases[i].off_s, &step) == cases[i].fits);
		ck_assert(!cases[i].fits || step == 1234567890 / TOTP_STEP_S);
	}
}
END_TEST

static const char *const no_codes[] = { "", "05924", "0005924", "00592x", " 05924", "+05924" };

START_TEST(what_is_no_code_fits_never)
{
	int64_t step = 0;

	ck_assert(!totp_fits(secret, no_codes[_i], 1234567890, &step));
	ck_assert_int_eq(step, 0);
}
END_TEST

START_TEST(a_secret_is_written_in_base32)
{
	char text[TOTP_SECRET_TEXT];

	ck_assert_int_eq(totp_text(secret, text).code, OK);
	ck_assert_str_eq(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}
END_TEST

static const struct {
	const char *scope, *method, *path;
	bool covers;
} scopes[] = {
	{ "GET /releases", "GET", "/releases", true },
	{ "GET /releases", "GET", "/releases/{}/{}/files/{*}", true },
	{ "GET /releases/", "GET", "/releases", true },
	{ "GET /releases", "POST", "/releases", false },
	{ "* /releases", "POST", "/releases", true },
	{ "GET /rel", "GET", "/releases", false },
	{ "GET /releases/{}/{}", "GET", "/releases", false },
	{ "GET /", "GET", "/disputes", true },
	{ "POST /items", "POST", "/items/{}/review", true },
	{ "POST", "POST", "/items", false },
	{ "GETT /items", "GET", "/items", false },
};

START_TEST(a_scope_covers_whole_segments_of_one_method_or_of_any)
{
	ck_assert(scope_covers(scopes[_i].scope, scopes[_i].method, scopes[_i].path) ==
	          scopes[_i].covers);
}
END_TEST

START_TEST(one_of_several_scopes_is_enough_and_none_means_all)
{
	static const char lines[] = "GET /disputes\nPOST /items";

	ck_assert(scopes_cover(lines, "POST", "/items"));
	ck_assert(scopes_cover(lines, "GET", "/disputes/{}"));
	ck_assert(!scopes_cover(lines, "GET", "/items"));
	ck_assert(scopes_cover(NULL, "DELETE", "/anything"));
}
END_TEST

Suite *account_keys_suite(void)
{
	Suite *suite = suite_create("account_keys");
	TCase *tc = tcase_create("account_keys");

	tcase_add_loop_test(tc, codes_are_those_of_the_rfc, 0, sizeof vectors / sizeof vectors[0]);
	tcase_add_test(tc, a_code_fits_half_a_minute_early_or_late_and_no_more);
	tcase_add_loop_test(tc, what_is_no_code_fits_never, 0, sizeof no_codes / sizeof no_codes[0]);
	tcase_add_test(tc, a_secret_is_written_in_base32);
	tcase_add_loop_test(tc, a_scope_covers_whole_segments_of_one_method_or_of_any, 0,
	                    sizeof scopes / sizeof scopes[0]);
	tcase_add_test(tc, one_of_several_scopes_is_enough_and_none_means_all);
	suite_add_tcase(suite, tc);
	return suite;
}
