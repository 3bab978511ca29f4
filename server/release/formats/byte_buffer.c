/* SPDX-License-Identifier: Apache-2.0 */
#include "release/formats/byte_buffer.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

static bool buffer_grow(struct byte_buffer *buffer, size_t least)
{
	size_t room = buffer->room ? buffer->room * 2 : FIRST_ROOM;

	if (room < least)
		room = least;
	unsigned char *bytes = realloc(buffer->bytes, room);
	if (!bytes) {
		buffer->failed = true;
		return false;
	}
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

unsigned char *byte_buffer_room(struct byte_buffer *buffer, size_t len)
{
	size_t least;

	if (buffer->failed || __builtin_add_overflow(buffer->len, len, &least)) {
		buffer->failed = true;
		return NULL;
	}
	if ((least > buffer->room || !buffer->bytes) && !buffer_grow(buffer, least))
		return NULL;
	return buffer->bytes + buffer->len;
}

void byte_buffer_add(struct byte_buffer *buffer, const void *bytes, size_t len)
{
	unsigned char *to = byte_buffer_room(buffer, len);

	if (!to || !len)
		return;
	memcpy(to, bytes, len);
	buffer->len += len;
}

void byte_buffer_add_byte(struct byte_buffer *buffer, unsigned char byte)
{
	unsigned char *to = byte_buffer_room(buffer, 1);

	if (!to)
		return;
	*to = byte;
	buffer->len++;
}

void byte_buffer_add_number(struct byte_buffer *buffer, uint64_t number, size_t bytes)
{
	if (!byte_buffer_room(buffer, bytes))
		return;
	buffer->len += bytes;
	byte_buffer_set_number(buffer, buffer->len - bytes, number, bytes);
}

void byte_buffer_add_varint(struct byte_buffer *buffer, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		byte_buffer_add_byte(buffer, (unsigned char)(number | 0x80));
	byte_buffer_add_byte(buffer, (unsigned char)number);
}

void byte_buffer_set_number(struct byte_buffer *buffer, size_t at, uint64_t number, size_t bytes)
{
	if (buffer->failed)
		return;
	for (size_t i = 0; i < bytes; i++)
		buffer->bytes[at + i] = (unsigned char)(number >> 8 * i);
}

void byte_buffer_clear(struct byte_buffer *buffer)
{
	buffer->len = 0;
}

void byte_buffer_free(struct byte_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct byte_buffer){ 0 };
}
