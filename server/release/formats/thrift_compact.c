/* SPDX-License-Identifier: Apache-2.0 */
#include "release/formats/thrift_compact.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_STEP  15 /* what the short form of a field's head can tell */
#define SHORT_COUNT 14 /* and that of a list's */

static void thrift_head(struct thrift *thrift, int field, enum thrift_type type)
{
	int *last = &thrift->last[thrift->depth - 1];
	int step = field - *last;

	if (step < 1 || step > FIELD_STEP)
		abort();
	byte_buffer_add_byte(thrift->out, (unsigned char)(step << 4 | (int)type));
	*last = field;
}

/* Zigzag: small numbers are short, be they negative or not. */
void thrift_element_integer(struct thrift *thrift, int64_t number)
{
	byte_buffer_add_varint(thrift->out, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

void thrift_integer(struct thrift *thrift, int field, enum thrift_type type, int64_t number)
{
	thrift_head(thrift, field, type);
	thrift_element_integer(thrift, number);
}

static void put_binary(struct thrift *thrift, const void *bytes, size_t len)
{
	byte_buffer_add_varint(thrift->out, len);
	byte_buffer_add(thrift->out, bytes, len);
}

void thrift_bytes(struct thrift *thrift, int field, const void *bytes, size_t len)
{
	thrift_head(thrift, field, THRIFT_BINARY);
	put_binary(thrift, bytes, len);
}

void thrift_text(struct thrift *thrift, int field, const char *text)
{
	thrift_bytes(thrift, field, text, strlen(text));
}

void thrift_element_text(struct thrift *thrift, const char *text)
{
	put_binary(thrift, text, strlen(text));
}

void thrift_list(struct thrift *thrift, int field, enum thrift_type type, size_t count)
{
	thrift_head(thrift, field, THRIFT_LIST);
	if (count <= SHORT_COUNT) {
		byte_buffer_add_byte(thrift->out, (unsigned char)(count << 4 | type));
		return;
	}
	byte_buffer_add_byte(thrift->out, (unsigned char)(0xf0 | type));
	byte_buffer_add_varint(thrift->out, count);
}

void thrift_element_begin(struct thrift *thrift)
{
	if (thrift->depth == THRIFT_DEPTH)
		abort();
	thrift->last[thrift->depth++] = 0;
}

void thrift_begin(struct thrift *thrift, int field)
{
	thrift_head(thrift, field, THRIFT_STRUCT);
	thrift_element_begin(thrift);
}

void thrift_end(struct thrift *thrift)
{
	byte_buffer_add_byte(thrift->out, 0);
	thrift->depth--;
}
