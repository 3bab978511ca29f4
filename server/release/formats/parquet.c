/* SPDX-License-Identifier: Apache-2.0 */
#include "release/formats/parquet.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/number.h"
#include "release/formats/parquet_schema_internal.h"

#define MAGIC "PAR1"
/* Some readers judge by it which faults of a writer to expect, and read it by this pattern. */
#define CREATED_BY "touchstone version 1"
/* "For maximum compatibility with readers, writers should always populate 1." */
#define FORMAT_VERSION 1

#define TABLE_ROWS  50000
#define TABLE_BYTES (16L << 20)
#define MEDIA_ROWS  100
#define MEDIA_BYTES (100L << 20)
#define PLACE_BYTES 8 /* beside the bytes of a text: a number, or a length and levels */
/* Of a text or medium: lengths of pages have 31 bits. */
#define VALUE_BYTES (1L << 30)

#define INTEGER_MOST (UINT64_C(1) << 63) /* how far below 0 an int64 goes */

struct parquet {
	FILE *out;
	struct parquet_column *columns;
	size_t count;
	struct parquet_leaf *leaves; /* of all columns, in their order */
	size_t leaf_count;
	struct parquet_press press;     /* with the file's first failure */
	size_t group_rows, group_bytes; /* what fills a group */

	size_t rows, bytes; /* of the group in memory, by what came in */
	int64_t written, all_rows;
	struct byte_buffer groups, metadata; /* elements of the footer's lists */
	size_t group_count, metadata_count;
};

static void write_bytes(struct parquet *file, const void *bytes, size_t len)
{
	if (file->press.err.code || !len)
		return;
	if (fwrite(bytes, 1, len, file->out) != len)
		file->press.err = errorf(ERR_DISK, "The file cannot be written; is the disk full?");
	file->written += (int64_t)len;
}

static void keep_metadata(struct parquet *file, const char *const metadata[])
{
	struct thrift thrift = { .out = &file->metadata };

	for (; metadata && metadata[0]; metadata += 2) {
		thrift_element_begin(&thrift); /* KeyValue */
		thrift_text(&thrift, 1, metadata[0]);
		thrift_text(&thrift, 2, metadata[1]);
		thrift_end(&thrift);
		file->metadata_count++;
	}
}

static void begin_leaves(struct parquet *file)
{
	struct parquet_leaf *leaf;

	for (size_t c = 0; c < file->count; c++)
		file->leaf_count += parquet_leaves(file->columns[c].kind);
	leaf = file->leaves = mem_new(file->leaf_count, sizeof *file->leaves);
	for (size_t c = 0; c < file->count; c++) {
		parquet_leaves_begin(leaf, &file->columns[c]);
		leaf += parquet_leaves(file->columns[c].kind);
	}
}

struct parquet *parquet_new(FILE *out, const struct parquet_column columns[], size_t count,
                            size_t rows_a_group, const char *const metadata[])
{
	struct parquet *file = mem_new(1, sizeof *file);
	bool media = false;

	file->out = out;
	file->count = count;
	file->columns = mem_new(count, sizeof *columns);
	memcpy(file->columns, columns, count * sizeof *columns);
	for (size_t c = 0; c < count; c++)
		media |= parquet_kind_is_medium(columns[c].kind);
	file->group_rows = media ? MEDIA_ROWS : TABLE_ROWS;
	if (rows_a_group)
		file->group_rows = rows_a_group;
	file->group_bytes = media ? MEDIA_BYTES : TABLE_BYTES;
	begin_leaves(file);
	keep_metadata(file, metadata);
	if (!(file->press.zstd = ZSTD_createCCtx()))
		file->press.err = error_memory();
	write_bytes(file, MAGIC, strlen(MAGIC));
	return file;
}

static void note_misfit(struct parquet *file, const struct parquet_leaf *leaf, const char *what,
                        const char *text)
{
	file->press.err = errorf(ERR_INTERNAL, "the column %s holds %s: %s", leaf->path[0], what, text);
}

static void put_byte_array(struct parquet *file, struct parquet_leaf *leaf, bool in_list,
                           const void *bytes, size_t len)
{
	if (len > VALUE_BYTES) {
		file->press.err = errorf(ERR_INTERNAL, "a value of %s is too long", leaf->path[0]);
		return;
	}
	parquet_leaf_bytes(leaf, in_list, bytes, len);
	file->bytes += len;
}

