/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: set up, asked for, lost, and needed where the operator says so. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <liboath/oath.h>

#include "another.h"
#include "client.h"
#include "crypto/password.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define V1       "/api/v1"
#define PASSWORD "correct horse battery"

static const char *a_login(const char *role)
{
	const char *email = say("%s@example.org", fresh_name());
	char hash[PASSWORD_HASH];

	ck_assert_int_eq(password_hash(PASSWORD, hash).code, OK);
	tell_db("INSERT INTO account (email, role, password_hash, one_time) VALUES ('%s', '%s', '%s', "
	        "false)",
	        email, role, hash);
	return email;
}

static struct answer sign_in(struct person *as, const char *email, const char *code)
{
	return post(as, V1 "/session",
	            json_pack("{s:s, s:s, s:s*}", "email", email, "password", PASSWORD, "code", code));
}

/* The code that an app shows `steps` half minutes from now. */
static const char *code_of(const char *base32, int steps)
{
	char *secret = NULL, code[7];
	size_t len = 0;

	ck_assert_int_eq(oath_base32_decode(base32, strlen(base32), &secret, &len), OATH_OK);
	ck_assert_int_eq(oath_totp_generate(secret, len, time(NULL) + 30 * steps, 30, 0, 6, code),
	                 OATH_OK);
	free(secret);
	return say("%s", code);
}

/* Somebody with a second factor in force. */
struct guarded {
	const char *email, *secret;
	json_t *codes;
	struct person person;
};

static struct guarded a_guarded(const char *role)
{
	struct guarded one = { .email = a_login(role) };

	expect_status(sign_in(&one.person, one.email, NULL), 201);
	struct answer made =
		post(&one.person, V1 "/second-factor", json_pack("{s:s}", "password", PASSWORD));
	expect_status(made, 201);
	one.secret = text_at(made.body, "secret");
	struct answer on =
		put(&one.person, V1 "/second-factor", json_pack("{s:s}", "code", code_of(one.secret, -1)));
	expect_status(on, 200);
	one.codes = at(on.body, "recovery_codes");
	return one;
}

START_TEST(a_second_factor_is_in_force_once_a_code_of_it_came)
{
	const char *email = a_login("moderator");
	struct person person = { 0 }, again = { 0 };

	expect_status(sign_in(&person, email, NULL), 201);
	ck_assert(!true_at(get(&person, V1 "/second-factor").body, "on"));
	expect_problem(post(&person, V1 "/second-factor", json_pack("{s:s}", "password", "not it")),
	               403, "wrong-password");
	struct answer made =
		post(&person, V1 "/second-factor", json_pack("{s:s}", "password", PASSWORD));
	expect_status(made, 201);
	const char *secret = text_at(made.body, "secret");
	ck_assert_str_eq(
		text_at(made.body, "uri"),
		say("otpauth://totp/Touchstone:%s?secret=%s&issuer=Touchstone", email, secret));
	expect_status(sign_in(&again, email, NULL), 201);
	expect_problem(put(&person, V1 "/second-factor", json_pack("{s:s}", "code", "000000")), 422,
	               "invalid");
	struct answer on =
		put(&person, V1 "/second-factor", json_pack("{s:s}", "code", code_of(secret, 0)));
	expect_status(on, 200);
	ck_assert_uint_eq(json_array_size(at(on.body, "recovery_codes")), 10);
	expect_problem(sign_in(&again, email, NULL), 401, "code-needed");
	expect_problem(post(&person, V1 "/second-factor", json_pack("{s:s}", "password", PASSWORD)),
	               409, "second-factor-on");
	ck_assert(true_at(get(&person, V1 "/session").body, "account/second_factor"));
	ck_assert_int_eq(number_at(get(&person, V1 "/second-factor").body, "recovery_codes_left"), 10);
}
END_TEST

