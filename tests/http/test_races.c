/* SPDX-License-Identifier: Apache-2.0 */
/* What holds when many ask at once. */
#include <pthread.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#include "core/uuid.h"

#define RACERS 8
#define ROUNDS 12

struct racer {
	pthread_t thread;
	pthread_barrier_t *start;
	struct person as;
	const char *path;
	json_t *body[ROUNDS];
	size_t first, stride; /* through the list; a stride: without waiting for each other */
	struct answer answer[ROUNDS];
};

static void *race(void *arg)
{
	struct racer *racer = arg;

	for (size_t n = 0; n < ROUNDS; n++) {
		size_t which = (racer->first + n * (racer->stride ? racer->stride : 1)) % ROUNDS;

		if (!racer->body[which])
			continue;
		if (!racer->stride || n == 0)
			pthread_barrier_wait(racer->start);
		racer->answer[which] = post(&racer->as, racer->path, racer->body[which]);
	}
	return NULL;
}

static void race_all(struct racer racers[RACERS])
{
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, RACERS);
	for (int r = 0; r < RACERS; r++) {
		racers[r].start = &start;
		ck_assert_int_eq(pthread_create(&racers[r].thread, NULL, race, &racers[r]), 0);
	}
	for (int r = 0; r < RACERS; r++)
		pthread_join(racers[r].thread, NULL);
	pthread_barrier_destroy(&start);
}

static int count_status(const struct racer racers[RACERS], size_t round, long status)
{
	int count = 0;

	for (int r = 0; r < RACERS; r++)
		count += racers[r].answer[round].status == status;
	return count;
}

START_TEST(racing_retries_get_one_201_and_the_rest_the_same_results)
{
	struct racer racers[RACERS] = { 0 };
	struct person people[ROUNDS];
	const char *tokens[ROUNDS];

	for (size_t n = 0; n < ROUNDS; n++) {
		people[n] = a_volunteer();
		tokens[n] = text_at(a_lease(&people[n], NULL), "assignment");
	}
	for (size_t n = 0; n < ROUNDS; n++) {
		for (int r = 0; r < RACERS; r++) {
			racers[r].as = people[n];
			racers[r].path = "/api/v1/judgments";
			memset(racers[r].body, 0, sizeof racers[r].body);
			racers[r].body[n] = verdicts_on(tokens[n], "fake", "real");
		}
		race_all(racers);
		ck_assert_int_eq(count_status(racers, n, 201), 1);
		ck_assert_int_eq(count_status(racers, n, 200), RACERS - 1);
		for (int r = 1; r < RACERS; r++)
			ck_assert_str_eq(racers[0].answer[n].text, racers[r].answer[n].text);
	}
}
END_TEST

/* Every racer sends every pair of one volunteer, each in another order. */
START_TEST(racing_retries_in_any_order_never_spoil_each_other)
{
	struct racer racers[RACERS] = { 0 };
	struct person person = a_volunteer();
	const char *campaign = a_campaign();
	struct lease lease;
	int firsts = 0;

	make_items(&(struct items){ .campaign = campaign, .count = 2 * ROUNDS });
	lease = lease_of(text_at(a_lease(&person, campaign), "assignment"), &person);
	for (size_t n = 0; n < ROUNDS; n++) {
		const char *side[2];
		for (int s = 0; s < 2; s++)
			side[s] = ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
			                 " WHERE c.name = '%s' ORDER BY i.id OFFSET %zu LIMIT 1",
			                 campaign, 2 * n + (size_t)s);
		uuid_random(lease.id);
		ck_assert(uuid_from_text(lease.left, side[0]) && uuid_from_text(lease.right, side[1]));
		for (int r = 0; r < RACERS; r++)
			racers[r].body[n] = verdicts_on(token_of(&lease), "fake", "real");
	}
	for (size_t r = 0; r < RACERS; r++) {
		racers[r].as = person;
		racers[r].path = "/api/v1/judgments";
		racers[r].stride = r % 2 ? 1 : ROUNDS - 1; /* half of them backwards */
		racers[r].first = r % 4;
	}
	race_all(racers);
	for (size_t n = 0; n < ROUNDS; n++) {
		firsts += count_status(racers, n, 201);
		ck_assert_int_eq(count_status(racers, n, 201) + count_status(racers, n, 200), RACERS);
	}
	ck_assert_int_eq(firsts, ROUNDS);
}
END_TEST

START_TEST(a_bad_judgment_in_a_batch_does_not_spoil_its_neighbours)
{
	static const long expected[RACERS] = { 201, 422, 404, 201, 410, 422, 401, 201 };
	struct racer racers[RACERS] = { 0 };

	for (int r = 0; r < RACERS; r++) {
		struct person person = a_volunteer();
		struct lease lease = lease_of(text_at(a_lease(&person, NULL), "assignment"), &person);

		lease.expires_s -= expected[r] == 410 ? 3600 : 0;
		json_t *body = r == 5 ? json_array() : verdicts_on(token_of(&lease), "fake", "real");
		if (r == 1)
			json_object_set_new(at(body, "judgments/0"), "confidence", json_integer(10));
		if (expected[r] == 404)
			json_object_set_new(body, "assignment", json_string("no token"));
		if (expected[r] == 401)
			tell_db("DELETE FROM volunteer WHERE id = '%s'", volunteer_id(&person));
		racers[r].as = person;
		racers[r].path = "/api/v1/judgments";
		racers[r].body[0] = body;
	}
	race_all(racers);
	for (int r = 0; r < RACERS; r++)
		ck_assert_msg(racers[r].answer[0].status == expected[r], "racer %d: %ld, not %ld: %s", r,
		              racers[r].answer[0].status, expected[r], racers[r].answer[0].text);
}
END_TEST

