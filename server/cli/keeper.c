/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keeper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/thread.h"
#include "db/db.h"
#include "domain/desk.h"
#include "domain/dispute.h"
#include "domain/lost_media.h"
#include "domain/revocation.h"
#include "domain/stats.h"

#define STATEMENT_MS 120000 /* reading a million items takes a while */
#define RETRY_MS     300
#define FOLD_MS      60000
#define WATCH_MS     2000

struct keeper {
	pthread_t thread;
	pthread_mutex_t lock; /* guards stopping */
	pthread_cond_t stop;
	bool stopping;
	struct db *db;
	struct desk *desk;
	struct revocations *revocations;
	struct store *store;
	int64_t folded_ms, watched_ms;
	bool more_to_fold; /* pairs of more days than one look may count */
};

/* Waits. True: stop. */
static bool rest(struct keeper *keeper, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;

	lock_take(&keeper->lock);
	while (!keeper->stopping && clock_condition_wait(&keeper->stop, &keeper->lock, until_ms))
		;
	bool stop = keeper->stopping;
	lock_release(&keeper->lock);
	return stop;
}

/* The desk comes first; figures of the last fit every two seconds, what can wait once a minute. */
static struct error work(struct keeper *keeper, int64_t *ret_rest_ms)
{
	struct error err = desk_refresh(keeper->desk, keeper->db, ret_rest_ms);

	if (!err.code)
		err = revocations_refresh(keeper->revocations, keeper->db);
	if (!err.code)
		err = lost_media_refresh(keeper->db, keeper->store);
	if (!err.code && clock_monotonic_ms() - keeper->watched_ms >= WATCH_MS) {
		err = stats_watch_fit(keeper->db);
		keeper->watched_ms = clock_monotonic_ms();
	}
	if (err.code || (!keeper->more_to_fold && clock_monotonic_ms() - keeper->folded_ms < FOLD_MS))
		return err;
	keeper->folded_ms = clock_monotonic_ms();
	if ((err = disputes_open_lonely(keeper->db)).code)
		return err;
	return stats_fold(keeper->db, &keeper->more_to_fold);
}

static void *keep(void *arg)
{
	struct keeper *keeper = arg;
	int64_t rest_ms = 0;
	bool well = true;

	while (!rest(keeper, rest_ms)) {
		struct error err = work(keeper, &rest_ms);

		if (err.code && well)
			log_warn("keeper: %s", err.detail);
		if (err.code)
			rest_ms = RETRY_MS;
		well = !err.code;
	}
	struct error err = desk_refresh(keeper->desk, keeper->db, &rest_ms);
	if (err.code)
		log_warn("keeper: the last leases are not written: %s", err.detail);
	return NULL;
}

struct keeper *keeper_start(const char *database_url, struct desk *desk,
							struct revocations *revocations, struct store *store)
{
	struct db *db = db_open(database_url, STATEMENT_MS);
	struct error err;

	if (!db)
		return NULL;
	err = revocations_refresh(revocations, db);
	if (!err.code)
		err = desk_open(desk, db);
	if (err.code) {
		log_error("keeper: %s", err.detail);
		db_close(db);
		return NULL;
	}
	struct keeper *keeper = calloc(1, sizeof *keeper);
	if (!keeper)
		abort();
	keeper->db = db;
	keeper->desk = desk;
	keeper->revocations = revocations;
	keeper->store = store;
	pthread_mutex_init(&keeper->lock, NULL);
	clock_condition_init(&keeper->stop);
	thread_must_start(&keeper->thread, keep, keeper, "keep the items in memory true");
	return keeper;
}

void keeper_stop(struct keeper *keeper)
{
	lock_take(&keeper->lock);
	keeper->stopping = true;
	pthread_cond_signal(&keeper->stop);
	lock_release(&keeper->lock);
	pthread_join(keeper->thread, NULL);
	pthread_cond_destroy(&keeper->stop);
	pthread_mutex_destroy(&keeper->lock);
	db_close(keeper->db);
	free(keeper);
}
