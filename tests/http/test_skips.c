/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /skips may rely on. */
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
	tcase_add_test(tc, only_the_one_it_was_given_to_can_skip);
	tcase_add_test(tc, only_the_one_it_was_given_to_can_skip);
	tcase_add_loop_test(tc, a_skip_that_breaks_a_rule_names_the_field, 0, 5);
	suite_add_tcase(suite, tc);
	return suite;
}
