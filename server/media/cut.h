/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut -- the box and the window that all media of a campaign are cut to.
 *
 * Sizes and lengths tell real from fake where the two come from different places (corpus/leaks).  A
 * picture or film is shrunk until it just covers the box, and its middle is taken; of a film or
 * sound the same seconds of each are taken.  So what was made of one original is cut alike.
 * Nothing is enlarged or filled: what is smaller, or shorter, is refused.
 *
 * Pure; any thread.
 */
#ifndef MEDIA_CUT_H
#define MEDIA_CUT_H

#include "core/arena.h"
#include "core/error.h"

#define CUT_MOST     960 /* pixels a side: H.264's level 3.1 holds no more in a square */
#define CUT_FRAME_MS 40  /* a window begins and ends with a frame */

struct media_cut {
	unsigned width, height;      /* pixels; 0: no box */
	unsigned from_ms, length_ms; /* 0 long: no window */
};

/* ERR_INVALID says what is wrong with it. */
struct error media_cut_check(const struct media_cut *cut) MUST_CHECK;

/* What follows filters of pictures that have come to the recipe's frame rate and cover the box;
 * "" without a cut. In the arena. */
const char *cut_pictures(const struct media_cut *cut, struct arena *arena);

/* What follows filters of sound whose time begins at 0; "" without a window. In the arena. */
const char *cut_sound(const struct media_cut *cut, struct arena *arena);

#endif
