/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sync.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/thread.h"
#include "corpus/lost_media.h"
#include "db/db.h"
#include "judging/dispatcher.h"
#include "people/revocation.h"
#include "review/dispute.h"
#include "scoring/stats.h"

#define STATEMENT_MS 120000 /* reading a million items takes a while */
#define RETRY_MS     300
#define FOLD_MS      60000
#define WATCH_MS     2000

struct sync_thread {
	pthread_t thread;
	pthread_mutex_t lock; /* guards stopping */
	pthread_cond_t stop;
	bool stopping;
	struct db *db;
	struct dispatcher *dispatcher;
	struct revocations *revocations;
	struct store *store;
	int64_t folded_ms, watched_ms;
	bool more_to_fold; /* pairs of more days than one look may count */
};

/* Waits. True: stop. */
static bool sync_rest(struct sync_thread *sync_thread, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;

	lock_take(&sync_thread->lock);
	while (!sync_thread->stopping &&
	       clock_condition_wait(&sync_thread->stop, &sync_thread->lock, until_ms))
		;
	bool stop = sync_thread->stopping;
	lock_release(&sync_thread->lock);
	return stop;
}

/* The dispatcher comes first; figures of the last fit every two seconds, what can wait once a
 * minute. */
static struct error sync_work(struct sync_thread *sync_thread, int64_t *ret_rest_ms)
{
	struct error err = dispatcher_refresh(sync_thread->dispatcher, sync_thread->db, ret_rest_ms);

	if (!err.code)
		err = revocations_refresh(sync_thread->revocations, sync_thread->db);
	if (!err.code)
		err = lost_media_refresh(sync_thread->db, sync_thread->store);
	if (!err.code && clock_monotonic_ms() - sync_thread->watched_ms >= WATCH_MS) {
		err = stats_watch_fit(sync_thread->db);
		sync_thread->watched_ms = clock_monotonic_ms();
	}
	if (err.code ||
	    (!sync_thread->more_to_fold && clock_monotonic_ms() - sync_thread->folded_ms < FOLD_MS))
		return err;
	sync_thread->folded_ms = clock_monotonic_ms();
	if ((err = disputes_open_lonely(sync_thread->db)).code)
		return err;
	return stats_fold(sync_thread->db, &sync_thread->more_to_fold);
}

static void *sync_keep(void *arg)
{
	struct sync_thread *sync_thread = arg;
	int64_t rest_ms = 0;
	bool well = true;

	while (!sync_rest(sync_thread, rest_ms)) {
		struct error err = sync_work(sync_thread, &rest_ms);

		if (err.code && well)
			log_warn("sync: %s", err.detail);
		if (err.code)
			rest_ms = RETRY_MS;
		well = !err.code;
	}
	struct error err = dispatcher_refresh(sync_thread->dispatcher, sync_thread->db, &rest_ms);
	if (err.code)
		log_warn("sync: the last leases are not written: %s", err.detail);
	return NULL;
}

struct sync_thread *sync_start(const char *database_url, struct dispatcher *dispatcher,
                               struct revocations *revocations, struct store *store)
{
	struct db *db = db_open(database_url, STATEMENT_MS);
	struct error err;

	if (!db)
		return NULL;
	err = revocations_refresh(revocations, db);
	if (!err.code)
		err = dispatcher_open(dispatcher, db);
	if (err.code) {
		log_error("sync: %s", err.detail);
		db_close(db);
		return NULL;
	}
	struct sync_thread *sync_thread = mem_new(1, sizeof *sync_thread);
	sync_thread->db = db;
	sync_thread->dispatcher = dispatcher;
	sync_thread->revocations = revocations;
	sync_thread->store = store;
	pthread_mutex_init(&sync_thread->lock, NULL);
	clock_condition_init(&sync_thread->stop);
	thread_must_start(&sync_thread->thread, sync_keep, sync_thread,
	                  "keep the items in memory true");
	return sync_thread;
}

void sync_stop(struct sync_thread *sync_thread)
{
	lock_take(&sync_thread->lock);
	sync_thread->stopping = true;
	pthread_cond_signal(&sync_thread->stop);
	lock_release(&sync_thread->lock);
	pthread_join(sync_thread->thread, NULL);
	pthread_cond_destroy(&sync_thread->stop);
	pthread_mutex_destroy(&sync_thread->lock);
	db_close(sync_thread->db);
	free(sync_thread);
}