static void put_integer(struct parquet *file, struct parquet_leaf *leaf, const char *text)
{
	bool negative = *text == '-';
	uint64_t number;

	if (!number_whole(text + negative, 0, INTEGER_MOST - !negative, &number))
		note_misfit(file, leaf, "no integer", text);
	else
		parquet_leaf_number(leaf, negative ? -number : number);
}

static void put_real(struct parquet *file, struct parquet_leaf *leaf, const char *text)
{
	bool negative = *text == '-';
	double number;
	uint64_t bits;

	if (!number_real(text + negative, 0, DBL_MAX, &number)) {
		note_misfit(file, leaf, "no number", text);
		return;
	}
	number = negative ? -number : number;
	memcpy(&bits, &number, sizeof bits);
	parquet_leaf_number(leaf, bits);
}

static void put_flag(struct parquet *file, struct parquet_leaf *leaf, const char *text)
{
	bool flag = strcmp(text, "true") == 0;

	if (!flag && strcmp(text, "false") != 0)
		note_misfit(file, leaf, "neither true nor false", text);
	else
		parquet_leaf_flag(leaf, flag);
}

static void put_class(struct parquet *file, struct parquet_leaf *leaf, const char *text,
                      const char *const classes[])
{
	for (uint64_t i = 0; classes[i]; i++) {
		if (strcmp(classes[i], text) == 0) {
			parquet_leaf_number(leaf, i);
			return;
		}
	}
	note_misfit(file, leaf, "none of its classes", text);
}

static void put_list(struct parquet *file, struct parquet_leaf *leaf, const char *text)
{
	if (!text || !*text) {
		parquet_leaf_null(leaf, PARQUET_EMPTY_LIST);
		return;
	}
	for (bool in_list = false; *text; in_list = true) {
		size_t len = strcspn(text, ";");

		put_byte_array(file, leaf, in_list, text, len);
		text += len + (text[len] == ';');
	}
}

static void put_medium(struct parquet *file, struct parquet_leaf leaves[2],
                       const struct parquet_medium *medium)
{
	unsigned char missing = medium ? PARQUET_NO_MEMBER : PARQUET_NOTHING;

	if (medium && medium->bytes)
		put_byte_array(file, &leaves[0], false, medium->bytes, medium->len);
	else
		parquet_leaf_null(&leaves[0], missing);
	if (medium && medium->path)
		put_byte_array(file, &leaves[1], false, medium->path, strlen(medium->path));
	else
		parquet_leaf_null(&leaves[1], missing);
}

/* A value of one leaf, which is there. */
static void put_value(struct parquet *file, struct parquet_leaf *leaf,
                      const struct parquet_column *column, const char *text)
{
	switch (column->kind) {
	case PARQUET_INTEGER:
		put_integer(file, leaf, text);
		return;
	case PARQUET_REAL:
		put_real(file, leaf, text);
		return;
	case PARQUET_FLAG:
		put_flag(file, leaf, text);
		return;
	case PARQUET_CLASS:
		put_class(file, leaf, text, column->classes);
		return;
	case PARQUET_TEXT:
	case PARQUET_LIST:
	case PARQUET_IMAGE:
	case PARQUET_AUDIO:
	case PARQUET_VIDEO:
		put_byte_array(file, leaf, false, text, strlen(text));
	}
}

static void end_group(struct parquet *file)
{
	struct thrift thrift = { .out = &file->groups };
	int64_t begins = file->written, unpacked = 0;

	thrift_element_begin(&thrift); /* RowGroup */
	thrift_list(&thrift, 1, THRIFT_STRUCT, file->leaf_count);
	for (size_t i = 0; i < file->leaf_count; i++) {
		struct parquet_leaf *leaf = &file->leaves[i];

		parquet_leaf_end_page(leaf, &file->press);
		parquet_leaf_describe(leaf, &thrift, file->written);
		write_bytes(file, leaf->pages.bytes, leaf->pages.len);
		unpacked += leaf->unpacked;
		parquet_leaf_reset(leaf);
	}
	thrift_integer(&thrift, 2, THRIFT_I64, unpacked);
	thrift_integer(&thrift, 3, THRIFT_I64, (int64_t)file->rows);
	thrift_integer(&thrift, 5, THRIFT_I64, begins);
	thrift_integer(&thrift, 6, THRIFT_I64, file->written - begins);
	thrift_end(&thrift);
	file->group_count++;
	file->all_rows += (int64_t)file->rows;
	file->rows = file->bytes = 0;
}

