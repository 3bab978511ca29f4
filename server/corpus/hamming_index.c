/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/hamming_index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/mem.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

#define BLOCK     65536u /* hashes that are allocated together */
#define STRIPE    4096u  /* of them, that a kernel looks at in one call */
#define REST      5      /* words of 32 bits that are seldom looked at */
#define HUGE_PAGE (2u << 20)

/* The hashes of 65,536 places, by how soon they are looked at: a huge page to the byte. */
struct hash_block {
	uint64_t head[BLOCK];
	uint32_t middle[BLOCK];
	uint32_t rest[BLOCK][REST];
};
_Static_assert(sizeof(struct hash_block) == HUGE_PAGE, "a block fills its page");

/* A hash in the same parts. */
struct split_hash {
	uint64_t head;
	uint32_t middle;
	uint32_t rest[REST];
};

/* Writes which of STRIPE hashes are within `most` bits of any query in their first 96, and how
 * many. */
typedef size_t stripe_scan(const uint64_t *head, const uint32_t *middle,
                           const struct split_hash queries[], unsigned count, unsigned most,
                           uint16_t survivors[STRIPE]);

struct hamming_index {
	struct hash_block **blocks;      /* NULL: nothing is in it */
	uint64_t (*present)[BLOCK / 64]; /* of each block: which places hold a hash */
	size_t block_count, room, count, allocated;
	stripe_scan *scan;
};

/* ------------------------------------------------------------------ kernels */

/* How many bits are set, without an instruction for it. */
static inline unsigned plain_popcount(uint64_t bits)
{
	bits -= bits >> 1 & 0x5555555555555555;
	bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(bits * 0x0101010101010101 >> 56);
}

static size_t scan_portable(const uint64_t *head, const uint32_t *middle,
                            const struct split_hash queries[], unsigned count, unsigned most,
                            uint16_t survivors[STRIPE])
{
	size_t found = 0;

	for (size_t i = 0; i < STRIPE; i++) {
		bool near = false;

		for (unsigned q = 0; q < count; q++)
			near |= plain_popcount(head[i] ^ queries[q].head) +
			            plain_popcount(middle[i] ^ queries[q].middle) <=
			        most;
		survivors[found] = (uint16_t)i;
		found += near;
	}
	return found;
}

#if defined __x86_64__

__attribute__((target("popcnt"))) static size_t scan_popcnt(const uint64_t *head,
                                                            const uint32_t *middle,
                                                            const struct split_hash queries[],
                                                            unsigned count, unsigned most,
                                                            uint16_t survivors[STRIPE])
{
	size_t found = 0;

	for (size_t i = 0; i < STRIPE; i++) {
		bool near = false;

		for (unsigned q = 0; q < count; q++)
			near |= (unsigned)__builtin_popcountll(head[i] ^ queries[q].head) +
			            (unsigned)__builtin_popcount(middle[i] ^ queries[q].middle) <=
			        most;
		survivors[found] = (uint16_t)i;
		found += near;
	}
	return found;
}

/* Appends the places of a mask's bits. */
static inline size_t take_mask(unsigned mask, size_t first, uint16_t survivors[], size_t found)
{
	for (; mask; mask &= mask - 1)
		survivors[found++] = (uint16_t)(first + (unsigned)__builtin_ctz(mask));
	return found;
}

/* Bits set in each byte, by halves of bytes and a table (Mula). */
__attribute__((target("avx2"))) static inline __m256i count_bytes(__m256i bits)
{
	const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
	                                       2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i low = _mm256_set1_epi8(15);

	return _mm256_add_epi8(
		_mm256_shuffle_epi8(table, _mm256_and_si256(bits, low)),
		_mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low)));
}

__attribute__((target("avx2"))) static size_t scan_avx2(const uint64_t *head,
                                                        const uint32_t *middle,
                                                        const struct split_hash queries[],
                                                        unsigned count, unsigned most,
                                                        uint16_t survivors[STRIPE])
{
	const __m256i above = _mm256_set1_epi64x((long long)most + 1);
	size_t found = 0;

	for (size_t i = 0; i < STRIPE; i += 4) {
		__m256i heads = _mm256_loadu_si256((const __m256i *)(head + i));
		__m256i middles = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(middle + i)));
		__m256i near = _mm256_setzero_si256();

		for (unsigned q = 0; q < count; q++) {
			__m256i a = _mm256_xor_si256(heads, _mm256_set1_epi64x((long long)queries[q].head));
			__m256i b = _mm256_xor_si256(middles, _mm256_set1_epi64x((long long)queries[q].middle));
			__m256i bytes = _mm256_add_epi8(count_bytes(a), count_bytes(b));
			__m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());

			near = _mm256_or_si256(near, _mm256_cmpgt_epi64(above, sums));
		}
		found =
			take_mask((unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(near)), i, survivors, found);
	}
	return found;
}

