/* SPDX-License-Identifier: Apache-2.0 */
#include "db/array.h"

const char *uuid_array(struct arena *arena, const unsigned char *const ids[], size_t count)
{
	char *text = arena_alloc(arena, count * UUID_TEXT + 3), *at = text;

	*at++ = '{';
	for (size_t i = 0; i < count; i++) {
		uuid_to_text(at, ids[i]);
		at[UUID_TEXT - 1] = ',';
		at += UUID_TEXT;
	}
	at[count ? -1 : 0] = '}';
	return text;
}
