/* SPDX-License-Identifier: Apache-2.0 */
#include "release/row_writer.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"

/* The character that a text begins with, and its bytes; a byte that is no UTF-8 stands for itself.
 */
static uint32_t character_at(const char *text, size_t *ret_len)
{
	const unsigned char *b = (const unsigned char *)text;
	size_t len = b[0] < 0xc0 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	uint32_t character = len == 1 ? b[0] : b[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80) {
			*ret_len = 1;
			return b[0];
		}
		character = character << 6 | (b[i] & 0x3f);
	}
	*ret_len = len;
	return character;
}

/* Controls, and the line ends of Unicode. A lone byte of 0x80 to 0x9f is one too. */
static bool ends_line(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

/* What shows the text behind it in another order, or not at all. */
static bool turns_text(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
		   (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void table_text(FILE *out, const char *text)
{
	size_t len;

	for (; text && *text; text += len) {
		if (ends_line(character_at(text, &len)))
			fputc(' ', out);
		else
			fwrite(text, 1, len, out);
	}
}

/* Spreadsheets run these, in their wide forms too. */
static bool begins_formula(const char *text)
{
	size_t len;
	uint32_t c = character_at(text, &len);

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
	for (uint32_t c; *text && ((c = character_at(text, &len)) == ' ' || ends_line(c));)
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
		if (ends_line(character_at(text, &len)))
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
	bool quoted = strpbrk(cell, ",\"") != NULL;

	if (quoted)
		fputc('"', out);
	for (const char *c = cell; *c; c++) {
		if (*c == '"')
			fputc('"', out);
		fputc(*c, out);
	}
	if (quoted)
		fputc('"', out);
	free(cell);
}

void csv_header(FILE *out, const struct column columns[], size_t count)
{
	for (size_t c = 0; c < count; c++)
		fprintf(out, "%s%s", c ? "," : "", columns[c].name);
	fputs("\r\n", out);
}

void csv_row(FILE *out, const char *const values[], size_t count)
{
	for (size_t c = 0; c < count; c++) {
		if (c)
			fputc(',', out);
		csv_field(out, values[c]);
	}
	fputs("\r\n", out);
}

static void row_json_text(FILE *out, const char *text, size_t len)
{
	size_t some;

	fputc('"', out);
	for (const char *end = text + len; text < end; text += some) {
		uint32_t c = character_at(text, &some);

		if (ends_line(c) || turns_text(c)) {
			fprintf(out, "\\u%04x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			fputc('\\', out);
		fwrite(text, 1, some, out);
	}
	fputc('"', out);
}

static void json_list(FILE *out, const char *text)
{
	fputc('[', out);
	while (text && *text) {
		size_t len = strcspn(text, ";");

		row_json_text(out, text, len);
		text += len + (text[len] == ';');
		if (*text)
			fputs(", ", out);
	}
	fputc(']', out);
}

void jsonl_row(FILE *out, const struct column columns[], const char *const values[], size_t count)
{
	for (size_t c = 0; c < count; c++) {
		fprintf(out, "%s\"%s\": ", c ? ", " : "{", columns[c].name);
		if (columns[c].kind == COLUMN_LIST)
			json_list(out, values[c]);
		else if (!values[c])
			fputs("null", out);
		else if (columns[c].kind == COLUMN_TEXT)
			row_json_text(out, values[c], strlen(values[c]));
		else
			fputs(values[c], out);
	}
	fputs("}\n", out);
}
