/* SPDX-License-Identifier: Apache-2.0 */
#include "tiff.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

#define ENTRIES 13 /* in every directory; those that do not matter are there with a default */

/* The file is little-endian, as this machine is. */
static size_t put_entry(unsigned char *bytes, size_t at, uint16_t tag, uint16_t type,
                        uint32_t count, uint32_t value)
{
	memcpy(bytes + at, &tag, 2);
	memcpy(bytes + at + 2, &type, 2);
	memcpy(bytes + at + 4, &count, 4);
	memcpy(bytes + at + 8, &value, 4);
	return at + 12;
}

/* Puts pixels, numbers and directory; returns where the directory begins. */
static uint32_t put_level(unsigned char *bytes, size_t *len, const struct tiff_level *level,
                          uint32_t sub_ifds, uint32_t sub_count)
{
	uint32_t pixels = (uint32_t)*len;
	memcpy(bytes + pixels, level->pixels, level->len);
	uint32_t bits = (uint32_t)((pixels + level->len + 7) / 8 * 8), formats = bits + 16;
	for (unsigned i = 0; i < 8; i++) {
		memcpy(bytes + bits + 2 * i, &level->bits, 2);
		memcpy(bytes + formats + 2 * i, &level->sample_format, 2);
	}
	uint32_t count = level->samples;
	uint16_t entries = (uint16_t)(ENTRIES - !sub_count - !level->extra);
	size_t at = formats + 16;
	memcpy(bytes + at, &entries, 2);
	uint32_t start = (uint32_t)at;
	at += 2;
	at = put_entry(bytes, at, 254, 4, 1, level->reduced);
	at = put_entry(bytes, at, 256, 4, 1, level->width);
	at = put_entry(bytes, at, 257, 4, 1, level->height);
	at = put_entry(bytes, at, 258, 3, count, count > 2 ? bits : level->bits * 0x10001u);
	at = put_entry(bytes, at, 259, 3, 1, 1);
	at = put_entry(bytes, at, 262, 3, 1, level->photometric);
	at = put_entry(bytes, at, 273, 4, 1, pixels);
	at = put_entry(bytes, at, 277, 3, 1, count);
	at = put_entry(bytes, at, 278, 4, 1, level->height);
	at = put_entry(bytes, at, 279, 4, 1, (uint32_t)level->len);
	if (sub_count)
		at = put_entry(bytes, at, 330, 4, sub_count, sub_ifds);
	if (level->extra)
		at = put_entry(bytes, at, 338, 3, 1, level->extra);
	at = put_entry(bytes, at, 339, 3, count, count > 2 ? formats : level->sample_format * 0x10001u);
	*len = at + 4; /* no next directory, until one is linked */
	return start;
}

static uint32_t directory_end(const unsigned char *bytes, uint32_t start)
{
	uint16_t entries;

	memcpy(&entries, bytes + start, 2);
	return start + 2 + 12u * entries;
}

void tiff_write(const char *name, const struct tiff_level levels[], unsigned count, bool sub)
{
	size_t room = 64, len = 8;
	uint32_t starts[8], from[8] = { 0 };

	ck_assert_uint_le(count, 8);
	for (unsigned i = 0; i < count; i++)
		room += levels[i].len + 512;
	unsigned char *bytes = calloc(1, room);
	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, "II*\0", 4);
	for (unsigned i = 1; i < count; i++)
		starts[i] = put_level(bytes, &len, &levels[i], 0, 0);
	uint32_t sub_ifds = (uint32_t)len;
	for (unsigned i = 1; i < count; i++)
		from[i - 1] = starts[i];
	memcpy(bytes + len, from, sizeof from);
	len += sizeof from;
	bool single = sub && count == 2; /* then the offset stands in the entry itself */
	starts[0] =
		put_level(bytes, &len, &levels[0], single ? starts[1] : sub_ifds, sub ? count - 1 : 0);
	memcpy(bytes + 4, &starts[0], 4);
	for (unsigned i = 0; !sub && i + 1 < count; i++)
		memcpy(bytes + directory_end(bytes, starts[i]), &starts[i + 1], 4);
	scratch_write(name, bytes, len);
	free(bytes);
}
