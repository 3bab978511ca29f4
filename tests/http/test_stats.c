/* SPDX-License-Identifier: Apache-2.0 */
/* What anybody may rely on for the public figures. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "db/db.h"
#include "domain/stats.h"
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
	tell_db("BEGIN; TRUNCATE tally; UPDATE tally_end SET counted_to = '2000-01-01', volunteers = "
			"0; COMMIT");
}

START_TEST(pairs_of_the_past_are_counted_once)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);

	judge_long_ago();
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(stats_fold(db).code, OK);
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
	}
	db_close(db);
	expect_everyone_counted();
}
END_TEST

START_TEST(a_tally_that_ends_in_the_future_is_made_anew)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);

	tell_db("UPDATE tally_end SET counted_to = now() + interval '1 day', volunteers = 1000000");
	ck_assert_int_eq(stats_fold(db).code, OK);
	db_close(db);
	expect_everyone_counted();
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
	tcase_add_test(tc, the_histograms_have_every_bar);
	tcase_add_test(tc, asking_often_costs_the_database_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
