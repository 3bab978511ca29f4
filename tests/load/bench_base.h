/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_base -- what every part of bench-client needs: the clock, and a way to give up.
 *
 * Keeps nothing; any thread may call it.
 */
#ifndef BENCH_BASE_H
#define BENCH_BASE_H

#include <stdint.h>

#define BENCH_SECOND 1000000000LL /* in nanoseconds, as all times of the client are */

/* Only differences mean something: this is not the time of day. */
int64_t bench_now_ns(void);

/* Ends the program with what errno says of `what`. */
_Noreturn void bench_die(const char *what);

#endif
