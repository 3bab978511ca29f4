/* SPDX-License-Identifier: Apache-2.0 */
/* What a moderator may rely on for rulings, and how disputes come about. */
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define REASON "Two shadows fall in different directions."

static const char *path_of(const char *id, const char *what)
{
	return say("/api/v1/disputes/%s/%s", id, what);
}

static struct answer rule(struct person *as, const char *id, const char *ruling)
{
	return post(as, path_of(id, "ruling"),
				json_pack("{s:s, s:s}", "ruling", ruling, "reason", REASON));
}

/* A dispute that this moderator has claimed and judged blind. */
static const char *ready_for(struct person *as, const char *reason, const struct items *item)
{
	const char *id = a_dispute(reason, item);

	expect_status(post(as, path_of(id, "claim"), json_object()), 200);
	expect_status(post(as, path_of(id, "verdict"),
					   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
				  201);
	return id;
}

static const char *state_of(const char *dispute)
{
	return ask_db("SELECT d.state || ' ' || i.state FROM dispute d JOIN item i ON i.id = d.item_id"
				  " WHERE d.id = '%s'",
				  dispute);
}

static const struct {
	const char *ruling, *state;
} rulings[] = {
	{ "real", "ruled settled" },
	{ "fake", "ruled settled" },
	{ "exclude", "ruled settled" },
	{ "reopen", "ruled in_service" },
};

START_TEST(a_ruling_closes_the_dispute_and_decides_about_the_item)
{
	struct person person = an_account("moderator");
	const char *id =
		ready_for(&person, "max_judgments", &(struct items){ .campaign = common_campaign() });
	struct answer a = rule(&person, id, rulings[_i].ruling);

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "ruling/ruling"), rulings[_i].ruling);
	ck_assert_str_eq(text_at(a.body, "ruling/reason"), REASON);
	ck_assert(strlen(text_at(a.body, "ruling/by")) > 0);
	ck_assert_str_eq(state_of(id), rulings[_i].state);
	struct answer story = get(&person, say("/api/v1/disputes/%s", id));
	ck_assert_str_eq(text_at(story.body, "state"), "ruled");
	ck_assert_str_eq(text_at(story.body, "rulings/0/ruling"), rulings[_i].ruling);
}
END_TEST

START_TEST(nobody_rules_without_a_claim_or_a_verdict_of_their_own)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_problem(rule(&person, id, "real"), 409, "conflict");
	expect_status(post(&person, path_of(id, "claim"), json_object()), 200);
	expect_problem(rule(&person, id, "real"), 409, "conflict");
	expect_status(post(&person, path_of(id, "verdict"),
					   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
				  201);
	expect_problem(rule(&colleague, id, "real"), 409, "conflict");
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 0);
	ck_assert_str_eq(state_of(id), "open disputed");
}
END_TEST

START_TEST(a_dispute_is_ruled_once)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id =
		ready_for(&person, "max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(rule(&person, id, "real"), 201);
	expect_problem(rule(&person, id, "fake"), 409, "conflict");
	expect_problem(rule(&colleague, id, "fake"), 409, "conflict");
	expect_problem(post(&colleague, path_of(id, "claim"), json_object()), 409, "conflict");
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 1);
}
END_TEST

START_TEST(the_same_ruling_again_gives_the_same_answer)
{
	struct person person = an_account("moderator");
	const char *id =
		ready_for(&person, "max_judgments", &(struct items){ .campaign = common_campaign() });
	struct answer first = rule(&person, id, "real"), again = rule(&person, id, "real");

	expect_status(first, 201);
	expect_status(again, 200);
	ck_assert(json_equal(first.body, again.body));
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 1);
}
END_TEST

START_TEST(a_ruling_shows_in_the_results_of_who_judged_the_item)
{
	const char *campaign = a_campaign();
	struct person volunteer = a_volunteer(), person = an_account("moderator");

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	json_t *lease = a_lease(&volunteer, campaign);
	struct lease sealed = lease_of(text_at(lease, "assignment"), &volunteer);
	expect_status(post(&volunteer, "/api/v1/judgments",
					   verdicts_on(text_at(lease, "assignment"), "real", "real")),
				  201);
	const char *id = ready_for(&person, "max_judgments", &(struct items){ .campaign = campaign });
	tell_db("UPDATE item SET state = 'disputed' WHERE id = '%s'", uuid_text(sealed.left));
	tell_db("UPDATE dispute SET item_id = '%s' WHERE id = '%s'", uuid_text(sealed.left), id);
	ck_assert_uint_eq(json_array_size(at(get(&volunteer, "/api/v1/me").body, "results")), 0);
	expect_status(rule(&person, id, "fake"), 201);
	struct answer me = get(&volunteer, "/api/v1/me");
	ck_assert_uint_eq(json_array_size(at(me.body, "results")), 1);
	ck_assert_str_eq(text_at(me.body, "results/0/label"), "fake");
	ck_assert_str_eq(text_at(me.body, "results/0/label_source"), "ruling");
	ck_assert(!true_at(me.body, "results/0/correct"));
}
END_TEST

