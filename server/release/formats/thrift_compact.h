/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thrift_compact -- structs in Thrift's compact protocol, which Parquet describes its data in.
 *
 * A struct is its fields, each with its number in the definition of the format, in ascending order;
 * a field or an element of a list may be a struct again.  Begin with { .out = ... }.  The outermost
 * struct is begun and ended as an element is.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
#ifndef RELEASE_FORMATS_THRIFT_COMPACT_H
#define RELEASE_FORMATS_THRIFT_COMPACT_H

#include "release/formats/byte_buffer.h"

#define THRIFT_DEPTH 8

struct thrift {
	struct byte_buffer *out;
	int depth;              /* how many structs are open */
	int last[THRIFT_DEPTH]; /* of each of them, the field that was written last */
};

/* What the protocol calls the types; those that Parquet needs here. */
enum thrift_type {
	THRIFT_I16 = 4,
	THRIFT_I32 = 5,
	THRIFT_I64 = 6,
	THRIFT_BINARY = 8,
	THRIFT_LIST = 9,
	THRIFT_STRUCT = 12,
};

/* Fields of the struct that is open. An integer's type is one of I16, I32 and I64. */
void thrift_integer(struct thrift *thrift, int field, enum thrift_type type, int64_t number);
void thrift_bytes(struct thrift *thrift, int field, const void *bytes, size_t len);
void thrift_text(struct thrift *thrift, int field, const char *text);

/* A field that is a list: `count` elements follow. */
void thrift_list(struct thrift *thrift, int field, enum thrift_type type, size_t count);
void thrift_element_integer(struct thrift *thrift, int64_t number);
void thrift_element_text(struct thrift *thrift, const char *text);
void thrift_element_begin(struct thrift *thrift);

/* A field that is a struct: its own fields follow. */
void thrift_begin(struct thrift *thrift, int field);

/* Ends the struct that was begun last. */
void thrift_end(struct thrift *thrift);

#endif
