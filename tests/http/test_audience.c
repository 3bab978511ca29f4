/* SPDX-License-Identifier: Apache-2.0 */
/* Releases for approved researchers: what everybody may read of them, and who may read the rest. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/vocabulary.h"
#include "database.h"
#include "published.h"
#include "suites.h"
#include "world.h"

static struct person maker, limited_by, outsider;
static const char *name, *campaign;

static const char *make_limited(const char *of, const char *version)
{
	struct answer a = post(&maker, RELEASES,
	                       json_pack("{s:s, s:s, s:s, s:{s:s}}", "name", of, "version", version,
	                                 "audience", "researchers", "filter", "campaign", campaign));

	expect_status(a, 202);
	json_t *job = a_finished_job(&maker, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "done");
	return of;
}

/* With a layout, and a version before it that everybody may read. */
static void setup(void)
{
	maker = an_account("moderator");
	limited_by = an_account("researcher");
	outsider = an_account("volunteer");
	campaign = a_full_campaign();
	name = make_limited(a_release(&maker, campaign), "2.0");
	struct answer a =
		post(&maker, say(RELEASES "/%s/2.0/layouts", name), json_pack("{s:s}", "format", "csv"));
	expect_status(a, 202);
	a_finished_job(&maker, text_at(a.body, "job/id"));
}

static const char *a_medium(void)
{
	return ask_db("SELECT path FROM release_item r JOIN release e ON e.id = r.release_id"
	              " WHERE e.name = '%s' AND e.version = '2.0' LIMIT 1",
	              name);
}

/* Whatever says something of single items. */
static const char *guarded(int which)
{
	const char *const paths[] = {
		"files/labels.csv", "files/trials.csv", say("files/%s", a_medium()),
		"archives/csv.tar", "archives/csv.zip", "layouts/csv/files/labels.csv",
		"diff?from=1.0"
	};

	return say(RELEASES "/%s/2.0/%s", name, paths[which]);
}

#define GUARDED 7

static struct answer ask(const char *method, const char *path, struct person *as, const char *more)
{
	return call(&(struct call){ .method = method, .path = path, .as = as, .headers = { more } });
}

static void expect_let_in(const char *path, struct person *as)
{
	struct answer whole = get(as, path), head = ask("HEAD", path, as, NULL);

	expect_status(whole, 200);
	expect_status(head, 200);
	ck_assert_ptr_null(strstr(header_of(whole, "Cache-Control"), "public"));
	ck_assert_str_eq(header_of(whole, "Cache-Control"), header_of(head, "Cache-Control"));
	if (strstr(path, "diff?"))
		return;
	ck_assert_str_eq(header_of(whole, "Cache-Control"), "private, no-cache");
	struct answer part = ask("GET", path, as, "Range: bytes=1-4");
	expect_status(part, 206);
	ck_assert_str_eq(header_of(part, "Cache-Control"), "private, no-cache");
	ck_assert_mem_eq(part.text, whole.text + 1, 4);
	expect_status(ask("GET", path, as, say("If-None-Match: %s", header_of(whole, "ETag"))), 304);
}

START_TEST(a_researcher_reads_all_of_it_and_no_cache_of_others_keeps_it)
{
	struct person admin = an_account("admin");

	expect_let_in(guarded(_i), &limited_by);
	expect_let_in(guarded(_i), &maker);
	expect_let_in(guarded(_i), &admin);
}
END_TEST