__attribute__((target("avx512f,avx512vpopcntdq"))) static size_t scan_avx512(
	const uint64_t *head, const uint32_t *middle, const struct split_hash queries[], unsigned count,
	unsigned most, uint16_t survivors[STRIPE])
{
	const __m512i limit = _mm512_set1_epi64((long long)most);
	size_t found = 0;

	for (size_t i = 0; i < STRIPE; i += 8) {
		__m512i heads = _mm512_loadu_si512(head + i);
		__m512i middles = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(middle + i)));
		unsigned near = 0;

		for (unsigned q = 0; q < count; q++) {
			__m512i a = _mm512_xor_si512(heads, _mm512_set1_epi64((long long)queries[q].head));
			__m512i b = _mm512_xor_si512(middles, _mm512_set1_epi64((long long)queries[q].middle));
			__m512i sums = _mm512_add_epi64(_mm512_popcnt_epi64(a), _mm512_popcnt_epi64(b));

			near |= _mm512_cmple_epu64_mask(sums, limit);
		}
		found = take_mask(near, i, survivors, found);
	}
	return found;
}

static stripe_scan *kernel_of(enum hamming_kernel kernel)
{
	switch (kernel) {
	case HAMMING_PORTABLE:
		return scan_portable;
	case HAMMING_POPCNT:
		return __builtin_cpu_supports("popcnt") ? scan_popcnt : NULL;
	case HAMMING_AVX2:
		return __builtin_cpu_supports("avx2") ? scan_avx2 : NULL;
	case HAMMING_AVX512:
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq")
		           ? scan_avx512
		           : NULL;
	}
	return NULL;
}

#else

static stripe_scan *kernel_of(enum hamming_kernel kernel)
{
	return kernel == HAMMING_PORTABLE ? scan_portable : NULL;
}

#endif

bool hamming_index_use(struct hamming_index *index, enum hamming_kernel kernel)
{
	stripe_scan *scan = kernel_of(kernel);

	if (scan)
		index->scan = scan;
	return scan != NULL;
}

/* ------------------------------------------------------------------ what it holds */

struct hamming_index *hamming_index_new(void)
{
	struct hamming_index *index = mem_new(1, sizeof *index);

	for (int kernel = HAMMING_PORTABLE; kernel < HAMMING_KERNELS; kernel++)
		(void)hamming_index_use(index, (enum hamming_kernel)kernel);
	return index;
}

void hamming_index_free(struct hamming_index *index)
{
	if (!index)
		return;
	for (size_t b = 0; b < index->block_count; b++)
		free(index->blocks[b]);
	free(index->blocks);
	free(index->present);
	free(index);
}

/* Makes room to note block b, and those before it. */
static void reach_block(struct hamming_index *index, size_t b)
{
	if (b >= index->room) {
		index->room = b + 1 > 2 * index->room ? b + 8 : 2 * index->room;
		index->blocks = mem_resize(index->blocks, index->room, sizeof(struct hash_block *));
		index->present = mem_resize(index->present, index->room, sizeof index->present[0]);
	}
	for (; index->block_count <= b; index->block_count++) {
		index->blocks[index->block_count] = NULL;
		memset(index->present[index->block_count], 0, sizeof index->present[0]);
	}
}

/* Adds block b, empty, unless it is there. Pages of 4 KB would cost a miss of the TLB each. */
static bool add_block(struct hamming_index *index, size_t b)
{
	if (b < index->block_count && index->blocks[b])
		return true;
	struct hash_block *block = aligned_alloc(HUGE_PAGE, sizeof *block);

	if (!block)
		return false;
	(void)madvise(block, sizeof *block, MADV_HUGEPAGE);
	memset(block, 0, sizeof *block);
	reach_block(index, b);
	index->blocks[b] = block;
	index->allocated++;
	return true;
}

static void free_if_empty(struct hamming_index *index, size_t b)
{
	for (size_t word = 0; word < BLOCK / 64; word++)
		if (index->present[b][word])
			return;
	free(index->blocks[b]);
	index->blocks[b] = NULL;
	index->allocated--;
}

static struct split_hash hash_split(const unsigned char hash[HAMMING_BYTES])
{
	struct split_hash split;

