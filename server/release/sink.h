/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink -- typed rows into a file, whatever its format.
 *
 * A row is a text a column, and a column says what its text is, so one row serves every format.
 * A format is one file of formats/ and its line in formats/formats.h; release/artefact.h lists what
 * a release writes in which format.  Write errors stick to the FILE; whoever closes it asks.  What
 * else fails in a format is told at the end.
 */
#ifndef RELEASE_SINK_H
#define RELEASE_SINK_H

#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

/* What the texts of a column are. A NULL says that there is no value. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_INTEGER, /* as JSON writes it, like COLUMN_REAL */
	COLUMN_REAL,
	COLUMN_LIST, /* texts with ';' between them; NULL is an empty list */
	COLUMN_FLAG, /* true or false */
};

struct column {
	const char *name;
	enum column_kind kind;
};

struct sink;

struct sink_format {
	const char *name;   /* as in release_artefact */
	const char *ending; /* of its files' paths */
	const char *media_type;
	void (*begin)(struct sink *sink); /* NULL: nothing stands before the first row */
	void (*row)(struct sink *sink, const char *const values[]);
	struct error (*end)(struct sink *sink); /* NULL: nothing stands behind the last row */
};

struct sink {
	const struct sink_format *format;
	FILE *out; /* the caller's */
	const struct column *columns;
	size_t count;
	void *state; /* the format's own, between its begin and its end */
};

/* Writes what stands before the rows. Columns and format outlive the sink. */
struct sink sink_begin(const struct sink_format *format, FILE *out, const struct column columns[],
                       size_t count);

/* Writes a row: values[i] belongs to columns[i]. */
void sink_row(struct sink *sink, const char *const values[]);

/*
 * Writes what stands behind the rows and frees the format's state. After a failure too. Only of
 * formats that keep a state: ERR_INTERNAL, a value was not what its column says; ERR_UNAVAILABLE,
 * there was no memory; ERR_DISK, a write failed. The file is of no use then.
 */
struct error sink_end(struct sink *sink);

#endif