START_TEST(a_code_is_taken_once_and_none_of_before_it)
{
	struct guarded one = a_guarded("moderator");
	struct person first = { 0 }, second = { 0 };
	const char *code = code_of(one.secret, 1), *before = code_of(one.secret, 0);

	expect_status(sign_in(&first, one.email, code), 201);
	expect_problem(sign_in(&second, one.email, code), 401, "wrong-code");
	expect_problem(sign_in(&second, one.email, before), 401, "wrong-code");
	expect_problem(sign_in(&second, one.email, code_of(one.secret, 4)), 401, "wrong-code");
}
END_TEST

static long long acts_of(const char *kind, const char *email)
{
	return count_db(
		"SELECT count(*) FROM audit WHERE kind = '%s' AND actor_kind = 'account' AND actor ="
		" subject AND subject = (SELECT id::text FROM account WHERE email = '%s')",
		kind, email);
}

START_TEST(what_its_owner_does_with_it_is_noted_as_theirs)
{
	struct guarded one = a_guarded("moderator");

	ck_assert_int_eq(acts_of("second_factor_on", one.email), 1);
	expect_status(post(&one.person, V1 "/second-factor/removal",
	                   json_pack("{s:s}", "code", code_of(one.secret, 1))),
	              204);
	ck_assert_int_eq(acts_of("second_factor_off", one.email), 1);
}
END_TEST

START_TEST(the_code_is_asked_for_behind_the_right_password_alone)
{
	struct guarded one = a_guarded("moderator");
	struct answer wrong = post(NULL, V1 "/session",
	                           json_pack("{s:s, s:s, s:s}", "email", one.email, "password",
	                                     "a wild guess", "code", code_of(one.secret, 1)));

	expect_problem(wrong, 401, "wrong-sign-in");
}
END_TEST

START_TEST(a_recovery_code_stands_in_once)
{
	struct guarded one = a_guarded("moderator");
	const char *code = json_string_value(json_array_get(one.codes, 3));
	struct person person = { 0 };

	expect_status(sign_in(&person, one.email, code), 201);
	ck_assert_int_eq(number_at(get(&person, V1 "/second-factor").body, "recovery_codes_left"), 9);
	expect_problem(sign_in(NULL, one.email, code), 401, "wrong-code");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit WHERE kind = 'recovery_code_used' AND subject ="
	             " (SELECT id::text FROM account WHERE email = '%s')",
	             one.email),
		1);
}
END_TEST

START_TEST(the_database_has_neither_the_secret_nor_recovery_codes)
{
	struct guarded one = a_guarded("moderator");
	const char *code = json_string_value(json_array_get(one.codes, 0));
	const char *sealed = ask_db("SELECT sealed FROM second_factor JOIN account ON id = account_id"
	                            " WHERE email = '%s'",
	                            one.email);

	ck_assert_ptr_null(strstr(sealed, one.secret));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM recovery_code WHERE code_hash = sha256('%.4s%.4s%.4s%.4s')",
	             code, code + 5, code + 10, code + 15),
		1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit_detail WHERE concat(before, after) ~ '%s'",
	             one.secret),
		0);
}
END_TEST

/* What is sealed names its account. */
START_TEST(a_secret_in_anothers_row_opens_nothing)
{
	struct guarded one = a_guarded("moderator"), other = a_guarded("moderator");

	tell_db(
		"UPDATE second_factor SET sealed = (SELECT sealed FROM second_factor JOIN account ON id ="
		" account_id WHERE email = '%s') WHERE account_id = (SELECT id FROM account WHERE email ="
		" '%s')",
		one.email, other.email);
	expect_status(sign_in(NULL, other.email, code_of(one.secret, 1)), 500);
}
END_TEST

