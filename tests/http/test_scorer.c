/* SPDX-License-Identifier: Apache-2.0 */
/* How one process scores with two hands. Each test has a database of its own, where it leads. */
#include <pthread.h>
#include <stdlib.h>

#include "client.h"
#include "core/clock.h"
#include "database.h"
#include "db/db.h"
#include "domain/scorer.h"
#include "domain/standing_inside.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* From here on this process's database is another, new one. */
static struct db *own_database(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	ck_assert_ptr_nonnull(db);
	return db;
}

/* Rows without judgments: news that only a fit takes in. */
static void tell_news(int count)
{
	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions)"
			" SELECT '{}', '{}', '{}', '{}' FROM generate_series(1, %d)",
			count);
}

struct hand {
	struct scorer *scorer;
	struct db *db;
	struct scoring scoring;
	struct error err;
};

static void *catch_up(void *arg)
{
	struct hand *hand = arg;

	hand->err = scorer_catch_up(hand->scorer, hand->db, &hand->scoring);
	return NULL;
}

/* Two seconds later: whoever waited with the other hand has then waited too long. */
static void *end_the_wait(void *arg)
{
	(void)arg;
	wait_ms(2000);
	tell_db("COMMIT");
	return NULL;
}

START_TEST(one_hand_does_not_wait_for_a_database_that_the_other_waits_for)
{
	struct hand first = { .scorer = scorer_new(), .db = own_database() };
	struct db *second = db_open(getenv("DATABASE_URL"), 0);
	struct scoring scoring;
	pthread_t thread;
	bool fitted;

	catch_up(&first);
	ck_assert_int_eq(first.err.code, OK);
	ck_assert_int_eq(scorer_fit(first.scorer, second, &fitted, &scoring).code, OK);
	ck_assert(fitted);
	tell_db("BEGIN; LOCK TABLE score_pending");
	ck_assert_int_eq(pthread_create(&thread, NULL, catch_up, &first), 0);
	await_db(5, "SELECT count(*) = 1 FROM pg_locks WHERE NOT granted");

	int64_t began_ms = clock_monotonic_ms();
	pthread_t helper;
	ck_assert_int_eq(pthread_create(&helper, NULL, end_the_wait, NULL), 0);
	ck_assert_int_eq(scorer_fit(first.scorer, second, &fitted, &scoring).code, OK);
	ck_assert_int_lt(clock_monotonic_ms() - began_ms, 1000);
	ck_assert(!fitted);
	pthread_join(helper, NULL);
	pthread_join(thread, NULL);
	ck_assert_int_eq(first.err.code, OK);
	scorer_free(first.scorer);
	db_close(first.db);
	db_close(second);
}
END_TEST

START_TEST(what_a_fit_has_read_is_not_told_again_and_what_follows_is_told_once)
{
	struct db *db = own_database();
	struct standing *standing;
	struct scoring scoring;

	tell_news(3000);
	ck_assert_int_eq(standing_fit(db, &standing).code, OK);
	ck_assert_uint_eq(standing_news(standing), 3000);
	ck_assert_int_eq(standing_publish(db, standing, true, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 3000);
	ck_assert_int_eq(count_db("SELECT count(*) FROM score_pending"), 0);
	ck_assert_uint_eq(standing->folded_count, 0);

	ck_assert_int_eq(standing_catch_up(db, standing, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 0);
	tell_news(2);
	ck_assert_int_eq(standing_catch_up(db, standing, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 2);
	ck_assert_int_eq(standing_catch_up(db, standing, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 0);
	standing_free(standing);
	db_close(db);
}
END_TEST

/* Its row was numbered before the fit, and committed after it. */
START_TEST(news_that_commit_behind_a_fit_are_heard_too)
{
	struct db *db = own_database();
	struct standing *standing;
	struct scoring scoring;

	tell_news(10);
	tell_db("CREATE TABLE late AS SELECT * FROM score_pending WHERE id = 3;"
			" DELETE FROM score_pending WHERE id = 3");
	ck_assert_int_eq(standing_fit(db, &standing).code, OK);
	ck_assert_int_eq(standing_publish(db, standing, true, &scoring).code, OK);
	tell_db("INSERT INTO score_pending OVERRIDING SYSTEM VALUE SELECT * FROM late");
	ck_assert_int_eq(standing_catch_up(db, standing, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 1);
	standing_free(standing);
	db_close(db);
}
END_TEST

Suite *http_scorer_suite(void)
{
	Suite *suite = suite_create("http/scorer");
	TCase *tc = tcase_create("scorer");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, one_hand_does_not_wait_for_a_database_that_the_other_waits_for);
	tcase_add_test(tc, what_a_fit_has_read_is_not_told_again_and_what_follows_is_told_once);
	tcase_add_test(tc, news_that_commit_behind_a_fit_are_heard_too);
	suite_add_tcase(suite, tc);
	return suite;
}
