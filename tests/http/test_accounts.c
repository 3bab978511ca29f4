/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts over HTTP: made, changed and shut out by admins; sessions, tokens and links to
 * passwords. */
#include <stdio.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "crypto/password.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

#define V1       "/api/v1"
#define PASSWORD "correct horse battery"

static struct person admin;

static void setup(void)
{
	admin = an_account("admin");
}

/* An account that signs in with PASSWORD. */
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

static const char *id_of(const char *email)
{
	return ask_db("SELECT id FROM account WHERE email = '%s'", email);
}

static struct answer sign_in(struct person *as, const char *email, const char *password)
{
	return post(as, V1 "/session", json_pack("{s:s, s:s}", "email", email, "password", password));
}

static struct person signed_in(const char *email)
{
	struct person person = { 0 };

	expect_status(sign_in(&person, email, PASSWORD), 201);
	return person;
}

static struct answer patch(struct person *as, const char *path, json_t *body)
{
	return call(&(struct call){ .method = "PATCH", .path = path, .as = as, .body = body });
}

/* ------------------------------------------------------------------ accounts */

START_TEST(an_admin_makes_an_account_whose_owner_chooses_the_password_by_a_link)
{
	const char *email = say("%s@example.org", fresh_name());
	struct answer made =
		post(&admin, V1 "/accounts", json_pack("{s:s, s:s}", "email", email, "role", "moderator"));
	struct person owner = { 0 };

	expect_status(made, 201);
	ck_assert_str_eq(text_at(made.body, "account/email"), email);
	ck_assert_str_eq(text_at(made.body, "account/role"), "moderator");
	const char *token = strstr(text_at(made.body, "link"), "/admin#reset=");
	ck_assert_ptr_nonnull(token);
	json_t *use = json_pack("{s:s, s:s}", "token", token + 13, "new", PASSWORD);
	expect_status(post(NULL, V1 "/password-links/use", json_incref(use)), 204);
	expect_status(sign_in(&owner, email, PASSWORD), 201);
	expect_status(get(&owner, V1 "/disputes"), 200);
	expect_problem(post(NULL, V1 "/password-links/use", use), 410, "link-over");
	expect_problem(
		post(&admin, V1 "/accounts", json_pack("{s:s, s:s}", "email", email, "role", "moderator")),
		409, "account-exists");
}
END_TEST

START_TEST(accounts_are_listed_newest_first_by_cursor_without_secrets)
{
	const char *first = a_login("researcher"), *second = a_login("volunteer");
	struct answer page = get(&admin, V1 "/accounts?limit=1");

	expect_status(page, 200);
	ck_assert_str_eq(text_at(page.body, "items/0/email"), second);
	page = get(&admin, say(V1 "/accounts?limit=1&cursor=%s", text_at(page.body, "next")));
	ck_assert_str_eq(text_at(page.body, "items/0/email"), first);
	ck_assert_ptr_null(strstr(page.text, "argon2id"));
	expect_problem(get(&admin, say(V1 "/tokens?cursor=%s", text_at(page.body, "next"))), 422,
	               "invalid");
	ck_assert_str_eq(
		text_at(get(&admin, say(V1 "/accounts/%s", id_of(first))).body, "account/email"), first);
}
END_TEST

START_TEST(a_role_that_is_lowered_in_mid_session_holds_from_the_next_request)
{
	const char *email = a_login("moderator");
	struct person person = signed_in(email);

	expect_status(get(&person, V1 "/disputes"), 200);
	struct answer changed = patch(&admin, say(V1 "/accounts/%s", id_of(email)),
	                              json_pack("{s:s}", "role", "researcher"));
	expect_status(changed, 200);
	ck_assert_str_eq(text_at(changed.body, "account/role"), "researcher");
	expect_problem(get(&person, V1 "/disputes"), 403, "forbidden");
	expect_status(get(&person, V1 "/session"), 200);
}
END_TEST

