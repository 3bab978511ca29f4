/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /volunteers and /me may rely on. */
#include <string.h>

#include "client.h"
#include "crypto/token.h"
#include "database.h"
#include "suites.h"
#include "world.h"

START_TEST(consent_makes_a_volunteer_and_sets_a_cookie_that_scripts_cannot_read)
{
	struct person person = { 0 };
	struct answer a = post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1));

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "volunteer"), volunteer_id(&person));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM volunteer WHERE id = '%s'", text_at(a.body, "volunteer")),
		1);
	const char *cookie = header_of(a, "Set-Cookie");
	ck_assert_ptr_nonnull(strstr(cookie, "; HttpOnly"));
	ck_assert_ptr_nonnull(strstr(cookie, "; SameSite=Strict"));
	ck_assert_ptr_nonnull(strstr(cookie, "; Path=/"));
	ck_assert_ptr_null(strstr(a.text, person.cookie));
}
END_TEST

START_TEST(a_new_volunteer_has_done_nothing_and_has_training_before_them)
{
	struct person person = { 0 };
	struct answer a = post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1));

	ck_assert_int_eq(number_at(a.body, "progress/pairs"), 0);
	ck_assert_int_eq(number_at(a.body, "progress/pairs_today"), 0);
	ck_assert_int_eq(number_at(a.body, "progress/training/done"), 0);
	ck_assert_int_eq(number_at(a.body, "progress/training/correct"), 0);
	ck_assert_int_gt(number_at(a.body, "progress/training/left"), 0);
}
END_TEST

static const char *const no_consent[] = { "{}", "{\"consent\": false}", "{\"consent\": null}",
	                                      "{\"consent\": 1}", "{\"consent\": \"true\"}" };

START_TEST(nobody_takes_part_without_consent)
{
	long long before = rows_stored();
	struct answer a = call(&(struct call){ .path = "/api/v1/volunteers", .text = no_consent[_i] });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), "/consent");
	ck_assert_ptr_null(header_of(a, "Set-Cookie"));
	ck_assert_int_eq(rows_stored(), before);
}
END_TEST

START_TEST(me_is_who_the_cookie_says)
{
	struct person person = a_volunteer();
	struct answer a = get(&person, "/api/v1/me");

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "volunteer"), volunteer_id(&person));
	ck_assert_uint_eq(json_array_size(at(a.body, "results")), 0);
	ck_assert(json_is_null(at(a.body, "next")));
	ck_assert_uint_eq(strlen(text_at(a.body, "created_at")), strlen("2026-01-02T03:04:05.678Z"));
}
END_TEST

static const char *const forged[] = { "", "touchstone_volunteer=", "touchstone_volunteer=x",
	                                  "touchstone_volunteer=00000000-0000-4000-8000-000000000000",
	                                  "touchstone_session=abc" };

START_TEST(without_a_genuine_cookie_nobody_is_asking)
{
	struct person person = { 0 };

	strcpy(person.cookie, forged[_i]);
	expect_problem(get(&person, "/api/v1/me"), 401, "no-consent");
	ck_assert_ptr_nonnull(header_of(get(&person, "/api/v1/me"), "WWW-Authenticate"));
}
END_TEST

START_TEST(a_cookie_changed_in_one_place_is_worth_nothing)
{
	struct person person = a_volunteer();
	size_t last = strlen(person.cookie) - 10;

	person.cookie[last] = person.cookie[last] == 'A' ? 'B' : 'A';
	expect_problem(get(&person, "/api/v1/me"), 401, "no-consent");
}
END_TEST

START_TEST(one_kind_of_sealed_text_never_opens_as_another)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, NULL);

	snprintf(person.cookie, sizeof person.cookie, "touchstone_volunteer=%s",
	         text_at(lease, "assignment"));
	expect_problem(get(&person, "/api/v1/me"), 401, "no-consent");
}
END_TEST

