/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The first block is small enough for malloc's per-thread cache (1,032 bytes in glibc), and the
 * arena itself lies in it: a request that needs no more costs one cheap allocation.  Memory is
 * zeroed when it is handed out, not before: most of a block is never used, or copied over.
 */
#define FIRST_BLOCK 1032
#define BLOCK_SIZE  (8 * 1024)
#define ALIGNMENT   _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *head; /* the block we are filling; full ones follow it, the first comes last */
};

static struct block *block_new(size_t room, struct block *next)
{
	struct block *b = malloc(sizeof *b + room);

	if (!b) {
		fputs("out of memory\n", stderr);
		abort();
	}
	b->next = next;
	b->used = 0;
	b->size = room;
	return b;
}

void *arena_room(struct arena *arena, size_t size)
{
	struct block *b = arena->head;

	if (size > SIZE_MAX / 2)
		abort();
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (b->size - b->used < size)
		b = arena->head = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE, b);
	b->used += size;
	return b->bytes + b->used - size;
}

struct arena *arena_new(void)
{
	struct block *first = block_new(FIRST_BLOCK - sizeof(struct block), NULL);
	struct arena start = { .head = first }, *arena = arena_room(&start, sizeof *arena);

	*arena = start;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *b = arena->head, *next; b; b = next) {
		next = b->next;
		free(b); /* the last one holds the arena */
	}
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(arena_room(arena, size), 0, size);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_room(arena, len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char first[1024]; /* most texts fit, and are formatted once */
	va_list args;
	va_start(args, format);
	va_list again;
	va_copy(again, args);

	int len = vsnprintf(first, sizeof first, format, args);
	char *text = arena_room(arena, (size_t)len + 1);
	if ((size_t)len < sizeof first)
		memcpy(text, first, (size_t)len + 1);
	else
		vsnprintf(text, (size_t)len + 1, format, again);

	va_end(again);
	va_end(args);
	return text;
}
