/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-duplicates -- what it takes to find one hash, or a picture's eight variants, among ten
 * million, by each kernel; how much memory that holds, what is missed, how near unrelated hashes
 * come, and how long the file that saves them takes. `make bench-duplicates` runs it.
 * usage: bench-duplicates [HASHES [RUNS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/random.h"
#include "corpus/hamming_index.h"
#include "corpus/near_index.h"

#define NEAR    31
#define PLANTED 1000 /* near ones of each query, at every distance from 0 to 31 */
#define ROOM    (HAMMING_MAX_QUERIES * PLANTED + 1000)

struct search_times {
	double least, median, most; /* milliseconds */
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void roll_bytes(struct random *dice, unsigned char hash[HAMMING_BYTES])
{
	for (size_t i = 0; i < HAMMING_BYTES; i += 4) {
		uint32_t word = random_u32(dice);

		memcpy(hash + i, &word, 4);
	}
}

static void flip_bits(struct random *dice, unsigned char hash[HAMMING_BYTES], unsigned bits)
{
	unsigned char flipped[HAMMING_BYTES] = { 0 };

	while (bits) {
		uint32_t bit = random_below(dice, 8 * HAMMING_BYTES);
		unsigned char one = (unsigned char)(1u << bit % 8);

		if (flipped[bit / 8] & one)
			continue;
		flipped[bit / 8] |= one;
		hash[bit / 8] ^= one;
		bits--;
	}
}

static int time_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct search_times time_search(const struct hamming_index *index,
                                       const unsigned char queries[][HAMMING_BYTES], unsigned count,
                                       unsigned runs, size_t *ret_found)
{
	static struct hamming_match matches[ROOM];
	double *times = mem_new(runs, sizeof *times);

	for (unsigned r = 0; r < runs; r++) {
		double start = now_ms();
		*ret_found = hamming_index_search(index, queries, count, NEAR, matches, ROOM);
		times[r] = now_ms() - start;
	}
	qsort(times, runs, sizeof *times, time_order);
	struct search_times ret = { times[0], times[runs / 2], times[runs - 1] };
	free(times);
	return ret;
}

static void bench_kernel(struct hamming_index *index, const unsigned char queries[][HAMMING_BYTES],
                         enum hamming_kernel kernel, unsigned runs)
{
	static const char *const names[HAMMING_KERNELS] = { "plain C", "popcnt", "AVX2", "AVX-512" };
	size_t one = 0, eight = 0;

	if (!hamming_index_use(index, kernel)) {
		printf("%-8s  not on this processor\n", names[kernel]);
		return;
	}
	struct search_times single = time_search(index, queries, 1, runs, &one);
	struct search_times all = time_search(index, queries, HAMMING_MAX_QUERIES, runs, &eight);
	printf("%-8s  one %6.1f (%.1f to %.1f) ms   eight %6.1f (%.1f to %.1f) ms   "
	       "missed %d of %d, found besides %zu\n",
	       names[kernel], single.median, single.least, single.most, all.median, all.least, all.most,
	       (int)(HAMMING_MAX_QUERIES * PLANTED) -
	           (int)(eight < HAMMING_MAX_QUERIES * PLANTED ? eight : HAMMING_MAX_QUERIES * PLANTED),
	       HAMMING_MAX_QUERIES * PLANTED,
	       eight > HAMMING_MAX_QUERIES * PLANTED ? eight - HAMMING_MAX_QUERIES * PLANTED : 0);
}

/* The nearest of unrelated hashes, by a search that widens until it finds one. */
static void tell_nearest(const struct hamming_index *index, struct random *dice)
{
	unsigned char query[1][HAMMING_BYTES];
	struct hamming_match match;
	unsigned nearest = 256;

	for (int q = 0; q < 20; q++) {
		unsigned most = 60;

		roll_bytes(dice, query[0]);
		while (!hamming_index_search(index, (const unsigned char(*)[HAMMING_BYTES])query, 1, most,
		                             &match, 1))
			most++;
		nearest = most < nearest ? most : nearest;
	}
	printf("nearest of 20 unrelated queries: %u bits away\n", nearest);
}

/* Processor time of saving them in this folder, and of reading them again. */
static void bench_file(struct near_index *near)
{
	static const char path[] = "bench-duplicates.index";
	unsigned char id[UUID_BYTES] = { 0 };
	struct near_index *again = NULL;
	double start = now_ms();
	struct error err = near_index_save(near, path, id);
	double saved = now_ms();

	if (!err.code)
		err = near_index_load(path, id, &again);
	if (err.code)
		printf("the file: %s\n", err.detail);
	else
		printf("the file: saved in %.1f s, %zu read in %.1f s\n", (saved - start) / 1e3,
		       near_index_count(again), (now_ms() - saved) / 1e3);
	unlink(path);
	near_index_free(again);
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atol(argv[1]) : 10000000;
	unsigned runs = argc > 2 ? (unsigned)atoi(argv[2]) : 31;
	struct near_index *near = near_index_new();
	struct hamming_index *index = near->hashes;
	struct random dice = random_seeded(1);
	unsigned char queries[HAMMING_MAX_QUERIES][HAMMING_BYTES], hash[HAMMING_BYTES];

	for (unsigned q = 0; q < HAMMING_MAX_QUERIES; q++)
		roll_bytes(&dice, queries[q]);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t planted = i / (count / (HAMMING_MAX_QUERIES * PLANTED));

		roll_bytes(&dice, hash);
		if (i % (count / (HAMMING_MAX_QUERIES * PLANTED)) == 0 &&
		    planted < HAMMING_MAX_QUERIES * PLANTED) {
			memcpy(hash, queries[planted % HAMMING_MAX_QUERIES], HAMMING_BYTES);
			flip_bits(&dice, hash, planted / HAMMING_MAX_QUERIES % (NEAR + 1));
		}
		if (!hamming_index_put(index, i, hash))
			return 1;
	}
	printf("%zu hashes, %.1f MB; median (least to most) of %u runs, processor time\n",
	       hamming_index_count(index), (double)hamming_index_memory(index) / 1e6, runs);
	for (int kernel = 0; kernel < HAMMING_KERNELS; kernel++)
		bench_kernel(index, (const unsigned char(*)[HAMMING_BYTES])queries,
		             (enum hamming_kernel)kernel, runs);
	tell_nearest(index, &dice);
	near->next = near->next_sound = count;
	bench_file(near);
	near_index_free(near);
	return 0;
}
