/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_histogram.h"

#define FINE 64 /* buckets for each power of two */

/* Times below FINE have a bucket each; above, the six bits behind the leading one choose. */
static unsigned bucket_of(uint64_t ns)
{
	if (ns < FINE)
		return (unsigned)ns;
	unsigned power = 63 - (unsigned)__builtin_clzll(ns);

	return (power - 5) * FINE + (unsigned)((ns >> (power - 6)) & (FINE - 1));
}

static uint64_t upper_end(unsigned bucket)
{
	if (bucket < FINE)
		return bucket;
	unsigned power = bucket / FINE + 5;

	return (((uint64_t)FINE + bucket % FINE + 1) << (power - 6)) - 1;
}

void histogram_add(struct histogram *histogram, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	histogram->buckets[bucket_of((uint64_t)ns)]++;
	histogram->count++;
	histogram->sum += ns;
	if (ns > histogram->max)
		histogram->max = ns;
}

int64_t histogram_at(const struct histogram *histogram, double share)
{
	double wanted = share * (double)histogram->count;
	uint64_t below = 0;

	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
		below += histogram->buckets[b];
		if (below && (double)below >= wanted)
			return (int64_t)upper_end(b) < histogram->max ? (int64_t)upper_end(b) : histogram->max;
	}
	return histogram->max;
}
