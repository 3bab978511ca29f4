/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strbuf.h"

#define FIRST_ROOM 512

char *strbuf_room(struct strbuf *text, size_t len)
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

void strbuf_grew(struct strbuf *text, size_t len)
{
	text->len += len;
	text->bytes[text->len] = '\0';
}

void strbuf_add_bytes(struct strbuf *text, const char *bytes, size_t len)
{
	memcpy(strbuf_room(text, len), bytes, len);
	strbuf_grew(text, len);
}

void strbuf_add_number(struct strbuf *text, uint64_t number)
{
	char digits[20]; /* of UINT64_MAX */
	size_t first = sizeof digits;

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	strbuf_add_bytes(text, digits + first, sizeof digits - first);
}
