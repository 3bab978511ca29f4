/* SPDX-License-Identifier: Apache-2.0 */
/*
 * array -- one value of each row of a batch, as one parameter of a statement.
 *
 * A statement that stores a batch takes an array for each column and unnests them side by
 * side.  They travel in PostgreSQL's binary format: nothing is printed here and parsed there,
 * which cost more than storing the rows did.
 *
 * An array is made for a number of values and must be given exactly as many, in order.  It
 * lives in the arena.  Add with the function that its type asks for, or array_null().
 */
#ifndef DB_ARRAY_H
#define DB_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum array_type {
	ARRAY_UUID,  /* uuid[]: array_bytes() of 16 */
	ARRAY_INT,   /* integer[]: array_int() */
	ARRAY_LONG,  /* bigint[]: array_long() */
	ARRAY_FLAG,  /* boolean[]: array_flag() */
	ARRAY_BYTES, /* bytea[]: array_bytes() */
	ARRAY_TEXT,  /* text[]: array_text(), UTF-8 */
	ARRAY_JSON   /* jsonb[]: array_text() */
};

struct array;

struct array *array_new(struct arena *arena, enum array_type type, size_t count);

void array_null(struct array *array);
void array_int(struct array *array, int32_t number);
void array_long(struct array *array, int64_t number);
void array_flag(struct array *array, bool flag);
void array_bytes(struct array *array, const void *bytes, size_t len);
void array_text(struct array *array, const char *text); /* NULL: SQL NULL */

/* "{uuid,uuid}" in the arena: the one kind of array that statements with text parameters take. */
const char *uuid_array(struct arena *arena, const unsigned char *const ids[], size_t count);

/* What the wire carries. Ends the program when values are missing. */
const char *array_wire(const struct array *array, int *ret_len);

#endif
