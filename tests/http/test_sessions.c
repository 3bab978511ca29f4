/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /session and /me/password may rely on. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "crypto/password.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define PASSWORD "correct horse battery"

/* An account that signs in with PASSWORD; its address. */
static const char *a_login(const char *role, bool one_time)
{
	const char *email = say("%s@example.org", fresh_name());
	char hash[PASSWORD_HASH];
	struct error err = password_hash(PASSWORD, hash);

	ck_assert_int_eq(err.code, OK);
	tell_db("INSERT INTO account (email, role, password_hash, one_time)"
	        " VALUES ('%s', '%s', '%s', %s)",
	        email, role, hash, one_time ? "true" : "false");
	return email;
}

static struct answer sign_in(struct person *as, const char *email, const char *password)
{
	return post(as, "/api/v1/session",
	            json_pack("{s:s, s:s}", "email", email, "password", password));
}

static struct answer change(struct person *as, const char *current, const char *fresh)
{
	return put(as, "/api/v1/me/password",
	           json_pack("{s:s, s:s}", "current", current, "new", fresh));
}

START_TEST(signing_in_gives_a_session_that_scripts_and_other_sites_cannot_use)
{
	const char *email = a_login("moderator", false);
	struct person person = { 0 };
	struct answer a = sign_in(&person, email, PASSWORD);

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "account/email"), email);
	ck_assert_str_eq(text_at(a.body, "account/role"), "moderator");
	ck_assert(!true_at(a.body, "account/must_change_password"));
	const char *cookie = header_of(a, "Set-Cookie");
	ck_assert_ptr_nonnull(strstr(cookie, "touchstone_session="));
	ck_assert_ptr_nonnull(strstr(cookie, "; HttpOnly"));
	ck_assert_ptr_nonnull(strstr(cookie, "; SameSite=Strict"));
	ck_assert_ptr_nonnull(strstr(cookie, "; Path=/"));
	ck_assert_ptr_nonnull(strstr(cookie, "; Max-Age="));
	ck_assert_ptr_null(strstr(cookie, "; Secure"));
	ck_assert_ptr_null(strstr(cookie, "; Domain"));
	struct answer who = get(&person, "/api/v1/session");
	expect_status(who, 200);
	ck_assert(json_equal(at(who.body, "account"), at(a.body, "account")));
}
END_TEST

START_TEST(behind_https_cookies_are_secure_and_bound_to_the_host)
{
	const char *const options[] = { "--public-url", "https://example.org", "--budgets", "off",
		                            NULL };
	struct another server = another_start(options);
	struct answer session = call(&(struct call){
		.server = server.url,
		.path = "/api/v1/session",
		.body = json_pack("{s:s, s:s}", "email", a_login("admin", false), "password", PASSWORD) });
	struct answer volunteer = call(&(struct call){ .server = server.url,
	                                               .path = "/api/v1/volunteers",
	                                               .body = json_pack("{s:b}", "consent", 1) });

	another_stop(&server);
	expect_status(session, 201);
	ck_assert_ptr_nonnull(strstr(header_of(session, "Set-Cookie"), "__Host-touchstone_session="));
	ck_assert_ptr_nonnull(strstr(header_of(session, "Set-Cookie"), "; Secure"));
	ck_assert_ptr_nonnull(
		strstr(header_of(volunteer, "Set-Cookie"), "__Host-touchstone_volunteer="));
	ck_assert_ptr_nonnull(strstr(header_of(volunteer, "Set-Cookie"), "; Secure"));
}
END_TEST

START_TEST(the_address_is_known_in_any_case)
{
	const char *email = a_login("researcher", false);
	char *shouted = say("%s", email);
	struct person person = { 0 };

	for (char *c = shouted; *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	struct answer a = sign_in(&person, shouted, PASSWORD);
	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "account/email"), email);
}
END_TEST

