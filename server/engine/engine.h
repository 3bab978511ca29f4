/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine -- the parts of a server, opened in their order and stopped in reverse.
 *
 * A process has at most one: api/ and the lanes are global.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "core/error.h"
#include "engine/settings.h"

struct engine;

struct engine_config {
	const struct settings *settings; /* borrowed */
	bool without_work;               /* scoring and jobs are done by others */
	bool new_secret; /* a secret file that is lost is made anew: all are signed out */
};

/* Opens what the settings name, and serves. */
struct error engine_start(const struct engine_config *config,
                          struct engine **ret_engine) MUST_CHECK;

const char *engine_address(const struct engine *engine); /* where it listens */

/*
 * Answers what came, then stops and frees everything, within 10 seconds.  False: work in the
 * background goes on, and the program is to end by _exit(): the database undoes what is cut short.
 */
bool engine_stop(struct engine *engine) MUST_CHECK;

#endif
