/* SPDX-License-Identifier: Apache-2.0 */
#include "db/array.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/uuid.h"

/*
 * The format, all numbers big-endian: dimensions, does it hold NULLs, the element's type, how
 * many, the first index; then of each element its length (-1: NULL) and its bytes.
 */
#define HEADER       20
#define HAS_NULLS_AT 4
#define JSONB_FORMAT 1 /* before the text: which binary format of jsonb follows */

struct array {
	struct arena *arena;
	enum array_type type;
	size_t count, added;
	size_t len, room;
	char *bytes;
};

/* PostgreSQL's number of the type, fixed for ever, and about how long a value is. */
static const struct {
	uint32_t oid;
	size_t typical;
} types[] = {
	[ARRAY_UUID] = { 2950, 16 }, [ARRAY_INT] = { 23, 4 },    [ARRAY_FLAG] = { 16, 1 },
	[ARRAY_LONG] = { 20, 8 },    [ARRAY_BYTES] = { 17, 32 }, [ARRAY_TEXT] = { 25, 16 },
	[ARRAY_JSON] = { 3802, 80 },
};

static void array_put(struct array *array, uint32_t number)
{
	number = htonl(number);
	memcpy(array->bytes + array->len, &number, sizeof number);
	array->len += sizeof number;
}

struct array *array_new(struct arena *arena, enum array_type type, size_t count)
{
	struct array *array = arena_alloc(arena, sizeof *array);
	size_t room = HEADER + count * (sizeof(uint32_t) + types[type].typical);

	*array = (struct array){ .arena = arena, .type = type, .count = count, .room = room };
	array->bytes = arena_alloc(arena, room);
	array_put(array, 1);
	array_put(array, 0);
	array_put(array, types[type].oid);
	array_put(array, (uint32_t)count);
	array_put(array, 1);
	return array;
}

/* Room for one more value, with its length before it. */
static void array_make_room(struct array *array, size_t len)
{
	size_t needed = array->len + sizeof(uint32_t) + len;

	if (array->added++ == array->count)
		abort(); /* a program error */
	if (needed <= array->room)
		return;
	char *bigger = arena_alloc(array->arena, 2 * needed);
	memcpy(bigger, array->bytes, array->len);
	array->bytes = bigger;
	array->room = 2 * needed;
}

void array_null(struct array *array)
{
	array_make_room(array, 0);
	array_put(array, UINT32_MAX);
	array->bytes[HAS_NULLS_AT + 3] = 1;
}

void array_int(struct array *array, int32_t number)
{
	array_make_room(array, sizeof number);
	array_put(array, sizeof number);
	array_put(array, (uint32_t)number);
}

void array_long(struct array *array, int64_t number)
{
	array_make_room(array, sizeof number);
	array_put(array, sizeof number);
	array_put(array, (uint32_t)((uint64_t)number >> 32));
	array_put(array, (uint32_t)number);
}

void array_flag(struct array *array, bool flag)
{
	array_make_room(array, 1);
	array_put(array, 1);
	array->bytes[array->len++] = (char)flag;
}

void array_bytes(struct array *array, const void *bytes, size_t len)
{
	array_make_room(array, len);
	array_put(array, (uint32_t)len);
	memcpy(array->bytes + array->len, bytes, len);
	array->len += len;
}

void array_text(struct array *array, const char *text)
{
	size_t json = array->type == ARRAY_JSON;
	size_t len = text ? strlen(text) : 0;

	if (!text) {
		array_null(array);
		return;
	}
	array_make_room(array, json + len);
	array_put(array, (uint32_t)(json + len));
	if (json)
		array->bytes[array->len++] = JSONB_FORMAT;
	memcpy(array->bytes + array->len, text, len);
	array->len += len;
}

const char *array_wire(const struct array *array, int *ret_len)
{
	if (array->added != array->count)
		abort(); /* a program error */
	*ret_len = (int)array->len;
	return array->bytes;
}

const char *uuid_array(struct arena *arena, const unsigned char *const ids[], size_t count)
{
	char *text = arena_alloc(arena, count * UUID_TEXT + 3), *at = text;

	*at++ = '{';
	for (size_t i = 0; i < count; i++) {
		uuid_to_text(at, ids[i]);
		at[UUID_TEXT - 1] = ',';
		at += UUID_TEXT;
	}
	at[count ? -1 : 0] = '}';
	return text;
}