/* The cookie as it was when version 1 of the text was agreed to: the id alone. */
static struct person someone_of_before(void)
{
	struct person person = a_volunteer();
	const char *name = volunteer_id(&person);
	char cookie[TOKEN_TEXT(UUID_BYTES)];
	unsigned char id[UUID_BYTES];

	ck_assert(uuid_from_text(id, name));
	token_seal(server_seal(), TOKEN_VOLUNTEER, id, sizeof id, cookie);
	snprintf(person.cookie, sizeof person.cookie, "touchstone_volunteer=%s", cookie);
	tell_db("UPDATE volunteer SET consent_version = 1 WHERE id = '%s'", name);
	return person;
}

START_TEST(who_agreed_to_an_earlier_text_is_asked_first_and_stays_who_it_was)
{
	struct person person = someone_of_before();
	const char *id = text_at(get(&person, "/api/v1/me").body, "volunteer");

	expect_problem(post(&person, "/api/v1/assignments", json_object()), 401, "consent-changed");
	struct answer a = post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "volunteer"), id);
	ck_assert_str_eq(volunteer_id(&person), id);
	ck_assert_int_eq(count_db("SELECT consent_version FROM volunteer WHERE id = '%s'", id), 3);
	ck_assert_ptr_nonnull(a_lease(&person, NULL));
}
END_TEST

START_TEST(who_agreed_to_an_earlier_text_may_leave_without_agreeing_to_another)
{
	struct person person = someone_of_before();

	expect_status(get(&person, "/api/v1/me"), 200);
	expect_status(delete_at(&person, "/api/v1/me"), 204);
}
END_TEST

START_TEST(who_was_erased_and_agrees_again_is_somebody_new)
{
	struct person person = someone_of_before();
	const char *id = text_at(get(&person, "/api/v1/me").body, "volunteer");

	tell_db("DELETE FROM volunteer WHERE id = '%s'", id);
	expect_status(post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1)), 201);
	ck_assert_str_ne(volunteer_id(&person), id);
}
END_TEST

/* The tests come from loopback, which is declared unless the operator says otherwise. */
START_TEST(the_network_of_a_judgment_is_kept_as_a_hash_with_its_volunteer)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, NULL);
	const char *id = volunteer_id(&person);

	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "real", "fake")),
	              201);
	await_db(20, say("SELECT count(*) = 1 FROM volunteer_network WHERE volunteer_id = '%s'"
	                 " AND declared AND octet_length(network) = 16",
	                 id));
	expect_status(delete_at(&person, "/api/v1/me"), 204);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM volunteer_network WHERE volunteer_id = '%s'", id), 0);
}
END_TEST

/* One judgment of a volunteer on a new item, put straight into the database. */
static const char *judged_item(struct person *as, const struct items *items)
{
	const char *item = an_item(items);

	tell_db(
		"WITH pair AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, "
		"media_type,"
		" kind, matched, policy, body_hash, server_ms) SELECT gen_random_uuid(), '%s', campaign_id,"
		" media_type, 'random', false, 1, sha256(''), 0 FROM item WHERE id = '%s' RETURNING "
		"assignment_id)"
		" INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
		" confidence, training) SELECT '%s', '%s', assignment_id, 'left', 'fake', 75, %s"
		" FROM pair",
		volunteer_id(as), item, item, volunteer_id(as), items->training ? "true" : "false");
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " VALUES ('%s', 0.99, 0.9, 1, 5, 5)",
	        item);
	return item;
}

