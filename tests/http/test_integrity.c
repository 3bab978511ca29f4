/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator sees of who carries the labels, and what alarms. Each test has a database of its
 * own, but those of the API. */
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "scoring/integrity.h"
#include "scoring/scorer.h"
#include "suites.h"
#include "world.h"

#define NETWORK "'\\x000102030405060708090a0b0c0d0e0f'"

static struct db *watched_database(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	ck_assert_ptr_nonnull(db);
	return db;
}

static const char *id_of(const char *campaign)
{
	return ask_db("SELECT id FROM campaign WHERE name = '%s'", campaign);
}

/* Volunteers first.. judge all items of a campaign; sure of themselves, and right unless `wrong`.
 */
static void judges(const char *campaign, int first, int count, const char *wrong, const char *ago)
{
	tell_db("WITH said AS (SELECT gen_random_uuid() AS pair, md5('%s judge ' || v)::uuid AS who, "
	        "i.id AS item,"
	        "   i.campaign_id, i.gold, (i.title = 'fake') <> (%s) AS fake"
	        "   FROM item i, generate_series(%d, %d) v WHERE i.campaign_id = '%s'),"
	        " p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, "
	        "kind, matched,"
	        "   policy, body_hash, server_ms, judged_at) SELECT pair, who, campaign_id, 'image',"
	        "   CASE WHEN gold THEN 'gold' ELSE 'random' END, false, 1, sha256(''), 3000, now() - "
	        "interval '%s' FROM said)"
	        " INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, "
	        "confidence, training,"
	        "   judged_at)"
	        " SELECT item, who, pair, 'left', CASE WHEN fake THEN 'fake' ELSE 'real' END::verdict, "
	        "80, false,"
	        "   now() - interval '%s' FROM said",
	        campaign, wrong, first, first + count - 1, id_of(campaign), ago, ago);
}

static void from_network(const char *campaign, int first, int count, bool declared)
{
	tell_db("INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
	        " SELECT '%s', md5('%s judge ' || v)::uuid, " NETWORK
	        ", %s FROM generate_series(%d, %d) v",
	        id_of(campaign), campaign, declared ? "true" : "false", first, first + count - 1);
}

#define PROVIDER "101112131415161718191a1b1c1d1e1f"

/* Each comes from a network of their own; the first ones' are one provider's. */
static void from_networks(const char *campaign, int all, int of_provider)
{
	tell_db("INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared, provider)"
	        " SELECT '%s', md5('%s judge ' || v)::uuid, substr(sha256(int4send(v)), 1, 16), false,"
	        " CASE WHEN v < %d THEN decode('" PROVIDER "', 'hex') END"
	        " FROM generate_series(0, %d) v",
	        id_of(campaign), campaign, of_provider, all - 1);
}

static const char *a_watched_campaign(void)
{
	const char *campaign = a_campaign();

	tell_db("UPDATE campaign SET threshold = 0.9, min_judgments = 3 WHERE name = '%s'", campaign);
	for (int side = 0; side < 2; side++) {
		const char *what = side ? "fake" : "real";

		make_items(&(struct items){
			.campaign = campaign, .count = 10, .title = what, .truth = what, .gold = true });
		make_items(&(struct items){ .campaign = campaign, .count = 15, .title = what });
	}
	return campaign;
}

static void fit_and_look(struct db *db)
{
	struct scoring scoring;
	bool scored;
	struct error err = scorer_score_once(db, true, &scored, &scoring);

	ck_assert_msg(!err.code, "%s", err.detail);
	err = integrity_look(db);
	ck_assert_msg(!err.code, "%s", err.detail);
}

static double figure(const char *campaign, const char *name, const char *label)
{
	const char *value =
		ask_db("SELECT value FROM integrity_figure WHERE campaign_id = '%s' AND name = '%s'"
	           " AND label = '%s'",
	           id_of(campaign), name, label);

	ck_assert_msg(value != NULL, "there is no figure %s %s", name, label);
	return atof(value);
}

