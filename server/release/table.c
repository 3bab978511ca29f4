/* SPDX-License-Identifier: Apache-2.0 */
#include "release/table.h"

#include <stdbool.h>
#include <string.h>

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

void table_text(FILE *out, const char *text)
{
	for (; text && *text; text++)
		fputc(is_control(*text) ? ' ' : *text, out);
}

static void csv_field(FILE *out, const char *text)
{
	if (!text || !strpbrk(text, ",\"")) {
		table_text(out, text);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(is_control(*text) ? ' ' : *text, out);
	}
	fputc('"', out);
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

static void json_text(FILE *out, const char *text, size_t len)
{
	fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			fputc('\\', out);
		fputc(is_control(text[i]) ? ' ' : text[i], out);
	}
	fputc('"', out);
}

static void json_list(FILE *out, const char *text)
{
	fputc('[', out);
	while (text && *text) {
		size_t len = strcspn(text, ";");

		json_text(out, text, len);
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
			json_text(out, values[c], strlen(values[c]));
		else
			fputs(values[c], out);
	}
	fputs("}\n", out);
}
