/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/background.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "corpus/near_duplicates.h"
#include "db/db.h"
#include "engine/workers.h"
#include "release/takedown.h"
#include "scoring/consensus.h"
#include "scoring/scorer.h"
#include "work/job.h"
#include "work/job_run.h"
#include "work/loop.h"

#define REST_MS     500  /* after an error */
#define PACE_MS     50   /* between two looks at single judgments, at least */
#define PACE_PART   4    /* and as many times what a look took: volunteers come first */
#define PATIENCE_MS 2000 /* for work in the background, when the program is to stop */

#define TELL_AGAIN_MS     60000
#define DISTRUST_EVERY_MS 3600000

enum { SCORER, FITTER, FIRST_WORKER };

#define PARTS (FIRST_WORKER + JOB_WORKERS)

/* A thread and what it works with. */
struct part {
	struct loop *loop;
	struct db *db;
	const struct job_worker *worker; /* NULL: it does no jobs */
	bool begun;
	char failure[192]; /* of the last turn; "": it went well */
	int64_t failure_told_ms, distrust_told_ms;
};

struct background {
	struct scorer *judge;
	struct store *store;
	struct part parts[PARTS];
};

static struct background background;

/* A failure that lasts, such as a database that is away, is told once a minute. */
static void note_outcome(struct part *part, const char *doing, struct error err)
{
	int64_t now_ms = clock_monotonic_ms();

	if (err.code && (strncmp(part->failure, err.detail, sizeof part->failure - 1) != 0 ||
	                 now_ms - part->failure_told_ms >= TELL_AGAIN_MS)) {
		log_error("%s: %s", doing, err.detail);
		part->failure_told_ms = now_ms;
	}
	snprintf(part->failure, sizeof part->failure, "%s", err.code ? err.detail : "");
}

/* Single judgments, as they come. */
static bool score_once(struct loop *loop, void *arg)
{
	struct part *part = arg;
	struct scoring scoring;
	int64_t began_ms = clock_monotonic_ms();
	struct error err = scorer_catch_up(background.judge, part->db, &scoring);
	int64_t rest_ms = PACE_PART * (clock_monotonic_ms() - began_ms);

	note_outcome(part, "scoring", err);
	if (!err.code && scoring.news)
		loop_wake(background.parts[FITTER].loop);
	loop_rest(loop, err.code ? REST_MS : rest_ms > PACE_MS ? rest_ms : PACE_MS);
	return false;
}

/* What a fit changed, and on what gold; nothing when it changed nothing. */
static void tell_fit(const struct scoring *scoring)
{
	if (scoring->retired || scoring->disputed || scoring->reopened || scoring->withdrawn ||
	    scoring->held)
		log_info(
			"fitting: %llu judgments, %u items retired, %u came back, %u disputed, %u disputes "
			"withdrawn; calibrated on %u gold items, weight %.2f, slope %.2f",
			(unsigned long long)scoring->judgments, scoring->retired, scoring->reopened,
			scoring->disputed, scoring->withdrawn, scoring->gold, scoring->weight, scoring->slope);
	if (scoring->held)
		log_warn("fitting: %u more retired items have faded and stay retired for now: one fit "
		         "unsettles few; is a key of the gold wrong?",
		         scoring->held);
}

/* When there are more in cohorts than there were: a fit of every minute need not say it again. */
static void tell_cohorts_found(const struct scoring *scoring)
{
	static uint32_t told; /* the fitter's thread alone */

	if (scoring->cohort_volunteers > told)
		log_warn("fitting: %u volunteers in %u cohorts err together beyond what all share; they "
		         "gave %.0f %% of the judgments, and %u labels turn without them",
		         scoring->cohort_volunteers, scoring->cohorts, 100 * scoring->cohort_share,
		         scoring->cohort_changes);
	told = scoring->cohort_volunteers;
}

static void warn_operator(const char *sentence)
{
	log_warn("fitting: %s", sentence);
}

/* Once an hour, while there is something to say. */
static void tell_distrust(struct part *part)
{
	int64_t now_ms = clock_monotonic_ms();

	if (part->distrust_told_ms && now_ms - part->distrust_told_ms < DISTRUST_EVERY_MS)
		return;
	size_t told = 0;
	struct error err = consensus_tell_distrust(part->db, warn_operator, &told);
	if (err.code)
		log_error("fitting: %s", err.detail);
	if (told)
		part->distrust_told_ms = now_ms;
}

