/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /assignments may rely on. test_method.c holds many of them to the method. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

static struct answer ask(struct person *as, const char *campaign)
{
	return post(as, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign));
}

START_TEST(an_assignment_is_two_media_and_a_token_for_ten_minutes)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, NULL);
	struct lease sealed = lease_of(text_at(lease, "assignment"), &person);

	ck_assert_str_eq(text_at(lease, "items/0/position"), "left");
	ck_assert_str_eq(text_at(lease, "items/1/position"), "right");
	ck_assert_uint_eq(json_array_size(at(lease, "items")), 2);
	ck_assert_str_eq(text_at(lease, "items/0/media/type"), "image");
	ck_assert_str_eq(text_at(lease, "items/0/media/content_type"), "image/jpeg");
	ck_assert_int_eq(number_at(lease, "items/0/media/width"), 640);
	ck_assert_int_eq(number_at(lease, "items/0/media/height"), 480);
	ck_assert_str_eq(text_at(lease, "media_type"), "image");
	ck_assert(strlen(text_at(lease, "question")) > 0);
	ck_assert(!true_at(lease, "training"));
	ck_assert_int_eq(sealed.expires_s - sealed.issued_s, 600);
	ck_assert_int_eq(count_db("SELECT extract(epoch FROM '%s'::timestamptz)::bigint",
	                          text_at(lease, "expires_at")),
	                 sealed.expires_s);
}
END_TEST

START_TEST(every_medium_says_what_a_page_needs_to_make_room_for_it)
{
	static const char *const types[] = { "image", "video", "audio" };
	static const bool wide[] = { true, true, false }, long_[] = { false, true, true };
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 4, .type = types[_i] });
	json_t *lease = a_lease(&person, campaign), *media = at(lease, "items/0/media");
	ck_assert_str_eq(text_at(media, "type"), types[_i]);
	ck_assert(json_is_integer(at(media, "width")) == wide[_i]);
	ck_assert(json_is_integer(at(media, "height")) == wide[_i]);
	ck_assert(json_is_integer(at(media, "duration_ms")) == long_[_i]);
	ck_assert(json_is_string(at(media, "poster_url")) == (wide[_i] && long_[_i]));
}
END_TEST

START_TEST(an_assignment_says_nothing_that_gives_the_answer_away)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign,
	                            .count = 2,
	                            .truth = "fake",
	                            .training = true,
	                            .title = "tell-tale-title",
	                            .explanation = "tell-tale-explanation" });
	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	json_t *lease = a_lease(&person, campaign);
	const char *text = keep(json_dumps(lease, 0));

	ck_assert(true_at(lease, "training"));
	ck_assert_ptr_null(strstr(text, "tell-tale"));
	ck_assert_ptr_null(strstr(text, "truth"));
	ck_assert_ptr_null(strstr(text, "gold"));
	struct lease sealed = lease_of(text_at(lease, "assignment"), &person);
	ck_assert_ptr_null(strstr(text, uuid_text(sealed.left)));
	ck_assert_ptr_null(strstr(text, uuid_text(sealed.right)));
}
END_TEST

START_TEST(the_third_ask_gives_the_newest_of_the_two_that_are_open)
{
	struct person person = a_volunteer();
	const char *first = text_at(a_lease(&person, NULL), "assignment");
	json_t *second = a_lease(&person, NULL);
	struct answer third = ask(&person, common_campaign());

	expect_status(third, 200);
	struct lease one = lease_of(first, &person);
	struct lease two = lease_of(text_at(second, "assignment"), &person);
	struct lease again = lease_of(text_at(third.body, "assignment"), &person);
	ck_assert_mem_ne(one.id, two.id, sizeof one.id);
	ck_assert_mem_eq(again.id, two.id, sizeof two.id);
	ck_assert_str_eq(text_at(third.body, "expires_at"), text_at(second, "expires_at"));
	await_db(
		5, say("SELECT count(*) = 2 FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)));
}
END_TEST

START_TEST(a_fresh_address_is_made_for_every_showing)
{
	struct person person = a_volunteer();

	a_lease(&person, NULL);
	json_t *second = a_lease(&person, NULL);
	struct answer third = ask(&person, common_campaign());
	ck_assert_str_ne(text_at(second, "items/0/media/url"),
	                 text_at(third.body, "items/0/media/url"));
}
END_TEST

START_TEST(nothing_left_is_204)
{
	struct person person = a_volunteer();
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	json_t *lease = a_lease(&person, campaign);
	struct answer none = ask(&person, campaign);
	expect_status(none, 204);
	ck_assert_uint_eq(none.len, 0);
	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "real", "real")),
	              201);
	expect_status(ask(&person, campaign), 204);
}
END_TEST

START_TEST(an_unknown_campaign_has_nothing_for_anybody)
{
	struct person person = a_volunteer();

	expect_status(ask(&person, fresh_name()), 204);
}
END_TEST

START_TEST(a_closed_campaign_hands_nothing_out)
{
	struct person person = a_volunteer(), other = a_volunteer();
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = 4 });
	a_lease(&person, campaign);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	await_desk(NULL);
	expect_status(ask(&other, campaign), 204);
}
END_TEST

