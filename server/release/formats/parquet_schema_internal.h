/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_schema -- what a column of each kind is made of in a Parquet file: groups and leaves. */
#ifndef RELEASE_FORMATS_PARQUET_SCHEMA_INTERNAL_H
#define RELEASE_FORMATS_PARQUET_SCHEMA_INTERNAL_H

#include "release/formats/parquet.h"
#include "release/formats/parquet_leaf_internal.h"

/* Definition levels of places without a value. */
#define PARQUET_NOTHING    0 /* there is no column in this row */
#define PARQUET_EMPTY_LIST 1 /* there is one, and nothing in it */
#define PARQUET_NO_MEMBER  1 /* there is one, and this member of it is missing */

bool parquet_kind_is_medium(enum parquet_kind kind);

/* How many leaves a column of the kind has, at most two. */
size_t parquet_leaves(enum parquet_kind kind);

/* Sets what the leaves of a column are; the rest of them is zeroed. */
void parquet_leaves_begin(struct parquet_leaf leaves[], const struct parquet_column *column);

/* Writes FileMetaData.schema. */
void parquet_schema_write(struct thrift *thrift, int field, const struct parquet_column columns[],
                          size_t count);

#endif
