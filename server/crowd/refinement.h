/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refinement -- what an item and a volunteer are known by, whatever they are called.
 *
 * Hashes of who answered what beside whom (colour refinement: Weisfeiler, Leman 1968): equal for
 * equal places in the data, and independent of the order of rows and of which index stands for
 * whom. They draw samples and put volunteers in an order without chance or names.  Pure.
 */
#ifndef CROWD_REFINEMENT_H
#define CROWD_REFINEMENT_H

#include <stdint.h>

#include "crowd/judgment_matrix.h"

/* Sets item[] and volunteer[] to their hashes after so many rounds, from 1. O(judgments) a round.
 */
void refinement_hash(const struct judgment_matrix *matrix, int rounds, uint64_t item[],
                     uint64_t volunteer[]);

/* Sets order[] to 0 .. count - 1 by their keys, equal ones by index. */
void refinement_order(const uint64_t key[], uint32_t count, uint32_t order[]);

/* Spreads a number over 64 bits: every bit depends on every bit. */
uint64_t refinement_mix(uint64_t x);

#endif
