/* SPDX-License-Identifier: Apache-2.0 */
/* What the dispatcher holds in memory stays true: leases written behind, plans, and other servers.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "core/clock.h"
#include "core/uuid.h"
#include "database.h"
#include "db/db.h"
#include "judging/dispatcher.h"
#include "program.h"
#include "suites.h"
#include "world.h"

#define JUDGMENTS "/api/v1/judgments"

static const char *const no_options[] = { NULL };

static struct answer ask_at(const char *server, struct person *as, const char *campaign)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", campaign) });
}

static struct answer judge_at(const char *server, struct person *as, const char *token)
{
	return call(&(struct call){ .server = server,
	                            .path = JUDGMENTS,
	                            .as = as,
	                            .body = verdicts_on(token, "real", "fake") });
}

/* A campaign whose items get `plan` judgments each. */
static const char *a_planned_campaign(int plan, int items)
{
	const char *name = fresh_name();

	tell_db("INSERT INTO campaign (name, min_judgments, max_judgments) VALUES ('%s', %d, %d)", name,
	        plan, plan);
	make_items(&(struct items){ .campaign = name, .count = items });
	return name;
}

static void await_leases(struct person *person, int count)
{
	await_db(5, say("SELECT count(*) = %d FROM lease WHERE volunteer_id = '%s'", count,
	                volunteer_id(person)));
}

static void run_out(struct person *person)
{
	await_leases(person, 1);
	tell_db("UPDATE lease SET expires_at = now() - interval '1 second' WHERE volunteer_id = '%s'",
	        volunteer_id(person));
}

/* Asks until there is a pair, or for ten seconds. */
static struct answer ask_patiently(struct person *as, const char *campaign)
{
	struct answer answer = ask_at(NULL, as, campaign);

	for (int try = 0; try < 100 && answer.status == 204; try++) {
		wait_ms(100);
		answer = ask_at(NULL, as, campaign);
	}
	return answer;
}

START_TEST(leases_are_written_behind_and_another_server_knows_them)
{
	struct person person = a_volunteer();
	struct lease first = lease_of(text_at(a_lease(&person, NULL), "assignment"), &person);
	struct lease second = lease_of(text_at(a_lease(&person, NULL), "assignment"), &person);

	await_leases(&person, 2);
	struct another server = another_start(no_options);
	struct answer third = ask_at(server.url, &person, common_campaign());
	expect_status(third, 200);
	struct lease again = lease_of(text_at(third.body, "assignment"), &person);
	ck_assert_mem_eq(again.id, second.id, sizeof again.id);
	ck_assert_mem_eq(again.left, second.left, sizeof again.left);
	ck_assert_int_eq(again.expires_s, second.expires_s);
	ck_assert_mem_ne(again.id, first.id, sizeof again.id);
	another_stop(&server);
}
END_TEST

/* As when the connection broke before PostgreSQL could say that a bunch was stored. */
START_TEST(a_lease_that_is_written_already_keeps_no_other_from_being_written)
{
	struct person first = a_volunteer(), second = a_volunteer();

	tell_db("BEGIN; LOCK TABLE lease IN SHARE ROW EXCLUSIVE MODE");
	struct lease one = lease_of(text_at(a_lease(&first, NULL), "assignment"), &first);
	a_lease(&second, NULL);
	tell_db("INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind, "
	        "matched, policy,"
	        " issued_at, expires_at) SELECT '%s', '%s', '%s', gen_random_uuid(), gen_random_uuid(),"
	        " 'random', false, 1, now(), now() + interval '1 hour'",
	        say("%s", uuid_text(one.id)), volunteer_id(&first), say("%s", uuid_text(one.campaign)));
	tell_db("COMMIT");
	await_leases(&second, 1);
	await_leases(&first, 1);
}
END_TEST

START_TEST(a_lease_that_was_judged_at_once_is_never_written)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	expect_status(judge_at(NULL, &person, token), 201);
	await_desk(NULL);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)), 0);
}
END_TEST

#define ANSWERED_LEASES                                                  \
	"SELECT count(*) FROM lease l WHERE EXISTS (SELECT FROM judged_pair" \
	" WHERE assignment_id = l.id) OR EXISTS (SELECT FROM skipped_pair WHERE assignment_id = l.id)"

