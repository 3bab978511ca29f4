/* SPDX-License-Identifier: Apache-2.0 */
/* What anybody may rely on for the public figures. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "db/db.h"
#include "scoring/stats.h"
#include "suites.h"
#include "world.h"

/* Figures are kept for three seconds, or longer where reading them is slow: waits until they are
 * newer than now. */
static json_t *fresh_stats(void)
{
	const char *now = ask_db("SELECT rfc3339(clock_timestamp())");

	for (int try = 0; try < 400; try++) {
		struct answer a = get(NULL, "/api/v1/stats");

		expect_status(a, 200);
		if (strcmp(text_at(a.body, "generated_at"), now) > 0)
			return a.body;
		wait_ms(100);
	}
	ck_abort_msg("the figures stay old");
	return NULL;
}

static json_t *stats; /* of the moment before the first test */

static void note_stats(void)
{
	stats = fresh_stats();
}

START_TEST(the_figures_are_those_of_the_database)
{
	ck_assert_int_eq(number_at(stats, "pairs"), count_db("SELECT count(*) FROM judged_pair"));
	ck_assert_int_eq(number_at(stats, "judgments"),
	                 count_db("SELECT 2 * count(*) FROM judged_pair WHERE kind <> 'training'"));
	ck_assert_int_eq(number_at(stats, "volunteers"),
	                 count_db("SELECT count(DISTINCT volunteer_id) FROM judged_pair"));
	ck_assert_int_eq(number_at(stats, "items/in_service") + number_at(stats, "items/retired") +
	                     number_at(stats, "items/disputed") + number_at(stats, "items/settled") +
	                     number_at(stats, "items/withdrawn"),
	                 count_db("SELECT count(*) FROM item"));
	ck_assert_int_eq(number_at(stats, "by_media_type/video/items"),
	                 count_db("SELECT count(*) FROM item WHERE media_type = 'video'"));
}
END_TEST

START_TEST(a_judged_pair_shows_in_the_figures)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, NULL), *before = stats;

	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "real", "fake")),
	              201);
	json_t *after = fresh_stats();
	ck_assert_int_eq(number_at(after, "pairs"), number_at(before, "pairs") + 1);
	ck_assert_int_eq(number_at(after, "judgments"), number_at(before, "judgments") + 2);
	ck_assert_int_eq(number_at(after, "by_media_type/image/judgments"),
	                 number_at(before, "by_media_type/image/judgments") + 2);
	ck_assert_int_eq(number_at(after, "judgments_by_day/29/judgments"),
	                 number_at(before, "judgments_by_day/29/judgments") + 2);
}
END_TEST

static void expect_everyone_counted(void)
{
	note_stats();
	ck_assert_int_eq(number_at(stats, "pairs"), count_db("SELECT count(*) FROM judged_pair"));
	ck_assert_int_eq(number_at(stats, "volunteers"),
	                 count_db("SELECT count(DISTINCT volunteer_id) FROM judged_pair"));
}

static void fold_all(struct db *db)
{
	bool more = true;

	for (int i = 0; i < 1000 && more; i++)
		ck_assert_int_eq(stats_fold(db, &more).code, OK);
	ck_assert(!more);
}

/* Three pairs of long ago by two volunteers, of whom one has judged a pair now. */
static void judge_long_ago(void)
{
	tell_db("INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, "
	        "matched,"
	        " policy, body_hash, server_ms, judged_at)"
	        " SELECT gen_random_uuid(), md5('long ago' || n %% 2)::uuid, id, 'audio', 'random', "
	        "false, 1,"
	        " sha256(''), 0, CASE WHEN n < 3 THEN '2001-02-03 04:05:06Z' ELSE now() END"
	        " FROM generate_series(0, 3) n,"
	        " (SELECT id FROM campaign LIMIT 1) c");
	make_items(&(struct items){ .campaign = common_campaign(), .count = 3, .truth = "fake" });
	tell_db("INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, "
	        "confidence, training, judged_at)"
	        " SELECT i.id, p.volunteer_id, p.assignment_id, 'left', 'fake', 50, false, p.judged_at"
	        " FROM judged_pair p, LATERAL (SELECT id FROM item WHERE truth = 'fake' AND NOT EXISTS"
	        " (SELECT FROM judgment j WHERE j.item_id = item.id) LIMIT 1) i"
	        " WHERE p.judged_at = '2001-02-03 04:05:06Z' LIMIT 1");
	tell_db("BEGIN; TRUNCATE tally, served_tally; UPDATE tally_end SET counted_to = '2000-01-01', "
	        "volunteers = "
	        "0; COMMIT");
}