	memcpy(&split.head, hash, 8);
	memcpy(&split.middle, hash + 8, 4);
	memcpy(split.rest, hash + 12, sizeof split.rest);
	return split;
}

static bool is_present(const struct hamming_index *index, uint32_t place)
{
	return place / BLOCK < index->block_count &&
	       index->present[place / BLOCK][place % BLOCK / 64] >> place % 64 & 1;
}

bool hamming_index_put(struct hamming_index *index, uint32_t place,
                       const unsigned char hash[HAMMING_BYTES])
{
	struct split_hash split = hash_split(hash);
	uint32_t at = place % BLOCK;

	if (place >= HAMMING_MAX_PLACES)
		return false;
	if (!add_block(index, place / BLOCK))
		return false;
	struct hash_block *block = index->blocks[place / BLOCK];
	block->head[at] = split.head;
	block->middle[at] = split.middle;
	memcpy(block->rest[at], split.rest, sizeof split.rest);
	index->count += !is_present(index, place);
	index->present[place / BLOCK][at / 64] |= 1ull << at % 64;
	return true;
}

void hamming_index_remove(struct hamming_index *index, uint32_t place)
{
	if (!is_present(index, place))
		return;
	uint64_t *word = &index->present[place / BLOCK][place % BLOCK / 64];
	*word &= ~(1ull << place % 64);
	index->count--;
	if (!*word)
		free_if_empty(index, place / BLOCK);
}

bool hamming_index_get(const struct hamming_index *index, uint32_t place,
                       unsigned char ret_hash[HAMMING_BYTES])
{
	if (!is_present(index, place))
		return false;
	const struct hash_block *block = index->blocks[place / BLOCK];
	memcpy(ret_hash, &block->head[place % BLOCK], 8);
	memcpy(ret_hash + 8, &block->middle[place % BLOCK], 4);
	memcpy(ret_hash + 12, block->rest[place % BLOCK], sizeof block->rest[0]);
	return true;
}

size_t hamming_index_count(const struct hamming_index *index)
{
	return index->count;
}

size_t hamming_index_memory(const struct hamming_index *index)
{
	return sizeof *index + index->allocated * sizeof(struct hash_block) +
	       index->room * (sizeof(struct hash_block *) + sizeof index->present[0]);
}

/* ------------------------------------------------------------------ search */

struct hamming_search {
	const struct hamming_index *index;
	struct split_hash queries[HAMMING_MAX_QUERIES];
	unsigned count, most;
	struct hamming_match *matches;
	size_t room, found;
};

static unsigned whole_distance(const struct hash_block *block, uint32_t at,
                               const struct split_hash *query)
{
	unsigned distance = plain_popcount(block->head[at] ^ query->head) +
	                    plain_popcount((uint64_t)(block->middle[at] ^ query->middle) << 32 |
	                                   (block->rest[at][0] ^ query->rest[0]));

	for (unsigned w = 1; w < REST; w += 2)
		distance += plain_popcount((uint64_t)(block->rest[at][w] ^ query->rest[w]) << 32 |
		                           (block->rest[at][w + 1] ^ query->rest[w + 1]));
	return distance;
}

static void search_whole(struct hamming_search *search, uint32_t place)
{
	const struct hash_block *block = search->index->blocks[place / BLOCK];

	if (!is_present(search->index, place))
		return;
	for (unsigned q = 0; q < search->count; q++) {
		unsigned distance = whole_distance(block, place % BLOCK, &search->queries[q]);

		if (distance > search->most)
			continue;
		if (search->found < search->room)
			search->matches[search->found] =
				(struct hamming_match){ place, (uint16_t)q, (uint16_t)distance };
		search->found++;
	}
}

size_t hamming_index_search(const struct hamming_index *index,
                            const unsigned char queries[][HAMMING_BYTES], unsigned count,
                            unsigned most, struct hamming_match matches[], size_t room)
{
	struct hamming_search search = {
		.index = index, .count = count, .most = most, .matches = matches, .room = room
	};
	uint16_t survivors[STRIPE];

	for (unsigned q = 0; q < count; q++)
		search.queries[q] = hash_split(queries[q]);
	for (size_t b = 0; b < index->block_count; b++)
		for (uint32_t at = 0; index->blocks[b] && at < BLOCK; at += STRIPE) {
			const struct hash_block *block = index->blocks[b];
			size_t left = index->scan(block->head + at, block->middle + at, search.queries, count,
			                          most, survivors);

			for (size_t s = 0; s < left; s++)
				search_whole(&search, (uint32_t)b * BLOCK + at + survivors[s]);
		}
	return search.found;
}
