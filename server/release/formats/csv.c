/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV by RFC 4180, for spreadsheets: what would end a line becomes a space, so that a row is one
 * line for readers too that end one at U+0085, U+2028 or U+2029; and what a spreadsheet would run
 * as a formula begins with an apostrophe.
 */
#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/number.h"
#include "core/utf8.h"
#include "release/formats/formats.h"

/* Spreadsheets run these, in their wide forms too. */
static bool begins_formula(const char *text)
{
	size_t len;
	uint32_t c = utf8_next(text, &len);

	return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xff1d || c == 0xff0b ||
	       c == 0xff0d || c == 0xff20;
}

/* The same, behind blanks, and no plain negative number. */
static bool cell_is_formula(const char *text)
{
	double number;
	size_t len;

	if (*text == '-' && number_real(text + 1, 0, DBL_MAX, &number))
		return false;
	for (uint32_t c; *text && ((c = utf8_next(text, &len)) == ' ' || utf8_ends_line(c));)
		text += len;
	return *text && begins_formula(text);
}

/* Where ';' separates cells, as in much of Europe, a cell begins behind each of them. */
char *csv_cell(const char *text)
{
	char *cell = NULL;
	size_t size, len;
	FILE *out = open_memstream(&cell, &size);

	if (!out)
		abort();
	if (cell_is_formula(text))
		fputc('\'', out);
	for (; *text; text += len) {
		if (utf8_ends_line(utf8_next(text, &len)))
			fputc(' ', out);
		else
			fwrite(text, 1, len, out);
		if (*text == ';' && text[1] && begins_formula(text + 1))
			fputc('\'', out);
	}
	if (fclose(out) != 0)
		abort();
	return cell;
}

/* Nearly all fields are plain; the others cost a copy. */
static bool row_is_plain(const char *text)
{
	if (cell_is_formula(text))
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text == 0x7f || *text == ',' || *text == '"' || *text == ';')
			return false;
	return true;
}

static void csv_field(FILE *out, const char *text)
{
	if (!text || row_is_plain(text)) {
		fputs(text ? text : "", out);
		return;
	}
	char *cell = csv_cell(text);

	csv_put(out, cell);
	free(cell);
}

static void csv_begin(struct sink *sink)
{
	for (size_t c = 0; c < sink->count; c++)
		fprintf(sink->out, "%s%s", c ? "," : "", sink->columns[c].name);
	fputs("\r\n", sink->out);
}

static void csv_row(struct sink *sink, const char *const values[])
{
	for (size_t c = 0; c < sink->count; c++) {
		if (c)
			fputc(',', sink->out);
		csv_field(sink->out, values[c]);
	}
	fputs("\r\n", sink->out);
}

const struct sink_format format_csv = {
	.name = "csv",
	.ending = ".csv",
	.media_type = "text/csv; charset=utf-8",
	.begin = csv_begin,
	.row = csv_row,
};
