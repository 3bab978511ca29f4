/* SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "release/formats/parquet_leaf_internal.h"

#define PAGE_BYTES (1 << 20)
#define PACK_LEVEL 3 /* zstd's own default */

/* As the format numbers them. */
enum { DATA_PAGE = 0 };
enum { PLAIN = 0, RLE = 3 };
enum { UNCOMPRESSED = 0, ZSTD = 6 };

/* How many levels are alike from `levels` on, up to `most`. */
static size_t level_run(const unsigned char *levels, size_t most)
{
	size_t run = 1;

	while (run < most && levels[run] == levels[0])
		run++;
	return run < most ? run : most;
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Eight levels, of which the last ones may be missing; they are zeros. */
static void pack_group(struct byte_buffer *out, const unsigned char *levels, size_t count,
                       unsigned bits)
{
	uint64_t group = 0;

	for (size_t i = 0; i < count; i++)
		group |= (uint64_t)levels[i] << i * bits;
	byte_buffer_add_number(out, group, bits);
}

/* Packs groups up to where a run begins that fills a group; returns how many levels these were. */
static size_t pack_levels(struct byte_buffer *out, const unsigned char *levels, size_t count,
                          unsigned bits)
{
	size_t groups = 0;

	do
		groups++;
	while (groups * 8 < count &&
	       level_run(levels + groups * 8, least_of(8, count - groups * 8)) < 8);
	byte_buffer_add_varint(out, groups << 1 | 1);
	for (size_t g = 0; g < groups; g++)
		pack_group(out, levels + g * 8, least_of(8, count - g * 8), bits);
	return least_of(groups * 8, count);
}

void parquet_levels(struct byte_buffer *out, const unsigned char *levels, size_t count,
                    unsigned bits)
{
	for (size_t at = 0; at < count;) {
		size_t run = level_run(levels + at, count - at);

		if (run < 8 && at + run < count) {
			at += pack_levels(out, levels + at, count - at, bits);
			continue;
		}
		byte_buffer_add_varint(out, run << 1);
		byte_buffer_add_byte(out, levels[at]);
		at += run;
	}
}

static uint64_t bound_bits(const unsigned char bytes[8])
{
	uint64_t bits;

	memcpy(&bits, bytes, sizeof bits);
	return le64toh(bits);
}

static double bound_real(const unsigned char bytes[8])
{
	uint64_t bits = bound_bits(bytes);
	double real;

	memcpy(&real, &bits, sizeof real);
	return real;
}

/* Less than, equal to or greater than 0, in the order that the format defines for the type. */
static int compare_bound(enum parquet_type type, const unsigned char *bytes, size_t len,
                         const struct parquet_bound *bound)
{
	if (type == PARQUET_INT64) {
		int64_t a = (int64_t)bound_bits(bytes), b = (int64_t)bound_bits(bound->bytes);
		return (a > b) - (a < b);
	}
	if (type == PARQUET_DOUBLE) {
		double a = bound_real(bytes), b = bound_real(bound->bytes);
		return (a > b) - (a < b);
	}
	int order = memcmp(bytes, bound->bytes, least_of(len, bound->len));

	return order ? order : (len > bound->len) - (len < bound->len);
}

static void keep_bound(struct parquet_bound *bound, const unsigned char *bytes, size_t len)
{
	bound->len = len;
	memcpy(bound->bytes, bytes, len);
}

/* Counts a value, and keeps it if it is the least or the greatest so far. */
static void count_value(struct parquet_leaf *leaf, const unsigned char *bytes, size_t len)
{
	bool first = leaf->places == leaf->nulls;

	leaf->places++;
	if (len > PARQUET_BOUND)
		leaf->unbounded = true;
	if (leaf->unbounded)
		return;
	if (first || compare_bound(leaf->type, bytes, len, &leaf->least) < 0)
		keep_bound(&leaf->least, bytes, len);
	if (first || compare_bound(leaf->type, bytes, len, &leaf->greatest) > 0)
		keep_bound(&leaf->greatest, bytes, len);
}

static void add_level(struct parquet_leaf *leaf, unsigned char definition, bool in_list)
{
	byte_buffer_add_byte(&leaf->definitions, definition);
	if (leaf->repeated)
		byte_buffer_add_byte(&leaf->repetitions, in_list);
}

void parquet_leaf_null(struct parquet_leaf *leaf, unsigned char definition)
{
	add_level(leaf, definition, false);
	leaf->places++;
	leaf->nulls++;
}

void parquet_leaf_bytes(struct parquet_leaf *leaf, bool in_list, const void *bytes, size_t len)
{
	add_level(leaf, leaf->defined, in_list);
	byte_buffer_add_number(&leaf->values, len, 4);
	byte_buffer_add(&leaf->values, bytes, len);
	count_value(leaf, bytes, len);
}

void parquet_leaf_number(struct parquet_leaf *leaf, uint64_t bits)
{
	uint64_t little = htole64(bits);
	unsigned char bytes[8];

	memcpy(bytes, &little, sizeof bytes);
	add_level(leaf, leaf->defined, false);
	byte_buffer_add(&leaf->values, bytes, sizeof bytes);
	count_value(leaf, bytes, sizeof bytes);
}

void parquet_leaf_flag(struct parquet_leaf *leaf, bool flag)
{
	unsigned char byte = flag;

	add_level(leaf, leaf->defined, false);
	if (leaf->flags % 8 == 0)
		byte_buffer_add_byte(&leaf->values, 0);
	if (flag && !leaf->values.failed)
		leaf->values.bytes[leaf->values.len - 1] |= (unsigned char)(1 << leaf->flags % 8);
	leaf->flags++;
	count_value(leaf, &byte, 1);
}

bool parquet_leaf_is_full(const struct parquet_leaf *leaf)
{
	return leaf->values.len >= PAGE_BYTES || leaf->definitions.len >= PAGE_BYTES;
}

static void put_levels(struct byte_buffer *page, const struct byte_buffer *levels, unsigned bits)
{
	size_t at = page->len;

	byte_buffer_add_number(page, 0, 4);
	parquet_levels(page, levels->bytes, levels->len, bits);
	byte_buffer_set_number(page, at, page->len - at - 4, 4);
}

/* The bytes of the page, compressed; NULL after a failure. */
static const struct byte_buffer *press_page(struct parquet_press *press)
{
	size_t room = ZSTD_compressBound(press->page.len), len;
	unsigned char *to;

	byte_buffer_clear(&press->packed);
	if (!(to = byte_buffer_room(&press->packed, room))) {
		press->err = error_memory();
		return NULL;
	}
	len = ZSTD_compressCCtx(press->zstd, to, room, press->page.bytes, press->page.len, PACK_LEVEL);
	if (ZSTD_isError(len)) {
		press->err =
			errorf(ERR_INTERNAL, "a page cannot be compressed: %s", ZSTD_getErrorName(len));
		return NULL;
	}
	press->packed.len = len;
	return &press->packed;
}

static void put_page_header(struct byte_buffer *out, size_t unpacked, size_t packed, size_t places)
{
	struct thrift thrift = { .out = out };

	thrift_element_begin(&thrift);
	thrift_integer(&thrift, 1, THRIFT_I32, DATA_PAGE);
	thrift_integer(&thrift, 2, THRIFT_I32, (int64_t)unpacked);
	thrift_integer(&thrift, 3, THRIFT_I32, (int64_t)packed);
	thrift_begin(&thrift, 5);
	thrift_integer(&thrift, 1, THRIFT_I32, (int64_t)places);
	thrift_integer(&thrift, 2, THRIFT_I32, PLAIN);
	thrift_integer(&thrift, 3, THRIFT_I32, RLE); /* definition levels */
	thrift_integer(&thrift, 4, THRIFT_I32, RLE); /* repetition levels */
	thrift_end(&thrift);
	thrift_end(&thrift);
}

static void gather_page(const struct parquet_leaf *leaf, struct byte_buffer *page)
{
	byte_buffer_clear(page);
	if (leaf->repeated)
		put_levels(page, &leaf->repetitions, 1);
	put_levels(page, &leaf->definitions, leaf->defined > 1 ? 2 : 1);
	byte_buffer_add(page, leaf->values.bytes, leaf->values.len);
}

static bool leaf_has_failed(const struct parquet_leaf *leaf)
{
	return leaf->definitions.failed || leaf->repetitions.failed || leaf->values.failed ||
	       leaf->pages.failed;
}

void parquet_leaf_end_page(struct parquet_leaf *leaf, struct parquet_press *press)
{
	const struct byte_buffer *page = &press->page;
	size_t before = leaf->pages.len;

	if (press->err.code || (!leaf->definitions.len && !leaf_has_failed(leaf)))
		return;
	gather_page(leaf, &press->page);
	if (leaf_has_failed(leaf) || press->page.failed) {
		press->err = error_memory();
		return;
	}
	if (press->page.len > INT32_MAX) {
		press->err = errorf(ERR_INTERNAL, "a page of %s is too large", leaf->path[0]);
		return;
	}
	if (leaf->packed && !(page = press_page(press)))
		return;
	put_page_header(&leaf->pages, press->page.len, page->len, leaf->definitions.len);
	leaf->unpacked += (int64_t)(leaf->pages.len - before + press->page.len);
	byte_buffer_add(&leaf->pages, page->bytes, page->len);
	if (leaf->pages.failed)
		press->err = error_memory();
	byte_buffer_clear(&leaf->definitions);
	byte_buffer_clear(&leaf->repetitions);
	byte_buffer_clear(&leaf->values);
	leaf->flags = 0;
}

/*
 * A bound of a real. -0 and 0 are equal, so the format has a bound that is either of them written
 * as the one that holds both.
 */
static void put_bound(struct thrift *thrift, int field, const struct parquet_leaf *leaf,
                      const struct parquet_bound *bound)
{
	static const unsigned char zeros[2][8] = { { 0 }, { [7] = 0x80 } };

	if (leaf->type == PARQUET_DOUBLE && bound_real(bound->bytes) == 0)
		thrift_bytes(thrift, field, zeros[bound == &leaf->least], sizeof zeros[0]);
	else
		thrift_bytes(thrift, field, bound->bytes, bound->len);
}

static void describe_values(const struct parquet_leaf *leaf, struct thrift *thrift)
{
	thrift_integer(thrift, 3, THRIFT_I64, leaf->nulls);
	if (leaf->places > leaf->nulls && !leaf->unbounded) {
		put_bound(thrift, 5, leaf, &leaf->greatest);
		put_bound(thrift, 6, leaf, &leaf->least);
	}
	if (leaf->type == PARQUET_DOUBLE)
		thrift_integer(thrift, 9, THRIFT_I64, 0); /* how many are NaN */
}

static void describe_path(const struct parquet_leaf *leaf, struct thrift *thrift)
{
	size_t names = 1;

	while (names < PARQUET_PATH && leaf->path[names])
		names++;
	thrift_list(thrift, 3, THRIFT_BINARY, names);
	for (size_t i = 0; i < names; i++)
		thrift_element_text(thrift, leaf->path[i]);
}

void parquet_leaf_describe(const struct parquet_leaf *leaf, struct thrift *thrift, int64_t offset)
{
	thrift_element_begin(thrift);             /* ColumnChunk */
	thrift_integer(thrift, 2, THRIFT_I64, 0); /* deprecated, and required */
	thrift_begin(thrift, 3);                  /* ColumnMetaData */
	thrift_integer(thrift, 1, THRIFT_I32, leaf->type);
	thrift_list(thrift, 2, THRIFT_I32, 2);
	thrift_element_integer(thrift, PLAIN);
	thrift_element_integer(thrift, RLE);
	describe_path(leaf, thrift);
	thrift_integer(thrift, 4, THRIFT_I32, leaf->packed ? ZSTD : UNCOMPRESSED);
	thrift_integer(thrift, 5, THRIFT_I64, leaf->places);
	thrift_integer(thrift, 6, THRIFT_I64, leaf->unpacked);
	thrift_integer(thrift, 7, THRIFT_I64, (int64_t)leaf->pages.len);
	thrift_integer(thrift, 9, THRIFT_I64, offset);
	thrift_begin(thrift, 12); /* Statistics */
	describe_values(leaf, thrift);
	thrift_end(thrift);
	thrift_end(thrift);
	thrift_end(thrift);
}

void parquet_leaf_reset(struct parquet_leaf *leaf)
{
	byte_buffer_clear(&leaf->pages);
	leaf->unpacked = leaf->places = leaf->nulls = 0;
	leaf->unbounded = false;
}

void parquet_leaf_free(struct parquet_leaf *leaf)
{
	byte_buffer_free(&leaf->definitions);
	byte_buffer_free(&leaf->repetitions);
	byte_buffer_free(&leaf->values);
	byte_buffer_free(&leaf->pages);
}
