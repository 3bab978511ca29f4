/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#define FIRST_ROOM 512

char *text_room(struct text *text, size_t len)
{
	size_t needed = text->len + len + 1;

	if (needed > text->room) {
		size_t room = 2 * needed > FIRST_ROOM ? 2 * needed : FIRST_ROOM;
		char *bigger = arena_room(text->arena, room);

		if (text->len)
			memcpy(bigger, text->bytes, text->len);
		text->bytes = bigger;
		text->room = room;
	}
	return text->bytes + text->len;
}

void text_grew(struct text *text, size_t len)
{
	text->len += len;
	text->bytes[text->len] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t len)
{
	memcpy(text_room(text, len), bytes, len);
	text_grew(text, len);
}

void text_add_number(struct text *text, uint64_t number)
{
	char digits[20]; /* of UINT64_MAX */
	size_t first = sizeof digits;

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add_bytes(text, digits + first, sizeof digits - first);
}
