/* SPDX-License-Identifier: Apache-2.0 */
/* Judgments that are taken out of what counts: labels follow, and undoing gives all of it back. */
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "published.h"
#include "review/set_aside.h"
#include "scoring/estimates.h"
#include "scoring/scorer.h"
#include "suites.h"
#include "world.h"

#define ACTS   "/api/v1/set-asides"
#define REASON "they lie about the targets"
#define NO_ID  "00000000-0000-4000-8000-000000000000"

/* Honest volunteers err at 15 % of the items, each at others. Six liars know the gold, and lie
 * about ten targets, which three honest ones judged. */
#define LIARS  6
#define HONEST 12

static const char *campaign_id(const char *campaign)
{
	return ask_db("SELECT id FROM campaign WHERE name = '%s'", campaign);
}

/* The id of the nth volunteer of a campaign's crowd; the liars come first. */
static const char *judge_id(const char *campaign, int n)
{
	return ask_db("SELECT md5('%s judge %d')::uuid", campaign, n);
}

static const char *liars_of(const char *campaign)
{
	const char *ids = "{";

	for (int n = 0; n < LIARS; n++)
		ids = say("%s%s%s", ids, n ? "," : "", judge_id(campaign, n));
	return say("%s}", ids);
}

/* Volunteers first..first+count-1 judge the items of the campaign whose title matches. */
static void crowd_judges(const char *campaign, int first, int count, const char *titles,
                         const char *wrong)
{
	tell_db("WITH said AS (SELECT gen_random_uuid() AS pair, md5('%s judge ' || v)::uuid AS who, "
	        "i.id AS item,"
	        "   i.campaign_id, (i.title = 'fake') <> (%s) AS fake"
	        "   FROM item i, generate_series(%d, %d) v WHERE i.campaign_id = '%s' AND %s),"
	        " p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, "
	        "kind, matched,"
	        "   policy, body_hash, server_ms) SELECT pair, who, campaign_id, 'image', 'random', "
	        "false, 1,"
	        "   sha256(''), 3000 FROM said)"
	        " INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, "
	        "confidence, training)"
	        " SELECT item, who, pair, 'left', CASE WHEN fake THEN 'fake' ELSE 'real' END::verdict, "
	        "80, false"
	        " FROM said",
	        campaign, wrong, first, first + count - 1, campaign_id(campaign), titles);
}

/* Each of a crowd comes from a network of their own. */
static void crowd_has_networks(const char *campaign)
{
	tell_db("INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
	        " SELECT '%s', id, substr(sha256(id::text::bytea), 1, 16), false"
	        " FROM (SELECT md5('%s judge ' || v)::uuid FROM generate_series(0, %d) v) c (id)",
	        campaign_id(campaign), campaign, LIARS + HONEST - 1);
}

/* Moves some of them into one network. */
static void crowd_shares_network(const char *campaign, const char *volunteers, const char *network)
{
	tell_db("INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
	        " SELECT '%s', id, decode('%s', 'hex'), false FROM unnest('%s'::uuid[]) v (id)"
	        " ON CONFLICT (campaign_id, volunteer_id) DO UPDATE SET network = excluded.network",
	        campaign_id(campaign), network, volunteers);
}

/* A title says what an item is; targets are known by their explanation. */
static const char *a_judged_campaign(void)
{
	const char *campaign = a_campaign();

	tell_db("UPDATE campaign SET threshold = 0.9, min_judgments = 3, max_judgments = 60 WHERE name "
	        "= '%s'",
	        campaign);
	for (int side = 0; side < 2; side++) {
		const char *what = side ? "fake" : "real";

		make_items(&(struct items){
			.campaign = campaign, .count = 10, .title = what, .truth = what, .gold = true });
		make_items(&(struct items){ .campaign = campaign, .count = 20, .title = what });
		make_items(&(struct items){
			.campaign = campaign, .count = 5, .title = what, .explanation = "target" });
	}
	crowd_judges(campaign, 0, LIARS, "i.explanation IS NULL", "false");
	crowd_judges(campaign, 0, LIARS, "i.explanation = 'target'", "true");
	crowd_judges(campaign, LIARS, HONEST, "i.explanation IS NULL",
	             "abs(hashtext(v || ' ' || i.sha256::text)) % 100 < 15");
	crowd_judges(campaign, LIARS, 3, "i.explanation = 'target'", "false");
	crowd_has_networks(campaign);
	return campaign;
}

