/* SPDX-License-Identifier: Apache-2.0 */
/* clock -- what time it is. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970, UTC. May jump when an operator sets the clock. */
int64_t clock_now_s(void);

/* Milliseconds since some fixed moment; never goes back. For durations. */
int64_t clock_monotonic_ms(void);

/* The same in nanoseconds. */
int64_t clock_monotonic_ns(void);

/*
 * A condition whose timed waits go by the monotonic clock: setting the wall clock back must not
 * lengthen a wait. scripts/check-layers sees to it that nobody waits in another way.
 */
void clock_condition_init(pthread_cond_t *condition);

/* Waits with `lock` held until clock_monotonic_ms() is `until_ms`. False: that moment has come. */
bool clock_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms);

/* Does nothing for so long; a signal does not cut it short. */
void clock_rest_ms(int64_t ms);

#define CLOCK_TEXT 25 /* "2026-01-02T03:04:05Z" and its NUL, and some room */

/* Writes `seconds` since 1970 as RFC 3339 in UTC. */
void clock_text(char text[CLOCK_TEXT], int64_t seconds);

/* Reads "2026-01-31T12:00:00Z". False: it is no such moment. */
bool clock_read_moment(const char *text, int64_t *ret_s);

#endif
