/* SPDX-License-Identifier: Apache-2.0 */
#include "http/framing.h"

#include <string.h>

#include "http/head.h"

#define LONGEST_SIZE 8    /* digits: 4 GB, and leading zeros */
#define MOST_AROUND  8192 /* bytes of extensions and trailers */

struct framing framing_of(long long length, uint64_t most)
{
	return (struct framing){ .place = length == CHUNKED ? FRAMING_SIZE
		                              : length > 0      ? FRAMING_COUNTED
		                                                : FRAMING_END,
		                     .left = length > 0 ? (uint64_t)length : 0,
		                     .most = most };
}

static int framing_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static struct error framing_malformed(void)
{
	return errorf(ERR_MALFORMED, "The body's chunks cannot be read.");
}

/* The size is known: a chunk of it follows, or the end. */
static struct error begin_chunk(struct framing *f)
{
	if (!f->digits)
		return framing_malformed();
	f->total += f->left;
	if (f->total > f->most)
		return errorf(ERR_TOO_LARGE, "At most %llu bytes, please.", (unsigned long long)f->most);
	f->digits = 0;
	f->place = f->left ? FRAMING_DATA : FRAMING_TRAILER;
	return ok();
}

/* Blanks may stand before an extension, for old times' sake (RFC 9112, 7.1.1), and before it only.
 */
static struct error read_blank(struct framing *f, char c)
{
	if (c != ';' && c != ' ' && c != '\t')
		return framing_malformed();
	f->place = c == ';' ? FRAMING_EXTENSION : FRAMING_BLANK;
	return ++f->around > MOST_AROUND ? framing_malformed() : ok();
}

static struct error read_size(struct framing *f, char c)
{
	int digit = framing_hex_digit(c);

	if (digit >= 0) {
		if (++f->digits > LONGEST_SIZE)
			return errorf(ERR_TOO_LARGE, "At most %llu bytes, please.",
			              (unsigned long long)f->most);
		f->left = f->left * 16 + (unsigned)digit;
		return ok();
	}
	if (!f->digits)
		return framing_malformed();
	if (c == '\r') {
		f->place = FRAMING_SIZE_LF;
		return ok();
	}
	return read_blank(f, c);
}

/* A byte of text that means nothing to us, up to a carriage return. */
static struct error pass_text(struct framing *f, char c, enum framing_place after)
{
	if (c == '\r')
		f->place = after;
	else if (((unsigned char)c < ' ' && c != '\t') || c == 127)
		return framing_malformed();
	return ++f->around > MOST_AROUND ? framing_malformed() : ok();
}

static struct error framing_expect(struct framing *f, char c, char wanted, enum framing_place after)
{
	if (c != wanted)
		return framing_malformed();
	f->place = after;
	return ok();
}

static struct error read_trailer_name(struct framing *f, char c)
{
	bool first = f->place == FRAMING_TRAILER;

	f->place = FRAMING_TRAILER_NAME;
	if (first && c == '\r')
		f->place = FRAMING_LAST_LF;
	else if (!first && c == ':')
		f->place = FRAMING_TRAILER_VALUE;
	else if (!head_is_token(&c, 1))
		return framing_malformed();
	return ++f->around > MOST_AROUND ? framing_malformed() : ok();
}

/* One byte that is no data. */
static struct error follow_byte(struct framing *f, char c)
{
	switch (f->place) {
	case FRAMING_SIZE:
		return read_size(f, c);
	case FRAMING_BLANK:
		return read_blank(f, c);
	case FRAMING_EXTENSION:
		return pass_text(f, c, FRAMING_SIZE_LF);
	case FRAMING_SIZE_LF:
		return c == '\n' ? begin_chunk(f) : framing_malformed();
	case FRAMING_DATA_CR:
		return framing_expect(f, c, '\r', FRAMING_DATA_LF);
	case FRAMING_DATA_LF:
		return framing_expect(f, c, '\n', FRAMING_SIZE);
	case FRAMING_TRAILER:
	case FRAMING_TRAILER_NAME:
		return read_trailer_name(f, c);
	case FRAMING_TRAILER_VALUE:
		return pass_text(f, c, FRAMING_TRAILER_LF);
	case FRAMING_TRAILER_LF:
		return framing_expect(f, c, '\n', FRAMING_TRAILER);
	case FRAMING_LAST_LF:
		return framing_expect(f, c, '\n', FRAMING_END);
	case FRAMING_END:
	case FRAMING_COUNTED:
	case FRAMING_DATA:
		break;
	}
	return ok();
}

/* Does the library need this byte, which is no data, to follow as well? */
static bool is_kept(enum framing_place place, char c)
{
	switch (place) {
	case FRAMING_SIZE:
		return c == '\r' || framing_hex_digit(c) >= 0;
	case FRAMING_EXTENSION:
	case FRAMING_TRAILER: /* a line's end, or the last line */
		return c == '\r';
	case FRAMING_BLANK:
	case FRAMING_TRAILER_NAME:
	case FRAMING_TRAILER_VALUE:
	case FRAMING_TRAILER_LF:
		return false;
	case FRAMING_SIZE_LF:
	case FRAMING_DATA_CR:
	case FRAMING_DATA_LF:
	case FRAMING_LAST_LF:
	case FRAMING_END:
	case FRAMING_COUNTED:
	case FRAMING_DATA:
		break;
	}
	return true;
}

/* Some of the data, which is any bytes. Returns how many. */
static size_t pass_data(struct framing *f, size_t len)
{
	size_t some = f->left < len ? (size_t)f->left : len;

	f->left -= some;
	if (!f->left)
		f->place = f->place == FRAMING_COUNTED ? FRAMING_END : FRAMING_DATA_CR;
	return some;
}

struct error framing_follow(struct framing *f, char *bytes, size_t len, size_t *ret_taken,
                            size_t *ret_kept)
{
	size_t at = 0, kept = 0;

	while (at < len && f->place != FRAMING_END) {
		size_t some = 1;

		if (f->place == FRAMING_COUNTED || f->place == FRAMING_DATA) {
			some = pass_data(f, len - at);
			memmove(bytes + kept, bytes + at, some);
			kept += some;
		} else {
			bytes[kept] = bytes[at];
			kept += is_kept(f->place, bytes[at]);
			struct error err = follow_byte(f, bytes[at]);
			if (err.code)
				return err;
		}
		at += some;
	}
	*ret_taken = at;
	*ret_kept = kept;
	return ok();
}
