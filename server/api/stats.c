/* SPDX-License-Identifier: Apache-2.0 */
/* /stats: read at most once in some seconds, however many ask. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "domain/stats.h"

#define KEEP_MS 3000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards both below */
static char *kept;
static int64_t kept_ms;

static const char *recall(struct arena *arena)
{
	const char *text = NULL;

	pthread_mutex_lock(&lock);
	if (kept && clock_monotonic_ms() - kept_ms < KEEP_MS)
		text = arena_copy(arena, kept, strlen(kept));
	pthread_mutex_unlock(&lock);
	return text;
}

static void keep(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	pthread_mutex_lock(&lock);
	free(kept);
	kept = copy;
	kept_ms = clock_monotonic_ms();
	pthread_mutex_unlock(&lock);
}

struct error get_stats(struct request *req, struct db *db)
{
	const char *text = recall(req->arena);
	struct error err;

	if (!text) {
		if ((err = stats_public(db, req->arena, &text)).code)
			return err;
		keep(text);
	}
	request_json_text(req, 200, text);
	return ok();
}
