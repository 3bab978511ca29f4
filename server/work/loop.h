/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop -- a thread that does what there is to do, again and again.
 *
 * It takes a turn at once, when it is woken, and by itself every half second; it rests between
 * turns when it says so.  It ends after the turn under way once it is asked to stop.
 *
 * Threads: all functions but loop_free() may be called from any thread.
 */
#ifndef WORK_LOOP_H
#define WORK_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop_config {
	const char *name; /* as tools that list threads show it: 15 bytes at most */
	const char *what; /* it is there to do, for the log when it cannot be made */
	bool nice;        /* gives way to others on the machine */
	/* Takes a turn. True: there may be more to do at once. */
	bool (*turn)(struct loop *loop, void *arg);
	void *arg;
};

/* Its texts are borrowed. The process ends where no thread can be made. */
struct loop *loop_start(const struct loop_config *config);

/* It takes a turn at once. */
void loop_wake(struct loop *loop);

/* For its own turn: rests so long, whoever wakes it meanwhile; but not when it is to stop. */
void loop_rest(struct loop *loop, int64_t ms);

/* Is it to stop? */
bool loop_is_stopping(struct loop *loop);

/* Asks it to stop, and returns at once. */
void loop_stop(struct loop *loop);

/* Waits for its end until clock_monotonic_ms() is `until_ms`. False: it still runs then. */
bool loop_await_end(struct loop *loop, int64_t until_ms);

/* Waits for its end, where it still runs, and frees it; NULL does nothing. After loop_stop(). */
void loop_free(struct loop *loop);

#endif
