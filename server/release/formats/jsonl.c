/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON object a line. Texts stay as they are: what would end a line for some reader, or turn the
 * direction of writing, is escaped.
 */
#include <stdint.h>
#include <string.h>

#include "core/utf8.h"
#include "release/formats/formats.h"

#define BYTE_ORDER_MARK 0xfeff /* within a text it is invisible */

static void jsonl_text(FILE *out, const char *text, size_t len)
{
	size_t some;

	fputc('"', out);
	for (const char *end = text + len; text < end; text += some) {
		uint32_t c = utf8_next(text, &some);

		if (utf8_ends_line(c) || utf8_turns_text(c) || c == BYTE_ORDER_MARK) {
			fprintf(out, "\\u%04x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			fputc('\\', out);
		fwrite(text, 1, some, out);
	}
	fputc('"', out);
}

static void jsonl_list(FILE *out, const char *text)
{
	fputc('[', out);
	while (text && *text) {
		size_t len = strcspn(text, ";");

		jsonl_text(out, text, len);
		text += len + (text[len] == ';');
		if (*text)
			fputs(", ", out);
	}
	fputc(']', out);
}

static void jsonl_row(struct sink *sink, const char *const values[])
{
	FILE *out = sink->out;

	for (size_t c = 0; c < sink->count; c++) {
		fprintf(out, "%s\"%s\": ", c ? ", " : "{", sink->columns[c].name);
		if (sink->columns[c].kind == COLUMN_LIST)
			jsonl_list(out, values[c]);
		else if (!values[c])
			fputs("null", out);
		else if (sink->columns[c].kind == COLUMN_TEXT)
			jsonl_text(out, values[c], strlen(values[c]));
		else
			fputs(values[c], out);
	}
	fputs("}\n", out);
}

const struct sink_format format_jsonl = {
	.name = "jsonl",
	.ending = ".jsonl",
	.media_type = "application/jsonl; charset=utf-8",
	.row = jsonl_row,
};