START_TEST(two_windows_that_say_different_things_store_one_of_them)
{
	struct racer racers[RACERS] = { 0 };
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");

	for (int r = 0; r < RACERS; r++) {
		racers[r].as = person;
		racers[r].path = "/api/v1/judgments";
		racers[r].body[0] = verdicts_on(token, r % 2 ? "fake" : "real", "real");
	}
	race_all(racers);
	ck_assert_int_eq(count_status(racers, 0, 201), 1);
	ck_assert_int_eq(count_status(racers, 0, 200), RACERS / 2 - 1);
	ck_assert_int_eq(count_status(racers, 0, 409), RACERS / 2);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'", volunteer_id(&person)),
		2);
}
END_TEST

START_TEST(however_many_windows_ask_two_leases_are_open)
{
	struct racer racers[RACERS] = { 0 };
	struct person person = a_volunteer();

	a_lease(&person, NULL); /* the item cache is there */
	for (int r = 0; r < RACERS; r++) {
		racers[r].as = person;
		racers[r].path = "/api/v1/assignments";
		for (size_t n = 0; n < ROUNDS; n++)
			racers[r].body[n] = json_pack("{s:s}", "campaign", common_campaign());
	}
	race_all(racers);
	await_db(
		5, say("SELECT count(*) = 2 FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)));
	int firsts = 0;
	for (size_t n = 0; n < ROUNDS; n++)
		firsts += count_status(racers, n, 201);
	ck_assert_int_eq(firsts, 1);
}
END_TEST

static void *send_one(void *arg)
{
	struct racer *racer = arg;

	racer->answer[0] = post(&racer->as, racer->path, racer->body[0]);
	return NULL;
}

/* Sends a request while this test's own transaction is open, then commits that. */
static struct answer answer_across_a_commit(struct racer *racer)
{
	ck_assert_int_eq(pthread_create(&racer->thread, NULL, send_one, racer), 0);
	wait_ms(300);
	tell_db("COMMIT");
	pthread_join(racer->thread, NULL);
	return racer->answer[0];
}

START_TEST(a_judgment_waits_for_a_skip_of_its_pair_that_is_being_stored)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	struct lease lease = lease_of(token, &person);
	struct racer judge = { .as = person,
		                   .path = "/api/v1/judgments",
		                   .body = { verdicts_on(token, "fake", "real") } };

	tell_db("BEGIN");
	tell_db("INSERT INTO skipped_pair (assignment_id, volunteer_id, campaign_id, left_item,"
	        " right_item, kind, matched, policy, reason)"
	        " VALUES ('%s', '%s', '%s', '%s', '%s', 'random', false, 1, 'other')",
	        uuid_text(lease.id), uuid_text(lease.volunteer), uuid_text(lease.campaign),
	        uuid_text(lease.left), uuid_text(lease.right));
	expect_problem(answer_across_a_commit(&judge), 409, "skipped");
	ck_assert_int_eq(count_db("SELECT count(*) FROM judged_pair WHERE assignment_id = '%s'",
	                          uuid_text(lease.id)),
	                 0);
}
END_TEST

START_TEST(a_skip_waits_for_a_judgment_of_its_pair_that_is_being_stored)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	struct lease lease = lease_of(token, &person);
	struct racer skip = { .as = person,
		                  .path = "/api/v1/skips",
		                  .body = {
							  json_pack("{s:s, s:s}", "assignment", token, "reason", "other") } };

	tell_db("BEGIN");
	tell_db("INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind,"
	        " matched, policy, body_hash, server_ms)"
	        " VALUES ('%s', '%s', '%s', 'image', 'random', false, 1, sha256(''), 0)",
	        uuid_text(lease.id), uuid_text(lease.volunteer), uuid_text(lease.campaign));
	expect_problem(answer_across_a_commit(&skip), 409, "answered");
	ck_assert_int_eq(count_db("SELECT count(*) FROM skipped_pair WHERE assignment_id = '%s'",
	                          uuid_text(lease.id)),
	                 0);
}
END_TEST

Suite *http_races_suite(void)
{
	Suite *suite = suite_create("http/races");
	TCase *tc = tcase_create("races");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, racing_retries_get_one_201_and_the_rest_the_same_results);
	tcase_add_loop_test(tc, racing_retries_in_any_order_never_spoil_each_other, 0, 4);
	tcase_add_loop_test(tc, a_bad_judgment_in_a_batch_does_not_spoil_its_neighbours, 0, 4);
	tcase_add_loop_test(tc, two_windows_that_say_different_things_store_one_of_them, 0, 4);
	tcase_add_test(tc, a_judgment_waits_for_a_skip_of_its_pair_that_is_being_stored);
	tcase_add_test(tc, a_skip_waits_for_a_judgment_of_its_pair_that_is_being_stored);
	tcase_add_test(tc, however_many_windows_ask_two_leases_are_open);
	suite_add_tcase(suite, tc);
	return suite;
}
