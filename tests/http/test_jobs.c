/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of jobs, what becomes of a try, and who sees it. Most tests have a database of their
 * own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "db/db.h"
#include "describe.h"
#include "engine/workers.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "work/job.h"
#include "work/job_run.h"
#include "world.h"

/* From here on this process's database is another, new one. */
static struct db *own_queue(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct db *db = db_open(getenv("DATABASE_URL"), 5000);
	ck_assert_ptr_nonnull(db);
	return db;
}

static bool claims(struct db *db, const char *kind, struct job *ret_job)
{
	bool found = false;
	const char *const kinds[] = { kind, NULL };

	ck_assert_int_eq(job_claim(db, kinds, ret_job, &found).code, OK);
	return found;
}

/* Writes a job of a kind that ends. */
static void put_job(const char *kind)
{
	tell_db("INSERT INTO job (kind, subject) VALUES ('%s', gen_random_uuid())", kind);
}

/* What is said of the only job of a kind. */
static const char *of_job(const char *kind, const char *what)
{
	return ask_db("SELECT %s FROM job WHERE kind = '%s'", what, kind);
}

#define OUTCOME "state || ', ' || failures || ' failed'"

/* ------------------------------------------------------------------ kinds */

START_TEST(every_kind_has_one_handler_and_every_handler_a_kind)
{
	char handled[256] = "";

	for (size_t w = 0; w < JOB_WORKERS; w++)
		for (size_t h = 0; job_workers[w].handlers[h]; h++)
			snprintf(handled + strlen(handled), sizeof handled - strlen(handled), "%s%s",
			         *handled ? "," : "", job_workers[w].handlers[h]->kind);
	ck_assert_str_eq(
		ask_db("SELECT string_agg(k, ' ' ORDER BY k) FROM unnest('{%s}'::text[]) k", handled),
		ask_db("SELECT string_agg(name, ' ' ORDER BY name) FROM job_kind"));
}
END_TEST

START_TEST(the_description_knows_every_kind)
{
	const json_t *kinds = at(described(), "components/schemas/Job/properties/kind/enum");

	ck_assert_int_eq((long long)json_array_size(kinds), count_db("SELECT count(*) FROM job_kind"));
	for (size_t i = 0; i < json_array_size(kinds); i++)
		ck_assert_int_eq(count_db("SELECT count(*) FROM job_kind WHERE name = '%s'",
		                          json_string_value(json_array_get(kinds, i))),
		                 1);
}
END_TEST

START_TEST(what_is_done_again_and_again_stands_in_the_queue_once)
{
	ck_assert_str_eq(ask_db("SELECT string_agg(kind, ' ' ORDER BY kind) FROM job"
	                        " WHERE subject IS NULL"),
	                 ask_db("SELECT string_agg(name, ' ' ORDER BY name) FROM job_kind"
	                        " WHERE every IS NOT NULL"));
}
END_TEST

/* ------------------------------------------------------------------ claims */

START_TEST(the_kind_that_comes_first_is_claimed_first)
{
	struct db *db = own_queue();
	const char *const kinds[] = { "sweep", "lonely", "figures", NULL };
	static const char *const order[] = { "sweep", "figures", "lonely" };
	struct job job;
	bool found = true;

	tell_db("UPDATE job SET run_after = now() - interval '1 hour' WHERE kind = 'lonely'");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(job_claim(db, kinds, &job, &found).code, OK);
		ck_assert(found);
		ck_assert_str_eq(job.kind, order[i]);
	}
	ck_assert_int_eq(job_claim(db, kinds, &job, &found).code, OK);
	ck_assert(!found);
	db_close(db);
}
END_TEST

START_TEST(who_lost_its_claim_changes_nothing_more)
{
	struct db *db = own_queue();
	struct job lost, job;
	struct job_news news;

	ck_assert(claims(db, "figures", &lost));
	tell_db("UPDATE job SET run_after = now() - interval '1 second' WHERE kind = 'figures'");
	ck_assert(claims(db, "figures", &job));
	ck_assert_int_eq(job_renew(db, &lost, 1, 2, &news).code, ERR_GONE);
	ck_assert_int_eq(job_finish(db, &lost, NULL).code, ERR_GONE);
	ck_assert_int_eq(job_put_back(db, &lost, "no").code, ERR_GONE);
	ck_assert_int_eq(job_fail(db, &lost, "no").code, ERR_GONE);
	ck_assert_int_eq(job_give_back(db, &lost, "no", 0).code, ERR_GONE);
	ck_assert_int_eq(job_finish(db, &job, NULL).code, OK);
	db_close(db);
}
END_TEST

