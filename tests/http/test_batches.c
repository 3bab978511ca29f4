/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What volunteers write is stored in batches: nobody may notice.
 *
 * A batch is made on purpose: a locked table holds every writer of the server, what is sent
 * meanwhile waits, and is one batch when the lock goes.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#include "core/uuid.h"

#define WRITERS 2 /* threads of the writing lane */
#define MANY    8

struct sender {
	pthread_t thread;
	struct person as;
	const char *path;
	json_t *body;
	struct answer answer;
	long expected;
};

static void *send_one(void *arg)
{
	struct sender *sender = arg;

	sender->answer = post(&sender->as, sender->path, sender->body);
	return NULL;
}

static void start(struct sender *sender)
{
	ck_assert_int_eq(pthread_create(&sender->thread, NULL, send_one, sender), 0);
}

/* How many wait for the table. Other suites may use other databases of the same PostgreSQL. */
static int count_waiting(void)
{
	return (int)count_db("SELECT count(*) FROM pg_locks WHERE NOT granted"
	                     " AND relation = 'volunteer'::regclass AND database ="
	                     " (SELECT oid FROM pg_database WHERE datname = current_database())");
}

/* Each writer is given a newcomer, and waits with it. */
static void hold_writers(struct sender newcomers[WRITERS])
{
	tell_db("BEGIN; LOCK TABLE volunteer IN EXCLUSIVE MODE");
	for (int w = 0; w < WRITERS; w++) {
		newcomers[w] = (struct sender){ .path = "/api/v1/volunteers",
			                            .body = json_pack("{s:b}", "consent", 1) };
		start(&newcomers[w]);
		for (int i = 0; i < 200; i++) {
			wait_ms(5);
			if (count_waiting() > w)
				break;
		}
	}
	ck_assert_int_eq(count_waiting(), WRITERS);
}

/* Waits until the server has as many requests, besides the one that asks. */
static void await_in_flight(int count)
{
	static const char name[] = "\ntouchstone_requests_in_flight ";

	for (int i = 0; i < 400; i++) {
		const char *line = strstr(get(NULL, "/metrics").text, name);

		if (line && strtol(line + strlen(name), NULL, 10) > count)
			break;
		wait_ms(5);
	}
	wait_ms(25); /* from its headers to its lane */
}

/* Sends all in their order while the writers wait; then lets them go. */
static void send_as_one_batch(struct sender senders[], int count)
{
	struct sender newcomers[WRITERS];

	hold_writers(newcomers);
	for (int i = 0; i < count; i++) {
		start(&senders[i]);
		await_in_flight(WRITERS + i + 1);
	}
	tell_db("COMMIT");
	for (int w = 0; w < WRITERS; w++) {
		pthread_join(newcomers[w].thread, NULL);
		expect_status(newcomers[w].answer, 201);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(senders[i].thread, NULL);
		ck_assert_msg(senders[i].answer.status == senders[i].expected, "%d: %ld, not %ld: %s", i,
		              senders[i].answer.status, senders[i].expected, senders[i].answer.text);
	}
}

static struct sender judging(struct person as, const struct lease *lease, const char *left,
                             long expected)
{
	return (struct sender){ .as = as,
		                    .path = "/api/v1/judgments",
		                    .body = verdicts_on(token_of(lease), left, "real"),
		                    .expected = expected };
}

static struct lease a_lease_of(struct person *person)
{
	return lease_of(text_at(a_lease(person, NULL), "assignment"), person);
}

/* How many transactions stored the pairs of these people. */
static long long commits_of(struct sender senders[], int count)
{
	const char *list = "NULL";

	for (int i = 0; i < count; i++)
		list = say("%s, '%s'", list, volunteer_id(&senders[i].as));
	return count_db("SELECT count(DISTINCT xmin::text) FROM judged_pair WHERE volunteer_id IN (%s)",
	                list);
}

