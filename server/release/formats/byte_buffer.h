/* SPDX-License-Identifier: Apache-2.0 */
/*
 * byte_buffer -- bytes that grow: what a file is made of before it is written.
 *
 * They may become as large as a film, so a lack of memory does not end the process: `failed` is set
 * then, and whatever is added from there on is dropped.  Whoever uses the bytes asks once, when all
 * are there.  Begin with { 0 }; numbers are little-endian.
 */
#ifndef RELEASE_FORMATS_BYTE_BUFFER_H
#define RELEASE_FORMATS_BYTE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_buffer {
	unsigned char *bytes; /* NULL while there is no room */
	size_t len, room;
	bool failed;
};

void byte_buffer_add(struct byte_buffer *buffer, const void *bytes, size_t len);
void byte_buffer_add_byte(struct byte_buffer *buffer, unsigned char byte);
void byte_buffer_add_number(struct byte_buffer *buffer, uint64_t number, size_t bytes);

/* Seven bits a byte, the lowest first (ULEB128), as Thrift and Parquet write lengths. */
void byte_buffer_add_varint(struct byte_buffer *buffer, uint64_t number);

/* Writes a number over bytes that were added before, from `at` on. */
void byte_buffer_set_number(struct byte_buffer *buffer, size_t at, uint64_t number, size_t bytes);

/* Room for `len` more bytes, which the caller writes, and adds to `len` of the buffer; NULL: there
 * is no memory. */
unsigned char *byte_buffer_room(struct byte_buffer *buffer, size_t len);

/* Empties it, and keeps its room. One that failed has failed for good. */
void byte_buffer_clear(struct byte_buffer *buffer);

void byte_buffer_free(struct byte_buffer *buffer);

#endif
