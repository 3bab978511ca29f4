/* SPDX-License-Identifier: Apache-2.0 */
/* What a moderator may rely on for rulings, and how disputes come about. */
#include <string.h>

#include "client.h"
#include "database.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#include "core/uuid.h"

#define SETTLED_S 15 /* fits come second to all else */

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

	expect_problem(rule(&person, id, "real"), 409, "no-claim");
	expect_status(post(&person, path_of(id, "claim"), json_object()), 200);
	expect_problem(rule(&person, id, "real"), 409, "no-verdict");
	expect_status(post(&person, path_of(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
	expect_problem(rule(&colleague, id, "real"), 409, "no-claim");
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
	expect_problem(rule(&person, id, "fake"), 409, "dispute-ruled");
	expect_problem(rule(&colleague, id, "fake"), 409, "dispute-ruled");
	expect_problem(post(&colleague, path_of(id, "claim"), json_object()), 409, "dispute-ruled");
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
	await_db(SETTLED_S,
	         say("SELECT count(*) = 2 FROM item i JOIN campaign c ON c.id = i.campaign_id"
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
	await_db(SETTLED_S,
	         say("SELECT count(*) = 2 FROM dispute d JOIN item i ON i.id = d.item_id JOIN"
	             " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
	             " AND i.state = 'disputed' AND d.reason = 'max_judgments'",
	             campaign));
}
END_TEST

START_TEST(a_unanimous_crowd_that_is_not_trusted_makes_a_dispute_that_says_why)
{
	struct person person = an_account("moderator");
	const char *campaign = a_short_campaign(4, 4);

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	crowd_says(campaign, 4, "real", "real");
	const char *found = say("SELECT d.id FROM dispute d JOIN item i ON i.id = d.item_id JOIN"
	                        " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
	                        " AND d.reason = 'crowd_not_trusted' LIMIT 1",
	                        campaign);
	await_db(SETTLED_S, say("SELECT count(*) = 1 FROM (%s) d", found));
	struct answer a = get(&person, say("/api/v1/disputes/%s", ask_db("%s", found)));
	ck_assert_str_eq(text_at(a.body, "reason"), "crowd_not_trusted");
	ck_assert_str_eq(text_at(a.body, "distrust/0"), "no_gold");
	ck_assert_str_eq(text_at(a.body, "distrust/1"), "alpha_undefined");
	/* The operator hears what would help. */
	const char *told = run_well("score --full");
	ck_assert_ptr_nonnull(strstr(
		told, say("campaign %s: 2 disputes wait only because its crowd is not yet trusted (no gold,"
	              " alpha undefined); import ten gold items or more",
	              campaign)));
}
END_TEST

START_TEST(a_crowd_that_contradicts_the_source_makes_a_dispute)
{
	const char *campaign = a_short_campaign(5, 12);

	make_items(&(struct items){ .campaign = campaign, .truth = "real", .count = 2 });
	crowd_says(campaign, 8, "fake", "real");
	await_db(SETTLED_S,
	         say("SELECT count(*) = 1 FROM dispute d JOIN item i ON i.id = d.item_id JOIN"
	             " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
	             " AND d.reason = 'crowd_against_provenance'",
	             campaign));
}
END_TEST

/* A campaign whose two items the crowd has settled; one of them was disputed before that. */
static const char *a_dispute_settled_since(const char **ret_item)
{
	const char *campaign = a_short_campaign(5, 12);

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	crowd_says(campaign, 8, "fake", "real");
	await_db(SETTLED_S,
	         say("SELECT count(*) = 2 FROM item i JOIN campaign c ON c.id = i.campaign_id"
	             " WHERE c.name = '%s' AND i.state = 'retired'",
	             campaign));
	*ret_item = ask_db("UPDATE item SET state = 'disputed' WHERE id = (SELECT i.id FROM item i"
	                   " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s' LIMIT 1)"
	                   " RETURNING id",
	                   campaign);
	return ask_db("INSERT INTO dispute (item_id, reason, judgments)"
	              " VALUES ('%s', 'max_judgments', 12) RETURNING id",
	              *ret_item);
}

static long long fits(void)
{
	return count_db("SELECT fits FROM last_fit");
}

/* Judges something somewhere, and waits for the fit after the next: it has read all that is now. */
static void await_a_fit(void)
{
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = 4 });
	for (int round = 0; round < 2; round++) {
		long long before = fits();

		crowd_says(campaign, 1, "fake", "real");
		await_db(SETTLED_S, say("SELECT fits > %lld FROM last_fit", before));
	}
}

START_TEST(a_dispute_that_the_crowd_has_settled_since_is_withdrawn)
{
	struct person person = an_account("moderator");
	const char *item, *id = a_dispute_settled_since(&item);

	await_a_fit();
	await_db(SETTLED_S,
	         say("SELECT state = 'withdrawn' AND closed_at IS NOT NULL AND closed_judgments = 8"
	             " AND greatest(closed_p_fake, 1 - closed_p_fake) > 0.9"
	             " FROM dispute WHERE id = '%s'",
	             id));
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item), "retired");
	struct answer story = get(&person, say("/api/v1/disputes/%s", id));
	ck_assert_str_eq(text_at(story.body, "state"), "withdrawn");
	ck_assert_str_eq(text_at(story.body, "closed/by"), "crowd");
	expect_problem(post(&person, path_of(id, "claim"), json_object()), 409, "dispute-settled");
	struct answer list = get(&person, "/api/v1/disputes?state=withdrawn&limit=1");
	expect_status(list, 200);
	ck_assert_int_eq(number_at(list.body, "counts/withdrawn"),
	                 count_db("SELECT count(*) FROM dispute WHERE state = 'withdrawn'"));
}
END_TEST

