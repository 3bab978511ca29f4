/* SPDX-License-Identifier: Apache-2.0 */
/* The layouts are those of ICC.1:2010 (profile version 4.3), of which lcms reads every word. */
#include "media/colour_profile.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/disk.h"

#define PROFILE_BYTES (32 * 1024)
#define HEADER_BYTES  128
#define GRID          9 /* points an ink in the CMYK table: within a level of the formula */

struct blob {
	size_t len;
	unsigned char bytes[PROFILE_BYTES];
};

static void profile_put(struct blob *blob, const void *bytes, size_t len)
{
	assert(blob->len + len <= sizeof blob->bytes);
	memcpy(blob->bytes + blob->len, bytes, len);
	blob->len += len;
}

static void put_u32(struct blob *blob, uint32_t number)
{
	const unsigned char bytes[] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
		                            (unsigned char)(number >> 8), (unsigned char)number };

	profile_put(blob, bytes, sizeof bytes);
}

static void put_sig(struct blob *blob, const char *four)
{
	profile_put(blob, four, 4);
}

static void put_fixed(struct blob *blob, double number)
{
	put_u32(blob, (uint32_t)(int32_t)lround(number * 65536));
}

static void put_zeros(struct blob *blob, unsigned count)
{
	static const unsigned char zeros[64];

	profile_put(blob, zeros, count);
}

static void put_white(struct blob *blob)
{
	put_fixed(blob, 0.9642); /* D50 */
	put_fixed(blob, 1);
	put_fixed(blob, 0.8249);
}

static void put_header(struct blob *blob, const char *device_class, const char *space)
{
	put_u32(blob, 0); /* the size, when it is known */
	put_zeros(blob, 4);
	put_u32(blob, 0x04300000);
	put_sig(blob, device_class);
	put_sig(blob, space);
	put_sig(blob, "XYZ ");
	put_zeros(blob, 12);
	put_sig(blob, "acsp");
	put_zeros(blob, 24);
	put_u32(blob, 1); /* relative colorimetric */
	put_white(blob);
	put_zeros(blob, 48);
}

/* sRGB's curve (IEC 61966-2-1), 32 bytes. */
static void put_srgb_curve(struct blob *blob)
{
	static const double parameters[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };

	put_sig(blob, "para");
	put_zeros(blob, 4);
	put_u32(blob, 3u << 16); /* function type 3 */
	for (unsigned i = 0; i < 5; i++)
		put_fixed(blob, parameters[i]);
}

#define CURVE_BYTES    32u
#define IDENTITY_BYTES 12u
#define MATRIX_BYTES   48u
#define GRID_BYTES     (20u + 3u * GRID * GRID * GRID * GRID)

static void put_identity(struct blob *blob, unsigned count)
{
	for (; count; count--) {
		put_sig(blob, "curv");
		put_zeros(blob, 8);
	}
}

/* Linear sRGB to XYZ under D50, as the format's 1.15 fixed numbers have it. */
static void put_matrix(struct blob *blob)
{
	static const double matrix[] = { 0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786,
		                             0.0606169, 0.0139322, 0.0971045, 0.7141733 };

	for (unsigned i = 0; i < 9; i++)
		put_fixed(blob, matrix[i] * 32768 / 65535);
	put_zeros(blob, 12);
}

/* Paper minus ink: red is what cyan and black leave of 255, and so on. */
static void put_grid(struct blob *blob)
{
	static const unsigned char head[20] = { GRID, GRID, GRID, GRID, [16] = 1 };
	const unsigned most = GRID - 1;

	profile_put(blob, head, sizeof head);
	for (unsigned at = 0; at < GRID * GRID * GRID * GRID; at++) {
		const unsigned ink[] = { at / (GRID * GRID * GRID), at / (GRID * GRID) % GRID,
			                     at / GRID % GRID };
		for (unsigned i = 0; i < 3; i++) {
			unsigned left = (most - ink[i]) * (most - at % GRID);
			const unsigned char level =
				(unsigned char)((255 * left + most * most / 2) / (most * most));
			profile_put(blob, &level, 1);
		}
	}
	put_zeros(blob, (4 - GRID_BYTES % 4) % 4);
}

