/* SPDX-License-Identifier: Apache-2.0 */
#include "http/language.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RANGES_MOST 32 /* of a header; what comes after these is not wanted much */

struct language_range {
	const char *tag;
	size_t len;
	double weight;
};

/* "de;q=0.7" -> .7; 1 where no weight is said, 0 where it cannot be read. */
static double weight_of(const char *parameters, size_t len)
{
	const char *at = memchr(parameters, '=', len);

	if (!len)
		return 1;
	return at ? strtod(at + 1, NULL) : 0;
}

static size_t read_ranges(const char *accept, struct language_range ranges[RANGES_MOST])
{
	size_t count = 0;

	for (const char *at = accept; count < RANGES_MOST; at++) {
		at += strspn(at, " \t");
		size_t all = strcspn(at, ","), len = strcspn(at, " \t;,");

		if (len)
			ranges[count++] = (struct language_range){ at, len, weight_of(at + len, all - len) };
		at += all;
		if (!*at)
			break;
	}
	return count;
}

/* The place of a tag, or `count`. */
static size_t tag_place(const char *tag, size_t len, const char *const tags[], size_t count)
{
	size_t place = 0;

	while (place < count &&
	       !(strlen(tags[place]) == len && strncasecmp(tags[place], tag, len) == 0))
		place++;
	return place;
}

/* The same, with the range cut short until one answers. */
static size_t range_place(const struct language_range *range, const char *const tags[],
                          size_t count)
{
	size_t len = range->len, place = count;

	while (len && (place = tag_place(range->tag, len, tags, count)) == count)
		while (len && range->tag[--len] != '-')
			;
	return place;
}

size_t language_choose(const char *accept, const char *const tags[], size_t count)
{
	struct language_range ranges[RANGES_MOST];
	size_t ranged = accept ? read_ranges(accept, ranges) : 0, chosen = 0;
	double best = 0;

	for (size_t r = 0; r < ranged; r++) {
		bool any = ranges[r].len == 1 && ranges[r].tag[0] == '*';
		size_t place = any ? 0 : range_place(&ranges[r], tags, count);

		if (place == count || ranges[r].weight <= best)
			continue;
		best = ranges[r].weight;
		chosen = place;
	}
	return chosen;
}
