/* SPDX-License-Identifier: Apache-2.0 */
/* How one process scores with two hands, and how what it writes lies in its tables. Tests of hands
 * have databases of their own, where they lead. */
#include <pthread.h>
#include <stdlib.h>

#include "client.h"
#include "core/clock.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "scoring/estimates_internal.h"
#include "scoring/scorer.h"
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
	struct estimates *estimates;
	struct scoring scoring;

	tell_news(3000);
	ck_assert_int_eq(estimates_fit(db, &estimates).code, OK);
	ck_assert_uint_eq(estimates_news(estimates), 3000);
	ck_assert_int_eq(estimates_publish(db, estimates, true, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 3000);
	ck_assert_int_eq(count_db("SELECT count(*) FROM score_pending"), 0);
	ck_assert_uint_eq(estimates->folded_count, 0);

	ck_assert_int_eq(estimates_catch_up(db, estimates, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 0);
	tell_news(2);
	ck_assert_int_eq(estimates_catch_up(db, estimates, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 2);
	ck_assert_int_eq(estimates_catch_up(db, estimates, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 0);
	estimates_free(estimates);
	db_close(db);
}
END_TEST

/* Its row was numbered before the fit, and committed after it. */
START_TEST(news_that_commit_behind_a_fit_are_heard_too)
{
	struct db *db = own_database();
	struct estimates *estimates;
	struct scoring scoring;

	tell_news(10);
	tell_db("CREATE TABLE late AS SELECT * FROM score_pending WHERE id = 3;"
	        " DELETE FROM score_pending WHERE id = 3");
	ck_assert_int_eq(estimates_fit(db, &estimates).code, OK);
	ck_assert_int_eq(estimates_publish(db, estimates, true, &scoring).code, OK);
	tell_db("INSERT INTO score_pending OVERRIDING SYSTEM VALUE SELECT * FROM late");
	ck_assert_int_eq(estimates_catch_up(db, estimates, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 1);
	estimates_free(estimates);
	db_close(db);
}
END_TEST

/* Judged by one volunteer, all of them. */
static void judge_all(void)
{
	tell_db("ALTER TABLE judgment DISABLE TRIGGER USER;"
	        " INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
	        " confidence, training) SELECT id, '11111111-1111-4111-8111-111111111111',"
	        " gen_random_uuid(), 'left', 'fake', 75, false FROM item");
}

START_TEST(a_fit_knows_which_two_items_are_a_matched_pair)
{
	struct db *db = own_database();
	const char *campaign = a_campaign();
	struct estimates *estimates;

	make_items(&(struct items){ .campaign = campaign, .count = 2, .lineage = "a", .pair = "a" });
	make_items(&(struct items){ .campaign = campaign, .count = 3, .lineage = "b", .pair = "b" });
	make_items(&(struct items){ .campaign = campaign, .count = 4 });
	judge_all();
	ck_assert_int_eq(estimates_fit(db, &estimates).code, OK);
	ck_assert_uint_eq(estimates->fit->items, 9);
	ck_assert_uint_eq(estimates->loaded.pair_count, 1);
	const struct item_pair *pair = estimates->loaded.pairs;
	ck_assert_str_eq(ask_db("SELECT pair FROM item WHERE id = '%s'",
	                        uuid_text(idmap_id(estimates->items, pair->a))),
	                 "a");
	ck_assert_str_eq(ask_db("SELECT pair FROM item WHERE id = '%s'",
	                        uuid_text(idmap_id(estimates->items, pair->b))),
	                 "a");
	estimates_free(estimates);
	db_close(db);
}
END_TEST

/*
 * Six volunteers in a campaign of its own, all right on twelve gold items and of one mind on twenty
 * others. Their judgments come with networks, of which there are `networks`.
 */
static void a_crowd(int networks, bool declared, int providers)
{
	make_items(&(struct items){ .campaign = "default", .count = 6, .gold = true, .truth = "fake" });
	make_items(&(struct items){ .campaign = "default", .count = 6, .gold = true, .truth = "real" });
	make_items(&(struct items){ .campaign = "default", .count = 20 });
	tell_db(
		"INSERT INTO volunteer (id, salt, consent_version) SELECT gen_random_uuid(),"
		" decode(repeat('00', 16), 'hex'), 2 FROM generate_series(1, 6);"
		" ALTER TABLE judgment DISABLE TRIGGER USER;"
		" INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
		" confidence, training) SELECT i.id, v.id, gen_random_uuid(), 'left',"
		" coalesce(i.truth, CASE WHEN i.n %% 2 = 0 THEN 'fake' ELSE 'real' END::verdict), 75,"
		" false FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM item) i, volunteer v");
	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions, networks)"
	        " SELECT array_agg(j.item_id), array_agg(j.volunteer_id),"
	        " array_agg(j.verdict = 'fake'), array_agg(1),"
	        " array_agg(substr(sha256(int4send(v.n %% %d)), 1, 16) || decode('%s', 'hex') || %s)"
	        " FROM judgment j JOIN (SELECT id, row_number() OVER (ORDER BY id)::integer AS n"
	        " FROM volunteer) v ON v.id = j.volunteer_id",
	        networks, declared ? "01" : "00",
	        providers ? say("substr(sha256(int4send(-1 - v.n %% %d)), 1, 16)", providers) : "''");
}

static const struct {
	int networks;
	bool declared, gold;
	int providers; /* 0: not known */
	int retired;
	const char *decided_by;
} crowds[] = { { 6, false, true, 0, 20, "full" },
	           { 1, false, true, 0, 0, "" },
	           { 1, true, true, 0, 20, "one_network" },
	           { 6, false, false, 0, 20, "no_gold" },
	           { 1, true, false, 0, 20, "no_gold_one_network" },
	           { 6, false, true, 6, 20, "full" },
	           { 6, false, true, 1, 0, "" } };

START_TEST(items_are_settled_by_who_may_decide)
{
	struct db *db = own_database();
	struct estimates *estimates;
	struct scoring scoring;

	a_crowd(crowds[_i].networks, crowds[_i].declared, crowds[_i].providers);
	if (!crowds[_i].gold)
		tell_db("UPDATE item SET gold = false, truth = NULL, basis = NULL WHERE gold");
	ck_assert_int_eq(estimates_fit(db, &estimates).code, OK);
	ck_assert_int_eq(estimates_publish(db, estimates, true, &scoring).code, OK);
	estimates_free(estimates);
	db_close(db);
	ck_assert_int_ge(count_db("SELECT count(*) FROM item WHERE state = 'retired'"),
	                 crowds[_i].retired);
	if (!crowds[_i].retired)
		ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE state = 'retired'"), 0);
	ck_assert_str_eq(ask_db("SELECT coalesce(string_agg(DISTINCT decided_by, ' '), '')"
	                        " FROM consensus"),
	                 crowds[_i].decided_by);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network"), 6);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM volunteer_skill WHERE gold = %d AND NOT ignored",
	             crowds[_i].gold ? 12 : 0),
		6);
	tell_db("UPDATE campaign SET state = 'closed'");
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network"), 0);
}
END_TEST

