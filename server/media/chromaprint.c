/* SPDX-License-Identifier: Apache-2.0 */
#include "media/chromaprint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LABEL       "FINGERPRINT="
#define INNER_HERTZ 11025 /* what Chromaprint converts every sound to */
#define FRAME       4096  /* samples that it transforms at once */
#define STEP        1365
#define FRAMES_LOST 19 /* by a filter over 5 frames, and words that look at 16 */

bool chromaprint_read(const char *text, struct chromaprint *ret)
{
	const char *at = strstr(text, LABEL);
	struct chromaprint read = { 0 };

	if (!at)
		return false;
	at += strlen(LABEL);
	for (;;) {
		char *end;

		if (!isdigit((unsigned char)*at) || read.count == CHROMAPRINT_MAX_WORDS)
			return false;
		unsigned long word = strtoul(at, &end, 10);
		if (word > UINT32_MAX)
			return false;
		read.words[read.count++] = (uint32_t)word;
		if (*end != ',')
			break;
		at = end + 1;
	}
	*ret = read;
	return true;
}

unsigned chromaprint_expected(uint64_t samples, unsigned hertz)
{
	uint64_t inner = samples * INNER_HERTZ / hertz;
	uint64_t frames = inner < FRAME ? 0 : (inner - FRAME) / STEP + 1;

	return frames > FRAMES_LOST ? (unsigned)(frames - FRAMES_LOST) : 0;
}

static int word_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

unsigned chromaprint_quality(const struct chromaprint *sound)
{
	struct chromaprint sorted = *sound;
	unsigned different = sound->count > 0;

	qsort(sorted.words, sorted.count, sizeof sorted.words[0], word_order);
	for (unsigned i = 1; i < sorted.count; i++)
		different += sorted.words[i] != sorted.words[i - 1];
	return different < 100 ? different : 100;
}

/* Bits that differ in `count` words. */
static unsigned differing_bits(const uint32_t a[], const uint32_t b[], unsigned count)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < count; i++)
		bits += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

unsigned chromaprint_distance(const uint32_t a[], unsigned a_count, const uint32_t b[],
                              unsigned b_count)
{
	unsigned shorter = a_count < b_count ? a_count : b_count;
	unsigned least = (shorter + 1) / 2, nearest = CHROMAPRINT_APART;

	if (least < CHROMAPRINT_MIN_WORDS)
		least = CHROMAPRINT_MIN_WORDS;
	if (shorter < least)
		return CHROMAPRINT_APART;
	/* `shift` words of both are beside each other at the ends of a and b, and at last at their
	 * beginnings. */
	for (unsigned shift = least; shift <= a_count + b_count - least; shift++) {
		unsigned from_a = shift < a_count ? a_count - shift : 0;
		unsigned from_b = shift < a_count ? 0 : shift - a_count;
		unsigned left_a = a_count - from_a, left_b = b_count - from_b;
		unsigned meet = left_a < left_b ? left_a : left_b;

		if (meet < CHROMAPRINT_MIN_WORDS)
			continue; /* never; it tells clang-tidy that the division is fine */
		unsigned distance = (8 * differing_bits(a + from_a, b + from_b, meet) + meet / 2) / meet;

		nearest = distance < nearest ? distance : nearest;
	}
	return nearest;
}
