/* SPDX-License-Identifier: Apache-2.0 */
#include "http/accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

struct range {
	const char *name;
	size_t len;
	unsigned weight;
	bool readable;
};

/* "0.25" -> 250. False: no weight. */
static bool read_weight(const char *text, size_t len, unsigned *ret_weight)
{
	unsigned weight = 0, unit = ACCEPT_MOST / 10;

	if (!len || len > strlen("0.000") || (text[0] != '0' && text[0] != '1') ||
	    (len > 1 && text[1] != '.'))
		return false;
	weight = text[0] == '1' ? ACCEPT_MOST : 0;
	for (size_t i = 2; i < len; i++, unit /= 10) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		weight += (unsigned)(text[i] - '0') * unit;
	}
	*ret_weight = weight;
	return weight <= ACCEPT_MOST;
}

/* The end of what stands before one of the marks; marks within quotes are none. */
static const char *end_of(const char *at, const char *marks)
{
	bool quoted = false;

	for (; *at && (quoted || !strchr(marks, *at)); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (quoted && *at == '\\' && at[1])
			at++;
	}
	return at;
}

static size_t accept_trimmed(const char *text, const char *end)
{
	while (end > text && strchr(BLANKS, end[-1]))
		end--;
	return (size_t)(end - text);
}

static bool accept_is_text(const char *text, size_t len, const char *expected)
{
	return len == strlen(expected) && strncasecmp(text, expected, len) == 0;
}

/* One `;name=value` behind a range. */
static void read_parameter(struct range *range, const char *text, size_t len)
{
	if (len >= 2 && strncasecmp(text, "q=", 2) == 0)
		range->readable = range->readable && read_weight(text + 2, len - 2, &range->weight);
	else if (len && !accept_is_text(text, len, "charset=utf-8"))
		range->readable = false;
}

/* Reads one element of the list. Returns where the next one begins. */
static const char *read_range(const char *at, struct range *range)
{
	const char *end = end_of(at, ",;");

	*range = (struct range){ at, accept_trimmed(at, end), ACCEPT_MOST, true };
	while (*end == ';') {
		const char *parameter = end + 1 + strspn(end + 1, BLANKS);

		end = end_of(parameter, ",;");
		read_parameter(range, parameter, accept_trimmed(parameter, end));
	}
	return *end ? end + 1 : end;
}

/* How much a range says of the type: 3 all, 2 its first half, 1 that it is any, 0 it is not. */
static unsigned accept_precision(const struct range *range, const char *type)
{
	size_t half = strcspn(type, "/") + 1;

	if (accept_is_text(range->name, range->len, type))
		return 3;
	if (range->len == half + 1 && range->name[half] == '*' &&
	    strncasecmp(range->name, type, half) == 0)
		return 2;
	return accept_is_text(range->name, range->len, "*/*") ? 1 : 0;
}

unsigned accept_weight(const char *header, const char *type)
{
	unsigned best = 0, weight = 0;
	const char *at = header;
	struct range range;

	if (!header)
		return ACCEPT_MOST;
	while (*(at += strspn(at, BLANKS ","))) {
		at = read_range(at, &range);
		unsigned found = range.readable ? accept_precision(&range, type) : 0;

		if (found > best) {
			best = found;
			weight = range.weight;
		}
	}
	return weight;
}
