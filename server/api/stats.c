/* SPDX-License-Identifier: Apache-2.0 */
/* /stats: read at most once in some seconds, and more seldom when reading takes long. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "domain/stats.h"

#define KEEP_MS   3000
#define KEEP_PART 20 /* reading takes at most about this part of the time */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static char *kept;
static int64_t read_next_ms;
static bool reading; /* one lane is at it; the others tell what there was */

static const char *copy_kept(struct arena *arena)
{
	return kept ? arena_copy(arena, kept, strlen(kept)) : NULL;
}

/* NULL: the caller reads, and says so to keep(). */
static const char *recall(struct arena *arena)
{
	const char *text = NULL;

	pthread_mutex_lock(&lock);
	if (reading || clock_monotonic_ms() < read_next_ms)
		text = copy_kept(arena);
	if (!text)
		reading = true;
	pthread_mutex_unlock(&lock);
	return text;
}

/* What was read, or NULL: it could not be. Answers what to tell: older figures say of when they
 * are. */
static const char *keep(struct arena *arena, const char *text, int64_t took_ms)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		abort();
	pthread_mutex_lock(&lock);
	reading = false;
	read_next_ms =
		clock_monotonic_ms() + (KEEP_PART * took_ms > KEEP_MS ? KEEP_PART * took_ms : KEEP_MS);
	if (copy) {
		free(kept);
		kept = copy;
	} else {
		text = copy_kept(arena);
	}
	pthread_mutex_unlock(&lock);
	return text;
}

struct error get_stats(struct request *req, struct db *db)
{
	const char *text = recall(req->arena), *fresh = NULL;
	int64_t began_ms = clock_monotonic_ms();

	if (!text) {
		struct error err = stats_public(db, req->arena, &fresh);

		text = keep(req->arena, fresh, clock_monotonic_ms() - began_ms);
		if (!text)
			return err;
	}
	request_json_text(req, 200, text);
	return ok();
}
