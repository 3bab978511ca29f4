/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sound_index -- finds, among the words of many sounds (media/chromaprint), those of which much is
 * the same as in another.
 *
 *   Operation    Nearly all sounds are passed over for having no word in common with the query: one
 *                look into a table of bits for each word. The few others are compared at all
 *                shifts.
 *   Safety       A near duplicate none of whose words stayed whole is missed. docs/media.md tells
 *                how many are.
 *
 * A sound has a number that the caller gives, each larger than all before.
 *
 * Pure; threads: many may search while none changes it.
 */
#ifndef CORPUS_SOUND_INDEX_H
#define CORPUS_SOUND_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/chromaprint.h"

struct sound_index;

struct sound_match {
	uint32_t number;
	uint16_t distance;
};

struct sound_index *sound_index_new(void);
void sound_index_free(struct sound_index *index);

/* False: the number is not larger than all before, or there are no words or too many. */
bool sound_index_put(struct sound_index *index, uint32_t number, const uint32_t words[],
                     unsigned count);

/* Removing what is not there is fine. Its room is kept. */
void sound_index_remove(struct sound_index *index, uint32_t number);

size_t sound_index_count(const struct sound_index *index);

/* The words of one sound after another, in order of numbers; *at begins as 0. NULL: no more. They
 * are the index's, until it changes. */
const uint32_t *sound_index_walk(const struct sound_index *index, size_t *at, uint32_t *ret_number,
                                 uint32_t *ret_count);

/* Bytes that it holds. */
size_t sound_index_memory(const struct sound_index *index);

/*
 * Finds sounds within `most` of the query, in order of numbers. Returns how many there are; the
 * first `room` of them are written. O(words).
 */
size_t sound_index_search(const struct sound_index *index, const struct chromaprint *query,
                          unsigned most, struct sound_match matches[], size_t room);

#endif
