/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encodings of Parquet, byte by byte as its specification gives them, and what sticks.  Whether
 * others read the files is tests/e2e/parquet.test.js.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/formats/formats.h"
#include "release/formats/parquet.h"
#include "release/formats/parquet_leaf_internal.h"
#include "suites.h"

static struct byte_buffer buffer;

static void begin_buffer(void)
{
	buffer = (struct byte_buffer){ 0 };
}

static void free_buffer(void)
{
	byte_buffer_free(&buffer);
}

/* The bytes of the buffer as hexadecimal digits. */
static const char *hex_of_buffer(void)
{
	static char text[512];

	ck_assert_uint_lt(buffer.len * 2, sizeof text);
	text[0] = '\0';
	for (size_t i = 0; i < buffer.len; i++)
		snprintf(text + 2 * i, 3, "%02x", buffer.bytes[i]);
	return text;
}

static const struct {
	uint64_t number;
	const char *bytes;
} varints[] = {
	{ 0, "00" },     { 1, "01" },       { 127, "7f" },       { 128, "8001" },
	{ 300, "ac02" }, { 16383, "ff7f" }, { 16384, "808001" }, { UINT64_MAX, "ffffffffffffffffff01" },
};

START_TEST(a_varint_has_seven_bits_a_byte)
{
	byte_buffer_add_varint(&buffer, varints[_i].number);
	ck_assert_str_eq(hex_of_buffer(), varints[_i].bytes);
}
END_TEST

START_TEST(numbers_begin_with_their_lowest_byte)
{
	byte_buffer_add_number(&buffer, 0x0102030405060708, 8);
	byte_buffer_add_number(&buffer, 0xaabb, 4);
	byte_buffer_set_number(&buffer, 1, 0xccdd, 2);
	ck_assert_str_eq(hex_of_buffer(), "08ddcc0504030201"
	                                  "bbaa0000");
}
END_TEST

START_TEST(a_buffer_that_cannot_grow_drops_what_follows_and_says_so)
{
	byte_buffer_add(&buffer, "kept", 4);
	ck_assert_ptr_null(byte_buffer_room(&buffer, SIZE_MAX));
	ck_assert(buffer.failed);
	byte_buffer_add(&buffer, "dropped", 7);
	byte_buffer_add_number(&buffer, 1, 4);
	ck_assert_uint_eq(buffer.len, 4);
	byte_buffer_clear(&buffer);
	byte_buffer_add_byte(&buffer, 1);
	ck_assert(buffer.failed);
	ck_assert_uint_eq(buffer.len, 0);
}
END_TEST

static const struct {
	int64_t number;
	const char *bytes;
} zigzags[] = {
	{ 0, "00" },
	{ -1, "01" },
	{ 1, "02" },
	{ -2, "03" },
	{ 63, "7e" },
	{ -64, "7f" },
	{ 64, "8001" },
	{ INT64_MAX, "feffffffffffffffff01" },
	{ INT64_MIN, "ffffffffffffffffff01" },
};

START_TEST(integers_of_thrift_are_zigzag)
{
	struct thrift thrift = { .out = &buffer };

	thrift_element_integer(&thrift, zigzags[_i].number);
	ck_assert_str_eq(hex_of_buffer(), zigzags[_i].bytes);
}
END_TEST

/* By the specification of the protocol: a field's head is the step from the field before, and its
 * type; a struct within begins again at 0, and ends with a byte 0. */
START_TEST(a_struct_of_thrift_is_its_fields_and_a_stop)
{
	struct thrift thrift = { .out = &buffer };

	thrift_element_begin(&thrift);
	thrift_integer(&thrift, 1, THRIFT_I32, 5);
	thrift_begin(&thrift, 4);
	thrift_integer(&thrift, 2, THRIFT_I64, -1);
	thrift_end(&thrift);
	thrift_text(&thrift, 6, "ab");
	thrift_integer(&thrift, 7, THRIFT_I16, 0);
	thrift_end(&thrift);
	ck_assert_str_eq(hex_of_buffer(), "150a"
	                                  "3c"
	                                  "2601"
	                                  "00"
	                                  "28026162"
	                                  "1400"
	                                  "00");
}
END_TEST

