/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pdq -- a perceptual hash of a picture: 256 bits that stay nearly the same when the picture is
 * saved anew, made smaller, or changed a little.
 *
 * Written from the published description of PDQ (Davis and Rosen, "The TMK+PDQF video-hashing
 * algorithm and the PDQ image-hashing algorithm", Facebook 2019): luminance, blurred by Jarosz's
 * filter (two passes of a box along rows and columns), sampled at 64 x 64 points; of its discrete
 * cosine transform the 16 x 16 lowest frequencies without the constant; a bit is set where a
 * coefficient is above their median.
 *
 * How far two hashes are apart is the number of bits that differ. 31 is the distance up to which
 * the authors call two pictures the same; unrelated ones are about 128 apart.
 *
 * Pure; any thread.
 */
#ifndef MEDIA_PDQ_H
#define MEDIA_PDQ_H

#include <stddef.h>

#define PDQ_BYTES                                                                  \
	32 /* as its hexadecimal form is written: the highest vertical frequency first \
	    */
#define PDQ_VARIANTS 8

/* The least quality of a hash that tells pictures apart: below it the picture is nearly flat. */
#define PDQ_MIN_QUALITY 50

/* A picture may be turned and mirrored in eight ways. A variant is a sum of these; the
 * transposition comes last. */
enum pdq_variant { PDQ_MIRRORED = 1, PDQ_UPSIDE_DOWN = 2, PDQ_TRANSPOSED = 4 };

struct pdq {
	unsigned char hash[PDQ_BYTES];
	unsigned quality; /* 0 (flat) to 100: the sum of its gradients */
};

/* Luminance (0 to 255) of `count` pixels, three bytes each: red, green, blue (ITU-R BT.601). */
void pdq_luma(const unsigned char *rgb, size_t count, float *luma);

/* The hash of a picture of width x height > 0 values, row by row; luma is overwritten. */
struct pdq pdq_hash(float *luma, unsigned width, unsigned height);

/* The same, of all eight variants: [v] is the hash that the picture would have, changed by v. */
void pdq_hash_variants(float *luma, unsigned width, unsigned height, struct pdq ret[PDQ_VARIANTS]);

/* How many bits differ. */
unsigned pdq_distance(const unsigned char a[PDQ_BYTES], const unsigned char b[PDQ_BYTES]);

#endif