static bool has_figure(const char *campaign, const char *name)
{
	return count_db("SELECT count(*) FROM integrity_figure WHERE campaign_id = '%s'"
	                " AND (name LIKE '%s%%' OR label = '%s')",
	                id_of(campaign), name, name) > 0;
}

/* The alarms that stand, in their order, with blanks between. */
static const char *alarms_of(const char *campaign)
{
	return ask_db("SELECT coalesce(string_agg(alarm, ' ' ORDER BY alarm), '') FROM integrity_alarm"
	              " WHERE campaign_id = '%s' AND stands",
	              id_of(campaign));
}

START_TEST(networks_of_one_provider_are_seen_together)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 0, 8, "false", "2 hours");
	from_networks(campaign, 8, 5);
	fit_and_look(db);
	ck_assert_double_eq(figure(campaign, "labels_decided_by", "network"), 0);
	ck_assert_double_ge(figure(campaign, "labels_decided_by", "provider"), 20);
	ck_assert_double_eq(figure(campaign, "provider_judgments", PROVIDER), 250);
	ck_assert_double_eq(figure(campaign, "provider_gold_accuracy", PROVIDER), 1);
	ck_assert_double_eq(figure(campaign, "network_judgments",
	                           ask_db("SELECT encode(substr(sha256(int4send(0)), 1, 16), 'hex')")),
	                    50);
	ck_assert_str_eq(alarms_of(campaign), "");
	db_close(db);
}
END_TEST

START_TEST(without_a_table_no_provider_is_told_of)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 0, 8, "false", "2 hours");
	from_networks(campaign, 8, 0);
	fit_and_look(db);
	ck_assert(has_figure(campaign, "network"));
	ck_assert(!has_figure(campaign, "provider"));
	db_close(db);
}
END_TEST

START_TEST(a_fit_tells_who_carries_the_labels)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	/* Nobody errs: which items drew errors differed from run to run, and with it what is settled.
	 */
	judges(campaign, 0, 8, "false", "2 hours");
	from_network(campaign, 0, 5, false);
	fit_and_look(db);
	ck_assert_double_ge(figure(campaign, "labels", ""), 25);
	ck_assert_double_ge(figure(campaign, "labels_decided_by", "network"), 20);
	ck_assert_double_eq(figure(campaign, "labels_decided_by", "newcomers"), 0);
	ck_assert_double_eq(figure(campaign, "volunteers", "all"), 8);
	ck_assert_double_eq(figure(campaign, "gold_judgments", ""), 160);
	ck_assert_double_ge(figure(campaign, "flip_cost_lowest", ""), 1);
	ck_assert_double_ge(figure(campaign, "flip_cost_median", ""),
	                    figure(campaign, "flip_cost_lowest", ""));
	ck_assert_double_eq(figure(campaign, "network_judgments", "000102030405060708090a0b0c0d0e0f"),
	                    250);
	ck_assert_str_eq(alarms_of(campaign), "");
	db_close(db);
}
END_TEST

/* Forty were there before, of whom a third case has half behind the network. */
START_TEST(a_network_that_is_not_usually_there_alarms_unless_it_is_declared)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 10, 40, "false", "2 days");
	fit_and_look(db);
	judges(campaign, 0, 6, "false", "1 minute");
	if (_i == 2)
		from_network(campaign, 10, 20, false);
	tell_db("UPDATE volunteer_network SET first_seen = now() - interval '2 days'");
	from_network(campaign, 0, 6, _i == 1);
	fit_and_look(db);
	ck_assert_double_eq(figure(campaign, "network_share_most", ""), _i == 1 ? 0 : 1);
	ck_assert_str_eq(alarms_of(campaign), _i ? "" : "one_network");
	db_close(db);
}
END_TEST