/* Everything anew, beside it. */
static bool fit_once(struct loop *loop, void *arg)
{
	struct part *part = arg;
	struct scoring scoring;
	bool fitted = false;
	struct error err = scorer_fit(background.judge, part->db, &fitted, &scoring);

	note_outcome(part, "fitting", err);
	if (err.code)
		loop_rest(loop, REST_MS);
	if (!err.code && fitted)
		tell_fit(&scoring);
	tell_cohorts_found(&scoring);
	if (!err.code && fitted)
		tell_distrust(part);
	return false;
}

/* A job is given back when the program stops. */
static struct error refuse_when_stopping(void *loop, int64_t done, int64_t total)
{
	(void)done, (void)total;
	return loop_is_stopping(loop) ? errorf(ERR_UNAVAILABLE, JOB_STOPPED) : ok();
}

static bool work_once(struct loop *loop, void *arg)
{
	struct part *part = arg;
	const struct progress_listener progress = { refuse_when_stopping, loop };
	bool worked = false;

	if (!part->begun && part->worker->at_start)
		part->worker->at_start(part->db);
	part->begun = true;
	struct error err = takedown_evict(part->db, background.store);

	if (!err.code)
		err = job_work(part->worker->handlers, part->db, background.store, &progress, &worked);

	note_outcome(part, "jobs", err);
	if (err.code)
		loop_rest(loop, REST_MS);
	return worked && !err.code;
}

static bool open_part(const struct settings *settings, struct part *part,
                      const struct job_worker *worker,
                      struct db *(*open)(const char *conninfo, unsigned timeout_ms))
{
	part->worker = worker;
	part->db = open(settings->database_url, worker ? worker->timeout_ms : 0);
	return part->db;
}

static bool open_parts_of_background(const struct settings *settings)
{
	bool opened = open_part(settings, &background.parts[SCORER], NULL, db_open_by_key) &&
	              open_part(settings, &background.parts[FITTER], NULL, db_open);

	for (size_t i = 0; opened && i < JOB_WORKERS; i++)
		opened = open_part(settings, &background.parts[FIRST_WORKER + i], &job_workers[i], db_open);
	return opened;
}

static void close_parts_of_background(void)
{
	for (size_t i = 0; i < PARTS; i++) {
		loop_free(background.parts[i].loop);
		db_close(background.parts[i].db);
	}
	scorer_free(background.judge);
	background = (struct background){ 0 };
}

static void start_part(struct part *part, const char *name, bool nice,
                       bool (*turn)(struct loop *loop, void *arg))
{
	part->loop = loop_start(&(struct loop_config){
		.name = name, .what = "work in the background", .nice = nice, .turn = turn, .arg = part });
}

/* The fitter comes before the scorer, which wakes it. */
static void start_parts(void)
{
	struct part *parts = background.parts;

	start_part(&parts[FITTER], "fitter", false, fit_once);
	start_part(&parts[SCORER], "scorer", true, score_once);
	for (size_t i = 0; i < JOB_WORKERS; i++)
		start_part(&parts[FIRST_WORKER + i], job_workers[i].name, job_workers[i].nice, work_once);
}

struct background *background_start(const struct settings *settings, struct store *store)
{
	background = (struct background){ .judge = scorer_new(), .store = store };
	if (!open_parts_of_background(settings)) {
		close_parts_of_background();
		return NULL;
	}
	near_duplicates_save_in(settings->data);
	start_parts();
	return &background;
}

bool background_stop(struct background *stopping)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	bool ended = true;

	for (size_t i = 0; i < PARTS; i++)
		loop_stop(stopping->parts[i].loop);
	for (size_t i = 0; i < PARTS; i++)
		ended = loop_await_end(stopping->parts[i].loop, until_ms) && ended;
	if (ended) {
		close_parts_of_background();
		return true;
	}
	job_give_back_held();
	log_warn("stopping in the middle of scoring or of a job; the next start takes it up");
	return false;
}

void background_wake_scorer(void)
{
	loop_wake(background.parts[SCORER].loop);
}

void background_wake_worker(void)
{
	for (size_t i = 0; i < JOB_WORKERS; i++)
		loop_wake(background.parts[FIRST_WORKER + i].loop);
}
