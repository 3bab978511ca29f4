/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table -- rows as CSV (RFC 4180) and as JSON lines, and CSV read back.
 *
 * A column has a kind, so that both forms come from one row of texts.  Control characters
 * become spaces in either: a row is always one line.  Write errors stick to the
 * FILE; whoever closes it asks.
 */
#ifndef RELEASE_TABLE_H
#define RELEASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

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

/* The text, with spaces for control characters; NULL writes nothing. */
void table_text(FILE *out, const char *text);

void csv_header(FILE *out, const struct column columns[], size_t count);
void csv_row(FILE *out, const char *const values[], size_t count);

/* One object and a newline. A NULL is null, and for a list []. */
void jsonl_row(FILE *out, const struct column columns[], const char *const values[], size_t count);

#define CSV_FIELDS 64 /* most in a row */

struct csv_reader {
	FILE *in;
	char *line; /* what the fields point into */
	size_t room;
	unsigned row;                   /* 1 is the header */
	const char *fields[CSV_FIELDS]; /* "" where empty */
	size_t count;
};

/*
 * Reads the next row; false at the end. ERR_MALFORMED: a quote out of place, too many fields.
 * The fields live until the next call; csv_close() frees them, not the FILE.
 */
struct error csv_next(struct csv_reader *reader, bool *ret_more) MUST_CHECK;
void csv_close(struct csv_reader *reader);

#endif
