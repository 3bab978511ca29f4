/* SPDX-License-Identifier: Apache-2.0 */
#include "release/stage.h"

#include "core/clock.h"
#include "core/log.h"

int64_t stage_end(int64_t since_ms, const char *what)
{
	int64_t now_ms = clock_monotonic_ms();

	log_debug("release: %s took %lld ms", what, (long long)(now_ms - since_ms));
	return now_ms;
}