START_TEST(a_dispute_with_which_a_moderator_has_begun_is_not_withdrawn)
{
	struct person first = an_account("moderator"), other = an_account("moderator");
	const char *item, *claimed = a_dispute_settled_since(&item);
	const char *judged;

	expect_status(post(&first, path_of(claimed, "claim"), json_object()), 200);
	judged = a_dispute_settled_since(&item);
	expect_status(post(&other, path_of(judged, "claim"), json_object()), 200);
	expect_status(post(&other, path_of(judged, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "real", "confidence", 60)),
	              201);
	tell_db("UPDATE claim SET expires_at = now() - interval '1 hour' WHERE dispute_id = '%s'",
	        judged);
	await_a_fit();
	ck_assert_int_eq(count_db("SELECT count(*) FROM dispute WHERE state = 'open'"
	                          " AND id IN ('%s', '%s')",
	                          claimed, judged),
	                 2);
}
END_TEST

/* Retired items of which two volunteers now say opposite things. */
static const char *faded_items(int count)
{
	const char *campaign = a_short_campaign(2, 12);

	make_items(&(struct items){ .campaign = campaign, .count = count, .state = "retired" });
	tell_db("WITH two AS MATERIALIZED (SELECT gen_random_uuid() AS v, word FROM"
	        " (VALUES ('real'), ('fake')) AS w (word)), pair AS MATERIALIZED ("
	        " SELECT gen_random_uuid() AS a, i.id, i.campaign_id, two.* FROM item i CROSS JOIN two"
	        " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'), judged AS ("
	        " INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind,"
	        " matched, policy, body_hash, server_ms) SELECT a, v, campaign_id, 'image', 'random',"
	        " false, 1, sha256('x'), 1 FROM pair)"
	        " INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
	        " confidence, training) SELECT id, v, a, 'left', word, 75, false FROM pair",
	        campaign);
	return campaign;
}