START_TEST(disabling_ends_sessions_tokens_and_links_at_once)
{
	const char *email = a_login("moderator");
	struct person person = signed_in(email), program = { 0 };
	struct answer token = post(&person, V1 "/tokens", json_pack("{s:s}", "name", "a program"));
	const char *path = say(V1 "/accounts/%s", id_of(email));
	struct answer link = post(&admin, say("%s/password-link", path), json_object());

	snprintf(program.bearer, sizeof program.bearer, "%s", text_at(token.body, "token"));
	expect_status(get(&program, V1 "/disputes"), 200);
	expect_status(patch(&admin, path, json_pack("{s:s}", "state", "disabled")), 200);
	expect_problem(get(&person, V1 "/disputes"), 401, "signed-out");
	expect_problem(get(&program, V1 "/disputes"), 401, "signed-out");
	expect_problem(post(NULL, V1 "/password-links/use",
	                    json_pack("{s:s, s:s}", "token",
	                              strstr(text_at(link.body, "link"), "=") + 1, "new", PASSWORD)),
	               410, "link-over");
	expect_problem(sign_in(&person, email, PASSWORD), 401, "wrong-sign-in");
	expect_status(patch(&admin, path, json_pack("{s:s}", "state", "active")), 200);
	expect_problem(get(&program, V1 "/disputes"), 401, "signed-out");
	expect_status(sign_in(&person, email, PASSWORD), 201);
}
END_TEST

START_TEST(the_last_admin_keeps_the_role)
{
	const char *url = a_database();
	const char *const options[] = { "--database-url", url, "--budgets", "off", NULL };
	const char *once =
		expect_code(0, "/", say("account add a@example.org --role admin --database-url '%s'", url));
	struct another server = another_start(options);
	struct person only = { 0 };
	struct answer in =
		call(&(struct call){ .server = server.url,
	                         .path = V1 "/session",
	                         .as = &only,
	                         .body = json_pack("{s:s, s:o}", "email", "a@example.org", "password",
	                                           json_stringn(once, strcspn(once, "\n"))) });
	expect_status(in, 201);
	expect_status(call(&(struct call){ .server = server.url,
	                                   .method = "PUT",
	                                   .path = V1 "/me/password",
	                                   .as = &only,
	                                   .body = json_pack("{s:o, s:s}", "current",
	                                                     json_stringn(once, strcspn(once, "\n")),
	                                                     "new", PASSWORD) }),
	              204);
	struct answer list =
		call(&(struct call){ .server = server.url, .path = V1 "/accounts", .as = &only });
	struct answer demoted =
		call(&(struct call){ .server = server.url,
	                         .method = "PATCH",
	                         .path = say(V1 "/accounts/%s", text_at(list.body, "items/0/id")),
	                         .as = &only,
	                         .body = json_pack("{s:s}", "role", "moderator") });
	struct answer shut =
		call(&(struct call){ .server = server.url,
	                         .method = "PATCH",
	                         .path = say(V1 "/accounts/%s", text_at(list.body, "items/0/id")),
	                         .as = &only,
	                         .body = json_pack("{s:s}", "state", "disabled") });
	another_stop(&server);
	expect_problem(demoted, 409, "last-admin");
	expect_problem(shut, 409, "last-admin");
}
END_TEST

/* ------------------------------------------------------------------ sessions */

START_TEST(sessions_are_seen_and_ended_by_their_owner)
{
	const char *email = a_login("researcher");
	struct person here = signed_in(email), there = signed_in(email), third = signed_in(email);
	struct person stranger = an_account("researcher");
	struct answer list = get(&here, V1 "/sessions");
	const char *other = NULL;

	expect_status(list, 200);
	ck_assert_uint_eq(json_array_size(at(list.body, "items")), 3);
	for (int i = 0; i < 3; i++)
		if (!true_at(list.body, say("items/%d/current", i)))
			other = text_at(list.body, say("items/%d/id", i));
	ck_assert_ptr_nonnull(other);
	expect_status(delete_at(&stranger, say(V1 "/sessions/%s", other)), 404);
	expect_status(delete_at(&here, say(V1 "/sessions/%s", other)), 204);
	ck_assert_uint_eq(json_array_size(at(get(&here, V1 "/sessions").body, "items")), 2);
	expect_status(delete_at(&here, V1 "/sessions"), 204);
	expect_status(get(&here, V1 "/session"), 200);
	expect_problem(get(&there, V1 "/session"), 401, "signed-out");
	expect_problem(get(&third, V1 "/session"), 401, "signed-out");
}
END_TEST

