/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "release/table.h"
#include "suites.h"

static const struct column columns[] = { { "name", COLUMN_TEXT },
										 { "p", COLUMN_NUMBER },
										 { "tells", COLUMN_LIST } };

#define COLUMNS 3

static FILE *file;
static char *text;
static size_t len;

static void open_file(void)
{
	text = NULL;
	file = open_memstream(&text, &len);
}

static void close_file(void)
{
	free(text);
}

static const char *written(void)
{
	fclose(file);
	return text;
}

static FILE *reopened(void)
{
	const char *all = written();

	return fmemopen((char *)(uintptr_t)all, len, "r");
}

START_TEST(a_row_reads_back_as_it_was_written)
{
	static const char *const values[][COLUMNS] = {
		{ "plain", "0.5", "gut" },
		{ "a, \"b\"", "", "gut;style" },
		{ "\"", ",", "" },
		{ "", "", "" },
		{ "M\xC3\xBCller", "1e-05", "\"\"" },
	};
	const char *const *fields;
	size_t count;

	csv_row(file, values[_i], COLUMNS);
	FILE *in = reopened();
	struct csv *csv = csv_new(in);
	ck_assert(!csv_next(csv, &fields, &count).code);

	ck_assert_uint_eq(count, COLUMNS);
	for (int c = 0; c < COLUMNS; c++)
		ck_assert_str_eq(fields[c], values[_i][c]);
	csv_free(csv);
	fclose(in);
}
END_TEST

START_TEST(a_control_character_cannot_break_a_row)
{
	csv_row(file, (const char *[]){ "a\nb,\r\x1b", "1", NULL }, COLUMNS);

	ck_assert_str_eq(written(), "\"a b,  \",1,\r\n");
}
END_TEST

START_TEST(a_line_of_json_has_the_types_of_its_columns)
{
	jsonl_row(file, columns, (const char *[]){ "a \"b\" \\\n", "0.25", "gut;style" }, COLUMNS);
	jsonl_row(file, columns, (const char *[]){ NULL, NULL, NULL }, COLUMNS);

	ck_assert_str_eq(
		written(),
		"{\"name\": \"a \\\"b\\\" \\\\ \", \"p\": 0.25, \"tells\": [\"gut\", \"style\"]}\n"
		"{\"name\": null, \"p\": null, \"tells\": []}\n");
}
END_TEST

Suite *release_table_suite(void)
{
	Suite *suite = suite_create("release table");
	TCase *tests = tcase_create("release table");

	tcase_add_checked_fixture(tests, open_file, close_file);
	tcase_add_loop_test(tests, a_row_reads_back_as_it_was_written, 0, 5);
	tcase_add_test(tests, a_control_character_cannot_break_a_row);
	tcase_add_test(tests, a_line_of_json_has_the_types_of_its_columns);
	suite_add_tcase(suite, tests);
	return suite;
}
