/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "release/artefact.h"
#include "release/columns.h"
#include "release/formats/formats.h"
#include "suites.h"

static const struct column columns[] = { { "name", COLUMN_TEXT },
	                                     { "p", COLUMN_REAL },
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

/* A row alone, without what stands before and behind the rows. */
static void write_row(const struct sink_format *format, const char *const values[])
{
	struct sink sink = { .format = format, .out = file, .columns = columns, .count = COLUMNS };

	sink_row(&sink, values);
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

	write_row(&format_csv, values[_i]);
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

/* What readers of lines take for the end of one, and what turns the direction of a text. */
#define NEL  "\xC2\x85"
#define LSEP "\xE2\x80\xA8"
#define PSEP "\xE2\x80\xA9"
#define RLO  "\xE2\x80\xAE"
#define RLI  "\xE2\x81\xA7"
#define ALM  "\xD8\x9C"

START_TEST(no_character_can_break_a_row)
{
	write_row(&format_csv, (const char *[]){ "a\nb,\r\x1b",
	                                         "a" NEL LSEP PSEP "\x7F"
	                                         "b",
	                                         NULL });

	ck_assert_str_eq(written(), "\"a b,  \",a    b,\r\n");
}
END_TEST

static const struct {
	const char *text, *cell;
} cells[] = {
	{ "=HYPERLINK(0)", "'=HYPERLINK(0)" },
	{ "=1+1", "'=1+1" },
	{ "+1", "'+1" },
	{ "@SUM(A1)", "'@SUM(A1)" },
	{ "-1+1", "'-1+1" },
	{ "--1", "'--1" },
	{ "-", "'-" },
	{ "\t=1", "' =1" },
	{ "\r\n=1", "'  =1" },
	{ " =1", "' =1" },
	{ "\xEF\xBC\x9D"
	  "1",
	  "'\xEF\xBC\x9D"
	  "1" },
	{ "\xEF\xBC\xA0x", "'\xEF\xBC\xA0x" },
	{ "x;=1;@y; -z", "x;'=1;'@y; -z" },
	/* These are what they look like. */
	{ "-5", "-5" },
	{ "-0.25", "-0.25" },
	{ "-1e-05", "-1e-05" },
	{ "a=b", "a=b" },
	{ "me@example.org", "me@example.org" },
	{ "'tis", "'tis" },
	{ "\xF0\x9F\x98\x80 =", "\xF0\x9F\x98\x80 =" },
	{ "", "" },
};

START_TEST(a_cell_is_never_a_formula)
{
	char *cell = csv_cell(cells[_i].text);

	ck_assert_str_eq(cell, cells[_i].cell);
	free(cell);
	write_row(&format_csv, (const char *[]){ cells[_i].text, "0.5", "gut" });
	ck_assert_str_eq(written(), cells[_i].cell[0] ? strcat(strcpy((char[64]){ 0 }, cells[_i].cell),
	                                                       ",0.5,gut\r\n")
	                                              : ",0.5,gut\r\n");
}
END_TEST

START_TEST(a_line_of_json_has_the_types_of_its_columns)
{
	write_row(&format_jsonl, (const char *[]){ "a \"b\" \\\n", "0.25", "gut;style" });
	write_row(&format_jsonl, (const char *[]){ NULL, NULL, NULL });

	ck_assert_str_eq(
		written(),
		"{\"name\": \"a \\\"b\\\" \\\\\\u000a\", \"p\": 0.25, \"tells\": [\"gut\", \"style\"]}\n"
		"{\"name\": null, \"p\": null, \"tells\": []}\n");
}
END_TEST

static const char *const told[] = {
	"=1+1",
	"a" NEL "b",
	LSEP PSEP,
	RLO "txt.exe" RLI ALM,
	"\t\x01\x7F",
	"M\xC3\xBCller \xF0\x9F\x98\x80",
	"\xEF\xBB\xBF"
	"bom",
};

START_TEST(json_keeps_the_text_and_is_one_line_for_every_reader)
{
	write_row(&format_jsonl, (const char *[]){ told[_i], "1", NULL });

	json_auto_t *object = json_loads(written(), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(object, "name")), told[_i]);
	for (const char *at = text; *at; at++)
		ck_assert((unsigned char)*at >= ' ' || (*at == '\n' && !at[1]));
	static const char *const raw[] = { NEL, LSEP, PSEP, RLO, RLI, ALM, "\x7F" };
	for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
		ck_assert_ptr_null(strstr(text, raw[i]));
}
END_TEST

START_TEST(a_file_of_csv_begins_with_the_names_of_its_columns)
{
	struct sink sink = sink_begin(&format_csv, file, columns, COLUMNS);

	sink_row(&sink, (const char *[]){ "plain", "0.5", "gut" });
	ck_assert(!sink_end(&sink).code);
	ck_assert_str_eq(written(), "name,p,tells\r\nplain,0.5,gut\r\n");
}
END_TEST

/* A format that knows how many rows there are only behind the last, as columnar ones do. */
static void count_begin(struct sink *sink)
{
	sink->state = calloc(1, sizeof(int));
}

static void count_row(struct sink *sink, const char *const values[])
{
	++*(int *)sink->state;
	fputs(values[0], sink->out);
}

static struct error count_end(struct sink *sink)
{
	fprintf(sink->out, " %d of %zu", *(int *)sink->state, sink->count);
	free(sink->state);
	return errorf(ERR_INTERNAL, "it was all in vain");
}

START_TEST(a_format_keeps_a_state_from_its_begin_to_its_end)
{
	static const struct sink_format format_count = { .begin = count_begin,
		                                             .row = count_row,
		                                             .end = count_end };
	struct sink sink = sink_begin(&format_count, file, columns, COLUMNS);

	sink_row(&sink, (const char *[]){ "a", NULL, NULL });
	sink_row(&sink, (const char *[]){ "b", NULL, NULL });
	struct error err = sink_end(&sink);
	ck_assert_str_eq(written(), "ab 2 of 3");
	ck_assert_str_eq(err.detail, "it was all in vain");
}
END_TEST

static const struct {
	const char *path, *media_type;
} typed[] = {
	{ "labels.csv", "text/csv; charset=utf-8" },
	{ "labels.jsonl", "application/jsonl; charset=utf-8" },
	{ "trials.csv", "text/csv; charset=utf-8" },
	{ "trials.jsonl", "application/jsonl; charset=utf-8" }, /* made later */
	{ "LICENCES", "text/plain; charset=utf-8" },
	{ "README.md", "text/markdown; charset=utf-8" },
	{ "SHA256SUMS", "text/plain; charset=utf-8" },
	{ "SHA256SUMS.minisig", "text/plain; charset=utf-8" },
	{ "CITATION.cff", "text/plain; charset=utf-8" },
	{ "croissant.json", "application/ld+json" },
	{ "datapackage.json", "application/json" },
	{ "dictionary.csv", "text/csv; charset=utf-8" },
	{ "figures.json", "application/json" },
	{ "leakage.json", "application/json" },
	{ "image/train/real/0123.jpg", "image/jpeg" },
	{ "video/test/fake/0123.mp4", "video/mp4" },
	{ "audio/test/fake/0123.mp4", "audio/mp4" },
	{ "audio/test/fake/0123.m4a", "audio/mp4" },
	{ "image/train/real/0123.xyz", "application/octet-stream" },
};

START_TEST(an_artefact_ends_as_its_format_does)
{
	for (size_t i = 0; i < ARTEFACTS; i++)
		ck_assert_str_eq(strstr(artefacts[i].path, artefacts[i].format->ending),
		                 artefacts[i].format->ending);
}
END_TEST

START_TEST(a_path_of_a_release_tells_its_media_type)
{
	ck_assert_str_eq(artefact_media_type(typed[_i].path), typed[_i].media_type);
}
END_TEST

START_TEST(a_medium_is_served_as_the_type_that_named_it)
{
	const struct media_ending *media = &media_endings[_i];
	char path[64];

	snprintf(path, sizeof path, "%.*s/train/real/0123%s", (int)strcspn(media->type, "/"),
	         media->type, media->ending);
	ck_assert_str_eq(artefact_media_type(path), media->type);
}
END_TEST

/* The format of releases, as text. */
static char *format_document(void)
{
	static char document[1u << 16];
	FILE *in = fopen("docs/dataset-format.md", "re");

	ck_assert_ptr_nonnull(in);
	document[fread(document, 1, sizeof document - 1, in)] = '\0';
	fclose(in);
	return document;
}

START_TEST(every_column_says_what_it_means_and_stands_in_the_document)
{
	const struct described_table *table = &described_tables[_i];
	char name[64];

	for (size_t c = 0; c < table->count; c++) {
		const struct column_meaning *meaning = &table->meanings[c];

		ck_assert_msg(meaning->text && strlen(meaning->text) > 11, "%s", table->columns[c].name);
		snprintf(name, sizeof name, "`%s`", table->columns[c].name);
		ck_assert_msg(strstr(format_document(), name) != NULL, "%s", name);
		for (size_t w = 0; meaning->words && meaning->words[w]; w++)
			ck_assert_msg(strstr(format_document(), meaning->words[w]) != NULL, "%s: %s", name,
			              meaning->words[w]);
	}
}
END_TEST

Suite *release_table_suite(void)
{
	Suite *suite = suite_create("release table");
	TCase *tests = tcase_create("release table");

	tcase_add_checked_fixture(tests, open_file, close_file);
	tcase_add_loop_test(tests, a_row_reads_back_as_it_was_written, 0, 5);
	tcase_add_test(tests, no_character_can_break_a_row);
	tcase_add_loop_test(tests, a_cell_is_never_a_formula, 0, sizeof cells / sizeof cells[0]);
	tcase_add_loop_test(tests, json_keeps_the_text_and_is_one_line_for_every_reader, 0,
	                    sizeof told / sizeof told[0]);
	tcase_add_test(tests, a_line_of_json_has_the_types_of_its_columns);
	tcase_add_test(tests, a_file_of_csv_begins_with_the_names_of_its_columns);
	tcase_add_test(tests, a_format_keeps_a_state_from_its_begin_to_its_end);
	tcase_add_test(tests, an_artefact_ends_as_its_format_does);
	tcase_add_loop_test(tests, a_path_of_a_release_tells_its_media_type, 0,
	                    sizeof typed / sizeof typed[0]);
	tcase_add_loop_test(tests, a_medium_is_served_as_the_type_that_named_it, 0, MEDIA_ENDINGS);
	tcase_add_loop_test(tests, every_column_says_what_it_means_and_stands_in_the_document, 0,
	                    RELEASE_TABLES);
	suite_add_tcase(suite, tests);
	return suite;
}
