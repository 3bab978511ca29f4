/* SPDX-License-Identifier: Apache-2.0 */
/* clock -- what time it is. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970, UTC. May jump when an operator sets the clock. */
int64_t clock_now_s(void);

/* Milliseconds since some fixed moment; never goes back. For durations. */
int64_t clock_monotonic_ms(void);

#define CLOCK_TEXT 25 /* "2026-01-02T03:04:05Z" and its NUL, and some room */

/* Writes `seconds` since 1970 as RFC 3339 in UTC. */
void clock_text(char text[CLOCK_TEXT], int64_t seconds);

#endif
