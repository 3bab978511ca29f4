/* SPDX-License-Identifier: Apache-2.0 */
#include "work/lane.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/lock.h"
#include "core/thread.h"

struct worker {
	struct lane *lane;
	void *resource;
	pthread_t thread;
};

struct lane {
	struct lane_config config;
	struct worker *workers;
	pthread_mutex_t lock;    /* guards everything below */
	pthread_cond_t not_idle; /* an item arrived, or the lane closed */
	size_t head, count;      /* ring buffer: oldest item, items waiting */
	bool closed;
	void *ring[];
};

/* Waits for work. Returns how many items were taken; 0 means closed and empty. */
static size_t lane_take(struct lane *lane, void *items[])
{
	size_t taken = 0;

	lock_take(&lane->lock);
	while (!lane->count && !lane->closed)
		pthread_cond_wait(&lane->not_idle, &lane->lock);
	while (lane->count && taken < lane->config.batch) {
		items[taken++] = lane->ring[lane->head];
		lane->head = (lane->head + 1) % lane->config.depth;
		lane->count--;
	}
	lock_release(&lane->lock);
	return taken;
}

static void *lane_run(void *arg)
{
	struct worker *worker = arg;
	void *items[LANE_MAX_BATCH];

	for (size_t n; (n = lane_take(worker->lane, items)) > 0;)
		worker->lane->config.serve(worker->resource, items, n);
	return NULL;
}

static bool open_resources(struct lane *lane)
{
	const struct lane_config *config = &lane->config;

	for (unsigned i = 0; config->open && i < config->threads; i++) {
		lane->workers[i].resource = config->open(config->arg);
		if (!lane->workers[i].resource)
			return false;
	}
	return true;
}

struct lane *lane_start(const struct lane_config *config)
{
	struct lane *lane = calloc(1, sizeof *lane + config->depth * sizeof lane->ring[0]);
	struct worker *workers = calloc(config->threads, sizeof *workers);

	if (!lane || !workers)
		abort();
	lane->config = *config;
	lane->workers = workers;
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->not_idle, NULL);
	if (!open_resources(lane)) {
		lane_free(lane);
		return NULL;
	}
	for (unsigned i = 0; i < config->threads; i++) {
		workers[i].lane = lane;
		thread_must_start(&workers[i].thread, lane_run, &workers[i], "answer requests");
	}
	return lane;
}

bool lane_submit(struct lane *lane, void *item)
{
	bool room;

	lock_take(&lane->lock);
	room = lane->count < lane->config.depth && !lane->closed;
	if (room) {
		lane->ring[(lane->head + lane->count++) % lane->config.depth] = item;
		pthread_cond_signal(&lane->not_idle);
	}
	lock_release(&lane->lock);
	return room;
}

void lane_close(struct lane *lane)
{
	lock_take(&lane->lock);
	lane->closed = true;
	pthread_cond_broadcast(&lane->not_idle);
	lock_release(&lane->lock);

	for (unsigned i = 0; i < lane->config.threads; i++)
		pthread_join(lane->workers[i].thread, NULL);
}

void lane_free(struct lane *lane)
{
	for (unsigned i = 0; i < lane->config.threads; i++)
		if (lane->workers[i].resource && lane->config.close)
			lane->config.close(lane->workers[i].resource);
	pthread_cond_destroy(&lane->not_idle);
	pthread_mutex_destroy(&lane->lock);
	free(lane->workers);
	free(lane);
}