START_TEST(a_wrong_password_and_an_unknown_address_look_the_same)
{
	const char *email = a_login("moderator", false);
	struct person person = { 0 };
	long long stored = rows_stored();
	struct answer wrong = sign_in(&person, email, "not the password");
	struct answer unknown = sign_in(&person, say("%s@example.org", fresh_name()), PASSWORD);

	expect_problem(wrong, 401, "wrong-sign-in");
	ck_assert_str_eq(wrong.text, unknown.text);
	ck_assert_ptr_null(header_of(wrong, "Set-Cookie"));
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(only_a_hash_of_password_and_session_is_kept)
{
	const char *email = a_login("moderator", false);
	struct person person = { 0 };

	expect_status(sign_in(&person, email, PASSWORD), 201);
	ck_assert_int_eq(count_db("SELECT count(*) FROM account WHERE email = '%s'"
	                          " AND password_hash LIKE '$argon2id$%%'",
	                          email),
	                 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM session s JOIN account a ON a.id = account_id"
	                          " WHERE a.email = '%s' AND token_hash = sha256('%s')",
	                          email, strchr(person.cookie, '=') + 1),
	                 1);
}
END_TEST

START_TEST(a_disabled_account_is_nobodys)
{
	const char *email = a_login("moderator", false);
	struct person person = { 0 };

	expect_status(sign_in(&person, email, PASSWORD), 201);
	tell_db("UPDATE account SET state = 'disabled' WHERE email = '%s'", email);
	expect_problem(get(&person, "/api/v1/disputes"), 401, "signed-out");
	expect_problem(sign_in(&person, email, PASSWORD), 401, "wrong-sign-in");
}
END_TEST

START_TEST(a_session_that_ran_out_is_nobodys)
{
	struct person person = an_account("admin");

	expect_status(get(&person, "/api/v1/session"), 200);
	tell_db("UPDATE session SET expires_at = now() - interval '1 second'"
	        " WHERE token_hash = sha256('%s')",
	        strchr(person.cookie, '=') + 1);
	expect_problem(get(&person, "/api/v1/session"), 401, "signed-out");
	expect_problem(get(&person, "/api/v1/disputes"), 401, "signed-out");
}
END_TEST

START_TEST(signing_out_ends_the_session_for_whoever_kept_the_cookie)
{
	struct person person = an_account("moderator"), copy = person;
	struct answer a = delete_at(&person, "/api/v1/session");

	expect_status(a, 204);
	ck_assert_str_eq(person.cookie, "");
	ck_assert_ptr_nonnull(strstr(header_of(a, "Set-Cookie"), "Max-Age=0"));
	expect_problem(get(&copy, "/api/v1/session"), 401, "signed-out");
	expect_status(delete_at(&copy, "/api/v1/session"), 204);
	expect_status(delete_at(NULL, "/api/v1/session"), 204);
}
END_TEST

START_TEST(a_one_time_password_opens_nothing_but_its_own_change)
{
	const char *email = a_login("moderator", true);
	struct person person = { 0 };
	struct answer a = sign_in(&person, email, PASSWORD);

	expect_status(a, 201);
	ck_assert(true_at(a.body, "account/must_change_password"));
	expect_status(get(&person, "/api/v1/session"), 200);
	expect_problem(get(&person, "/api/v1/disputes"), 403, "one-time-password");
	expect_status(change(&person, PASSWORD, "a better password"), 204);
	expect_status(get(&person, "/api/v1/disputes"), 200);
	a = get(&person, "/api/v1/session");
	ck_assert(!true_at(a.body, "account/must_change_password"));
}
END_TEST

START_TEST(a_one_time_password_opens_one_session)
{
	const char *email = a_login("moderator", true);
	struct person person = { 0 }, thief = { 0 };

	expect_status(sign_in(&person, email, PASSWORD), 201);
	expect_problem(sign_in(&thief, email, PASSWORD), 401, "one-time-password-spent");
	expect_status(change(&person, PASSWORD, "a better password"), 204);
	expect_status(sign_in(&thief, email, "a better password"), 201);
}
END_TEST

START_TEST(a_one_time_password_lapses)
{
	const char *email = a_login("moderator", true);
	struct person person = { 0 };

	tell_db("UPDATE account SET one_time_until = now() - interval '1 second' WHERE email = '%s'",
	        email);
	expect_problem(sign_in(&person, email, PASSWORD), 401, "one-time-password-spent");
}
END_TEST

