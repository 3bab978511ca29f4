/* SPDX-License-Identifier: Apache-2.0 */
/* The last item of a campaign: beside which other it is shown, what counts, and who is asked when
 * there is no other. */
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "published.h"
#include "suites.h"
#include "world.h"

static const char *const no_options[] = { NULL };

static struct answer ask_at(const char *server, struct person *as, const char *campaign)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", campaign) });
}

/* The item of a pair that counts, or the one that keeps it company. */
static const char *item_of(const struct lease *lease, bool counts)
{
	bool left = (lease->company == COMPANY_LEFT) != counts;

	return uuid_text(left ? lease->left : lease->right);
}

START_TEST(the_last_item_is_shown_beside_one_that_retired_whose_answer_does_not_count)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *last = an_item(&(struct items){ .campaign = campaign });
	const char *retired = an_item(&(struct items){ .campaign = campaign, .state = "retired" });

	const char *token = text_at(a_lease(&person, campaign), "assignment");
	struct lease lease = lease_of(token, &person);
	ck_assert_str_eq(item_of(&lease, true), last);
	ck_assert_str_eq(item_of(&lease, false), retired);
	struct answer a = post(&person, "/api/v1/judgments", verdicts_on(token, "fake", "fake"));
	expect_status(a, 201);
	ck_assert_int_eq(number_at(a.body, "progress/pairs"), 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE item_id = '%s'", retired), 1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM counted_judgment WHERE item_id = '%s'", retired), 0);
	run_well("score --full");
	ck_assert_int_eq(count_db("SELECT judgments FROM consensus WHERE item_id = '%s'", last), 1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM consensus WHERE item_id = '%s' AND judgments > 0", retired),
		0);
	/* Nor do moderators see it among the evidence. */
	tell_db("UPDATE item SET state = 'disputed' WHERE id = '%s'", retired);
	const char *id = ask_db("INSERT INTO dispute (item_id, reason, judgments)"
	                        " VALUES ('%s', 'max_judgments', 0) RETURNING id",
	                        retired);
	expect_status(post(&moderator, say("/api/v1/disputes/%s/claim", id), json_object()), 200);
	a = post(&moderator, say("/api/v1/disputes/%s/verdict", id),
	         json_pack("{s:s, s:i}", "verdict", "real", "confidence", 80));
	expect_status(a, 201);
	ck_assert(json_is_array(at(a.body, "evidence/judgments")));
	ck_assert_uint_eq(json_array_size(at(a.body, "evidence/judgments")), 0);
}
END_TEST

/* How an answer is stored when its batch is looked at one by one: here, because the token ended. */
START_TEST(an_answer_that_is_looked_at_alone_counts_no_more)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	an_item(&(struct items){ .campaign = campaign });
	const char *retired = an_item(&(struct items){ .campaign = campaign, .state = "retired" });
	const char *token = text_at(a_lease(&person, campaign), "assignment");
	expect_status(
		post(&person, "/api/v1/assignments/renew", json_pack("{s:s}", "assignment", token)), 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM lease WHERE volunteer_id = '%s'"
	                          " AND company IS NOT NULL",
	                          volunteer_id(&person)),
	                 1);
	struct lease lease = lease_of(token, &person);
	lease.expires_s = lease.issued_s - 1;
	expect_status(post(&person, "/api/v1/judgments", verdicts_on(token_of(&lease), "fake", "real")),
	              201);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE NOT counts AND item_id = '%s'", retired), 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE counts AND volunteer_id = '%s'",
	                          volunteer_id(&person)),
	                 1);
}
END_TEST

START_TEST(another_server_shows_the_pair_again_and_knows_what_does_not_count)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	an_item(&(struct items){ .campaign = campaign });
	an_item(&(struct items){ .campaign = campaign, .state = "retired" });
	a_lease(&person, NULL);
	struct lease first = lease_of(text_at(a_lease(&person, campaign), "assignment"), &person);
	await_db(
		5, say("SELECT count(*) = 2 FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)));
	struct another another = another_start(no_options);
	struct answer again = ask_at(another.url, &person, campaign);
	expect_status(again, 200);
	struct lease shown = lease_of(text_at(again.body, "assignment"), &person);
	ck_assert_mem_eq(shown.id, first.id, sizeof first.id);
	ck_assert_int_ne(first.company, COMPANY_NONE);
	ck_assert_int_eq(shown.company, first.company);
	another_stop(&another);
}
END_TEST

START_TEST(an_item_that_asks_for_more_comes_before_one_that_retired)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	make_items(&(struct items){ .campaign = campaign, .count = 20, .state = "retired" });
	struct lease lease = lease_of(text_at(a_lease(&person, campaign), "assignment"), &person);
	ck_assert_int_eq(lease.company, COMPANY_NONE);
	expect_status(ask_at(NULL, &person, campaign), 204);
}
END_TEST