/* A table of inks to sRGB, then sRGB's curve, then XYZ. */
static void put_cmyk_table(struct blob *blob)
{
	uint32_t at = 32;

	put_sig(blob, "mAB ");
	put_zeros(blob, 4);
	put_u32(blob, 4u << 24 | 3u << 16); /* four channels in, three out */
	put_u32(blob, at);
	put_u32(blob, at += 3 * IDENTITY_BYTES);
	put_u32(blob, at += MATRIX_BYTES);
	put_u32(blob, at += 3 * CURVE_BYTES);
	put_u32(blob, at + (GRID_BYTES + 3) / 4 * 4);
	put_identity(blob, 3);
	put_matrix(blob);
	for (unsigned i = 0; i < 3; i++)
		put_srgb_curve(blob);
	put_grid(blob);
	put_identity(blob, 4);
}

/* The first tags that every profile must have. */
static void put_texts(struct blob *blob)
{
	put_sig(blob, "mluc");
	put_zeros(blob, 4);
	put_u32(blob, 1);
	put_u32(blob, 12);
	put_sig(blob, "enUS");
	put_u32(blob, 4);
	put_u32(blob, 28);
	profile_put(blob, "\0T\0S", 4);
	put_sig(blob, "XYZ ");
	put_zeros(blob, 4);
	put_white(blob);
}

static void put_tag(struct blob *blob, const char *name, uint32_t at, uint32_t len)
{
	put_sig(blob, name);
	put_u32(blob, at);
	put_u32(blob, len);
}

static struct error profile_save(const struct workdir *workdir, struct blob *blob, const char *name)
{
	const unsigned char size[] = { 0, 0, (unsigned char)(blob->len >> 8),
		                           (unsigned char)blob->len };

	memcpy(blob->bytes, size, sizeof size);
	FILE *file = fopen(arena_printf(workdir->arena, "%s/%s", workdir->folder, name), "we");
	bool written = file && fwrite(blob->bytes, 1, blob->len, file) == blob->len;
	if ((file && fclose(file)) || !written)
		return disk_error("media", "a colour profile could not be written");
	return ok();
}

#define TEXT_BYTES  32u
#define WHITE_BYTES 20u

/* The header, the list of tags and the tags that both have; then follows the table. */
static void put_front(struct blob *blob, const char *device_class, const char *space,
                      const char *const tables[2], uint32_t table_bytes)
{
	const uint32_t tags = tables[1] ? 5 : 4, first = HEADER_BYTES + 4 + 12 * tags;

	put_header(blob, device_class, space);
	put_u32(blob, tags);
	put_tag(blob, "desc", first, TEXT_BYTES);
	put_tag(blob, "cprt", first, TEXT_BYTES);
	put_tag(blob, "wtpt", first + TEXT_BYTES, WHITE_BYTES);
	for (uint32_t i = 0; i < tags - 3; i++)
		put_tag(blob, tables[i], first + TEXT_BYTES + WHITE_BYTES, table_bytes);
	put_texts(blob);
}

struct error colour_profile_write_grey(const struct workdir *workdir, const char *name)
{
	static const char *const tables[2] = { "kTRC" };
	struct blob *blob = arena_alloc(workdir->arena, sizeof *blob);

	blob->len = 0;
	put_front(blob, "mntr", "GRAY", tables, CURVE_BYTES);
	put_srgb_curve(blob);
	return profile_save(workdir, blob, name);
}

struct error colour_profile_write_cmyk(const struct workdir *workdir, const char *name)
{
	static const char *const tables[2] = { "A2B0", "A2B1" };
	const uint32_t table_bytes = 32 + 3 * IDENTITY_BYTES + MATRIX_BYTES + 3 * CURVE_BYTES +
	                             (GRID_BYTES + 3) / 4 * 4 + 4 * IDENTITY_BYTES;
	struct blob *blob = arena_alloc(workdir->arena, sizeof *blob);

	blob->len = 0;
	put_front(blob, "prtr", "CMYK", tables, table_bytes);
	put_cmyk_table(blob);
	return profile_save(workdir, blob, name);
}
