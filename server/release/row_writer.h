/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_writer -- rows as CSV (RFC 4180) and as JSON lines.
 *
 * A column has a kind, so that both forms come from one row of texts.  A row is always one line,
 * for readers too that end one at U+0085, U+2028 or U+2029.  CSV is for spreadsheets: what would
 * end a line becomes a space, and what they would run as a formula begins with an apostrophe.  JSON
 * keeps every text, and escapes these characters and those that turn the direction of writing.
 * Write errors stick to the FILE; whoever closes it asks.
 */
#ifndef RELEASE_ROW_WRITER_H
#define RELEASE_ROW_WRITER_H

#include <stddef.h>
#include <stdio.h>

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* the text is a JSON number */
	COLUMN_LIST,   /* values with ';' between them */
	COLUMN_FLAG,   /* true or false */
};

struct column {
	const char *name;
	enum column_kind kind;
};

/* The text, with spaces for what would end a line; NULL writes nothing. */
void table_text(FILE *out, const char *text);

/* The text as a cell says it, before quoting; the caller frees it. */
char *csv_cell(const char *text);

void csv_header(FILE *out, const struct column columns[], size_t count);
void csv_row(FILE *out, const char *const values[], size_t count);

/* One object and a newline. A NULL is null, and for a list []. */
void jsonl_row(FILE *out, const struct column columns[], const char *const values[], size_t count);

#endif