bool parquet_row(struct parquet *file, const char *const values[],
                 const struct parquet_medium *medium)
{
	struct parquet_leaf *leaf = file->leaves;

	for (size_t c = 0; c < file->count && !file->press.err.code; c++) {
		const struct parquet_column *column = &file->columns[c];
		size_t leaves = parquet_leaves(column->kind);

		for (size_t i = 0; i < leaves; i++)
			if (parquet_leaf_is_full(&leaf[i]))
				parquet_leaf_end_page(&leaf[i], &file->press);
		if (parquet_kind_is_medium(column->kind))
			put_medium(file, leaf, medium);
		else if (column->kind == PARQUET_LIST)
			put_list(file, leaf, values[c]);
		else if (!values[c])
			parquet_leaf_null(leaf, PARQUET_NOTHING);
		else
			put_value(file, leaf, column, values[c]);
		file->bytes += leaves * PLACE_BYTES;
		leaf += leaves;
	}
	if (file->press.err.code)
		return false;
	file->rows++;
	if (file->rows >= file->group_rows || file->bytes >= file->group_bytes)
		end_group(file);
	return !file->press.err.code;
}

uint64_t parquet_size(const struct parquet *file)
{
	return (uint64_t)file->written + file->bytes + file->groups.len + file->metadata.len;
}

/* Which order the bounds of each leaf are by: that of its type. */
static void write_orders(struct thrift *thrift, int field, size_t leaves)
{
	thrift_list(thrift, field, THRIFT_STRUCT, leaves);
	for (size_t i = 0; i < leaves; i++) {
		thrift_element_begin(thrift);
		thrift_begin(thrift, 1);
		thrift_end(thrift);
		thrift_end(thrift);
	}
}

static void make_footer(const struct parquet *file, struct byte_buffer *footer)
{
	struct thrift thrift = { .out = footer };

	thrift_element_begin(&thrift); /* FileMetaData */
	thrift_integer(&thrift, 1, THRIFT_I32, FORMAT_VERSION);
	parquet_schema_write(&thrift, 2, file->columns, file->count);
	thrift_integer(&thrift, 3, THRIFT_I64, file->all_rows);
	thrift_list(&thrift, 4, THRIFT_STRUCT, file->group_count);
	byte_buffer_add(footer, file->groups.bytes, file->groups.len);
	if (file->metadata_count) {
		thrift_list(&thrift, 5, THRIFT_STRUCT, file->metadata_count);
		byte_buffer_add(footer, file->metadata.bytes, file->metadata.len);
	}
	thrift_text(&thrift, 6, CREATED_BY);
	write_orders(&thrift, 7, file->leaf_count);
	thrift_end(&thrift);
	byte_buffer_add_number(footer, footer->len, 4);
	byte_buffer_add(footer, MAGIC, strlen(MAGIC));
}

static void write_footer(struct parquet *file)
{
	struct byte_buffer footer = { 0 };

	if (file->press.err.code)
		return;
	make_footer(file, &footer);
	if (footer.failed || file->groups.failed || file->metadata.failed)
		file->press.err = error_memory();
	else
		write_bytes(file, footer.bytes, footer.len);
	byte_buffer_free(&footer);
}

struct error parquet_end(struct parquet *file)
{
	if (file->rows && !file->press.err.code)
		end_group(file);
	write_footer(file);

	struct error err = file->press.err;
	for (size_t i = 0; i < file->leaf_count; i++)
		parquet_leaf_free(&file->leaves[i]);
	ZSTD_freeCCtx(file->press.zstd);
	byte_buffer_free(&file->press.page);
	byte_buffer_free(&file->press.packed);
	byte_buffer_free(&file->groups);
	byte_buffer_free(&file->metadata);
	free(file->leaves);
	free(file->columns);
	free(file);
	return err;
}