START_TEST(the_media_type_that_was_wished_for_is_kept_to)
{
	static const char *const types[] = { "image", "video", "audio" };
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	for (int t = 0; t < 3; t++)
		make_items(&(struct items){ .campaign = campaign, .count = 6, .type = types[t] });
	await_desk(NULL);
	for (int t = 0; t < 3; t++) {
		struct answer a =
			post(&person, "/api/v1/assignments",
		         json_pack("{s:s, s:s}", "campaign", campaign, "media_type", types[t]));
		expect_status(a, t < 2 ? 201 : 200);
		ck_assert_str_eq(text_at(a.body, "media_type"), types[t < 2 ? t : 1]);
	}
}
END_TEST

START_TEST(a_sensitive_item_is_announced)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 2, .sensitive = true });
	ck_assert(true_at(a_lease(&person, campaign), "sensitive"));
}
END_TEST

static const struct {
	const char *body, *pointer;
} bad_wishes[] = {
	{ "{\"media_type\": \"text\"}", "/media_type" },
	{ "{\"media_type\": 1}", "/media_type" },
	{ "{\"campaign\": {}}", "/campaign" },
	{ "{\"campaign\": "
	  "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg\"}",
	  "/campaign" },
	{ "{\"item\": \"x\"}", "/item" },
	{ "{\"pair\": [1, 2]}", "/pair" },
};

START_TEST(the_server_alone_chooses)
{
	struct person person = a_volunteer();
	long long before = rows_stored();
	struct answer a = call(&(struct call){
		.as = &person, .path = "/api/v1/assignments", .text = bad_wishes[_i].body });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), bad_wishes[_i].pointer);
	ck_assert_int_eq(rows_stored(), before);
}
END_TEST

START_TEST(only_a_volunteer_gets_an_assignment)
{
	struct person moderator = an_account("moderator");

	expect_problem(post(NULL, "/api/v1/assignments", json_object()), 401, "no-consent");
	expect_problem(post(&moderator, "/api/v1/assignments", json_object()), 401, "no-consent");
}
END_TEST

/* Seconds until one should ask again; 0: nothing is left. */
static int again_after(struct answer answer)
{
	const char *seconds = header_of(answer, "Retry-After");

	expect_status(answer, 204);
	return seconds ? atoi(seconds) : 0;
}

START_TEST(what_others_hold_is_told_from_nothing_left)
{
	struct person leaver = a_volunteer(), judge = a_volunteer(), late = a_volunteer();
	const char *campaign = fresh_name();

	tell_db("INSERT INTO campaign (name, min_judgments, max_judgments) VALUES ('%s', 2, 2)",
	        campaign);
	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	const char *left = text_at(a_lease(&leaver, campaign), "assignment");
	const char *judged = text_at(a_lease(&judge, campaign), "assignment");

	int again = again_after(ask(&late, campaign));
	ck_assert_int_gt(again, 590);
	ck_assert_int_le(again, 600);
	ck_assert_int_eq(again_after(ask(&judge, campaign)), 0); /* holds them too, or has seen them */
	expect_status(post(&judge, "/api/v1/judgments", verdicts_on(judged, "real", "fake")), 201);
	await_desk(NULL);
	ck_assert_int_gt(again_after(ask(&late, campaign)), 0);

	expect_status(post(&leaver, "/api/v1/judgments", verdicts_on(left, "real", "fake")), 201);
	await_desk(NULL);
	ck_assert_int_eq(again_after(ask(&late, campaign)), 0);
}
END_TEST

START_TEST(an_item_that_has_all_it_was_to_get_is_not_handed_out)
{
	struct person people[3] = { a_volunteer(), a_volunteer(), a_volunteer() };
	const char *campaign = fresh_name();

	tell_db("INSERT INTO campaign (name, min_judgments, max_judgments) VALUES ('%s', 2, 2)",
	        campaign);
	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	a_lease(&people[0], campaign);
	a_lease(&people[1], campaign);
	expect_status(ask(&people[2], campaign), 204); /* leases in flight count towards the plan */
}
END_TEST

Suite *http_assignments_suite(void)
{
	Suite *suite = suite_create("http/assignments");
	TCase *tc = tcase_create("assignments");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, an_assignment_is_two_media_and_a_token_for_ten_minutes);
	tcase_add_loop_test(tc, every_medium_says_what_a_page_needs_to_make_room_for_it, 0, 3);
	tcase_add_test(tc, an_assignment_says_nothing_that_gives_the_answer_away);
	tcase_add_test(tc, the_third_ask_gives_the_newest_of_the_two_that_are_open);
	tcase_add_test(tc, a_fresh_address_is_made_for_every_showing);
	tcase_add_test(tc, nothing_left_is_204);
	tcase_add_test(tc, an_unknown_campaign_has_nothing_for_anybody);
	tcase_add_test(tc, a_closed_campaign_hands_nothing_out);
	tcase_add_test(tc, the_media_type_that_was_wished_for_is_kept_to);
	tcase_add_test(tc, a_sensitive_item_is_announced);
	tcase_add_loop_test(tc, the_server_alone_chooses, 0, 6);
	tcase_add_test(tc, only_a_volunteer_gets_an_assignment);
	tcase_add_test(tc, what_others_hold_is_told_from_nothing_left);
	tcase_add_test(tc, an_item_that_has_all_it_was_to_get_is_not_handed_out);
	suite_add_tcase(suite, tc);
	return suite;
}