/* Each of some volunteers skips so many. */
static void skip_pairs(const char *campaign, int first, int volunteers, int count)
{
	tell_db("INSERT INTO skipped_pair (assignment_id, volunteer_id, campaign_id, left_item, "
	        "right_item, kind, matched,"
	        " policy, reason) SELECT gen_random_uuid(), md5('%s judge ' || v)::uuid, '%s', a.id, "
	        "b.id, 'random', false, 1,"
	        " 'other' FROM generate_series(%d, %d) v, generate_series(1, %d),"
	        " (SELECT min(id::text)::uuid AS id FROM item WHERE campaign_id = '%s') a,"
	        " (SELECT max(id::text)::uuid AS id FROM item WHERE campaign_id = '%s') b",
	        campaign, id_of(campaign), first, first + volunteers - 1, count, id_of(campaign),
	        id_of(campaign));
}

START_TEST(a_network_of_several_who_skip_much_alarms)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 0, 8, "abs(hashtext(v || ' ' || i.sha256::text)) % 100 < 10", "1 minute");
	from_network(campaign, 8, 6, false);
	skip_pairs(campaign, 8, 3, 8);
	skip_pairs(campaign, 11, 1, 3);
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "");
	ck_assert_double_eq(figure(campaign, "skips", "other"), 27);
	ck_assert_double_eq(figure(campaign, "skips", "sensitive"), 0);
	ck_assert_double_eq(figure(campaign, "skip_share_most", ""), 0);
	skip_pairs(campaign, 11, 1, 1);
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "skips");
	ck_assert_double_eq(figure(campaign, "skip_share_most", ""), 1);
	db_close(db);
}
END_TEST

START_TEST(who_is_wrong_on_gold_alarms)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 0, 30, "abs(hashtext(v || ' ' || i.sha256::text)) % 100 < 15", "2 days");
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "");
	judges(campaign, 30, 6, "i.gold", "1 minute");
	from_network(campaign, 30, 6, false);
	fit_and_look(db);
	ck_assert(strstr(alarms_of(campaign), "gold_fall"));
	ck_assert(strstr(alarms_of(campaign), "network_gold"));
	ck_assert_double_eq(figure(campaign, "gold_accuracy", ""), 0);
	ck_assert_double_eq(
		figure(campaign, "hour_gold_accuracy", ask_db("SELECT rfc3339(date_trunc('hour', now()))")),
		0);
	db_close(db);
}
END_TEST

START_TEST(a_sudden_rise_alarms_once_there_is_something_to_compare_with)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();

	judges(campaign, 0, 8, "abs(hashtext(v || ' ' || i.sha256::text)) % 100 < 10", "1 minute");
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "");
	tell_db("INSERT INTO integrity_figure (campaign_id, source, name, label, value) SELECT '%s', "
	        "'hours', 'hour_pairs',"
	        " rfc3339(date_trunc('hour', now() - interval '1 hour' * n)), 10 FROM "
	        "generate_series(1, 50) n",
	        id_of(campaign));
	fit_and_look(db);
	ck_assert_double_ge(figure(campaign, "rise", ""), 30);
	ck_assert_str_eq(alarms_of(campaign), "rise");
	db_close(db);
}
END_TEST

START_TEST(the_log_is_told_of_an_alarm_once_an_hour)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign();
	const char *told = "SELECT told_at FROM integrity_alarm";

	skip_pairs(campaign, 1, 4, 5);
	fit_and_look(db);
	const char *first = ask_db("%s", told);
	fit_and_look(db);
	ck_assert_str_eq(ask_db("%s", told), first);
	tell_db("DELETE FROM skipped_pair");
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "");
	skip_pairs(campaign, 1, 4, 5);
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "skips");
	ck_assert_str_eq(ask_db("%s", told), first);
	tell_db("UPDATE integrity_alarm SET told_at = now() - interval '61 minutes'");
	fit_and_look(db);
	ck_assert_int_eq(
		count_db(
			"SELECT count(*) FROM integrity_alarm WHERE told_at > now() - interval '1 minute'"),
		1);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	fit_and_look(db);
	ck_assert_str_eq(alarms_of(campaign), "");
	db_close(db);
}
END_TEST

static bool metric_stands(const char *line)
{
	return strstr(get(NULL, "/metrics").text, line) != NULL;
}