START_TEST(a_list_of_thrift_tells_how_long_it_is)
{
	struct thrift thrift = { .out = &buffer };

	thrift_element_begin(&thrift);
	thrift_list(&thrift, 2, THRIFT_I32, 2);
	thrift_element_integer(&thrift, 0);
	thrift_element_integer(&thrift, 3);
	thrift_list(&thrift, 3, THRIFT_BINARY, 1);
	thrift_element_text(&thrift, "x");
	thrift_list(&thrift, 4, THRIFT_STRUCT, 15);
	ck_assert_str_eq(hex_of_buffer(), "2925"
	                                  "0006"
	                                  "19180178"
	                                  "19fc0f");
}
END_TEST

/* Levels as digits, and what they become: runs (twice the count, the level), or groups of eight
 * (twice the number of groups and one, then the levels packed from the lowest bit on). */
static const struct {
	const char *levels;
	unsigned bits;
	const char *bytes;
} levels[] = {
	{ "", 1, "" },
	{ "1", 1, "0201" },
	{ "11111111", 1, "1001" },
	{ "01", 1, "0302" },
	{ "01010101", 1, "03aa" },
	{ "0101010111111111", 1, "03aa1001" },
	{ "010101011111", 1, "05aa0f" },
	{ "0000000001", 1, "12000201" },
	{ "01234567", 3, "0388c6fa" }, /* the example of the specification */
	{ "0123", 2, "03e400" },
	{ "3333333333333331", 2, "1e030201" },
};

START_TEST(levels_are_runs_or_packed_groups)
{
	unsigned char given[32];
	size_t count = strlen(levels[_i].levels);

	for (size_t i = 0; i < count; i++)
		given[i] = (unsigned char)(levels[_i].levels[i] - '0');
	parquet_levels(&buffer, given, count, levels[_i].bits);
	ck_assert_str_eq(hex_of_buffer(), levels[_i].bytes);
}
END_TEST

/* Uncompressed here, so that equal pages are of equal length. */
START_TEST(a_column_of_more_than_a_megabyte_is_several_pages)
{
	struct parquet_leaf leaf = { .type = PARQUET_BYTE_ARRAY, .path = { "t" }, .defined = 1 };
	struct parquet_press press = { 0 };
	char *text = calloc(1, 600000);

	parquet_leaf_bytes(&leaf, false, text, 600000);
	ck_assert(!parquet_leaf_is_full(&leaf));
	parquet_leaf_bytes(&leaf, false, text, 600000);
	ck_assert(parquet_leaf_is_full(&leaf));
	parquet_leaf_end_page(&leaf, &press);
	size_t page = leaf.pages.len;
	ck_assert_uint_gt(page, 1200000);
	parquet_leaf_bytes(&leaf, false, text, 600000);
	parquet_leaf_bytes(&leaf, false, text, 600000);
	parquet_leaf_end_page(&leaf, &press);
	ck_assert_uint_eq(leaf.pages.len, 2 * page);
	ck_assert_mem_eq(leaf.pages.bytes + page, leaf.pages.bytes, page);
	parquet_leaf_end_page(&leaf, &press); /* there is nothing more */
	ck_assert_uint_eq(leaf.pages.len, 2 * page);
	ck_assert_int_eq(leaf.places, 4);
	ck_assert_int_eq(leaf.unpacked, 2 * (int64_t)page);
	parquet_leaf_free(&leaf);
	byte_buffer_free(&press.page);
	free(text);
}
END_TEST