START_TEST(pairs_of_the_past_are_counted_once)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);

	judge_long_ago();
	for (int again = 0; again < 2; again++) {
		fold_all(db);
		ck_assert_int_eq(
			count_db("SELECT pairs FROM tally WHERE day = '2001-02-03' AND media_type = 'audio'"
		             " AND NOT training"),
			3);
		ck_assert_int_eq(count_db("SELECT sum(pairs) FROM tally"),
		                 count_db("SELECT count(*) FROM judged_pair, tally_end"
		                          " WHERE judged_at < counted_to"));
		ck_assert_int_eq(count_db("SELECT volunteers FROM tally_end"),
		                 count_db("SELECT count(DISTINCT volunteer_id) FROM judged_pair, tally_end"
		                          " WHERE judged_at < counted_to"));
		ck_assert_str_eq(ask_db("SELECT row(coalesce(sum(judgments), 0), coalesce(sum(fakes), 0)) "
		                        "FROM served_tally"),
		                 ask_db("SELECT row(count(*), count(*) FILTER (WHERE truth = 'fake'))"
		                        " FROM judgment j JOIN item i ON i.id = j.item_id, tally_end"
		                        " WHERE truth IS NOT NULL AND NOT j.training AND"
		                        " judged_at < counted_to"));
	}
	ck_assert_int_ge(count_db("SELECT fakes FROM served_tally WHERE day = '2001-02-03'"), 1);
	db_close(db);
	expect_everyone_counted();
}
END_TEST

START_TEST(a_tally_that_ends_in_the_future_is_made_anew)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);

	tell_db("UPDATE tally_end SET counted_to = now() + interval '1 day', volunteers = 1000000");
	fold_all(db);
	db_close(db);
	expect_everyone_counted();
}
END_TEST

/* Days of which each takes a fold of its own: none is left for the next minute. */
START_TEST(many_days_are_counted_at_once)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);

	tell_db("INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, "
	        "matched, policy, body_hash, server_ms, judged_at)"
	        " SELECT gen_random_uuid(), md5('each day')::uuid, (SELECT id FROM campaign LIMIT 1), "
	        "'audio', 'random', false, 1, sha256(''), 0, '2003-01-01Z'::timestamptz + n * interval "
	        "'30 hours' FROM generate_series(0, 99) n");
	tell_db("BEGIN; TRUNCATE tally, served_tally; UPDATE tally_end SET counted_to = '2000-01-01',"
	        " volunteers = 0; COMMIT");
	fold_all(db);
	ck_assert_int_eq(count_db("SELECT sum(pairs) FROM tally WHERE day < '2004-01-01'"),
	                 count_db("SELECT count(*) FROM judged_pair WHERE judged_at < '2004-01-01'"));
	db_close(db);
	expect_everyone_counted();
}
END_TEST

static void expect_counts_of_disputes(void)
{
	ck_assert_str_eq(
		ask_db("SELECT json_agg(a) FROM (SELECT campaign_id, state, count(*) FROM dispute"
	           " GROUP BY 1, 2 ORDER BY 1, 2) a"),
		ask_db("SELECT json_agg(a) FROM (SELECT campaign_id, state, sum(disputes) AS count"
	           " FROM dispute_count GROUP BY 1, 2 HAVING sum(disputes) <> 0 ORDER BY 1, 2) a"));
}

