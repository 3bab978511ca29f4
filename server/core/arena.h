/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena -- memory that lives exactly as long as one request.
 *
 * A request allocates many small things (path parts, JSON text, SQL
 * parameters) and they all die together when the response is sent.  So we
 * never free them one by one: arena_free() releases everything.
 *
 * Allocation cannot fail from the caller's point of view.  Request bodies are
 * bounded, so running out of memory means the host is out of memory; we log
 * and abort, and the supervisor restarts us.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Returns `size` zeroed bytes aligned for any type. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* As arena_alloc(), but the bytes hold anything: for what is written over at once. */
void *arena_room(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* Returns a NUL-terminated copy of `len` bytes at `text`. Owned by the arena. */
char *arena_copy(struct arena *arena, const char *text, size_t len);

/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

#endif
