/* SPDX-License-Identifier: Apache-2.0 */
/* thread -- threads without which the program cannot go on. */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include <pthread.h>

/*
 * Starts a thread, or ends the process with a line in the log that says what it was to do: "answer
 * requests".  A limit on tasks or memory is the operator's to raise; for starts, where nothing has
 * been promised to anybody.
 */
void thread_must_start(pthread_t *thread, void *(*run)(void *), void *arg, const char *what);

#endif
