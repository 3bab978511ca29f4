/* SPDX-License-Identifier: Apache-2.0 */
/*
 * background -- the work that nobody waits for: scoring, and jobs.
 *
 * Threads, each with a connection of its own: one takes single judgments in as they come, one fits
 * the model to everything anew, and the workers (engine/workers) do jobs.  Any number of processes
 * may run them: scoring has one leader at a time, jobs are claimed.  They look by themselves twice
 * a second, and at once when woken.
 */
#ifndef ENGINE_BACKGROUND_H
#define ENGINE_BACKGROUND_H

#include <stdbool.h>

#include "core/error.h"
#include "engine/settings.h"

struct background;
struct store;

/* NULL, after logging why, when there is no database. */
struct background *background_start(const struct settings *settings, struct store *store);

/*
 * Lets what runs come to an end, for a few seconds.  False: it has not, and the program is to end
 * without it, by _exit(): the database undoes what is cut short.
 */
bool background_stop(struct background *parts) MUST_CHECK;

/* From any thread, before background_stop(). */
void background_wake_scorer(void);
void background_wake_worker(void);

#endif