START_TEST(who_waits_together_is_stored_by_one_commit)
{
	struct sender senders[MANY];

	for (int i = 0; i < MANY; i++) {
		struct person person = a_volunteer();
		struct lease lease = a_lease_of(&person);

		senders[i] = judging(person, &lease, "fake", 201);
		if (i % 2) {
			json_object_set_new(senders[i].body, "device", json_pack("{s:i}", "width", i));
			json_object_set_new(senders[i].body, "response_ms", json_integer(i));
			json_object_set_new(at(senders[i].body, "judgments/0"), "tells",
			                    json_pack("[s, s]", "voice", "gut"));
			json_object_set_new(at(senders[i].body, "judgments/1"), "marks",
			                    json_pack("[{s:f, s:f}]", "x", .5, "y", .25));
		}
	}
	send_as_one_batch(senders, MANY);
	ck_assert_int_eq(commits_of(senders, MANY), 1);
	for (int i = 0; i < MANY; i++)
		ck_assert_str_eq(
			ask_db("SELECT coalesce(device->>'width', 'none') || ' ' ||"
		           " coalesce(response_ms, -1) || ' ' || string_agg(concat_ws(' ',"
		           " j.position, j.verdict, coalesce(j.tells::text, 'none'), j.marks->0->>'y'), ' '"
		           " ORDER BY j.position) FROM judged_pair p"
		           " JOIN judgment j USING (assignment_id)"
		           " WHERE p.volunteer_id = '%s' GROUP BY p.assignment_id",
		           volunteer_id(&senders[i].as)),
			i % 2 ? say("%d %d left fake {voice,gut} right real none 0.25", i, i)
				  : "none -1 left fake none right real none");
}
END_TEST

START_TEST(each_of_a_batch_gets_what_it_would_get_alone)
{
	struct person first = a_volunteer(), second = a_volunteer(), early = a_volunteer();
	struct person skipper = a_volunteer(), late = a_volunteer(), gone = a_volunteer();
	struct lease one = a_lease_of(&first), overlapping = one, two = a_lease_of(&second);
	struct lease judged = a_lease_of(&early), skipped = a_lease_of(&skipper);
	struct lease expired = a_lease_of(&late), nobodys = a_lease_of(&gone);

	uuid_random(overlapping.id);
	memcpy(overlapping.left, two.left, UUID_BYTES);
	expired.expires_s -= 3600;
	expect_status(post(&early, "/api/v1/judgments", verdicts_on(token_of(&judged), "fake", "real")),
	              201);
	expect_status(
		post(&skipper, "/api/v1/skips",
	         json_pack("{s:s, s:s}", "assignment", token_of(&skipped), "reason", "other")),
		204);
	tell_db("DELETE FROM volunteer WHERE id = '%s'", volunteer_id(&gone));
	struct sender senders[] = {
		judging(first, &one, "fake", 201),       judging(first, &one, "fake", 200),
		judging(first, &one, "real", 409),       judging(first, &overlapping, "fake", 409),
		judging(early, &judged, "fake", 200),    judging(early, &judged, "real", 409),
		judging(skipper, &skipped, "fake", 409), judging(late, &expired, "fake", 410),
		judging(gone, &nobodys, "fake", 401),    judging(second, &two, "fake", 201),
	};
	send_as_one_batch(senders, sizeof senders / sizeof senders[0]);
	struct sender stored[] = { senders[0], senders[9] };
	ck_assert_int_eq(commits_of(stored, 2), 1);
}
END_TEST

START_TEST(one_that_the_database_refuses_does_not_spoil_its_batch)
{
	struct sender senders[MANY];
	struct lease bad;

	for (int i = 0; i < MANY; i++) {
		struct person person = a_volunteer();
		struct lease lease = a_lease_of(&person);

		if (i == MANY / 2) {
			bad = lease;
			uuid_random(bad.left); /* no item of this database */
			lease = bad;
		}
		senders[i] = judging(person, &lease, "fake", i == MANY / 2 ? 422 : 201);
	}
	send_as_one_batch(senders, MANY);
	ck_assert_int_eq(commits_of(senders, MANY), MANY - 1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judged_pair WHERE assignment_id = '%s'", uuid_text(bad.id)),
		0);
}
END_TEST