static void expect_counts_of_items(void)
{
	ck_assert_str_eq(
		ask_db("SELECT json_agg(a) FROM (SELECT campaign_id, media_type, state, count(*)"
	           " FROM item GROUP BY 1, 2, 3 ORDER BY 1, 2, 3) a"),
		ask_db("SELECT json_agg(a) FROM (SELECT campaign_id, media_type, state,"
	           " sum(items) AS count FROM item_count GROUP BY 1, 2, 3"
	           " HAVING sum(items) <> 0 ORDER BY 1, 2, 3) a"));
	ck_assert_str_eq(
		ask_db("SELECT json_agg(a) FROM (SELECT least(floor(p_fake * 10), 9)::integer"
	           " AS bar, count(*) FROM consensus WHERE judgments > 0 GROUP BY 1 ORDER BY 1) a"),
		ask_db("SELECT json_agg(a) FROM (SELECT bar::integer, sum(items) AS count"
	           " FROM belief_count GROUP BY 1 HAVING sum(items) <> 0 ORDER BY 1) a"));
}

/* Whatever statement changes items or what is believed of them, within one transaction or in many.
 */
START_TEST(counts_of_items_follow_every_change)
{
	const char *campaign = a_campaign();
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);
	bool more;

	make_items(&(struct items){ .campaign = campaign, .count = 30, .truth = "fake" });
	const char *mine = say("campaign_id = (SELECT id FROM campaign WHERE name = '%s')", campaign);
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT id, row_number() OVER () / 31.0, 0, 1, 3, 1 FROM item WHERE %s",
	        mine);
	expect_counts_of_items();
	tell_db("BEGIN; UPDATE item SET state = 'retired' WHERE %s; UPDATE item SET state = 'disputed'"
	        " WHERE %s AND id < '80000000-0000-0000-0000-000000000000'; COMMIT",
	        mine, mine);
	expect_counts_of_items();
	tell_db("INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT id, 1, 0, 1, 4, 1 FROM item WHERE %s"
	        " ON CONFLICT (item_id) DO UPDATE SET p_fake = excluded.p_fake",
	        mine);
	tell_db("UPDATE consensus SET judgments = 0, fake_votes = 0 WHERE item_id IN"
	        " (SELECT id FROM item WHERE %s LIMIT 5)",
	        mine);
	expect_counts_of_items();
	ck_assert_int_eq(stats_fold(db, &more).code, OK);
	expect_counts_of_items();
	tell_db("DELETE FROM consensus WHERE item_id IN (SELECT id FROM item WHERE %s LIMIT 20)", mine);
	expect_counts_of_items();
	db_close(db);
}
END_TEST

/* Whatever statement opens or closes disputes, and when the counts are put together. */
START_TEST(counts_of_disputes_follow_every_change)
{
	const char *campaign = a_campaign();
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);
	bool more;

	make_items(&(struct items){ .campaign = campaign, .count = 30 });
	const char *mine = say("campaign_id = (SELECT id FROM campaign WHERE name = '%s')", campaign);
	tell_db("INSERT INTO dispute (item_id, reason, judgments)"
	        " SELECT id, 'max_judgments', 25 FROM item WHERE %s",
	        mine);
	expect_counts_of_disputes();
	tell_db("BEGIN; UPDATE dispute SET state = 'withdrawn', closed_at = now() WHERE %s;"
	        " UPDATE dispute SET state = 'open', closed_at = NULL WHERE %s"
	        " AND id < '80000000-0000-0000-0000-000000000000'; COMMIT",
	        mine, mine);
	expect_counts_of_disputes();
	ck_assert_int_eq(stats_fold(db, &more).code, OK);
	expect_counts_of_disputes();
	ck_assert_int_le(count_db("SELECT count(*) FROM dispute_count WHERE %s", mine), 2);
	tell_db("UPDATE dispute SET state = 'withdrawn', closed_at = now() WHERE %s", mine);
	db_close(db);
}
END_TEST

