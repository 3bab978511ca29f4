/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are cancelled, by whom, and what is left of them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/arena.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "work/job_cancel.h"
#include "work/job_run.h"
#include "world.h"

#define JOBS "/api/v1/jobs"
#define STATES                                                                       \
	"SELECT j.state || ' ' || e.state FROM job j JOIN release e ON e.id = j.subject" \
	" WHERE j.id = '%s'"

static const char *campaign; /* that releases are made of */

/* Makers of releases wait at the next row of this table: before they decide, or in the middle. */
static void hold_up(const char *table)
{
	campaign = a_full_campaign();
	tell_db("BEGIN");
	tell_db("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table);
}

static void go_on(void)
{
	tell_db("COMMIT");
}

/* A job that makes a release, which has begun and waits. */
static const char *a_running_job(struct person *as, const char *name)
{
	struct answer a = ask_for(as, name, campaign);

	expect_status(a, 202);
	const char *id = text_at(a.body, "job/id");
	await_db(10, say("SELECT state = 'running' FROM job WHERE id = '%s'", id));
	return id;
}

/* One that no worker begins. */
static const char *a_waiting_job(struct person *as, const char *name)
{
	struct answer a;

	hold_up("release_decision");
	a_running_job(as, fresh_name()); /* the only worker is busy */
	a = ask_for(as, name, campaign);
	expect_status(a, 202);
	return text_at(a.body, "job/id");
}

/* Until what other tests began is made. */
static void await_rest(void)
{
	await_db(30, "SELECT NOT EXISTS (SELECT FROM job WHERE kind IN ('release', 'layouts')"
	             " AND finished_at IS NULL)");
}

static struct answer cancel(struct person *as, const char *id)
{
	return delete_at(as, say(JOBS "/%s", id));
}

static const char *await_end(const char *id)
{
	await_db(5, say("SELECT finished_at IS NOT NULL FROM job WHERE id = '%s'", id));
	return ask_db(STATES, id);
}

/* ------------------------------------------------------------------ what becomes of it */

START_TEST(a_job_that_waits_is_cancelled_at_once_and_never_begun)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name(), *id = a_waiting_job(&person, name);
	struct answer a = cancel(&person, id);

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "job/state"), "cancelled");
	ck_assert_str_eq(text_at(a.body, "job/cancelled_by"),
	                 ask_db("SELECT a.email FROM job j JOIN account a ON a.id = j.created_by"
	                        " WHERE j.id = '%s'",
	                        id));
	text_at(a.body, "job/cancel_asked_at");
	text_at(a.body, "job/finished_at");
	ck_assert_str_eq(text_at(a.body, "job/release/name"), name);
	go_on();
	wait_ms(1500);
	ck_assert_str_eq(ask_db(STATES, id), "cancelled failed");
	ck_assert_str_eq(ask_db("SELECT begun_at IS NULL FROM job WHERE id = '%s'", id), "t");
}
END_TEST

START_TEST(a_job_that_waits_for_the_database_stops_within_seconds)
{
	struct person person = an_account("researcher");

	hold_up("release_decision");
	const char *id = a_running_job(&person, fresh_name());
	double began_s = now_s();
	struct answer a = cancel(&person, id);
	expect_status(a, 202);
	ck_assert_str_eq(text_at(a.body, "job/state"), "running");
	text_at(a.body, "job/cancel_asked_at");
	ck_assert_str_eq(await_end(id), "cancelled failed");
	ck_assert(now_s() - began_s < 5);
	go_on();
}
END_TEST

static int scratch_folders(void)
{
	DIR *folder = opendir(say("%s/media/tmp", getenv("TOUCHSTONE_DATA")));
	int count = 0;

	for (struct dirent *entry; folder && (entry = readdir(folder));)
		count += *entry->d_name != '.';
	if (folder)
		closedir(folder);
	return count;
}

