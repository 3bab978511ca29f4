/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/background.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/thread.h"
#include "corpus/rendering.h"
#include "db/db.h"
#include "people/volunteer.h"
#include "release/build.h"
#include "scoring/consensus.h"
#include "scoring/scorer.h"

#define LOOK_EVERY_MS  500
#define PACE_MS        50 /* between two looks at single judgments, at least */
#define PACE_PART      4  /* and as many times what a look took: volunteers come first */
#define PATIENCE_S     2  /* for work in the background, when the program is to stop */
#define SWEEP_EVERY_MS 600000
#define RETRY_SWEEP_MS 10000

#define DISTRUST_EVERY_MS 3600000

struct loop {
	pthread_t thread;
	const char *name;
	pthread_mutex_t lock; /* guards woken and stopping */
	pthread_cond_t wake;
	bool woken, stopping;
	bool nice; /* gives way to others, and reads nothing that takes long */
	struct db *db;
	struct store *store;
	/* Does what there is to do. Returns true if there may be more at once. */
	bool (*turn)(struct loop *loop);
	int64_t distrust_told_ms;
	bool reminded;
};

struct background {
	struct scorer *judge;
	struct loop scorer, fitter, worker, renderer, sweeper;
};

static struct background background;

/* Waits for a wake-up, or half a second. False: stop. */
static bool wait_for_turn(struct loop *loop, bool at_once)
{
	int64_t until_ms = clock_monotonic_ms() + LOOK_EVERY_MS;

	lock_take(&loop->lock);
	while (!loop->woken && !loop->stopping && !at_once)
		if (!clock_condition_wait(&loop->wake, &loop->lock, until_ms))
			break;
	loop->woken = false;
	bool go = !loop->stopping;
	lock_release(&loop->lock);
	return go;
}

static void *background_run(void *arg)
{
	struct loop *loop = arg;
	bool more = false;

	pthread_setname_np(pthread_self(), loop->name);
	if (loop->nice)
		thread_be_nice();
	while (wait_for_turn(loop, more))
		more = loop->turn(loop);
	return NULL;
}

static void background_wake(struct loop *loop)
{
	lock_take(&loop->lock);
	loop->woken = true;
	pthread_cond_signal(&loop->wake);
	lock_release(&loop->lock);
}

/* Waits, whoever calls meanwhile; but not when the program is to stop. */
static void background_rest(struct loop *loop, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;

	lock_take(&loop->lock);
	while (!loop->stopping && clock_monotonic_ms() < until_ms)
		clock_condition_wait(&loop->wake, &loop->lock, until_ms);
	lock_release(&loop->lock);
}

/* A loop of its own, with a connection of its own: scoring waits for nothing that is swept. */
static bool sweep_once(struct loop *loop)
{
	struct error err = volunteer_sweep(loop->db);

	if (err.code)
		log_error("sweeping: %s", err.detail);
	background_rest(loop, err.code ? RETRY_SWEEP_MS : SWEEP_EVERY_MS);
	return false;
}