START_TEST(a_clock_that_was_set_back_keeps_no_job_waiting)
{
	struct db *db = own_queue();
	struct job job;

	tell_db("UPDATE job SET run_after = now() + interval '10 minutes' WHERE kind = 'figures'");
	ck_assert(!claims(db, "figures", &job));
	tell_db("UPDATE job SET run_after = now() + interval '1 day' WHERE kind = 'figures'");
	ck_assert(claims(db, "figures", &job));
	db_close(db);
}
END_TEST

/* ------------------------------------------------------------------ what becomes of a try */

static struct error answer;
static bool unfit;

static struct error give_answer(struct job_run *run)
{
	run->unfit = unfit;
	snprintf(run->detail, sizeof run->detail, "said so");
	return answer;
}

static struct error give_up_and_say(struct db *db, const struct job *job, const char *why)
{
	(void)why;
	return job_fail(db, job, "given up by its own handler");
}

/* Does the job of a kind that is due once, by a handler that answers so. */
static void try_once(struct db *db, const char *kind, struct error with)
{
	const struct job_handler handler = { .kind = kind, .handle = give_answer };
	struct job job;

	answer = with;
	tell_db("UPDATE job SET run_after = now() WHERE kind = '%s'", kind);
	ck_assert(claims(db, kind, &job));
	ck_assert_int_eq(job_do(&handler, db, NULL, &job, NULL).code, with.code);
}

START_TEST(a_try_that_failed_is_followed_by_later_ones_and_then_by_none)
{
	struct db *db = own_queue();

	put_job("release");
	for (int failed = 1; failed < 5; failed++) {
		try_once(db, "release", errorf(ERR_UNAVAILABLE, "not now"));
		ck_assert_str_eq(of_job("release", OUTCOME), say("waiting, %d failed", failed));
		ck_assert_str_eq(of_job("release", "detail"), "not now");
		long long waits = atoll(of_job("release", "round(extract(epoch FROM run_after - now()))"));
		ck_assert_int_ge(waits, (5 << (failed - 1)) - 2);
		ck_assert_int_le(waits, 5 << (failed - 1));
	}
	try_once(db, "release", errorf(ERR_UNAVAILABLE, "not now"));
	ck_assert_str_eq(of_job("release", OUTCOME), "failed, 5 failed");
	struct job job;
	ck_assert(!claims(db, "release", &job));
	db_close(db);
}
END_TEST

START_TEST(what_no_other_try_would_do_better_is_given_up_at_once)
{
	struct db *db = own_queue();

	put_job("release");
	try_once(db, "release", errorf(ERR_INVALID, "There is nothing in it."));
	ck_assert_str_eq(of_job("release", OUTCOME), "failed, 1 failed");
	ck_assert_str_eq(of_job("release", "detail"), "There is nothing in it.");
	db_close(db);
}
END_TEST

START_TEST(a_fault_of_ours_is_told_to_the_log_alone)
{
	struct db *db = own_queue();

	put_job("release");
	try_once(db, "release", errorf(ERR_INTERNAL, "secret"));
	ck_assert_str_eq(of_job("release", "detail"), "An internal fault; see the server's log.");
	db_close(db);
}
END_TEST

START_TEST(a_job_of_a_worker_that_died_is_given_up_with_all_that_hangs_on_it)
{
	const struct job_handler handler = { .kind = "release",
		                                 .handle = give_answer,
		                                 .give_up = give_up_and_say };
	struct db *db = own_queue();
	struct job job;

	put_job("release");
	for (int lapsed = 0; lapsed <= 5; lapsed++) {
		ck_assert(claims(db, "release", &job));
		ck_assert_int_eq(job.failures, lapsed);
		ck_assert_int_eq(job.spent, lapsed == 5);
		ck_assert_int_eq(job.last, lapsed >= 4);
		tell_db("UPDATE job SET run_after = now() - interval '1 second' WHERE kind = 'release'");
	}
	answer = ok(); /* of a handler that is not to be asked */
	ck_assert_int_eq(job_do(&handler, db, NULL, &job, NULL).code, ERR_INVALID);
	ck_assert_str_eq(of_job("release", OUTCOME), "failed, 5 failed");
	ck_assert_str_eq(of_job("release", "detail"), "given up by its own handler");
	db_close(db);
}
END_TEST

START_TEST(what_another_worker_can_do_has_not_failed)
{
	struct db *db = own_queue();

	put_job("render");
	unfit = true;
	try_once(db, "render", errorf(ERR_UNAVAILABLE, "too old"));
	ck_assert_str_eq(of_job("render", OUTCOME), "waiting, 0 failed");
	ck_assert_str_eq(of_job("render", "run_after > now() + interval '50 seconds'"), "t");
	db_close(db);
}
END_TEST