START_TEST(one_in_the_middle_leaves_nothing_and_its_version_is_free)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name();

	await_rest();
	hold_up("judged_pair");
	const char *id = a_running_job(&person, name);
	await_db(10, say("SELECT count(*) > 0 FROM release_item r JOIN job j ON j.subject ="
	                 " r.release_id WHERE j.id = '%s'",
	                 id));
	expect_status(cancel(&person, id), 202);
	ck_assert_str_eq(await_end(id), "cancelled failed");
	go_on();
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_draft d JOIN job j ON j.subject ="
	                          " d.release_id WHERE j.id = '%s'",
	                          id),
	                 0);
	ck_assert_int_eq(scratch_folders(), 0);
	expect_problem(get(NULL, say(RELEASES "/%s/1.0", name)), 404, "not-found");

	struct answer a = ask_for(&person, name, a_full_campaign());
	expect_status(a, 202);
	json_t *job = a_finished_job(&person, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "done");
	expect_status(get(NULL, say(RELEASES "/%s/1.0", name)), 200);
}
END_TEST

START_TEST(layouts_that_are_being_written_are_cancelled)
{
	struct person person = an_account("researcher");

	await_rest();
	hold_up("release_artefact");
	const char *name = fresh_name();
	struct answer a = ask_for(&person, name, campaign);
	a_finished_job(&person, text_at(a.body, "job/id"));
	const char *running = say("SELECT j.state = 'running' FROM job j JOIN release e ON e.id ="
	                          " j.subject WHERE e.name = '%s' AND j.kind = 'layouts'",
	                          name);
	await_db(10, running);
	const char *id = ask_db("SELECT j.id FROM job j JOIN release e ON e.id = j.subject"
	                        " WHERE e.name = '%s' AND j.kind = 'layouts'",
	                        name);
	expect_status(cancel(&person, id), 202);
	ck_assert_str_eq(await_end(id), "cancelled ready");
	go_on();
	a = post(&person, say(RELEASES "/%s/1.0/layouts", name), json_pack("{s:s}", "format", "csv"));
	expect_status(a, 202);
	ck_assert_str_ne(text_at(a.body, "job/id"), id);
	json_t *job = a_finished_job(&person, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "done");
}
END_TEST

START_TEST(what_was_killed_while_it_cancelled_is_cancelled_by_whoever_comes_next)
{
	struct person person = an_account("researcher");
	const char *id = a_waiting_job(&person, fresh_name());

	tell_db("UPDATE job SET cancel_asked_at = now(), cancelled_by = 'x' WHERE id = '%s'", id);
	go_on();
	ck_assert_str_eq(await_end(id), "cancelled failed");
}
END_TEST

/* ------------------------------------------------------------------ what the worker hears */

static struct db *worker;

/* Somebody asks while it works. */
static struct error work_till_told(struct job_run *run)
{
	struct error err = job_tell(run, 1, 9);

	tell_db("UPDATE job SET cancel_asked_at = now(), cancelled_by = 'x' WHERE id = '%s'",
	        run->job->id);
	return err.code ? err : job_tell(run, 2, 9);
}

/* It tells nobody anything, as what checks files one by one. */
static struct error work_in_silence(struct job_run *run)
{
	struct error err = ok();

	tell_db("UPDATE job SET cancel_asked_at = now(), cancelled_by = 'x' WHERE id = '%s'",
	        run->job->id);
	for (int i = 0; !err.code && i < 100; i++) {
		auto_rows *rows = NULL;

		err = db_run(run->db, SQL_JOB_PROGRESS, (const char *[]){ run->job->id }, &rows);
		wait_ms(50);
	}
	return err;
}

/* Somebody asks when all is done but the word that it is. */
static struct error be_quicker(struct job_run *run)
{
	tell_db("UPDATE job SET cancel_asked_at = now(), cancelled_by = 'x' WHERE id = '%s'",
	        run->job->id);
	return ok();
}

