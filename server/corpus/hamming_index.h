/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hamming_index -- finds, among millions of hashes of 256 bits, those that few bits tell from
 * another: exactly, none is missed.
 *
 *   Properties   32 bytes a hash and a bit, and nothing else: ten million hold 322 MB. Structures
 *                that skip most hashes (multi-index hashing) need several times that.
 *   Operation    All are looked at, but of most only the first 96 bits, which lie apart from the
 *                others: of unrelated hashes one in 2,600 is within 31 there, and is looked at
 *                whole. Several queries (a picture's eight variants) share one pass.
 *   Safety       Every kernel, from AVX-512 to plain C, finds the same; the fastest that this
 *                processor runs is taken.
 *
 * A hash has a place, a number that the caller gives: dense ones, because room is kept for 65,536
 * neighbours where one of them is there.
 *
 * Pure; threads: many may search while none changes it.
 */
#ifndef CORPUS_HAMMING_INDEX_H
#define CORPUS_HAMMING_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HAMMING_BYTES       32
#define HAMMING_MAX_QUERIES 8
#define HAMMING_MAX_PLACES  (1u << 28) /* 8.6 GB */

struct hamming_index;

struct hamming_match {
	uint32_t place;
	uint16_t query; /* which one */
	uint16_t distance;
};

enum hamming_kernel { HAMMING_PORTABLE, HAMMING_POPCNT, HAMMING_AVX2, HAMMING_AVX512 };
#define HAMMING_KERNELS 4

struct hamming_index *hamming_index_new(void);
void hamming_index_free(struct hamming_index *index);

/* False: there is no memory for it, or no such place; nothing has changed. */
bool hamming_index_put(struct hamming_index *index, uint32_t place,
                       const unsigned char hash[HAMMING_BYTES]);

/* Removing what is not there is fine. */
void hamming_index_remove(struct hamming_index *index, uint32_t place);

/* False: there is none at this place. */
bool hamming_index_get(const struct hamming_index *index, uint32_t place,
                       unsigned char ret_hash[HAMMING_BYTES]);

size_t hamming_index_count(const struct hamming_index *index);

/* Bytes that it holds. */
size_t hamming_index_memory(const struct hamming_index *index);

/*
 * Finds all hashes within `most` bits of any of `count` queries, in order of places, then queries.
 * Returns how many there are; the first `room` of them are written. O(places).
 */
size_t hamming_index_search(const struct hamming_index *index,
                            const unsigned char queries[][HAMMING_BYTES], unsigned count,
                            unsigned most, struct hamming_match matches[], size_t room);

/* For tests and measurements: another kernel than the fastest. False: this processor lacks it. */
bool hamming_index_use(struct hamming_index *index, enum hamming_kernel kernel);

#endif
