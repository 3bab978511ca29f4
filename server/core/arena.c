/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (8 * 1024) /* a typical request fits in one block */
#define ALIGNMENT  _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *head; /* the block we are filling; full ones follow it */
};

static void *must_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

struct arena *arena_new(void)
{
	return must_alloc(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *b = arena->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *b = arena->head;

	if (size > SIZE_MAX / 2)
		abort();
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		b = must_alloc(sizeof *b + room);
		b->size = room;
		b->next = arena->head;
		arena->head = b;
	}
	b->used += size;
	return b->bytes + b->used - size;
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	return memcpy(arena_alloc(arena, len + 1), text, len);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	va_list again;
	va_copy(again, args);

	int len = vsnprintf(NULL, 0, format, args);
	char *text = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);

	va_end(again);
	va_end(args);
	return text;
}