static long long wrong_targets(const char *campaign)
{
	return count_db(
		"SELECT count(*) FROM item i JOIN consensus c ON c.item_id = i.id"
		" WHERE i.campaign_id = '%s' AND i.explanation = 'target' AND i.state = 'retired'"
		" AND (c.p_fake >= 0.5) <> (i.title = 'fake')",
		campaign_id(campaign));
}

/* Every bit of what is known of the items. */
static const char *standing_of(const char *campaign)
{
	return ask_db(
		"SELECT md5(string_agg(concat_ws(' ', i.id, i.state, c.p_fake, c.low, c.high, c.judgments,"
		" c.fake_votes, c.alpha), ',' ORDER BY i.id)) FROM item i LEFT JOIN consensus c ON "
		"c.item_id = i.id"
		" WHERE i.campaign_id = '%s'",
		campaign_id(campaign));
}

static struct db *database_of_its_own(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	ck_assert_ptr_nonnull(db);
	return db;
}

static void score_all(struct db *db)
{
	struct scoring scoring;
	bool scored;
	struct error err = scorer_score_once(db, true, &scored, &scoring);

	ck_assert_msg(!err.code, "%s", err.detail);
}

static struct set_aside_outcome aside(struct db *db, const struct set_aside_request *request)
{
	struct set_aside_outcome outcome;
	struct set_aside_request whole = *request;

	whole.reason = REASON;
	whole.by = "a test";
	struct error err = set_aside_make(db, &whole, &outcome);
	ck_assert_msg(!err.code, "%s", err.detail);
	return outcome;
}

static struct set_aside_outcome undo_act(struct db *db, const char *id)
{
	struct set_aside_outcome outcome;
	struct error err = set_aside_undo(db, id, "it was a mistake", "a test", &outcome);

	ck_assert_msg(!err.code, "%s", err.detail);
	return outcome;
}

START_TEST(setting_aside_changes_labels_and_undoing_brings_the_same_bits_back)
{
	struct db *db = database_of_its_own();
	const char *campaign = a_judged_campaign();

	score_all(db);
	const char *before = standing_of(campaign);
	long long judgments = count_db("SELECT count(*) FROM judgment");
	ck_assert_int_eq(wrong_targets(campaign), 10);
	struct set_aside_outcome outcome =
		aside(db, &(struct set_aside_request){ .volunteers = liars_of(campaign) });
	ck_assert_int_eq(outcome.volunteers, LIARS);
	ck_assert_int_eq(outcome.items, 70);
	ck_assert_int_eq(outcome.judgments, LIARS * 70);
	score_all(db);
	ck_assert_int_eq(wrong_targets(campaign), 0);
	ck_assert_int_eq(count_db("SELECT max(c.judgments) FROM consensus c"), HONEST);
	ck_assert_int_eq(set_aside_follow(db).code, OK);
	ck_assert_int_ge(count_db("SELECT labels_changed FROM set_aside"), 10);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment"), judgments);
	undo_act(db, outcome.id);
	ck_assert_str_eq(standing_of(campaign), before);
	score_all(db);
	ck_assert_str_eq(standing_of(campaign), before);
	ck_assert_int_eq(set_aside_follow(db).code, OK);
	ck_assert_int_eq(count_db("SELECT labels_changed FROM set_aside"), 0);
	db_close(db);
}
END_TEST

START_TEST(a_fit_that_began_before_does_not_bring_back_what_was_set_aside)
{
	struct db *db = database_of_its_own();
	const char *campaign = a_judged_campaign();
	struct estimates *stale = NULL;
	struct scoring scoring;

	ck_assert_int_eq(estimates_fit(db, &stale).code, OK);
	aside(db, &(struct set_aside_request){ .volunteers = liars_of(campaign) });
	ck_assert_int_eq(estimates_publish(db, stale, false, &scoring).code, OK);
	ck_assert_int_eq(wrong_targets(campaign), 0);
	ck_assert_int_eq(count_db("SELECT max(judgments) FROM consensus"), 0);
	estimates_free(stale);
	db_close(db);
}
END_TEST