START_TEST(results_tell_what_the_crowd_settled_and_nothing_else)
{
	static const struct {
		const char *state, *truth;
		bool gold, training, told;
	} cases[] = {
		{ .state = "retired", .told = true },
		{ .state = "retired", .truth = "real", .told = true },
		{ .state = "in_service" },
		{ .state = "disputed" },
		{ .state = "settled" }, /* without a ruling that says what it is: excluded */
		{ .state = "withdrawn" },
		{ .state = "in_service", .truth = "fake", .gold = true },
		{ .state = "disputed", .truth = "fake", .gold = true },
		{ .state = "retired", .truth = "fake", .training = true },
	};
	struct person person = a_volunteer();

	judged_item(&person, &(struct items){ .campaign = common_campaign(),
	                                      .state = cases[_i].state,
	                                      .truth = cases[_i].truth,
	                                      .gold = cases[_i].gold,
	                                      .training = cases[_i].training });
	struct answer a = get(&person, "/api/v1/me");
	ck_assert_uint_eq(json_array_size(at(a.body, "results")), cases[_i].told);
	if (!cases[_i].told)
		return;
	ck_assert_str_eq(text_at(a.body, "results/0/label"), "fake"); /* the crowd's, not the truth */
	ck_assert_str_eq(text_at(a.body, "results/0/label_source"), "crowd");
	ck_assert_str_eq(text_at(a.body, "results/0/verdict"), "fake");
	ck_assert(true_at(a.body, "results/0/correct"));
}
END_TEST

/* The key of gold and of practice, once their campaign is closed; until then they serve. */
START_TEST(results_tell_what_was_known_when_it_serves_no_more)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();
	struct items gold = { .campaign = campaign, .truth = "real", .gold = true };
	struct items retired = { .campaign = campaign, .truth = "real", .gold = true };

	retired.state = "retired";
	judged_item(&person, &gold);
	judged_item(&person, &retired);
	judged_item(&person, &(struct items){ .campaign = campaign, .truth = "real" });
	ck_assert_uint_eq(json_array_size(at(get(&person, "/api/v1/me").body, "results")), 0);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	struct answer a = get(&person, "/api/v1/me");
	ck_assert_uint_eq(json_array_size(at(a.body, "results")), 2);
	for (int n = 0; n < 2; n++) {
		ck_assert_str_eq(text_at(a.body, say("results/%d/label", n)), "real");
		ck_assert_str_eq(text_at(a.body, say("results/%d/label_source", n)), "truth");
		ck_assert(!true_at(a.body, say("results/%d/correct", n)));
	}
}
END_TEST

START_TEST(a_result_shows_its_picture_to_the_one_who_judged_it)
{
	static const unsigned char bytes[] = "a small picture";
	struct person person = a_volunteer(), other = a_volunteer();
	const char *item =
		judged_item(&person, &(struct items){ .campaign = common_campaign(), .state = "retired" });

	struct answer a = get(&person, "/api/v1/me");
	ck_assert(json_is_null(at(a.body, "results/0/thumbnail_url")));
	ck_assert(json_is_false(at(a.body, "results/0/sensitive")));
	tell_db("UPDATE item SET sensitive = true, thumbnail = '\\x%s' WHERE id = '%s'",
	        a_file(bytes, sizeof bytes), item);
	a = get(&person, "/api/v1/me");
	ck_assert(true_at(a.body, "results/0/sensitive"));
	const char *url = text_at(a.body, "results/0/thumbnail_url");
	struct answer picture = get(&person, url);
	expect_status(picture, 200);
	ck_assert_uint_eq(picture.len, sizeof bytes);
	expect_status(get(&other, url), 404);
	expect_status(call(&(struct call){ .as = &person, .method = "DELETE", .path = "/api/v1/me" }),
	              204);
	expect_status(get(&person, url), 404);
}
END_TEST

START_TEST(results_come_in_pages_that_neither_repeat_nor_leave_out)
{
	struct person person = a_volunteer();
	const char *path = "/api/v1/me?limit=2";
	size_t sizes[] = { 2, 2, 1 };

	for (int i = 0; i < 5; i++)
		judged_item(&person, &(struct items){ .campaign = common_campaign(), .state = "retired" });
	for (int page = 0; page < 3; page++) {
		struct answer a = get(&person, path);
		expect_status(a, 200);
		ck_assert_uint_eq(json_array_size(at(a.body, "results")), sizes[page]);
		ck_assert(json_is_string(at(a.body, "next")) == (page < 2));
		path = say("/api/v1/me?limit=2&cursor=%s", json_string_value(at(a.body, "next")));
	}
}
END_TEST

