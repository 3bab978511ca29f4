/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /skips may rely on. */
#include <stdlib.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

static struct answer skip(struct person *as, const char *token, const char *reason)
{
	return post(as, "/api/v1/skips",
	            json_pack("{s:s, s:s}", "assignment", token, "reason", reason));
}

static const char *const reasons[] = { "cannot_load", "sensitive", "recognised", "other" };

START_TEST(a_pair_can_be_skipped_for_a_reason_that_is_kept)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	struct lease lease = lease_of(token, &person);

	expect_status(skip(&person, token, reasons[_i]), 204);
	ck_assert_str_eq(
		ask_db("SELECT reason FROM skipped_pair WHERE assignment_id = '%s'", uuid_text(lease.id)),
		reasons[_i]);
}
END_TEST

START_TEST(skipping_again_is_harmless_and_for_another_reason_a_conflict)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	expect_status(skip(&person, token, "other"), 204);
	expect_status(skip(&person, token, "other"), 204);
	expect_problem(skip(&person, token, "sensitive"), 409, "answered");
}
END_TEST

START_TEST(a_skipped_pair_cannot_be_judged_nor_a_judged_one_skipped)
{
	struct person person = a_volunteer();
	const char *skipped = text_at(a_lease(&person, NULL), "assignment");
	const char *judged = text_at(a_lease(&person, NULL), "assignment");

	expect_status(skip(&person, skipped, "other"), 204);
	expect_problem(post(&person, "/api/v1/judgments", verdicts_on(skipped, "real", "real")), 409,
	               "skipped");
	expect_status(post(&person, "/api/v1/judgments", verdicts_on(judged, "real", "real")), 201);
	expect_problem(skip(&person, judged, "other"), 409, "answered");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'", volunteer_id(&person)),
		2);
}
END_TEST

START_TEST(a_skip_makes_room_for_another_pair_and_its_items_do_not_come_back)
{
	struct person person = a_volunteer();
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = 4 });
	json_t *first = a_lease(&person, campaign), *second = a_lease(&person, campaign);
	expect_status(skip(&person, text_at(first, "assignment"), "other"), 204);
	expect_status(skip(&person, text_at(second, "assignment"), "other"), 204);
	struct answer none =
		post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign));
	expect_status(none, 204);
}
END_TEST

/* Skips so many pairs, each as it comes. */
static void skip_some(struct person *person, int count)
{
	for (int n = 0; n < count; n++)
		expect_status(skip(person, text_at(a_lease(person, NULL), "assignment"), reasons[n % 4]),
		              204);
}

static struct answer ask_server(const char *server, struct person *as)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", common_campaign()) });
}

static void expect_wait(struct answer answer, int least_s, int most_s)
{
	expect_problem(answer, 429, "skips-spent");
	ck_assert_int_ge(atoi(header_of(answer, "Retry-After")), least_s);
	ck_assert_int_le(atoi(header_of(answer, "Retry-After")), most_s);
}

/* Four are free. The fifth is taken as well: nobody must look at what they cannot bear. */
START_TEST(who_skips_more_than_a_few_waits_for_the_next_pair)
{
	struct person person = a_volunteer();

	skip_some(&person, 5);
	expect_wait(ask_server(NULL, &person), 200, 300);
	ck_assert_int_eq(count_db("SELECT count(*) FROM skipped_pair WHERE volunteer_id = '%s'",
	                          volunteer_id(&person)),
	                 5);
}
END_TEST

START_TEST(each_skip_too_many_doubles_the_wait_at_every_server)
{
	const char *const options[] = { NULL };
	struct person person = a_volunteer();

	skip_some(&person, 5);
	tell_db("UPDATE skipped_pair SET skipped_at = skipped_at - interval '301 seconds'"
	        " WHERE volunteer_id = '%s'",
	        volunteer_id(&person));
	struct another server = another_start(options);
	struct answer next = ask_server(server.url, &person);
	expect_status(next, 201);
	expect_status(call(&(struct call){ .server = server.url,
	                                   .path = "/api/v1/skips",
	                                   .as = &person,
	                                   .body = json_pack("{s:s, s:s}", "assignment",
	                                                     text_at(next.body, "assignment"), "reason",
	                                                     "cannot_load") }),
	              204);
	expect_wait(ask_server(server.url, &person), 500, 600);
	another_stop(&server);
}
END_TEST