/* The file that the columns and rows become; `len` bytes, which the caller frees. */
static char *file_of(const struct parquet_column *columns, size_t count, const char *const *values,
                     size_t rows, size_t *ret_len)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, ret_len);
	struct parquet *file = parquet_new(out, columns, count, 0, NULL);

	for (size_t r = 0; r < rows; r++)
		parquet_row(file, values + r * count, NULL);
	struct error err = parquet_end(file);
	ck_assert_msg(!err.code, "%s", err.detail);
	fclose(out);
	return bytes;
}

static const struct parquet_column plain[] = { { "n", PARQUET_INTEGER, NULL },
	                                           { "t", PARQUET_TEXT, NULL } };

START_TEST(a_file_is_framed_by_its_mark_and_the_length_of_its_footer)
{
	size_t len;
	char *bytes = file_of(plain, 2, (const char *const[]){ "1", "a" }, 1, &len);
	uint32_t footer;

	ck_assert_mem_eq(bytes, "PAR1", 4);
	ck_assert_mem_eq(bytes + len - 4, "PAR1", 4);
	memcpy(&footer, bytes + len - 8, sizeof footer);
	ck_assert_uint_lt(footer, len - 12);
	ck_assert_mem_eq(bytes + len - 8 - footer, "\x15\x02\x19", 3); /* version 1, then a list */
	/* By the order of their types the columns are bounded; without it no reader trusts the bounds.
	 */
	ck_assert_mem_eq(bytes + len - 8 - 9, "\x19\x2c\x1c\0\0\x1c\0\0", 9);
	free(bytes);
}
END_TEST

START_TEST(the_same_rows_give_the_same_bytes)
{
	static const char *const values[] = { "1", "a", NULL, NULL, "-3", "" };
	size_t len[2];
	char *bytes[2] = { file_of(plain, 2, values, 3, &len[0]),
		               file_of(plain, 2, values, 3, &len[1]) };

	ck_assert_uint_eq(len[0], len[1]);
	ck_assert_mem_eq(bytes[0], bytes[1], len[0]);
	free(bytes[0]);
	free(bytes[1]);
}
END_TEST

static const char *const both[] = { "real", "fake", NULL };

/* What no column of the kind can hold, and how it is told. */
static const struct {
	enum parquet_kind kind;
	const char *text, *told;
} strangers[] = {
	{ PARQUET_INTEGER, "1.5", "the column c holds no integer: 1.5" },
	{ PARQUET_INTEGER, "", "the column c holds no integer: " },
	{ PARQUET_INTEGER, "9223372036854775808",
	  "the column c holds no integer: 9223372036854775808" },
	{ PARQUET_INTEGER, "--1", "the column c holds no integer: --1" },
	{ PARQUET_REAL, "NaN", "the column c holds no number: NaN" },
	{ PARQUET_REAL, "1e999", "the column c holds no number: 1e999" },
	{ PARQUET_FLAG, "t", "the column c holds neither true nor false: t" },
	{ PARQUET_CLASS, "Fake", "the column c holds none of its classes: Fake" },
};

START_TEST(a_value_that_is_not_what_its_column_says_fails_the_file)
{
	struct parquet_column column = { "c", strangers[_i].kind, both };
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);
	struct parquet *file = parquet_new(out, &column, 1, 0, NULL);

	ck_assert(parquet_row(file, (const char *const[]){ NULL }, NULL));
	ck_assert(!parquet_row(file, &strangers[_i].text, NULL));
	ck_assert(!parquet_row(file, (const char *const[]){ NULL }, NULL));
	struct error err = parquet_end(file);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert_str_eq(err.detail, strangers[_i].told);
	fclose(out);
	ck_assert_uint_eq(len, 4); /* no footer: no reader takes it for a file */
	free(bytes);
}
END_TEST

START_TEST(a_disk_that_is_full_fails_the_file)
{
	FILE *out = fopen("/dev/full", "w");
	struct parquet *file = parquet_new(out, plain, 2, 2, NULL);

	setvbuf(out, NULL, _IONBF, 0);
	parquet_row(file, (const char *const[]){ "1", "a" }, NULL);
	ck_assert(!parquet_row(file, (const char *const[]){ "2", "b" }, NULL));
	struct error err = parquet_end(file);
	ck_assert_int_eq(err.code, ERR_DISK);
	fclose(out);
}
END_TEST