/* A job to render in a database of its own. */
static void begin_own(const char *state)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	worker = db_open(getenv("DATABASE_URL"), 5000);
	ck_assert_ptr_nonnull(worker);
	tell_db("INSERT INTO job (kind, subject, state) VALUES ('render', gen_random_uuid(), '%s')",
	        state);
}

#define OF_OWN                                                                \
	"SELECT state || ' ' || failures || ' ' || coalesce(detail, '') FROM job" \
	" WHERE kind = 'render'"

/* What becomes of the job that waits in the own database. */
static const char *end_own(struct error (*handle)(struct job_run *run))
{
	const struct job_handler handler = { .kind = "render", .handle = handle };
	const char *const kinds[] = { "render", NULL };
	bool found = false;
	struct job job;

	ck_assert_int_eq(job_claim(worker, kinds, &job, &found).code, OK);
	ck_assert(found);
	struct error err = job_do(&handler, worker, NULL, &job, NULL);
	ck_assert(err.code == OK || strcmp(err.detail, JOB_CANCELLED) == 0);
	db_close(worker);
	return ask_db(OF_OWN);
}

static const char *end_by(struct error (*handle)(struct job_run *run))
{
	begin_own("waiting");
	return end_own(handle);
}

static const struct job_handler *find_none_else(const char *kind)
{
	static const struct job_handler handler = { .kind = "render", .handle = be_quicker };

	return strcmp(kind, "render") == 0 ? &handler : NULL;
}

START_TEST(a_job_whose_worker_died_is_cancelled_at_once)
{
	struct arena *arena = arena_new();
	struct job_progress job = { 0 };

	begin_own("running");
	const char *id = ask_db("SELECT id FROM job WHERE kind = 'render'");
	ck_assert_int_eq(job_find(worker, arena, id, &job).code, OK);
	ck_assert_int_eq(job_cancel(worker, arena, find_none_else, "somebody", &job).code, OK);
	ck_assert_str_eq(job.state, "cancelled");
	ck_assert_str_eq(job.cancelled_by, "somebody");
	ck_assert_str_eq(ask_db(OF_OWN), "cancelled 1 " JOB_CANCELLED); /* the claim that lapsed */
	db_close(worker);
	arena_free(arena);
}
END_TEST

START_TEST(what_was_asked_to_end_is_not_begun_by_who_claims_it)
{
	begin_own("waiting");
	tell_db("UPDATE job SET cancel_asked_at = now(), cancelled_by = 'x' WHERE kind = 'render'");
	ck_assert_str_eq(end_own(be_quicker), "cancelled 0 " JOB_CANCELLED);
}
END_TEST

START_TEST(a_worker_hears_of_it_when_it_tells_how_far_it_is)
{
	ck_assert_str_eq(end_by(work_till_told), "cancelled 0 " JOB_CANCELLED);
}
END_TEST

START_TEST(a_worker_that_tells_nothing_begins_no_other_statement)
{
	ck_assert_str_eq(end_by(work_in_silence), "cancelled 0 " JOB_CANCELLED);
}
END_TEST

START_TEST(a_worker_that_was_quicker_has_done_its_job)
{
	ck_assert_str_eq(end_by(be_quicker), "done 0 ");
}
END_TEST

/* ------------------------------------------------------------------ who may, and what */

START_TEST(cancelling_again_is_harmless)
{
	struct person person = an_account("researcher"), admin = an_account("admin");
	const char *id = a_waiting_job(&person, fresh_name());

	expect_status(cancel(&person, id), 200);
	const char *by = ask_db("SELECT cancelled_by || cancel_asked_at FROM job WHERE id = '%s'", id);
	expect_status(cancel(&person, id), 200);
	expect_status(cancel(&admin, id), 200);
	ck_assert_str_eq(ask_db("SELECT cancelled_by || cancel_asked_at FROM job WHERE id = '%s'", id),
	                 by);
	go_on();
}
END_TEST