/* The answers look for leases before the sync thread writes them, and are stored afterwards. */
START_TEST(leases_that_are_written_while_their_answers_are_stored_are_closed)
{
	struct person people[4];
	const char *tokens[4];

	tell_db("CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
	        " $$BEGIN PERFORM pg_sleep(.6); RETURN NULL; END$$;"
	        " CREATE TRIGGER dawdle AFTER INSERT ON judged_pair EXECUTE FUNCTION dawdle()");
	for (int i = 0; i < 4; i++) {
		people[i] = a_volunteer();
		tokens[i] = text_at(a_lease(&people[i], NULL), "assignment");
		expect_status(judge_at(NULL, &people[i], tokens[i]), 201);
	}
	tell_db("DROP TRIGGER dawdle ON judged_pair");
	await_desk(NULL);
	wait_ms(500);
	ck_assert_int_eq(count_db(ANSWERED_LEASES), 0);
}
END_TEST

/* The other server finds no lease to close: this one has not written it yet. */
START_TEST(leases_that_are_answered_at_another_server_before_they_are_written_are_closed)
{
	struct another server = another_start(no_options);

	for (int i = 0; i < 12; i++) {
		struct person person = a_volunteer();
		const char *token = text_at(a_lease(&person, NULL), "assignment");

		if (i % 3)
			expect_status(judge_at(server.url, &person, token), 201);
		else
			expect_status(call(&(struct call){ .server = server.url,
			                                   .path = "/api/v1/skips",
			                                   .as = &person,
			                                   .body = json_pack("{s:s, s:s}", "assignment", token,
			                                                     "reason", "other") }),
			              204);
		wait_ms(40);
	}
	await_desk(NULL);
	wait_ms(500);
	ck_assert_int_eq(count_db(ANSWERED_LEASES), 0);
	another_stop(&server);
}
END_TEST

/* As a server leaves it that ended between the two. */
START_TEST(a_server_that_starts_closes_the_leases_that_were_answered)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	await_leases(&person, 1);
	tell_db("CREATE TABLE left_behind AS SELECT * FROM lease WHERE volunteer_id = '%s'",
	        volunteer_id(&person));
	expect_status(judge_at(NULL, &person, token), 201);
	await_desk(NULL);
	tell_db("INSERT INTO lease SELECT * FROM left_behind; DROP TABLE left_behind");
	struct another server = another_start(no_options);
	await_desk(server.url);
	ck_assert_int_eq(count_db(ANSWERED_LEASES), 0);
	another_stop(&server);
}
END_TEST

START_TEST(a_lease_that_ran_out_makes_room_for_another_pair_and_is_never_shown_again)
{
	const char *campaign = a_planned_campaign(1000, 3);
	struct person person = a_volunteer();

	a_lease(&person, campaign);
	run_out(&person);
	struct another server = another_start(no_options);
	/* One item is left that was not shown: no pair. */
	expect_status(ask_at(server.url, &person, campaign), 204);
	make_items(&(struct items){ .campaign = campaign, .count = 1 });
	await_desk(server.url);
	expect_status(ask_at(server.url, &person, campaign), 201);
	another_stop(&server);
}
END_TEST

START_TEST(leases_in_flight_count_towards_the_plan_at_once)
{
	const char *campaign = a_planned_campaign(5, 2);
	int given = 0;

	await_desk(NULL);
	for (int i = 0; i < 9; i++) {
		struct person person = a_volunteer();
		struct answer answer =
			i ? ask_at(NULL, &person, campaign) : ask_patiently(&person, campaign);

		given += answer.status == 201;
	}
	ck_assert_int_eq(given, 5);
}
END_TEST

START_TEST(judgments_take_the_place_of_leases_in_the_plan)
{
	const char *campaign = a_planned_campaign(3, 2);

	for (int i = 0; i < 3; i++) {
		struct person person = a_volunteer();
		struct answer answer = ask_patiently(&person, campaign);

		expect_status(answer, 201);
		expect_status(judge_at(NULL, &person, text_at(answer.body, "assignment")), 201);
		struct person next = a_volunteer();
		if (i == 2)
			expect_status(ask_at(NULL, &next, campaign), 204);
	}
	await_desk(NULL); /* what was in flight is counted as judged, and in between never as none */
	struct person late = a_volunteer();
	expect_status(ask_at(NULL, &late, campaign), 204);
}
END_TEST