START_TEST(a_table_tells_what_failed_at_its_end)
{
	static const struct column columns[] = { { "n", COLUMN_INTEGER } };
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);
	struct sink sink = sink_begin(&format_parquet, out, columns, 1);

	sink_row(&sink, (const char *[]){ "many" });
	struct error err = sink_end(&sink);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	fclose(out);
	free(bytes);
}
END_TEST

START_TEST(the_features_name_each_column_in_the_words_of_datasets)
{
	static const struct parquet_column columns[] = {
		{ "item", PARQUET_TEXT, NULL },
		{ "n", PARQUET_INTEGER, NULL },
		{ "p", PARQUET_REAL, NULL },
		{ "ok", PARQUET_FLAG, NULL },
		{ "tells", PARQUET_LIST, NULL },
		{ "label", PARQUET_CLASS, both },
		{ "image", PARQUET_IMAGE, NULL },
		{ "audio", PARQUET_AUDIO, NULL },
		{ "a \"video\"", PARQUET_VIDEO, NULL },
	};
	char *features = parquet_features(columns, sizeof columns / sizeof columns[0]);

	ck_assert_str_eq(features, "{\"info\":{\"features\":{"
	                           "\"item\":{\"dtype\":\"string\",\"_type\":\"Value\"},"
	                           "\"n\":{\"dtype\":\"int64\",\"_type\":\"Value\"},"
	                           "\"p\":{\"dtype\":\"float64\",\"_type\":\"Value\"},"
	                           "\"ok\":{\"dtype\":\"bool\",\"_type\":\"Value\"},"
	                           "\"tells\":{\"feature\":{\"dtype\":\"string\",\"_type\":\"Value\"},"
	                           "\"_type\":\"Sequence\"},"
	                           "\"label\":{\"names\":[\"real\",\"fake\"],\"_type\":\"ClassLabel\"},"
	                           "\"image\":{\"_type\":\"Image\"},"
	                           "\"audio\":{\"_type\":\"Audio\"},"
	                           "\"a \\\"video\\\"\":{\"_type\":\"Video\"}}}}");
	free(features);
}
END_TEST

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Suite *parquet_suite(void)
{
	Suite *suite = suite_create("release/parquet");
	TCase *tests = tcase_create("parquet");

	tcase_set_tags(tests, "pure");
	tcase_add_checked_fixture(tests, begin_buffer, free_buffer);
	tcase_add_loop_test(tests, a_varint_has_seven_bits_a_byte, 0, COUNT(varints));
	tcase_add_test(tests, numbers_begin_with_their_lowest_byte);
	tcase_add_test(tests, a_buffer_that_cannot_grow_drops_what_follows_and_says_so);
	tcase_add_loop_test(tests, integers_of_thrift_are_zigzag, 0, COUNT(zigzags));
	tcase_add_test(tests, a_struct_of_thrift_is_its_fields_and_a_stop);
	tcase_add_test(tests, a_list_of_thrift_tells_how_long_it_is);
	tcase_add_loop_test(tests, levels_are_runs_or_packed_groups, 0, COUNT(levels));
	tcase_add_test(tests, a_column_of_more_than_a_megabyte_is_several_pages);
	tcase_add_test(tests, a_file_is_framed_by_its_mark_and_the_length_of_its_footer);
	tcase_add_test(tests, the_same_rows_give_the_same_bytes);
	tcase_add_loop_test(tests, a_value_that_is_not_what_its_column_says_fails_the_file, 0,
	                    COUNT(strangers));
	tcase_add_test(tests, a_disk_that_is_full_fails_the_file);
	tcase_add_test(tests, a_table_tells_what_failed_at_its_end);
	tcase_add_test(tests, the_features_name_each_column_in_the_words_of_datasets);
	suite_add_tcase(suite, tests);
	return suite;
}
