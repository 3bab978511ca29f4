/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sniff -- what kind of file this is, from its first bytes.
 *
 * Only kinds in our list go on to a helper program, and the helper is told which it is: a playlist
 * or a script named .mp4 is nothing we know, so nobody ever follows what it points to.
 * Pure: reads bytes it is given.
 */
#ifndef MEDIA_SNIFF_H
#define MEDIA_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define SNIFF_BYTES 4096 /* as many of a file's first bytes as it wants to see */

enum sniff_family {
	SNIFF_STILL, /* for vips */
	SNIFF_FILM,  /* moving pictures or sound, for ffmpeg with `demuxer` */
	SNIFF_SOUND  /* sound alone, whatever cover picture it carries */
};

struct sniff {
	enum sniff_family family;
	const char *format;   /* ours: "png" */
	const char *demuxer;  /* ffmpeg's; NULL for SNIFF_STILL */
	bool length_declared; /* the container says how long it is, and means it */
};

/* ERR_INVALID with a reason: empty, text, an archive, or unknown.  A GIF is a still or a film by
 * its frames.
 */
struct error sniff_bytes(const unsigned char *bytes, size_t len, struct sniff *ret) MUST_CHECK;

/*
 * True when a file that says how many bytes it has (RIFF: wav, avi, webp) has far fewer. `bytes`
 * are its first, `file_bytes` what is there of it.
 */
bool sniff_cut_off(const unsigned char *bytes, size_t len, uint64_t file_bytes);

struct sniff_gif {
	unsigned frames;
	bool complete; /* it goes on to its end mark */
};

/* Walks a whole GIF. */
struct sniff_gif sniff_gif(const unsigned char *bytes, size_t len);

struct sniff_tiff {
	bool raw;       /* a sensor's own samples, which only its maker's program can develop */
	bool in_sub;    /* the largest level is a SubIFD of the first page, not a page */
	unsigned index; /* of the page or SubIFD; with in_sub false, 0 is the first page */
};

/*
 * Finds the largest picture of a TIFF: the first page may be a small copy (a pyramid, a camera's
 * preview).  Of equal ones the first.  What cannot be walked is left out; bytes may be hostile.
 */
struct sniff_tiff sniff_tiff(const unsigned char *bytes, size_t len);

#endif
