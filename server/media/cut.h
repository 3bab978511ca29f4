/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut -- the box, the window and the noise that all media of a campaign have in common.
 *
 * Sizes and lengths tell real from fake where the two come from different places (corpus/leaks).  A
 * picture or film is shrunk until it just covers the box, and cut around its region, else to its
 * middle; of a film or sound the same seconds of each are taken.  So what was made of one original
 * is cut alike.  Nothing is enlarged or filled: what is smaller, or shorter, is refused.
 * Silence and the noise of rooms tell too, so one noise may lie under every sound: the same samples
 * under each.
 *
 * Pure; any thread.
 */
#ifndef MEDIA_CUT_H
#define MEDIA_CUT_H

#include "core/arena.h"
#include "core/error.h"

#define CUT_MOST     960 /* pixels a side: H.264's level 3.1 holds no more in a square */
#define CUT_FRAME_MS 40  /* a window begins and ends with a frame */

#define CUT_NOISE_LEAST (-70) /* dBFS, root of the mean square */
#define CUT_NOISE_MOST  (-30)

/* The face or part that a picture is about, in pixels of it as it is shown; 0 wide: none. */
struct media_region {
	unsigned x, y, width, height;
};

struct media_cut {
	unsigned width, height;      /* pixels; 0: no box */
	unsigned from_ms, length_ms; /* 0 long: no window */
	int noise_db;                /* dBFS; 0: no noise */
	struct media_region region;
	/* That of another item of a matched pair, whose picture has this size: it comes before `region`
	 * where this picture has the same shape. */
	struct media_region lent;
	unsigned lent_width, lent_height;
};

/* ERR_INVALID says what is wrong with it. */
struct error media_cut_check(const struct media_cut *cut) MUST_CHECK;

/* "x;y;width;height", as manifests have it; NULL: none. */
struct media_region media_region_read(const char *text);

/* Where the middle of the box belongs, in shares of a picture of this size: .5 and .5 without a
 * region. ERR_INVALID: the region reaches beyond the picture. */
struct error cut_middle(const struct media_cut *cut, unsigned width, unsigned height, double *ret_x,
                        double *ret_y) MUST_CHECK;

/* Where a box begins on one side of a picture, so that `middle` is its middle as far as it can be.
 */
unsigned cut_begin(double middle, unsigned side, unsigned box);

/* What follows filters of pictures that have come to the recipe's frame rate and, at this size,
 * cover the box; "" without a cut. In the arena. */
const char *cut_pictures(const struct media_cut *cut, double x, double y, unsigned width,
                         unsigned height, struct arena *arena);

/* What follows filters of sound whose time begins at 0; "" without a window. In the arena. */
const char *cut_sound(const struct media_cut *cut, struct arena *arena);

/* What follows all other filters of sound; "" without noise. In the arena. */
const char *cut_noise(const struct media_cut *cut, struct arena *arena);

#endif
