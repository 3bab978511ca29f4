/* SPDX-License-Identifier: Apache-2.0 */
#include "core/thread.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/log.h"

#define NICENESS 10

void thread_must_start(pthread_t *thread, void *(*run)(void *), void *arg, const char *what)
{
	int why = pthread_create(thread, NULL, run, arg);

	if (!why)
		return;
	log_error("no thread can be made to %s: %s; is a limit on tasks or memory too low?", what,
	          strerrordesc_np(why));
	_exit(EXIT_FAILURE);
}

/* On Linux each thread has a niceness of its own. That it is refused would do no harm. */
void thread_be_nice(void)
{
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
}

struct nice_work {
	void (*run)(void *arg);
	void *arg;
};

static void *run_nice_work(void *arg)
{
	const struct nice_work *work = arg;

	thread_be_nice();
	work->run(work->arg);
	return NULL;
}

void thread_run_nicely(void (*run)(void *arg), void *arg)
{
	struct nice_work work = { run, arg };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_nice_work, &work) == 0)
		pthread_join(thread, NULL);
	else
		run(arg); /* not as nice, but done */
}