START_TEST(a_rendering_that_got_further_was_not_in_vain)
{
	struct db *db = own_queue();
	struct job job;
	struct job_news news;

	put_job("render");
	put_job("release");
	tell_db("UPDATE job SET failures = 3 WHERE kind IN ('render', 'release')");
	ck_assert(claims(db, "render", &job));
	ck_assert_int_eq(job_renew(db, &job, 0, 9, &news).code, OK);
	ck_assert_str_eq(of_job("render", "failures"), "3");
	ck_assert_int_eq(job_renew(db, &job, 1, 9, &news).code, OK);
	ck_assert_str_eq(of_job("render", "failures"), "0");
	ck_assert(claims(db, "release", &job));
	ck_assert_int_eq(job_renew(db, &job, 1, 9, &news).code, OK);
	ck_assert_str_eq(of_job("release", "failures"), "3");
	db_close(db);
}
END_TEST

static struct error get_further(struct job_run *run)
{
	struct error err = job_tell(run, 1, 9);

	return err.code ? err : answer;
}

START_TEST(its_last_try_is_not_the_last_once_it_got_further)
{
	const struct job_handler handler = { .kind = "render", .handle = get_further };
	struct db *db = own_queue();
	struct job job;

	put_job("render");
	tell_db("UPDATE job SET failures = 4 WHERE kind = 'render'");
	ck_assert(claims(db, "render", &job));
	ck_assert(job.last);
	answer = errorf(ERR_UNAVAILABLE, "not now");
	ck_assert_int_eq(job_do(&handler, db, NULL, &job, NULL).code, ERR_UNAVAILABLE);
	ck_assert_str_eq(of_job("render", OUTCOME), "waiting, 1 failed");
	db_close(db);
}
END_TEST

static struct error stop_it(void *arg, int64_t done, int64_t total)
{
	(void)arg, (void)done, (void)total;
	return errorf(ERR_UNAVAILABLE, JOB_STOPPED);
}

START_TEST(a_try_that_was_stopped_has_not_failed)
{
	const struct job_handler handler = { .kind = "render", .handle = get_further };
	const struct progress_listener stop = { stop_it, NULL };
	struct db *db = own_queue();
	struct job job;

	put_job("render");
	tell_db("UPDATE job SET failures = 4, done = 9 WHERE kind = 'render'");
	ck_assert(claims(db, "render", &job));
	answer = ok();
	ck_assert_int_eq(job_do(&handler, db, NULL, &job, &stop).code, ERR_UNAVAILABLE);
	ck_assert_str_eq(of_job("render", OUTCOME), "waiting, 4 failed");
	ck_assert_str_eq(of_job("render", "run_after <= now()"), "t");
	ck_assert_str_eq(of_job("render", "detail"), JOB_STOPPED);
	db_close(db);
}
END_TEST

START_TEST(what_is_done_again_and_again_is_due_again_and_never_given_up)
{
	struct db *db = own_queue();

	try_once(db, "figures", ok());
	ck_assert_str_eq(of_job("figures", OUTCOME), "waiting, 0 failed");
	ck_assert_str_eq(of_job("figures", "detail"), "said so");
	ck_assert_str_eq(of_job("figures", "run_after - finished_at"), "00:01:00");
	tell_db("UPDATE job SET failures = 1000 WHERE kind = 'figures'");
	try_once(db, "figures", errorf(ERR_INVALID, "no"));
	ck_assert_str_eq(of_job("figures", OUTCOME), "waiting, 1001 failed");
	ck_assert_str_eq(of_job("figures", "run_after <= now() + interval '1 minute'"), "t");
	try_once(db, "figures", ok());
	ck_assert_str_eq(of_job("figures", OUTCOME), "waiting, 0 failed");
	db_close(db);
}
END_TEST

START_TEST(a_server_does_what_is_done_again_and_again)
{
	static const char *const kinds[] = { "figures", "lonely", "sweep" };

	for (int i = 0; i < 3; i++) {
		tell_db("UPDATE job SET run_after = now(), finished_at = NULL WHERE kind = '%s'"
		        " AND subject IS NULL AND state = 'waiting'",
		        kinds[i]);
		await_db(20, say("SELECT state = 'waiting' AND failures = 0 AND finished_at IS NOT NULL"
		                 " FROM job WHERE kind = '%s'",
		                 kinds[i]));
	}
}
END_TEST

/* ------------------------------------------------------------------ who sees it */

