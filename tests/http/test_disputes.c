/* SPDX-License-Identifier: Apache-2.0 */
/* What a moderator may rely on for the queue, claims and blind verdicts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

static const char *path_of(const char *id, const char *what)
{
	return say("/api/v1/disputes/%s%s%s", id, *what ? "/" : "", what);
}

static struct answer claim(struct person *as, const char *id)
{
	return post(as, path_of(id, "claim"), json_object());
}

static struct answer verdict(struct person *as, const char *id, const char *word, int confidence)
{
	return post(as, path_of(id, "verdict"),
	            json_pack("{s:s, s:i}", "verdict", word, "confidence", confidence));
}

static const char *a_plain_dispute(const char *reason)
{
	return a_dispute(reason, &(struct items){ .campaign = common_campaign(),
	                                          .truth = "fake",
	                                          .title = "tell-tale-title",
	                                          .explanation = "tell-tale-explanation" });
}

/* The row of a dispute in the queue, walked page by page; NULL when it is not there. */
static json_t *in_queue(struct person *as, const char *state, const char *id)
{
	const char *path = say("/api/v1/disputes?state=%s&limit=100", state);

	while (path) {
		struct answer a = get(as, path);
		size_t i;
		json_t *row;

		expect_status(a, 200);
		json_array_foreach (at(a.body, "items"), i, row)
			if (strcmp(text_at(row, "id"), id) == 0)
				return row;
		const char *next = json_string_value(at(a.body, "next"));
		path = next ? say("/api/v1/disputes?state=%s&limit=100&cursor=%s", state, next) : NULL;
	}
	return NULL;
}

START_TEST(a_dispute_waits_in_the_queue)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute("max_judgments");
	json_t *row = in_queue(&person, "open", id);

	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(text_at(row, "state"), "open");
	ck_assert_str_eq(text_at(row, "media_type"), "image");
	ck_assert_int_eq(number_at(row, "judgments"), 25);
	ck_assert(json_is_null(at(row, "claim")));
	ck_assert(!true_at(row, "verdict_given"));
	ck_assert_ptr_nonnull(in_queue(&person, "all", id));
	ck_assert_ptr_null(in_queue(&person, "ruled", id));
}
END_TEST

START_TEST(the_queue_comes_oldest_first_and_counts_all)
{
	struct person person = an_account("moderator");
	const char *first = a_plain_dispute("max_judgments"), *last = a_plain_dispute("max_judgments");
	struct answer a = get(&person, "/api/v1/disputes?limit=1");

	tell_db("UPDATE dispute SET opened_at = '2001-01-01' WHERE id = '%s'", first);
	tell_db("UPDATE dispute SET opened_at = '2001-01-02' WHERE id = '%s'", last);
	a = get(&person, "/api/v1/disputes?limit=1");
	ck_assert_str_eq(text_at(a.body, "items/0/id"), first);
	ck_assert_int_eq(number_at(a.body, "counts/open"),
	                 count_db("SELECT count(*) FROM dispute WHERE state = 'open'"));
	a = get(&person, say("/api/v1/disputes?limit=1&cursor=%s", text_at(a.body, "next")));
	ck_assert_str_eq(text_at(a.body, "items/0/id"), last);
	tell_db("UPDATE dispute SET opened_at = now() WHERE id IN ('%s', '%s')", first, last);
}
END_TEST

static const char *const bad_queries[] = { "state=closed", "state=", "limit=0", "limit=101",
	                                       "cursor=x" };

START_TEST(a_queue_that_cannot_be_is_refused)
{
	struct person person = an_account("moderator");

	expect_problem(get(&person, say("/api/v1/disputes?%s", bad_queries[_i])), 422, "invalid");
}
END_TEST

START_TEST(a_cursor_of_another_list_is_refused)
{
	struct person person = an_account("moderator");
	char cursor[TOKEN_TEXT(96)];

	token_seal(server_seal(), TOKEN_CURSOR, (char[96]){ "of another list" }, 96, cursor);
	expect_problem(get(&person, say("/api/v1/disputes?cursor=%s", cursor)), 422, "invalid");
	expect_problem(get(&person, say("/api/v1/releases?cursor=%s", cursor)), 422, "invalid");
	person = a_volunteer();
	expect_problem(get(&person, say("/api/v1/me?cursor=%s", cursor)), 422, "invalid");
}
END_TEST

static const struct {
	const char *reason, *before;
} reasons[] = {
	{ "max_judgments", "max_judgments" },
	{ "crowd_against_gold", "undisclosed" },
	{ "crowd_against_provenance", "undisclosed" },
	{ "crowd_against_ruling", "undisclosed" },
};