START_TEST(sessions_of_others_are_seen_and_ended_by_admins)
{
	const char *email = a_login("moderator"), *path = say(V1 "/accounts/%s/sessions", id_of(email));
	struct person here = signed_in(email), there = signed_in(email);
	struct answer list = get(&admin, path);

	ck_assert_uint_eq(json_array_size(at(list.body, "items")), 2);
	ck_assert(!true_at(list.body, "items/0/current"));
	expect_status(delete_at(&admin, say("%s/%s", path, text_at(list.body, "items/0/id"))), 204);
	ck_assert_int_ne(get(&here, V1 "/session").status, get(&there, V1 "/session").status);
	expect_status(delete_at(&admin, path), 204);
	expect_problem(get(&here, V1 "/session"), 401, "signed-out");
	expect_problem(get(&there, V1 "/session"), 401, "signed-out");
}
END_TEST

START_TEST(sign_ins_are_told_to_their_owner_and_to_admins_alone)
{
	const char *email = a_login("researcher");
	struct person owner = { 0 };

	expect_status(sign_in(&owner, email, "not the password"), 401);
	expect_status(sign_in(&owner, email, PASSWORD), 201);
	struct answer own = get(&owner, V1 "/sign-ins?limit=1");
	ck_assert_str_eq(text_at(own.body, "items/0/kind"), "signed_in");
	ck_assert_uint_eq(strlen(text_at(own.body, "items/0/network")), 16);
	own = get(&owner, say(V1 "/sign-ins?limit=1&cursor=%s", text_at(own.body, "next")));
	ck_assert_str_eq(text_at(own.body, "items/0/kind"), "sign_in_failed");
	ck_assert(!true_at(own.body, "items/0/by_self"));
	struct answer told = get(&admin, say(V1 "/accounts/%s/sign-ins", id_of(email)));
	ck_assert_uint_eq(json_array_size(at(told.body, "items")), 2);
}
END_TEST

/* ------------------------------------------------------------------ tokens */

static struct person program_of(struct answer made)
{
	struct person program = { 0 };

	expect_status(made, 201);
	snprintf(program.bearer, sizeof program.bearer, "%s", text_at(made.body, "token"));
	return program;
}

START_TEST(a_token_has_a_name_and_an_end_and_says_when_it_was_used)
{
	struct person person = an_account("moderator");
	struct person program = program_of(
		post(&person, V1 "/tokens", json_pack("{s:s, s:i}", "name", "nightly", "days", 3)));

	ck_assert(json_is_null(at(get(&person, V1 "/tokens").body, "items/0/used_at")));
	expect_status(get(&program, V1 "/disputes"), 200);
	struct answer list = get(&person, V1 "/tokens");
	ck_assert_str_eq(text_at(list.body, "items/0/name"), "nightly");
	ck_assert(json_is_string(at(list.body, "items/0/used_at")));
	ck_assert(json_is_null(at(list.body, "items/0/scopes")));
	ck_assert_ptr_null(strstr(list.text, program.bearer));
	ck_assert_int_eq(count_db("SELECT count(*) FROM api_token WHERE token_hash = sha256('%s')"
	                          " AND expires_at BETWEEN now() + interval '71 hours' AND now() +"
	                          " interval '73 hours'",
	                          program.bearer),
	                 1);
}
END_TEST

START_TEST(a_token_used_after_its_revocation_is_nobodys)
{
	struct person person = an_account("moderator"), stranger = an_account("moderator");
	struct answer made = post(&person, V1 "/tokens", json_pack("{s:s}", "name", "t"));
	struct person program = program_of(made);
	const char *path = say(V1 "/tokens/%s", text_at(made.body, "id"));

	expect_status(get(&program, V1 "/disputes"), 200);
	expect_status(delete_at(&stranger, path), 404);
	expect_status(get(&program, V1 "/disputes"), 200);
	expect_status(delete_at(&person, path), 204);
	expect_problem(get(&program, V1 "/disputes"), 401, "signed-out");
	expect_status(delete_at(&person, path), 404);
}
END_TEST

