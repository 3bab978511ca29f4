/* SPDX-License-Identifier: Apache-2.0 */
/* tiff -- writes small TIFF files for tests, whatever a camera or scanner may put in one. */
#ifndef TESTS_UNIT_TIFF_H
#define TESTS_UNIT_TIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One picture of the file, uncompressed. */
struct tiff_level {
	uint32_t width, height;
	uint16_t samples;       /* a pixel */
	uint16_t bits;          /* a sample */
	uint16_t photometric;   /* 1 grey, 2 RGB, 5 CMYK, 8 Lab, 32803 raw */
	uint16_t sample_format; /* 1 unsigned, 2 signed, 3 floating point */
	uint16_t extra;         /* the meaning of the last sample: 2 alpha; 0: it is no extra one */
	bool reduced;           /* a smaller copy of another one */
	const void *pixels;
	size_t len;
};

/*
 * Writes `count` levels to a file of the scratch folder: a chain of pages, or the first with all
 * others in its SubIFDs.
 */
void tiff_write(const char *name, const struct tiff_level levels[], unsigned count, bool sub);

#endif