START_TEST(a_reason_that_gives_the_answer_away_waits_for_the_verdict)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute(reasons[_i].reason);

	ck_assert_str_eq(text_at(in_queue(&person, "open", id), "reason"), reasons[_i].before);
	ck_assert_str_eq(text_at(get(&person, path_of(id, "")).body, "reason"), reasons[_i].before);
	expect_status(claim(&person, id), 200);
	expect_status(verdict(&person, id, "real", 95), 201);
	ck_assert_str_eq(text_at(in_queue(&person, "open", id), "reason"), reasons[_i].reason);
	ck_assert_str_eq(text_at(get(&person, path_of(id, "")).body, "reason"), reasons[_i].reason);
	ck_assert_str_eq(text_at(get(&colleague, path_of(id, "")).body, "reason"), reasons[_i].before);
}
END_TEST

START_TEST(before_the_verdict_nothing_but_the_medium_is_shown)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute("crowd_against_gold");
	struct answer a = get(&person, path_of(id, ""));

	expect_status(claim(&person, id), 200);
	a = get(&person, path_of(id, ""));
	expect_status(a, 200);
	ck_assert(json_is_null(at(a.body, "evidence")));
	ck_assert(json_is_null(at(a.body, "verdict")));
	ck_assert_uint_eq(json_array_size(at(a.body, "rulings")), 0);
	ck_assert_str_eq(text_at(a.body, "item/media/type"), "image");
	ck_assert_ptr_null(strstr(a.text, "tell-tale"));
	ck_assert_ptr_null(strstr(a.text, "truth"));
	ck_assert_ptr_null(strstr(a.text, "gold"));
	ck_assert_ptr_null(strstr(a.text, "p_fake"));
}
END_TEST

START_TEST(the_verdict_opens_the_evidence_for_the_one_who_gave_it)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute("crowd_against_gold");

	expect_status(claim(&person, id), 200);
	struct answer a = verdict(&person, id, "real", 75);
	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "verdict/verdict"), "real");
	ck_assert_int_eq(number_at(a.body, "verdict/confidence"), 75);
	ck_assert(true_at(a.body, "verdict_given"));
	ck_assert_str_eq(text_at(a.body, "evidence/provenance/truth"), "fake");
	ck_assert_str_eq(text_at(a.body, "evidence/provenance/title"), "tell-tale-title");
	ck_assert(json_is_string(at(a.body, "evidence/original_url")));
	expect_status(get(&person, path_of(id, "")), 200);
	ck_assert(json_is_object(at(get(&person, path_of(id, "")).body, "evidence")));
	ck_assert(json_is_null(at(get(&colleague, path_of(id, "")).body, "evidence")));
}
END_TEST

START_TEST(evidence_tells_what_the_crowd_said_without_saying_who)
{
	const char *campaign = a_campaign();
	struct person volunteer = a_volunteer(), person = an_account("moderator");

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	json_t *lease = a_lease(&volunteer, campaign);
	struct lease sealed = lease_of(text_at(lease, "assignment"), &volunteer);
	json_t *body = verdicts_on(text_at(lease, "assignment"), "fake", "real");
	json_object_set_new(at(body, "judgments/0"), "tells", json_pack("[s]", "edges"));
	json_object_set_new(body, "exposure_ms", json_integer(2345));
	expect_status(post(&volunteer, "/api/v1/judgments", body), 201);
	const char *item = uuid_text(sealed.left);
	await_db(40, say("SELECT count(*) = 1 FROM consensus WHERE item_id = '%s'", item));
	tell_db("UPDATE item SET state = 'disputed' WHERE id = '%s'", item);
	const char *id = ask_db("INSERT INTO dispute (item_id, reason, judgments)"
	                        " VALUES ('%s', 'max_judgments', 1) RETURNING id",
	                        item);
	expect_status(claim(&person, id), 200);
	struct answer a = verdict(&person, id, "fake", 95);
	expect_status(a, 201);
	ck_assert_uint_eq(json_array_size(at(a.body, "evidence/judgments")), 1);
	ck_assert_str_eq(text_at(a.body, "evidence/judgments/0/verdict"), "fake");
	ck_assert_str_eq(text_at(a.body, "evidence/judgments/0/position"), "left");
	ck_assert_str_eq(text_at(a.body, "evidence/judgments/0/tells/0"), "edges");
	/* nothing exact: it would find the same volunteer in the evidence on another item */
	ck_assert_int_eq(number_at(a.body, "evidence/judgments/0/exposure_ms"), 2000);
	ck_assert_ptr_nonnull(
		strstr(text_at(a.body, "evidence/judgments/0/judged_at"), "T00:00:00.000Z"));
	double skill = 20 * json_number_value(at(a.body, "evidence/judgments/0/sensitivity"));
	ck_assert_double_eq_tol(skill, round(skill), 1e-9);
	ck_assert_str_eq(text_at(a.body, "evidence/tells/0/tell"), "edges");
	ck_assert_int_eq(number_at(a.body, "evidence/posterior/judgments"), 1);
	ck_assert_ptr_null(strstr(a.text, volunteer_id(&volunteer)));
}
END_TEST