/* Single judgments, as they come. */
static bool score_once(struct loop *loop)
{
	struct scoring scoring;
	int64_t began_ms = clock_monotonic_ms();
	struct error err = scorer_catch_up(background.judge, loop->db, &scoring);
	int64_t rest_ms = PACE_PART * (clock_monotonic_ms() - began_ms);

	if (err.code)
		log_error("scoring: %s", err.detail);
	else if (scoring.news)
		background_wake(&background.fitter);
	background_rest(loop, err.code ? LOOK_EVERY_MS : rest_ms > PACE_MS ? rest_ms : PACE_MS);
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

static void warn_operator(const char *sentence)
{
	log_warn("fitting: %s", sentence);
}

/* Once an hour, while there is something to say. */
static void tell_distrust(struct loop *loop)
{
	int64_t now_ms = clock_monotonic_ms();

	if (loop->distrust_told_ms && now_ms - loop->distrust_told_ms < DISTRUST_EVERY_MS)
		return;
	size_t told = 0;
	struct error err = consensus_tell_distrust(loop->db, warn_operator, &told);
	if (err.code)
		log_error("fitting: %s", err.detail);
	if (told)
		loop->distrust_told_ms = now_ms;
}

/* Everything anew, beside it. */
static bool fit_once(struct loop *loop)
{
	struct scoring scoring;
	bool fitted = false;
	struct error err = scorer_fit(background.judge, loop->db, &fitted, &scoring);

	if (err.code) {
		log_error("fitting: %s", err.detail);
		background_rest(loop, LOOK_EVERY_MS);
	}
	if (!err.code && fitted)
		tell_fit(&scoring);
	if (!err.code && fitted)
		tell_distrust(loop);
	return false;
}

/* A job is given back when the program stops. */
static struct error refuse_when_stopping(void *arg, int64_t done, int64_t total)
{
	struct loop *loop = arg;

	(void)done, (void)total;
	lock_take(&loop->lock);
	bool stopping = loop->stopping;
	lock_release(&loop->lock);
	return stopping ? errorf(ERR_UNAVAILABLE, JOB_STOPPED) : ok();
}

static bool work_once(struct loop *loop)
{
	const struct release_progress progress = { refuse_when_stopping, loop };
	bool worked = false;
	struct error err = release_work(loop->db, loop->store, &progress, &worked);

	if (err.code) {
		log_error("jobs: %s", err.detail);
		background_rest(loop, LOOK_EVERY_MS);
	}
	return worked && !err.code;
}

/* A loop of its own: it may take days, and releases do not wait for it. */
static bool render_once(struct loop *loop)
{
	const struct rendering_progress progress = { refuse_when_stopping, loop };
	bool worked = false;

	if (!loop->reminded)
		rendering_remind(loop->db);
	loop->reminded = true;
	struct error err = rendering_work(loop->db, loop->store, &progress, &worked);

	if (err.code) {
		log_error("jobs: %s", err.detail);
		background_rest(loop, LOOK_EVERY_MS);
	}
	return worked && !err.code;
}

static bool start_loop(struct loop *loop, const struct settings *settings, struct store *store,
                       bool (*turn)(struct loop *), struct db *(*open)(const char *, unsigned))
{
	pthread_mutex_init(&loop->lock, NULL);
	clock_condition_init(&loop->wake);
	loop->store = store;
	loop->turn = turn;
	loop->db = open(settings->database_url, 0);
	if (loop->db)
		thread_must_start(&loop->thread, background_run, loop, "work in the background");
	return loop->db;
}

static void ask_to_stop(struct loop *loop)
{
	lock_take(&loop->lock);
	loop->stopping = true;
	pthread_cond_signal(&loop->wake);
	lock_release(&loop->lock);
}

/* False: it still runs at `until`. */
static bool await_end(struct loop *loop, const struct timespec *until)
{
	if (pthread_clockjoin_np(loop->thread, NULL, CLOCK_MONOTONIC, until) != 0)
		return false;
	db_close(loop->db);
	return true;
}

static void stop_loop(struct loop *loop)
{
	ask_to_stop(loop);
	pthread_join(loop->thread, NULL);
	db_close(loop->db);
}

static const struct {
	const char *name; /* as tools that list threads show it */
	struct loop *loop;
	bool (*turn)(struct loop *loop);
	struct db *(*open)(const char *conninfo, unsigned timeout_ms);
	bool nice;
} loops[] = {
	{ "scorer", &background.scorer, score_once, db_open_by_key, true },
	{ "fitter", &background.fitter, fit_once, db_open, false },
	{ "worker", &background.worker, work_once, db_open, false },
	{ "renderer", &background.renderer, render_once, db_open, true },
	{ "sweeper", &background.sweeper, sweep_once, db_open, true },
};

#define LOOPS (sizeof loops / sizeof loops[0])

struct background *background_start(const struct settings *settings, struct store *store)
{
	background.judge = scorer_new();
	for (size_t i = 0; i < LOOPS; i++) {
		loops[i].loop->name = loops[i].name;
		loops[i].loop->nice = loops[i].nice;
		if (start_loop(loops[i].loop, settings, store, loops[i].turn, loops[i].open))
			continue;
		while (i > 0)
			stop_loop(loops[--i].loop);
		return NULL;
	}
	return &background;
}

bool background_stop(struct background *parts)
{
	struct timespec until;
	bool ended = true;

	for (size_t i = 0; i < LOOPS; i++)
		ask_to_stop(loops[i].loop);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	for (size_t i = 0; i < LOOPS; i++)
		ended = await_end(loops[i].loop, &until) && ended;
	if (ended) {
		scorer_free(parts->judge);
		return true;
	}
	job_give_back_held();
	log_warn("stopping in the middle of scoring or of a job; the next start takes it up");
	return false;
}

void background_wake_scorer(void)
{
	background_wake(&background.scorer);
}

void background_wake_worker(void)
{
	background_wake(&background.worker);
}