/* After a fit, single judgments are weighed with those that the fit has read. */
START_TEST(between_fits_too_those_settle_who_may_decide)
{
	struct db *db = own_database();
	struct estimates *estimates;
	struct scoring scoring;

	a_crowd(_i ? 6 : 1, false, 0);
	tell_db("CREATE TABLE late AS SELECT * FROM judgment WHERE item_id IN"
	        " (SELECT id FROM item WHERE NOT gold ORDER BY id LIMIT 8);"
	        " DELETE FROM judgment WHERE item_id IN (SELECT item_id FROM late);"
	        " CREATE TABLE pending AS SELECT p.items[n] AS item, p.volunteers[n] AS volunteer,"
	        " p.fakes[n] AS fake, p.networks[n] AS network FROM score_pending p,"
	        " generate_series(1, cardinality(p.items)) n");
	ck_assert_int_eq(estimates_fit(db, &estimates).code, OK);
	ck_assert_int_eq(estimates_publish(db, estimates, true, &scoring).code, OK);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE state = 'retired'"), _i ? 12 : 0);
	tell_db("INSERT INTO judgment SELECT * FROM late;"
	        " INSERT INTO score_pending (items, volunteers, fakes, versions, networks)"
	        " SELECT array_agg(item), array_agg(volunteer), array_agg(fake), array_agg(1),"
	        " array_agg(network) FROM pending WHERE item IN (SELECT item_id FROM late)");
	ck_assert_int_eq(estimates_catch_up(db, estimates, &scoring).code, OK);
	ck_assert_uint_eq(scoring.news, 48);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE state = 'retired'"), _i ? 20 : 0);
	estimates_free(estimates);
	db_close(db);
}
END_TEST