START_TEST(two_moderators_do_not_work_on_one_dispute)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute("max_judgments");
	struct answer a = claim(&person, id);

	expect_status(a, 200);
	ck_assert(true_at(a.body, "claim/by_you"));
	expect_problem(claim(&colleague, id), 409, "dispute-claimed");
	ck_assert(true_at(in_queue(&person, "open", id), "claim/by_you"));
	ck_assert(!true_at(in_queue(&colleague, "open", id), "claim/by_you"));
	expect_problem(verdict(&colleague, id, "real", 75), 409, "no-claim");
	expect_status(claim(&person, id), 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM blind_verdict WHERE dispute_id = '%s'", id), 0);
}
END_TEST

START_TEST(a_claim_that_ran_out_is_free_for_another)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute("max_judgments");

	expect_status(claim(&person, id), 200);
	tell_db("UPDATE claim SET expires_at = now() - interval '1 second' WHERE dispute_id = '%s'",
	        id);
	ck_assert(json_is_null(at(in_queue(&person, "open", id), "claim")));
	expect_problem(verdict(&person, id, "real", 75), 409, "no-claim");
	expect_status(claim(&colleague, id), 200);
	expect_status(verdict(&colleague, id, "real", 75), 201);
}
END_TEST

START_TEST(a_blind_verdict_needs_a_claim_and_never_changes)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute("max_judgments");

	expect_problem(verdict(&person, id, "real", 75), 409, "no-claim");
	expect_status(claim(&person, id), 200);
	expect_status(verdict(&person, id, "real", 75), 201);
	expect_status(verdict(&person, id, "real", 75), 200);
	expect_problem(verdict(&person, id, "fake", 75), 409, "verdict-otherwise");
	expect_problem(verdict(&person, id, "real", 95), 409, "verdict-otherwise");
	ck_assert_str_eq(ask_db("SELECT string_agg(verdict || confidence, ' ') FROM blind_verdict"
	                        " WHERE dispute_id = '%s'",
	                        id),
	                 "real75");
}
END_TEST

static const struct {
	const char *what, *text, *pointer;
} bad[] = {
	{ "claim", "{\"for\": 60}", "/for" },
	{ "verdict", "{}", "/verdict" },
	{ "verdict", "{\"verdict\": \"unsure\", \"confidence\": 75}", "/verdict" },
	{ "verdict", "{\"verdict\": \"real\"}", "/confidence" },
	{ "verdict", "{\"verdict\": \"real\", \"confidence\": 49}", "/confidence" },
	{ "verdict", "{\"verdict\": \"real\", \"confidence\": 75, \"why\": \"\"}", "/why" },
	{ "ruling", "{}", "/ruling" },
	{ "ruling", "{\"ruling\": \"perhaps\", \"reason\": \"long enough\"}", "/ruling" },
	{ "ruling", "{\"ruling\": \"real\", \"reason\": \"too short\"}", "/reason" },
	{ "ruling", "{\"ruling\": \"real\", \"reason\": 12345678901}", "/reason" },
};

START_TEST(a_body_that_breaks_a_rule_names_the_field)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute("max_judgments");
	long long stored = rows_stored();
	struct answer a = call(
		&(struct call){ .as = &person, .path = path_of(id, bad[_i].what), .text = bad[_i].text });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), bad[_i].pointer);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const char *const no_ids[] = { "x", "00000000-0000-4000-8000-000000000000", "1'--",
	                                  "%7b%7d" };

START_TEST(a_dispute_that_is_not_there_is_404)
{
	struct person person = an_account("moderator");
	const char *id = no_ids[_i];

	expect_problem(get(&person, path_of(id, "")), 404, "not-found");
	expect_problem(claim(&person, id), 404, "not-found");
	expect_problem(verdict(&person, id, "real", 75), 404, "not-found");
	expect_problem(post(&person, path_of(id, "ruling"),
	                    json_pack("{s:s, s:s}", "ruling", "real", "reason", "long enough")),
	               404, "not-found");
}
END_TEST

START_TEST(the_media_of_a_dispute_are_for_the_moderator_who_asked)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign(),
	                                                             .file = a_file("bytes", 5) });
	struct answer a = get(&person, path_of(id, ""));
	const char *url = text_at(a.body, "item/media/url");

	expect_status(get(&person, url), 200);
	expect_problem(get(&colleague, url), 404, "not-found");
	expect_problem(get(NULL, url), 404, "not-found");
}
END_TEST

