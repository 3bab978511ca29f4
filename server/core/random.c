/* SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"

#include <stdlib.h>
#include <unistd.h>

#define MULTIPLIER 6364136223846793005ULL
#define INCREMENT  1442695040888963407ULL

struct random random_seeded(uint64_t seed)
{
	struct random random = { .state = seed + INCREMENT };

	random_u32(&random);
	return random;
}

struct random random_fresh(void)
{
	uint64_t seed;

	if (getentropy(&seed, sizeof seed) != 0)
		abort(); /* a kernel without randomness */
	return random_seeded(seed);
}

uint32_t random_u32(struct random *random)
{
	uint64_t old = random->state;
	uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27), turn = (uint32_t)(old >> 59);

	random->state = old * MULTIPLIER + INCREMENT;
	return mixed >> turn | mixed << (-turn & 31);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
	uint32_t unfair = -bound % bound, draw;

	do
		draw = random_u32(random);
	while (draw < unfair);
	return draw % bound;
}

double random_unit(struct random *random)
{
	return random_u32(random) * 0x1p-32;
}
