/* SPDX-License-Identifier: Apache-2.0 */
#include "work/loop.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/mem.h"
#include "core/thread.h"

#define LOOK_EVERY_MS 500

struct loop {
	struct loop_config config;
	pthread_t thread;
	pthread_mutex_t lock;        /* guards the rest */
	pthread_cond_t wake, at_end; /* for the loop; for who waits for its end */
	bool woken, stopping, ended;
};

/* Waits for a wake-up, or half a second. False: stop. */
static bool await_turn_of(struct loop *loop, bool at_once)
{
	int64_t until_ms = clock_monotonic_ms() + LOOK_EVERY_MS;

	lock_take(&loop->lock);
	while (!loop->woken && !loop->stopping && !at_once)
		if (!clock_condition_wait(&loop->wake, &loop->lock, until_ms))
			break;
	loop->woken = false;
	bool go = !loop->stopping;
	lock_release(&loop->lock);
	return go;
}

static void *loop_run(void *arg)
{
	struct loop *loop = arg;
	bool more = true;

	pthread_setname_np(pthread_self(), loop->config.name);
	if (loop->config.nice)
		thread_be_nice();
	while (await_turn_of(loop, more))
		more = loop->config.turn(loop, loop->config.arg);
	lock_take(&loop->lock);
	loop->ended = true;
	pthread_cond_broadcast(&loop->at_end);
	lock_release(&loop->lock);
	return NULL;
}

struct loop *loop_start(const struct loop_config *config)
{
	struct loop *loop = mem_new(1, sizeof *loop);

	loop->config = *config;
	pthread_mutex_init(&loop->lock, NULL);
	clock_condition_init(&loop->wake);
	clock_condition_init(&loop->at_end);
	thread_must_start(&loop->thread, loop_run, loop, config->what);
	return loop;
}

void loop_wake(struct loop *loop)
{
	lock_take(&loop->lock);
	loop->woken = true;
	pthread_cond_signal(&loop->wake);
	lock_release(&loop->lock);
}

void loop_rest(struct loop *loop, int64_t ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;

	lock_take(&loop->lock);
	while (!loop->stopping && clock_condition_wait(&loop->wake, &loop->lock, until_ms))
		;
	lock_release(&loop->lock);
}

bool loop_is_stopping(struct loop *loop)
{
	lock_take(&loop->lock);
	bool stopping = loop->stopping;
	lock_release(&loop->lock);
	return stopping;
}

void loop_stop(struct loop *loop)
{
	lock_take(&loop->lock);
	loop->stopping = true;
	pthread_cond_signal(&loop->wake);
	lock_release(&loop->lock);
}

bool loop_await_end(struct loop *loop, int64_t until_ms)
{
	lock_take(&loop->lock);
	while (!loop->ended && clock_condition_wait(&loop->at_end, &loop->lock, until_ms))
		;
	bool ended = loop->ended;
	lock_release(&loop->lock);
	return ended;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	pthread_join(loop->thread, NULL);
	pthread_cond_destroy(&loop->wake);
	pthread_cond_destroy(&loop->at_end);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}