START_TEST(wrong_codes_slow_down_all_but_browsers_that_signed_in_before)
{
	struct guarded one = a_guarded("moderator");
	struct answer guess = { 0 };

	struct answer first = sign_in(NULL, one.email, code_of(one.secret, 0));
	expect_status(first, 201);
	const char *device = strstr(first.headers, "touchstone_device=");
	struct person known = { 0 };
	snprintf(known.cookie, sizeof known.cookie, "%.*s", (int)strcspn(device, ";"), device);
	for (int try = 0; try < 6; try++)
		guess = sign_in(NULL, one.email, "000000");
	expect_problem(guess, 429, "too-many-sign-ins");
	ck_assert_int_ge(atoi(header_of(guess, "Retry-After")), 1);
	expect_status(sign_in(NULL, one.email, code_of(one.secret, 1)), 429);
	expect_status(sign_in(&known, one.email, code_of(one.secret, 1)), 201);
}
END_TEST

START_TEST(it_is_removed_with_a_code_or_by_an_admin)
{
	struct guarded one = a_guarded("moderator"), lost = a_guarded("moderator");
	struct person admin = an_account("admin");
	const char *id = ask_db("SELECT id FROM account WHERE email = '%s'", lost.email);

	expect_problem(
		post(&one.person, V1 "/second-factor/removal", json_pack("{s:s}", "code", "000000")), 422,
		"invalid");
	expect_status(post(&one.person, V1 "/second-factor/removal",
	                   json_pack("{s:s}", "code", code_of(one.secret, 1))),
	              204);
	expect_status(sign_in(NULL, one.email, NULL), 201);
	expect_status(delete_at(&admin, say(V1 "/accounts/%s/second-factor", id)), 204);
	expect_status(sign_in(NULL, lost.email, NULL), 201);
	ck_assert_int_eq(count_db("SELECT count(*) FROM recovery_code WHERE account_id = '%s'", id), 0);
}
END_TEST

static long status_at(const struct another *server, const char *path, struct person *as)
{
	return call(&(struct call){ .server = server->url, .path = path, .as = as }).status;
}

START_TEST(where_it_is_required_moderators_and_admins_do_nothing_without)
{
	const char *const options[] = { "--second-factor", "required", "--budgets", "off", NULL };
	struct guarded guarded = a_guarded("moderator");
	struct person moderator = an_account("moderator"), researcher = an_account("researcher");
	struct another server = another_start(options);
	struct answer refused =
		call(&(struct call){ .server = server.url, .path = V1 "/disputes", .as = &moderator });
	struct answer who =
		call(&(struct call){ .server = server.url, .path = V1 "/session", .as = &moderator });
	long own = status_at(&server, V1 "/second-factor", &moderator);
	long research = status_at(&server, V1 "/jobs?mine=true", &researcher);
	long with = status_at(&server, V1 "/disputes", &guarded.person);
	another_stop(&server);
	expect_problem(refused, 403, "second-factor-needed");
	ck_assert(true_at(who.body, "account/needs_second_factor"));
	ck_assert_int_eq(own, 200);
	ck_assert_int_eq(research, 200);
	ck_assert_int_eq(with, 200);
}
END_TEST

Suite *http_second_factor_suite(void)
{
	Suite *suite = suite_create("http/second_factor");
	TCase *tc = tcase_create("second_factor");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_second_factor_is_in_force_once_a_code_of_it_came);
	tcase_add_test(tc, a_code_is_taken_once_and_none_of_before_it);
	tcase_add_test(tc, what_its_owner_does_with_it_is_noted_as_theirs);
	tcase_add_test(tc, the_code_is_asked_for_behind_the_right_password_alone);
	tcase_add_test(tc, a_recovery_code_stands_in_once);
	tcase_add_test(tc, the_database_has_neither_the_secret_nor_recovery_codes);
	tcase_add_test(tc, a_secret_in_anothers_row_opens_nothing);
	tcase_add_test(tc, wrong_codes_slow_down_all_but_browsers_that_signed_in_before);
	tcase_add_test(tc, it_is_removed_with_a_code_or_by_an_admin);
	tcase_add_test(tc, where_it_is_required_moderators_and_admins_do_nothing_without);
	suite_add_tcase(suite, tc);
	return suite;
}