START_TEST(an_admin_sees_and_revokes_tokens_of_others)
{
	struct person person = an_account("moderator");
	const char *email = text_at(get(&person, V1 "/session").body, "account/email");
	struct answer made = post(&person, V1 "/tokens", json_pack("{s:s}", "name", "t"));
	struct person program = program_of(made);
	const char *path = say(V1 "/accounts/%s/tokens", id_of(email));

	ck_assert_str_eq(text_at(get(&admin, path).body, "items/0/id"), text_at(made.body, "id"));
	expect_status(delete_at(&admin, say("%s/%s", path, text_at(made.body, "id"))), 204);
	expect_problem(get(&program, V1 "/disputes"), 401, "signed-out");
}
END_TEST

START_TEST(a_token_does_what_its_scopes_name_and_nothing_else)
{
	struct person person = an_account("moderator");
	struct person program = program_of(
		post(&person, V1 "/tokens",
	         json_pack("{s:s, s:[s,s]}", "name", "t", "scopes", "GET /disputes", "* /set-asides")));

	expect_status(get(&program, V1 "/disputes"), 200);
	expect_status(get(&program, V1 "/disputes/00000000-0000-4000-8000-000000000000"), 404);
	expect_status(post(&program, V1 "/set-asides", json_object()), 422);
	expect_problem(
		post(&program, V1 "/disputes/00000000-0000-4000-8000-000000000000/claim", json_object()),
		403, "out-of-scope");
	expect_problem(get(&program, V1 "/jobs?mine=true"), 403, "out-of-scope");
	expect_problem(post(&program, V1 "/items", json_object()), 403, "out-of-scope");
	expect_problem(put(&program, V1 "/me/password",
	                   json_pack("{s:s, s:s}", "current", PASSWORD, "new", "another password")),
	               403, "out-of-scope");
	expect_status(get(&program, V1 "/releases"), 200);
	expect_status(get(&program, V1 "/session"), 200);
	ck_assert_str_eq(text_at(get(&person, V1 "/tokens").body, "items/0/scopes/1"), "* /set-asides");
}
END_TEST

static const char *const bad_scopes[] = {
	"GET",           "GET disputes", "HEAD /disputes",          "GET /nowhere",
	"get /disputes", "GET /disp",    "GET /disputes\nGET /jobs"
};

START_TEST(a_scope_that_covers_no_route_is_refused)
{
	struct person person = an_account("moderator");

	expect_problem(post(&person, V1 "/tokens",
	                    json_pack("{s:s, s:[s]}", "name", "t", "scopes", bad_scopes[_i])),
	               422, "invalid");
}
END_TEST

START_TEST(a_scope_opens_nothing_that_the_role_does_not)
{
	struct person person = an_account("researcher");
	struct person program = program_of(post(
		&person, V1 "/tokens", json_pack("{s:s, s:[s]}", "name", "t", "scopes", "GET /disputes")));

	expect_problem(get(&program, V1 "/disputes"), 403, "forbidden");
}
END_TEST

START_TEST(a_token_makes_no_tokens_and_no_second_factors)
{
	struct person person = an_account("admin");
	struct person program =
		program_of(post(&person, V1 "/tokens", json_pack("{s:s}", "name", "t")));

	expect_problem(post(&program, V1 "/tokens", json_pack("{s:s}", "name", "u")), 403,
	               "session-needed");
	expect_problem(post(&program, V1 "/second-factor", json_pack("{s:s}", "password", PASSWORD)),
	               403, "session-needed");
	expect_problem(post(&program, V1 "/accounts/00000000-0000-4000-8000-000000000000/password-link",
	                    json_object()),
	               403, "session-needed");
}
END_TEST

/* ------------------------------------------------------------------ links to passwords */

static const char *link_to(const char *email)
{
	struct answer made =
		post(&admin, say(V1 "/accounts/%s/password-link", id_of(email)), json_object());

	expect_status(made, 201);
	return strstr(text_at(made.body, "link"), "#reset=") + 7;
}

static struct answer use_link(const char *token, const char *password)
{
	return post(NULL, V1 "/password-links/use",
	            json_pack("{s:s, s:s}", "token", token, "new", password));
}

