/* SPDX-License-Identifier: Apache-2.0 */
/* /stats: read at most once in some seconds, however many ask. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "domain/stats.h"

#define KEEP_MS 3000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static char *kept;
static int64_t kept_ms;
static bool reading; /* one lane is at it; the others tell what there was */

/* NULL: the caller reads, and says so to keep(). */
static const char *recall(struct arena *arena)
{
	const char *text = NULL;

	pthread_mutex_lock(&lock);
	if (kept && (reading || clock_monotonic_ms() - kept_ms < KEEP_MS))
		text = arena_copy(arena, kept, strlen(kept));
	else
		reading = true;
	pthread_mutex_unlock(&lock);
	return text;
}

/* NULL: it could not be read. */
static void keep(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		abort();
	pthread_mutex_lock(&lock);
	reading = false;
	if (copy) {
		free(kept);
		kept = copy;
		kept_ms = clock_monotonic_ms();
	}
	pthread_mutex_unlock(&lock);
}

struct error get_stats(struct request *req, struct db *db)
{
	const char *text = recall(req->arena);
	struct error err = ok();

	if (!text) {
		err = stats_public(db, req->arena, &text);
		keep(text);
	}
	if (!err.code)
		request_json_text(req, 200, text);
	return err;
}
