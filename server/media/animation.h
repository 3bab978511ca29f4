/* SPDX-License-Identifier: Apache-2.0 */
/*
 * animation -- pictures that move though their format is a picture's: WebP and PNG.
 *
 * ffmpeg reads an animated PNG by itself, but no animated WebP: vips unpacks that, and ffmpeg packs
 * its frames, each at its time, into a lossless film, from which the rendition is made as from any
 * other.  The walks are pure: they read bytes they are given, which may be hostile.
 * Internal to media/.
 */
#ifndef MEDIA_ANIMATION_H
#define MEDIA_ANIMATION_H

#include "core/arena.h"
#include "media/workdir.h"

#define ANIMATION_MAX_FRAMES 3000 /* more pass the limit of a minute, at the shortest delay */
#define ANIMATION_MAX_BYTES  (256u << 20) /* unpacked */

/* A run of frames that are shown equally long. */
struct animation_run {
	unsigned first, count; /* frames */
	unsigned delay_ms;     /* of each, as browsers read it: what is below 20 means 100 */
};

struct animation {
	bool moves; /* the format says so: frames may be 1, or 0 */
	unsigned frames;
	bool complete;          /* PNG: it goes on to its end mark */
	unsigned width, height; /* of the canvas */
	unsigned total_ms;
	struct animation_run *runs; /* WebP; in the arena */
	size_t run_count;
};

/* Walks a whole WebP, or PNG. What is no such file does not move. */
struct animation animation_webp(const unsigned char *bytes, size_t len, struct arena *arena);
struct animation animation_png(const unsigned char *bytes, size_t len);

/*
 * Makes the animated WebP on the bench a film that ffmpeg reads, and lets `workdir` name it. Shown
 * through, its frames lie on the grey of pictures.
 */
struct error animation_unpack(struct workdir *workdir,
                              const struct animation *animation) MUST_CHECK;

#endif
