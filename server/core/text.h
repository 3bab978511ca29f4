/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text -- a text that grows in an arena, for answers that are printed thousands of times a
 * second: adding a piece is a copy, where a printf() of it reads a format first.
 *
 * Begin with { .arena = ... }.  The bytes end with a NUL whenever nobody is adding, and die with
 * the arena.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdint.h>
#include <string.h>

#include "core/arena.h"

struct text {
	struct arena *arena;
	char *bytes; /* NULL while empty */
	size_t len, room;
};

void text_add_bytes(struct text *text, const char *bytes, size_t len);
void text_add_number(struct text *text, uint64_t number);

/* Room for at most `len` bytes, to be written by the caller; then text_grew() by how many it were.
 */
char *text_room(struct text *text, size_t len);
void text_grew(struct text *text, size_t len);

/* Inline, so that the length of a literal is known when this is compiled. */
static inline void text_add(struct text *text, const char *piece)
{
	text_add_bytes(text, piece, strlen(piece));
}

#endif
