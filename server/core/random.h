/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random -- a small deterministic generator for pure code, seeded by its caller.
 *
 * PCG32 (O'Neill 2014).  Not for secrets: those come from crypto/token.
 * A struct belongs to one thread.
 */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

struct random random_seeded(uint64_t seed);

/* Seeded by the operating system. */
struct random random_fresh(void);

uint32_t random_u32(struct random *random);

/* Uniform in [0, bound), without bias; bound > 0. */
uint32_t random_below(struct random *random, uint32_t bound);

/* Uniform in [0, 1). */
double random_unit(struct random *random);

#endif