START_TEST(an_earlier_ruling_is_hidden_from_the_next_moderator_until_the_verdict)
{
	struct person first = an_account("moderator"), next = an_account("moderator");
	const char *id =
		ready_for(&first, "max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(rule(&first, id, "reopen"), 201);
	const char *again =
		ask_db("INSERT INTO dispute (item_id, reason, judgments)"
			   " SELECT item_id, 'max_judgments', 50 FROM dispute WHERE id = '%s' RETURNING id",
			   id);
	struct answer a = get(&next, say("/api/v1/disputes/%s", again));
	ck_assert_uint_eq(json_array_size(at(a.body, "rulings")), 0);
	expect_status(post(&next, path_of(again, "claim"), json_object()), 200);
	a = post(&next, path_of(again, "verdict"),
			 json_pack("{s:s, s:i}", "verdict", "real", "confidence", 60));
	expect_status(a, 201);
	ck_assert_uint_eq(json_array_size(at(a.body, "rulings")), 1);
}
END_TEST

/* `count` new volunteers judge the only pair of a campaign, each item as told. */
static void crowd_says(const char *campaign, int count, const char *left, const char *right)
{
	for (int n = 0; n < count; n++) {
		struct person person = a_volunteer();
		json_t *lease = a_lease(&person, campaign);
		const char *token = text_at(lease, "assignment");
		struct lease sealed = lease_of(token, &person);
		bool swapped = memcmp(sealed.left, sealed.right, UUID_BYTES) > 0;

		expect_status(post(&person, "/api/v1/judgments",
						   verdicts_on(token, swapped ? right : left, swapped ? left : right)),
					  201);
	}
}

static const char *a_short_campaign(int least, int most)
{
	const char *name = fresh_name();

	tell_db("INSERT INTO campaign (name, threshold, min_judgments, max_judgments)"
			" VALUES ('%s', 0.9, %d, %d)",
			name, least, most);
	return name;
}

START_TEST(an_item_that_the_crowd_agrees_on_retires)
{
	const char *campaign = a_short_campaign(5, 12);

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	crowd_says(campaign, 8, "fake", "real");
	await_db(10, say("SELECT count(*) = 2 FROM item i JOIN campaign c ON c.id = i.campaign_id"
					 " WHERE c.name = '%s' AND i.state = 'retired'",
					 campaign));
}
END_TEST

START_TEST(an_item_that_the_crowd_cannot_settle_becomes_a_dispute)
{
	const char *campaign = a_short_campaign(4, 4);

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	crowd_says(campaign, 2, "fake", "real");
	crowd_says(campaign, 2, "real", "fake");
	await_db(10, say("SELECT count(*) = 2 FROM dispute d JOIN item i ON i.id = d.item_id JOIN"
					 " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
					 " AND i.state = 'disputed' AND d.reason = 'max_judgments'",
					 campaign));
}
END_TEST

START_TEST(a_crowd_that_contradicts_the_source_makes_a_dispute)
{
	const char *campaign = a_short_campaign(5, 12);

	make_items(&(struct items){ .campaign = campaign, .truth = "real", .count = 2 });
	crowd_says(campaign, 8, "fake", "real");
	await_db(10, say("SELECT count(*) = 1 FROM dispute d JOIN item i ON i.id = d.item_id JOIN"
					 " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
					 " AND d.reason = 'crowd_against_provenance'",
					 campaign));
}
END_TEST

Suite *http_rulings_suite(void)
{
	Suite *suite = suite_create("http/rulings");
	TCase *tc = tcase_create("rulings");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_ruling_closes_the_dispute_and_decides_about_the_item, 0, 4);
	tcase_add_test(tc, nobody_rules_without_a_claim_or_a_verdict_of_their_own);
	tcase_add_test(tc, a_dispute_is_ruled_once);
	tcase_add_test(tc, the_same_ruling_again_gives_the_same_answer);
	tcase_add_test(tc, a_ruling_shows_in_the_results_of_who_judged_the_item);
	tcase_add_test(tc, an_earlier_ruling_is_hidden_from_the_next_moderator_until_the_verdict);
	tcase_add_test(tc, an_item_that_the_crowd_agrees_on_retires);
	tcase_add_test(tc, an_item_that_the_crowd_cannot_settle_becomes_a_dispute);
	tcase_add_test(tc, a_crowd_that_contradicts_the_source_makes_a_dispute);
	suite_add_tcase(suite, tc);
	return suite;
}