static const char *const bad_pages[] = { "limit=0", "limit=101", "limit=-1",
	                                     "limit=x", "limit=",    "limit=1e1",
	                                     "cursor=", "cursor=x",  "limit=99999999999999999999" };

START_TEST(a_page_that_cannot_be_is_refused)
{
	struct person person = a_volunteer();

	expect_problem(get(&person, say("/api/v1/me?%s", bad_pages[_i])), 422, "invalid");
}
END_TEST

START_TEST(erasure_forgets_the_volunteer_and_keeps_the_judgments)
{
	struct person person = a_volunteer(), ghost;
	const char *id = volunteer_id(&person);

	judged_item(&person, &(struct items){ .campaign = common_campaign() });
	a_lease(&person, NULL);
	await_db(5, say("SELECT count(*) = 1 FROM lease WHERE volunteer_id = '%s'", id));
	ghost = person;
	struct answer a = delete_at(&person, "/api/v1/me");

	expect_status(a, 204);
	ck_assert_str_eq(person.cookie, "");
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer WHERE id = '%s'", id), 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM lease WHERE volunteer_id = '%s'", id), 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'", id), 1);
	expect_problem(get(&ghost, "/api/v1/me"), 401, "volunteer-gone");
	expect_status(delete_at(&ghost, "/api/v1/me"), 204);
}
END_TEST

START_TEST(an_erased_volunteer_can_leave_nothing_behind)
{
	struct person person = a_volunteer(), ghost;
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	ghost = person;
	expect_status(delete_at(&person, "/api/v1/me"), 204);
	long long before = rows_stored();
	expect_problem(post(&ghost, "/api/v1/assignments", json_object()), 401, "volunteer-gone");
	expect_problem(post(&ghost, "/api/v1/judgments", verdicts_on(token, "real", "fake")), 401,
	               "volunteer-gone");
	expect_problem(post(&ghost, "/api/v1/skips",
	                    json_pack("{s:s, s:s}", "assignment", token, "reason", "other")),
	               401, "volunteer-gone");
	ck_assert_int_eq(rows_stored(), before);
}
END_TEST

Suite *http_volunteers_suite(void)
{
	Suite *suite = suite_create("http/volunteers");
	TCase *tc = tcase_create("volunteers");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, consent_makes_a_volunteer_and_sets_a_cookie_that_scripts_cannot_read);
	tcase_add_test(tc, a_new_volunteer_has_done_nothing_and_has_training_before_them);
	tcase_add_loop_test(tc, nobody_takes_part_without_consent, 0, 5);
	tcase_add_test(tc, who_agreed_to_an_earlier_text_is_asked_first_and_stays_who_it_was);
	tcase_add_test(tc, who_agreed_to_an_earlier_text_may_leave_without_agreeing_to_another);
	tcase_add_test(tc, who_was_erased_and_agrees_again_is_somebody_new);
	tcase_add_test(tc, the_network_of_a_judgment_is_kept_as_a_hash_with_its_volunteer);
	tcase_add_test(tc, me_is_who_the_cookie_says);
	tcase_add_loop_test(tc, without_a_genuine_cookie_nobody_is_asking, 0, 5);
	tcase_add_test(tc, a_cookie_changed_in_one_place_is_worth_nothing);
	tcase_add_test(tc, one_kind_of_sealed_text_never_opens_as_another);
	tcase_add_loop_test(tc, results_tell_what_the_crowd_settled_and_nothing_else, 0, 9);
	tcase_add_test(tc, results_tell_what_was_known_when_it_serves_no_more);
	tcase_add_test(tc, a_result_shows_its_picture_to_the_one_who_judged_it);
	tcase_add_test(tc, results_come_in_pages_that_neither_repeat_nor_leave_out);
	tcase_add_loop_test(tc, a_page_that_cannot_be_is_refused, 0, 9);
	tcase_add_test(tc, erasure_forgets_the_volunteer_and_keeps_the_judgments);
	tcase_add_test(tc, an_erased_volunteer_can_leave_nothing_behind);
	suite_add_tcase(suite, tc);
	return suite;
}
