/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet -- rows into a file of Apache Parquet, for whatever trains or counts on a release:
 *tables, and media with their labels in one file, as Hugging Face's `datasets` embeds them.
 *
 *	struct parquet *file = parquet_new(out, columns, COLUMNS, 0, metadata);
 *	parquet_row(file, values, &medium);      once a row
 *	struct error err = parquet_end(file);    always; then whoever opened `out` closes it
 *
 * Rows are gathered in memory to a row group, which is written when it is full; what describes the
 * groups stands behind the last.  So memory is bounded by one group, and a file is none before its
 * end.  It is written from front to back: `out` may be a pipe.  The same rows give the same bytes,
 * with one version of libzstd.
 *
 * Every column is optional, values are PLAIN, pages are v1 and compressed by zstd, but for the
 *bytes of media, which are compressed already and stay as they are.  Each column of a group has its
 *count of nulls, its least and its greatest value, unless one is a text or medium of more than 64
 *bytes.
 *
 * Failures stick, as with stdio: rows that follow one are dropped, and parquet_end() tells it.
 * One thread at a time.  A release writes its tables through format_parquet (formats.h) instead.
 *
 * https://parquet.apache.org/docs/file-format/
 */
#ifndef RELEASE_FORMATS_PARQUET_H
#define RELEASE_FORMATS_PARQUET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"

/* What the text of a value becomes. NULL is null, but for a list. */
enum parquet_kind {
	PARQUET_TEXT,    /* string */
	PARQUET_INTEGER, /* int64 */
	PARQUET_REAL,    /* double; digits with a point or an exponent, as JSON writes it */
	PARQUET_FLAG,    /* boolean: true or false */
	PARQUET_LIST,    /* list of strings: texts with ';' between them; NULL is an empty list */
	PARQUET_CLASS,   /* int64: the place of the text among the column's classes */
	/* struct { bytes: binary, path: string }, from the row's medium; its text is not looked at */
	PARQUET_IMAGE,
	PARQUET_AUDIO,
	PARQUET_VIDEO,
};

struct parquet_column {
	const char *name;
	enum parquet_kind kind;
	const char *const *classes; /* of PARQUET_CLASS: NULL stands behind the last */
};

/* What the row's column of PARQUET_IMAGE, PARQUET_AUDIO or PARQUET_VIDEO holds. */
struct parquet_medium {
	const void *bytes; /* NULL: only the path is told */
	size_t len;
	const char *path; /* a name with an ending, by which readers know the format; NULL: none */
};

struct parquet;

/*
 * Begins a file at the place where `out` stands, which readers must find as its beginning.
 *   columns       one or more; copied, but their names and classes outlive the file
 *   rows_a_group  how many rows fill a group; 0: 100 with media, as `datasets` has it, else 50,000.
 *                 About 100 MB of media, or 16 MB of others, fill it before
 *   metadata      of the file: key and value in turn, NULL behind the last; or NULL. Copied
 */
struct parquet *parquet_new(FILE *out, const struct parquet_column columns[], size_t count,
                            size_t rows_a_group, const char *const metadata[]);

/*
 * Adds a row: values[i] belongs to columns[i]. `medium` belongs to the column of media, and is NULL
 * where there is none, or no medium in this row. Nothing of either is needed afterwards. False: the
 * file has failed, so that there is no use in further rows; parquet_end() says why.
 */
bool parquet_row(struct parquet *file, const char *const values[],
                 const struct parquet_medium *medium);

/* How large the file is by now, about: what is not written yet is counted as it came. */
uint64_t parquet_size(const struct parquet *file);

/*
 * Writes the last group and the footer, and frees the file. ERR_INTERNAL: a value was not what its
 * column says; ERR_UNAVAILABLE: there was no memory; ERR_DISK: a write failed. Then there is no
 * footer, and the file is none. stdio keeps bytes back: whoever closes `out` asks it too.
 */
struct error parquet_end(struct parquet *file) MUST_CHECK;

/*
 * What `datasets` reads under the key "huggingface": the types of the columns as its features, so
 * that classes have names and media are decoded. JSON; the caller frees it.
 */
char *parquet_features(const struct parquet_column columns[], size_t count);

#endif
