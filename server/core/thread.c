/* SPDX-License-Identifier: Apache-2.0 */
#include "core/thread.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

void thread_must_start(pthread_t *thread, void *(*run)(void *), void *arg, const char *what)
{
	int why = pthread_create(thread, NULL, run, arg);

	if (!why)
		return;
	log_error("no thread can be made to %s: %s; is a limit on tasks or memory too low?", what,
			  strerrordesc_np(why));
	_exit(EXIT_FAILURE);
}