START_TEST(two_servers_keep_to_one_plan)
{
	const char *campaign = a_planned_campaign(4, 2);
	struct another server = another_start(no_options);

	for (int i = 0; i < 4; i++) {
		struct person person = a_volunteer();
		const char *where = i % 2 ? server.url : NULL;
		struct answer answer = ask_at(where, &person, campaign);

		for (int try = 0; try < 20 && answer.status == 204; try++) {
			wait_ms(100);
			answer = ask_at(where, &person, campaign);
		}
		expect_status(answer, 201);
		if (i < 2)
			expect_status(judge_at(where, &person, text_at(answer.body, "assignment")), 201);
		await_desk(NULL);
		await_desk(server.url);
	}
	struct person here = a_volunteer(), there = a_volunteer();
	expect_status(ask_at(NULL, &here, campaign), 204);
	expect_status(ask_at(server.url, &there, campaign), 204);
	another_stop(&server);
}
END_TEST

START_TEST(an_expired_lease_returns_its_items_to_the_plan)
{
	const char *campaign = a_planned_campaign(1, 2);
	struct person first = a_volunteer(), second = a_volunteer();

	expect_status(ask_patiently(&first, campaign), 201);
	expect_status(ask_at(NULL, &second, campaign), 204);
	run_out(&first);
	expect_status(ask_patiently(&second, campaign), 201);
}
END_TEST

START_TEST(a_skipped_pair_returns_its_items_to_the_plan)
{
	const char *campaign = a_planned_campaign(1, 2);
	struct person first = a_volunteer(), second = a_volunteer();
	struct answer answer = ask_patiently(&first, campaign);

	expect_status(answer, 201);
	expect_status(ask_at(NULL, &second, campaign), 204);
	expect_status(post(&first, "/api/v1/skips",
	                   json_pack("{s:s, s:s}", "assignment", text_at(answer.body, "assignment"),
	                             "reason", "other")),
	              204);
	expect_status(ask_patiently(&second, campaign), 201);
	expect_status(ask_at(NULL, &first, campaign), 204); /* who skipped it does not get it again */
}
END_TEST

/* Whether any of twenty who judge all that they get is shown gold: one alone may get none. */
static bool is_gold_shown(const char *campaign)
{
	long long shown = 0;

	for (int i = 0; i < 20 && shown == 0; i++) {
		struct person person = a_volunteer();
		struct answer answer = ask_patiently(&person, campaign);

		for (; answer.status == 201; answer = ask_at(NULL, &person, campaign))
			expect_status(judge_at(NULL, &person, text_at(answer.body, "assignment")), 201);
		shown = count_db("SELECT count(*) FROM judgment j JOIN item i ON i.id = j.item_id"
		                 " WHERE i.gold AND j.counts AND j.volunteer_id = '%s'",
		                 volunteer_id(&person));
	}
	return shown > 0;
}

/* And only where that one would: a crowd that is not trusted settles nothing. Eight golds of which
 * the crowd is sure stand among eight items. */
START_TEST(gold_rests_when_another_item_would_have_retired)
{
	const char *campaign = a_planned_campaign(1000, 8);
	bool trusted = _i;

	tell_db("UPDATE campaign SET min_judgments = 5 WHERE name = '%s'", campaign);
	tell_db("INSERT INTO agreement (campaign_id, trusted) SELECT id, %s FROM campaign"
	        " WHERE name = '%s'",
	        trusted ? "true" : "false", campaign);
	make_items(&(struct items){ .campaign = campaign, .count = 8, .truth = "fake", .gold = true });
	tell_db(
		"INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes, decides)"
		" SELECT i.id, .99, .9, 1, 6, 6, .99 FROM item i JOIN campaign c ON c.id = i.campaign_id"
		" WHERE c.name = '%s' AND i.gold",
		campaign);
	await_desk(NULL);
	ck_assert_int_eq(is_gold_shown(campaign), !trusted);
}
END_TEST

START_TEST(what_was_judged_at_another_server_is_known_here)
{
	const char *campaign = a_planned_campaign(1000, 4);
	struct person person = a_volunteer();
	const char *first = text_at(a_lease(&person, campaign), "assignment");
	struct another server = another_start(no_options);

	await_leases(&person, 1);
	expect_status(judge_at(server.url, &person, first), 201);
	struct answer there = ask_at(server.url, &person, campaign);
	expect_status(there, 201);
	expect_status(judge_at(server.url, &person, text_at(there.body, "assignment")), 201);
	await_desk(NULL);
	expect_status(ask_at(NULL, &person, campaign), 204);
	struct answer me = get(&person, "/api/v1/me");
	ck_assert_int_eq(number_at(me.body, "progress/pairs"), 2);
	another_stop(&server);
}
END_TEST

