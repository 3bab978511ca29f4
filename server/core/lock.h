/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock -- mutexes that know whether this thread holds one.
 *
 * A thread that waits for the database, the store or the network while it holds a lock makes all
 * others wait with it.  So whatever waits calls lock_check() first.  It aborts in builds for tests
 * (make SAN=..., make CI=1); elsewhere the log says so, at most once a minute, and work goes on.
 *
 * Threads: any; the count of held locks is each thread's own.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <pthread.h>
#include <stdbool.h>

void lock_take(pthread_mutex_t *lock);
void lock_release(pthread_mutex_t *lock);

/* `what` is about to wait for something outside. False: with a lock held, which is a fault. */
bool lock_check(const char *what);

#endif
