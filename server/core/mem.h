/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem -- memory of the heap, for what outlives a request.
 *
 * A failed allocation ends the process: nothing of ours can go on without these few bytes, and an
 * untested way out of every call would be worse.  Whatever a stranger can make large is asked for
 * in another way, and refused.  free() gives it back.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include <stddef.h>

/* Zeroed room for `count` things of `size` bytes; for none of them there is room all the same. */
void *mem_new(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));

/* The same memory with room for `count`; what is new is not zeroed. `memory` may be NULL. */
void *mem_resize(void *memory, size_t count, size_t size)
	__attribute__((alloc_size(2, 3), returns_nonnull, warn_unused_result));

char *mem_text(const char *text) __attribute__((malloc, returns_nonnull)); /* a copy */

#endif
