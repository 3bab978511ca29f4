/* SPDX-License-Identifier: Apache-2.0 */
/* thread -- threads without which the program cannot go on, and work that others go before. */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include <pthread.h>

/*
 * Starts a thread, or ends the process with a line in the log that says what it was to do: "answer
 * requests".  A limit on tasks or memory is the operator's to raise; for starts, where nothing has
 * been promised to anybody.
 */
void thread_must_start(pthread_t *thread, void *(*run)(void *), void *arg, const char *what);

/* From now on this thread gives way to others on the machine, and so do programs that it starts.
 * It cannot take that back. */
void thread_be_nice(void);

/*
 * Runs `run` in a thread that gives way to others, and waits for it.  For what computes long and
 * reads from the database as well: a snapshot is held while rows arrive, and a thread that gives
 * way while it takes them holds it for as long as others have work to do.
 */
void thread_run_nicely(void (*run)(void *arg), void *arg);

#endif