START_TEST(nobody_else_reads_a_byte_and_is_told_how_to_ask)
{
	struct person forger = { .bearer = "nonsense" }, volunteer = a_volunteer();
	const char *path = guarded(_i);

	struct answer nobody = get(NULL, path);
	expect_problem(nobody, 401, "for-researchers");
	ck_assert_ptr_nonnull(strstr(text_at(nobody.body, "detail"), "/access"));
	ck_assert_ptr_null(strstr(header_of(nobody, "Cache-Control"), "public"));
	expect_problem(get(&volunteer, path), 401, "for-researchers");
	expect_problem(get(&forger, path), 401, "signed-out");
	struct answer refused = get(&outsider, path);
	expect_problem(refused, 403, "not-a-researcher");
	ck_assert_ptr_nonnull(strstr(text_at(refused.body, "detail"), "/access"));
	expect_status(ask("HEAD", path, NULL, NULL), 401);
	expect_status(ask("GET", path, NULL, "Range: bytes=0-3"), 401);
	expect_status(ask("GET", path, &outsider, "If-None-Match: *"), 403);
}
END_TEST

static const char *const open_paths[] = {
	"files/README.md",
	"files/DATASHEET.md",
	"files/figures.json",
	"files/dictionary.csv",
	"files/SHA256SUMS",
	"croissant.json",
	"",
};

START_TEST(what_says_nothing_of_single_items_is_for_everybody)
{
	const char *path =
		say(RELEASES "/%s/2.0%s%s", name, *open_paths[_i] ? "/" : "", open_paths[_i]);
	struct answer a = get(NULL, path);

	expect_status(a, 200);
	if (!*open_paths[_i])
		ck_assert_str_eq(text_at(a.body, "audience"), "researchers");
}
END_TEST

START_TEST(the_card_and_the_datasheet_say_so)
{
	struct answer card = get(NULL, say(RELEASES "/%s/2.0/files/README.md", name));
	struct answer sheet = get(NULL, say(RELEASES "/%s/2.0/files/DATASHEET.md", name));

	ck_assert_ptr_nonnull(strstr(card.text, "for approved researchers"));
	ck_assert_ptr_null(strstr(sheet.text, "without an account"));
	card = get(NULL, say(RELEASES "/%s/1.0/files/README.md", name));
	ck_assert_ptr_null(strstr(card.text, "for approved researchers"));
}
END_TEST

/* A token of the researcher for that line of scopes. */
static struct person a_token(const char *scope)
{
	struct person program = { .cookie = "" };
	struct answer made = post(&limited_by, "/api/v1/tokens",
	                          json_pack("{s:s, s:[s]}", "name", "a program", "scopes", scope));

	expect_status(made, 201);
	snprintf(program.bearer, sizeof program.bearer, "%s", text_at(made.body, "token"));
	return program;
}

START_TEST(a_token_reads_within_its_scopes)
{
	struct person reads = a_token("GET /releases"), judges = a_token("GET /jobs");

	expect_status(get(&reads, guarded(0)), 200);
	expect_problem(get(&judges, guarded(0)), 403, "out-of-scope");
}
END_TEST

START_TEST(who_is_shut_out_or_lowered_reads_no_more)
{
	struct person leaver = an_account("researcher"), lowered = an_account("researcher");

	expect_status(get(&leaver, guarded(0)), 200);
	tell_db("UPDATE account SET state = 'disabled' WHERE email = '%s'",
	        text_at(get(&leaver, "/api/v1/session").body, "account/email"));
	tell_db("UPDATE account SET role = 'volunteer' WHERE email = '%s'",
	        text_at(get(&lowered, "/api/v1/session").body, "account/email"));
	expect_problem(get(&leaver, guarded(0)), 401, "signed-out");
	expect_problem(get(&lowered, guarded(0)), 403, "not-a-researcher");
}
END_TEST