static bool some_alarm_stands(struct person *who, const char *path)
{
	return json_array_size(at(get(who, path).body, "alarms")) > 0;
}

START_TEST(a_running_server_alarms_within_two_minutes)
{
	struct person moderator = an_account("moderator");
	const char *campaign = a_watched_campaign();
	double began_s = now_s();

	judges(campaign, 0, 6, "false", "1 second");
	from_network(campaign, 11, 4, false);
	skip_pairs(campaign, 11, 4, 15);
	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions) VALUES ('{}', '{}', "
	        "'{}', '{}')");
	/* Alarms of other tests may stand in this server: what is waited for names this campaign. */
	const char *skips =
		say("touchstone_integrity_skips{campaign=\"%s\",reason=\"other\"} 60\n", campaign);
	const char *alarms = say("/api/v1/stats/integrity?campaign=%s", campaign);
	while (!(metric_stands(skips) && some_alarm_stands(&moderator, alarms)) &&
	       now_s() < began_s + 120)
		wait_ms(500);
	ck_assert_msg(now_s() < began_s + 120, "no alarm");
	ck_assert(!metric_stands("touchstone_integrity_alarms{alarm=\"skips\"} 0\n"));
	ck_assert(!metric_stands("network_judgments"));
	struct answer a = get(&moderator, alarms);
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "alarms/0/alarm"), "skips");
	ck_assert_str_eq(text_at(a.body, "alarms/0/campaign"), campaign);
	ck_assert_uint_ge(json_array_size(at(a.body, "figures")), 8);
}
END_TEST

START_TEST(moderators_see_it_and_nobody_else)
{
	static const struct {
		const char *role;
		long status;
	} cases[] = {
		{ "volunteer", 403 }, { "researcher", 403 }, { "moderator", 200 }, { "admin", 200 }
	};
	struct person person = an_account(cases[_i].role);

	expect_status(get(&person, "/api/v1/stats/integrity"), cases[_i].status);
	expect_status(get(NULL, "/api/v1/stats/integrity"), 401);
}
END_TEST

START_TEST(an_operator_sees_it_at_a_shell)
{
	struct db *db = watched_database();
	const char *campaign = a_watched_campaign(), *folder = a_folder(),
			   *url = getenv("DATABASE_URL");

	skip_pairs(campaign, 1, 4, 5);
	fit_and_look(db);
	const char *said =
		expect_code(0, folder, say("integrity %s --database-url '%s'", campaign, url));
	ck_assert_msg(strstr(said, say("ALARM  %s  skips: ", campaign)) != NULL, "%s", said);
	ck_assert_msg(strstr(said, "  skips other  20\n") != NULL, "%s", said);
	expect_code(1, folder, say("integrity nowhere --database-url '%s'", url));
	expect_code(0, folder, say("integrity --database-url '%s'", url));
	db_close(db);
}
END_TEST

Suite *http_integrity_suite(void)
{
	Suite *suite = suite_create("http/integrity");
	TCase *tc = tcase_create("integrity");

	tcase_set_timeout(tc, 180);
	tcase_add_test(tc, a_fit_tells_who_carries_the_labels);
	tcase_add_test(tc, networks_of_one_provider_are_seen_together);
	tcase_add_test(tc, without_a_table_no_provider_is_told_of);
	tcase_add_loop_test(tc, a_network_that_is_not_usually_there_alarms_unless_it_is_declared, 0, 3);
	tcase_add_test(tc, a_network_of_several_who_skip_much_alarms);
	tcase_add_test(tc, who_is_wrong_on_gold_alarms);
	tcase_add_test(tc, a_sudden_rise_alarms_once_there_is_something_to_compare_with);
	tcase_add_test(tc, the_log_is_told_of_an_alarm_once_an_hour);
	tcase_add_test(tc, a_running_server_alarms_within_two_minutes);
	tcase_add_loop_test(tc, moderators_see_it_and_nobody_else, 0, 4);
	tcase_add_test(tc, an_operator_sees_it_at_a_shell);
	suite_add_tcase(suite, tc);
	return suite;
}