struct settler {
	const char *order; /* of the ids on its sheet */
	struct error err;
};

/* Retires all items, in one statement whose rows come in that order. */
static void *settle(void *arg)
{
	struct settler *settler = arg;
	struct db *db = db_open_by_key(getenv("DATABASE_URL"), 0);
	auto_rows *rows = NULL;

	settler->err = db_run(db, SQL_CONSENSUS_SETTLE, (const char *[]){ settler->order }, &rows);
	db_close(db);
	return NULL;
}

static const char *a_sheet(const char *order)
{
	return ask_db(
		"SELECT json_agg(json_build_object('item', id, 'from', 'in_service', 'to',"
		" 'retired', 'judgments', 1, 'judged_from', 1, 'recount', 0, 'p_fake', 1) ORDER BY id %s)"
		" FROM item",
		order);
}

START_TEST(two_that_settle_the_same_items_in_other_orders_do_not_deadlock)
{
	struct settler first = { 0 }, second = { 0 };
	pthread_t thread;

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	make_items(&(struct items){ .campaign = a_campaign(), .count = 60 });
	tell_db("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
	        " $$BEGIN PERFORM pg_sleep(.01); RETURN NEW; END$$;"
	        " CREATE TRIGGER dawdle BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION dawdle()");
	first.order = a_sheet("");
	second.order = a_sheet("DESC");
	ck_assert_int_eq(pthread_create(&thread, NULL, settle, &first), 0);
	settle(&second);
	pthread_join(thread, NULL);
	ck_assert_int_eq(first.err.code, OK);
	ck_assert_int_eq(second.err.code, OK);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE state = 'retired'"), 60);
}
END_TEST

#define LEASES_READ                                                             \
	"SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables" \
	" WHERE relname = 'lease'"

static void make_leases(int count, const char *volunteer)
{
	tell_db("INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind,"
	        " matched, policy, issued_at, expires_at) SELECT gen_random_uuid(), %s,"
	        " gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'random', false, 1, now(),"
	        " now() FROM generate_series(1, %d)",
	        volunteer, count);
}

START_TEST(what_is_written_of_someone_erased_is_swept_without_reading_all_leases)
{
	struct db *db;
	const char *volunteer = "'11111111-1111-4111-8111-111111111111'";

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	tell_db("INSERT INTO volunteer (id, salt, consent_version) VALUES"
	        " (%s, decode(repeat('00', 16), 'hex'), 1)",
	        volunteer);
	make_leases(2000, "(SELECT id FROM volunteer)");
	tell_db("INSERT INTO volunteer (id, salt, consent_version) VALUES"
	        " (gen_random_uuid(), decode(repeat('00', 16), 'hex'), 1); DELETE FROM volunteer"
	        " WHERE id <> %s",
	        volunteer);
	make_leases(3, "(SELECT holder FROM revoked_pass)");
	tell_db("ALTER TABLE skipped_pair DISABLE TRIGGER skipped_pair_known;"
	        " INSERT INTO skipped_pair (assignment_id, volunteer_id, campaign_id, left_item,"
	        " right_item, kind, matched, policy, reason) SELECT gen_random_uuid(), holder, c.id,"
	        " gen_random_uuid(), gen_random_uuid(), 'random', false, 1, 'other'"
	        " FROM revoked_pass, campaign c LIMIT 1; SELECT pg_stat_force_next_flush()");
	long long before = count_db(LEASES_READ);
	db = db_open_by_key(getenv("DATABASE_URL"), 0);
	ck_assert_int_eq(db_do(db, SQL_VOLUNTEER_SWEEP, NULL, NULL).code, OK);
	db_close(db);
	wait_ms(300); /* its session ends, and tells what it has read */
	ck_assert_int_eq(count_db("SELECT count(*) FROM lease"), 2000);
	ck_assert_int_eq(count_db("SELECT count(*) FROM skipped_pair"), 0);
	ck_assert_int_lt(count_db(LEASES_READ) - before, 1000);
}
END_TEST

