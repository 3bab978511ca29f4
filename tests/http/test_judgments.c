/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /judgments may rely on. test_races.c holds it under many at once. */
#include <string.h>
#include <time.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#include "core/uuid.h"

#define JUDGMENTS "/api/v1/judgments"

static const char *a_token(struct person *as)
{
	return text_at(a_lease(as, NULL), "assignment");
}

START_TEST(a_judged_pair_is_stored_with_all_that_was_said)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct lease lease = lease_of(token, &person);
	json_t *body = verdicts_on(token, "real", "fake");

	json_object_set_new(at(body, "judgments/1"), "confidence", json_integer(95));
	json_object_set_new(at(body, "judgments/1"), "tells", json_pack("[s, s]", "physics", "gut"));
	json_object_set_new(at(body, "judgments/1"), "marks",
	                    json_pack("[{s:f, s:f, s:i}]", "x", .25, "y", 1., "t_ms", 40));
	json_object_set_new(body, "response_ms", json_integer(4200));
	json_object_set_new(body, "exposure_ms", json_integer(3900));
	json_object_set_new(body, "device",
	                    json_pack("{s:i, s:i, s:f, s:f, s:s}", "width", 1920, "height", 1080,
	                              "pixel_ratio", 1.5, "zoom", 1., "pointer", "touch"));
	struct answer a = post(&person, JUDGMENTS, body);

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "results/0/position"), "left");
	ck_assert_str_eq(text_at(a.body, "results/1/position"), "right");
	ck_assert_int_eq(number_at(a.body, "progress/pairs"), 1);
	ck_assert_int_eq(number_at(a.body, "progress/pairs_today"), 1);
	const char *id = uuid_text(lease.id);
	ck_assert_str_eq(
		ask_db("SELECT response_ms || ' ' || exposure_ms || ' ' || (device->>'pointer')"
	           " FROM judged_pair WHERE assignment_id = '%s'",
	           id),
		"4200 3900 touch");
	ck_assert_str_eq(ask_db("SELECT verdict || ' ' || confidence || ' ' || position FROM judgment"
	                        " WHERE assignment_id = '%s' AND item_id = '%s'",
	                        id, uuid_text(lease.left)),
	                 "real 75 left");
	ck_assert_str_eq(ask_db("SELECT verdict || ' ' || confidence || ' ' || tells::text || ' ' ||"
	                        " (marks->0->>'t_ms') FROM judgment"
	                        " WHERE assignment_id = '%s' AND item_id = '%s'",
	                        id, uuid_text(lease.right)),
	                 "fake 95 {physics,gut} 40");
	ck_assert_int_eq(count_db("SELECT count(*) FROM lease WHERE id = '%s'", id), 0);
}
END_TEST

START_TEST(results_come_in_the_order_of_the_body)
{
	struct person person = a_volunteer();
	json_t *body = verdicts_on(a_token(&person), "real", "fake");
	json_t *list = at(body, "judgments"), *first = json_incref(json_array_get(list, 0));

	json_array_remove(list, 0);
	json_array_append_new(list, first);
	struct answer a = post(&person, JUDGMENTS, body);
	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "results/0/position"), "right");
	ck_assert_str_eq(text_at(a.body, "results/1/position"), "left");
}
END_TEST

START_TEST(the_same_body_again_gives_the_same_results)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct answer first = post(&person, JUDGMENTS, verdicts_on(token, "fake", "fake"));
	long long stored = rows_stored();
	struct answer again = post(&person, JUDGMENTS, verdicts_on(token, "fake", "fake"));

	expect_status(first, 201);
	expect_status(again, 200);
	ck_assert(json_equal(first.body, again.body));
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(white_space_and_the_order_of_fields_make_no_other_body)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);

	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	const char *same = say("{ \"judgments\" : [ {\"confidence\":75, \"verdict\" : \"fake\","
	                       " \"position\":\"left\"}, {\"position\":\"right\",\"verdict\":\"real\","
	                       "\"confidence\":75}],\n \"assignment\":\"%s\"}",
	                       token);
	expect_status(call(&(struct call){ .as = &person, .path = JUDGMENTS, .text = same }), 200);
}
END_TEST

START_TEST(another_body_for_the_same_pair_is_a_conflict)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);

	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	long long stored = rows_stored();
	expect_problem(post(&person, JUDGMENTS, verdicts_on(token, "real", "real")), 409,
	               "judged-otherwise");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(a_list_of_no_tells_takes_no_room_and_a_digest_sixteen_bytes)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct lease lease = lease_of(token, &person);
	json_t *body = verdicts_on(token, "real", "fake");

	json_object_set_new(at(body, "judgments/1"), "tells", json_array());
	expect_status(post(&person, JUDGMENTS, body), 201);
	ck_assert_str_eq(ask_db("SELECT count(tells) || ' ' || max(octet_length(body_hash))"
	                        " FROM judgment JOIN judged_pair USING (assignment_id)"
	                        " WHERE assignment_id = '%s'",
	                        uuid_text(lease.id)),
	                 "0 16");
}
END_TEST