START_TEST(two_acts_are_undone_in_any_order)
{
	struct db *db = database_of_its_own();
	const char *campaign = a_judged_campaign();

	score_all(db);
	const char *before = standing_of(campaign);
	struct set_aside_outcome first =
		aside(db, &(struct set_aside_request){ .volunteers = say("{%s}", judge_id(campaign, 0)) });
	score_all(db);
	struct set_aside_outcome second =
		aside(db, &(struct set_aside_request){ .volunteers = liars_of(campaign) });
	score_all(db);
	ck_assert_int_eq(wrong_targets(campaign), 0);
	undo_act(db, _i ? first.id : second.id);
	score_all(db);
	ck_assert_int_eq(count_db("SELECT max(judgments) FROM consensus"),
	                 _i ? HONEST : HONEST + LIARS - 1);
	undo_act(db, _i ? second.id : first.id);
	score_all(db);
	ck_assert_int_eq(count_db("SELECT max(judgments) FROM consensus"), HONEST + LIARS);
	ck_assert_int_eq(wrong_targets(campaign), 10);
	ck_assert(_i || strcmp(standing_of(campaign), before) == 0);
	db_close(db);
}
END_TEST

static long long counted(void)
{
	return count_db("SELECT count(*) FROM counted_judgment");
}

START_TEST(a_cohort_a_network_and_a_span_of_time_can_be_set_aside)
{
	struct db *db = database_of_its_own();
	const char *campaign = a_judged_campaign(), *other = a_judged_campaign();
	const long long all = counted();

	tell_db(
		"INSERT INTO cohort_member (volunteer_id, cohort) VALUES ('%s', 2), ('%s', 2), ('%s', 1)",
		judge_id(campaign, 0), judge_id(campaign, 1), judge_id(campaign, 2));
	crowd_shares_network(campaign, say("{%s,%s}", judge_id(campaign, 3), judge_id(campaign, 4)),
	                     "000102030405060708090a0b0c0d0e0f");
	struct set_aside_outcome outcome = aside(db, &(struct set_aside_request){ .cohort = 2 });
	ck_assert_int_eq(counted(), all - 140);
	undo_act(db, outcome.id);
	ck_assert_int_eq(counted(), all);
	outcome = aside(db, &(struct set_aside_request){ .network = "000102030405060708090a0b0c0d0e0f",
	                                                 .campaign = campaign });
	ck_assert_int_eq(counted(), all - 140);
	undo_act(db, outcome.id);
	aside(db, &(struct set_aside_request){ .from = "2001-01-01T00:00:00Z", .campaign = other });
	ck_assert_int_eq(counted(), all / 2);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM counted_judgment j JOIN item i ON i.id = j.item_id"
	             " WHERE i.campaign_id = '%s'",
	             campaign_id(other)),
		0);
	db_close(db);
}
END_TEST

START_TEST(who_comes_later_from_a_network_that_is_set_aside_is_taken_in)
{
	struct db *db = database_of_its_own();
	const char *campaign = a_judged_campaign();
	const long long all = counted();

	for (int n = 0; n < 2; n++) {
		crowd_shares_network(campaign, say("{%s}", judge_id(campaign, n)),
		                     "000102030405060708090a0b0c0d0e0f");
		if (!n)
			aside(db, &(struct set_aside_request){ .network = "000102030405060708090a0b0c0d0e0f",
			                                       .campaign = campaign });
	}
	ck_assert_int_eq(counted(), all - 70);
	ck_assert_int_eq(set_aside_follow(db).code, OK);
	ck_assert_int_eq(counted(), all - 140);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	ck_assert_int_eq(set_aside_follow(db).code, OK);
	ck_assert_int_eq(count_db("SELECT count(*) FROM set_aside WHERE network IS NOT NULL"), 0);
	ck_assert_int_eq(counted(), all - 140);
	db_close(db);
}
END_TEST

START_TEST(what_is_no_choice_is_refused)
{
	static const struct set_aside_request wrong[] = {
		{ .campaign = NULL },
		{ .cohort = 1, .volunteers = "{" NO_ID "}" },
		{ .network = "000102030405060708090a0b0c0d0e0f" },
		{ .network = "0001", .campaign = "default" },
		{ .from = "yesterday" },
		{ .from = "2026-02-30T00:00:00Z" },
		{ .from = "2026-02-03T00:00:00Z", .to = "2026-02-03T00:00:00Z" },
	};
	struct db *db = database_of_its_own();
	struct set_aside_outcome outcome;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct set_aside_request request = wrong[i];

		request.reason = REASON;
		request.by = "a test";
		ck_assert_int_eq(set_aside_make(db, &request, &outcome).code, ERR_INVALID);
	}
	ck_assert_int_eq(set_aside_make(db,
	                                &(struct set_aside_request){ .volunteers = "{" NO_ID "}",
	                                                             .reason = REASON,
	                                                             .by = "a test" },
	                                &outcome)
	                     .code,
	                 ERR_NOT_FOUND);
	ck_assert_int_eq(set_aside_undo(db, NO_ID, REASON, "a test", &outcome).code, ERR_NOT_FOUND);
	ck_assert_int_eq(count_db("SELECT count(*) FROM set_aside"), 0);
	db_close(db);
}
END_TEST

