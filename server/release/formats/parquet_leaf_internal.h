/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_leaf -- one column of values in a row group of a Parquet file, as the pages that it
 * becomes.
 *
 * Parquet takes nested columns apart (Melnik et al., Dremel, 2010).  A leaf has the values that are
 * there, and two levels for each place where one could be: the definition level says how much of
 * the path to the value is there, and the repetition level is 1 where the place belongs to the same
 * list as the one before.  Values are written PLAIN, levels as runs, and both together are a page.
 *
 * A leaf is filled row by row, then written, then empty again.  `press` is shared by the leaves of
 * a file, and keeps the first failure.
 */
#ifndef RELEASE_FORMATS_PARQUET_LEAF_INTERNAL_H
#define RELEASE_FORMATS_PARQUET_LEAF_INTERNAL_H

#include <zstd.h>

#include "core/error.h"
#include "release/formats/byte_buffer.h"
#include "release/formats/thrift_compact.h"

/* As the format numbers them. */
enum parquet_type {
	PARQUET_BOOLEAN = 0,
	PARQUET_INT64 = 2,
	PARQUET_DOUBLE = 5,
	PARQUET_BYTE_ARRAY = 6,
};

#define PARQUET_PATH 3 /* names from a column to its leaf, at most */

/* A least or a greatest value, as it is written. */
#define PARQUET_BOUND 64

struct parquet_bound {
	size_t len;
	unsigned char bytes[PARQUET_BOUND];
};

struct parquet_press {
	ZSTD_CCtx *zstd;
	struct byte_buffer page, packed;
	struct error err; /* the first; nothing more is written then */
};

struct parquet_leaf {
	/* What it is; set once. */
	enum parquet_type type;
	const char *path[PARQUET_PATH]; /* NULL where it is shorter */
	unsigned char defined;          /* the definition level of a value that is there */
	bool repeated;                  /* it has repetition levels */
	bool packed;                    /* its pages are compressed */

	/* The page that is being filled. */
	struct byte_buffer definitions, repetitions; /* a byte a level */
	struct byte_buffer values;
	size_t flags; /* how many booleans are in `values`, eight a byte */

	/* The row group: its pages so far, as they will lie in the file. */
	struct byte_buffer pages;
	int64_t unpacked; /* bytes of the pages, before they were compressed */
	int64_t places, nulls;
	bool unbounded; /* a value was too long to be a bound */
	struct parquet_bound least, greatest;
};

/* No value: the path to it is there up to this level. The place begins a row. */
void parquet_leaf_null(struct parquet_leaf *leaf, unsigned char definition);

/* A value; of BYTE_ARRAY, of INT64 and DOUBLE (their 64 bits), of BOOLEAN. */
void parquet_leaf_bytes(struct parquet_leaf *leaf, bool in_list, const void *bytes, size_t len);
void parquet_leaf_number(struct parquet_leaf *leaf, uint64_t bits);
void parquet_leaf_flag(struct parquet_leaf *leaf, bool flag);

/* Is the page so large that the next row begins another? */
bool parquet_leaf_is_full(const struct parquet_leaf *leaf);

/* Makes a page of what was put in since the last, if anything was. */
void parquet_leaf_end_page(struct parquet_leaf *leaf, struct parquet_press *press);

/* Describes the ended pages as an element of RowGroup.columns; the first will lie at `offset`. */
void parquet_leaf_describe(const struct parquet_leaf *leaf, struct thrift *thrift, int64_t offset);

/* Empties it for the next row group. */
void parquet_leaf_reset(struct parquet_leaf *leaf);

void parquet_leaf_free(struct parquet_leaf *leaf);

/*
 * Writes levels from 0 to 2^bits - 1 as runs of one level, or packed in groups of eight (the
 * format's RLE / bit-packing hybrid).
 */
void parquet_levels(struct byte_buffer *out, const unsigned char *levels, size_t count,
                    unsigned bits);

#endif
