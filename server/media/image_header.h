/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_header -- what the header of a JPEG or a PNG says, without starting a program for it.
 *
 * Pure: reads bytes it is given, which may be hostile.
 */
#ifndef MEDIA_IMAGE_HEADER_H
#define MEDIA_IMAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

struct image_header {
	unsigned long width, height;
	unsigned channels; /* 1: grey, 3: colour, 4: CMYK; transparency does not count */
	unsigned bits;     /* of a sample, as vips reads it: 8 or 16 */
	bool many_scans;   /* a JPEG that gets sharper as it arrives */
};

/* False: neither, or a header of an unusual kind, which vips may understand. */
bool image_header_read(const unsigned char *bytes, size_t len, struct image_header *ret);

/* True for a whole JPEG in which no end mark follows the first scan: its last bytes were lost. */
bool image_header_lacks_end(const unsigned char *bytes, size_t len);

#endif
