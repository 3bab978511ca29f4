/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/refinement.h"

#include <stdlib.h>

#include "core/mem.h"

struct keyed_index {
	uint64_t key;
	uint32_t index;
};

/* SplitMix64: Steele, Lea, Flood 2014. */
uint64_t refinement_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* Volunteers become known by the items that they judged, and how; items by their volunteers. */
static void refine_once(const struct judgment_matrix *matrix, uint64_t item[], uint64_t volunteer[])
{
	for (uint32_t v = 0; v < matrix->volunteers; v++)
		volunteer[v] = 0;
	for (uint32_t i = 0; i < matrix->items; i++)
		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++)
			volunteer[matrix->code[j] / matrix->symbols] +=
				refinement_mix(item[i] ^ (matrix->code[j] % matrix->symbols));
	for (uint32_t i = 0; i < matrix->items; i++) {
		uint64_t sum = 0;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++)
			sum += refinement_mix(volunteer[matrix->code[j] / matrix->symbols] ^
			                      (matrix->code[j] % matrix->symbols));
		item[i] = refinement_mix(sum);
	}
}

void refinement_hash(const struct judgment_matrix *matrix, int rounds, uint64_t item[],
                     uint64_t volunteer[])
{
	for (uint32_t i = 0; i < matrix->items; i++)
		item[i] = judgment_matrix_judgments(matrix, i);
	for (int round = 0; round < rounds; round++)
		refine_once(matrix, item, volunteer);
}

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed_index *one = a, *other = b;

	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	return (one->index > other->index) - (one->index < other->index);
}

void refinement_order(const uint64_t key[], uint32_t count, uint32_t order[])
{
	struct keyed_index *keyed = mem_new(count, sizeof *keyed);

	for (uint32_t i = 0; i < count; i++)
		keyed[i] = (struct keyed_index){ key[i], i };
	qsort(keyed, count, sizeof *keyed, compare_keyed);
	for (uint32_t i = 0; i < count; i++)
		order[i] = keyed[i].index;
	free(keyed);
}