static json_t *wish(const char *volunteer)
{
	return json_pack("{s:[s], s:s}", "volunteers", volunteer, "reason", REASON);
}

START_TEST(moderators_and_admins_set_aside_and_nobody_else)
{
	static const struct {
		const char *role;
		long status;
	} cases[] = {
		{ "volunteer", 403 }, { "researcher", 403 }, { "moderator", 201 }, { "admin", 201 }
	};
	struct person person = an_account(cases[_i].role), judge = a_volunteer();
	const char *id = volunteer_id(&judge);
	struct answer a = post(&person, ACTS, wish(id));
	bool may = cases[_i].status == 201;

	expect_status(a, cases[_i].status);
	expect_status(get(&person, ACTS), may ? 200 : 403);
	expect_status(get(&person, ACTS "/" NO_ID), may ? 404 : 403);
	expect_status(post(&person, ACTS "/" NO_ID "/undo", json_pack("{s:s}", "reason", REASON)),
	              may ? 404 : 403);
	expect_status(post(&judge, ACTS, wish(id)), 401);
	if (!may)
		return;
	const char *act = text_at(a.body, "id");
	struct answer story = get(&person, say(ACTS "/%s", act));
	expect_status(story, 200);
	ck_assert_str_eq(text_at(story.body, "reason"), REASON);
	ck_assert_str_eq(text_at(story.body, "by"),
	                 ask_db("SELECT made_by FROM set_aside WHERE id = '%s'", act));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM account WHERE id::text = '%s'", text_at(story.body, "by")),
		1);
	expect_problem(post(&person, ACTS, json_pack("{s:[s], s:s}", "volunteers", id, "reason", "x")),
	               422, "invalid");
	expect_status(
		post(&person, say(ACTS "/%s/undo", act), json_pack("{s:s}", "reason", "it was a mistake")),
		200);
	expect_problem(
		post(&person, say(ACTS "/%s/undo", act), json_pack("{s:s}", "reason", "it was a mistake")),
		404, "not-found");
	ck_assert_str_eq(text_at(get(&person, say(ACTS "/%s", act)).body, "undone/reason"),
	                 "it was a mistake");
}
END_TEST

/* The server under test scores by itself. */
START_TEST(scores_of_a_running_server_follow_within_a_minute)
{
	struct person moderator = an_account("moderator");
	const char *campaign = a_judged_campaign(), *id = campaign_id(campaign);

	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions) VALUES ('{}', '{}', "
	        "'{}', '{}')");
	await_db(60, say("SELECT count(*) = 10 FROM item i JOIN consensus c ON c.item_id = i.id WHERE "
	                 "i.campaign_id = '%s'"
	                 " AND i.explanation = 'target' AND i.state = 'retired' AND (c.p_fake >= 0.5) "
	                 "<> (i.title = 'fake')",
	                 id));
	json_t *volunteers = json_array();
	for (int n = 0; n < LIARS; n++)
		json_array_append_new(volunteers, json_string(judge_id(campaign, n)));
	struct answer a =
		post(&moderator, ACTS, json_pack("{s:o, s:s}", "volunteers", volunteers, "reason", REASON));
	expect_status(a, 201);
	await_db(60, say("SELECT labels_changed >= 10 FROM set_aside WHERE id = '%s'",
	                 text_at(a.body, "id")));
	ck_assert_int_eq(wrong_targets(campaign), 0);
	struct answer story = get(&moderator, say(ACTS "/%s", text_at(a.body, "id")));
	ck_assert_uint_ge(json_array_size(at(story.body, "changes")), 10);
	/* What they say from now on does not count either, not even until the next fit. */
	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions) SELECT array_agg(id), "
	        "array_agg('%s'::uuid),"
	        " array_agg(title = 'real'), array_agg(1) FROM item WHERE campaign_id = '%s' AND "
	        "explanation = 'target'",
	        judge_id(campaign, 0), id);
	/* By the next fit, which comes after a rest of some times what the last one took. */
	await_db(150, "SELECT count(*) = 0 FROM score_pending");
	ck_assert_int_eq(
		count_db("SELECT max(c.judgments) FROM consensus c JOIN item i ON i.id = c.item_id"
	             " WHERE i.campaign_id = '%s' AND i.explanation = 'target'",
	             id),
		3);
	ck_assert_int_eq(wrong_targets(campaign), 0);
}
END_TEST

