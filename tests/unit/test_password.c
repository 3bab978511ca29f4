/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords that everybody guesses first are refused, others taken. */
#include <check.h>

#include "people/password_rules.h"
#include "suites.h"

static const char email[] = "ada.lovelace@newsroom.example";

static const char *const refused[] = {
	"password1234",  "Password1234!",  "P@ssw0rd1234",  "1234567890",
	"0987654321",    "qwertyuiop",     "QWERTZuiop12",  "aaaaaaaaaaaa",
	"abababababab",  "abcdefghij",     "1q2w3e4r5t",    "iloveyou2026",
	"letmein12345",  "administrator",  "admin123456",   "welcome12345",
	"touchstone1",   "Touchstone2026", "moderator1234", "passwordpassword",
	"ada.lovelace1", "Ada.Lovelace!!", "newsroom2026",  "ada.lovelace@newsroom.example",
	"motdepasse1",   "willkommen123",  "zaqwsx123456",
};

static const char *const taken[] = {
	"correct horse battery",  "a better password", "x8#kQv!2mR",       "purple lamp eats rain",
	"Tr0ub4dor&3 again",      "moonlit-gravel-71", "zeppelin orchard", "gr\xc3\xbcne Wolke im Mai",
	"newsroom kettle violin", "9f3b62e0d7",
};

START_TEST(a_password_that_is_guessed_first_is_refused)
{
	ck_assert_msg(password_fault(refused[_i], email) != NULL, "%s is taken", refused[_i]);
}
END_TEST

START_TEST(a_password_of_ones_own_is_taken)
{
	const char *fault = password_fault(taken[_i], email);

	ck_assert_msg(fault == NULL, "%s: %s", taken[_i], fault);
}
END_TEST

Suite *password_suite(void)
{
	Suite *suite = suite_create("password");
	TCase *rules = tcase_create("rules");

	tcase_add_loop_test(rules, a_password_that_is_guessed_first_is_refused, 0,
	                    (int)(sizeof refused / sizeof refused[0]));
	tcase_add_loop_test(rules, a_password_of_ones_own_is_taken, 0,
	                    (int)(sizeof taken / sizeof taken[0]));
	suite_add_tcase(suite, rules);
	return suite;
}
