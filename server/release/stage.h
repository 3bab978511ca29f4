/* SPDX-License-Identifier: Apache-2.0 */
/* stage -- how long each part of making a release took: a line of the log, for those who ask for
 * debug. `make bench` reads them. */
#ifndef RELEASE_STAGE_H
#define RELEASE_STAGE_H

#include <stdint.h>

/* Says that `what` has ended, which began at `since_ms` of clock_monotonic_ms(). Answers what time
 * it is by that clock: the next stage begins. */
int64_t stage_end(int64_t since_ms, const char *what);

#endif
