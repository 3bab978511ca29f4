/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

#include <string.h>

#include "core/mem.h"

#define REPLACEMENT 0xfffd

size_t utf8_length(const char *at, const char *end)
{
	const unsigned char *b = (const unsigned char *)at;
	size_t room = (size_t)(end - at);
	unsigned char least = 0x80, most = 0xbf;
	size_t len;

	if (b[0] < 0x80)
		return 1;
	if (b[0] >= 0xc2 && b[0] <= 0xdf)
		len = 2;
	else if ((b[0] & 0xf0) == 0xe0)
		len = 3;
	else if (b[0] >= 0xf0 && b[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (b[0] == 0xe0)
		least = 0xa0; /* shorter forms exist */
	else if (b[0] == 0xed)
		most = 0x9f; /* surrogates */
	else if (b[0] == 0xf0)
		least = 0x90;
	else if (b[0] == 0xf4)
		most = 0x8f; /* beyond U+10FFFF */
	if (room < len || b[1] < least || b[1] > most)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

uint32_t utf8_character(const char *at, size_t len)
{
	const unsigned char *b = (const unsigned char *)at;
	uint32_t c = len == 1 ? b[0] : b[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (b[i] & 0x3f);
	return c;
}

uint32_t utf8_next(const char *text, size_t *ret_len)
{
	/* The NUL is no part of a character, so nothing behind it is looked at. */
	size_t len = utf8_length(text, text + 4);

	*ret_len = len ? len : 1;
	return len ? utf8_character(text, len) : (unsigned char)*text;
}

char *utf8_put(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

size_t utf8_fault(const char *text, size_t len)
{
	size_t at = 0, step;

	while (at < len && (step = utf8_length(text + at, text + len)))
		at += step;
	return at;
}

size_t utf8_blank(const char *at)
{
	if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		return 1;
	if (!((unsigned char)*at & 0x80))
		return 0;
	size_t len = utf8_length(at, at + strnlen(at, 4));
	uint32_t c = len ? utf8_character(at, len) : 0;
	bool blank = c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) ||
	             c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x2060 ||
	             c == 0x3000 || c == 0xfeff;

	return blank ? len : 0;
}

static uint32_t utf16_unit(const char *bytes, int big_endian)
{
	unsigned char a = (unsigned char)bytes[0], b = (unsigned char)bytes[1];

	return big_endian ? (uint32_t)(a << 8 | b) : (uint32_t)(b << 8 | a);
}

char *utf8_from_utf16(const char *bytes, size_t len, int big_endian, size_t *ret_len)
{
	char *text = mem_resize(NULL, len / 2 * 3 + 4, 1), *to = text;

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = utf16_unit(bytes + i, big_endian);
		uint32_t low = i + 3 < len ? utf16_unit(bytes + i + 2, big_endian) : 0;

		if (c >= 0xd800 && c <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (c >= 0xd800 && c <= 0xdfff) {
			c = REPLACEMENT;
		}
		to = utf8_put(to, c);
	}
	if (len % 2)
		to = utf8_put(to, REPLACEMENT);
	*to = '\0';
	*ret_len = (size_t)(to - text);
	return text;
}

bool utf8_ends_line(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

bool utf8_turns_text(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static bool utf8_is_harmless(uint32_t c)
{
	return !utf8_ends_line(c) && !utf8_turns_text(c);
}

void utf8_print(FILE *out, const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		size_t len = utf8_length(text, end);

		if (len && utf8_is_harmless(utf8_character(text, len)))
			fwrite(text, 1, len, out);
		else
			fputc('?', out);
		text += len ? len : 1;
	}
}

void utf8_print_line(FILE *out, const char *text)
{
	size_t len;

	for (; text && *text; text += len) {
		if (utf8_ends_line(utf8_next(text, &len)))
			fputc(' ', out);
		else
			fwrite(text, 1, len, out);
	}
}