/* As a program of before stored it. */
START_TEST(a_pair_with_a_whole_digest_is_known_again)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct lease lease = lease_of(token, &person);

	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	tell_db("BEGIN; ALTER TABLE judged_pair DISABLE TRIGGER judged_pair_stays;"
	        " UPDATE judged_pair SET body_hash = body_hash || substr(sha256('rest'), 1, 16)"
	        " WHERE assignment_id = '%s';"
	        " ALTER TABLE judged_pair ENABLE TRIGGER judged_pair_stays; COMMIT",
	        uuid_text(lease.id));
	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 200);
	expect_problem(post(&person, JUDGMENTS, verdicts_on(token, "real", "real")), 409,
	               "judged-otherwise");
}
END_TEST

START_TEST(a_token_of_someone_else_is_no_token)
{
	struct person person = a_volunteer(), thief = a_volunteer();
	const char *token = a_token(&person);
	long long stored = rows_stored();

	expect_problem(post(&thief, JUDGMENTS, verdicts_on(token, "fake", "real")), 404,
	               "no-assignment");
	ck_assert_int_eq(rows_stored(), stored);
	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
}
END_TEST

START_TEST(a_token_that_is_not_ours_is_404_whatever_else_the_body_says)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person), *damaged = say("A%s", token + 1);
	const char *const tokens[] = {
		"", "x", "../../etc/passwd", damaged, say("%sA", token), say("%.20s", token)
	};

	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		if (strcmp(tokens[i], token) == 0)
			continue; /* the first character may have been an A */
		json_t *body = json_pack("{s:s, s:i}", "assignment", tokens[i], "judgments", 1);
		expect_problem(post(&person, JUDGMENTS, body), 404, "no-assignment");
	}
}
END_TEST

START_TEST(an_expired_token_is_410_and_stores_nothing)
{
	struct person person = a_volunteer();
	struct lease lease = lease_of(a_token(&person), &person);
	long long stored = rows_stored();

	lease.issued_s = time(NULL) - 601;
	lease.expires_s = time(NULL) - 1;
	expect_problem(post(&person, JUDGMENTS, verdicts_on(token_of(&lease), "fake", "real")), 410,
	               "lease-expired");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(what_was_stored_in_time_is_answered_after_it_expired)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct lease lease = lease_of(token, &person);
	struct answer first = post(&person, JUDGMENTS, verdicts_on(token, "fake", "real"));

	lease.issued_s = time(NULL) - 601;
	lease.expires_s = time(NULL) - 1;
	struct answer late = post(&person, JUDGMENTS, verdicts_on(token_of(&lease), "fake", "real"));
	expect_status(late, 200);
	ck_assert(json_equal(first.body, late.body));
	expect_problem(post(&person, JUDGMENTS, verdicts_on(token_of(&lease), "real", "real")), 409,
	               "judged-otherwise");
}
END_TEST

START_TEST(a_lease_whose_row_was_lost_in_a_crash_can_be_judged)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);

	tell_db("DELETE FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person));
	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 200);
}
END_TEST

START_TEST(nobody_judges_an_item_twice_even_when_a_lost_lease_offers_it_again)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	struct lease again = lease_of(token, &person);

	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	uuid_random(again.id);
	expect_problem(post(&person, JUDGMENTS, verdicts_on(token_of(&again), "fake", "real")), 409,
	               "item-judged");
}
END_TEST

START_TEST(training_tells_the_truth_at_once)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign,
	                            .count = 2,
	                            .truth = "fake",
	                            .training = true,
	                            .explanation = "The shadow falls the wrong way." });
	json_t *lease = a_lease(&person, campaign);
	struct answer a =
		post(&person, JUDGMENTS, verdicts_on(text_at(lease, "assignment"), "fake", "real"));

	expect_status(a, 201);
	ck_assert(true_at(lease, "training"));
	ck_assert_str_eq(text_at(a.body, "results/0/truth"), "fake");
	ck_assert(true_at(a.body, "results/0/correct"));
	ck_assert(!true_at(a.body, "results/1/correct"));
	ck_assert_str_eq(text_at(a.body, "results/1/explanation"), "The shadow falls the wrong way.");
	ck_assert_int_eq(number_at(a.body, "progress/training/done"), 1);
	ck_assert_int_eq(number_at(a.body, "progress/training/correct"), 1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s' AND training",
	             volunteer_id(&person)),
		2);
}
END_TEST

