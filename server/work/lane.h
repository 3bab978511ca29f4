/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lane -- a bounded queue and the threads that empty it.
 *
 * Every thread owns a resource (for us: one database connection) and loops:
 * take up to `batch` items, serve them, repeat.
 *
 * With batch = 1 a lane is a plain thread pool.  With batch > 1 it is a group
 * committer: while a thread waits for one COMMIT to reach the disk, new items
 * queue up behind it and become the next batch.  Nothing ever waits for a
 * timer, so a quiet system answers at once and a busy one batches by itself.
 *
 * Threads: lane_submit() may be called from any thread.  serve() runs on a
 * lane thread, without the lock.  Once submitted, an item belongs to the lane
 * until serve() has been called with it; serve() is always called, even
 * during lane_close().
 */
#ifndef WORK_LANE_H
#define WORK_LANE_H

#include <stdbool.h>
#include <stddef.h>

#define LANE_MAX_BATCH 256

struct lane_config {
	const char *name;
	unsigned threads;
	unsigned depth;           /* most items waiting; more are refused */
	unsigned batch;           /* most items per serve(), 1..LANE_MAX_BATCH */
	void *(*open)(void *arg); /* one resource per thread; NULL: cannot start */
	void (*close)(void *resource);
	void (*serve)(void *resource, void *items[], size_t count);
	void *arg;
};

struct lane;

/* Opens every resource, then starts the threads. NULL if a resource would not open. */
struct lane *lane_start(const struct lane_config *config);

/* Queues `item`. Returns false, and keeps no reference, when the lane is full or closed. */
bool lane_submit(struct lane *lane, void *item);

/* Refuses new items, serves what is queued, joins the threads. */
void lane_close(struct lane *lane);

/* Call when nobody can submit any more. */
void lane_free(struct lane *lane);

#endif