START_TEST(who_waits_and_holds_a_pair_gets_that_again)
{
	struct person person = a_volunteer();

	skip_some(&person, 4);
	const char *one = text_at(a_lease(&person, NULL), "assignment");
	struct answer other = ask_server(NULL, &person);
	expect_status(skip(&person, one, "sensitive"), 204);
	struct answer again = ask_server(NULL, &person);

	expect_status(again, 200);
	struct lease held = lease_of(text_at(other.body, "assignment"), &person),
				 shown = lease_of(text_at(again.body, "assignment"), &person);
	ck_assert_mem_eq(held.id, shown.id, UUID_BYTES);
}
END_TEST

START_TEST(pairs_that_are_judged_make_skips_free_again)
{
	struct person person = a_volunteer();

	for (int n = 0; n < 5; n++)
		expect_status(
			post(&person, "/api/v1/judgments",
		         verdicts_on(text_at(a_lease(&person, NULL), "assignment"), "real", "real")),
			201);
	skip_some(&person, 5);
	expect_status(ask_server(NULL, &person), 201);
}
END_TEST

START_TEST(a_skip_that_is_sent_again_counts_once)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	for (int n = 0; n < 6; n++) {
		expect_status(skip(&person, token, "other"), 204);
		await_desk(NULL);
	}
	skip_some(&person, 3);
	expect_status(ask_server(NULL, &person), 201);
}
END_TEST

/* Else who looks and lets the time pass would see as many as who skips. */
START_TEST(a_pair_that_runs_out_counts_as_skipped)
{
	const char *const options[] = { NULL };
	struct person person = a_volunteer();

	tell_db(
		"INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind, matched,"
		" policy, issued_at, expires_at) SELECT gen_random_uuid(), '%s', id, gen_random_uuid(),"
		" gen_random_uuid(), 'random', false, 3, now() - interval '10 minutes', now()"
		" FROM campaign, generate_series(1, 5) WHERE name = '%s'",
		volunteer_id(&person), common_campaign());
	struct another server = another_start(options);
	expect_wait(ask_server(server.url, &person), 200, 300);
	another_stop(&server);
}
END_TEST

START_TEST(only_the_one_it_was_given_to_can_skip)
{
	struct person person = a_volunteer(), thief = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	long long stored = rows_stored();

	expect_problem(skip(&thief, token, "other"), 404, "no-assignment");
	expect_problem(skip(&person, "forged", "other"), 404, "no-assignment");
	expect_problem(skip(NULL, token, "other"), 401, "no-consent");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const struct {
	const char *text, *pointer;
} bad[] = {
	{ "{}", "/assignment" },
	{ "{\"assignment\":1,\"reason\":\"other\"}", "/assignment" },
	{ "{\"assignment\":\"x\"}", "/reason" },
	{ "{\"assignment\":\"x\",\"reason\":\"bored\"}", "/reason" },
	{ "{\"assignment\":\"x\",\"reason\":\"other\",\"more\":1}", "/more" },
};

START_TEST(a_skip_that_breaks_a_rule_names_the_field)
{
	struct person person = a_volunteer();
	struct answer a =
		call(&(struct call){ .as = &person, .path = "/api/v1/skips", .text = bad[_i].text });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), bad[_i].pointer);
}
END_TEST

Suite *http_skips_suite(void)
{
	Suite *suite = suite_create("http/skips");
	TCase *tc = tcase_create("skips");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_pair_can_be_skipped_for_a_reason_that_is_kept, 0, 4);
	tcase_add_test(tc, skipping_again_is_harmless_and_for_another_reason_a_conflict);
	tcase_add_test(tc, a_skipped_pair_cannot_be_judged_nor_a_judged_one_skipped);
	tcase_add_test(tc, a_skip_makes_room_for_another_pair_and_its_items_do_not_come_back);
	tcase_add_test(tc, who_skips_more_than_a_few_waits_for_the_next_pair);
	tcase_add_test(tc, each_skip_too_many_doubles_the_wait_at_every_server);
	tcase_add_test(tc, who_waits_and_holds_a_pair_gets_that_again);
	tcase_add_test(tc, pairs_that_are_judged_make_skips_free_again);
	tcase_add_test(tc, a_skip_that_is_sent_again_counts_once);
	tcase_add_test(tc, a_pair_that_runs_out_counts_as_skipped);
	tcase_add_test(tc, only_the_one_it_was_given_to_can_skip);
	tcase_add_loop_test(tc, a_skip_that_breaks_a_rule_names_the_field, 0, 5);
	suite_add_tcase(suite, tc);
	return suite;
}