struct late_sign_in {
	pthread_t thread;
	const char *email;
	struct answer answer;
};

static void *sign_in_late(void *arg)
{
	struct late_sign_in *late = arg;

	late->answer = sign_in(&(struct person){ 0 }, late->email, PASSWORD);
	return NULL;
}

START_TEST(a_password_that_changes_while_it_is_looked_at_opens_nothing)
{
	struct late_sign_in late = { .email = a_login("moderator", false) };

	tell_db("BEGIN");
	tell_db("UPDATE account SET password_hash = '$argon2id$another' WHERE email = '%s'",
	        late.email);
	ck_assert_int_eq(pthread_create(&late.thread, NULL, sign_in_late, &late), 0);
	wait_ms(800);
	tell_db("COMMIT");
	pthread_join(late.thread, NULL);
	expect_problem(late.answer, 401, "password-changed");
}
END_TEST

START_TEST(a_session_that_was_idle_for_an_hour_has_ended)
{
	struct person used = an_account("moderator"), idle = an_account("moderator");

	tell_db("UPDATE session SET seen_at = now() - interval '59 minutes'"
	        " WHERE token_hash = sha256('%s')",
	        strchr(used.cookie, '=') + 1);
	tell_db("UPDATE session SET seen_at = now() - interval '61 minutes'"
	        " WHERE token_hash = sha256('%s')",
	        strchr(idle.cookie, '=') + 1);
	expect_status(get(&used, "/api/v1/disputes"), 200);
	expect_problem(get(&idle, "/api/v1/disputes"), 401, "signed-out");
	ck_assert_int_eq(count_db("SELECT count(*) FROM session WHERE token_hash = sha256('%s')"
	                          " AND seen_at > now() - interval '1 minute'",
	                          strchr(used.cookie, '=') + 1),
	                 1);
}
END_TEST

START_TEST(a_changed_password_ends_every_token)
{
	const char *email = a_login("moderator", false);
	struct person person = { 0 }, program = { .bearer = "a-token-that-leaked" };

	tell_db("INSERT INTO api_token (token_hash, account_id, expires_at)"
	        " SELECT sha256('%s'), id, now() + interval '1 day' FROM account WHERE email = '%s'",
	        program.bearer, email);
	expect_status(sign_in(&person, email, PASSWORD), 201);
	expect_status(get(&program, "/api/v1/disputes"), 200);
	expect_status(change(&person, PASSWORD, "a better password"), 204);
	expect_problem(get(&program, "/api/v1/disputes"), 401, "signed-out");
}
END_TEST

START_TEST(the_owner_is_told_of_failed_tries)
{
	const char *email = a_login("moderator", false);
	struct person owner = { 0 }, guesser = { 0 };

	for (int try = 0; try < 3; try++)
		expect_status(sign_in(&guesser, email, "a wild guess"), 401);
	ck_assert_int_eq(number_at(sign_in(&owner, email, PASSWORD).body, "failed_sign_ins"), 3);
	ck_assert_int_eq(number_at(sign_in(&owner, email, PASSWORD).body, "failed_sign_ins"), 0);
}
END_TEST

/* At a server that believes X-Forwarded-For. */
static struct answer sign_in_from(const struct another *server, const char *network,
                                  struct person *as, const char *email, const char *password)
{
	return call(
		&(struct call){ .server = server->url,
	                    .path = "/api/v1/session",
	                    .as = as,
	                    .body = json_pack("{s:s, s:s}", "email", email, "password", password),
	                    .headers = { say("X-Forwarded-For: %s", network) } });
}

