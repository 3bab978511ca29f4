/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_histogram -- how long things took, in buckets that are 1.6 % wide.
 *
 * Times are in nanoseconds.  A zeroed struct is an empty histogram; it belongs to one thread.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (64 * 64)

struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
	int64_t sum, max;
};

void histogram_add(struct histogram *histogram, int64_t ns);

/* The time that a `share` (0..1) of all stayed below, no less than it was; 0 of nothing. */
int64_t histogram_at(const struct histogram *histogram, double share);

#endif