START_TEST(who_asked_first_is_named)
{
	struct arena *arena = arena_new();
	struct job_progress job = { 0 };

	begin_own("running");
	tell_db("UPDATE job SET run_after = now() + interval '1 minute' WHERE kind = 'render'");
	const char *id = ask_db("SELECT id FROM job WHERE kind = 'render'");
	static const char *const who[] = { "first", "second" };
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(job_find(worker, arena, id, &job).code, OK);
		ck_assert_int_eq(job_cancel(worker, arena, find_none_else, who[i], &job).code, OK);
		ck_assert_str_eq(job.state, "running");
		ck_assert_str_eq(job.cancelled_by, "first");
	}
	db_close(worker);
	arena_free(arena);
}
END_TEST

START_TEST(what_has_ended_cannot_be_cancelled)
{
	struct person person = an_account("researcher");
	struct answer a = ask_for(&person, fresh_name(), a_full_campaign());
	const char *id = text_at(a.body, "job/id");

	a_finished_job(&person, id);
	expect_problem(cancel(&person, id), 409, "job-ended");
	ck_assert_str_eq(ask_db(STATES, id), "done ready");
	ck_assert_ptr_null(ask_db("SELECT cancelled_by FROM job WHERE id = '%s'", id));
	expect_problem(cancel(&person, "00000000-0000-4000-8000-000000000000"), 404, "not-found");
	expect_problem(cancel(&person, "x"), 404, "not-found");
}
END_TEST

START_TEST(others_jobs_are_cancelled_by_admins_alone)
{
	struct person person = an_account("researcher"), other = an_account("moderator"),
				  admin = an_account("admin"), nobody = { 0 };
	const char *id = a_waiting_job(&person, fresh_name());

	expect_problem(cancel(&nobody, id), 401, "nobody");
	expect_problem(cancel(&other, id), 403, "forbidden");
	ck_assert_str_eq(ask_db(STATES, id), "waiting writing");
	expect_status(cancel(&admin, id), 200);
	ck_assert_str_eq(ask_db(STATES, id), "cancelled failed");
	go_on();
}
END_TEST

START_TEST(what_is_done_again_and_again_and_revisions_are_not_cancelled)
{
	static const char *const kinds[] = { "sweep", "figures", "set_aside", "revise" };
	struct person admin = an_account("admin");

	tell_db("INSERT INTO job (kind, subject, run_after) VALUES"
	        " ('revise', gen_random_uuid(), now() + interval '30 minutes')");
	for (int i = 0; i < 4; i++)
		expect_problem(
			cancel(&admin, ask_db("SELECT id FROM job WHERE kind = '%s' LIMIT 1", kinds[i])), 409,
			"job-stays");
}
END_TEST

START_TEST(the_command_cancels_a_job_of_another_process_and_waits_for_it)
{
	struct person person = an_account("researcher");
	int code;

	hold_up("release_decision");
	const char *id = a_running_job(&person, fresh_name());
	const char *said = run_program(&code, "jobs cancel %s", id);
	ck_assert_msg(code == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, say("%s  release  cancelled  by ", id)));
	ck_assert_str_eq(ask_db(STATES, id), "cancelled failed");
	go_on();
	said = run_program(&code, "jobs cancelled");
	ck_assert_ptr_nonnull(strstr(said, id));
	ck_assert_ptr_null(strstr(run_program(&code, "jobs"), id));
	run_program(&code, "jobs cancel %s", ask_db("SELECT id FROM job WHERE kind = 'sweep'"));
	ck_assert_int_eq(code, 1);
	run_program(&code, "jobs cancel");
	ck_assert_int_eq(code, 2);
}
END_TEST

/* ------------------------------------------------------------------ one's own */