/* Three jobs that were given up, of this moment and before: the subjects begin so. */
static void fail_three(const char *subject)
{
	tell_db(
		"INSERT INTO job (kind, subject, state, failures, detail, created_at, finished_at)"
		" SELECT 'render', ('%s-0000-4000-8000-00000000000' || n)::uuid, 'failed', 5,"
		" 'for test ' || n, now() - n * interval '1 second', now() FROM generate_series(1, 3) n",
		subject);
}

START_TEST(an_admin_sees_what_was_given_up_page_by_page)
{
	struct person admin = an_account("admin");
	char subject[9];

	snprintf(subject, sizeof subject, "%s", ask_db("SELECT gen_random_uuid()"));
	fail_three(subject);
	struct answer a = get(&admin, "/api/v1/jobs?limit=2");
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/detail"), "for test 1");
	ck_assert_str_eq(text_at(a.body, "items/0/state"), "failed");
	ck_assert_str_eq(text_at(a.body, "items/0/subject"),
	                 say("%s-0000-4000-8000-000000000001", subject));
	ck_assert_int_eq(number_at(a.body, "items/0/failures"), 5);
	ck_assert_str_eq(text_at(a.body, "items/1/detail"), "for test 2");
	a = get(&admin, say("/api/v1/jobs?limit=2&cursor=%s", text_at(a.body, "next")));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/detail"), "for test 3");
	a = get(&admin, "/api/v1/jobs?state=waiting");
	ck_assert_ptr_null(strstr(a.text, "for test"));
	expect_problem(get(&admin, "/api/v1/jobs?state=lost"), 422, "invalid");
	expect_problem(get(&admin, "/api/v1/jobs?cursor=x"), 422, "invalid");
	expect_problem(get(&admin, "/api/v1/jobs?limit=101"), 422, "invalid");
}
END_TEST

START_TEST(nobody_else_sees_it)
{
	static const char *const roles[] = { "researcher", "moderator" };
	struct person nobody = { 0 };

	expect_problem(get(&nobody, "/api/v1/jobs"), 401, "nobody");
	for (int i = 0; i < 2; i++) {
		struct person person = an_account(roles[i]);
		expect_problem(get(&person, "/api/v1/jobs"), 403, "forbidden");
	}
}
END_TEST

START_TEST(the_command_shows_what_waits_runs_or_was_given_up)
{
	char subject[9];
	int code;

	snprintf(subject, sizeof subject, "%s", ask_db("SELECT gen_random_uuid()"));
	fail_three(subject);
	const char *said = run_well("jobs");
	ck_assert_ptr_nonnull(strstr(said, "  render  failed  5 failures  "));
	ck_assert_ptr_nonnull(strstr(said, "  for test 3\n"));
	ck_assert_ptr_nonnull(strstr(said, "  sweep  "));
	said = run_well("jobs waiting");
	ck_assert_ptr_null(strstr(said, "for test 3"));
	run_program(&code, "jobs lost");
	ck_assert_int_eq(code, 2);
}
END_TEST

Suite *http_jobs_suite(void)
{
	Suite *suite = suite_create("http/jobs");
	TCase *tc = tcase_create("jobs");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, every_kind_has_one_handler_and_every_handler_a_kind);
	tcase_add_test(tc, the_description_knows_every_kind);
	tcase_add_test(tc, what_is_done_again_and_again_stands_in_the_queue_once);
	tcase_add_test(tc, the_kind_that_comes_first_is_claimed_first);
	tcase_add_test(tc, who_lost_its_claim_changes_nothing_more);
	tcase_add_test(tc, a_clock_that_was_set_back_keeps_no_job_waiting);
	tcase_add_test(tc, a_try_that_failed_is_followed_by_later_ones_and_then_by_none);
	tcase_add_test(tc, what_no_other_try_would_do_better_is_given_up_at_once);
	tcase_add_test(tc, a_fault_of_ours_is_told_to_the_log_alone);
	tcase_add_test(tc, a_job_of_a_worker_that_died_is_given_up_with_all_that_hangs_on_it);
	tcase_add_test(tc, what_another_worker_can_do_has_not_failed);
	tcase_add_test(tc, a_rendering_that_got_further_was_not_in_vain);
	tcase_add_test(tc, its_last_try_is_not_the_last_once_it_got_further);
	tcase_add_test(tc, a_try_that_was_stopped_has_not_failed);
	tcase_add_test(tc, what_is_done_again_and_again_is_due_again_and_never_given_up);
	tcase_add_test(tc, a_server_does_what_is_done_again_and_again);
	tcase_add_test(tc, an_admin_sees_what_was_given_up_page_by_page);
	tcase_add_test(tc, nobody_else_sees_it);
	tcase_add_test(tc, the_command_shows_what_waits_runs_or_was_given_up);
	suite_add_tcase(suite, tc);
	return suite;
}
