/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /stats, open to all: one thread reads at a time, at most once in some seconds and more seldom
 * when reading takes long. The others tell what there was, or how the last try failed.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_stats.h"
#include "core/clock.h"
#include "core/lock.h"
#include "scoring/stats.h"

#define KEEP_MS      3000
#define KEEP_MOST_MS 60000
#define KEEP_PART    20  /* reading takes at most about this part of the time */
#define FIRST_MS     300 /* the first figures of a server are waited for, for so long */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static pthread_cond_t was_read;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *kept;
static struct error failure; /* of the last try */
static int64_t read_next_ms;
static bool reading;

static void make_condition(void)
{
	clock_condition_init(&was_read);
}

/* What there is to tell without reading; *ret_text stays NULL and nothing fails if the caller is
 * the one to read, and to say so to keep(). */
static struct error stats_recall(struct arena *arena, const char **ret_text)
{
	int64_t until_ms = clock_monotonic_ms() + FIRST_MS;
	struct error err = ok();

	pthread_once(&once, make_condition);
	lock_take(&lock);
	while (reading && !kept && clock_condition_wait(&was_read, &lock, until_ms))
		;
	if (!reading && clock_monotonic_ms() >= read_next_ms)
		reading = true;
	else if (kept)
		*ret_text = arena_copy(arena, kept, strlen(kept));
	else
		err = failure.code ? failure : error_because(REASON_NOT_COUNTED);
	lock_release(&lock);
	return err;
}

static int64_t keep_ms(int64_t took_ms)
{
	int64_t ms = KEEP_PART * took_ms;

	return ms < KEEP_MS ? KEEP_MS : ms > KEEP_MOST_MS ? KEEP_MOST_MS : ms;
}

/* Keeps what was read, or how it failed. Then *text is what to tell, NULL for nothing: older
 * figures say of when they are. */
static void stats_keep(struct arena *arena, const char **text, struct error err, int64_t took_ms)
{
	char *copy = err.code ? NULL : strdup(*text);

	if (!err.code && !copy)
		abort();
	lock_take(&lock);
	reading = false;
	failure = err;
	read_next_ms = clock_monotonic_ms() + keep_ms(took_ms);
	if (copy) {
		free(kept);
		kept = copy;
	} else if (kept) {
		*text = arena_copy(arena, kept, strlen(kept));
	}
	pthread_cond_broadcast(&was_read);
	lock_release(&lock);
}

/* Figures have 15 digits at most: a tenth is 0.1. */
static struct error stats_read(struct db *db, struct arena *arena, const char **ret_text)
{
	struct public_figures figures;
	struct error err = stats_public(db, arena, &figures);

	if (err.code)
		return err;
	json_auto_t *json = present_stats(&figures);
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (!text)
		return errorf(ERR_INTERNAL, "figures that cannot be written");
	*ret_text = arena_copy(arena, text, strlen(text));
	free(text);
	return ok();
}

struct error get_stats(struct request *req, struct db *db)
{
	const char *text = NULL;
	int64_t began_ms = clock_monotonic_ms();
	struct error err = stats_recall(req->arena, &text);

	if (!err.code && !text) {
		err = stats_read(db, req->arena, &text);
		stats_keep(req->arena, &text, err, clock_monotonic_ms() - began_ms);
	}
	if (!text)
		return err;
	request_json_text(req, 200, text);
	return ok();
}
