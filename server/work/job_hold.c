/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holding a job: its claim is renewed from beside.  All holds of the process stand in one list, so
 * that a program that ends can give their jobs back.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "work/job.h"

#define LOOK_EVERY_MS  1000 /* whether it is to end */
#define RENEW_EVERY_MS 10000
#define HOLD_MOST_MS   (6LL * 60 * 60 * 1000)

struct job_hold {
	pthread_t thread;
	const struct db *like; /* the worker's connection, as a model for another; never used */
	struct job job;
	int64_t until_ms, renewed_ms;
	atomic_bool *cancelled; /* the worker's */
	struct job_hold *next;  /* guarded by the lock, as is the rest */
	pthread_cond_t wake;
	bool released;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct job_hold *holds;

/* False: released. */
static bool await_turn(struct job_hold *hold)
{
	int64_t every_ms = hold->job.periodic ? RENEW_EVERY_MS : LOOK_EVERY_MS;
	int64_t until_ms = clock_monotonic_ms() + every_ms;

	lock_take(&lock);
	while (!hold->released && clock_condition_wait(&hold->wake, &lock, until_ms))
		;
	bool go = !hold->released;
	lock_release(&lock);
	return go && clock_monotonic_ms() < hold->until_ms;
}

/* Renews the claim when it is time, and looks whether the job is to end. */
static struct error hold_keep(struct db *db, struct job_hold *hold)
{
	int64_t now_ms = clock_monotonic_ms();
	bool renew = now_ms - hold->renewed_ms >= RENEW_EVERY_MS;
	auto_rows *rows = NULL;
	char claim[16];

	snprintf(claim, sizeof claim, "%d", hold->job.claim);
	struct error err = db_run(db, renew ? SQL_JOB_KEEP : SQL_JOB_LOOK,
	                          (const char *[]){ hold->job.id, claim }, &rows);
	if (err.code)
		return err;
	if (renew)
		hold->renewed_ms = now_ms;
	if (rows_count(rows) && rows_flag(rows, 0, 0))
		*hold->cancelled = true;
	return ok();
}

/* A short job needs no connection. A claim that could not be renewed is tried again in time. */
static void *hold_on(void *arg)
{
	struct job_hold *hold = arg;
	struct db *db = NULL;

	while (await_turn(hold)) {
		if (!db)
			db = db_open_like(hold->like);
		struct error err = db ? hold_keep(db, hold) : ok();
		if (err.code)
			log_warn("jobs: a claim could not be renewed: %s", err.detail);
	}
	db_close(db);
	return NULL;
}

struct job_hold *job_hold(const struct db *db, const struct job *job, atomic_bool *cancelled)
{
	struct job_hold *hold = mem_new(1, sizeof *hold);

	hold->like = db;
	hold->job = *job;
	hold->cancelled = cancelled;
	hold->renewed_ms = clock_monotonic_ms();
	hold->until_ms = clock_monotonic_ms() + HOLD_MOST_MS;
	clock_condition_init(&hold->wake);
	if (pthread_create(&hold->thread, NULL, hold_on, hold) != 0) {
		log_warn("jobs: no thread could be made to renew a claim; the work renews it now and then");
		pthread_cond_destroy(&hold->wake);
		free(hold);
		return NULL;
	}
	lock_take(&lock);
	hold->next = holds;
	holds = hold;
	lock_release(&lock);
	return hold;
}

void job_unhold(struct job_hold *hold)
{
	if (!hold)
		return;
	lock_take(&lock);
	struct job_hold **link = &holds;
	while (*link && *link != hold)
		link = &(*link)->next;
	if (*link)
		*link = hold->next;
	hold->released = true;
	pthread_cond_signal(&hold->wake);
	lock_release(&lock);
	pthread_join(hold->thread, NULL);
	pthread_cond_destroy(&hold->wake);
	free(hold);
}

/* The first held job, copied; false: none is left. It stands in the list no more. */
static bool hold_take_one(struct job *ret_job, const struct db **ret_like)
{
	lock_take(&lock);
	struct job_hold *hold = holds;
	if (hold) {
		*ret_job = hold->job;
		*ret_like = hold->like;
		holds = hold->next;
	}
	lock_release(&lock);
	return hold != NULL;
}

void job_give_back_held(void)
{
	const struct db *like;
	struct job job;

	while (hold_take_one(&job, &like)) {
		struct db *db = db_open_like(like);
		struct error err = db ? job_give_back(db, &job, JOB_STOPPED, 0) : ok();

		if (err.code)
			log_warn("jobs: one in the middle cannot be given back: %s", err.detail);
		db_close(db);
	}
}