START_TEST(a_link_changes_the_password_once_and_ends_all_that_was_open)
{
	const char *email = a_login("moderator"), *token = link_to(email);
	struct person before = signed_in(email), after = { 0 };

	expect_problem(use_link(token, "password12"), 422, "invalid");
	expect_status(get(&before, V1 "/session"), 200);
	expect_status(use_link(token, "a better password"), 204);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit WHERE kind = 'account_password' AND actor_kind ="
	             " 'visitor' AND subject = '%s'",
	             id_of(email)),
		1);
	expect_problem(get(&before, V1 "/session"), 401, "signed-out");
	expect_problem(sign_in(&after, email, PASSWORD), 401, "wrong-sign-in");
	expect_status(sign_in(&after, email, "a better password"), 201);
	expect_problem(use_link(token, "yet another password"), 410, "link-over");
}
END_TEST

START_TEST(a_link_is_over_after_a_day_and_when_there_is_a_newer_one)
{
	const char *email = a_login("moderator"), *old = link_to(email), *new = link_to(email);

	expect_problem(use_link(old, "a better password"), 410, "link-over");
	tell_db("UPDATE password_link SET expires_at = now() WHERE account_id = '%s'", id_of(email));
	expect_problem(use_link(new, "a better password"), 410, "link-over");
	expect_problem(use_link("nonsense", "a better password"), 410, "link-over");
	signed_in(email);
}
END_TEST

/* No part of a link or a token stands in the database or in what is answered elsewhere. */
START_TEST(secrets_are_in_no_row_of_the_trail)
{
	const char *email = a_login("moderator"), *link = link_to(email);
	struct person person = signed_in(email);
	struct person program =
		program_of(post(&person, V1 "/tokens", json_pack("{s:s}", "name", "t")));

	expect_status(use_link(link, "a better password"), 204);
	ck_assert_int_gt(count_db("SELECT count(*) FROM audit WHERE subject = '%s'", id_of(email)), 4);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit_detail d JOIN audit a USING (seq) WHERE subject = '%s'"
	             " AND concat(before, after, reason) ~ '(%s|%s|argon|hash)'",
	             id_of(email), link, program.bearer),
		0);
}
END_TEST

START_TEST(where_no_mail_is_sent_nobody_is_mailed_a_link_whoever_asks)
{
	struct answer known =
		post(NULL, V1 "/password-links", json_pack("{s:s}", "email", a_login("moderator")));
	struct answer unknown =
		post(NULL, V1 "/password-links", json_pack("{s:s}", "email", "nobody@example.org"));

	expect_problem(known, 409, "no-mail");
	ck_assert_str_eq(known.text, unknown.text);
}
END_TEST

/* A server with a mail server's address; it does no jobs, so that mails stay where they can be
 * read. */
START_TEST(a_link_is_mailed_and_the_answer_says_not_whether_there_is_an_account)
{
	const char *const options[] = { "--smtp",
		                            "smtp://127.0.0.1:9",
		                            "--mail-from",
		                            "t@example.org",
		                            "--public-url",
		                            "http://127.0.0.1",
		                            "--budgets",
		                            "off",
		                            NULL };
	const char *email = a_login("moderator");
	struct another server = another_start(options);
	struct answer answers[3];
	const char *const asked[] = { email, say("%s@example.org", fresh_name()), email };

	for (int i = 0; i < 3; i++)
		answers[i] = call(&(struct call){ .server = server.url,
		                                  .path = V1 "/password-links",
		                                  .body = json_pack("{s:s}", "email", asked[i]) });
	another_stop(&server);
	for (int i = 0; i < 3; i++) {
		expect_status(answers[i], 204);
		ck_assert_uint_eq(answers[i].len, 0);
	}
	ck_assert_int_eq(count_db("SELECT count(*) FROM mail WHERE recipient = '%s'", email), 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM mail WHERE recipient LIKE 'nobody%%'"), 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'password_link_made' AND"
	                          " actor_kind = 'visitor' AND subject = '%s'",
	                          id_of(email)),
	                 1);
	const char *token = ask_db("SELECT substring(text FROM '#reset=([A-Za-z0-9_-]+)') FROM mail"
	                           " WHERE recipient = '%s'",
	                           email);
	expect_status(use_link(token, "a better password"), 204);
}
END_TEST

