/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static void *must_have(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

void *mem_new(size_t count, size_t size)
{
	return must_have(calloc(count ? count : 1, size));
}

void *mem_resize(void *memory, size_t count, size_t size)
{
	return must_have(reallocarray(memory, count ? count : 1, size));
}

char *mem_text(const char *text)
{
	return must_have(strdup(text));
}
