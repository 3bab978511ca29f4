/* SPDX-License-Identifier: Apache-2.0 */
/* Researchers who ask for an account: terms, requests, and how moderators decide them. */
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

#define V1       "/api/v1"
#define PASSWORD "correct horse battery"

static struct person moderator;

static void setup(void)
{
	moderator = an_account("moderator");
}

static json_t *a_wish(const char *email)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "email", email, "name", "Ada Lovelace",
	                 "institution", "A university", "purpose", "To train a detector.", "terms",
	                 json_incref(at(get(NULL, V1 "/access-terms").body, "version")));
}

static const char *ask_as(const char *email)
{
	struct answer asked = post(NULL, V1 "/access-requests", a_wish(email));

	expect_status(asked, 201);
	return text_at(asked.body, "id");
}

static struct answer decide(const char *id, const char *decision, const char *reason)
{
	return post(&moderator, say(V1 "/access-requests/%s/decision", id),
	            json_pack("{s:s, s:s*}", "decision", decision, "reason", reason));
}

START_TEST(an_approved_researcher_gets_an_account_and_tokens)
{
	const char *email = say("%s@example.org", fresh_name()), *id = ask_as(email);
	struct person researcher = { 0 };

	ck_assert_str_eq(text_at(get(NULL, say(V1 "/access-requests/%s", id)).body, "state"), "open");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit WHERE kind = 'access_asked' AND actor_kind ="
	             " 'visitor' AND subject = '%s'",
	             id),
		1);
	struct answer approved = decide(id, "approve", NULL);
	expect_status(approved, 200);
	ck_assert_str_eq(text_at(get(NULL, say(V1 "/access-requests/%s", id)).body, "state"),
	                 "approved");
	expect_status(
		post(NULL, V1 "/password-links/use",
	         json_pack("{s:s, s:s}", "token", strstr(text_at(approved.body, "link"), "#reset=") + 7,
	                   "new", PASSWORD)),
		204);
	struct answer in = post(&researcher, V1 "/session",
	                        json_pack("{s:s, s:s}", "email", email, "password", PASSWORD));
	expect_status(in, 201);
	ck_assert_str_eq(text_at(in.body, "account/role"), "researcher");
	expect_status(post(&researcher, V1 "/tokens", json_pack("{s:s}", "name", "t")), 201);
	expect_problem(decide(id, "approve", NULL), 409, "request-decided");
	expect_problem(decide(ask_as(email), "approve", NULL), 409, "account-exists");
}
END_TEST

START_TEST(a_refusal_has_a_reason_that_who_asked_reads)
{
	const char *id = ask_as(say("%s@example.org", fresh_name()));

	expect_problem(decide(id, "refuse", NULL), 422, "invalid");
	expect_status(decide(id, "refuse", "No purpose that we can support."), 200);
	struct answer told = get(NULL, say(V1 "/access-requests/%s", id));
	ck_assert_str_eq(text_at(told.body, "state"), "refused");
	ck_assert_str_eq(text_at(told.body, "reason"), "No purpose that we can support.");
	ck_assert_ptr_null(json_object_get(told.body, "email"));
	expect_problem(decide(id, "approve", NULL), 409, "request-decided");
}
END_TEST

START_TEST(requests_are_listed_for_moderators_by_state)
{
	const char *id = ask_as(say("%s@example.org", fresh_name()));
	struct answer list = get(&moderator, V1 "/access-requests?state=open&limit=1");

	ck_assert_str_eq(text_at(list.body, "items/0/id"), id);
	ck_assert_str_eq(text_at(list.body, "items/0/institution"), "A university");
	expect_status(decide(id, "refuse", "No."), 200);
	list = get(&moderator, V1 "/access-requests?state=refused&limit=1");
	ck_assert_str_eq(text_at(list.body, "items/0/id"), id);
	expect_problem(get(&moderator, V1 "/access-requests?state=lost"), 422, "invalid");
}
END_TEST