START_TEST(the_histograms_have_every_bar)
{
	ck_assert_uint_eq(json_array_size(at(stats, "judgments_by_day")), 30);
	ck_assert_uint_eq(json_array_size(at(stats, "posterior_histogram")), 10);
	ck_assert(json_number_value(at(stats, "posterior_histogram/9/to")) == 1);
	ck_assert_str_eq(text_at(stats, "judgments_by_day/29/day"), ask_db("SELECT current_date"));
}
END_TEST

struct asker {
	pthread_t thread;
	const char *url;
	struct answer answer;
};

static void *ask_for_stats(void *arg)
{
	struct asker *asker = arg;

	asker->answer = call(&(struct call){ .server = asker->url, .path = "/api/v1/stats" });
	return NULL;
}

static void ask_all(struct asker askers[], int count, const char *url)
{
	for (int i = 0; i < count; i++) {
		askers[i] = (struct asker){ .url = url };
		ck_assert_int_eq(pthread_create(&askers[i].thread, NULL, ask_for_stats, &askers[i]), 0);
	}
	for (int i = 0; i < count; i++)
		pthread_join(askers[i].thread, NULL);
}

/* A server that has no figures yet, and a table that cannot be read: one asks the database, the
 * others are told at once, and the failure is remembered. */
START_TEST(one_reads_and_a_failure_is_remembered)
{
	struct another server = another_start((const char *const[]){ NULL });
	struct asker askers[6];

	tell_db("BEGIN; LOCK TABLE item_count IN ACCESS EXCLUSIVE MODE");
	double began = now_s();
	ask_all(askers, 6, server.url);
	double first = now_s() - began;
	int waiting = 0, told = 0;
	for (int i = 0; i < 6; i++) {
		waiting += askers[i].answer.status == 503;
		told += strstr(askers[i].answer.text, "/problems/not-counted") != NULL;
	}
	began = now_s();
	ask_all(askers, 6, server.url);
	double again = now_s() - began;
	tell_db("ROLLBACK");
	another_stop(&server);
	ck_assert_int_eq(waiting, 6);
	ck_assert_int_ge(told, 1);
	for (int i = 0; i < 6; i++) {
		expect_status(askers[i].answer, 503);
		ck_assert_ptr_nonnull(header_of(askers[i].answer, "Retry-After"));
	}
	ck_assert_msg(first < 9 && again < 1, "%.1f s, then %.1f s", first, again);
}
END_TEST

START_TEST(asking_often_costs_the_database_nothing)
{
	struct answer first = get(NULL, "/api/v1/stats"), again = get(NULL, "/api/v1/stats");

	for (int try = 0; try < 2 && strcmp(first.text, again.text) != 0; try++) {
		first = again; /* the first was the last of its three seconds */
		again = get(NULL, "/api/v1/stats");
	}
	ck_assert_str_eq(first.text, again.text);
}
END_TEST

Suite *http_stats_suite(void)
{
	Suite *suite = suite_create("http/stats");
	TCase *tc = tcase_create("stats");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, note_stats, NULL);
	tcase_add_test(tc, the_figures_are_those_of_the_database);
	tcase_add_test(tc, a_judged_pair_shows_in_the_figures);
	tcase_add_test(tc, pairs_of_the_past_are_counted_once);
	tcase_add_test(tc, a_tally_that_ends_in_the_future_is_made_anew);
	tcase_add_test(tc, many_days_are_counted_at_once);
	tcase_add_test(tc, counts_of_items_follow_every_change);
	tcase_add_test(tc, counts_of_disputes_follow_every_change);
	tcase_add_test(tc, one_reads_and_a_failure_is_remembered);
	tcase_add_test(tc, the_histograms_have_every_bar);
	tcase_add_test(tc, asking_often_costs_the_database_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
