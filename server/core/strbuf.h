/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strbuf -- a text that grows in an arena, for answers that are printed thousands of times a
 * second: adding a piece is a copy, where a printf() of it reads a format first.
 *
 * Begin with { .arena = ... }.  The bytes end with a NUL whenever nobody is adding, and die with
 * the arena.
 */
#ifndef CORE_STRBUF_H
#define CORE_STRBUF_H

#include <stdint.h>
#include <string.h>

#include "core/arena.h"

struct strbuf {
	struct arena *arena;
	char *bytes; /* NULL while empty */
	size_t len, room;
};

void strbuf_add_bytes(struct strbuf *text, const char *bytes, size_t len);
void strbuf_add_number(struct strbuf *text, uint64_t number);

/* Room for at most `len` bytes, to be written by the caller; then strbuf_grew() by how many it
 * were.
 */
char *strbuf_room(struct strbuf *text, size_t len);
void strbuf_grew(struct strbuf *text, size_t len);

/* Inline, so that the length of a literal is known when this is compiled. */
static inline void strbuf_add(struct strbuf *text, const char *piece)
{
	strbuf_add_bytes(text, piece, strlen(piece));
}

#endif