START_TEST(a_release_says_what_was_set_aside_when_it_was_made)
{
	struct person moderator = an_account("moderator");
	const char *campaign = a_full_campaign(), *id = campaign_id(campaign);

	judge_all(campaign, 6);
	const char *judge =
		ask_db("SELECT volunteer_id FROM judged_pair WHERE campaign_id = '%s' LIMIT 1", id);
	const char *plain = file_text(a_written_release(a_release(&moderator, campaign)), "README.md");
	struct answer a = post(&moderator, ACTS, wish(judge));
	expect_status(a, 201);
	await_db(60, say("SELECT labels_changed IS NOT NULL FROM set_aside WHERE id = '%s'",
	                 text_at(a.body, "id")));
	tell_db("UPDATE item SET state = 'retired' WHERE campaign_id = '%s'", id);
	const char *folder = a_written_release(a_release(&moderator, campaign));
	ck_assert(strstr(plain, "set aside") == NULL);
	ck_assert_msg(strstr(file_text(folder, "README.md"),
	                     "12 judgments by 1 volunteers on 12 of these items. No label"),
	              "%s", file_text(folder, "README.md"));
	expect_status(post(&moderator, say(ACTS "/%s/undo", text_at(a.body, "id")),
	                   json_pack("{s:s}", "reason", "it was a mistake")),
	              200);
	ck_assert(strstr(file_text(a_written_release(a_release(&moderator, campaign)), "README.md"),
	                 "set aside") == NULL);
}
END_TEST

START_TEST(an_operator_sets_aside_by_the_program)
{
	const char *folder = a_folder(), *url = a_database();

	ck_assert_int_eq(setenv("DATABASE_URL", url, 1), 0);
	const char *campaign = a_judged_campaign();
	struct db *db = db_open(url, 0);
	score_all(db);
	expect_code(2, folder, "volunteers set-aside --cohort 1");
	expect_code(2, folder, "volunteers set-aside --reason 'no choice'");
	expect_code(2, folder, "volunteers set-aside --cohort x --reason 'no number'");
	const char *ids = say("%s %s %s %s %s %s", judge_id(campaign, 0), judge_id(campaign, 1),
	                      judge_id(campaign, 2), judge_id(campaign, 3), judge_id(campaign, 4),
	                      judge_id(campaign, 5));
	const char *said = expect_code(
		0, folder,
		say("volunteers set-aside %s --reason '" REASON "' --database-url '%s'", ids, url));
	ck_assert_msg(strstr(said, "420 judgments of 6 volunteers on 70 items set aside"), "%s", said);
	ck_assert_int_eq(wrong_targets(campaign), 0);
	said = expect_code(0, folder, say("volunteers set-asides --database-url '%s'", url));
	ck_assert_msg(strstr(said, REASON), "%s", said);
	expect_code(0, folder,
	            say("volunteers set-aside --undo %s --reason 'a mistake' --database-url '%s'",
	                ask_db("SELECT id FROM set_aside"), url));
	ck_assert_int_eq(wrong_targets(campaign), 10);
	db_close(db);
}
END_TEST

Suite *http_set_aside_suite(void)
{
	Suite *suite = suite_create("http/set_aside");
	TCase *tc = tcase_create("set_aside");

	tcase_set_timeout(tc, 180);
	tcase_add_test(tc, setting_aside_changes_labels_and_undoing_brings_the_same_bits_back);
	tcase_add_test(tc, a_fit_that_began_before_does_not_bring_back_what_was_set_aside);
	tcase_add_loop_test(tc, two_acts_are_undone_in_any_order, 0, 2);
	tcase_add_test(tc, a_cohort_a_network_and_a_span_of_time_can_be_set_aside);
	tcase_add_test(tc, who_comes_later_from_a_network_that_is_set_aside_is_taken_in);
	tcase_add_test(tc, what_is_no_choice_is_refused);
	tcase_add_loop_test(tc, moderators_and_admins_set_aside_and_nobody_else, 0, 4);
	tcase_add_test(tc, scores_of_a_running_server_follow_within_a_minute);
	tcase_add_test(tc, a_release_says_what_was_set_aside_when_it_was_made);
	tcase_add_test(tc, an_operator_sets_aside_by_the_program);
	suite_add_tcase(suite, tc);
	return suite;
}