START_TEST(progress_goes_on_at_another_server)
{
	struct person person = a_volunteer();
	struct another server = another_start(no_options);

	for (int i = 0; i < 4; i++) {
		const char *where = i % 2 ? server.url : NULL;
		struct answer asked = ask_at(where, &person, common_campaign());

		ck_assert(asked.status == 201 || asked.status == 200);
		struct answer told = judge_at(where, &person, text_at(asked.body, "assignment"));
		expect_status(told, 201);
		ck_assert_int_eq(number_at(told.body, "progress/pairs"), i + 1);
		await_desk(NULL);
		await_desk(server.url);
	}
	another_stop(&server);
}
END_TEST

START_TEST(what_leaves_service_is_not_handed_out_any_more)
{
	const char *campaign = a_planned_campaign(1000, 2);
	struct person first = a_volunteer(), second = a_volunteer(), third = a_volunteer();

	expect_status(ask_patiently(&first, campaign), 201);
	tell_db("UPDATE item SET state = 'withdrawn' WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
	await_desk(NULL);
	expect_status(ask_at(NULL, &second, campaign), 204);
	tell_db("UPDATE item SET state = 'in_service' WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
	expect_status(ask_patiently(&third, campaign), 201);
}
END_TEST

/* As a sync thread works, once round. */
struct round {
	struct dispatcher *dispatcher;
	struct db *db;
	struct error err;
	_Atomic bool ended;
};

static void *go_round(void *arg)
{
	struct round *round = arg;
	int64_t rest_ms;

	round->err = dispatcher_refresh(round->dispatcher, round->db, &rest_ms);
	round->ended = true;
	return NULL;
}

/* A dispatcher and a database of its own, whose item cache takes 10 ms a row. */
START_TEST(volunteers_are_served_while_the_database_takes_its_time_over_changed_items)
{
	struct round round = { .dispatcher = dispatcher_new() };
	unsigned char nobody[UUID_BYTES] = { 1 };
	struct progress progress;
	long long longest_ms = 0, asked = 0;
	pthread_t sync_thread;

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	make_items(&(struct items){ .campaign = a_campaign(), .count = 150 });
	round.db = db_open(getenv("DATABASE_URL"), 0);
	ck_assert_int_eq(dispatcher_open(round.dispatcher, round.db).code, OK);
	const char *definition = ask_db("SELECT pg_get_viewdef('catalogue'::regclass)");
	tell_db("CREATE OR REPLACE VIEW catalogue AS SELECT v.* FROM (%.*s) v"
	        " WHERE pg_sleep(.01)::text = ''",
	        (int)strcspn(definition, ";"), definition);
	tell_db("UPDATE item SET sensitive = NOT sensitive");
	ck_assert_int_eq(pthread_create(&sync_thread, NULL, go_round, &round), 0);
	for (; !round.ended; asked++) {
		int64_t began_ms = clock_monotonic_ms();

		ck_assert(!dispatcher_progress(round.dispatcher, nobody, &progress));
		int64_t took_ms = clock_monotonic_ms() - began_ms;
		longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
		wait_ms(5);
	}
	pthread_join(sync_thread, NULL);
	ck_assert_int_eq(round.err.code, OK);
	ck_assert_int_gt(asked, 50);
	ck_assert_int_lt(longest_ms, 400); /* the rows take four times as long */
	dispatcher_free(round.dispatcher);
	db_close(round.db);
}
END_TEST

/* The second medium lies behind an empty one, which once gave it a double share. */
START_TEST(media_of_one_campaign_are_served_evenly)
{
	const char *campaign = a_planned_campaign(1000, 40);
	int sounds = 0;

	make_items(&(struct items){ .campaign = campaign, .count = 40, .type = "audio" });
	await_desk(NULL);
	for (int i = 0; i < 300; i++) {
		struct person person = a_volunteer();
		struct answer pair = ask_at(NULL, &person, campaign);

		expect_status(pair, 201);
		sounds += strcmp(text_at(pair.body, "items/0/media/type"), "audio") == 0;
	}
	/* A fair coin stays within five standard deviations of 150. */
	ck_assert_int_ge(sounds, 107);
	ck_assert_int_le(sounds, 193);
}
END_TEST

#define OLD_NEWS "FROM catalogue_news WHERE told_at < now() - interval '6 minutes'"

START_TEST(news_of_a_long_transaction_are_kept_until_every_server_could_hear_them)
{
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	struct dispatcher *dispatcher = dispatcher_new();
	int64_t rest_ms;

	ck_assert_int_eq(dispatcher_open(dispatcher, db).code, OK);
	tell_db("INSERT INTO catalogue_news (told_at) VALUES (now() - interval '7 minutes')");
	for (int look = 0; look < 3; look++)
		ck_assert_int_eq(dispatcher_refresh(dispatcher, db, &rest_ms).code, OK);
	ck_assert_int_eq(count_db("SELECT count(*) " OLD_NEWS), 1);

	await_desk(NULL); /* the server under test has heard them too */
	const char *later = ask_db("SELECT (max(xact)::text::bigint + 1)::text " OLD_NEWS);
	ck_assert_int_eq(db_do(db, SQL_CHANGE_FEED_FORGET, (const char *[]){ later }, NULL).code, OK);
	ck_assert_int_eq(count_db("SELECT count(*) " OLD_NEWS), 0);
	dispatcher_free(dispatcher);
	db_close(db);
}
END_TEST

/* A volunteer of a database, and so many pairs of theirs: of items whose lineage begins so. */
static void make_busy(const char *id, int pairs, const char *lineage)
{
	tell_db("INSERT INTO volunteer (id, salt, consent_version) VALUES ('%s', '\\x%032d', 1)", id,
	        0);
	tell_db(
		"INSERT INTO item (id, campaign_id, state, media_type, sha256, bytes, format, rendition,"
		" rendition_bytes, rendition_type, width, height, lineage)"
		" SELECT md5('%s' || n)::uuid, id, 'retired', 'image', sha256(('%s' || n)::bytea), 1,"
		" 'test', sha256(('%s' || n)::bytea), 1, 'image/jpeg', 8, 8, '%s' || n"
		" FROM campaign, generate_series(1, 2 * %d) n",
		id, id, id, lineage, pairs);
	tell_db("INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind,"
	        " matched, policy, body_hash, server_ms)"
	        " SELECT md5('%s.' || n)::uuid, '%s', id, 'image', 'random', false, 2,"
	        " sha256(n::text::bytea), 1 FROM campaign, generate_series(1, %d) n",
	        id, id, pairs);
	tell_db("INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
	        " confidence, training)"
	        " SELECT md5('%s' || n)::uuid, '%s', md5('%s.' || (n + 1) / 2)::uuid,"
	        " CASE n %% 2 WHEN 0 THEN 'left' ELSE 'right' END, 'fake', 75, false"
	        " FROM generate_series(1, 2 * %d) n ORDER BY 1",
	        id, id, id, pairs);
}

/* In this database it takes a millisecond to know a slow item. */
#define SLOW_ITEMS                                                                            \
	"CREATE OR REPLACE FUNCTION lineage_key(lineage text) RETURNS bigint LANGUAGE plpgsql AS" \
	" $$BEGIN IF lineage LIKE 'slow%%' THEN PERFORM pg_sleep(0.001); END IF;"                 \
	" RETURN hashtextextended(lineage, 0); END$$"

START_TEST(a_busy_volunteer_keeps_none_of_those_waiting_who_arrive_together)
{
	static const char *const who[] = { "00000000-0000-7000-8000-000000000001",
		                               "00000000-0000-7000-8000-000000000002" };
	unsigned char ids[2][UUID_BYTES];
	struct assignment_request wish = { .any_type = true };
	struct assignment found;

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	tell_db(SLOW_ITEMS);
	make_busy(who[0], 4100, "slow");
	make_busy(who[1], 20, "quick");
	for (int i = 0; i < 2; i++)
		ck_assert(uuid_from_text(ids[i], who[i]));
	struct db *db = db_open_by_key(getenv("DATABASE_URL"), 1000);
	struct dispatcher *dispatcher = dispatcher_new();
	struct arena *arena = arena_new();
	ck_assert_ptr_nonnull(db);
	struct error err = dispatcher_arrive(dispatcher, db, arena,
	                                     (const unsigned char *[]){ ids[0], ids[1] }, 2, NULL);
	ck_assert_int_eq(err.code, ERR_UNAVAILABLE);
	ck_assert_int_eq(dispatcher_ask(dispatcher, ids[0], &wish, &found), DISPATCHER_ABSENT);
	ck_assert_int_eq(dispatcher_ask(dispatcher, ids[1], &wish, &found), DISPATCHER_NONE_LEFT);
	arena_free(arena);
	dispatcher_free(dispatcher);
	db_close(db);
}
END_TEST

/* A server that reads everything anew, as after PostgreSQL was away, forgets who just arrived. */
START_TEST(whoever_is_forgotten_again_at_once_is_not_called_gone)
{
	static const char *const who[] = { "00000000-0000-7000-8000-000000000001",
		                               "00000000-0000-7000-8000-000000000002" };
	unsigned char ids[2][UUID_BYTES];
	struct assignment_request wish = { .any_type = true };
	struct assignment found;
	bool gone[2] = { true, false };
	int64_t rest_ms;

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	make_busy(who[0], 2, "quick");
	for (int i = 0; i < 2; i++)
		ck_assert(uuid_from_text(ids[i], who[i]));
	struct db *db = db_open_by_key(getenv("DATABASE_URL"), 1000);
	struct dispatcher *dispatcher = dispatcher_new();
	struct arena *arena = arena_new();
	ck_assert_ptr_nonnull(db);
	ck_assert_int_eq(dispatcher_arrive(dispatcher, db, arena,
	                                   (const unsigned char *[]){ ids[0], ids[1] }, 2, gone)
	                     .code,
	                 OK);
	ck_assert_int_eq(dispatcher_refresh(dispatcher, db, &rest_ms).code, OK); /* the first one */
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(dispatcher_ask(dispatcher, ids[i], &wish, &found), DISPATCHER_ABSENT);
	ck_assert(!gone[0]);
	ck_assert(gone[1]);
	arena_free(arena);
	dispatcher_free(dispatcher);
	db_close(db);
}
END_TEST

Suite *http_desk_suite(void)
{
	Suite *suite = suite_create("http/dispatcher");
	TCase *tc = tcase_create("dispatcher");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, leases_are_written_behind_and_another_server_knows_them);
	tcase_add_test(tc, a_lease_that_is_written_already_keeps_no_other_from_being_written);
	tcase_add_test(tc, a_lease_that_was_judged_at_once_is_never_written);
	tcase_add_test(tc, leases_that_are_written_while_their_answers_are_stored_are_closed);
	tcase_add_test(tc,
	               leases_that_are_answered_at_another_server_before_they_are_written_are_closed);
	tcase_add_test(tc, a_server_that_starts_closes_the_leases_that_were_answered);
	tcase_add_test(tc, a_lease_that_ran_out_makes_room_for_another_pair_and_is_never_shown_again);
	tcase_add_test(tc, leases_in_flight_count_towards_the_plan_at_once);
	tcase_add_test(tc, judgments_take_the_place_of_leases_in_the_plan);
	tcase_add_test(tc, two_servers_keep_to_one_plan);
	tcase_add_test(tc, an_expired_lease_returns_its_items_to_the_plan);
	tcase_add_test(tc, a_skipped_pair_returns_its_items_to_the_plan);
	tcase_add_loop_test(tc, gold_rests_when_another_item_would_have_retired, 0, 2);
	tcase_add_test(tc, what_was_judged_at_another_server_is_known_here);
	tcase_add_test(tc, progress_goes_on_at_another_server);
	tcase_add_test(tc, what_leaves_service_is_not_handed_out_any_more);
	tcase_add_test(tc, news_of_a_long_transaction_are_kept_until_every_server_could_hear_them);
	tcase_add_test(tc, media_of_one_campaign_are_served_evenly);
	tcase_add_test(tc, volunteers_are_served_while_the_database_takes_its_time_over_changed_items);
	tcase_add_test(tc, whoever_is_forgotten_again_at_once_is_not_called_gone);
	tcase_add_test(tc, a_busy_volunteer_keeps_none_of_those_waiting_who_arrive_together);
	suite_add_tcase(suite, tc);
	return suite;
}