START_TEST(skips_of_a_batch_get_what_they_would_get_alone)
{
	static const struct {
		const char *reason;
		long expected;
	} said[] = { { "other", 204 }, { "other", 204 }, { "sensitive", 409 } };
	struct person people[] = { a_volunteer(), a_volunteer(), a_volunteer() };
	struct sender senders[MANY] = { 0 };
	int count = 0;

	for (size_t p = 0; p < 3; p++) {
		struct lease lease = a_lease_of(&people[p]);
		const char *token = token_of(&lease);

		if (p == 1)
			expect_status(post(&people[p], "/api/v1/judgments", verdicts_on(token, "fake", "real")),
			              201);
		for (size_t s = 0; s < (p ? 1 : 3); s++)
			senders[count++] = (struct sender){ .as = people[p],
				                                .path = "/api/v1/skips",
				                                .body = json_pack("{s:s, s:s}", "assignment", token,
				                                                  "reason", said[s].reason),
				                                .expected = p == 1 ? 409 : said[s].expected };
	}
	send_as_one_batch(senders, count);
	ck_assert_int_eq(count_db("SELECT count(DISTINCT xmin::text) FROM skipped_pair"
	                          " WHERE volunteer_id IN ('%s', '%s')",
	                          volunteer_id(&people[0]), volunteer_id(&people[2])),
	                 1);
	ck_assert_str_eq(ask_db("SELECT reason FROM skipped_pair WHERE volunteer_id = '%s'",
	                        volunteer_id(&people[0])),
	                 "other");
}
END_TEST

START_TEST(newcomers_of_a_batch_are_all_different)
{
	struct sender senders[MANY];
	const char *list = "NULL";

	for (int i = 0; i < MANY; i++)
		senders[i] = (struct sender){ .path = "/api/v1/volunteers",
			                          .body = json_pack("{s:b}", "consent", i != 3),
			                          .expected = i == 3 ? 422 : 201 };
	send_as_one_batch(senders, MANY);
	for (int i = 0; i < MANY; i++)
		if (i != 3)
			list = say("%s, '%s'", list, volunteer_id(&senders[i].as));
	ck_assert_str_eq(ask_db("SELECT count(*) || ' ' || count(DISTINCT salt) || ' ' ||"
	                        " count(DISTINCT xmin::text) FROM volunteer WHERE id IN (%s)",
	                        list),
	                 "7 7 1");
}
END_TEST

START_TEST(a_campaign_or_an_item_that_is_named_cannot_go)
{
	ck_assert_str_eq(
		ask_db("CREATE OR REPLACE FUNCTION pg_temp.refused(sql text) RETURNS text LANGUAGE plpgsql"
	           " AS $$ BEGIN EXECUTE sql; RETURN 'accepted'; EXCEPTION WHEN restrict_violation THEN"
	           " RETURN 'refused'; END $$;"
	           " SELECT string_agg(pg_temp.refused(x), ' ') FROM (VALUES"
	           " ('DELETE FROM item'), ('UPDATE item SET id = gen_random_uuid()'),"
	           " ('DELETE FROM campaign'), ('UPDATE campaign SET id = gen_random_uuid()'))"
	           " AS t (x)"),
		"refused refused refused refused");
}
END_TEST

/* A table that stays locked longer than a statement may wait for it: nobody's request is at fault,
 * and a batch waits once, not once for each of its rows. */
START_TEST(a_table_that_stays_locked_is_unavailable_to_the_whole_batch)
{
	struct sender newcomers[WRITERS + MANY] = { 0 };
	double began = now_s();

	hold_writers(newcomers);
	for (int i = WRITERS; i < WRITERS + MANY; i++) {
		newcomers[i] = (struct sender){ .path = "/api/v1/volunteers",
			                            .body = json_pack("{s:b}", "consent", 1) };
		start(&newcomers[i]);
	}
	for (int i = 0; i < WRITERS + MANY; i++)
		pthread_join(newcomers[i].thread, NULL);
	double took = now_s() - began;
	tell_db("ROLLBACK");
	for (int i = 0; i < WRITERS + MANY; i++) {
		expect_status(newcomers[i].answer, 503);
		ck_assert_ptr_nonnull(header_of(newcomers[i].answer, "Retry-After"));
	}
	ck_assert_msg(took < 15, "%.1f s", took);
}
END_TEST

Suite *http_batches_suite(void)
{
	Suite *suite = suite_create("http/batches");
	TCase *tc = tcase_create("batches");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, who_waits_together_is_stored_by_one_commit);
	tcase_add_test(tc, each_of_a_batch_gets_what_it_would_get_alone);
	tcase_add_test(tc, one_that_the_database_refuses_does_not_spoil_its_batch);
	tcase_add_test(tc, skips_of_a_batch_get_what_they_would_get_alone);
	tcase_add_test(tc, newcomers_of_a_batch_are_all_different);
	tcase_add_test(tc, a_campaign_or_an_item_that_is_named_cannot_go);
	tcase_add_test(tc, a_table_that_stays_locked_is_unavailable_to_the_whole_batch);
	suite_add_tcase(suite, tc);
	return suite;
}