/* ------------------------------------------------------------------ lock-out */

static struct answer sign_in_from(const struct another *server, const char *network,
                                  struct person *as, const char *email, const char *password)
{
	return call(
		&(struct call){ .server = server->url,
	                    .path = V1 "/session",
	                    .as = as,
	                    .body = json_pack("{s:s, s:s}", "email", email, "password", password),
	                    .headers = { say("X-Forwarded-For: %s", network) } });
}

/* Each network alone is far from its own budget. */
START_TEST(who_guesses_from_many_networks_is_slowed_down_and_the_owners_network_is_not)
{
	const char *const options[] = { "--budgets", "sign_ins=1000/s", "--trusted-proxies",
		                            "127.0.0.1", NULL };
	struct another server = another_start(options);
	const char *email = a_login("moderator");
	struct person owner = { 0 }, again = { 0 }, stranger = { 0 };
	struct answer guess = { 0 };

	expect_status(sign_in_from(&server, "192.0.2.1", &owner, email, PASSWORD), 201);
	for (int try = 0; try < 60 && guess.status != 429; try++)
		guess = sign_in_from(&server, say("10.1.%d.1", try / 2), NULL, email, "a wild guess");
	expect_problem(guess, 429, "too-many-sign-ins");
	struct answer elsewhere = sign_in_from(&server, "203.0.113.9", &stranger, email, PASSWORD);
	struct answer known = sign_in_from(&server, "192.0.2.7", &again, email, PASSWORD);
	struct answer another =
		sign_in_from(&server, "203.0.113.9", NULL, a_login("moderator"), PASSWORD);
	another_stop(&server);
	expect_problem(elsewhere, 429, "too-many-sign-ins");
	expect_status(known, 201);
	expect_status(another, 201);
}
END_TEST

Suite *http_accounts_suite(void)
{
	Suite *suite = suite_create("http/accounts");
	TCase *tc = tcase_create("accounts");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, an_admin_makes_an_account_whose_owner_chooses_the_password_by_a_link);
	tcase_add_test(tc, accounts_are_listed_newest_first_by_cursor_without_secrets);
	tcase_add_test(tc, a_role_that_is_lowered_in_mid_session_holds_from_the_next_request);
	tcase_add_test(tc, disabling_ends_sessions_tokens_and_links_at_once);
	tcase_add_test(tc, the_last_admin_keeps_the_role);
	tcase_add_test(tc, sessions_are_seen_and_ended_by_their_owner);
	tcase_add_test(tc, sessions_of_others_are_seen_and_ended_by_admins);
	tcase_add_test(tc, sign_ins_are_told_to_their_owner_and_to_admins_alone);
	tcase_add_test(tc, a_token_has_a_name_and_an_end_and_says_when_it_was_used);
	tcase_add_test(tc, a_token_used_after_its_revocation_is_nobodys);
	tcase_add_test(tc, an_admin_sees_and_revokes_tokens_of_others);
	tcase_add_test(tc, a_token_does_what_its_scopes_name_and_nothing_else);
	tcase_add_loop_test(tc, a_scope_that_covers_no_route_is_refused, 0,
	                    sizeof bad_scopes / sizeof bad_scopes[0]);
	tcase_add_test(tc, a_scope_opens_nothing_that_the_role_does_not);
	tcase_add_test(tc, a_token_makes_no_tokens_and_no_second_factors);
	tcase_add_test(tc, a_link_changes_the_password_once_and_ends_all_that_was_open);
	tcase_add_test(tc, a_link_is_over_after_a_day_and_when_there_is_a_newer_one);
	tcase_add_test(tc, secrets_are_in_no_row_of_the_trail);
	tcase_add_test(tc, where_no_mail_is_sent_nobody_is_mailed_a_link_whoever_asks);
	tcase_add_test(tc, a_link_is_mailed_and_the_answer_says_not_whether_there_is_an_account);
	tcase_add_test(tc, who_guesses_from_many_networks_is_slowed_down_and_the_owners_network_is_not);
	suite_add_tcase(suite, tc);
	return suite;
}
