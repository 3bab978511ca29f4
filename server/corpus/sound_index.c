/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/sound_index.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define SIEVE_BITS                                                                 \
	(1u << 20) /* 128 KB: of a minute's words one in 2,000 others is taken for one \
	            */

struct indexed_sound {
	size_t first; /* of its words */
	uint32_t number;
	uint16_t count; /* 0: removed */
};

struct sound_index {
	struct indexed_sound *sounds; /* by number */
	uint32_t *words;
	size_t sound_count, sound_room, word_count, word_room, removed;
};

struct sound_index *sound_index_new(void)
{
	return mem_new(1, sizeof(struct sound_index));
}

void sound_index_free(struct sound_index *index)
{
	if (!index)
		return;
	free(index->sounds);
	free(index->words);
	free(index);
}

bool sound_index_put(struct sound_index *index, uint32_t number, const uint32_t words[],
                     unsigned count)
{
	if (!count || count > CHROMAPRINT_MAX_WORDS ||
	    (index->sound_count && index->sounds[index->sound_count - 1].number >= number))
		return false;
	if (index->sound_count == index->sound_room) {
		index->sound_room = index->sound_room ? 2 * index->sound_room : 64;
		index->sounds = mem_resize(index->sounds, index->sound_room, sizeof *index->sounds);
	}
	if (index->word_room - index->word_count < count) {
		index->word_room = 2 * index->word_room + CHROMAPRINT_MAX_WORDS;
		index->words = mem_resize(index->words, index->word_room, sizeof *index->words);
	}
	memcpy(index->words + index->word_count, words, count * sizeof *words);
	index->sounds[index->sound_count++] =
		(struct indexed_sound){ index->word_count, number, (uint16_t)count };
	index->word_count += count;
	return true;
}

static int number_order(const void *key, const void *sound)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct indexed_sound *)sound)->number;

	return (a > b) - (a < b);
}

void sound_index_remove(struct sound_index *index, uint32_t number)
{
	struct indexed_sound *sound = index->sound_count
	                                  ? bsearch(&number, index->sounds, index->sound_count,
	                                            sizeof *index->sounds, number_order)
	                                  : NULL;

	if (!sound || !sound->count)
		return;
	sound->count = 0;
	index->removed++;
}

size_t sound_index_count(const struct sound_index *index)
{
	return index->sound_count - index->removed;
}

const uint32_t *sound_index_walk(const struct sound_index *index, size_t *at, uint32_t *ret_number,
                                 uint32_t *ret_count)
{
	while (*at < index->sound_count && !index->sounds[*at].count)
		++*at;
	if (*at == index->sound_count)
		return NULL;
	const struct indexed_sound *sound = &index->sounds[(*at)++];
	*ret_number = sound->number;
	*ret_count = sound->count;
	return index->words + sound->first;
}

size_t sound_index_memory(const struct sound_index *index)
{
	return sizeof *index + index->sound_room * sizeof *index->sounds +
	       index->word_room * sizeof *index->words;
}

/* Which bit of the sieve is a word's (Fibonacci hashing). */
static uint32_t sieve_bit(uint32_t word)
{
	return (word * 2654435769u) >> 12;
}
_Static_assert(SIEVE_BITS == 1u << (32 - 12), "the sieve has a bit for each");

/* Has any of the words its bit in the sieve? */
static bool is_kept_by(const uint64_t *sieve, const uint32_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t bit = sieve_bit(words[i]);

		if (sieve[bit / 64] >> bit % 64 & 1)
			return true;
	}
	return false;
}

size_t sound_index_search(const struct sound_index *index, const struct chromaprint *query,
                          unsigned most, struct sound_match matches[], size_t room)
{
	uint64_t *sieve = mem_new(SIEVE_BITS / 64, sizeof *sieve);
	size_t found = 0;

	for (unsigned i = 0; i < query->count; i++) {
		uint32_t bit = sieve_bit(query->words[i]);

		sieve[bit / 64] |= UINT64_C(1) << bit % 64;
	}
	for (size_t s = 0; s < index->sound_count; s++) {
		const struct indexed_sound *sound = &index->sounds[s];
		const uint32_t *words = index->words + sound->first;

		if (!is_kept_by(sieve, words, sound->count))
			continue;
		unsigned distance = chromaprint_distance(query->words, query->count, words, sound->count);
		if (distance > most)
			continue;
		if (found < room)
			matches[found] = (struct sound_match){ sound->number, (uint16_t)distance };
		found++;
	}
	free(sieve);
	return found;
}