START_TEST(who_guesses_locks_out_neither_other_networks_nor_browsers_that_signed_in_before)
{
	const char *const options[] = { "--budgets", "sign_ins=1000/s", "--trusted-proxies",
		                            "127.0.0.1", NULL };
	struct another server = another_start(options);
	const char *email = a_login("moderator", false);
	struct person neighbour = { 0 }, guesser = { 0 }, stranger = { 0 }, owner = { 0 };
	struct answer guess = { 0 };

	struct answer first = sign_in_from(&server, "192.0.2.1", &neighbour, email, PASSWORD);
	expect_status(first, 201);
	const char *device = strstr(first.headers, "touchstone_device=");
	ck_assert_ptr_nonnull(device);
	snprintf(neighbour.cookie, sizeof neighbour.cookie, "%.*s", (int)strcspn(device, ";"), device);
	for (int try = 0; try < 25 && guess.status != 429; try++)
		guess = sign_in_from(&server, "192.0.2.1", &guesser, email, "a wild guess");
	expect_problem(guess, 429, "too-many-sign-ins");
	expect_status(sign_in_from(&server, "192.0.2.1", &stranger, email, PASSWORD), 429);
	struct answer elsewhere = sign_in_from(&server, "198.51.100.1", &owner, email, PASSWORD);
	struct answer known = sign_in_from(&server, "192.0.2.1", &neighbour, email, PASSWORD);
	another_stop(&server);
	expect_status(elsewhere, 201);
	expect_status(known, 201);
}
END_TEST

START_TEST(a_changed_password_ends_every_other_session_and_begins_a_fresh_one)
{
	const char *email = a_login("moderator", false);
	struct person here = { 0 }, elsewhere = { 0 };

	expect_status(sign_in(&here, email, PASSWORD), 201);
	expect_status(sign_in(&elsewhere, email, PASSWORD), 201);
	ck_assert_str_ne(here.cookie, elsewhere.cookie);
	struct person before = here;
	expect_status(change(&here, PASSWORD, "a better password"), 204);
	ck_assert_str_ne(here.cookie, before.cookie);
	expect_status(get(&here, "/api/v1/session"), 200);
	expect_problem(get(&before, "/api/v1/session"), 401, "signed-out");
	expect_problem(get(&elsewhere, "/api/v1/session"), 401, "signed-out");
	expect_problem(sign_in(&elsewhere, email, PASSWORD), 401, "wrong-sign-in");
	expect_status(sign_in(&elsewhere, email, "a better password"), 201);
}
END_TEST

START_TEST(the_password_stays_when_its_change_is_refused)
{
	static const struct {
		const char *current, *fresh, *kind;
		long status;
	} cases[] = {
		{ "not the password", "a better password", "wrong-password", 403 },
		{ PASSWORD, "short", "invalid", 422 },
		{ PASSWORD, "123456789", "invalid", 422 },
		{ PASSWORD, PASSWORD, "invalid", 422 },
		{ PASSWORD, "bell\a in here", "invalid", 422 },
		{ "", "a better password", "invalid", 422 },
		{ PASSWORD, "Password1234", "invalid", 422 },
		{ PASSWORD, "1234567890", "invalid", 422 },
	};
	const char *email = a_login("moderator", false);
	struct person person = { 0 };

	expect_status(sign_in(&person, email, PASSWORD), 201);
	expect_problem(change(&person, cases[_i].current, cases[_i].fresh), cases[_i].status,
	               cases[_i].kind);
	expect_status(get(&person, "/api/v1/session"), 200);
	expect_status(sign_in(&person, email, PASSWORD), 201);
}
END_TEST

START_TEST(a_password_may_have_200_characters_and_no_more)
{
	const char *email = a_login("moderator", false);
	char longest[202] = { 0 };
	struct person person = { 0 };

	for (int i = 0; i < 201; i++)
		longest[i] = "correct horse battery"[i % 21];
	expect_status(sign_in(&person, email, PASSWORD), 201);
	expect_problem(change(&person, PASSWORD, longest), 422, "invalid");
	longest[200] = '\0';
	expect_status(change(&person, PASSWORD, longest), 204);
	expect_status(sign_in(&person, email, longest), 201);
}
END_TEST

START_TEST(nobody_has_no_password_to_change)
{
	expect_problem(change(NULL, PASSWORD, "a better password"), 401, "nobody");
}
END_TEST

START_TEST(a_bearer_token_is_as_good_as_a_session)
{
	const char *email = a_login("moderator", false);
	struct person program = { .bearer = "a-token-of-ours" }, stranger = { .bearer = "another" };

	tell_db("INSERT INTO api_token (token_hash, account_id, expires_at)"
	        " SELECT sha256('%s'), id, now() + interval '1 day' FROM account WHERE email = '%s'"
	        " ON CONFLICT DO NOTHING",
	        program.bearer, email);
	expect_status(get(&program, "/api/v1/disputes"), 200);
	expect_problem(get(&stranger, "/api/v1/disputes"), 401, "signed-out");
	tell_db("UPDATE api_token SET expires_at = now() - interval '1 second'");
	expect_problem(get(&program, "/api/v1/disputes"), 401, "signed-out");
}
END_TEST