static const struct {
	const char *rest, *pointer;
} bad_bodies[] = {
	{ "", "/judgments" },
	{ ",\"judgments\":1", "/judgments" },
	{ ",\"judgments\":[]", "/judgments" },
	{ ",\"judgments\":[L]", "/judgments" },
	{ ",\"judgments\":[L,R,R]", "/judgments" },
	{ ",\"judgments\":[L,L]", "/judgments" },
	{ ",\"judgments\":[1,2]", "/judgments/0" },
	{ ",\"judgments\":[{\"position\":\"up\",\"verdict\":\"real\",\"confidence\":75},R]",
	  "/judgments/0/position" },
	{ ",\"judgments\":[{\"position\":\"left\",\"verdict\":\"maybe\",\"confidence\":75},R]",
	  "/judgments/0/verdict" },
	{ ",\"judgments\":[{\"position\":\"left\",\"confidence\":75},R]", "/judgments/0/verdict" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":49}]",
	  "/judgments/1/confidence" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":101}]",
	  "/judgments/1/confidence" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75.5}]",
	  "/judgments/1/confidence" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":\"75\"}]",
	  "/judgments/1/confidence" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75,"
	  "\"tells\":[\"luck\"]}]",
	  "/judgments/1/tells" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75,"
	  "\"tells\":\"gut\"}]",
	  "/judgments/1/tells" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75,"
	  "\"marks\":[{\"x\":1.01,\"y\":0}]}]",
	  "/judgments/1/marks/0/x" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75,"
	  "\"marks\":[{\"x\":1}]}]",
	  "/judgments/1/marks/0/y" },
	{ ",\"judgments\":[L,{\"position\":\"right\",\"verdict\":\"real\",\"confidence\":75,"
	  "\"truth\":\"fake\"}]",
	  "/judgments/1/truth" },
	{ ",\"judgments\":[L,R],\"response_ms\":-1", "/response_ms" },
	{ ",\"judgments\":[L,R],\"exposure_ms\":1e3", "/exposure_ms" },
	{ ",\"judgments\":[L,R],\"device\":[]", "/device" },
	{ ",\"judgments\":[L,R],\"device\":{\"pointer\":\"paw\"}", "/device/pointer" },
	{ ",\"judgments\":[L,R],\"device\":{\"agent\":\"x\"}", "/device/agent" },
	{ ",\"judgments\":[L,R],\"volunteer\":\"x\"", "/volunteer" },
};

/* L and R stand for a good judgment of that side. */
static const char *spelled(const char *rest)
{
	const char *text = "";

	for (; *rest; rest++)
		text = *rest == 'L' || *rest == 'R'
		           ? say("%s{\"position\":\"%s\",\"verdict\":\"real\",\"confidence\":75}", text,
		                 *rest == 'L' ? "left" : "right")
		           : say("%s%c", text, *rest);
	return text;
}

START_TEST(a_body_that_breaks_a_rule_names_the_field_and_stores_nothing)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);
	long long stored = rows_stored();
	const char *text = say("{\"assignment\":\"%s\"%s}", token, spelled(bad_bodies[_i].rest));
	struct answer a = call(&(struct call){ .as = &person, .path = JUDGMENTS, .text = text });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), bad_bodies[_i].pointer);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(a_judgment_never_changes_not_even_by_the_owner_of_the_database)
{
	struct person person = a_volunteer();
	const char *token = a_token(&person);

	expect_status(post(&person, JUDGMENTS, verdicts_on(token, "fake", "real")), 201);
	ck_assert_str_eq(
		ask_db("CREATE OR REPLACE FUNCTION pg_temp.refused(sql text) RETURNS text LANGUAGE plpgsql"
	           " AS $$ BEGIN EXECUTE sql; RETURN 'accepted'; EXCEPTION WHEN restrict_violation THEN"
	           " RETURN 'refused'; END $$;"
	           " SELECT string_agg(pg_temp.refused(x), ' ') FROM (VALUES"
	           " ('UPDATE judgment SET confidence = 50'), ('DELETE FROM judgment'),"
	           " ('TRUNCATE judgment CASCADE'), ('DELETE FROM judged_pair')) AS t (x)"),
		"refused refused refused refused");
}
END_TEST

Suite *http_judgments_suite(void)
{
	Suite *suite = suite_create("http/judgments");
	TCase *tc = tcase_create("judgments");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_judged_pair_is_stored_with_all_that_was_said);
	tcase_add_test(tc, results_come_in_the_order_of_the_body);
	tcase_add_test(tc, the_same_body_again_gives_the_same_results);
	tcase_add_test(tc, white_space_and_the_order_of_fields_make_no_other_body);
	tcase_add_test(tc, another_body_for_the_same_pair_is_a_conflict);
	tcase_add_test(tc, a_list_of_no_tells_takes_no_room_and_a_digest_sixteen_bytes);
	tcase_add_test(tc, a_pair_with_a_whole_digest_is_known_again);
	tcase_add_test(tc, a_token_of_someone_else_is_no_token);
	tcase_add_test(tc, a_token_that_is_not_ours_is_404_whatever_else_the_body_says);
	tcase_add_test(tc, an_expired_token_is_410_and_stores_nothing);
	tcase_add_test(tc, what_was_stored_in_time_is_answered_after_it_expired);
	tcase_add_test(tc, a_lease_whose_row_was_lost_in_a_crash_can_be_judged);
	tcase_add_test(tc, nobody_judges_an_item_twice_even_when_a_lost_lease_offers_it_again);
	tcase_add_test(tc, training_tells_the_truth_at_once);
	tcase_add_loop_test(tc, a_body_that_breaks_a_rule_names_the_field_and_stores_nothing, 0,
	                    sizeof bad_bodies / sizeof bad_bodies[0]);
	tcase_add_test(tc, a_judgment_never_changes_not_even_by_the_owner_of_the_database);
	suite_add_tcase(suite, tc);
	return suite;
}