START_TEST(a_researcher_sees_their_own_jobs_and_no_others)
{
	struct person person = an_account("researcher"), other = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign());

	a_release(&other, a_full_campaign());
	struct answer a = get(&person, JOBS "?mine=true");
	expect_status(a, 200);
	ck_assert_uint_eq(json_array_size(at(a.body, "items")), 2); /* and its layouts */
	ck_assert_str_eq(text_at(a.body, "items/0/kind"), "layouts");
	ck_assert_str_eq(text_at(a.body, "items/1/kind"), "release");
	ck_assert_str_eq(text_at(a.body, "items/1/release/name"), name);
	ck_assert_str_eq(text_at(a.body, "items/1/release/version"), "1.0");
	a = get(&person, JOBS "?mine=true&limit=1");
	a = get(&person, say(JOBS "?mine=true&limit=1&cursor=%s", text_at(a.body, "next")));
	ck_assert_str_eq(text_at(a.body, "items/0/kind"), "release");
	ck_assert(json_is_null(at(a.body, "next")));
	a = get(&person, JOBS "?mine=true&state=failed");
	ck_assert_uint_eq(json_array_size(at(a.body, "items")), 0);
	expect_problem(get(&person, JOBS "?mine=false"), 403, "forbidden");
	expect_problem(get(&person, JOBS "?mine=x"), 422, "invalid");
}
END_TEST

START_TEST(what_a_running_job_needs_yet_is_told)
{
	struct person person = an_account("researcher");

	const char *id = ask_db("SELECT gen_random_uuid()");

	tell_db("INSERT INTO job (id, kind, subject, state, run_after, begun_at, done, total) VALUES"
	        " ('%s', 'contribute', gen_random_uuid(), 'running', now() + interval '2 minutes',"
	        " now(), 0, 12)",
	        id);
	ck_assert(json_is_null(at(get(&person, say(JOBS "/%s", id)).body, "seconds_left")));
	tell_db("UPDATE job SET done = 4, begun_at = now() - interval '10 s' WHERE id = '%s'", id);
	long long left = number_at(get(&person, say(JOBS "/%s", id)).body, "seconds_left");
	ck_assert_int_ge(left, 20);
	ck_assert_int_le(left, 22);
	tell_db("UPDATE job SET state = 'failed' WHERE id = '%s'", id);
}
END_TEST

Suite *http_cancel_suite(void)
{
	Suite *suite = suite_create("http/cancel");
	TCase *tc = tcase_create("cancel");

	tcase_set_timeout(tc, 40);
	tcase_add_test(tc, a_job_that_waits_is_cancelled_at_once_and_never_begun);
	tcase_add_test(tc, a_job_that_waits_for_the_database_stops_within_seconds);
	tcase_add_test(tc, one_in_the_middle_leaves_nothing_and_its_version_is_free);
	tcase_add_test(tc, layouts_that_are_being_written_are_cancelled);
	tcase_add_test(tc, what_was_killed_while_it_cancelled_is_cancelled_by_whoever_comes_next);
	tcase_add_test(tc, a_job_whose_worker_died_is_cancelled_at_once);
	tcase_add_test(tc, what_was_asked_to_end_is_not_begun_by_who_claims_it);
	tcase_add_test(tc, a_worker_hears_of_it_when_it_tells_how_far_it_is);
	tcase_add_test(tc, a_worker_that_tells_nothing_begins_no_other_statement);
	tcase_add_test(tc, a_worker_that_was_quicker_has_done_its_job);
	tcase_add_test(tc, cancelling_again_is_harmless);
	tcase_add_test(tc, who_asked_first_is_named);
	tcase_add_test(tc, what_has_ended_cannot_be_cancelled);
	tcase_add_test(tc, others_jobs_are_cancelled_by_admins_alone);
	tcase_add_test(tc, what_is_done_again_and_again_and_revisions_are_not_cancelled);
	tcase_add_test(tc, the_command_cancels_a_job_of_another_process_and_waits_for_it);
	tcase_add_test(tc, a_researcher_sees_their_own_jobs_and_no_others);
	tcase_add_test(tc, what_a_running_job_needs_yet_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
