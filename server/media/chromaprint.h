/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromaprint -- what a sound sounds like: a word of 32 bits for each eighth of a second, that stay
 * nearly the same when the sound is encoded anew, made louder or cut.
 *
 * The words are those of Chromaprint's fpcalc (Lalinsky 2010, after Jang et al., "Pairwise Boosted
 * Audio Fingerprint", 2009). A word looks at 2.6 seconds, so a sound needs that much to have one.
 *
 * Two sounds are laid beside each other at every shift at which enough of their words meet; how far
 * they are apart is the share of bits that differ at the best one, in parts of 256, so that it
 * reads as PDQ's does. Unrelated ones are 90 to 128 apart.
 *
 * Pure; any thread.
 */
#ifndef MEDIA_CHROMAPRINT_H
#define MEDIA_CHROMAPRINT_H

#include <stdbool.h>
#include <stdint.h>

#define CHROMAPRINT_MAX_WORDS 512 /* 66 seconds */

/* So many words must meet, and half of the shorter sound's. */
#define CHROMAPRINT_MIN_WORDS 8

/* The least quality of words that tell sounds apart: a hum has the same word all the time. */
#define CHROMAPRINT_MIN_QUALITY 8

#define CHROMAPRINT_APART 256 /* the distance of sounds that cannot be compared */

struct chromaprint {
	unsigned count;
	uint32_t words[CHROMAPRINT_MAX_WORDS];
};

/* Reads what `fpcalc -raw` wrote. False: there are no words in it, or too many. */
bool chromaprint_read(const char *text, struct chromaprint *ret);

/* How many words a sound of so many samples has, give or take one. */
unsigned chromaprint_expected(uint64_t samples, unsigned hertz);

/* How many of its words are different ones; at most 100. */
unsigned chromaprint_quality(const struct chromaprint *sound);

/* 0 to 256 at the best shift. O(a words x b words). */
unsigned chromaprint_distance(const uint32_t a[], unsigned a_count, const uint32_t b[],
                              unsigned b_count);

#endif
