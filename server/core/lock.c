/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lock.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"

#define SAY_EVERY_MS 60000

static _Thread_local unsigned held;
static _Atomic int64_t say_next_ms;

void lock_take(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	held++;
}

void lock_release(pthread_mutex_t *lock)
{
	held--;
	pthread_mutex_unlock(lock);
}

static void lock_say(const char *what)
{
	int64_t now_ms = clock_monotonic_ms(), next_ms = atomic_load(&say_next_ms);

	if (now_ms >= next_ms &&
	    atomic_compare_exchange_strong(&say_next_ms, &next_ms, now_ms + SAY_EVERY_MS))
		log_error("%s waits while its thread holds a lock: all that need the lock wait too", what);
}

bool lock_check(const char *what)
{
	if (!held)
		return true;
	lock_say(what);
#ifdef STRICT_LOCKS
	abort();
#endif
	return false;
}
