/* SPDX-License-Identifier: Apache-2.0 */
#include "media/image_header.h"

#include <string.h>

static unsigned long u16_at(const unsigned char *at)
{
	return (unsigned long)at[0] << 8 | at[1];
}

/* W3C, PNG, 11.2.2: the first chunk. */
static bool read_png(const unsigned char *bytes, size_t len, struct image_header *ret)
{
	static const unsigned char front[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

	if (len < 33 || memcmp(bytes, front, 16) != 0)
		return false;
	unsigned char bits = bytes[24], kind = bytes[25]; /* kind: 1 palette, 2 colour, 4 alpha */
	*ret = (struct image_header){ .width = u16_at(bytes + 16) << 16 | u16_at(bytes + 18),
		                          .height = u16_at(bytes + 20) << 16 | u16_at(bytes + 22),
		                          .channels = kind & 2 ? 3 : 1,
		                          .bits = bits == 16 ? 16 : 8 };
	return (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16) && kind <= 6;
}

/* ITU-T T.81, B.2.2. False: not 8 bits a sample, or a height that comes later. */
static bool read_frame(const unsigned char *at, size_t len, struct image_header *ret)
{
	if (len < 8 || at[2] != 8 || len < 8 + 3u * at[7])
		return false;
	ret->bits = 8;
	ret->height = u16_at(at + 3);
	ret->width = u16_at(at + 5);
	ret->channels = at[7];
	return ret->width && ret->height &&
	       (ret->channels == 1 || ret->channels == 3 || ret->channels == 4);
}

/* Walks from marker to marker, up to the first scan; `ret_scan` is where its data begin. */
static bool read_jpeg(const unsigned char *bytes, size_t len, struct image_header *ret,
                      size_t *ret_scan)
{
	struct image_header header = { 0 };
	bool progressive = false;

	for (size_t at = 2; at + 5 < len && bytes[at] == 0xff;) {
		unsigned char marker = bytes[at + 1];
		size_t part = u16_at(bytes + at + 2);

		if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || part < 2 || part > len - at - 2)
			return false;
		if (marker == 0xda) {
			header.many_scans = progressive || bytes[at + 4] < header.channels;
			*ret = header;
			*ret_scan = at + 2 + part;
			return header.channels != 0;
		}
		bool frame = marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
		if (frame &&
		    (marker > 0xc2 || header.channels || !read_frame(bytes + at + 2, part, &header)))
			return false; /* lossless, arithmetic or hierarchical, or a second frame */
		progressive |= marker == 0xc2;
		at += 2 + part;
	}
	return false;
}

bool image_header_read(const unsigned char *bytes, size_t len, struct image_header *ret)
{
	size_t scan;

	if (len > 4 && bytes[0] == 0xff && bytes[1] == 0xd8)
		return read_jpeg(bytes, len, ret, &scan);
	return read_png(bytes, len, ret);
}

bool image_header_lacks_end(const unsigned char *bytes, size_t len)
{
	struct image_header header;
	size_t scan;

	return len > 4 && bytes[0] == 0xff && bytes[1] == 0xd8 &&
	       read_jpeg(bytes, len, &header, &scan) &&
	       !memmem(bytes + scan, len - scan, "\xff\xd9", 2);
}