START_TEST(one_fit_takes_back_few_of_the_items_that_have_faded)
{
	tell_db("CREATE TABLE fit_told AS SELECT reopened, held FROM last_fit LIMIT 0;"
	        " CREATE FUNCTION tell_fit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
	        " 'BEGIN INSERT INTO fit_told VALUES (NEW.reopened, NEW.held); RETURN NULL; END';"
	        " CREATE TRIGGER fit_told AFTER INSERT OR UPDATE ON last_fit"
	        " FOR EACH ROW EXECUTE FUNCTION tell_fit()");
	const char *campaign = faded_items(35);

	for (int round = 0; round < 20; round++) {
		await_a_fit();
		if (count_db("SELECT count(*) FROM item i JOIN campaign c ON c.id = i.campaign_id"
		             " WHERE c.name = '%s' AND i.state = 'in_service'",
		             campaign) == 35)
			break;
	}
	tell_db("DROP TRIGGER fit_told ON last_fit; DROP FUNCTION tell_fit()");
	ck_assert_int_eq(count_db("SELECT count(*) FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                          " WHERE c.name = '%s' AND i.state = 'in_service'",
	                          campaign),
	                 35);
	ck_assert_int_le(count_db("SELECT max(reopened) FROM fit_told"), 10);
	ck_assert_int_gt(count_db("SELECT max(held) FROM fit_told"), 0);
	tell_db("DROP TABLE fit_told");
}
END_TEST

START_TEST(what_a_fit_changed_is_told)
{
	const char *item;

	a_dispute_settled_since(&item);
	await_a_fit();
	for (int try = 0; try < 100; try++) {
		struct answer a = get(NULL, "/metrics");

		if (strstr(a.text, say("\ntouchstone_fits_total %lld\n", fits())))
			break;
		wait_ms(100);
	}
	struct answer metrics = get(NULL, "/metrics");
	ck_assert_ptr_nonnull(strstr(metrics.text, say("\ntouchstone_fits_total %lld\n", fits())));
	ck_assert_ptr_nonnull(
		strstr(metrics.text, say("\ntouchstone_fit_changes_total{change=\"withdrawn\"} %lld\n",
	                             count_db("SELECT withdrawn_all FROM last_fit"))));
	ck_assert_ptr_nonnull(strstr(metrics.text, say("\ntouchstone_fit_gold_items %lld\n",
	                                               count_db("SELECT gold FROM last_fit"))));
	ck_assert_int_eq(
		count_db("SELECT gold FROM last_fit"),
		count_db("SELECT count(*) FROM item i WHERE i.gold AND NOT i.training AND EXISTS"
	             " (SELECT FROM judgment j WHERE j.item_id = i.id AND j.revision = 0)"));
	ck_assert(json_is_object(at(get(NULL, "/api/v1/stats").body, "last_fit")) ||
	          json_is_null(at(get(NULL, "/api/v1/stats").body, "last_fit")));
}
END_TEST

Suite *http_rulings_suite(void)
{
	Suite *suite = suite_create("http/rulings");
	TCase *tc = tcase_create("rulings");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_ruling_closes_the_dispute_and_decides_about_the_item, 0, 4);
	tcase_add_test(tc, nobody_rules_without_a_claim_or_a_verdict_of_their_own);
	tcase_add_test(tc, a_dispute_is_ruled_once);
	tcase_add_test(tc, the_same_ruling_again_gives_the_same_answer);
	tcase_add_test(tc, a_ruling_shows_in_the_results_of_who_judged_the_item);
	tcase_add_test(tc, an_earlier_ruling_is_hidden_from_the_next_moderator_until_the_verdict);
	tcase_add_test(tc, an_item_that_the_crowd_agrees_on_retires);
	tcase_add_test(tc, an_item_that_the_crowd_cannot_settle_becomes_a_dispute);
	tcase_add_test(tc, a_unanimous_crowd_that_is_not_trusted_makes_a_dispute_that_says_why);
	tcase_add_test(tc, a_crowd_that_contradicts_the_source_makes_a_dispute);
	tcase_add_test(tc, a_dispute_that_the_crowd_has_settled_since_is_withdrawn);
	tcase_add_test(tc, a_dispute_with_which_a_moderator_has_begun_is_not_withdrawn);
	tcase_add_test(tc, one_fit_takes_back_few_of_the_items_that_have_faded);
	tcase_add_test(tc, what_a_fit_changed_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
