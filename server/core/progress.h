/* SPDX-License-Identifier: Apache-2.0 */
/* progress -- who is told, now and then, how far long work is. An error from it stops the work. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include <stdint.h>

#include "core/error.h"

struct progress_listener {
	struct error (*tell)(void *arg, int64_t done, int64_t total);
	void *arg;
};

#endif