START_TEST(an_item_that_a_moderator_reopened_is_asked_about_again)
{
	const char *campaign = a_campaign();
	struct person moderator = an_account("moderator"), person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 3, .state = "retired" });
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = campaign });
	const char *item = ask_db("SELECT item_id FROM dispute WHERE id = '%s'", id);
	await_desk(NULL);
	expect_status(ask_at(NULL, &person, campaign), 204);
	expect_status(post(&moderator, say("/api/v1/disputes/%s/claim", id), json_object()), 200);
	expect_status(post(&moderator, say("/api/v1/disputes/%s/verdict", id),
	                   json_pack("{s:s, s:i}", "verdict", "real", "confidence", 80)),
	              201);
	expect_status(post(&moderator, say("/api/v1/disputes/%s/ruling", id),
	                   json_pack("{s:s, s:s}", "ruling", "reopen", "reason", "Too few looked.")),
	              201);
	struct lease lease = lease_of(text_at(a_lease(&person, campaign), "assignment"), &person);
	ck_assert_str_eq(item_of(&lease, true), item);
}
END_TEST

START_TEST(what_kept_company_begins_with_what_counts_when_it_is_reopened)
{
	const char *name = fresh_name();
	struct person people[3];

	tell_db("INSERT INTO campaign (name, min_judgments, max_judgments) VALUES ('%s', 2, 2)", name);
	const char *retired = an_item(&(struct items){ .campaign = name, .state = "retired" });
	const char *last = an_item(&(struct items){ .campaign = name });
	for (int n = 0; n < 2; n++) {
		people[n] = a_volunteer();
		const char *token = text_at(a_lease(&people[n], name), "assignment");
		expect_status(post(&people[n], "/api/v1/judgments", verdicts_on(token, "fake", "fake")),
		              201);
	}
	await_db(10, say("SELECT state <> 'in_service' FROM item WHERE id = '%s'", last));
	tell_db("UPDATE item SET state = 'retired' WHERE id = '%s'", last);
	tell_db("UPDATE item SET state = 'in_service' WHERE id = '%s'", retired);
	people[2] = a_volunteer();
	struct lease lease = lease_of(text_at(a_lease(&people[2], name), "assignment"), &people[2]);
	ck_assert_str_eq(item_of(&lease, true), retired);
}
END_TEST

static void age(const char *campaign)
{
	tell_db("UPDATE item SET created_at = now() - interval '11 minutes' WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
}

static long long disputes_of(const char *campaign)
{
	return count_db("SELECT count(*) FROM dispute d JOIN item i ON i.id = d.item_id JOIN campaign c"
	                " ON c.id = i.campaign_id WHERE c.name = '%s' AND d.reason = 'no_partner'",
	                campaign);
}

START_TEST(an_item_that_nothing_can_be_shown_beside_goes_to_a_moderator)
{
	const char *alone = a_campaign(), *young = a_campaign(), *two = a_campaign(),
			   *retired = a_campaign(), *training = a_campaign(), *media = a_campaign();
	struct person moderator = an_account("moderator");

	const char *item = an_item(&(struct items){ .campaign = alone });
	make_items(&(struct items){ .campaign = young });
	make_items(&(struct items){ .campaign = two, .count = 2 });
	make_items(&(struct items){ .campaign = retired });
	make_items(&(struct items){ .campaign = retired, .state = "retired" });
	make_items(&(struct items){ .campaign = training });
	make_items(
		&(struct items){ .campaign = training, .count = 3, .training = true, .truth = "real" });
	make_items(&(struct items){ .campaign = media });
	make_items(&(struct items){ .campaign = media, .type = "audio" });
	age(alone), age(two), age(retired), age(training), age(media);
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'lonely'"); /* every minute otherwise */
	await_db(20, say("SELECT count(*) = 1 FROM dispute WHERE item_id = '%s'"
	                 " AND reason = 'no_partner' AND state = 'open'",
	                 item));
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item), "disputed");
	ck_assert_int_eq(disputes_of(young), 0);
	ck_assert_int_eq(disputes_of(two), 0);
	ck_assert_int_eq(disputes_of(retired), 0);
	ck_assert_int_eq(disputes_of(training), 1);
	ck_assert_int_eq(disputes_of(media), 2);
	const char *id = ask_db("SELECT id FROM dispute WHERE item_id = '%s'", item);
	struct answer a = get(&moderator, say("/api/v1/disputes/%s", id));
	ck_assert_str_eq(text_at(a.body, "reason"), "no_partner");
}
END_TEST

Suite *http_last_item_suite(void)
{
	Suite *suite = suite_create("http/last_item");
	TCase *tc = tcase_create("company");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_last_item_is_shown_beside_one_that_retired_whose_answer_does_not_count);
	tcase_add_test(tc, an_answer_that_is_looked_at_alone_counts_no_more);
	tcase_add_test(tc, another_server_shows_the_pair_again_and_knows_what_does_not_count);
	tcase_add_test(tc, an_item_that_asks_for_more_comes_before_one_that_retired);
	tcase_add_test(tc, an_item_that_a_moderator_reopened_is_asked_about_again);
	tcase_add_test(tc, what_kept_company_begins_with_what_counts_when_it_is_reopened);
	tcase_add_test(tc, an_item_that_nothing_can_be_shown_beside_goes_to_a_moderator);
	suite_add_tcase(suite, tc);
	return suite;
}
