/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sync.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "corpus/leak_figures.h"
#include "corpus/lost_media.h"
#include "db/db.h"
#include "judging/dispatcher.h"
#include "people/revocation.h"
#include "release/takedown.h"
#include "scoring/integrity.h"
#include "scoring/stats.h"
#include "work/loop.h"

#define STATEMENT_MS 120000 /* reading a million items takes a while */
#define RETRY_MS     300
#define WATCH_MS     2000

struct sync_thread {
	struct loop *loop;
	struct db *db;
	struct dispatcher *dispatcher;
	struct revocations *revocations;
	struct store *store;
	int64_t watched_ms;
	bool failing;
};

/* What may be seen no more comes first, and does not wait for what the dispatcher has to read;
 * figures of the last fit every two seconds. */
static struct error sync_work(struct sync_thread *sync_thread, int64_t *ret_rest_ms)
{
	struct error err = revocations_refresh(sync_thread->revocations, sync_thread->db);

	if (!err.code)
		err = dispatcher_refresh(sync_thread->dispatcher, sync_thread->db, ret_rest_ms);
	if (!err.code)
		err = lost_media_refresh(sync_thread->db, sync_thread->store);
	if (!err.code)
		err = takedown_evict(sync_thread->db, sync_thread->store);
	if (err.code || clock_monotonic_ms() - sync_thread->watched_ms < WATCH_MS)
		return err;
	sync_thread->watched_ms = clock_monotonic_ms();
	err = stats_watch_fit(sync_thread->db);
	if (!err.code)
		err = integrity_watch(sync_thread->db);
	return err.code ? err : leak_figures_watch(sync_thread->db);
}

static bool sync_once(struct loop *loop, void *arg)
{
	struct sync_thread *sync_thread = arg;
	int64_t rest_ms = 0;
	struct error err = sync_work(sync_thread, &rest_ms);

	if (err.code && !sync_thread->failing)
		log_warn("sync: %s", err.detail);
	sync_thread->failing = err.code;
	loop_rest(loop, err.code ? RETRY_MS : rest_ms);
	return true;
}

/* Everything that the dispatcher is to hold, before anybody asks. */
static struct error sync_first(struct db *db, struct dispatcher *dispatcher,
                               struct revocations *revocations)
{
	struct error err = revocations_refresh(revocations, db);

	return err.code ? err : dispatcher_open(dispatcher, db);
}

struct sync_thread *sync_start(const char *database_url, struct dispatcher *dispatcher,
                               struct revocations *revocations, struct store *store)
{
	struct db *db = db_open(database_url, STATEMENT_MS);

	if (!db)
		return NULL;
	struct error err = sync_first(db, dispatcher, revocations);
	if (err.code) {
		log_error("sync: %s", err.detail);
		db_close(db);
		return NULL;
	}
	struct sync_thread *sync_thread = mem_new(1, sizeof *sync_thread);
	*sync_thread = (struct sync_thread){
		.db = db, .dispatcher = dispatcher, .revocations = revocations, .store = store
	};
	sync_thread->loop = loop_start(&(struct loop_config){ .name = "sync",
	                                                      .what = "keep the items in memory true",
	                                                      .turn = sync_once,
	                                                      .arg = sync_thread });
	return sync_thread;
}

void sync_stop(struct sync_thread *sync_thread)
{
	int64_t rest_ms = 0;

	loop_stop(sync_thread->loop);
	loop_free(sync_thread->loop);
	struct error err = dispatcher_refresh(sync_thread->dispatcher, sync_thread->db, &rest_ms);
	if (err.code)
		log_warn("sync: the last leases are not written: %s", err.detail);
	db_close(sync_thread->db);
	free(sync_thread);
}