START_TEST(volunteers_and_researchers_moderate_nothing)
{
	struct person volunteer = a_volunteer(), researcher = an_account("researcher");
	const char *id = a_plain_dispute("max_judgments");

	expect_problem(get(&volunteer, "/api/v1/disputes"), 401, "nobody");
	expect_problem(get(&researcher, path_of(id, "")), 403, "forbidden");
	expect_problem(claim(&researcher, id), 403, "forbidden");
	ck_assert_int_eq(count_db("SELECT count(*) FROM claim WHERE dispute_id = '%s'", id), 0);
}
END_TEST

static const char *plan;

static void add_line(void *arg, const char *const columns[])
{
	(void)arg;
	plan = say("%s\n%s", plan, columns[0]);
}

/* How the database would run a statement of server/review/dispute.sql, whatever it is asked for,
 * where it reads no table from end to end that it need not. */
static const char *plan_of(const char *name, const char *types, const char *params)
{
	char *file = NULL;
	size_t room = 0;
	FILE *in = fopen("server/review/dispute.sql", "re");

	ck_assert_ptr_nonnull(in);
	ck_assert_int_gt(getdelim(&file, &room, '\0', in), 0);
	fclose(in);
	char *text = strstr(file, say("-- name: %s\n", name));
	ck_assert_ptr_nonnull(text);
	char *end = strstr(text + 1, "-- name: ");
	if (end)
		*end = '\0';
	tell_db("PREPARE %s %s AS %s", name, types, strchr(text, '\n') + 1);
	free(file);
	plan = "";
	tell_db("SET enable_seqscan = off");
	tell_db("SET plan_cache_mode = force_generic_plan");
	each_row(add_line, NULL, say("EXPLAIN EXECUTE %s (%s)", name, params));
	tell_db("RESET ALL");
	tell_db("DEALLOCATE %s", name);
	return plan;
}

#define AN_ID "'00000000-0000-4000-8000-000000000000'"

START_TEST(a_page_of_a_dispute_reads_no_table_from_end_to_end)
{
	const char *said = plan_of("dispute_one", "(uuid, uuid)", AN_ID ", " AN_ID);

	ck_assert_msg(!strstr(said, "Seq Scan"), "%s", said);
	ck_assert_msg(strstr(said, "item_by_pair"), "%s", said);
}
END_TEST

START_TEST(a_page_of_the_queue_begins_in_the_index_where_the_last_one_ended)
{
	const char *said = plan_of(
		"dispute_list",
		"(uuid, text, timestamptz, uuid, text, text, text, text, text, text, real, integer)",
		AN_ID ", 'open', now(), " AN_ID ", NULL, NULL, NULL, NULL, NULL, 'oldest', NULL, 50");

	ck_assert_msg(!strstr(said, "Seq Scan on dispute d"), "%s", said);
	ck_assert_msg(strstr(said, "dispute_by_kind on dispute d"), "%s", said);
	ck_assert_msg(strstr(said, "Index Cond: ((state = k.state) AND (reason = k.reason) AND"
	                           " (media_type = k.media_type) AND (ROW(opened_at, id) > ROW("),
	              "%s", said);
}
END_TEST

Suite *http_disputes_suite(void)
{
	Suite *suite = suite_create("http/disputes");
	TCase *tc = tcase_create("disputes");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_dispute_waits_in_the_queue);
	tcase_add_test(tc, the_queue_comes_oldest_first_and_counts_all);
	tcase_add_loop_test(tc, a_queue_that_cannot_be_is_refused, 0, 5);
	tcase_add_test(tc, a_cursor_of_another_list_is_refused);
	tcase_add_loop_test(tc, a_reason_that_gives_the_answer_away_waits_for_the_verdict, 0, 4);
	tcase_add_test(tc, before_the_verdict_nothing_but_the_medium_is_shown);
	tcase_add_test(tc, the_verdict_opens_the_evidence_for_the_one_who_gave_it);
	tcase_add_test(tc, evidence_tells_what_the_crowd_said_without_saying_who);
	tcase_add_test(tc, two_moderators_do_not_work_on_one_dispute);
	tcase_add_test(tc, a_claim_that_ran_out_is_free_for_another);
	tcase_add_test(tc, a_blind_verdict_needs_a_claim_and_never_changes);
	tcase_add_loop_test(tc, a_body_that_breaks_a_rule_names_the_field, 0, 10);
	tcase_add_loop_test(tc, a_dispute_that_is_not_there_is_404, 0, 4);
	tcase_add_test(tc, the_media_of_a_dispute_are_for_the_moderator_who_asked);
	tcase_add_test(tc, volunteers_and_researchers_moderate_nothing);
	tcase_add_test(tc, a_page_of_a_dispute_reads_no_table_from_end_to_end);
	tcase_add_test(tc, a_page_of_the_queue_begins_in_the_index_where_the_last_one_ended);
	suite_add_tcase(suite, tc);
	return suite;
}