/* How many rows of a table, partitions included, this transaction has updated; in place. */
#define UPDATED(hot)                                                                \
	"SELECT sum(pg_stat_get_xact_tuples_" hot "updated(oid))::bigint FROM pg_class" \
	" WHERE oid = '%s'::regclass"                                                   \
	" OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = '%s'::regclass)"

/* Rows that are written again and again stay in their page, so that no index hears of it. */
START_TEST(what_a_fit_writes_again_is_written_in_place)
{
	static const char *const tables[] = { "consensus", "volunteer_skill", "item" };

	tell_db("BEGIN");
	tell_db("CREATE TEMP TABLE given ON COMMIT DROP AS"
	        " SELECT n, gen_random_uuid() AS id FROM generate_series(1, 2000) n");
	tell_db(
		"INSERT INTO item (id, campaign_id, media_type, sha256, bytes, format, rendition,"
		" rendition_bytes, rendition_type, width, height, lineage)"
		" SELECT s.id, c.id, 'image', sha256(uuid_send(s.id)), 1, 'test', sha256(uuid_send(s.id)),"
		" 1, 'image/jpeg', 8, 8, s.id::text FROM given s JOIN campaign c ON c.name = 'default'");
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT id, 0.5, 0, 1, 0, 0 FROM given");
	tell_db("INSERT INTO volunteer_skill (volunteer_id, sensitivity, specificity, judgments)"
	        " SELECT id, 0.5, 0.5, 1 FROM given");
	tell_db("UPDATE consensus SET p_fake = 0.6 WHERE item_id IN (SELECT id FROM given WHERE n %% 4 "
	        "= 0)");
	tell_db("UPDATE volunteer_skill SET judgments = 2"
	        " WHERE volunteer_id IN (SELECT id FROM given WHERE n %% 4 = 0)");
	tell_db(
		"UPDATE item SET state = 'retired' WHERE id IN (SELECT id FROM given WHERE n %% 40 = 0)");
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		long long all = count_db(UPDATED(""), tables[i], tables[i]);
		long long in_place = count_db(UPDATED("hot_"), tables[i], tables[i]);

		ck_assert_int_ge(all, 50);
		ck_assert_msg(in_place * 10 >= all * 9, "%s: %lld of %lld in place", tables[i], in_place,
		              all);
	}
	tell_db("ROLLBACK");
}
END_TEST

/* From 15.20 on PostgreSQL adds no column with a default to such a table. */
START_TEST(no_function_with_an_sql_body_takes_the_row_of_a_table)
{
	ck_assert_str_eq(
		ask_db("SELECT coalesce(string_agg(DISTINCT p.proname, ' '), '') FROM pg_proc p"
	           " CROSS JOIN unnest(p.proargtypes) AS argument"
	           " JOIN pg_type t ON t.oid = argument AND t.typrelid <> 0"
	           " WHERE p.pronamespace = 'public'::regnamespace"
	           " AND p.prosqlbody IS NOT NULL"),
		"");
	ck_assert_ptr_null(ask_db("SELECT to_regprocedure('release_json(release)')"));
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
	tcase_add_test(tc, a_fit_knows_which_two_items_are_a_matched_pair);
	tcase_add_loop_test(tc, items_are_settled_by_who_may_decide, 0,
	                    sizeof crowds / sizeof crowds[0]);
	tcase_add_loop_test(tc, between_fits_too_those_settle_who_may_decide, 0, 2);
	tcase_add_test(tc, two_that_settle_the_same_items_in_other_orders_do_not_deadlock);
	tcase_add_test(tc, what_is_written_of_someone_erased_is_swept_without_reading_all_leases);
	tcase_add_test(tc, what_a_fit_writes_again_is_written_in_place);
	tcase_add_test(tc, no_function_with_an_sql_body_takes_the_row_of_a_table);
	suite_add_tcase(suite, tc);
	return suite;
}