START_TEST(an_admin_opens_it_for_good_and_that_is_noted_once)
{
	struct person admin = an_account("admin");
	const char *open = say(RELEASES "/%s/2.0/open", name);

	expect_status(post(&maker, open, json_object()), 403);
	for (int i = 0; i < 2; i++)
		expect_status(call(&(struct call){ .method = "POST", .path = open, .as = &admin }), 204);
	struct answer a = get(NULL, guarded(0));
	expect_status(a, 200);
	ck_assert_ptr_nonnull(strstr(header_of(a, "Cache-Control"), "immutable"));
	expect_status(get(NULL, guarded(3)), 200);
	ck_assert_str_eq(text_at(get(NULL, say(RELEASES "/%s/2.0", name)).body, "audience"),
	                 "everybody");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit a JOIN release e ON e.id::text = a.subject"
	             " WHERE a.kind = 'release_opened' AND e.name = '%s'",
	             name),
		1);
	expect_status(call(&(struct call){
					  .method = "POST", .path = say(RELEASES "/%s/9.9/open", name), .as = &admin }),
	              404);
}
END_TEST

/* What is left of it after a withdrawal is for whom it was, and opens with it. */
START_TEST(a_revision_is_for_whom_its_release_is)
{
	const char *item = ask_db("SELECT item_id FROM release_item r JOIN release e ON e.id ="
	                          " r.release_id WHERE e.name = '%s' AND e.version = '2.0' LIMIT 1",
	                          name);

	expect_status(post(&maker, say("/api/v1/items/%s/withdraw", item),
	                   json_pack("{s:s, s:s}", "reason_class", "rights", "reason", "It is mine.")),
	              200);
	await_db(60, say("SELECT count(*) = 1 FROM release WHERE name = '%s' AND version = '2.0+r1'"
	                 " AND state = 'ready'",
	                 name));
	const char *labels = say(RELEASES "/%s/2.0+r1/files/labels.csv", name);
	expect_problem(get(NULL, labels), 401, "for-researchers");
	expect_status(get(&limited_by, labels), 200);
	run_well("release open %s 2.0+r1", name);
	expect_status(get(NULL, labels), 200);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit a JOIN release e ON e.id::text = a.subject"
	             " WHERE a.kind = 'release_opened' AND a.actor_kind = 'command'"
	             " AND e.name = '%s' AND e.version = '2.0'",
	             name),
		1);
	ck_assert_str_eq(text_at(get(NULL, say(RELEASES "/%s/2.0", name)).body, "audience"),
	                 "everybody");
}
END_TEST

START_TEST(a_word_that_is_no_audience_is_refused)
{
	struct answer a =
		post(&maker, RELEASES,
	         json_pack("{s:s, s:s, s:s}", "name", "ok", "version", "1", "audience", "friends"));
	int code = 0;

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), "/audience");
	run_program(&code, "release create ok 1 --audience friends");
	ck_assert_int_eq(code, 2);
}
END_TEST

Suite *http_audience_suite(void)
{
	Suite *suite = suite_create("http/audience");
	TCase *whole = tcase_create("audience");

	tcase_set_timeout(whole, 180);
	tcase_add_unchecked_fixture(whole, setup, NULL);
	tcase_add_loop_test(whole, a_researcher_reads_all_of_it_and_no_cache_of_others_keeps_it, 0,
	                    GUARDED);
	tcase_add_loop_test(whole, nobody_else_reads_a_byte_and_is_told_how_to_ask, 0, GUARDED);
	tcase_add_loop_test(whole, what_says_nothing_of_single_items_is_for_everybody, 0,
	                    sizeof open_paths / sizeof open_paths[0]);
	tcase_add_test(whole, the_card_and_the_datasheet_say_so);
	tcase_add_test(whole, a_token_reads_within_its_scopes);
	tcase_add_test(whole, who_is_shut_out_or_lowered_reads_no_more);
	tcase_add_test(whole, a_word_that_is_no_audience_is_refused);
	tcase_add_test(whole, a_revision_is_for_whom_its_release_is);
	TCase *opening = tcase_create("opening");
	tcase_set_timeout(opening, 180);
	tcase_add_checked_fixture(opening, setup, NULL);
	tcase_add_test(opening, an_admin_opens_it_for_good_and_that_is_noted_once);
	suite_add_tcase(suite, whole);
	suite_add_tcase(suite, opening);
	return suite;
}