static const char *const moderators_only[] = { "/api/v1/disputes",
	                                           "/api/v1/disputes/"
	                                           "00000000-0000-4000-8000-000000000000" };

START_TEST(a_role_opens_what_is_its_own_and_no_more)
{
	static const struct {
		const char *role;
		long disputes, job;
	} cases[] = {
		{ "volunteer", 403, 403 },
		{ "researcher", 403, 404 },
		{ "moderator", 200, 404 },
		{ "admin", 200, 404 },
	};
	struct person person = an_account(cases[_i].role);

	expect_status(get(&person, moderators_only[0]), cases[_i].disputes);
	expect_status(get(&person, moderators_only[1]), cases[_i].disputes == 200 ? 404 : 403);
	expect_status(get(&person, "/api/v1/jobs/00000000-0000-4000-8000-000000000000"), cases[_i].job);
}
END_TEST

START_TEST(too_many_tries_have_to_wait)
{
	const char *const options[] = { "--budgets", "sign_ins=1/m:3", NULL };
	struct another server = another_start(options);
	struct answer a = { 0 };

	for (int try = 0; try < 4; try++)
		a = call(&(struct call){
			.server = server.url,
			.path = "/api/v1/session",
			.body = json_pack("{s:s, s:s}", "email", "nobody@example.org", "password", "guess") });
	another_stop(&server);
	expect_problem(a, 429, "too-many");
	ck_assert_int_ge(atoi(header_of(a, "Retry-After")), 1);
	ck_assert_int_le(atoi(header_of(a, "Retry-After")), 60);
}
END_TEST

Suite *http_sessions_suite(void)
{
	Suite *suite = suite_create("http/sessions");
	TCase *tc = tcase_create("sessions");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, signing_in_gives_a_session_that_scripts_and_other_sites_cannot_use);
	tcase_add_test(tc, behind_https_cookies_are_secure_and_bound_to_the_host);
	tcase_add_test(tc, the_address_is_known_in_any_case);
	tcase_add_test(tc, a_wrong_password_and_an_unknown_address_look_the_same);
	tcase_add_test(tc, only_a_hash_of_password_and_session_is_kept);
	tcase_add_test(tc, a_disabled_account_is_nobodys);
	tcase_add_test(tc, a_session_that_ran_out_is_nobodys);
	tcase_add_test(tc, signing_out_ends_the_session_for_whoever_kept_the_cookie);
	tcase_add_test(tc, a_one_time_password_opens_nothing_but_its_own_change);
	tcase_add_test(tc, a_one_time_password_opens_one_session);
	tcase_add_test(tc, a_one_time_password_lapses);
	tcase_add_test(tc, a_password_that_changes_while_it_is_looked_at_opens_nothing);
	tcase_add_test(tc, a_session_that_was_idle_for_an_hour_has_ended);
	tcase_add_test(tc, a_changed_password_ends_every_token);
	tcase_add_test(tc, the_owner_is_told_of_failed_tries);
	tcase_add_test(tc,
	               who_guesses_locks_out_neither_other_networks_nor_browsers_that_signed_in_before);
	tcase_add_test(tc, a_changed_password_ends_every_other_session_and_begins_a_fresh_one);
	tcase_add_loop_test(tc, the_password_stays_when_its_change_is_refused, 0, 8);
	tcase_add_test(tc, a_password_may_have_200_characters_and_no_more);
	tcase_add_test(tc, nobody_has_no_password_to_change);
	tcase_add_test(tc, a_bearer_token_is_as_good_as_a_session);
	tcase_add_loop_test(tc, a_role_opens_what_is_its_own_and_no_more, 0, 4);
	tcase_add_test(tc, too_many_tries_have_to_wait);
	suite_add_tcase(suite, tc);
	return suite;
}