START_TEST(who_asks_agrees_to_the_terms_in_force)
{
	const char *url = a_database(), *folder = a_folder();
	const char *const options[] = { "--database-url", url, "--budgets", "off", NULL };
	struct another server = another_start(options);

	write_text(folder, "terms.txt", "I share nothing.\n");
	json_t *wish = a_wish("ada@example.org");
	const char *said =
		expect_code(0, folder, say("account terms terms.txt --database-url '%s'", url));
	struct answer stale = call(&(struct call){
		.server = server.url, .path = V1 "/access-requests", .body = json_incref(wish) });
	struct answer terms = call(&(struct call){ .server = server.url, .path = V1 "/access-terms" });
	json_object_set_new(wish, "terms", json_integer(2));
	struct answer fresh =
		call(&(struct call){ .server = server.url, .path = V1 "/access-requests", .body = wish });
	another_stop(&server);
	ck_assert_ptr_nonnull(strstr(said, "version 2"));
	expect_problem(stale, 409, "terms-changed");
	ck_assert_int_eq(number_at(terms.body, "version"), 2);
	ck_assert_str_eq(text_at(terms.body, "text"), "I share nothing.\n");
	expect_status(fresh, 201);
}
END_TEST

/* Nobody is told by what is answered to who asks. */
START_TEST(asking_with_an_address_that_has_an_account_looks_the_same)
{
	const char *email = text_at(get(&moderator, V1 "/session").body, "account/email");

	ask_as(email);
}
END_TEST

START_TEST(too_many_that_wait_are_turned_away)
{
	const char *url = a_database();
	const char *const options[] = { "--database-url", url, "--budgets", "off", NULL };
	struct another server = another_start(options);

	shell("/",
	      say("psql -XAtq '%s' -c \"INSERT INTO access_request (email, name, institution, purpose,"
	          " terms) SELECT 'a', 'a', 'a', 'a', 1 FROM generate_series(1, 1000)\"",
	          url));
	struct answer refused = call(&(struct call){
		.server = server.url, .path = V1 "/access-requests", .body = a_wish("ada@example.org") });
	another_stop(&server);
	expect_status(refused, 503);
}
END_TEST

static const char *const missing[] = { "email", "name", "institution", "purpose", "terms" };

START_TEST(a_request_without_any_of_its_parts_is_refused)
{
	json_t *wish = a_wish("ada@example.org");

	json_object_del(wish, missing[_i]);
	expect_problem(post(NULL, V1 "/access-requests", wish), 422, "invalid");
}
END_TEST

/* With mail the link goes to the researcher alone. */
START_TEST(where_mail_is_sent_the_moderator_is_not_told_the_link)
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
	const char *email = say("%s@example.org", fresh_name()), *id = ask_as(email);
	struct another server = another_start(options);
	struct answer approved =
		call(&(struct call){ .server = server.url,
	                         .path = say(V1 "/access-requests/%s/decision", id),
	                         .as = &moderator,
	                         .body = json_pack("{s:s}", "decision", "approve") });
	another_stop(&server);
	expect_status(approved, 200);
	ck_assert(json_is_null(at(approved.body, "link")));
	ck_assert_int_eq(count_db("SELECT count(*) FROM mail WHERE recipient = '%s' AND text LIKE"
	                          " '%%/admin#reset=%%'",
	                          email),
	                 1);
}
END_TEST

/* What was refused is told by mail where mail is sent. */
START_TEST(a_refusal_is_mailed_with_its_reason)
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
	const char *email = say("%s@example.org", fresh_name()), *id = ask_as(email);
	struct another server = another_start(options);
	struct answer refused = call(&(struct call){
		.server = server.url,
		.path = say(V1 "/access-requests/%s/decision", id),
		.as = &moderator,
		.body = json_pack("{s:s, s:s}", "decision", "refuse", "reason", "Not yet.") });
	another_stop(&server);
	expect_status(refused, 200);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM mail WHERE recipient = '%s' AND text LIKE '%%Not yet.%%'"
	             " AND text LIKE '%%http://127.0.0.1/access#%s%%'",
	             email, id),
		1);
}
END_TEST

Suite *http_access_suite(void)
{
	Suite *suite = suite_create("http/access");
	TCase *tc = tcase_create("access");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, an_approved_researcher_gets_an_account_and_tokens);
	tcase_add_test(tc, a_refusal_has_a_reason_that_who_asked_reads);
	tcase_add_test(tc, requests_are_listed_for_moderators_by_state);
	tcase_add_test(tc, who_asks_agrees_to_the_terms_in_force);
	tcase_add_test(tc, asking_with_an_address_that_has_an_account_looks_the_same);
	tcase_add_test(tc, too_many_that_wait_are_turned_away);
	tcase_add_loop_test(tc, a_request_without_any_of_its_parts_is_refused, 0,
	                    sizeof missing / sizeof missing[0]);
	tcase_add_test(tc, a_refusal_is_mailed_with_its_reason);
	tcase_add_test(tc, where_mail_is_sent_the_moderator_is_not_told_the_link);
	suite_add_tcase(suite, tc);
	return suite;
}
